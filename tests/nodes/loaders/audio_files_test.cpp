#include "tests/nodes/loaders/loaders.hpp"
#include "tests/nodes/ops/audio/wav.hpp"

namespace millrace::testing {
namespace {

engine::Object at(const std::filesystem::path& path) { return {{"path", path.string()}}; }

TEST(AudioFiles, GivesRecordingsByName) {
    const Folder folder;
    folder.write("b.wav", wav(8000, 1, std::vector<std::int16_t>(800, 1000)));
    folder.write("a.WAV", wav(16000, 2, {16384, 0, 16384, 0}));
    folder.write("notes.txt", "no recording");
    Source source("loaders.audio_files", at(folder.path()));
    EXPECT_EQ(source.count(), 2U);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.name(), "a");
    const auto& mean = source.get<types::Audio>("audio");
    EXPECT_EQ(mean.channels, 1);
    EXPECT_EQ(mean.samples, (std::vector<float>{0.25F, 0.25F}));
    ASSERT_TRUE(source.load(1));
    EXPECT_EQ(source.get<types::Audio>("audio").sample_rate, 8000);
    EXPECT_EQ(source.files(1), (std::vector<std::string>{(folder.path() / "b.wav").string()}));
    EXPECT_FALSE(source.load(2));
}

TEST(AudioFiles, RateAndChannelsAsWished) {
    const Folder folder;
    folder.write("a.wav", wav(8000, 2, std::vector<std::int16_t>(1600, 1000)));
    engine::Object params = at(folder.path());
    params["sample_rate"] = 16000;
    params["one_channel"] = false;
    Source source("loaders.audio_files", params);
    ASSERT_TRUE(source.load(0));
    const auto& audio = source.get<types::Audio>("audio");
    EXPECT_EQ(audio.sample_rate, 16000);
    EXPECT_EQ(audio.channels, 2);
    EXPECT_NEAR(static_cast<double>(audio.frames()), 1600, 1);
}

TEST(AudioFiles, EmptyMissingAndDamaged) {
    const Folder folder;
    EXPECT_EQ(problem_of("loaders.audio_files", at(folder.path())).code, "E-FILE-040");
    EXPECT_EQ(problem_of("loaders.audio_files", at(folder.path() / "none")).code, "E-FILE-001");
    const auto file = folder.write("a.wav", "RIFF and nothing else");
    const engine::Problem problem = problem_of("loaders.audio_files", at(folder.path()));
    EXPECT_EQ(problem.code, "E-AUDIO-010");
    EXPECT_EQ(problem.where, file.string());
}

TEST(AudioFiles, RealSpeechIsRead) {
    const std::filesystem::path file = shared_folder() / "data" / "speech" / "jfk.wav";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    Source source("loaders.audio_files", at(file));
    ASSERT_TRUE(source.load(0));
    const auto& audio = source.get<types::Audio>("audio");
    EXPECT_EQ(audio.sample_rate, 16000);
    EXPECT_NEAR(static_cast<double>(audio.frames()) / audio.sample_rate, 11, 0.1);
}

}  // namespace
}  // namespace millrace::testing
