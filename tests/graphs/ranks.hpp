// Processes of the program that run one graph together. For one thread of a test.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace millrace::tests {

using Words = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

/// Of a test that fails; one that passes ends long before.
inline constexpr std::chrono::minutes kPatience{4};

inline int free_port() {
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

}  // namespace millrace::tests
