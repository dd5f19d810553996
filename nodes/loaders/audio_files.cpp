#include <cstdint>
#include <filesystem>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/node.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct AudioFiles {
    engine::Path path;
    int sample_rate = 0;
    bool one_channel = true;
    int first = 0;
    int files_wanted = 0;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.audio_files",
            .title = "Recordings",
            .group = "Sources",
            .doc =
                "Gives the recordings of a folder (WAV, FLAC, Ogg, AIFF) in the order of their "
                "names.",
            .outputs = {{"audio", "[frames, channels] samples, full scale -1 to 1"},
                        {"name", "Name of the file without its ending"}},
            .params = {{.name = "path",
                        .field = &AudioFiles::path,
                        .doc = "A recording, or a folder of recordings",
                        .required_path = true},
                       {.name = "sample_rate",
                        .field = &AudioFiles::sample_rate,
                        .unit = "Hz",
                        .range = {0, 1e6},
                        .doc = "Recordings are brought to this rate; 0: as they are"},
                       {.name = "one_channel",
                        .field = &AudioFiles::one_channel,
                        .doc = "The mean of all channels"},
                       {.name = "first",
                        .field = &AudioFiles::first,
                        .range = {0, 1e9},
                        .doc = "Number of the first recording, from 0"},
                       {.name = "files",
                        .field = &AudioFiles::files_wanted,
                        .range = {0, 1e9},
                        .doc = "How many recordings; 0 means all"}},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    void start() {
        files_.list(path, ops::is_audio_name, "WAV, FLAC, Ogg or AIFF recordings", first,
                    files_wanted);
    }

    std::optional<std::tuple<types::Audio, types::Text>> operator()(engine::Item item) const {
        if (!files_.has(item.number)) return std::nullopt;
        const std::filesystem::path& file = files_[item.number];
        types::Audio audio = ops::read_audio(file);
        if (one_channel) audio = ops::mono(audio);
        if (sample_rate > 0) audio = ops::resampled(audio, sample_rate);
        return std::tuple{std::move(audio), types::Text{file.stem().string()}};
    }

    std::uint64_t count() const { return files_.count(); }
    std::vector<engine::Path> files(std::uint64_t item) const { return files_.files(item); }

private:
    FileSeries files_;
};

}  // namespace

void register_audio_files(engine::Registry& registry) { registry.add<AudioFiles>(); }

}  // namespace millrace::nodes
