// The editor's bridge to the worker: real worker processes, killed and replaced.
#include "editor/session/session.hpp"

#include <signal.h>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace millrace::editor {
namespace {

QStringList worker() { return {MILLRACE_BINARY_DIR "/bin/millrace", "worker", "--no-cache"}; }

/// Counts for ever, slowly enough to be killed on the way.
engine::Graph counting() {
    engine::Graph graph;
    graph.nodes["count"] = {.type = "control.counter", .params = {{"items", 1000000}}};
    graph.nodes["rate"] = {.type = "control.rate_limit", .params = {{"per_second", 50.0}}};
    graph.wires = {{.from = {"count", "value"}, .to = {"rate", "item"}}};
    return graph;
}

bool reaches(Session& session, Session::State state) {
    return QTest::qWaitFor([&] { return session.state() == state; }, 20'000);
}

TEST(Session, StartsAndTellsItsNodeTypes) {
    Session session(worker());
    QSignalSpy catalogue(&session, &Session::catalogue);
    session.start();
    EXPECT_TRUE(QTest::qWaitFor([&] { return !catalogue.isEmpty(); }, 20'000));
    EXPECT_EQ(session.state(), Session::State::Ready);
}

TEST(Session, AProgramThatIsNotThereIsTold) {
    Session session({"/nowhere/millrace", "worker"});
    QSignalSpy died(&session, &Session::died);
    session.start();
    EXPECT_TRUE(QTest::qWaitFor([&] { return !died.isEmpty(); }, 20'000));
    EXPECT_EQ(session.state(), Session::State::Off);
}

TEST(Session, AKilledWorkerEndsTheRunAndTheNextOneWorks) {
    for (const int signal : {SIGKILL, SIGSEGV}) {
        Session session(worker());
        QSignalSpy died(&session, &Session::died), ended(&session, &Session::run_ended);
        QSignalSpy packets(&session, &Session::packet);
        const int looked = session.subscribe("count.value", true, true);
        session.run(counting(), {});
        ASSERT_TRUE(reaches(session, Session::State::Running));
        ASSERT_TRUE(QTest::qWaitFor([&] { return packets.count() > 1; }, 20'000));
        ::kill(static_cast<pid_t>(session.process()), signal);
        ASSERT_TRUE(QTest::qWaitFor([&] { return !died.isEmpty(); }, 20'000));
        EXPECT_EQ(session.state(), Session::State::Off);
        EXPECT_EQ(ended.count(), 1);
        // Another worker takes over, and what was looked at still is.
        packets.clear();
        session.run(counting(), {});
        ASSERT_TRUE(reaches(session, Session::State::Running));
        EXPECT_TRUE(QTest::qWaitFor([&] { return packets.count() > 0; }, 20'000));
        session.unsubscribe(looked);
        session.stop();
        EXPECT_TRUE(reaches(session, Session::State::Ready));
    }
}

TEST(Session, PausesAndSteps) {
    Session session(worker());
    session.run(counting(), {}, {.paused = true});
    ASSERT_TRUE(reaches(session, Session::State::Paused));
    session.go_on();
    ASSERT_TRUE(reaches(session, Session::State::Running));
    session.pause();
    ASSERT_TRUE(reaches(session, Session::State::Paused));
    session.stop();
    EXPECT_TRUE(reaches(session, Session::State::Ready));
}

TEST(Session, ProblemsOfAGraphAreTold) {
    Session session(worker());
    QSignalSpy problems(&session, &Session::problems);
    engine::Graph graph = counting();
    graph.nodes["count"].type = "control.no_such_type";
    session.run(graph, {});
    ASSERT_TRUE(QTest::qWaitFor([&] { return !problems.isEmpty(); }, 20'000));
    EXPECT_FALSE(session.is_running());
}

}  // namespace
}  // namespace millrace::editor
