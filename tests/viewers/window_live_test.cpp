// The window keeps up with runs that go on and with files that are written anew.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QLabel>
#include <QPushButton>
#include <QStatusBar>

#include "tests/viewers/window_support.hpp"
#include "viewers/common/timeline.hpp"
#include "viewers/plot/plot_view.hpp"
#include "viewers/view/run_state.hpp"

namespace millrace::tests {
namespace {

using view::Pane;
using view::RunState;
using view::Window;

/// A process of its own that holds the lock on a run folder, as the program that runs does.
class Runner {
public:
    explicit Runner(const std::string& folder) {
        int ready[2] = {};
        EXPECT_EQ(::pipe(ready), 0);
        child_ = ::fork();
        if (child_ == 0) {
            const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
            const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
            const char word = locked ? 'y' : 'n';
            if (::write(ready[1], &word, 1) != 1) ::_exit(1);
            for (;;) ::pause();
        }
        char word = 0;
        EXPECT_EQ(::read(ready[0], &word, 1), 1);
        EXPECT_EQ(word, 'y');
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~Runner() { kill(); }
    void kill() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = 0;
    }
    pid_t process() const { return child_; }

private:
    pid_t child_ = 0;
};

class Live : public WindowTest {
protected:
    std::string visual_bytes(std::size_t points) const {
        visual::Cloud cloud;
        cloud.points.assign(points, {1, 2, 3});
        return visual::write_visuals({cloud});
    }
    /// In one step, as a run writes.
    void record(const std::string& wire, int item, const std::string& bytes) const {
        const std::string name =
            "run/visuals/" + wire + "/0000000" + std::to_string(item) + ".safetensors";
        write("run/temporary", bytes);
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        std::filesystem::rename(path("run/temporary"), path(name));
    }
    void report(const std::string& text) const {
        write("run/report.tmp", text);
        std::filesystem::rename(path("run/report.tmp"), path("run/run.json"));
    }
    static bool until(const std::function<bool()>& condition) {
        return QTest::qWaitFor(condition, 20'000);
    }
    static QString state_text(const Window& window) {
        QString all;
        for (const QLabel* label : window.findChildren<QLabel*>()) {
            if (label->parentWidget() == window.findChild<QStatusBar*>()) all += label->text();
        }
        return all;
    }
    static QPushButton* reload_button(const Window& window) {
        return window.findChild<QStatusBar*>()->findChild<QPushButton*>();
    }
};

TEST_F(Live, ARunIsFollowedFromItsFirstItemToItsEnd) {
    report(R"({"status": "running"})");
    Runner runner(path("run"));
    const auto window = window_of({"run"});
    EXPECT_TRUE(window->problems().isEmpty()) << window->problems().join("\n").toStdString();
    EXPECT_TRUE(state_text(*window).contains("running")) << state_text(*window).toStdString();
    ASSERT_TRUE(row(*window, "run – running"));
    record("a.cloud", 0, visual_bytes(1));
    ASSERT_TRUE(until([&] { return window->items() == std::vector<quint64>{0}; }));
    ASSERT_TRUE(until([&] { return window->space() && window->settled(); }));
    EXPECT_TRUE(row(*window, "a.cloud"));
    // The newest is shown as it comes; a second wire joins in.
    record("a.cloud", 1, visual_bytes(2));
    record("b.cloud", 1, visual_bytes(5));
    ASSERT_TRUE(until([&] { return window->item() == 1 && row(*window, "b.cloud"); }));
    ASSERT_TRUE(until(
        [&] { return window->settled() && window->space()->view()->scene().clouds.size() == 2; }));
    EXPECT_EQ(window->space()->view()->scene().clouds[0].cloud->points.size(), 2U);
    // Who looks back no longer follows.
    auto* timeline = window->findChild<viewers::Timeline*>();
    EXPECT_TRUE(timeline->live());
    timeline->first();
    EXPECT_FALSE(timeline->live());
    record("a.cloud", 2, visual_bytes(3));
    ASSERT_TRUE(until([&] { return window->items().size() == 3; }));
    EXPECT_EQ(window->item(), 0U);
    timeline->set_live(true);
    EXPECT_EQ(window->item(), 2U);
    report(R"({"status": "succeeded", "exit_code": 0})");
    ASSERT_TRUE(until([&] { return row(*window, "run – finished") != nullptr; }));
    EXPECT_FALSE(timeline->live()) << "nothing more comes";
    EXPECT_TRUE(window->problems().isEmpty());
}

TEST_F(Live, MetricsGrowWithTheRun) {
    report(R"({"status": "running"})");
    Runner runner(path("run"));
    const std::string rows = "0,train,loss,4\n1,train,loss,3\n";
    write("run/checkpoints/metrics.rows", rows);
    record("a.cloud", 0, visual_bytes(1));
    const auto window = window_of({"run"});
    const auto plotted = [&]() -> std::size_t {
        const auto found = window->viewers_of("metrics");
        const auto* plot = found.empty() ? nullptr : qobject_cast<viewers::PlotView*>(found[0]);
        return plot && !plot->scene().lines().empty() ? plot->scene().lines()[0].curve->size() : 0;
    };
    EXPECT_EQ(plotted(), 2U);
    auto* shown = window->space()->view()->scene().clouds.at(0).cloud.get();
    // In place, as it is appended to.
    write("run/checkpoints/metrics.rows", rows + "2,train,loss,2\n");
    EXPECT_TRUE(until([&] { return plotted() == 3; }));
    EXPECT_EQ(window->space()->view()->scene().clouds.at(0).cloud.get(), shown)
        << "items are not read again for it";
    write("run/metrics.csv", "item,node,name,value\n" + rows + "2,train,loss,2\n3,train,loss,1\n");
    report(R"({"status": "succeeded", "exit_code": 0})");
    EXPECT_TRUE(until([&] { return plotted() == 4; }));
    EXPECT_TRUE(window->problems().isEmpty()) << window->problems().join("\n").toStdString();
    // The wall of plots closes with its streams and comes back with them.
    ASSERT_TRUE(settle(*window));
    Pane* plots = pane(*window, "Plots");
    ASSERT_TRUE(plots && plots->isVisible());
    Q_EMIT plots->close_wanted();
    EXPECT_FALSE(plots->isVisible());
    EXPECT_EQ(row(*window, "metrics")->checkState(0), Qt::Unchecked);
    EXPECT_EQ(row(*window, "a.cloud")->checkState(0), Qt::Checked);
    row(*window, "metrics")->setCheckState(0, Qt::Checked);
    EXPECT_TRUE(plots->isVisible());
}

TEST_F(Live, AFailedRunTellsItsProblem) {
    report(R"({"status": "running"})");
    Runner runner(path("run"));
    record("a.cloud", 0, visual_bytes(1));
    const auto window = window_of({"run"});
    report(R"({"status": "failed", "exit_code": 1, "problems": [
        {"code": "W-RUN-008", "what": "small", "severity": "warning"},
        {"code": "E-NODE-007", "what": "No such weights", "where": "net", "severity": "error"}]})");
    ASSERT_TRUE(until([&] { return row(*window, "run – failed") != nullptr; }));
    EXPECT_TRUE(state_text(*window).contains("E-NODE-007: No such weights (net)"))
        << state_text(*window).toStdString();
    EXPECT_TRUE(row(*window, "run – failed")->toolTip(0).contains("No such weights"));
}

TEST_F(Live, AKilledRunIsNoticedWithoutAWord) {
    report(R"({"status": "running"})");
    Runner runner(path("run"));
    record("a.cloud", 0, visual_bytes(1));
    EXPECT_EQ(view::locking_process(path("run")), runner.process());
    const auto window = window_of({"run"});
    ASSERT_TRUE(row(*window, "run – running"));
    runner.kill();
    EXPECT_TRUE(until([&] { return row(*window, "run – killed") != nullptr; }));
}

TEST_F(Live, HowARunStandsIsReadFromItsFolder) {
    using Kind = RunState::Kind;
    std::filesystem::create_directories(path("run"));
    EXPECT_EQ(view::run_state(path("run")).kind, Kind::None);
    for (const auto& [text, kind] :
         {std::pair{"{", Kind::None}, std::pair{"[]", Kind::None}, std::pair{"{}", Kind::None},
          std::pair{R"({"status": 7})", Kind::None},
          std::pair{R"({"status": "running"})", Kind::Killed},
          std::pair{R"({"status": "succeeded"})", Kind::Finished},
          std::pair{R"({"status": "stopped"})", Kind::Stopped},
          std::pair{R"({"status": "timed out"})", Kind::Failed},
          std::pair{R"({"status": "failed", "problems": 3})", Kind::Failed}}) {
        report(text);
        EXPECT_EQ(view::run_state(path("run")).kind, kind) << text;
    }
    report(R"({"status": "timed out"})");
    EXPECT_EQ(view::run_state(path("run")).problem, "timed out");
}

TEST_F(Live, AHalfWrittenVisualIsTriedAgain) {
    report(R"({"status": "running"})");
    Runner runner(path("run"));
    record("a.cloud", 0, visual_bytes(1));
    const auto window = window_of({"run"});
    const std::string whole = visual_bytes(40);
    // Not in one step: as it comes over a network.
    write("run/visuals/a.cloud/00000001.safetensors", whole.substr(0, whole.size() / 2));
    ASSERT_TRUE(until([&] { return window->item() == 1; }));
    const int before = window->failed_tries();
    ASSERT_TRUE(until([&] { return window->failed_tries() > before + 1; }));
    EXPECT_TRUE(window->problems().isEmpty()) << window->problems().join("\n").toStdString();
    EXPECT_FALSE(window->settled()) << "it is still to come";
    write("run/visuals/a.cloud/00000001.safetensors", whole);
    ASSERT_TRUE(until([&] {
        return window->settled() &&
               window->space()->view()->scene().clouds.at(0).cloud->points.size() == 40;
    }));
    EXPECT_TRUE(window->problems().isEmpty());
    // Of a run that has ended it is told, at once.
    runner.kill();
    ASSERT_TRUE(until([&] { return row(*window, "run – killed") != nullptr; }));
    record("a.cloud", 2, whole.substr(0, 30));
    ASSERT_TRUE(until([&] { return window->items().size() == 3; }));
    window->show_item(2);
    EXPECT_TRUE(until([&] { return window->problems().size() == 1; }));
}

TEST_F(Live, AChangedFileIsOfferedAndReadAgain) {
    write_cloud("cloud.ply", {{0, 0, 0}});
    const auto window = window_of({"cloud.ply"});
    EXPECT_FALSE(reload_button(*window)->isVisible());
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}});
    ASSERT_TRUE(until([&] { return reload_button(*window)->isVisible(); })) << "written in place";
    EXPECT_EQ(window->space()->view()->scene().clouds.at(0).cloud->points.size(), 1U)
        << "nothing changes under one's eyes";
    QTest::keyClick(window.get(), Qt::Key_F5);
    ASSERT_TRUE(until([&] {
        return window->settled() &&
               window->space()->view()->scene().clouds.at(0).cloud->points.size() == 3;
    }));
    EXPECT_FALSE(reload_button(*window)->isVisible());
}

TEST_F(Live, AFolderGrowsWhenItIsReadAgain) {
    for (int i = 0; i < 2; ++i) write_cloud("scans/" + std::to_string(i) + ".ply", {{0, 0, 0}});
    const auto window = window_of({"scans"});
    EXPECT_EQ(window->items().size(), 2U);
    write_cloud("scans/2.ply", {{0, 0, 0}});
    ASSERT_TRUE(until([&] { return reload_button(*window)->isVisible(); }));
    reload_button(*window)->click();
    EXPECT_TRUE(until([&] { return window->items().size() == 3; }));
    // One that goes away is told when it is wanted.
    std::filesystem::remove_all(path("scans"));
    window->reload();
    ASSERT_TRUE(until([&] { return !window->problems().isEmpty(); }));
    EXPECT_TRUE(window->problems().front().contains("E-FILE-001"));
}

TEST_F(Live, NothingRunsWhileNothingChanges) {
    report(R"({"status": "running"})");
    Runner runner(path("run"));
    record("a.cloud", 0, visual_bytes(1));
    const auto window = window_of({"run"});
    ASSERT_TRUE(settle(*window));
    for (const QTimer* timer : window->findChildren<QTimer*>())
        EXPECT_FALSE(timer->isActive() && !timer->isSingleShot()) << timer->parent();
}

}  // namespace
}  // namespace millrace::tests
