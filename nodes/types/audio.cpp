#include "nodes/types/audio.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace millrace::engine {

using types::Audio;

Record PayloadTraits<Audio>::record(const Audio& audio) {
    Record record;
    record.arrays.push_back({"samples",
                             DType::F32,
                             {static_cast<std::int64_t>(audio.frames()), audio.channels},
                             std::as_bytes(std::span(audio.samples))});
    record.attributes = {{"sample_rate", audio.sample_rate}};
    return record;
}

Audio PayloadTraits<Audio>::restore(const Record& record) {
    const ArrayView& samples = record.require("samples", DType::F32, 2);
    const Value* const rate =
        record.attributes.contains("sample_rate") ? &record.attributes.at("sample_rate") : nullptr;
    constexpr std::int64_t kMostRate = 10'000'000, kMostChannels = 1024;
    if (!rate || !rate->is_int() || rate->as_int() < 1 || rate->as_int() > kMostRate ||
        samples.shape[1] < 1 || samples.shape[1] > kMostChannels) {
        throw Error({.code = "E-FILE-011",
                     .what = "The stored recording is malformed",
                     .expected = "a sample rate of 1 to 10000000 Hz and 1 to 1024 channels",
                     .found = fmt::format("{} Hz, {} channels", rate ? to_json(*rate) : "no",
                                          samples.shape[1])});
    }
    return {static_cast<int>(rate->as_int()), static_cast<int>(samples.shape[1]),
            copy_of<float>(samples)};
}

std::vector<visual::Visual> PayloadTraits<Audio>::visual(const Audio& audio,
                                                         const visual::Budget& budget) {
    visual::Series series{.title = "waveform", .x_label = "time, s", .y_label = {}, .lines = {}};
    const std::size_t frames = audio.frames();
    const auto channels = static_cast<std::size_t>(audio.channels);
    // Two points of two numbers for each stretch of each channel.
    constexpr std::size_t kBytes = 4 * sizeof(double), kMost = 4096;
    const std::size_t stretches = std::clamp<std::size_t>(
        budget.bytes / (kBytes * std::max<std::size_t>(channels, 1)), 1, kMost);
    const std::size_t length = std::max<std::size_t>(1, (frames + stretches - 1) / stretches);
    for (std::size_t c = 0; c < channels; ++c) {
        visual::Series::Line line;
        line.name = channels == 1 ? "samples" : fmt::format("channel {}", c + 1);
        for (std::size_t first = 0; first < frames; first += length) {
            float least = audio.samples[first * channels + c], most = least;
            const std::size_t end = std::min(frames, first + length);
            for (std::size_t i = first; i < end; ++i) {
                least = std::min(least, audio.samples[i * channels + c]);
                most = std::max(most, audio.samples[i * channels + c]);
            }
            const double time = static_cast<double>(first) / audio.sample_rate;
            line.x.push_back(time);
            line.y.push_back(least);
            if (length == 1) continue;
            line.x.push_back(time + 0.5 * static_cast<double>(end - first) / audio.sample_rate);
            line.y.push_back(most);
        }
        series.lines.push_back(std::move(line));
    }
    return {std::move(series)};
}

}  // namespace millrace::engine
