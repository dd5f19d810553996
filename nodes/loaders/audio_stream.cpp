#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/audio/audio_file.hpp"

namespace millrace::nodes {
namespace {

struct AudioStream {
    engine::Path path;
    double seconds = 10;
    bool one_channel = true;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.audio_stream",
            .title = "Recording in parts",
            .group = "Sources",
            .doc =
                "Gives a recording part by part, at its own rate: one of any length, a day's as "
                "well, "
                "in the memory of one part.",
            .outputs = {{"audio", "[frames, channels] samples of a part, full scale -1 to 1"},
                        {"time", "seconds from the recording's begin to the part's"}},
            .params = {{.name = "path",
                        .field = &AudioStream::path,
                        .doc = "A WAV, FLAC or AIFF file",
                        .required_path = true},
                       {.name = "seconds",
                        .field = &AudioStream::seconds,
                        .unit = "s",
                        .range = {0.001, 3600},
                        .doc = "Length of a part; the last may be shorter"},
                       {.name = "one_channel",
                        .field = &AudioStream::one_channel,
                        .doc = "The mean of all channels"}},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    void start() {
        extent_ = ops::audio_extent(path.text);
        part_ = static_cast<std::uint64_t>(
            std::max<long long>(1, std::llround(seconds * extent_.sample_rate)));
    }

    std::uint64_t count() const { return (extent_.frames + part_ - 1) / part_; }
    std::vector<engine::Path> files(std::uint64_t) const { return {path}; }

    std::optional<std::tuple<types::Audio, double>> operator()(engine::Item item) const {
        if (item.number >= count()) return std::nullopt;
        types::Audio audio = ops::read_audio_span(path.text, item.number * part_, part_);
        if (one_channel) audio = ops::mono(audio);
        return std::tuple{std::move(audio),
                          static_cast<double>(item.number * part_) / extent_.sample_rate};
    }

private:
    ops::AudioExtent extent_;
    std::uint64_t part_ = 1;
};

}  // namespace

void register_audio_stream(engine::Registry& registry) { registry.add<AudioStream>(); }

}  // namespace millrace::nodes
