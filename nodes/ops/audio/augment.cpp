#include "nodes/ops/audio/augment.hpp"

#include <fmt/format.h>
#include <kissfft/kiss_fftr.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <numeric>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// As many as a file may hold.
constexpr std::size_t kMostSamples = std::size_t{1} << 28;

void require_finite(std::span<const float> samples) {
    const auto bad =
        std::ranges::find_if(samples, [](float value) { return !std::isfinite(value); });
    if (bad == samples.end()) return;
    throw engine::Error({.code = "E-AUG-002",
                         .what = "There is a number that is not finite",
                         .expected = "finite samples or features",
                         .found = fmt::format("{} at {}", *bad, bad - samples.begin()),
                         .mend = "Leave this item out, or find the node that makes it."});
}

/// NaN lies within nothing.
void require_within(double value, double low, double high, const char* what) {
    if (value >= low && value <= high) return;
    throw engine::Error({.code = "E-AUG-003",
                         .what = fmt::format("{} is out of range", what),
                         .expected = fmt::format("{} to {}", low, high),
                         .found = fmt::format("{}", value),
                         .mend = "Correct the parameter."});
}

std::size_t count_over(std::span<const float> samples) {
    return static_cast<std::size_t>(
        std::ranges::count_if(samples, [](float value) { return std::abs(value) > 1; }));
}

double energy(std::span<const float> samples) {
    return std::transform_reduce(samples.begin(), samples.end(), 0.0, std::plus<>(),
                                 [](float value) { return double{value} * value; });
}

double mean_square(std::span<const float> samples) {
    return samples.empty() ? 0 : energy(samples) / static_cast<double>(samples.size());
}

float scaled(float value, double factor) { return static_cast<float>(value * factor); }

/// Real spectra of one size there and back; a round trip multiplies by the size.
class Transform {
public:
    explicit Transform(std::size_t least) {
        const int half = static_cast<int>(std::max<std::size_t>(2, (least + 1) / 2));
        const int size = 2 * kiss_fft_next_fast_size(half);
        size_ = static_cast<std::size_t>(size);
        there_.reset(kiss_fftr_alloc(size, 0, nullptr, nullptr));
        back_.reset(kiss_fftr_alloc(size, 1, nullptr, nullptr));
        if (!there_ || !back_) throw std::bad_alloc();
    }
    std::size_t size() const { return size_; }
    std::size_t bins() const { return size_ / 2 + 1; }
    void there(const std::vector<float>& time, std::vector<kiss_fft_cpx>& bins) {
        kiss_fftr(there_.get(), time.data(), bins.data());
    }
    void back(const std::vector<kiss_fft_cpx>& bins, std::vector<float>& time) {
        kiss_fftri(back_.get(), bins.data(), time.data());
    }

private:
    struct Free {
        void operator()(kiss_fftr_cfg plan) const { kiss_fftr_free(plan); }
    };
    using Plan = std::unique_ptr<kiss_fftr_state, Free>;
    std::size_t size_ = 0;
    Plan there_, back_;
};

/// White noise turned pink, as long as `noise`.
void make_pink(std::span<float> noise, int sample_rate) {
    constexpr double kLowest = 20;  // Hz
    Transform transform(noise.size());
    std::vector<float> time(transform.size());
    std::vector<kiss_fft_cpx> bins(transform.bins());
    std::ranges::copy(noise, time.begin());
    transform.there(time, bins);
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const double hz =
            static_cast<double>(i) * sample_rate / static_cast<double>(transform.size());
        const double factor = std::sqrt(kLowest / std::max(hz, kLowest));
        bins[i] = {scaled(bins[i].r, factor), scaled(bins[i].i, factor)};
    }
    transform.back(bins, time);
    const double factor = 1 / static_cast<double>(transform.size());
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = scaled(time[i], factor);
}

/// The first samples.size() of the linear convolution, by overlap and add.
std::vector<float> convolved(std::span<const float> samples, std::span<const float> response) {
    if (samples.empty()) return {};
    constexpr std::size_t kLeastSize = 1024;
    const std::size_t reach = response.size() - 1;
    Transform transform(
        std::max(kLeastSize, std::min(samples.size() + reach, 4 * response.size())));
    const std::size_t hop = transform.size() - reach;
    std::vector<float> time(transform.size(), 0.0F), sum(samples.size(), 0.0F);
    std::vector<kiss_fft_cpx> filter(transform.bins()), bins(transform.bins());
    std::ranges::copy(response, time.begin());
    transform.there(time, filter);
    const double factor = 1 / static_cast<double>(transform.size());
    for (std::size_t first = 0; first < samples.size(); first += hop) {
        const auto block = samples.subspan(first, std::min(hop, samples.size() - first));
        std::ranges::fill(time, 0.0F);
        std::ranges::copy(block, time.begin());
        transform.there(time, bins);
        for (std::size_t i = 0; i < bins.size(); ++i) {
            const auto [a, b] = bins[i];
            bins[i] = {a * filter[i].r - b * filter[i].i, a * filter[i].i + b * filter[i].r};
        }
        transform.back(bins, time);
        const std::size_t end = std::min(samples.size() - first, transform.size());
        for (std::size_t i = 0; i < end; ++i) sum[first + i] += scaled(time[i], factor);
    }
    return sum;
}

/// Puts one channel into row-major frames.
void set_channel(types::Audio& audio, std::size_t channel, std::span<const float> samples) {
    const auto channels = static_cast<std::size_t>(audio.channels);
    for (std::size_t i = 0; i < samples.size(); ++i)
        audio.samples[i * channels + channel] = samples[i];
}

Band draw_band(std::size_t length, std::size_t most, engine::Random& random) {
    const std::size_t size = random.below(std::min(length, most) + 1);
    return {.first = random.below(length - size + 1), .size = size};
}

}  // namespace

void require_sound(const types::Audio& audio) {
    if (audio.sample_rate < 1 || audio.channels < 1 ||
        audio.samples.size() % static_cast<std::size_t>(audio.channels) != 0) {
        throw engine::Error(
            {.code = "E-AUG-001",
             .what = "The recording is malformed",
             .expected = "a sample rate, channels, and a sample of each in a frame",
             .found = fmt::format("{} Hz, {} channels, {} samples", audio.sample_rate,
                                  audio.channels, audio.samples.size()),
             .mend = "Correct the node that makes it."});
    }
    require_finite(audio.samples);
}

types::Audio shifted(const types::Audio& audio, std::int64_t frames) {
    require_sound(audio);
    const auto length = static_cast<std::int64_t>(audio.frames());
    const std::int64_t by = std::clamp(frames, -length, length) * audio.channels;
    types::Audio moved{audio.sample_rate, audio.channels,
                       std::vector<float>(audio.samples.size(), 0.0F)};
    const auto& from = audio.samples;
    if (by >= 0)
        std::copy(from.begin(), from.end() - by, moved.samples.begin() + by);
    else
        std::copy(from.begin() - by, from.end(), moved.samples.begin());
    return moved;
}

std::int64_t draw_shift(int sample_rate, double most, engine::Random& random) {
    require_within(most, 0, 3.6e6, "The longest shift");
    const auto frames = static_cast<std::int64_t>(most * sample_rate / 1000);
    if (frames <= 0) return 0;
    return static_cast<std::int64_t>(random.below(2 * static_cast<std::uint64_t>(frames) + 1)) -
           frames;
}

std::vector<float> colored_noise(NoiseColor color, std::size_t frames, int sample_rate,
                                 engine::Random& random) {
    std::vector<float> noise(frames);
    for (float& value : noise) value = static_cast<float>(random.normal());
    if (color == NoiseColor::Pink) {
        // One spectrum of hours would cost memory; nothing below 20 Hz reaches across a joint.
        constexpr std::size_t kBlock = std::size_t{1} << 18;
        for (std::size_t first = 0; first < frames; first += kBlock)
            make_pink(std::span(noise).subspan(first, std::min(kBlock, frames - first)),
                      sample_rate);
    }
    const double root = std::sqrt(mean_square(noise));
    for (float& value : noise) value = root > 0 ? scaled(value, 1 / root) : value;
    return noise;
}

types::Audio noise_like(const types::Audio& speech, NoiseColor color, engine::Random& random) {
    require_sound(speech);
    types::Audio noise = speech;
    for (int channel = 0; channel < speech.channels; ++channel)
        set_channel(noise, static_cast<std::size_t>(channel),
                    colored_noise(color, speech.frames(), speech.sample_rate, random));
    return noise;
}

types::Audio noise_from(const types::Audio& recording, const types::Audio& speech,
                        engine::Random& random) {
    require_sound(recording);
    require_sound(speech);
    if (recording.sample_rate != speech.sample_rate || recording.frames() == 0 ||
        (recording.channels != 1 && recording.channels != speech.channels)) {
        throw engine::Error(
            {.code = "E-AUG-004",
             .what = "The recording of noise does not fit the speech",
             .expected = fmt::format("{} Hz, 1 or {} channels, not empty", speech.sample_rate,
                                     speech.channels),
             .found = fmt::format("{} Hz, {} channels, {} frames", recording.sample_rate,
                                  recording.channels, recording.frames()),
             .mend = "Set sample_rate and one_channel on the nodes that load them."});
    }
    const std::size_t length = recording.frames(), wanted = speech.frames();
    std::size_t at = random.below(length > wanted ? length - wanted + 1 : length);
    const auto from = static_cast<std::size_t>(recording.channels);
    const auto channels = static_cast<std::size_t>(speech.channels);
    types::Audio noise{speech.sample_rate, speech.channels, {}};
    noise.samples.reserve(speech.samples.size());
    for (std::size_t i = 0; i < wanted; ++i) {
        for (std::size_t c = 0; c < channels; ++c)
            noise.samples.push_back(recording.samples[at * from + (from == 1 ? 0 : c)]);
        if (++at == length) at = 0;
    }
    return noise;
}

double speech_power(const types::Audio& audio, PowerOver over) {
    require_sound(audio);
    const std::span<const float> samples(audio.samples);
    if (over == PowerOver::Whole) return mean_square(samples);
    constexpr double kWithin = 1e-4;  // 40 dB
    const std::size_t step = static_cast<std::size_t>(std::max(1, audio.sample_rate / 100)) *
                             static_cast<std::size_t>(audio.channels);
    const auto stretch = [&](std::size_t first) {
        return samples.subspan(first, std::min(step, samples.size() - first));
    };
    double loudest = 0;
    for (std::size_t first = 0; first < samples.size(); first += step)
        loudest = std::max(loudest, mean_square(stretch(first)));
    if (loudest == 0) return 0;
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t first = 0; first < samples.size(); first += step) {
        const auto part = stretch(first);
        if (mean_square(part) < kWithin * loudest) continue;
        sum += energy(part);
        count += part.size();
    }
    return sum / static_cast<double>(count);
}

Leveled with_noise(const types::Audio& speech, const types::Audio& noise, double snr,
                   PowerOver over) {
    require_within(snr, -100, 100, "The signal-to-noise ratio in dB");
    require_sound(noise);
    const double power = speech_power(speech, over), noise_power = mean_square(noise.samples);
    if (noise.sample_rate != speech.sample_rate || noise.channels != speech.channels ||
        noise.samples.size() != speech.samples.size()) {
        throw engine::Error({.code = "E-AUG-004",
                             .what = "Noise and speech differ in shape",
                             .expected = fmt::format("{} samples", speech.samples.size()),
                             .found = fmt::format("{} samples", noise.samples.size()),
                             .mend = "Cut the noise to the speech first."});
    }
    Leveled mixed{speech, 0};
    if (power > 0 && noise_power > 0) {
        const double factor = std::sqrt(power / noise_power * std::pow(10, -snr / 10));
        for (std::size_t i = 0; i < noise.samples.size(); ++i)
            mixed.audio.samples[i] =
                static_cast<float>(speech.samples[i] + factor * noise.samples[i]);
    }
    mixed.over = count_over(mixed.audio.samples);
    return mixed;
}

Leveled with_gain(const types::Audio& audio, double gain) {
    require_within(gain, -120, 120, "The gain in dB");
    require_sound(audio);
    Leveled louder{audio, 0};
    if (gain == 0) return louder;
    const double factor = std::pow(10, gain / 20);
    for (float& value : louder.audio.samples) value = scaled(value, factor);
    louder.over = count_over(louder.audio.samples);
    for (float& value : louder.audio.samples) value = std::clamp(value, -1.0F, 1.0F);
    return louder;
}

std::vector<float> room_response(const Room& room, int sample_rate, engine::Random& random) {
    require_within(room.rt60, 0.001, 20, "The reverberation time in s");
    require_within(room.direct, -60, 60, "The direct path in dB");
    require_within(sample_rate, 1, 1e6, "The sample rate in Hz");
    const auto length = static_cast<std::size_t>(std::ceil(room.rt60 * sample_rate)) + 1;
    std::vector<float> response(length, 0.0F);
    for (std::size_t i = 1; i < length; ++i) {
        const double fall = std::pow(10, -3.0 * static_cast<double>(i) / (room.rt60 * sample_rate));
        response[i] = static_cast<float>(random.normal() * fall);
    }
    const double reflected = energy(response);
    const double ratio = std::pow(10, room.direct / 10);  // direct / reflected, together 1
    if (reflected > 0) {
        for (float& value : response) value = scaled(value, std::sqrt(1 / (1 + ratio) / reflected));
    }
    response[0] = static_cast<float>(std::sqrt(ratio / (1 + ratio)));
    return response;
}

Leveled in_room(const types::Audio& audio, std::span<const float> response) {
    require_sound(audio);
    require_finite(response);
    require_within(static_cast<double>(response.size()), 1, 1 << 26, "The response's length");
    Leveled heard{audio, 0};
    const auto channels = static_cast<std::size_t>(audio.channels);
    std::vector<float> samples(audio.frames());
    for (std::size_t channel = 0; channel < channels; ++channel) {
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = audio.samples[i * channels + channel];
        set_channel(heard.audio, channel, convolved(samples, response));
    }
    heard.over = count_over(heard.audio.samples);
    return heard;
}

types::Audio fitted(const types::Audio& audio, std::size_t frames, Place place,
                    engine::Random& random) {
    require_sound(audio);
    const auto channels = static_cast<std::size_t>(audio.channels);
    if (frames > kMostSamples / channels) {
        throw engine::Error({.code = "E-AUG-005",
                             .what = "The recording would be too long",
                             .expected = fmt::format("at most {} samples", kMostSamples),
                             .found = fmt::format("{} frames of {} channels", frames, channels),
                             .mend = "Choose a shorter length."});
    }
    const std::size_t had = audio.frames();
    const std::size_t room = std::max(had, frames) - std::min(had, frames);
    std::size_t skip = 0;
    if (place == Place::Center) skip = room / 2;
    if (place == Place::Random) skip = random.below(room + 1);
    types::Audio fit{audio.sample_rate, audio.channels,
                     std::vector<float>(frames * channels, 0.0F)};
    const std::span<const float> kept(audio.samples);
    const std::size_t common = std::min(had, frames) * channels;
    std::ranges::copy(kept.subspan(had > frames ? skip * channels : 0, common),
                      std::span(fit.samples).subspan(had > frames ? 0 : skip * channels).begin());
    return fit;
}

Masked spec_augment(std::span<float> features, std::size_t dimension, const SpecMasks& masks,
                    engine::Random& random) {
    if (dimension == 0 ? !features.empty() : features.size() % dimension != 0) {
        throw engine::Error(
            {.code = "E-AUG-006",
             .what = "The features are no matrix",
             .expected = "[frames, dimension]",
             .found = fmt::format("{} numbers, dimension {}", features.size(), dimension),
             .mend = "Correct the node that makes them."});
    }
    constexpr double kMost = 1 << 20;
    require_within(masks.frequency_masks, 0, kMost, "The number of frequency masks");
    require_within(masks.frequency_width, 0, kMost, "The width of frequency masks");
    require_within(masks.time_masks, 0, kMost, "The number of time masks");
    require_within(masks.time_width, 0, kMost, "The width of time masks");
    require_within(masks.time_share, 0, 1, "The share of a time mask");
    require_finite(features);
    Masked masked;
    if (features.empty()) return masked;
    const std::size_t frames = features.size() / dimension;
    const double sum = std::accumulate(features.begin(), features.end(), 0.0);
    const float value = masks.value == MaskValue::Zero
                            ? 0.0F
                            : static_cast<float>(sum / static_cast<double>(features.size()));
    for (int i = 0; i < masks.frequency_masks; ++i) {
        const Band band =
            draw_band(dimension, static_cast<std::size_t>(masks.frequency_width), random);
        for (std::size_t row = 0; row < frames; ++row)
            std::ranges::fill(features.subspan(row * dimension + band.first, band.size), value);
        masked.frequency.push_back(band);
    }
    const auto share = static_cast<std::size_t>(masks.time_share * static_cast<double>(frames));
    for (int i = 0; i < masks.time_masks; ++i) {
        const Band band =
            draw_band(frames, std::min(share, static_cast<std::size_t>(masks.time_width)), random);
        std::ranges::fill(features.subspan(band.first * dimension, band.size * dimension), value);
        masked.time.push_back(band);
    }
    return masked;
}

}  // namespace millrace::ops
