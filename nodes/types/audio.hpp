// The audio payload: samples as they were recorded, one or several channels.
#pragma once

#include <vector>

#include "engine/packet.hpp"

namespace millrace::types {

struct Audio {
    int sample_rate = 16000;  ///< Hz
    int channels = 1;
    std::vector<float> samples;  ///< [frames, channels], row-major; full scale is -1 to 1

    std::size_t frames() const {
        return channels > 0 ? samples.size() / static_cast<std::size_t>(channels) : 0;
    }
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Audio> {
    static constexpr std::string_view name = "audio";
    static constexpr int version = 1;
    static Record record(const types::Audio& audio);
    static types::Audio restore(const Record& record);
    /// The waveform over seconds, a line for each channel: the least and the most sample of each
    /// stretch, so that no peak is lost.
    static std::vector<visual::Visual> visual(const types::Audio& audio,
                                              const visual::Budget& budget);
};
