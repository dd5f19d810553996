#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/ops/audio/espeak.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (const char letter : text + ' ') {
        if (letter != ' ' && letter != ',' && letter != '\n' && letter != '\t') {
            word += letter;
        } else if (!word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    return words;
}

struct SpokenWords {
    std::string words = "zero one two three four five six seven eight nine";
    std::string voices =
        "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-us+f2 en-gb+f3 en-us+m3 en-gb+m5 "
        "en-029";
    int takes = 5;
    int sample_rate = 16000;
    double slowest = 120, fastest = 220;
    double lowest = 20, highest = 80;
    bool trim = true;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.spoken_words",
            .title = "Spoken words",
            .group = "Sources",
            .doc =
                "Words spoken by espeak-ng in several voices, speeds and pitches: a corpus that "
                "needs no download. "
                "Synthetic speech is easier than people's; figures on it say nothing of those.",
            .outputs = {{"audio", "[frames, 1] samples of one word, full scale -1 to 1"},
                        {"label", "The word"},
                        {"name", "Word, voice and take"}},
            .params = {{.name = "words",
                        .field = &SpokenWords::words,
                        .doc = "Words, parted by blanks or commas"},
                       {.name = "voices",
                        .field = &SpokenWords::voices,
                        .doc = "Voices of espeak-ng, parted by blanks or commas; +f1 to +f5 and "
                               "+m1 to +m8 vary one"},
                       {.name = "takes",
                        .field = &SpokenWords::takes,
                        .range = {1, 100000},
                        .doc = "How often each voice says each word"},
                       {.name = "sample_rate",
                        .field = &SpokenWords::sample_rate,
                        .unit = "Hz",
                        .range = {4000, 48000},
                        .doc = "Of the recordings; espeak-ng's own is 22050 Hz"},
                       {.name = "slowest",
                        .field = &SpokenWords::slowest,
                        .unit = "words/min",
                        .range = {80, 450},
                        .doc = "Each take has a speed from here"},
                       {.name = "fastest",
                        .field = &SpokenWords::fastest,
                        .unit = "words/min",
                        .range = {80, 450},
                        .doc = "to here"},
                       {.name = "lowest",
                        .field = &SpokenWords::lowest,
                        .range = {0, 99},
                        .doc = "Each take has a pitch from here"},
                       {.name = "highest",
                        .field = &SpokenWords::highest,
                        .range = {0, 99},
                        .doc = "to here"},
                       {.name = "trim",
                        .field = &SpokenWords::trim,
                        .doc = "Without the silence about the word"}},
            .pure = true,
            .random = true,
            .resource = engine::Resource::Wait,
        };
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        const auto need = [&](bool good, const char* what, const char* where) {
            if (!good) problems.push_back({.what = what, .where = where, .mend = "Correct it."});
        };
        need(!words_of(words).empty(), "There are no words", "words");
        need(!words_of(voices).empty(), "There are no voices", "voices");
        need(slowest <= fastest, "The slowest speed is above the fastest", "slowest");
        need(lowest <= highest, "The lowest pitch is above the highest", "lowest");
        return problems;
    }

    void start() {
        words_ = words_of(words);
        voices_ = words_of(voices);
        ops::check_voices(voices_);
    }

    std::optional<std::tuple<types::Audio, types::Text, types::Text>> operator()(
        engine::Item item, engine::RunContext& context) const {
        if (item.number >= count()) return std::nullopt;
        // Words change first, so that any stretch of items holds about as many of each.
        const std::string& word = words_[item.number % words_.size()];
        const std::uint64_t rest = item.number / words_.size();
        const std::string& voice = voices_[rest % voices_.size()];
        engine::Random random = context.random();
        const auto between = [&](double low, double high) {
            return static_cast<int>(std::lround(random.uniform(low, high)));
        };
        const int speed = between(slowest, fastest), pitch = between(lowest, highest);
        types::Audio audio =
            ops::speak({.text = word, .voice = voice, .speed = speed, .pitch = pitch},
                       [&] { return context.stop_requested(); });
        if (trim) audio = ops::trimmed(audio, 0.01F);
        audio = ops::resampled(audio, sample_rate);
        return std::tuple{std::move(audio), types::Text{word},
                          types::Text{fmt::format("{}-{}-{}", word, voice, rest / voices_.size())}};
    }

    std::uint64_t count() const {
        return words_.size() * voices_.size() * static_cast<std::uint64_t>(takes);
    }

private:
    std::vector<std::string> words_, voices_;
};

}  // namespace

void register_spoken_words(engine::Registry& registry) { registry.add<SpokenWords>(); }

}  // namespace millrace::nodes
