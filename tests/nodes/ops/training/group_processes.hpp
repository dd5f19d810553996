// Processes, ports and hosts for tests of process groups: a test starts its own program again for
// each rank, as one disabled test that plays a role. Whatever waits here gives up four minutes
// after the beginning of the test, which is far more than a loaded machine needs. A test owns what
// it starts, which ends with it; one thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/training/ranks.hpp"

namespace millrace::testing {

using Variables = std::map<std::string, std::string>;  ///< of the environment

/// The problem that a call throws; one without a code when it throws none.
engine::Problem problem_of(const std::function<void()>& call);

/// A listening socket on a port of the system's choice.
class Listener {
public:
    Listener();
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    int port() const { return port_; }

private:
    int socket_, port_ = 0;
};

int free_port();

/// A process that talks by lines.
class Child {
public:
    Child(std::vector<std::string> command, const Variables& variables);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void signal(int number) const;
    /// Sends SIGSTOP and waits until the process stands still.
    void suspend() const;
    void tell(const std::string& line) const;
    /// The rest of the next line that starts with `start`; fails the test where none comes.
    std::string line(const std::string& start);
    /// That line among those read so far.
    std::optional<std::string> said(const std::string& start);
    /// Waits for more to be read; false once the process has ended.
    bool read(std::chrono::milliseconds most);
    /// Fails the test unless the process ends by itself, with 0.
    void expect_good_end();

private:
    bool ends_within(std::chrono::milliseconds limit);

    pid_t pid_ = -1;
    int output_ = -1, input_ = -1, status_ = -1;
    bool open_ = true;
    std::string text_, last_;
};

using Children = std::vector<std::unique_ptr<Child>>;

/// The command for a disabled test of this program.
std::vector<std::string> own_program(const std::string& test);

/// What a process is told in its environment.
Variables variables_of(const ops::Ranks& ranks, const std::string& role, double timeout_seconds);

/// Starts all ranks, and lets them go on once all of them are loaded, so that a short timeout is
/// enough for them to meet.
Children start(const std::string& test, const std::string& role, int size, double timeout_seconds);

/// The next such line of any of them.
std::string line_of_any(const Children& children, const std::string& start);
void expect_good_ends(const Children& children);

/// In a started process: what it is told, and a line to the test.
struct Told {
    std::string role;
    double timeout_seconds;
    ops::Ranks ranks;
};
Told told();
void say(const std::string& line);

/// Two network namespaces joined by a cable, as two hosts have it.
class Hosts {
public:
    Hosts();
    ~Hosts();
    Hosts(const Hosts&) = delete;
    Hosts& operator=(const Hosts&) = delete;

    bool made() const { return made_; }  ///< or else the system does not allow it
    const std::string& of_rank(int rank) const { return rank == 0 ? left_ : right_; }

private:
    bool run(const char* command) const;

    std::string left_, right_;
    bool made_ = false;
};

}  // namespace millrace::testing
