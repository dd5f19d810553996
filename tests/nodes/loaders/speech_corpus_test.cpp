#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <set>

#include "tests/nodes/loaders/loaders.hpp"
#include "tests/nodes/ops/audio/wav.hpp"

namespace millrace::testing {
namespace {

constexpr const char* kType = "loaders.speech_corpus";

engine::Object corpus(const char* kind, const std::filesystem::path& root) {
    return {{"kind", kind}, {"root", root.string()}};
}

engine::Object with(engine::Object params, const char* name, engine::Value value) {
    params[name] = std::move(value);
    return params;
}

std::string recording(std::int16_t sample, int rate = 8000) {
    return wav(rate, 1, std::vector<std::int16_t>(static_cast<std::size_t>(rate) / 10, sample));
}

std::vector<std::string> names_of(Source& source) {
    std::vector<std::string> names;
    for (std::uint64_t item = 0; source.load(item); ++item) names.push_back(source.name());
    return names;
}

class SpokenWords : public ::testing::Test {
protected:
    void SetUp() override {
        if (std::system("espeak-ng --version > /dev/null 2>&1") != 0)
            GTEST_SKIP() << "espeak-ng is not installed";
    }
    static engine::Object params(const std::string& words, const std::string& voices, int takes) {
        return {{"words", words}, {"voices", voices}, {"takes", takes}};
    }
};

TEST_F(SpokenWords, EachVoiceSaysEachWordInEachTake) {
    Source source("loaders.spoken_words",
                  with(params("yes, no", "en-us en-gb+f2", 2), "sample_rate", 16000));
    EXPECT_EQ(source.count(), 8U);
    std::set<std::string> names;
    for (std::uint64_t item = 0; item < 8; ++item) {
        ASSERT_TRUE(source.load(item));
        EXPECT_EQ(source.get<types::Text>("label").text, item % 2 ? "no" : "yes");
        names.insert(source.name());
        const auto& audio = source.get<types::Audio>("audio");
        EXPECT_EQ(audio.sample_rate, 16000);
        EXPECT_EQ(audio.channels, 1);
        const double seconds = static_cast<double>(audio.frames()) / audio.sample_rate;
        EXPECT_GT(seconds, 0.1);
        EXPECT_LT(seconds, 1.5);
    }
    EXPECT_EQ(names.size(), 8U);
    EXPECT_FALSE(source.load(8));
}

TEST_F(SpokenWords, TheSameItemIsTheSameSamplesAndTakesDiffer) {
    const engine::Object same = params("seven", "en-us", 2);
    Source first(kType, same), second(kType, same);
    ASSERT_TRUE(first.load(0) && second.load(0));
    const types::Audio audio = first.get<types::Audio>("audio");
    EXPECT_EQ(audio.sample_rate, 8000);
    EXPECT_EQ(audio.samples, second.get<types::Audio>("audio").samples);
    ASSERT_TRUE(second.load(1));
    EXPECT_NE(audio.samples, second.get<types::Audio>("audio").samples)
        << "another speed and pitch";
}

TEST_F(SpokenWords, UnknownVoicesAndOddWords) {
    for (const char* voice : {"zz9", "en-us+nosuch", "+f2"})
        EXPECT_EQ(problem_of(kType, params("yes", voice, 1)).code, "E-AUDIO-021") << voice;
    // No options of the program, no shell: words are words.
    Source source(kType, with(params("--version $(id) ;", "en-us", 1), "sample_rate", 0));
    EXPECT_EQ(source.count(), 3U);
    for (std::uint64_t item = 0; item < 3; ++item) {
        ASSERT_TRUE(source.load(item));
        EXPECT_EQ(source.get<types::Audio>("audio").sample_rate, 16000) << "silence, too";
    }
}

TEST_F(SpokenWords, SplitsAreDisjointAndATakeSoundsTheSameInEach) {
    const engine::Object all = params("yes no", "en-us en-gb en-029", 2);
    Source whole(kType, all);
    std::map<std::string, std::vector<float>> samples;
    for (std::uint64_t item = 0; whole.load(item); ++item)
        samples[whole.name()] = whole.get<types::Audio>("audio").samples;
    EXPECT_EQ(samples.size(), 12U);
    std::set<std::string> seen;
    std::size_t total = 0;
    for (const char* split : {"train", "validation", "test"}) {
        Source part(kType, with(all, "split", split));
        std::set<std::string> labels;
        for (std::uint64_t item = 0; part.load(item); ++item, ++total) {
            labels.insert(part.get<types::Text>("label").text);
            seen.insert(part.name());
            EXPECT_EQ(part.get<types::Audio>("audio").samples, samples.at(part.name()));
        }
        EXPECT_EQ(labels.size(), 2U) << split;
    }
    EXPECT_EQ(seen.size(), 12U);
    EXPECT_EQ(total, 12U);
    EXPECT_EQ(problem_of(kType, with(params("yes", "en-us", 2), "split", "test")).code,
              "E-CORPUS-006")
        << "no voice held out";
}

TEST(SpeechCorpus, ParametersAreChecked) {
    const auto places = [](const engine::Object& params) {
        std::string all;
        for (const engine::Problem& problem : check_node(loaders_registry(), kType, params))
            all += problem.code + ' ' + problem.where + ';';
        return all;
    };
    EXPECT_EQ(places({}), "");
    EXPECT_EQ(places({{"kind", "fsdd"}}), "E-FILE-001 node.root;");
    EXPECT_EQ(places({{"words", " ,"}, {"voices", ""}}),
              "E-PARAM-005 node.words;E-PARAM-005 node.voices;");
    EXPECT_EQ(places({{"sample_rate", 100}}), "E-PARAM-005 node.sample_rate;");
    EXPECT_EQ(places({{"slowest", 300}, {"lowest", 90}}),
              "E-PARAM-005 node.slowest;E-PARAM-005 node.lowest;");
}

TEST(SpeechCorpus, OldGraphsKeepTheirRate) {
    const engine::NodeType* type = loaders_registry().find("loaders.spoken_words");
    ASSERT_TRUE(type);
    ASSERT_EQ(type->spec.migrations.size(), 1U);
    engine::Object plain, chosen = {{"sample_rate", 22050}};
    type->spec.migrations[0].apply(plain);
    type->spec.migrations[0].apply(chosen);
    EXPECT_EQ(plain.at("sample_rate").as_int(), 16000);
    EXPECT_EQ(chosen.at("sample_rate").as_int(), 22050);
}

TEST(SpeechCorpus, WordFolder) {
    const Folder folder;
    for (const char* word : {"yes", "no"}) {
        // Validation, training and test by the hash rule.
        for (const char* speaker : {"00000000", "00000001", "00000002"})
            folder.write(fmt::format("{}/{}_nohash_0.wav", word, speaker), recording(8192));
    }
    const engine::Object params = with(corpus("word_folder", folder.path()), "words", "");
    Source source(kType, params);
    EXPECT_EQ(source.count(), 6U);
    ASSERT_TRUE(source.load(5));
    EXPECT_EQ(source.name(), "yes-00000002_nohash_0");
    EXPECT_EQ(source.get<types::Text>("label").text, "yes");
    EXPECT_EQ(source.get<types::Audio>("audio").samples, std::vector<float>(800, 0.25F));
    EXPECT_EQ(source.files(5),
              (std::vector{(folder.path() / "yes" / "00000002_nohash_0.wav").string(),
                           (folder.path() / "yes").string()}));
    Source test(kType, with(with(params, "split", "test"), "words", "no"));
    EXPECT_EQ(names_of(test), (std::vector<std::string>{"no-00000002_nohash_0"}));
    Source part(kType, with(with(params, "first", 1), "items", 2));
    EXPECT_EQ(names_of(part),
              (std::vector<std::string>{"no-00000001_nohash_0", "no-00000002_nohash_0"}));
    EXPECT_EQ(problem_of(kType, with(params, "first", 6)).code, "E-PARAM-004");
    EXPECT_EQ(problem_of(kType, corpus("word_folder", folder.path())).code, "E-CORPUS-005")
        << "digits by default";
    folder.write("up/00000001_nohash_0.wav", recording(1));
    EXPECT_EQ(problem_of(kType, params).code, "E-CORPUS-004");
    EXPECT_EQ(problem_of(kType, with(params, "words", "yes no")).code, "") << "not asked for";
    EXPECT_EQ(problem_of(kType, corpus("word_folder", folder.path() / "up")).code, "E-CORPUS-001");
    EXPECT_EQ(problem_of(kType, corpus("word_folder", folder.path() / "none")).code, "E-FILE-001");
}

TEST(SpeechCorpus, EpochsInOtherOrdersRepeatTheSamePlaces) {
    const Folder folder;
    for (int take = 10; take < 40; ++take)
        folder.write(fmt::format("{}_a_{}.wav", take % 10, take), recording(100));
    engine::Object params = with(corpus("fsdd", folder.path()), "epochs", 3);
    params["shuffle"] = true;
    params["silence"] = 0.1;
    Source source(kType, params);
    EXPECT_EQ(source.count(), 99U);
    TestNode node(loaders_registry(), kType, params);
    TestContext context;
    node.start(context);
    std::map<std::uint64_t, std::string> names;
    std::map<std::uint64_t, std::vector<float>> samples;
    std::vector<std::vector<std::uint64_t>> orders(3);
    for (std::uint64_t item = 0; item < 99; ++item) {
        ASSERT_TRUE(source.load(item));
        const std::uint64_t place = node.instance().place(item);
        orders[item / 33].push_back(place);
        EXPECT_EQ(names.try_emplace(place, source.name()).first->second, source.name());
        const auto& audio = source.get<types::Audio>("audio").samples;
        EXPECT_EQ(samples.try_emplace(place, audio).first->second, audio) << "silence, too";
    }
    EXPECT_EQ(names.size(), 33U);
    EXPECT_NE(orders[0], orders[1]);
    EXPECT_NE(orders[1], orders[2]);
    EXPECT_FALSE(source.load(99));
}

TEST(SpeechCorpus, SilenceIsMadeOrCutFromTheBackground) {
    const Folder folder;
    for (const char* name : {"yes/00000001_nohash_0.wav", "yes/00000003_nohash_0.wav"})
        folder.write(name, recording(8192, 16000));
    engine::Object params = with(corpus("word_folder", folder.path()), "words", "");
    params["silence"] = 1;
    params["sample_rate"] = 0;
    Source made(kType, params);
    EXPECT_EQ(made.count(), 4U);
    ASSERT_TRUE(made.load(2));
    EXPECT_EQ(made.get<types::Text>("label").text, "_silence_");
    EXPECT_EQ(made.name(), "silence-2");
    const types::Audio noise = made.get<types::Audio>("audio");
    EXPECT_EQ(noise.sample_rate, 16000) << "that of the recordings";
    EXPECT_EQ(noise.frames(), 16000U);
    ASSERT_TRUE(made.load(3));
    EXPECT_NE(made.get<types::Audio>("audio").samples, noise.samples);
    const auto hum = folder.write("_background_noise_/hum.wav",
                                  wav(16000, 1, std::vector<std::int16_t>(40000, 16384)));
    Source cut(kType, params);
    ASSERT_TRUE(cut.load(2));
    const auto& samples = cut.get<types::Audio>("audio").samples;
    ASSERT_EQ(samples.size(), 16000U);
    EXPECT_EQ(samples.front(), samples.back());
    EXPECT_GT(samples.front(), 0);
    EXPECT_LT(samples.front(), 0.5);
    EXPECT_EQ(cut.files(2).front(), hum.string());
}

TEST(SpeechCorpus, AHigherRateThanRecordedIsWarnedOf) {
    const Folder folder;
    folder.write("1_a_10.wav", recording(100));
    const engine::Object params = with(corpus("fsdd", folder.path()), "words", "one");
    for (const int rate : {0, 8000, 4000, 16000}) {
        TestContext context;
        TestNode node(loaders_registry(), kType, with(params, "sample_rate", rate));
        node.start(context);
        EXPECT_EQ(node.call({}, context)[0].as<types::Audio>().sample_rate, rate ? rate : 8000);
        EXPECT_EQ(context.warnings.size(), rate == 16000 ? 1U : 0U) << rate;
    }
    EXPECT_EQ(problem_of(kType, with(params, "split", "test")).code, "E-CORPUS-006");
    EXPECT_EQ(problem_of(kType, corpus("librispeech", folder.path())).code, "E-CORPUS-001");
}

TEST(SpeechCorpus, LibriSpeech) {
    const Folder folder;
    folder.write("dev-clean/1/2/1-2.trans.txt", "1-2-0000 GO AWAY\n");
    folder.write("dev-clean/1/2/1-2-0000.flac", recording(8192, 16000));  // told by its content
    Source source(kType, with(corpus("librispeech", folder.path()), "sample_rate", 0));
    EXPECT_EQ(source.count(), 1U);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.get<types::Text>("label").text, "GO AWAY");
    EXPECT_EQ(source.name(), "1-2-0000");
    EXPECT_EQ(source.get<types::Audio>("audio").sample_rate, 16000);
    EXPECT_EQ(source.files(0).back(), (folder.path() / "dev-clean/1/2/1-2.trans.txt").string());
}

TEST(SpeechCorpus, TheRealDigitsAreReadFromTheirArchive) {
    const std::filesystem::path root = shared_folder() / "data" / "fsdd";
    if (!std::filesystem::exists(root)) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    const engine::Object params = corpus("fsdd", root);
    Source all(kType, params);
    EXPECT_EQ(all.count(), 2880U);
    const std::map<std::string, std::uint64_t> sizes = {
        {"train", 2280}, {"validation", 300}, {"test", 300}};
    for (const auto& [split, size] : sizes) {
        Source source(kType, with(params, "split", split.c_str()));
        EXPECT_EQ(source.count(), size) << split;
        ASSERT_TRUE(source.load(0));
        EXPECT_EQ(source.get<types::Text>("label").text, "zero");
        const auto& audio = source.get<types::Audio>("audio");
        EXPECT_EQ(audio.sample_rate, 8000);
        EXPECT_GT(audio.frames(), 1000U);
        EXPECT_LT(audio.frames(), 20000U);
        if (split == "test") {
            EXPECT_EQ(source.name(), "0_george_0");
            EXPECT_EQ(audio.frames(), 2384U) << "4768 bytes of 16 bit";
            EXPECT_EQ(audio.samples[0], -1489 / 32768.0F);
        }
    }
}

}  // namespace
}  // namespace millrace::testing
