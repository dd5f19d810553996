// Two processes that train one keyword spotter together, of which one is killed or hangs.
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/graphs/ranks.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;
using Pair = std::array<std::unique_ptr<Rank>, 2>;

/// The folder of a rank's run.
std::string folder_of(int rank) { return rank == 0 ? "out" : "out/ranks/1"; }

/// With checkpoints in the middle of the run.
Pair start(const Program& program, const Words& more, const Words& set = {}) {
    Words words = {"run",
                   MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/train.json",
                   "--out",
                   "out",
                   "--intra-threads",
                   "1",
                   "--checkpoint-items",
                   "40"};
    words.insert(words.end(), more.begin(), more.end());
    Words small = {"corpus.words=yes no",
                   "corpus.voices=en-us en-gb en-us+f2",
                   "corpus.held_out=en-gb",
                   "corpus.takes=4",
                   "corpus.epochs=16",
                   "batch.size=8",
                   "model.classes=yes no _silence_",
                   "model.channels=8",
                   "model.blocks=1",
                   "optimizer.steps=60"};
    small.insert(small.end(), set.begin(), set.end());
    for (const std::string& value : small) words.insert(words.end(), {"--set", value});
    const int port = free_port();
    Pair pair;
    for (int rank = 0; rank < 2; ++rank)
        pair[rank] = std::make_unique<Rank>(program, rank, port, words);
    return pair;
}

/// Waits until both are in the middle of training and have their checkpoint; false if one ended.
bool reach_checkpoints(const Program& program, const Pair& pair) {
    const auto deadline = Clock::now() + kPatience;
    while (Clock::now() < deadline && pair[0]->runs() && pair[1]->runs()) {
        if (program.exists(folder_of(0) + "/checkpoints/000001.ckpt") &&
            program.exists(folder_of(1) + "/checkpoints/000001.ckpt"))
            return true;
        ::poll(nullptr, 0, 5);
    }
    return false;
}

class Peers : public ::testing::TestWithParam<int> {
    void SetUp() override {
        if (!fs::exists("/usr/bin/espeak-ng"))
            GTEST_SKIP() << "the program espeak-ng is not installed";
    }
};
INSTANTIATE_TEST_SUITE_P(Ranks, Peers, ::testing::Values(0, 1));

TEST_P(Peers, AKilledRankEndsTheOtherAndBothGoOnLater) {
    const int victim = GetParam(), other = 1 - victim;
    const Program program;
    {
        const Pair pair = start(program, {});
        ASSERT_TRUE(reach_checkpoints(program, pair)) << pair[0]->said() << pair[1]->said();
        pair[victim]->signal(SIGKILL);
        ASSERT_EQ(pair[victim]->end().code, 128 + SIGKILL) << "it ended before it was killed";
        const Outcome left = pair[other]->end();
        EXPECT_GT(left.code, 0) << left.err;
        EXPECT_LT(left.code, 128) << left.err;
        ASSERT_FALSE(left.errors().empty()) << left.err;
        EXPECT_EQ(left.errors().front(), "E-DIST-006") << left.err;
        EXPECT_NE(left.err.find("connection to rank " + std::to_string(victim)), std::string::npos)
            << left.err;
    }
    // One has another checkpoint that the other lacks, as a kill between two writes leaves it.
    const fs::path folder = program.folder / folder_of(other) / "checkpoints";
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".ckpt" && entry.path() > newest) newest = entry.path();
    }
    fs::copy_file(newest, folder / "000090.ckpt");
    const Pair pair = start(program, {"--resume"});
    for (int rank : {0, 1}) {
        const Outcome resumed = pair[rank]->end();
        EXPECT_EQ(resumed.code, 0) << resumed.err;
        const engine::Value report = program.read_json(folder_of(rank) + "/run.json");
        EXPECT_TRUE(report.find("resumed") && report.find("resumed")->as_bool()) << to_json(report);
    }
    EXPECT_TRUE(program.exists("out/artifacts/model.safetensors"));
    EXPECT_TRUE(fs::exists(folder / "000090.unmatched"));
}

TEST_P(Peers, AHungRankEndsTheOtherAfterTheTimeout) {
    const int hung = GetParam(), other = 1 - hung;
    const Program program;
    const Pair pair =
        start(program, {},
              {"forward.peer_timeout=15", "optimizer.peer_timeout=15", "best.peer_timeout=15"});
    ASSERT_TRUE(reach_checkpoints(program, pair)) << pair[0]->said() << pair[1]->said();
    pair[hung]->stop();
    const Outcome left = pair[other]->end();
    EXPECT_GT(left.code, 0) << left.err;
    EXPECT_LT(left.code, 128) << left.err;
    ASSERT_FALSE(left.errors().empty()) << left.err;
    EXPECT_EQ(left.errors().front(), "E-DIST-007") << left.err;
    EXPECT_NE(left.err.find("No answer from rank " + std::to_string(hung)), std::string::npos)
        << left.err;
    EXPECT_NE(left.err.find("none within 15 s"), std::string::npos) << left.err;
}

}  // namespace
}  // namespace millrace::tests
