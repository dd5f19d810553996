#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
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

Program::Program() {
    std::string name = (fs::temp_directory_path() / "millrace-cli-XXXXXX").string();
    folder = mkdtemp(name.data());
}

Program::~Program() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

int Program::start(const std::vector<std::string>& words) const {
    const int process = fork();
    if (process != 0) return process;
    if (chdir(folder.c_str()) != 0) _exit(126);
    for (const char* variable : {"MILLRACE_CACHE_GB", "OMP_NUM_THREADS"}) unsetenv(variable);
    setenv("MILLRACE_RESOURCES", MILLRACE_SOURCE_DIR "/resources", 1);
    setenv("MILLRACE_CACHE", (folder / "cache").c_str(), 1);
    setenv("MILLRACE_PLUGIN_PATH", MILLRACE_TEST_PLUGINS, 1);
    for (int number : {SIGINT, SIGTERM}) signal(number, SIG_DFL);
    const int out = open(".stdout", O_CREAT | O_TRUNC | O_WRONLY, 0600);
    const int err = open(".stderr", O_CREAT | O_TRUNC | O_WRONLY, 0600);
    dup2(out, 1);
    dup2(err, 2);
    std::vector<std::string> all = {MILLRACE_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> pointers;
    for (std::string& word : all) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    execv(MILLRACE_PROGRAM, pointers.data());
    _exit(127);
}

Outcome Program::finish(int process) const {
    int status = 0;
    waitpid(process, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(".stdout"),
            read(".stderr")};
}

Outcome Program::run(const std::vector<std::string>& words) const { return finish(start(words)); }

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
