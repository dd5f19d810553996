#include "nodes/ops/audio/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostSamples = std::int64_t{1} << 60;  // of a stream
constexpr float kNaturalFloor = std::numeric_limits<float>::epsilon(), kDecimalFloor = 1e-10F;

/// By partial sums, which go in step; the error is below a float's last digit either way.
float mean_of(std::span<const float> values) {
    std::array<double, 8> sums = {};
    std::size_t i = 0;
    for (; i + sums.size() <= values.size(); i += sums.size())
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += double{values[i + k]};
    for (; i < values.size(); ++i) sums[0] += double{values[i]};
    return static_cast<float>(std::accumulate(sums.begin(), sums.end(), 0.0) /
                              static_cast<double>(values.size()));
}

FrontEnd checked(const FrontEnd& front_end) {
    const FrontEnd& f = front_end;
    const bool good = f.frame_length >= 2 && f.frame_length <= f.fft_size &&
                      f.fft_size <= 1 << 20 && f.frame_shift >= 1 && f.frame_shift <= 1 << 20 &&
                      f.cepstra >= 0 && f.cepstra <= f.mel.filters && f.lifter >= 0 &&
                      f.mel.fft_size == f.fft_size;
    if (good) return front_end;
    throw engine::Error(
        {.code = "E-AUDIO-003",
         .what = "Features of this layout can't be made",
         .expected = "a frame of 2 samples or more that fits a spectrum of up to 1048576, a shift "
                     "of 1 or more, "
                     "and no more coefficients than filters",
         .found = fmt::format("{} samples every {}, spectrum of {}, {} coefficients of {} filters",
                              f.frame_length, f.frame_shift, f.fft_size, f.cepstra, f.mel.filters),
         .mend = "Choose other lengths."});
}

std::vector<float> window_of(const FrontEnd& front_end) {
    const int n = front_end.frame_length;
    const bool periodic = front_end.hann_power == 0;
    std::vector<float> window(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
        const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / (periodic ? n : n - 1));
        window[static_cast<std::size_t>(i)] =
            static_cast<float>(periodic ? hann : std::pow(hann, front_end.hann_power));
    }
    return window;
}

std::vector<float> dct_of(const FrontEnd& front_end) {
    const int n = front_end.mel.filters;
    std::vector<float> rows;
    for (int k = 0; k < front_end.cepstra; ++k) {
        const double norm = std::sqrt((k == 0 ? 1.0 : 2.0) / n);
        const double lift =
            front_end.lifter > 0
                ? 1 + 0.5 * front_end.lifter * std::sin(std::numbers::pi * k / front_end.lifter)
                : 1;
        for (int i = 0; i < n; ++i)
            rows.push_back(
                static_cast<float>(lift * norm * std::cos(std::numbers::pi / n * (i + 0.5) * k)));
    }
    return rows;
}

}  // namespace

FrontEnd kaldi_fbank(double sample_rate, int filters, double length, double shift) {
    FrontEnd made;
    made.sample_rate = sample_rate;
    made.frame_length = static_cast<int>(sample_rate * length / 1000);
    made.frame_shift = static_cast<int>(sample_rate * shift / 1000);
    made.fft_size =
        static_cast<int>(std::bit_ceil(static_cast<unsigned>(std::max(made.frame_length, 2))));
    made.mel = {.scale = MelScale::Kaldi,
                .sample_rate = sample_rate,
                .fft_size = made.fft_size,
                .filters = filters,
                .low = 20,
                .high = sample_rate / 2};
    return made;
}

FrontEnd kaldi_mfcc(double sample_rate, int filters, int cepstra, double lifter) {
    FrontEnd made = kaldi_fbank(sample_rate, filters);
    made.cepstra = cepstra;
    made.lifter = lifter;
    return made;
}

FrontEnd centered_log_mel(double sample_rate, int fft_size, int shift, int filters, MelScale scale,
                          bool by_area) {
    return {.sample_rate = sample_rate,
            .frame_length = fft_size,
            .frame_shift = shift,
            .fft_size = fft_size,
            .framing = Framing::Center,
            .remove_mean = false,
            .preemphasis = 0,
            .hann_power = 0,
            .gain = 1,
            .mel = {.scale = scale,
                    .sample_rate = sample_rate,
                    .fft_size = fft_size,
                    .filters = filters,
                    .low = 0,
                    .high = sample_rate / 2,
                    .by_area = by_area},
            .natural_log = false};
}

FeatureExtractor::FeatureExtractor(const FrontEnd& front_end)
    : front_end_(checked(front_end)),
      window_(window_of(front_end)),
      filters_(mel_filters(front_end.mel)),
      dct_(dct_of(front_end)),
      spectrum_(front_end.fft_size),
      edge_(static_cast<std::size_t>(front_end.frame_length)),
      frame_(static_cast<std::size_t>(front_end.fft_size)),
      power_(static_cast<std::size_t>(front_end.fft_size) / 2 + 1),
      energies_(static_cast<std::size_t>(front_end.mel.filters)) {}

/// The first sample that a frame covers; before 0 where an edge is mirrored.
std::int64_t FeatureExtractor::start_of(std::int64_t frame) const {
    const std::int64_t at = frame * front_end_.frame_shift;
    switch (front_end_.framing) {
        case Framing::Mirror:
            return at + front_end_.frame_shift / 2 - front_end_.frame_length / 2;
        case Framing::Center:
            return at - front_end_.frame_length / 2;
        case Framing::Snip:
            break;
    }
    return at;
}

std::int64_t FeatureExtractor::frames_in_all(std::int64_t samples) const {
    const std::int64_t shift = front_end_.frame_shift, length = front_end_.frame_length;
    switch (front_end_.framing) {
        case Framing::Mirror:
            return (samples + shift / 2) / shift;
        case Framing::Center:
            // A reflection needs samples beyond the edge that it is of.
            return samples > length / 2 ? 1 + samples / shift : 0;
        case Framing::Snip:
            break;
    }
    return samples < length ? 0 : 1 + (samples - length) / shift;
}

/// `total`: samples in all, once they are known; an end is mirrored at it.
float FeatureExtractor::sample(std::int64_t at, std::int64_t total) const {
    const bool repeated = front_end_.framing == Framing::Mirror;
    while (at < 0 || at >= total) {
        if (at < 0) at = repeated ? -1 - at : -at;
        if (at >= total) at = repeated ? 2 * total - 1 - at : 2 * total - 2 - at;
    }
    return buffer_[static_cast<std::size_t>(at - first_)];
}

void FeatureExtractor::compute(std::int64_t frame, std::int64_t total,
                               std::vector<float>& features) {
    const auto length = static_cast<std::size_t>(front_end_.frame_length);
    const std::int64_t start = start_of(frame);
    const float* from = nullptr;
    if (start >= first_ && start + front_end_.frame_length <= total) {
        from = buffer_.data() + (start - first_);
    } else {
        for (std::size_t i = 0; i < length; ++i)
            edge_[i] = sample(start + static_cast<std::int64_t>(i), total);
        from = edge_.data();
    }
    const float mean = front_end_.remove_mean ? mean_of({from, length}) : 0;
    const auto gain = static_cast<float>(front_end_.gain);
    const auto c = static_cast<float>(front_end_.preemphasis);
    frame_[0] = (from[0] - mean) * (1 - c) * gain * window_[0];
    for (std::size_t i = 1; i < length; ++i)
        frame_[i] = (from[i] - mean - c * (from[i - 1] - mean)) * gain * window_[i];
    spectrum_(frame_, power_);
    apply(filters_, power_, energies_);
    for (float& energy : energies_)
        energy = front_end_.natural_log ? std::log(std::max(energy, kNaturalFloor))
                                        : std::log10(std::max(energy, kDecimalFloor));
    if (front_end_.cepstra == 0) {
        features.insert(features.end(), energies_.begin(), energies_.end());
        return;
    }
    const std::size_t n = energies_.size();
    for (std::size_t k = 0; k < static_cast<std::size_t>(front_end_.cepstra); ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += double{dct_[k * n + i]} * energies_[i];
        features.push_back(static_cast<float>(sum));
    }
}

void FeatureExtractor::push(std::span<const float> samples, std::vector<float>& features) {
    buffer_.insert(buffer_.end(), samples.begin(), samples.end());
    received_ += static_cast<std::int64_t>(samples.size());
    // A frame that begins before the first sample is mirrored at it, and one that ends with the
    // last that has come may not be mirrored at that: more may follow.
    while (start_of(given_) + front_end_.frame_length <= received_ &&
           (start_of(given_) >= 0 || -start_of(given_) < received_))
        compute(given_++, received_, features);
    drop_used();
}

void FeatureExtractor::finish(std::vector<float>& features) {
    const std::int64_t all = frames_in_all(received_);
    while (given_ < all) compute(given_++, received_, features);
    reset();
}

void FeatureExtractor::reset() {
    buffer_.clear();
    first_ = received_ = given_ = 0;
}

/// Samples that later frames need stay; the last ones, too, since an end may be mirrored.
void FeatureExtractor::drop_used() {
    const std::int64_t needed =
        std::min(start_of(given_), received_ - 2 * std::int64_t{front_end_.frame_length});
    // Moved in large steps, so that each sample is moved once.
    if (needed - first_ < 4096 + static_cast<std::int64_t>(buffer_.size()) / 2) return;
    buffer_.erase(buffer_.begin(), buffer_.begin() + (needed - first_));
    first_ = needed;
}

void FeatureExtractor::restore(std::span<const float> waiting, std::int64_t received) {
    const std::int64_t length = front_end_.frame_length, first = start_of(0);
    const auto count = static_cast<std::int64_t>(waiting.size());
    const auto refuse = [&](const char* expected) {
        throw engine::Error({.code = "E-AUDIO-004",
                             .what = "The stored state of a feature extractor is malformed",
                             .expected = expected,
                             .found = fmt::format("{} of {}", count, received),
                             .mend = "Start the run anew."});
    };
    if (received < 0 || received > kMostSamples || count > received)
        refuse("no more waiting samples than have come");
    // As push() counts: the first frame waits until what it mirrors is there.
    std::int64_t given =
        first + length > received ? 0 : 1 + (received - first - length) / front_end_.frame_shift;
    if (given == 1 && -first >= received) given = 0;
    const std::int64_t needed = std::min(start_of(given), received - 2 * length);
    if (received - count > std::max<std::int64_t>(needed, 0))
        refuse("every sample that a frame to come needs");
    buffer_.assign(waiting.begin(), waiting.end());
    received_ = received;
    first_ = received - count;
    given_ = given;
}

std::vector<float> features_of(std::span<const float> samples, const FrontEnd& front_end) {
    FeatureExtractor extractor(front_end);
    std::vector<float> features;
    features.reserve((samples.size() / static_cast<std::size_t>(front_end.frame_shift) + 1) *
                     static_cast<std::size_t>(front_end.dimension()));
    // In parts that stay in the cache.
    constexpr std::size_t kPart = 1 << 14;
    for (std::size_t at = 0; at < samples.size(); at += kPart)
        extractor.push(samples.subspan(at, std::min(kPart, samples.size() - at)), features);
    extractor.finish(features);
    return features;
}

}  // namespace millrace::ops
