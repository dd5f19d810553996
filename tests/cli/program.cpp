#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace millrace::tests {

namespace fs = std::filesystem;

const char* const kNumbers = R"({"schema": "millrace/1", "meta": {"title": "Numbers"},
"parameters": {"input": {"of": "source.file", "label": "Numbers"}},
"nodes": {"source": {"type": "clitest.from_file", "version": 1, "params": {"file": "numbers.txt"}},
"square": {"type": "clitest.square", "version": 1, "params": {"offset": 2}},
"check": {"type": "clitest.fail_at", "version": 1, "params": {"at": -1}},
"lines": {"type": "clitest.lines", "version": 1}},
"wires": [{"from": "source.value", "to": "square.value"}, {"from": "square.square", "to": "check.value"},
{"from": "check.value", "to": "lines.value"}]})";

const char* const kSlow = R"({"schema": "millrace/1",
"nodes": {"count": {"type": "control.counter", "version": 1, "params": {"items": 200}},
"limit": {"type": "control.rate_limit", "version": 1, "params": {"per_second": 100}},
"lines": {"type": "clitest.lines", "version": 1}},
"wires": [{"from": "count.value", "to": "limit.item"}, {"from": "limit.item", "to": "lines.value"}]})";

engine::Value Outcome::json() const {
    try {
        return engine::parse_json(out, "stdout");
    } catch (const std::exception& error) {
        ADD_FAILURE() << error.what() << "\n" << out << "\n" << err;
        return engine::Object();
    }
}

std::vector<std::string> Outcome::errors() const {
    std::vector<std::string> codes;
    std::istringstream lines(err);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("E-")) codes.push_back(line.substr(0, line.find(' ')));
    }
    return codes;
}

Program::Program() {
    std::string name = (fs::temp_directory_path() / "millrace-cli-XXXXXX").string();
    folder = mkdtemp(name.data());
}

Program::~Program() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

namespace {

/// In the child alone: a disk of its own over `folder`, which goes with the process.
bool mount_small_disk(const fs::path& folder) {
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=256k") == 0;
}

void arrange(const Around& around) {
    if (!around.full_disk.empty() && !mount_small_disk(around.full_disk)) _exit(125);
    if (around.bytes_free > 0) {
        const rlimit limit{around.bytes_free, around.bytes_free};
        setrlimit(RLIMIT_AS, &limit);
    }
    const char* file = around.stdout_to.empty() ? ".stdout" : around.stdout_to.c_str();
    int out = open(file, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (around.reader_gone) {
        int ends[2];
        if (pipe(ends) != 0) _exit(125);
        close(ends[0]);
        out = ends[1];
    }
    const int err = open(".stderr", O_CREAT | O_TRUNC | O_WRONLY, 0600);
    dup2(out, 1);
    dup2(err, 2);
    for (int number = 3; number < 64; ++number)
        close(number);  // those above and what the test has open
    if (around.without_stdin) close(0);
    if (around.without_stdout) close(1);
}

}  // namespace

bool Program::can_mount() {
    const int process = fork();
    if (process == 0) _exit(mount_small_disk(fs::temp_directory_path()) ? 0 : 1);
    int status = 1;
    waitpid(process, &status, 0);
    return status == 0;
}

int Program::start(const std::vector<std::string>& words, const Around& around) const {
    const int process = fork();
    if (process != 0) return process;
    if (chdir(folder.c_str()) != 0) _exit(126);
    for (const char* variable : {"MILLRACE_CACHE_GB", "OMP_NUM_THREADS"}) unsetenv(variable);
    setenv("MILLRACE_RESOURCES", MILLRACE_SOURCE_DIR "/resources", 1);
    setenv("MILLRACE_CACHE", (folder / "cache").c_str(), 1);
    setenv("MILLRACE_FROZEN", (folder / "frozen").c_str(), 1);
    setenv("MILLRACE_PLUGIN_PATH", MILLRACE_TEST_PLUGINS, 1);
    for (int number : {SIGINT, SIGTERM, SIGPIPE}) signal(number, SIG_DFL);
    arrange(around);
    std::vector<std::string> all = {MILLRACE_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> pointers;
    for (std::string& word : all) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    execv(MILLRACE_PROGRAM, pointers.data());
    _exit(127);
}

Outcome Program::finish(int process) const {
    constexpr int kPatienceMs = 60'000;
    // The end of a process can be polled for by way of its descriptor.
    const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
    pollfd ended{descriptor, POLLIN, 0};
    const bool hung = descriptor >= 0 && poll(&ended, 1, kPatienceMs) == 0;
    if (hung) kill(process, SIGKILL);
    if (descriptor >= 0) close(descriptor);
    int status = 0;
    rusage used = {};
    wait4(process, &status, 0, &used);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {hung ? Outcome::kHung : code, read(".stdout"), read(".stderr"),
            static_cast<std::uint64_t>(used.ru_maxrss) << 10};
}

Outcome Program::run(const std::vector<std::string>& words, const Around& around) const {
    std::error_code ignored;
    fs::remove(folder / ".stdout", ignored);
    return finish(start(words, around));
}

Outcome Program::run_and_signal(const std::vector<std::string>& words, int signal,
                                const std::string& file, std::size_t bytes, bool twice) const {
    std::error_code ignored;
    fs::remove(folder / ".stderr", ignored);
    const int process = start(words);
    const auto grown = [&] {
        return fs::exists(folder / file) && fs::file_size(folder / file, ignored) >= bytes;
    };
    const auto runs = [&] {
        siginfo_t state = {};
        return waitid(P_PID, static_cast<id_t>(process), &state, WEXITED | WNOHANG | WNOWAIT) ==
                   0 &&
               state.si_pid == 0;
    };
    while (runs() && !grown()) poll(nullptr, 0, 1);
    kill(process, signal);
    if (twice) {
        while (runs() && read(".stderr").find("stopping") == std::string::npos) poll(nullptr, 0, 1);
        kill(process, signal);
    }
    return finish(process);
}

void Program::write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
}

std::string Program::read(const std::string& name) const {
    std::ifstream stream(folder / name, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

engine::Value Program::read_json(const std::string& name) const {
    return engine::parse_json(read(name), name);
}

}  // namespace millrace::tests
