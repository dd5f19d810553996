#include "nodes/ops/corpus/corpus.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/ops/corpus/noise.hpp"
#include "tests/nodes/ops/audio/wav.hpp"
#include "tests/nodes/ops/corpus/corpora.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using ops::Split;

std::vector<std::string> names(const std::vector<ops::CorpusUtterance>& utterances) {
    std::vector<std::string> all;
    for (const auto& utterance : utterances) all.push_back(utterance.name);
    return all;
}

TEST(Corpus, HashRuleOfSpeechCommands) {
    // Worked out with Python's hashlib by the published rule.
    EXPECT_EQ(ops::hashed_split("00000000_nohash_0.wav"), Split::Validation);  // 9.56 %
    EXPECT_EQ(ops::hashed_split("00000000_nohash_7.wav"), Split::Validation);
    EXPECT_EQ(ops::hashed_split("00000002_nohash_0.wav"), Split::Test);   // 16.4 %
    EXPECT_EQ(ops::hashed_split("00000009_nohash_0.wav"), Split::Train);  // 27.4 %
    EXPECT_EQ(ops::hashed_split("bobby.wav"), Split::Train);              // 46.4 %, whole name
}

TEST(Corpus, WordFolder) {
    const CorpusFolder folder;
    for (const char* file :
         {"yes/00000002_nohash_0.wav", "yes/00000001_nohash_1.wav", "no/00000000_nohash_0.flac",
          "no/notes.txt", "README.md", "_background_noise_/hum.wav", "_background_noise_/README.md",
          ".git/x.wav", "validation_list.txt"})
        folder.write(file, "x");
    std::filesystem::create_directory_symlink(folder.path(), folder.path() / "loop");
    std::filesystem::create_symlink("self", folder.path() / "no" / "self");
    const auto list = ops::list_word_folder(folder.path());
    EXPECT_EQ(names(list),
              (std::vector<std::string>{"no-00000000_nohash_0", "yes-00000001_nohash_1",
                                        "yes-00000002_nohash_0"}));
    EXPECT_EQ(list[0].label, "no");
    EXPECT_EQ(list[0].speaker, "00000000");
    EXPECT_EQ(list[0].split, Split::Validation);
    EXPECT_EQ(list[1].split, Split::Train);
    EXPECT_EQ(list[2].split, Split::Test);
    EXPECT_EQ(list[2].file, folder.path() / "yes" / "00000002_nohash_0.wav");
    EXPECT_EQ(ops::list_background_noise(folder.path()),
              (std::vector{folder.path() / "_background_noise_" / "hum.wav"}));
    EXPECT_TRUE(ops::list_background_noise(folder.path() / "yes").empty());
    EXPECT_EQ(error_code([&] { ops::list_word_folder(folder.path(), 5); }), "E-CORPUS-002");
    EXPECT_EQ(error_code([&] { ops::list_word_folder(folder.path() / "yes"); }), "E-CORPUS-001");
    EXPECT_EQ(error_code([&] { ops::list_word_folder(folder.path() / "none"); }), "E-FILE-001");
}

TEST(Corpus, WordsWithTooFewRecordings) {
    const auto word = [](const char* label, Split split) {
        return ops::CorpusUtterance{.label = label, .split = split};
    };
    const auto code = [](const std::vector<ops::CorpusUtterance>& list) {
        return error_code([&] { ops::check_words(list); });
    };
    EXPECT_EQ(code({}), "none");
    EXPECT_EQ(code({word("a", Split::Train), word("a", Split::Test)}), "none");
    EXPECT_EQ(code({word("a", Split::Train)}), "E-CORPUS-004") << "only one";
    EXPECT_EQ(code({word("a", Split::Validation), word("a", Split::Test), word("b", Split::Train),
                    word("b", Split::Train)}),
              "E-CORPUS-004")
        << "none for training";
}

TEST(Corpus, ChosenWords) {
    const std::vector<ops::CorpusUtterance> list = {{.label = "a"}, {.label = "b"}, {.label = "a"}};
    EXPECT_EQ(ops::with_words(list, {}).size(), 3U);
    EXPECT_EQ(ops::with_words(list, std::vector<std::string>{"a"}).size(), 2U);
    try {
        ops::with_words(list, std::vector<std::string>{"a", "c"});
        ADD_FAILURE() << "no error";
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-CORPUS-005");
        EXPECT_EQ(error.problem().expected, "a b");
        EXPECT_EQ(error.problem().found, "c");
    }
}

TEST(Corpus, FsddFolderAndArchiveAreListedAlike) {
    const CorpusFolder folder;
    std::string tar;
    for (const char* name :
         {"7_theo_10.wav", "7_theo_9.wav", "0_jackson_4.wav", "7_theo_5.wav", "x_theo_1.wav",
          "7_theo.wav", "7_theo_1x.wav", "7__1.wav", "71_a_1.wav", "7_theo_99999999999.wav"}) {
        folder.write(std::filesystem::path("f/recordings") / name, "some");
        tar += tar_member(std::string("recordings/") + name, "some");
    }
    folder.write("t/fsdd_recordings.tar", tar + tar_end());
    folder.write("t/another.tar", "no tar");
    const auto list = ops::list_fsdd(folder.path() / "f");
    const std::vector<std::string> expected = {"0_jackson_4", "7_theo_5", "7_theo_9", "7_theo_10"};
    EXPECT_EQ(names(list), expected);
    EXPECT_EQ(names(ops::list_fsdd(folder.path() / "f" / "recordings")), expected);
    EXPECT_EQ(names(ops::list_fsdd(folder.path() / "t")), expected);
    const auto packed = ops::list_fsdd(folder.path() / "t" / "fsdd_recordings.tar");
    EXPECT_EQ(names(packed), expected);
    EXPECT_EQ(packed[3].offset, 512U) << "the first in the archive";
    EXPECT_EQ(packed[3].bytes, 4U);
    EXPECT_EQ(list[3].bytes, 0U) << "a file of its own";
    EXPECT_EQ(list[0].label, "zero");
    EXPECT_EQ(list[0].speaker, "jackson");
    EXPECT_EQ(list[0].split, Split::Test);
    EXPECT_EQ(list[1].split, Split::Validation);
    EXPECT_EQ(list[2].split, Split::Validation);
    EXPECT_EQ(list[3].split, Split::Train);
    EXPECT_EQ(list[3].label, "seven");
    // The last of two members with one name counts.
    folder.write("u/a.tar", tar + tar_member("recordings/7_theo_9.wav", "later") + tar_end());
    const auto twice = ops::list_fsdd(folder.path() / "u");
    EXPECT_EQ(names(twice), expected);
    EXPECT_EQ(twice[2].bytes, 5U);
    EXPECT_EQ(error_code([&] { ops::list_fsdd(folder.path() / "f", 3); }), "E-CORPUS-002");
    EXPECT_EQ(error_code([&] { ops::list_fsdd(folder.path() / "t", 3); }), "E-CORPUS-002");
    EXPECT_EQ(error_code([&] { ops::list_fsdd(folder.path()); }), "E-CORPUS-001");
    EXPECT_EQ(error_code([&] { ops::list_fsdd(folder.path() / "t" / "another.tar"); }),
              "E-CORPUS-003");
    EXPECT_EQ(error_code([&] { ops::list_fsdd(folder.path() / "none"); }), "E-FILE-001");
}

TEST(Corpus, LibriSpeech) {
    const CorpusFolder folder;
    folder.write("dev-clean/84/121123/84-121123.trans.txt",
                 "84-121123-0000 GO DO YOU HEAR\r\n\n84-121123-0001 BUT\n");
    folder.write("dev-clean/84/121123/84-121123-0000.flac", "x");
    folder.write("dev-clean/84/121123/84-121123-0001.flac", "x");
    folder.write("train-clean-100/19/198/19-198.trans.txt", "19-198-0000 A B");
    folder.write("train-clean-100/19/198/19-198-0000.flac", "x");
    folder.write("test-other/1/2/1-2.trans.txt", "1-2-0000 C\n");
    folder.write("test-other/1/2/1-2-0000.flac", "x");
    folder.write("BOOKS.TXT", "x");
    const auto list = ops::list_librispeech(folder.path());
    EXPECT_EQ(names(list), (std::vector<std::string>{"84-121123-0000", "84-121123-0001", "1-2-0000",
                                                     "19-198-0000"}));
    EXPECT_EQ(list[0].label, "GO DO YOU HEAR");
    EXPECT_EQ(list[0].speaker, "84");
    EXPECT_EQ(list[1].split, Split::Validation);
    EXPECT_EQ(list[2].split, Split::Test);
    EXPECT_EQ(list[3].split, Split::Train);
    EXPECT_EQ(list[3].label, "A B");
    for (const char* line :
         {"19-198-0001 NO SUCH FILE", "19-198-0000", "19-198-0000 ", " A", "../../x A"}) {
        folder.write("train-clean-100/19/198/19-198.trans.txt", line);
        EXPECT_EQ(error_code([&] { ops::list_librispeech(folder.path()); }), "E-CORPUS-007")
            << line;
    }
    EXPECT_EQ(error_code([&] { ops::list_librispeech(folder.path() / "dev-clean"); }),
              "E-CORPUS-001");
}

TEST(Corpus, SpokenTakesAreSplit) {
    const std::vector<std::string> voices = {"a", "b", "c", "d"}, held = {"c", "elsewhere"};
    const auto takes = ops::list_takes(voices, held, 2);
    ASSERT_EQ(takes.size(), 8U);
    std::string splits;
    for (std::size_t at = 0; at < takes.size(); ++at) {
        EXPECT_EQ(takes[at].voice, at % 4);
        EXPECT_EQ(takes[at].take, at / 4);
        splits += ops::to_text(takes[at].split).front();
    }
    EXPECT_EQ(splits, "ttttvvtt");  // "test" and "train" begin alike
    EXPECT_EQ(takes[2].split, Split::Test);
    EXPECT_EQ(takes[6].split, Split::Test);
    EXPECT_EQ(takes[3].split, Split::Train);
    EXPECT_EQ(takes[7].split, Split::Train);
}

TEST(Corpus, Noise) {
    engine::Random random(1, "n", 2);
    const types::Audio made = ops::made_noise(random, 8000);
    EXPECT_EQ(made.frames(), 8000U);
    double power = 0;
    for (const float sample : made.samples) power += sample * sample / 8000;
    EXPECT_GT(power, 0.9e-6);
    EXPECT_LT(power, 1.1e-3);
    types::Audio hum{.sample_rate = 16000, .channels = 1, .samples = std::vector<float>(50000, 1)};
    const types::Audio cut = ops::cut_noise(random, hum, 16000);
    ASSERT_EQ(cut.frames(), 16000U);
    EXPECT_EQ(cut.samples.front(), cut.samples.back());
    EXPECT_LT(cut.samples.front(), 1);
    EXPECT_EQ(ops::cut_noise(random, hum, 8000).frames(), 8000U);
    hum.samples.resize(100);
    const types::Audio brief = ops::cut_noise(random, hum, 16000);
    ASSERT_EQ(brief.frames(), 16000U);
    EXPECT_GT(brief.samples[99], 0);
    EXPECT_EQ(brief.samples[100], 0);
    hum.samples.clear();
    EXPECT_EQ(ops::cut_noise(random, hum, 8000).samples, std::vector<float>(8000, 0));
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

TEST(Corpus, RecordingsFromMemoryAndFromPartsOfFiles) {
    const std::string recording = wav(8000, 1, {0, 8192, -16384});
    const std::vector<float> samples = {0, 0.25F, -0.5F};
    EXPECT_EQ(ops::decode_audio(bytes_of(recording), "here").samples, samples);
    const CorpusFolder folder;
    const auto file = folder.write("a.bin", std::string(100, 'x') + recording + "xx");
    const types::Audio part = ops::read_audio_part(file, 100, recording.size());
    EXPECT_EQ(part.samples, samples);
    EXPECT_EQ(part.sample_rate, 8000);
    const auto code = [&](std::uint64_t offset, std::uint64_t bytes) {
        return error_code([&] { ops::read_audio_part(file, offset, bytes); });
    };
    EXPECT_EQ(code(99, recording.size()), "E-AUDIO-010");
    EXPECT_EQ(code(100, recording.size() + 3), "E-AUDIO-012") << "beyond the file";
    EXPECT_EQ(code(~std::uint64_t{0}, 2), "E-AUDIO-012") << "no overflow";
    EXPECT_EQ(code(0, 0), "E-AUDIO-010");
    EXPECT_EQ(code(0, ~std::uint64_t{0}), "E-AUDIO-011");
    EXPECT_EQ(error_code([&] { ops::read_audio_part(folder.path() / "no", 0, 9); }), "E-FILE-001");
    // Cut anywhere, a recording is an error or shorter, and nothing else.
    for (std::size_t length = 0; length < recording.size(); ++length) {
        const std::string cut = recording.substr(0, length);
        const std::string found =
            error_code([&] { EXPECT_LT(ops::decode_audio(bytes_of(cut), "cut").frames(), 3U); });
        EXPECT_TRUE(found == "none" || found == "E-AUDIO-010" || found == "E-AUDIO-012") << found;
    }
}

}  // namespace
}  // namespace millrace::testing
