#include "tests/nodes/ops/training/group_processes.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace millrace::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kRole = "MILLRACE_TEST_ROLE";
constexpr const char* kTimeout = "MILLRACE_TEST_TIMEOUT";
constexpr const char* kStaged = "MILLRACE_TEST_STAGED";
constexpr milliseconds kTestLimit = seconds(240);
constexpr milliseconds kSignalLimit = seconds(5);

/// Of the test that runs.
milliseconds time_left() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    const milliseconds begin(test->result()->start_timestamp());
    const auto now = std::chrono::duration_cast<milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    return std::max(milliseconds(0), begin + kTestLimit - now);
}

const char* variable(const char* name) {
    const char* value = std::getenv(name);
    if (!value) throw std::runtime_error(fmt::format("only other tests start this: no {}", name));
    return value;
}

}  // namespace

engine::Problem problem_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

Listener::Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, length) != 0 || ::listen(socket_, 1) != 0 ||
        ::getsockname(socket_, generic, &length) != 0)
        ADD_FAILURE() << "no port to listen on";
    port_ = ntohs(address.sin_port);
}

Listener::~Listener() { ::close(socket_); }

int free_port() { return Listener().port(); }

Child::Child(std::vector<std::string> command, const Variables& variables) {
    std::vector<std::string> settings;
    for (char** each = environ; *each; ++each) settings.emplace_back(*each);
    for (const auto& [name, value] : variables) settings.push_back(name + "=" + value);
    std::vector<char*> arguments, environment;
    for (auto& each : command) arguments.push_back(each.data());
    for (auto& each : settings) environment.push_back(each.data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    std::array<int, 2> out{}, in{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 ||
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) != 0) {
        ADD_FAILURE() << "no pipes";
        return;
    }
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::execvpe(arguments[0], arguments.data(), environment.data());
        ::_exit(127);
    }
    ::close(out[1]);
    ::close(in[0]);
    output_ = out[0];
    input_ = in[1];
}

Child::~Child() {
    if (pid_ > 0) {
        // mpirun ends its own processes on this signal, not on SIGKILL.
        ::kill(pid_, SIGTERM);
        ::kill(pid_, SIGCONT);
        if (!ends_within(kSignalLimit)) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    ::close(output_);
    ::close(input_);
}

void Child::signal(int number) const { ::kill(pid_, number); }

void Child::suspend() const {
    signal(SIGSTOP);
    siginfo_t state = {};
    ::waitid(P_PID, static_cast<id_t>(pid_), &state, WSTOPPED | WEXITED | WNOWAIT);
    EXPECT_EQ(state.si_code, CLD_STOPPED) << "it has ended";
}

void Child::tell(const std::string& line) const {
    // A socket, for a pipe to a dead process would end this one.
    EXPECT_GT(::send(input_, (line + "\n").data(), line.size() + 1, MSG_NOSIGNAL), 0);
}

std::optional<std::string> Child::said(const std::string& start) {
    for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
        const std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        if (line.starts_with(start)) return line.substr(start.size());
        last_ += line + "\n";
    }
    return std::nullopt;
}

bool Child::read(milliseconds most) {
    pollfd ready{.fd = output_, .events = POLLIN, .revents = 0};
    std::array<char, 4096> bytes{};
    if (!open_ || ::poll(&ready, 1, static_cast<int>(most.count())) != 1) return open_;
    const auto count = ::read(output_, bytes.data(), bytes.size());
    open_ = count > 0;
    if (open_) text_.append(bytes.data(), static_cast<std::size_t>(count));
    return open_;
}

std::string Child::line(const std::string& start) {
    while (true) {
        if (auto line = said(start)) return *line;
        if (time_left().count() == 0 || !read(time_left())) break;
    }
    ADD_FAILURE() << "no line \"" << start << "\" after " << last_ << text_;
    return "";
}

bool Child::ends_within(milliseconds limit) {
    // The pipe closes when the process ends: no polling of its state.
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (read(milliseconds(50)))
        if (std::chrono::steady_clock::now() >= deadline) return false;
    const bool reaped = ::waitpid(pid_, &status_, 0) == pid_;
    pid_ = -1;
    return reaped;
}

void Child::expect_good_end() {
    const bool ended = ends_within(time_left());
    EXPECT_TRUE(ended && WIFEXITED(status_) && WEXITSTATUS(status_) == 0)
        << "status " << status_ << " after " << last_ << text_;
}

std::vector<std::string> own_program(const std::string& test) {
    std::array<char, 4096> path{};
    const auto length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    return {std::string(path.data(), length > 0 ? static_cast<std::size_t>(length) : 0),
            "--gtest_filter=" + test, "--gtest_also_run_disabled_tests"};
}

Variables variables_of(const ops::Ranks& ranks, const std::string& role, double timeout_seconds) {
    return {{kRole, role},
            {kTimeout, std::to_string(timeout_seconds)},
            {"RANK", std::to_string(ranks.rank)},
            {"WORLD_SIZE", std::to_string(ranks.world_size)},
            {"MASTER_ADDR", ranks.master_address},
            {"MASTER_PORT", std::to_string(ranks.master_port)}};
}

Children start(const std::string& test, const std::string& role, int size, double timeout_seconds) {
    const int port = free_port();
    Children children;
    for (int rank = 0; rank < size; ++rank) {
        Variables variables = variables_of({.rank = rank, .world_size = size, .master_port = port},
                                           role, timeout_seconds);
        variables[kStaged] = "1";
        children.push_back(std::make_unique<Child>(own_program(test), variables));
    }
    for (auto& child : children) child->line("loaded");
    for (auto& child : children) child->tell("go");
    return children;
}

std::string line_of_any(const Children& children, const std::string& start) {
    while (time_left().count() > 0) {
        for (const auto& child : children) {
            if (auto line = child->said(start)) return *line;
            child->read(milliseconds(20));
        }
    }
    ADD_FAILURE() << "no line \"" << start << "\" of any process";
    return "";
}

void expect_good_ends(const Children& children) {
    for (const auto& child : children) child->expect_good_end();
}

Told told() {
    Told told{.role = variable(kRole),
              .timeout_seconds = std::atof(variable(kTimeout)),
              .ranks = ops::ranks_from_environment([](const char* name) {
                           return std::getenv(name);
                       }).value()};
    if (std::getenv(kStaged)) {
        say("loaded");
        std::string go;
        std::getline(std::cin, go);
    }
    return told;
}

void say(const std::string& line) { std::cout << line << std::endl; }

Hosts::Hosts() : left_(fmt::format("mrl{}", ::getpid())), right_(fmt::format("mrr{}", ::getpid())) {
    made_ = run("ip netns add {0}") && run("ip netns add {1}") &&
            run("ip -n {0} link add cable type veth peer name cable netns {1}") &&
            run("ip -n {0} addr add 10.97.0.1/24 dev cable") &&
            run("ip -n {1} addr add 10.97.0.2/24 dev cable") && run("ip -n {0} link set lo up") &&
            run("ip -n {1} link set lo up") && run("ip -n {0} link set cable up") &&
            run("ip -n {1} link set cable up");
}

Hosts::~Hosts() {
    run("ip netns del {0}");
    run("ip netns del {1}");
}

bool Hosts::run(const char* command) const {
    const std::string whole = fmt::format(fmt::runtime(command), left_, right_) + " 2> /dev/null";
    return std::system(whole.c_str()) == 0;
}

}  // namespace millrace::testing
