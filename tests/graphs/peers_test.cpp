// Two processes that train one keyword spotter together, of which one is killed or hangs.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

// Of a test that fails; one that passes ends long before.
constexpr std::chrono::minutes kPatience{4};

int free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket, generic, length), 0);
    EXPECT_EQ(::getsockname(socket, generic, &length), 0);
    ::close(socket);
    return ntohs(address.sin_port);
}

/// One of the processes; it ends with this object at the latest.
class Rank {
public:
    Rank(const Program& program, int rank, int port, const Words& words)
        : program_(program), errors_(".stderr-" + std::to_string(rank)) {
        pid_ = ::fork();
        if (pid_ == 0) execute(rank, port, words);
    }
    ~Rank() {
        if (ended_) return;
        signal(SIGKILL);  // which ends a stopped process, too
        ::waitpid(pid_, nullptr, 0);
    }
    Rank(const Rank&) = delete;
    Rank& operator=(const Rank&) = delete;

    void signal(int number) const { ::kill(pid_, number); }

    /// Sends SIGSTOP and waits until the process stands still.
    void stop() const {
        signal(SIGSTOP);
        siginfo_t state = {};
        ::waitid(P_PID, static_cast<id_t>(pid_), &state, WSTOPPED | WEXITED | WNOWAIT);
        EXPECT_EQ(state.si_code, CLD_STOPPED);
    }

    bool runs() const {
        siginfo_t state = {};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               state.si_pid == 0;
    }

    std::string said() const { return program_.read(errors_); }

    /// Waits for the process to end by itself.
    Outcome end() {
        const auto deadline = Clock::now() + kPatience;
        while (runs() && Clock::now() < deadline) ::poll(nullptr, 0, 5);
        Outcome outcome;
        if (runs()) {
            outcome.code = Outcome::kHung;
            signal(SIGKILL);
        }
        int status = 0;
        ::waitpid(pid_, &status, 0);
        ended_ = true;
        if (outcome.code != Outcome::kHung)
            outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        outcome.err = said();
        return outcome;
    }

private:
    [[noreturn]] void execute(int rank, int port, Words words) const {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::chdir(program_.folder.c_str()) != 0) ::_exit(126);
        ::setenv("RANK", std::to_string(rank).c_str(), 1);
        ::setenv("WORLD_SIZE", "2", 1);
        ::setenv("MASTER_ADDR", "127.0.0.1", 1);
        ::setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
        for (const char* variable : {"MILLRACE_CACHE_GB", "OMP_NUM_THREADS"}) ::unsetenv(variable);
        ::setenv("MILLRACE_RESOURCES", MILLRACE_SOURCE_DIR "/resources", 1);
        ::setenv("MILLRACE_CACHE", (program_.folder / "cache").c_str(), 1);
        const int output = ::open("/dev/null", O_WRONLY);
        const int errors = ::open(errors_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
        ::dup2(output, STDOUT_FILENO);
        ::dup2(errors, STDERR_FILENO);
        words.insert(words.begin(), MILLRACE_PROGRAM);
        std::vector<char*> pointers;
        for (std::string& word : words) pointers.push_back(word.data());
        pointers.push_back(nullptr);
        ::execv(MILLRACE_PROGRAM, pointers.data());
        ::_exit(127);
    }

    const Program& program_;
    std::string errors_;
    pid_t pid_ = -1;
    bool ended_ = false;
};

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
