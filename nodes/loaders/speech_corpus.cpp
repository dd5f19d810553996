#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/loaders/corpus_lists.hpp"
#include "nodes/loaders/corpus_params.hpp"
#include "nodes/loaders/epochs.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/ops/audio/espeak.hpp"
#include "nodes/ops/corpus/corpus.hpp"
#include "nodes/ops/corpus/noise.hpp"
#include "nodes/ops/words.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

constexpr int kSpokenRate = 16000;
constexpr std::string_view kSilence = "_silence_";

struct SpeechCorpus {
    CorpusKind kind = CorpusKind::SpokenWords;
    engine::Path root;
    CorpusPart split = CorpusPart::All;
    std::string words = "zero one two three four five six seven eight nine";
    std::string voices =
        "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-us+f2 en-gb+f3 en-us+m3 en-gb+m5 "
        "en-029";
    std::string held_out = "en-gb+f3 en-029";
    int takes = 5;
    int sample_rate = 8000;  // that of the smallest corpus of people's speech, FSDD
    double slowest = 120, fastest = 220;
    double lowest = 20, highest = 80;
    bool trim = true;
    double silence = 0;
    int epochs = 1;
    bool shuffle = false;
    int first = 0, items = 0;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.speech_corpus",
            .title = "Speech corpus",
            .group = "Sources",
            .doc =
                "Gives recordings of speech with what is said in them, by split and in epochs. "
                "Spoken words are made by espeak-ng and need no download; synthetic speech is "
                "easier than people's, and figures on it say nothing of those. "
                "Word folders are laid out and split as Speech Commands is (its hash rule, a tenth "
                "each for validation and test; its lists are that rule's results and are not "
                "read). FSDD is the Free Spoken Digit Dataset, as a folder or a plain tar: takes 0 "
                "to 4 are test, 5 to 9 validation, and every speaker is in each split. "
                "LibriSpeech's splits are its subsets.",
            .outputs = {{"audio", "[frames, 1] samples of one utterance, full scale -1 to 1"},
                        {"label", "The word, the transcript, or _silence_"},
                        {"name", "Name of the utterance, one of its kind in the corpus"},
                        {"phase", "0 for training, 1 for validation, 2 for test"}},
            .params = params(),
            .version = 2,
            .aliases = {"loaders.spoken_words"},
            // Version 1 was the node of spoken words alone.
            .migrations = {{.from = 1,
                            .apply =
                                [](engine::Object& params) {
                                    params.try_emplace("sample_rate", kSpokenRate);
                                }}},
            .tags = {"speech", "keywords", "digits", "fsdd", "speech commands", "librispeech",
                     "synthetic"},
            .pure = true,
            .random = true,
            // The kind that comes by default waits for another program; files are short.
            .resource = engine::Resource::Wait,
            .source =
                "Speech Commands: Warden, arXiv:1804.03209; FSDD: Jackson et al., 2016; "
                "LibriSpeech: Panayotov et al., ICASSP 2015",
        };
    }

    static std::vector<engine::ParamSpec> params() {
        using S = SpeechCorpus;
        std::vector<engine::ParamSpec> params = {
            {.name = "kind",
             .field = &S::kind,
             .choices = {"spoken_words", "word_folder", "fsdd", "librispeech"},
             .doc = "Where utterances come from"},
            {.name = "root",
             .field = &S::root,
             .doc = "Folder of the corpus, or FSDD's tar; spoken words need none",
             .existing_path = true},
            split_param(&S::split),
            {.name = "words",
             .field = &S::words,
             .doc = "Words, parted by blanks or commas: those spoken, or those kept of a word "
                    "folder and FSDD, where none keeps all; LibriSpeech has no use for them"},
            {.name = "voices",
             .field = &S::voices,
             .doc = "Spoken words: voices of espeak-ng, parted by blanks or commas; +f1 to +f5 "
                    "and +m1 to +m8 vary one"},
            {.name = "held_out",
             .field = &S::held_out,
             .doc = "Spoken words: those of the voices that are the test split. The last takes of "
                    "half of the others, the first ones, are validation; the rest is training"},
            {.name = "takes",
             .field = &S::takes,
             .range = {1, 100000},
             .doc = "Spoken words: how often each voice says each word"},
            {.name = "sample_rate",
             .field = &S::sample_rate,
             .unit = "Hz",
             .range = {0, 48000},
             .doc = "Utterances are brought to this rate; 0: as recorded, and 16000 for spoken "
                    "words. Espeak-ng's own is 22050 Hz, FSDD's 8000 Hz, the others' 16000 Hz"},
            {.name = "slowest",
             .field = &S::slowest,
             .unit = "words/min",
             .range = {80, 450},
             .doc = "Spoken words: each take has a speed from here"},
            {.name = "fastest",
             .field = &S::fastest,
             .unit = "words/min",
             .range = {80, 450},
             .doc = "to here"},
            {.name = "lowest",
             .field = &S::lowest,
             .range = {0, 99},
             .doc = "Spoken words: each take has a pitch from here"},
            {.name = "highest", .field = &S::highest, .range = {0, 99}, .doc = "to here"},
            {.name = "trim",
             .field = &S::trim,
             .doc = "Spoken words: without the silence about the word"},
            {.name = "silence",
             .field = &S::silence,
             .range = {0, 1},
             .doc = "Share of additional items, after the others, labelled _silence_: a second of "
                    "low noise, or of a word folder's _background_noise_"}};
        std::ranges::move(epoch_params(&S::epochs, &S::shuffle, &S::first, &S::items),
                          std::back_inserter(params));
        return params;
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        const auto need = [&](bool good, const char* what, const char* where) {
            if (!good) problems.push_back({.what = what, .where = where, .mend = "Correct it."});
        };
        need(sample_rate == 0 || sample_rate >= 4000, "The sample rate is below 4000 Hz, but not 0",
             "sample_rate");
        need(slowest <= fastest, "The slowest speed is above the fastest", "slowest");
        need(lowest <= highest, "The lowest pitch is above the highest", "lowest");
        if (kind == CorpusKind::SpokenWords) {
            need(!ops::words_of(words).empty(), "There are no words", "words");
            need(!ops::words_of(voices).empty(), "There are no voices", "voices");
        } else if (root.text.empty()) {
            problems.push_back({.code = "E-FILE-001",
                                .what = "A corpus of recordings needs its folder",
                                .expected = "the corpus' folder",
                                .found = "nothing",
                                .where = "root",
                                .mend = "Set root, or set kind to spoken_words, which needs no "
                                        "data."});
        }
        return problems;
    }

    using Result = std::tuple<types::Audio, types::Text, types::Text, double>;

    void start(engine::RunContext& context) {
        lists_ = listed();
        const std::uint64_t spoken = lists_->takes.size() * lists_->words.size();
        speech_ = kind == CorpusKind::SpokenWords ? spoken : lists_->recorded.size();
        if (speech_ == 0) {
            throw engine::Error(
                {.code = "E-CORPUS-006",
                 .what = "There is nothing in this split",
                 .expected = "an utterance or more",
                 .found =
                     fmt::format("none in {}", split_of(split) ? to_text(*split_of(split)) : "all"),
                 .where = "split",
                 .mend = "Choose another split, or more of the corpus"});
        }
        course_.parts = part_sizes();
        course_.first = static_cast<std::uint64_t>(first);
        course_.shard = shard_of_process();
        // A course's validation and test parts are never cut short.
        const std::uint64_t there = split == CorpusPart::Course ? course_.parts.sizes[0].all()
                                                                : speech_ + course_.parts.quiet();
        epochs_ = {.items = items_of(there, first, items),
                   .epochs = epochs,
                   .order = shuffle ? Order::Shuffled : Order::Listed,
                   .seed = context.seed()};
        course_.training = epochs_;
        rate_ = sample_rate;
        if (rate_ == 0 && kind == CorpusKind::SpokenWords) rate_ = kSpokenRate;
        // The noise between recordings has their rate.
        noise_rate_ = rate_ > 0 || course_.parts.quiet() == 0
                          ? rate_
                          : read_utterance(lists_->recorded.front()).sample_rate;
    }

    std::optional<Result> operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number >= count()) return std::nullopt;
        const auto [element, padding] = placed(item.number);
        const double phase = static_cast<double>(part_of(element));
        Result result = element >= speech_                ? quiet(element, phase, context)
                        : kind == CorpusKind::SpokenWords ? spoken(element, phase, context)
                                                          : recorded(element, phase, context);
        if (padding) std::get<1>(result).text = types::kPadding;
        return result;
    }

    std::uint64_t count() const {
        return split == CorpusPart::Course ? course_.count() : epochs_.count(course_.shard);
    }

    /// Which utterance of the split, or silence after them, an item repeats; padding is none of
    /// them.
    std::uint64_t place(std::uint64_t item) const {
        const Placed at = placed(item);
        return at.padding ? ~at.element : at.element;
    }

    /// With what the label is told by: it must not be taken from the cache once that has changed.
    std::vector<engine::Path> files(std::uint64_t item) const {
        std::vector<engine::Path> paths;
        if (!lists_ || item >= count() || kind == CorpusKind::SpokenWords) return paths;
        const std::uint64_t element = placed(item).element;
        if (element < speech_) {
            const ops::CorpusUtterance& utterance = lists_->recorded[element];
            paths.push_back({utterance.file.string()});
            if (!utterance.told_by.empty()) paths.push_back({utterance.told_by});
            return paths;
        }
        for (const auto& file : lists_->noise) paths.push_back({file.string()});
        if (sample_rate == 0) paths.push_back({lists_->recorded.front().file.string()});
        return paths;
    }

private:
    Placed placed(std::uint64_t item) const {
        if (split == CorpusPart::Course) return course_.placed(item);
        const Placed at = epochs_.placed(item, course_.shard);
        return {course_.first + at.element, at.padding};
    }

    Parts part_sizes() const {
        Parts parts;
        for (const ops::CorpusUtterance& utterance : lists_->recorded)
            ++parts.sizes[static_cast<std::size_t>(utterance.split)].speech;
        for (const ops::SpokenTake& take : lists_->takes)
            parts.sizes[static_cast<std::size_t>(take.split)].speech += lists_->words.size();
        for (Parts::Sizes& part : parts.sizes) {
            part.quiet = static_cast<std::uint64_t>(
                std::llround(silence * static_cast<double>(part.speech)));
        }
        return parts;
    }

    std::size_t part_of(std::uint64_t element) const {
        if (element >= speech_) return course_.parts.part_of_quiet(element);
        if (kind != CorpusKind::SpokenWords)
            return static_cast<std::size_t>(lists_->recorded[element].split);
        return static_cast<std::size_t>(lists_->takes[element / lists_->words.size()].split);
    }

    std::shared_ptr<const CorpusLists> listed() const {
        return list_corpus({.kind = kind,
                            .root = root.text,
                            .words = ops::words_of(words),
                            .voices = ops::words_of(voices),
                            .held_out = ops::words_of(held_out),
                            .takes = takes,
                            .part = split_of(split),
                            .noise = silence > 0,
                            .by_part = split == CorpusPart::Course});
    }

    types::Audio at_rate(const types::Audio& audio, engine::RunContext& context) const {
        if (rate_ == 0) return audio;
        if (rate_ > audio.sample_rate && !audio.samples.empty()) {
            context.warn(
                fmt::format("Recordings made at {} Hz are brought to {} Hz; nothing above "
                            "{} Hz is in them",
                            audio.sample_rate, rate_, audio.sample_rate / 2));
        }
        return ops::resampled(audio, rate_);
    }

    Result recorded(std::uint64_t element, double phase, engine::RunContext& context) const {
        const ops::CorpusUtterance& utterance = lists_->recorded[element];
        return {at_rate(read_utterance(utterance), context), types::Text{utterance.label},
                types::Text{utterance.name}, phase};
    }

    Result spoken(std::uint64_t element, double phase, engine::RunContext& context) const {
        // Words change first, so that any stretch of items holds about as many of each.
        const std::size_t among = element % lists_->words.size();
        const ops::SpokenTake& take = lists_->takes[element / lists_->words.size()];
        const std::string& word = lists_->words[among];
        const std::string& voice = lists_->voices[take.voice];
        // Numbered as in the whole corpus, so that a take is the same whatever split it is seen in.
        const std::uint64_t number =
            among +
            lists_->words.size() * (take.voice + lists_->voices.size() * std::uint64_t{take.take});
        engine::Random random(context.seed(), context.node_id(), number);
        const auto between = [&](double low, double high) {
            return static_cast<int>(std::lround(random.uniform(low, high)));
        };
        const int speed = between(slowest, fastest), pitch = between(lowest, highest);
        types::Audio audio =
            ops::speak({.text = word, .voice = voice, .speed = speed, .pitch = pitch},
                       [&] { return context.stop_requested(); });
        if (trim) audio = ops::trimmed(audio, 0.01F);
        return {at_rate(audio, context), types::Text{word},
                types::Text{fmt::format("{}-{}-{}", word, voice, take.take)}, phase};
    }

    Result quiet(std::uint64_t element, double phase, engine::RunContext& context) const {
        engine::Random random(context.seed(), context.node_id(), element);
        types::Audio audio;
        if (lists_->noise.empty()) {
            audio = ops::made_noise(random, noise_rate_);
        } else {
            const auto& file = lists_->noise[random.below(lists_->noise.size())];
            audio = ops::cut_noise(random, ops::mono(ops::read_audio(file)), noise_rate_);
        }
        return {std::move(audio), types::Text{std::string(kSilence)},
                types::Text{fmt::format("silence-{}", element)}, phase};
    }

    std::shared_ptr<const CorpusLists> lists_;
    std::uint64_t speech_ = 0;  // elements that are no silence; those come after
    Course course_;
    Epochs epochs_;
    int rate_ = 0, noise_rate_ = 0;  // Hz; 0: as recorded
};

}  // namespace

void register_speech_corpus(engine::Registry& registry) { registry.add<SpeechCorpus>(); }

}  // namespace millrace::nodes
