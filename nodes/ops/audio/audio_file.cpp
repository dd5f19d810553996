#include "nodes/ops/audio/audio_file.hpp"

#include <sndfile.h>
#include <soxr.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr int kMostRate = 10'000'000;

struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
};

/// Bytes in memory as libsndfile reads a file.
struct Window {
    std::span<const std::byte> bytes;
    sf_count_t at = 0;

    sf_count_t size() const { return static_cast<sf_count_t>(bytes.size()); }

    static SF_VIRTUAL_IO io() {
        return {.get_filelen = [](void* self) { return static_cast<Window*>(self)->size(); },
                .seek =
                    [](sf_count_t by, int whence, void* self) {
                        auto& window = *static_cast<Window*>(self);
                        sf_count_t from = 0;
                        if (whence == SEEK_CUR) from = window.at;
                        if (whence == SEEK_END) from = window.size();
                        // Compared as distances: a damaged header may ask for any number.
                        if (by >= -from && by <= window.size() - from) return window.at = from + by;
                        return sf_count_t{-1};
                    },
                .read =
                    [](void* to, sf_count_t wanted, void* self) {
                        auto& window = *static_cast<Window*>(self);
                        const sf_count_t count =
                            std::clamp<sf_count_t>(wanted, 0, window.size() - window.at);
                        if (count > 0)
                            std::memcpy(to, window.bytes.data() + window.at,
                                        static_cast<std::size_t>(count));
                        window.at += count;
                        return count;
                    },
                .write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
                .tell = [](void* self) { return static_cast<Window*>(self)->at; }};
    }
};

[[noreturn]] void missing(const std::filesystem::path& path) {
    throw engine::Error({.code = "E-FILE-001",
                         .what = "There is no such file",
                         .expected = "a recording",
                         .found = path.string(),
                         .where = path.string(),
                         .mend = "Check the path."});
}

void check_opened(SNDFILE* file, const SF_INFO& info, const std::string& where) {
    if (file && info.channels >= 1 && info.samplerate >= 1 && info.samplerate <= kMostRate) return;
    throw engine::Error({.code = "E-AUDIO-010",
                         .what = "The file is no recording that can be read",
                         .expected = "WAV, FLAC, Ogg or AIFF",
                         .found = file ? "a header without channels or sample rate"
                                       : std::string(sf_strerror(nullptr)),
                         .where = where,
                         .mend = "Convert it, for example with sox or ffmpeg."});
}

/// What has been opened, as samples; `file` is null where opening failed.
types::Audio decode(SNDFILE* file, const SF_INFO& info, const std::string& where) {
    check_opened(file, info, where);
    const auto channels = static_cast<std::size_t>(info.channels);
    const auto too_long = [&](sf_count_t frames) {
        throw engine::Error({.code = "E-AUDIO-011",
                             .what = "The recording is too long to be held as a whole",
                             .expected = fmt::format("at most {} samples", kMostSamples),
                             .found = fmt::format("{} frames of {} channels", frames, channels),
                             .where = where,
                             .mend = "Cut it into parts."});
    };
    const bool counted = info.frames > 0 && info.frames < SF_COUNT_MAX;
    if (counted && static_cast<std::size_t>(info.frames) > kMostSamples / channels)
        too_long(info.frames);
    types::Audio audio{.sample_rate = info.samplerate, .channels = info.channels, .samples = {}};
    // Read in parts, so that memory is taken for what is there and not for what a header says.
    constexpr std::size_t kPart = 1 << 16;
    for (;;) {
        const std::size_t held = audio.samples.size();
        if (held > kMostSamples - kPart * channels) too_long(info.frames);
        audio.samples.resize(held + kPart * channels);
        const sf_count_t got =
            sf_readf_float(file, audio.samples.data() + held, static_cast<sf_count_t>(kPart));
        audio.samples.resize(held +
                             static_cast<std::size_t>(std::max<sf_count_t>(got, 0)) * channels);
        if (got < static_cast<sf_count_t>(kPart)) break;
    }
    if (sf_error(file) != SF_ERR_NO_ERROR ||
        (counted && audio.frames() < static_cast<std::size_t>(info.frames))) {
        throw engine::Error({.code = "E-AUDIO-012",
                             .what = "The recording ends before its header says",
                             .expected = fmt::format("{} frames", info.frames),
                             .found = fmt::format("{} frames", audio.frames()),
                             .where = where,
                             .mend = "Copy the file again; it may have been cut short."});
    }
    audio.samples.shrink_to_fit();
    return audio;
}

}  // namespace

bool is_audio_name(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    std::string ending(name.substr(dot));
    std::ranges::transform(ending, ending.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::array kKnown = {".wav", ".flac", ".ogg", ".aiff", ".aif"};
    return std::ranges::find(kKnown, ending) != kKnown.end();
}

types::Audio read_audio(const std::filesystem::path& path) {
    if (!std::filesystem::is_regular_file(path)) missing(path);
    SF_INFO info = {};
    const std::unique_ptr<SNDFILE, Close> file(sf_open(path.c_str(), SFM_READ, &info));
    return decode(file.get(), info, path.string());
}

AudioExtent audio_extent(const std::filesystem::path& path) {
    if (!std::filesystem::is_regular_file(path)) missing(path);
    SF_INFO info = {};
    const std::unique_ptr<SNDFILE, Close> file(sf_open(path.c_str(), SFM_READ, &info));
    check_opened(file.get(), info, path.string());
    if (info.seekable && info.frames >= 0 && info.frames < SF_COUNT_MAX)
        return {static_cast<std::uint64_t>(info.frames), info.samplerate, info.channels};
    throw engine::Error({.code = "E-AUDIO-014",
                         .what = "The recording can't be read in parts",
                         .expected = "a file that says how long it is",
                         .found = "one that does not",
                         .where = path.string(),
                         .mend = "Convert it to WAV or FLAC."});
}

types::Audio read_audio_span(const std::filesystem::path& path, std::uint64_t first,
                             std::uint64_t count) {
    const AudioExtent extent = audio_extent(path);
    types::Audio audio{
        .sample_rate = extent.sample_rate, .channels = extent.channels, .samples = {}};
    if (first >= extent.frames) return audio;
    const auto channels = static_cast<std::size_t>(extent.channels);
    const std::uint64_t wanted =
        std::min({count, extent.frames - first, std::uint64_t{kMostSamples / channels}});
    SF_INFO info = {};
    const std::unique_ptr<SNDFILE, Close> file(sf_open(path.c_str(), SFM_READ, &info));
    check_opened(file.get(), info, path.string());
    audio.samples.resize(static_cast<std::size_t>(wanted) * channels);
    const bool found = sf_seek(file.get(), static_cast<sf_count_t>(first), SEEK_SET) ==
                       static_cast<sf_count_t>(first);
    const sf_count_t got =
        found ? sf_readf_float(file.get(), audio.samples.data(), static_cast<sf_count_t>(wanted))
              : 0;
    if (got == static_cast<sf_count_t>(wanted)) return audio;
    throw engine::Error({.code = "E-AUDIO-012",
                         .what = "The recording ends before its header says",
                         .expected = fmt::format("{} frames from {} on", wanted, first),
                         .found = fmt::format("{} frames", got),
                         .where = path.string(),
                         .mend = "Copy the file again; it may have been cut short."});
}

types::Audio decode_audio(std::span<const std::byte> bytes, const std::string& where) {
    Window window{.bytes = bytes};
    SF_VIRTUAL_IO io = Window::io();
    SF_INFO info = {};
    const std::unique_ptr<SNDFILE, Close> file(sf_open_virtual(&io, SFM_READ, &info, &window));
    return decode(file.get(), info, where);
}

types::Audio read_audio_part(const std::filesystem::path& path, std::uint64_t offset,
                             std::uint64_t bytes) {
    if (!std::filesystem::is_regular_file(path)) missing(path);
    const std::string where = fmt::format("{}, byte {}", path.string(), offset);
    constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
    if (bytes > kMostBytes) {
        throw engine::Error({.code = "E-AUDIO-011",
                             .what = "The recording is too long to be held as a whole",
                             .expected = fmt::format("at most {} bytes", kMostBytes),
                             .found = fmt::format("{} bytes", bytes),
                             .where = where,
                             .mend = "Cut it into parts."});
    }
    const std::uint64_t size = std::filesystem::file_size(path);
    std::ifstream stream(path, std::ios::binary);
    std::vector<std::byte> part;
    if (offset <= size && bytes <= size - offset) {
        part.resize(bytes);
        stream.seekg(static_cast<std::streamoff>(offset));
        stream.read(reinterpret_cast<char*>(part.data()), static_cast<std::streamsize>(bytes));
    }
    if (part.size() != bytes || !stream) {
        throw engine::Error({.code = "E-AUDIO-012",
                             .what = "The file ends before the recording within it",
                             .expected = fmt::format("{} bytes from byte {} on", bytes, offset),
                             .found = fmt::format("a file of {} bytes", size),
                             .where = where,
                             .mend = "Copy the file again; it may have been cut short."});
    }
    return decode_audio(part, where);
}

types::Audio mono(const types::Audio& audio) {
    if (audio.channels == 1) return audio;
    const auto channels = static_cast<std::size_t>(audio.channels);
    types::Audio mean{.sample_rate = audio.sample_rate, .channels = 1, .samples = {}};
    mean.samples.reserve(audio.frames());
    for (std::size_t i = 0; i < audio.frames(); ++i) {
        float sum = 0;
        for (std::size_t c = 0; c < channels; ++c) sum += audio.samples[i * channels + c];
        mean.samples.push_back(sum / static_cast<float>(channels));
    }
    return mean;
}

types::Audio resampled(const types::Audio& audio, int rate) {
    if (rate < 1 || rate > kMostRate) {
        throw engine::Error({.code = "E-AUDIO-013",
                             .what = "No recording can have this sample rate",
                             .expected = fmt::format("1 to {} Hz", kMostRate),
                             .found = fmt::format("{} Hz", rate),
                             .mend = "Choose another rate."});
    }
    if (rate == audio.sample_rate || audio.samples.empty()) {
        types::Audio same = audio;
        same.sample_rate = rate;
        return same;
    }
    const double frames = static_cast<double>(audio.frames()) * rate / audio.sample_rate;
    types::Audio out{.sample_rate = rate, .channels = audio.channels, .samples = {}};
    const auto channels = static_cast<std::size_t>(audio.channels);
    const auto room = static_cast<std::size_t>(frames) + 2;
    out.samples.resize(room * channels);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    std::size_t used = 0, made = 0;
    const soxr_error_t error = soxr_oneshot(
        audio.sample_rate, rate, static_cast<unsigned>(channels), audio.samples.data(),
        audio.frames(), &used, out.samples.data(), room, &made, &io, &quality, &runtime);
    if (error) throw std::bad_alloc();  // nothing else is left to go wrong
    out.samples.resize(made * channels);
    return out;
}

}  // namespace millrace::ops
