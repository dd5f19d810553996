#include "nodes/ops/audio/mel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

// Slaney's scale: 3 mel for 200 Hz up to 1 kHz, then 27 mel for a factor of 6.4.
constexpr double kSlope = 200.0 / 3, kBend = 1000;
const double kLogStep = std::log(6.4) / 27;

void check(const MelLayout& layout) {
    const bool good = layout.sample_rate > 0 && layout.sample_rate <= 1e6 && layout.low >= 0 &&
                      layout.low < layout.high && layout.high <= layout.sample_rate / 2 &&
                      layout.filters >= 1 && layout.filters <= 4096 && layout.fft_size >= 2;
    if (good) return;
    throw engine::Error(
        {.code = "E-AUDIO-002",
         .what = "Mel filters of this layout can't be made",
         .expected = "1 to 4096 filters between two rising frequencies up to half the sample rate",
         .found = fmt::format("{} filters from {} to {} Hz at {} Hz", layout.filters, layout.low,
                              layout.high, layout.sample_rate),
         .mend = "Choose frequencies that the recording holds."});
}

}  // namespace

double hz_to_mel(double hz, MelScale scale) {
    switch (scale) {
        case MelScale::Kaldi:
            return 1127 * std::log1p(hz / 700);
        case MelScale::Htk:
            return 2595 * std::log10(1 + hz / 700);
        case MelScale::Slaney:
            break;
    }
    return hz < kBend ? hz / kSlope : kBend / kSlope + std::log(hz / kBend) / kLogStep;
}

double mel_to_hz(double mel, MelScale scale) {
    switch (scale) {
        case MelScale::Kaldi:
            return 700 * std::expm1(mel / 1127);
        case MelScale::Htk:
            return 700 * (std::pow(10, mel / 2595) - 1);
        case MelScale::Slaney:
            break;
    }
    const double bend = kBend / kSlope;
    return mel < bend ? mel * kSlope : kBend * std::exp((mel - bend) * kLogStep);
}

std::vector<double> mel_edges(const MelLayout& layout) {
    check(layout);
    const double low = hz_to_mel(layout.low, layout.scale);
    const double high = hz_to_mel(layout.high, layout.scale);
    std::vector<double> edges;
    for (int i = 0; i < layout.filters + 2; ++i)
        edges.push_back(mel_to_hz(low + (high - low) * i / (layout.filters + 1), layout.scale));
    return edges;
}

std::vector<MelFilter> mel_filters(const MelLayout& layout) {
    std::vector<double> edges = mel_edges(layout);
    const bool in_mel = layout.scale == MelScale::Kaldi;
    const std::vector<double> hz = edges;
    // Along the axis on which the triangles are linear.
    const auto along = [&](double frequency) {
        return in_mel ? hz_to_mel(frequency, layout.scale) : frequency;
    };
    std::ranges::transform(edges, edges.begin(), along);
    const int bins = in_mel ? layout.fft_size / 2 : layout.fft_size / 2 + 1;
    std::vector<MelFilter> filters(static_cast<std::size_t>(layout.filters));
    int from = 0;  // filters begin one behind the other
    for (std::size_t f = 0; f < filters.size(); ++f) {
        const double left = edges[f], top = edges[f + 1], right = edges[f + 2];
        const double height = layout.by_area ? 2 / (hz[f + 2] - hz[f]) : 1;
        MelFilter& filter = filters[f];
        for (int bin = from; bin < bins; ++bin) {
            const double at = along(bin * layout.sample_rate / layout.fft_size);
            const double weight =
                std::min((at - left) / (top - left), (right - at) / (right - top)) * height;
            if (!(weight > 0)) {
                if (filter.weights.empty()) continue;
                break;
            }
            if (filter.weights.empty()) filter.first = bin;
            filter.weights.push_back(static_cast<float>(weight));
        }
        if (!filter.weights.empty()) from = filter.first;
    }
    return filters;
}

void apply(std::span<const MelFilter> filters, std::span<const float> power,
           std::span<float> energies) {
    for (std::size_t f = 0; f < filters.size(); ++f) {
        const float* in = power.data() + filters[f].first;
        float sum = 0;
        for (std::size_t i = 0; i < filters[f].weights.size(); ++i)
            sum += filters[f].weights[i] * in[i];
        energies[f] = sum;
    }
}

}  // namespace millrace::ops
