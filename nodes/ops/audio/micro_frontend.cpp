#include "nodes/ops/audio/micro_frontend.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace millrace::ops {
namespace {

constexpr int kWindowBits = 12, kWeightBits = 12, kNoiseBits = 14, kSmoothingBits = 10;
constexpr int kSpectrumSize = 512;
/// The spectrum is 1/512 of the transform, the root of the weights 2^6; this much is left.
constexpr int kCorrectionBits = 9 - kWeightBits / 2;
constexpr int kSnrBits = 12, kOutputBits = 6;
constexpr float kLowest = 125, kHighest = 7500;  // Hz
constexpr float kStrength = 0.95F, kOffset = 80;
constexpr int kGainBits = 21;

/// Of 2^14, truncated: 0.025, 0.06 and 0.05.
constexpr std::uint32_t kEvenSmoothing = 409, kOddSmoothing = 983, kLeastRemaining = 819;

// The filters are worked out in float32 where the library does, as each rounding moves a weight.
float mel(float hz) { return static_cast<float>(1127.0 * std::log1p(hz / 700.0)); }

/// round(a * b / 2^15), halves up.
int product(int a, int b) { return (a * b + (1 << 14)) >> 15; }

int quarter(int x) { return product(x, 32767 / 4); }
int half(int x) { return product(x, 32767 / 2); }

/// Integer root, rounded to nearest, by digits.
std::uint64_t root(std::uint64_t x, std::uint64_t most) {
    if (x == 0) return 0;
    std::uint64_t bit = std::uint64_t{1} << ((std::bit_width(x) - 1) / 2 * 2);
    std::uint64_t result = 0;
    for (; bit > 0; bit >>= 2) {
        const bool is_set = x >= result + bit;
        if (is_set) x -= result + bit;
        result = (result >> 1) + (is_set ? bit : 0);
    }
    return x > result && result != most ? result + 1 : result;
}

std::uint64_t root(std::uint64_t x) { return root(x, x >> 32 == 0 ? 0xFFFF : 0xFFFFFFFF); }

/// Signal-to-noise ratio to loudness: a parabola that goes over into a line at 2.
std::uint32_t shrunk(std::uint32_t snr) {
    if (snr < (2U << kSnrBits)) return (snr * snr) >> (2 + 2 * kSnrBits - kOutputBits);
    return (snr >> (kSnrBits - kOutputBits)) - (1U << kOutputBits);
}

/// Gain for a noise estimate in 1/2^(10 - 3).
int exact_gain(std::uint32_t noise) {
    const float level = static_cast<float>(noise) / (1 << (kSmoothingBits - kCorrectionBits));
    const float gain = (1 << kGainBits) * std::pow(level + kOffset, -kStrength);
    return gain > 32767 ? 32767 : static_cast<int>(gain + 0.5F);
}

std::int16_t rounded(double x) { return static_cast<std::int16_t>(std::floor(x + 0.5)); }

/// The least and most logarithms that training saw are 0 and 666 = 25.6 * 26, rounded.
std::int8_t feature(std::uint32_t log) {
    const std::int32_t value = (static_cast<std::int32_t>(log) * 256 + 333) / 666 - 128;
    return static_cast<std::int8_t>(std::clamp(value, -128, 127));
}

}  // namespace

MicroFrontend::MicroFrontend() {
    const auto arg = static_cast<float>(2 * std::numbers::pi / float{kWindow});
    for (std::size_t i = 0; i < kWindow; ++i) {
        const auto value = static_cast<float>(0.5 - 0.5 * std::cos(arg * (i + 0.5)));
        window_[i] = rounded(value * (1 << kWindowBits));
    }
    for (std::size_t i = 0; i < fft_twiddles_.size(); ++i) {
        const double phase = -2 * std::numbers::pi * double(i) / double(fft_twiddles_.size());
        fft_twiddles_[i] = {rounded(32767 * std::cos(phase)), rounded(32767 * std::sin(phase))};
    }
    for (std::size_t i = 0; i < real_twiddles_.size(); ++i) {
        const double phase = -std::numbers::pi * (double(i + 1) / 256 + 0.5);
        real_twiddles_[i] = {rounded(32767 * std::cos(phase)), rounded(32767 * std::sin(phase))};
    }
    for (std::size_t i = 0; i < log_bends_.size(); ++i) {
        const double x = double(i) / 128;
        log_bends_[i] = static_cast<std::int32_t>(std::lround(65536 * (std::log2(1 + x) - x)));
    }
    make_bands();
    make_gains();
}

/// Band b rises in the filter of channel b - 1 and falls in that of b - 2 by the same weights.
void MicroFrontend::make_bands() {
    const float hz_per_bin = float{kSampleRate} / kSpectrumSize;
    const float low = mel(kLowest);
    const float spacing = (mel(kHighest) - low) / (kChannels + 1);
    auto bin = static_cast<std::size_t>(1.5F + kLowest / hz_per_bin);
    float from = low;
    for (std::size_t band = 0; band <= kChannels; ++band) {
        const float to = low + spacing * static_cast<float>(band + 1);
        band_starts_[band] = bin;
        for (; mel(static_cast<float>(bin) * hz_per_bin) <= to; ++bin) {
            const float weight = (to - mel(static_cast<float>(bin) * hz_per_bin)) / (to - from);
            const double one = 1 << kWeightBits;
            bins_.push_back({static_cast<std::uint64_t>(rounded(weight * one)),
                             static_cast<std::uint64_t>(rounded((1.0 - weight) * one))});
        }
        from = to;
    }
    band_starts_.back() = bin;
}

void MicroFrontend::make_gains() {
    for (int bits = 2; bits <= 32; ++bits) {
        const std::uint32_t x0 = std::uint32_t{1} << (bits - 1);
        const std::uint32_t x2 = bits == 32 ? x0 + (x0 - 1) : 2 * x0;
        const int y0 = exact_gain(x0);
        const int middle = exact_gain(x0 + x0 / 2) - y0, end = exact_gain(x2) - y0;
        const int slope = 4 * middle - end;
        const std::size_t at = static_cast<std::size_t>(bits) * 3;
        gains_[at] = y0;
        gains_[at + 1] = slope;
        gains_[at + 2] = end - slope;
    }
    gains_[0] = exact_gain(0);
    gains_[3] = exact_gain(1);
}

std::uint32_t MicroFrontend::gain(std::uint32_t noise) const {
    const int bits = std::bit_width(noise);
    const std::size_t at = static_cast<std::size_t>(bits) * 3;
    if (noise <= 2) return static_cast<std::uint32_t>(gains_[at]);
    const auto part = static_cast<std::int32_t>(
        (bits < 11 ? noise << (11 - bits) : noise >> (bits - 11)) & 0x3FF);
    const std::int32_t slope = ((gains_[at + 2] * part) >> 5) + gains_[at + 1] * 32;
    return static_cast<std::uint32_t>(((slope * part + (1 << 14)) >> 15) + gains_[at]);
}

void MicroFrontend::push(std::span<const std::int16_t> samples,
                         std::vector<std::int8_t>& features) {
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    std::size_t at = 0;
    for (; waiting_.size() - at >= kWindow; at += kStep)
        frame(std::span(waiting_).subspan(at, kWindow), features);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void MicroFrontend::reset() {
    waiting_.clear();
    noise_.fill(0);
}

void MicroFrontend::frame(std::span<const std::int16_t> samples,
                          std::vector<std::int8_t>& features) {
    std::array<std::int16_t, kSpectrumSize> padded{};
    int most = 0;
    for (std::size_t i = 0; i < kWindow; ++i) {
        padded[i] = static_cast<std::int16_t>((samples[i] * window_[i]) >> kWindowBits);
        most = std::max(most, std::abs(int{padded[i]}));
    }
    // As much as 15 bits hold, since each stage of the transform drops bits.
    const int shift = std::max(0, 15 - static_cast<int>(std::bit_width(unsigned(most))));
    for (std::int16_t& value : padded) value = static_cast<std::int16_t>(value * (1 << shift));
    spectrum(padded);

    std::uint64_t risen = 0;
    for (std::size_t band = 0; band <= kChannels; ++band) {
        std::uint64_t own = risen;
        risen = 0;
        for (std::size_t bin = band_starts_[band]; bin < band_starts_[band + 1]; ++bin) {
            const Bin& part = bins_[bin - band_starts_[0]];
            own += part.weight * energies_[bin];
            risen += part.rest * energies_[bin];
        }
        if (band == 0) continue;  // it only hands on
        const std::size_t channel = band - 1;
        const std::uint32_t signal =
            without_noise(channel, static_cast<std::uint32_t>(root(own) >> shift));
        const auto snr =
            static_cast<std::uint32_t>((std::uint64_t{signal} * gain(noise_[channel])) >>
                                       (kGainBits - kCorrectionBits - kSnrBits));
        features.push_back(feature(log_of(shrunk(snr) << kCorrectionBits)));
    }
}

std::uint32_t MicroFrontend::without_noise(std::size_t channel, std::uint32_t signal) {
    const std::uint64_t smoothing = channel % 2 == 0 ? kEvenSmoothing : kOddSmoothing;
    const std::uint32_t fine = signal << kSmoothingBits;
    noise_[channel] = static_cast<std::uint32_t>(
        (fine * smoothing + noise_[channel] * ((1U << kNoiseBits) - smoothing)) >> kNoiseBits);
    const std::uint32_t left = (fine - std::min(noise_[channel], fine)) >> kSmoothingBits;
    const auto least =
        static_cast<std::uint32_t>((std::uint64_t{signal} * kLeastRemaining) >> kNoiseBits);
    return std::max(left, least);
}

/// 64 times the natural logarithm.
std::uint32_t MicroFrontend::log_of(std::uint32_t value) const {
    if (value <= 1) return 0;
    const int whole = std::bit_width(value) - 1;
    const std::uint32_t rest = value - (std::uint32_t{1} << whole);
    const auto part =
        static_cast<std::int32_t>(whole < 16 ? rest << (16 - whole) : rest >> (whole - 16));
    const std::size_t segment = static_cast<std::size_t>(part) >> 9;
    const std::int32_t bend = log_bends_[segment];
    // The library divides by 2^16 where a segment has 2^9 steps, so it interpolates hardly at all;
    // networks were trained on that.
    const std::int32_t further = ((log_bends_[segment + 1] - bend) * (part & 0x1FF)) >> 16;
    const std::uint64_t log2 = (static_cast<std::uint64_t>(whole) << 16) +
                               static_cast<std::uint64_t>(part + bend + further);
    constexpr std::uint64_t kNaturalOfTwo = 45426;  // ln 2 in 1/65536
    const std::uint64_t natural = (kNaturalOfTwo * log2 + 32768) >> 16;
    return static_cast<std::uint32_t>((natural * 64 + 32768) >> 16);
}

/// 1/512 of the transform in 16 bits: a radix-4 transform of 256 pairs, decimated in time and
/// divided by 4 before each stage, then parted into the spectrum of 512 real values.
void MicroFrontend::spectrum(std::span<const std::int16_t> samples) {
    for (std::size_t i = 0; i < packed_.size(); ++i) {
        const std::size_t reversed =
            (i & 3) << 6 | (i >> 2 & 3) << 4 | (i >> 4 & 3) << 2 | (i >> 6 & 3);
        packed_[i] = {samples[2 * reversed], samples[2 * reversed + 1]};
    }
    const auto made = [](int real, int imaginary) {
        return Complex{static_cast<std::int16_t>(real), static_cast<std::int16_t>(imaginary)};
    };
    const auto turned = [&made](Complex a, Complex by) {
        return made((a.real * by.real - a.imaginary * by.imaginary + (1 << 14)) >> 15,
                    (a.real * by.imaginary + a.imaginary * by.real + (1 << 14)) >> 15);
    };
    const auto sum = [&made](Complex a, Complex b) {
        return made(a.real + b.real, a.imaginary + b.imaginary);
    };
    const auto difference = [&made](Complex a, Complex b) {
        return made(a.real - b.real, a.imaginary - b.imaginary);
    };
    for (std::size_t span = 1; span < packed_.size(); span *= 4) {
        const std::size_t stride = packed_.size() / (4 * span);
        for (std::size_t at = 0; at < packed_.size(); ++at) {
            if (at / span % 4 != 0) continue;
            std::array<Complex, 4> x;
            for (std::size_t k = 0; k < 4; ++k) {
                const Complex value = packed_[at + k * span];
                const Complex small = made(quarter(value.real), quarter(value.imaginary));
                x[k] = k == 0 ? small : turned(small, fft_twiddles_[at % span * stride * k]);
            }
            const Complex even = sum(x[0], x[2]), odd = sum(x[1], x[3]);
            const Complex even_rest = difference(x[0], x[2]), rest = difference(x[1], x[3]);
            const Complex odd_rest = made(rest.imaginary, -rest.real);
            packed_[at] = sum(even, odd);
            packed_[at + span] = sum(even_rest, odd_rest);
            packed_[at + 2 * span] = difference(even, odd);
            packed_[at + 3 * span] = difference(even_rest, odd_rest);
        }
    }
    const auto energy = [](int real, int imaginary) {
        const auto a = static_cast<std::int16_t>(real), b = static_cast<std::int16_t>(imaginary);
        return static_cast<std::uint32_t>(a * a) + static_cast<std::uint32_t>(b * b);
    };
    // The bins 0 and 256 belong to no band.
    for (std::size_t k = 1; k <= real_twiddles_.size(); ++k) {
        const Complex a = packed_[k], b = packed_[packed_.size() - k];
        const Complex near = made(half(a.real), half(a.imaginary));
        const Complex far = made(half(b.real), half(-b.imaginary));
        const Complex both = sum(near, far);
        const Complex turn = turned(difference(near, far), real_twiddles_[k - 1]);
        energies_[k] = energy((both.real + turn.real) >> 1, (both.imaginary + turn.imaginary) >> 1);
        energies_[packed_.size() - k] =
            energy((both.real - turn.real) >> 1, (turn.imaginary - both.imaginary) >> 1);
    }
}

std::vector<std::int16_t> pcm16(std::span<const float> samples) {
    std::vector<std::int16_t> result(samples.size());
    std::ranges::transform(samples, result.begin(), [](float x) {
        if (std::isnan(x)) return std::int16_t{0};
        return static_cast<std::int16_t>(
            std::clamp(std::round(double{x} * 32768), -32768.0, 32767.0));
    });
    return result;
}

}  // namespace millrace::ops
