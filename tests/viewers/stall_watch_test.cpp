// The watch that every test of windows runs under finds what holds the window thread up, and
// nothing else.
#include "tests/viewers/stall_watch.hpp"

#include <time.h>

#include <QDialog>
#include <QTest>
#include <QTimer>
#include <thread>

#include <gtest/gtest.h>

namespace millrace::tests {
namespace {

/// By this thread's own clock, whatever else the machine does.
void work(double milliseconds) {
    const auto now = [] {
        timespec spent = {};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
        return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
    };
    const double end = now() + milliseconds;
    while (now() < end) continue;
}

class Worker : public QObject {
public:
    Worker(double milliseconds, const char* name) : milliseconds_(milliseconds) {
        setObjectName(name);
    }
    int done = 0;

protected:
    bool event(QEvent* event) override {
        if (event->type() == QEvent::User) work(milliseconds_), ++done;
        return QObject::event(event);
    }

private:
    double milliseconds_;
};

StallWatch& watch() { return *static_cast<StallWatch*>(qApp); }

TEST(StallWatch, NamesTheEventThatTookTooLong) {
    Worker slow(130, "culprit"), quick(5, "innocent");
    for (QObject* each : {static_cast<QObject*>(&slow), static_cast<QObject*>(&quick)})
        QCoreApplication::postEvent(each, new QEvent(QEvent::User));
    ASSERT_TRUE(QTest::qWaitFor([&] { return slow.done + quick.done == 2; }));
    const auto stalls = watch().take_stalls();
    ASSERT_EQ(stalls.size(), 1U);
    EXPECT_EQ(stalls[0].event, "User");
    EXPECT_EQ(stalls[0].receiver, "QObject \"culprit\"");
    EXPECT_GE(stalls[0].cpu_ms, 130);
    EXPECT_GE(stalls[0].wall_ms, stalls[0].cpu_ms - 1);
}

TEST(StallWatch, TestCodeAndOtherThreadsDoNotCount) {
    work(130);
    Worker waits(0, "waits");
    QTimer::singleShot(0, &waits, [&] {
        std::thread([] { work(130); }).join();
        ++waits.done;
    });
    ASSERT_TRUE(QTest::qWaitFor([&] { return waits.done == 1; }));
    EXPECT_TRUE(watch().take_stalls().empty());
}

TEST(StallWatch, ADialogsOwnLoopCountsForItself) {
    Worker opens(0, "opens");
    QTimer::singleShot(0, &opens, [&] {
        QDialog dialog;
        Worker slow(70, "one");
        for (int i = 0; i < 3; ++i) QCoreApplication::postEvent(&slow, new QEvent(QEvent::User));
        QTimer::singleShot(1, &dialog, [&] { dialog.reject(); });
        dialog.exec();
        opens.done = slow.done;
    });
    ASSERT_TRUE(QTest::qWaitFor([&] { return opens.done == 3; }));
    EXPECT_TRUE(watch().take_stalls().empty()) << "three of 70 ms, each on its own";
}

TEST(StallWatch, WhatIsSentWithinAnEventBelongsToIt) {
    Worker inner(60, "inner"), outer(0, "outer");
    QTimer::singleShot(0, &outer, [&] {
        QEvent first(QEvent::User), second(QEvent::User);
        QCoreApplication::sendEvent(&inner, &first);
        QCoreApplication::sendEvent(&inner, &second);
    });
    ASSERT_TRUE(QTest::qWaitFor([&] { return inner.done == 2; }));
    const auto stalls = watch().take_stalls();
    ASSERT_EQ(stalls.size(), 1U) << "120 ms without a look at the queue";
    EXPECT_FALSE(stalls[0].receiver.contains("inner"));
}

}  // namespace
}  // namespace millrace::tests
