// Starts Qt before the tests of windows; under the display that the environment names, else without
// one. A test during which an event held the window thread up fails, and says which event it was.

#include <QApplication>
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/viewers/stall_watch.hpp"
#include "viewers/common/process.hpp"

namespace {

using millrace::tests::StallWatch;

class StallsFail : public testing::EmptyTestEventListener {
public:
    explicit StallsFail(StallWatch& watch) : watch_(watch) {}
    void OnTestEnd(const testing::TestInfo&) override {
        for (const StallWatch::Stall& stall : watch_.take_stalls()) {
            ADD_FAILURE() << "the window thread was held up: " << qPrintable(stall.event) << " of "
                          << qPrintable(stall.receiver) << " took " << stall.cpu_ms
                          << " ms of its CPU time (" << stall.wall_ms
                          << " ms by the clock), more than " << watch_.limit_ms();
        }
    }
    void OnTestProgramEnd(const testing::UnitTest&) override {
        const StallWatch::Stall& most = watch_.longest();
        std::printf("longest event: %.1f ms of CPU time, %.1f ms by the clock, %s of %s\n",
                    most.cpu_ms, most.wall_ms, qPrintable(most.event), qPrintable(most.receiver));
    }

private:
    StallWatch& watch_;
};

}  // namespace

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM") && !qEnvironmentVariableIsSet("DISPLAY"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    millrace::viewers::free_memory_steadily();  // as the programs do
    testing::InitGoogleTest(&argc, argv);
    StallWatch application(argc, argv);
    // Instrumented builds are slower; they may say by how much.
    if (const int limit = qEnvironmentVariableIntValue("MILLRACE_STALL_MS"); limit > 0)
        application.set_limit_ms(limit);
    testing::UnitTest::GetInstance()->listeners().Append(new StallsFail(application));
    return RUN_ALL_TESTS();
}
