#include "nodes/ops/audio/espeak.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>
#include <vector>

#include "engine/problem.hpp"
#include "engine/worker/process.hpp"
#include "nodes/ops/audio/audio_file.hpp"

namespace millrace::ops {
namespace {

using engine::worker::Process;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{30'000}, kBeat{20};

[[noreturn]] void missing(const std::string& why = "no list of voices") {
    throw engine::Error({.code = "E-AUDIO-020",
                         .what = "The program espeak-ng can't be run",
                         .expected = "espeak-ng on the PATH",
                         .found = why,
                         .mend = "Install the package espeak-ng."});
}

[[noreturn]] void unknown_voice(const std::string& voice) {
    throw engine::Error({.code = "E-AUDIO-021",
                         .what = "espeak-ng has no such voice",
                         .expected = "one that espeak-ng --voices lists, perhaps with +VARIANT of "
                                     "espeak-ng --voices=variant",
                         .found = voice,
                         .mend = "Choose another voice."});
}

std::string all_of(int pipe) {
    std::string text;
    std::array<char, 4096> part;
    for (ssize_t got = 0; (got = read(pipe, part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(got));
    close(pipe);
    return text;
}

/// Takes the place of a file that nobody else has, and its end.
class TemporaryFile {
public:
    TemporaryFile() {
        name_ = (std::filesystem::temp_directory_path() / "millrace-speech-XXXXXX").string();
        const int file = mkostemp(name_.data(), O_CLOEXEC);
        if (file < 0) {
            throw engine::Error({.code = "E-FILE-002",
                                 .what = "No temporary file can be made",
                                 .expected = "a folder that can be written",
                                 .found = name_,
                                 .mend = "Free some space, or set TMPDIR."});
        }
        close(file);
    }
    ~TemporaryFile() { unlink(name_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& name() const { return name_; }

private:
    std::string name_;
};

/// What espeak-ng prints of its voices, or of the variants.
std::string listed(const std::string& what) {
    try {
        Process process({"espeak-ng", what});
        close(process.take_input());
        std::string text = all_of(process.take_output());
        process.wait(kPatience);
        return text;
    } catch (const engine::Error& error) {
        missing(error.problem().found);
    }
}

/// The names of the voices' list by which one is chosen: language, file, and its last part.
std::set<std::string> names_in(const std::string& list) {
    std::set<std::string> names;
    std::istringstream lines(list);
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string priority, language, age, name, file;
        if (!(words >> priority >> language >> age >> name >> file)) continue;
        names.insert({language, name, file, file.substr(file.rfind('/') + 1)});
    }
    return names;
}

}  // namespace

void check_voices(std::span<const std::string> voices) {
    const std::set<std::string> known = names_in(listed("--voices"));
    if (known.empty()) missing();
    std::set<std::string> variants;
    for (const std::string& voice : voices) {
        const auto plus = voice.find('+');
        // Families such as "en" are no line of the list, but are languages of some.
        const std::string base = voice.substr(0, plus);
        const bool family = std::ranges::any_of(
            known, [&](const std::string& name) { return name.starts_with(base + "-"); });
        if (base.empty() || (!known.contains(base) && !family)) unknown_voice(voice);
        if (plus == std::string::npos) continue;
        if (variants.empty()) variants = names_in(listed("--voices=variant"));
        if (!variants.contains(voice.substr(plus + 1))) unknown_voice(voice);
    }
}

types::Audio speak(const Utterance& utterance, const std::function<bool()>& stop) {
    const TemporaryFile file;
    std::string said;
    int code = 0;
    try {
        Process process({"espeak-ng", "-v", utterance.voice, "-s", std::to_string(utterance.speed),
                         "-p", std::to_string(utterance.pitch), "-w", file.name(), "--",
                         utterance.text});
        close(process.take_input());
        const auto until = std::chrono::steady_clock::now() + kPatience;
        auto end = process.wait(kBeat);
        while (!end && std::chrono::steady_clock::now() < until) {
            if (stop && stop()) return {};  // the process ends with its owner
            end = process.wait(kBeat);
        }
        if (!end) {
            throw engine::Error({.code = "E-AUDIO-022",
                                 .what = "espeak-ng does not end",
                                 .expected = "an utterance within 30 s",
                                 .found = utterance.text.substr(0, 60),
                                 .mend = "Speak shorter texts."});
        }
        code = end->signal ? 128 + end->signal : end->code;
        said = all_of(process.take_errors());
    } catch (const engine::Error& error) {
        if (error.problem().code == "E-AUDIO-022") throw;
        missing(error.problem().found);
    }
    if (code != 0) {
        if (said.find("does not exist") != std::string::npos) unknown_voice(utterance.voice);
        throw engine::Error({.code = "E-AUDIO-022",
                             .what = "espeak-ng has failed",
                             .expected = "exit code 0",
                             .found = fmt::format("exit code {}: {}", code, said.substr(0, 200)),
                             .mend = "Try the same on the command line."});
    }
    return mono(read_audio(file.name()));
}

types::Audio trimmed(const types::Audio& audio, float share) {
    float loudest = 0;
    for (const float sample : audio.samples) loudest = std::max(loudest, std::abs(sample));
    const auto loud = [&](float sample) { return std::abs(sample) > share * loudest; };
    const auto first = std::ranges::find_if(audio.samples, loud);
    const auto last = std::find_if(audio.samples.rbegin(), audio.samples.rend(), loud).base();
    types::Audio part{.sample_rate = audio.sample_rate, .channels = audio.channels, .samples = {}};
    if (first < last) part.samples.assign(first, last);
    return part;
}

}  // namespace millrace::ops
