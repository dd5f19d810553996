// The client with the real program: as a child, through a stand-in for ssh, and killed.
#include <signal.h>
#include <sys/stat.h>

#include <future>

#include "engine/worker/client.hpp"
#include "tests/engine/worker/support.hpp"

namespace millrace::engine::testing {
namespace {

using worker::Answer;
using worker::Client;

const std::string kProgram = std::string(MILLRACE_BINARY_DIR) + "/bin/millrace";

constexpr const char* kCounting = R"({"schema": "millrace/1",
"nodes": {"count": {"type": "control.counter", "version": 1, "params": {"items": 100000}},
"limit": {"type": "control.rate_limit", "version": 1, "params": {"per_second": 200}}},
"wires": [{"from": "count.value", "to": "limit.item"}]})";

/// What a client was told.
struct Told {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> notices;
    std::string log;
    bool ended = false;
    std::optional<Problem> problem;

    Client::Events events() {
        return {.notice =
                    [this](const std::string& method, const Value&,
                           const std::vector<worker::Attachment>&) {
                        const std::scoped_lock lock(mutex);
                        notices.push_back(method);
                        changed.notify_all();
                    },
                .log =
                    [this](std::string_view text) {
                        const std::scoped_lock lock(mutex);
                        log += text;
                    },
                .ended =
                    [this](const std::optional<Problem>& why) {
                        const std::scoped_lock lock(mutex);
                        ended = true;
                        problem = why;
                        changed.notify_all();
                    }};
    }
    template <class Holds>
    bool wait(const Holds& holds) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(30), holds);
    }
};

class WorkerClient : public ::testing::Test {
protected:
    std::vector<std::string> command(std::vector<std::string> before = {}) const {
        for (const std::string& word : {kProgram, std::string("worker"), std::string("--no-cache"),
                                        std::string("--runs"), (folder.path / "runs").string()})
            before.push_back(word);
        return before;
    }
    void begin_run(Client& client) const {
        const Answer started = client.call_and_wait("initialise", {{"protocol", 1}});
        ASSERT_FALSE(started.problem) << to_text(*started.problem);
        ASSERT_FALSE(client.call_and_wait("graph/open", {{"text", kCounting}}).problem);
        const Answer run = client.call_and_wait("run/start", {});
        ASSERT_FALSE(run.problem) << to_text(*run.problem);
        ASSERT_FALSE(run.result.find("run")->is_null());
    }
    TemporaryFolder folder;
    Told told;
};

TEST_F(WorkerClient, RunsAGraphAndEndsWhenAsked) {
    {
        Client client(command(), told.events());
        begin_run(client);
        EXPECT_TRUE(told.wait([&] { return std::ranges::count(told.notices, "run/figures") > 0; }));
        EXPECT_FALSE(client.call_and_wait("run/stop", {}).problem);
        EXPECT_TRUE(told.wait([&] { return std::ranges::count(told.notices, "run/ended") > 0; }));
        const Answer unknown = client.call_and_wait("no/such", {});
        ASSERT_TRUE(unknown.problem.has_value());
        EXPECT_EQ(unknown.code, worker::kUnknownMethod);
        EXPECT_EQ(unknown.problem->code, "E-RPC-008");
    }
    EXPECT_TRUE(told.ended);
    EXPECT_FALSE(told.problem.has_value()) << to_text(*told.problem);
}

TEST_F(WorkerClient, AKilledWorkerIsToldClearly) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const std::vector<int> signals = {
        SIGKILL};  // the others are caught by the sanitizer, which exits
#else
    const std::vector<int> signals = {SIGKILL, SIGSEGV, SIGABRT};
#endif
    for (const int signal : signals) {
        Told each;
        Client client(command(), each.events());
        begin_run(client);
        std::promise<Answer> waiting;
        kill(client.process(), signal);
        ASSERT_TRUE(each.wait([&] { return each.ended; }));
        ASSERT_TRUE(each.problem.has_value());
        EXPECT_EQ(each.problem->code, "E-WORKER-001");
        EXPECT_NE(each.problem->found.find(std::string("SIG") + sigabbrev_np(signal)),
                  std::string::npos)
            << to_text(*each.problem);
        EXPECT_FALSE(each.problem->mend.empty());
        EXPECT_FALSE(client.alive());
        // Who asks a dead worker is told at once.
        client.call("run/stop", {}, [&](const Answer& answer) { waiting.set_value(answer); });
        EXPECT_EQ(waiting.get_future().get().problem->code, "E-WORKER-001");
    }
}

TEST_F(WorkerClient, WhatWaitsForAnAnswerIsToldOfTheDeath) {
    Client client(command(), told.events());
    begin_run(client);
    kill(client.process(), SIGSTOP);
    std::promise<Answer> waiting;
    client.call("run/figures", {}, [&](const Answer& answer) { waiting.set_value(answer); });
    const Answer late = client.call_and_wait("run/figures", {}, std::chrono::milliseconds(50));
    ASSERT_TRUE(late.problem.has_value());
    EXPECT_EQ(late.problem->code, "E-WORKER-003");
    kill(client.process(), SIGKILL);
    auto future = waiting.get_future();
    ASSERT_EQ(future.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    EXPECT_EQ(future.get().problem->code, "E-WORKER-001");
}

TEST_F(WorkerClient, AHungWorkerIsEndedWithItsClient) {
    pid_t process = 0;
    {
        Client client(command(), told.events());
        begin_run(client);
        process = client.process();
        kill(process, SIGSTOP);
    }
    EXPECT_NE(kill(process, 0), 0);
}

TEST_F(WorkerClient, ThroughAProgramLikeSsh) {
    const auto stand_in = folder.path / "ssh";
    {
        // As ssh does: words are joined and given to a shell, the streams passed on.
        std::ofstream file(stand_in);
        file << "#!/bin/sh\nhost=$1; shift\necho \"welcome to $host\" >&2\nexec sh -c \"$*\"\n";
    }
    chmod(stand_in.c_str(), 0755);
    Client client(command({stand_in.string(), "far"}), told.events());
    begin_run(client);
    EXPECT_FALSE(client.call_and_wait("run/stop", {}).problem);
    const std::scoped_lock lock(told.mutex);
    EXPECT_NE(told.log.find("welcome to far"), std::string::npos);
}

TEST_F(WorkerClient, AProgramThatIsNoWorkerIsToldClearly) {
    EXPECT_THROW(Client({(folder.path / "nothing").string()}, told.events()), Error);
    Client chatty({"/bin/echo", "Permission denied (publickey)."}, told.events());
    ASSERT_TRUE(told.wait([&] { return told.ended; }));
    ASSERT_TRUE(told.problem.has_value());
    Told far;
    Client missing({"/bin/sh", "-c", "echo 'sh: millrace: not found' >&2; exit 127"}, far.events());
    ASSERT_TRUE(far.wait([&] { return far.ended; }));
    ASSERT_TRUE(far.problem.has_value());
    EXPECT_NE(far.problem->cause.find("not found"), std::string::npos) << to_text(*far.problem);
}

}  // namespace
}  // namespace millrace::engine::testing
