#include "engine/worker/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "engine/problem.hpp"

namespace millrace::engine::worker {
namespace {

struct Pipe {
    std::array<int, 2> ends = {-1, -1};
    Pipe() {
        if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
    }
    ~Pipe() {
        for (const int end : ends) {
            if (end >= 0) close(end);
        }
    }
    int take(int end) { return std::exchange(ends[static_cast<std::size_t>(end)], -1); }
};

[[noreturn]] void fail(const std::string& program, int error) {
    throw Error({.code = "E-WORKER-002",
                 .what = "The program could not be started",
                 .expected = "a program that can be run",
                 .found = std::string(std::strerror(error)),
                 .where = program,
                 .mend = "Check that it is installed and on the PATH."});
}

}  // namespace

Process::Process(const std::vector<std::string>& command) {
    if (command.empty()) fail("no program", ENOENT);
    Pipe input, output, errors;
    if (input.ends[0] < 0 || output.ends[0] < 0 || errors.ends[0] < 0) fail(command.front(), errno);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input.ends[0], 0);
    posix_spawn_file_actions_adddup2(&files, output.ends[1], 1);
    posix_spawn_file_actions_adddup2(&files, errors.ends[1], 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // What this program ignores or blocks is not the child's business; an interrupt at the terminal
    // neither.
    sigset_t defaults, none;
    sigfillset(&defaults);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const int error = posix_spawnp(&process_, words[0], &files, &attributes, words.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
        process_ = -1;
        fail(command.front(), error);
    }
    input_ = input.take(1);
    output_ = output.take(0);
    errors_ = errors.take(0);
}

Process::~Process() {
    for (const int end : {input_, output_, errors_}) {
        if (end >= 0) close(end);
    }
    if (process_ > 0 && !wait(std::chrono::milliseconds(0))) {
        kill(SIGKILL);
        wait(std::chrono::hours(1));
    }
}

std::optional<Exit> Process::wait(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!exit_ && process_ > 0) {
        int status = 0;
        const pid_t ended = waitpid(process_, &status, WNOHANG);
        if (ended == process_) {
            exit_ = WIFSIGNALED(status) ? Exit{0, WTERMSIG(status)} : Exit{WEXITSTATUS(status), 0};
        } else if (ended < 0 && errno != EINTR) {
            exit_ = Exit{};  // somebody else has waited for it
        } else if (std::chrono::steady_clock::now() >= until) {
            break;
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    return exit_;
}

void Process::kill(int signal) {
    if (process_ > 0 && !exit_) ::kill(process_, signal);
}

}  // namespace millrace::engine::worker
