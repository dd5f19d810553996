#include "tests/nodes/loaders/loaders.hpp"

#include <cstdlib>
#include <set>

namespace millrace::testing {
namespace {

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
    Source source("loaders.spoken_words", params("yes, no", "en-us en-gb+f2", 2));
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
    Source first("loaders.spoken_words", same), second("loaders.spoken_words", same);
    ASSERT_TRUE(first.load(0) && second.load(0));
    const types::Audio audio = first.get<types::Audio>("audio");
    EXPECT_EQ(audio.samples, second.get<types::Audio>("audio").samples);
    ASSERT_TRUE(second.load(1));
    EXPECT_NE(audio.samples, second.get<types::Audio>("audio").samples)
        << "another speed and pitch";
}

TEST_F(SpokenWords, UnknownVoicesAndOddWords) {
    for (const char* voice : {"zz9", "en-us+nosuch", "+f2"})
        EXPECT_EQ(problem_of("loaders.spoken_words", params("yes", voice, 1)).code, "E-AUDIO-021")
            << voice;
    // No options of the program, no shell: words are words.
    Source source("loaders.spoken_words", params("--version $(id) ;", "en-us", 1));
    EXPECT_EQ(source.count(), 3U);
    for (std::uint64_t item = 0; item < 3; ++item) {
        ASSERT_TRUE(source.load(item));
        EXPECT_EQ(source.get<types::Audio>("audio").sample_rate, 16000) << "silence, too";
    }
}

}  // namespace
}  // namespace millrace::testing
