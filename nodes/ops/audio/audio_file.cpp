#include "nodes/ops/audio/audio_file.hpp"

#include <sndfile.h>
#include <soxr.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr int kMostRate = 10'000'000;

struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
};

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
    if (!std::filesystem::is_regular_file(path)) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "There is no such file",
                             .expected = "a recording",
                             .found = path.string(),
                             .where = path.string(),
                             .mend = "Check the path."});
    }
    SF_INFO info = {};
    const std::unique_ptr<SNDFILE, Close> file(sf_open(path.c_str(), SFM_READ, &info));
    if (!file || info.channels < 1 || info.samplerate < 1 || info.samplerate > kMostRate) {
        throw engine::Error({.code = "E-AUDIO-010",
                             .what = "The file is no recording that can be read",
                             .expected = "WAV, FLAC, Ogg or AIFF",
                             .found = file ? "a header without channels or sample rate"
                                           : std::string(sf_strerror(nullptr)),
                             .where = path.string(),
                             .mend = "Convert it, for example with sox or ffmpeg."});
    }
    const auto channels = static_cast<std::size_t>(info.channels);
    const auto too_long = [&](sf_count_t frames) {
        throw engine::Error({.code = "E-AUDIO-011",
                             .what = "The recording is too long to be held as a whole",
                             .expected = fmt::format("at most {} samples", kMostSamples),
                             .found = fmt::format("{} frames of {} channels", frames, channels),
                             .where = path.string(),
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
            sf_readf_float(file.get(), audio.samples.data() + held, static_cast<sf_count_t>(kPart));
        audio.samples.resize(held +
                             static_cast<std::size_t>(std::max<sf_count_t>(got, 0)) * channels);
        if (got < static_cast<sf_count_t>(kPart)) break;
    }
    if (sf_error(file.get()) != SF_ERR_NO_ERROR ||
        (counted && audio.frames() < static_cast<std::size_t>(info.frames))) {
        throw engine::Error({.code = "E-AUDIO-012",
                             .what = "The recording ends before its header says",
                             .expected = fmt::format("{} frames", info.frames),
                             .found = fmt::format("{} frames", audio.frames()),
                             .where = path.string(),
                             .mend = "Copy the file again; it may have been cut short."});
    }
    audio.samples.shrink_to_fit();
    return audio;
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
