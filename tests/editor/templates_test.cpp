// The ready-made graphs, run from the window and by the command line, give the same bits; and a
// worker that takes too much memory leaves the editor and the document alone.
#include <QCryptographicHash>
#include <QDirIterator>
#include <QProcess>

#include <gtest/gtest.h>

#include "editor/panels/problems_panel.hpp"
#include "editor/panels/runs_panel.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/runs/compare_dialog.hpp"
#include "editor/session/run_monitor.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

constexpr const char* kMillrace = MILLRACE_BINARY_DIR "/bin/millrace";

class Templates : public EditorTest, public ::testing::WithParamInterface<const char*> {
protected:
    /// By the name relative to the folder; run.json and its like tell of the run, not of results.
    static std::map<QString, QByteArray> hashes(const QString& folder) {
        std::map<QString, QByteArray> found;
        QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly)) continue;
            QCryptographicHash hash(QCryptographicHash::Sha256);
            hash.addData(&file);
            found[QDir(folder).relativeFilePath(file.fileName())] = hash.result().toHex();
        }
        return found;
    }
};

TEST_P(Templates, TheWindowAndTheCommandLineGiveTheSameBits) {
    const QString file = QString(MILLRACE_SOURCE_DIR "/graphs/") + GetParam();
    make({kMillrace, "worker", "--no-cache", "--runs", path("runs")});
    wait_for_catalogue();
    ASSERT_TRUE(window->open_template(file, false));
    ASSERT_EQ(window->wires()->outputs().size(), 1U) << "something is to be seen at once";
    const engine::Endpoint seen = window->wires()->outputs().front();
    // Three frames, so that nodes which look back have something to look at.
    window->document().edit(
        "Frames", [](engine::Graph& graph) { graph.nodes.at("source").params["frames"] = 3; });
    window->action("record_sketches")->setChecked(true);
    window->run();
    ASSERT_TRUE(wait([&] { return window->monitor()->status() == "succeeded"; }))
        << window->monitor()->status().toStdString();
    ASSERT_TRUE(wait([&] {
        return window->runs()->shown().size() == 1 &&
               window->runs()->shown().front().state == RunEntry::State::Succeeded;
    }));
    EXPECT_TRUE(wait([&] { return window->wires()->viewer_of(seen) != nullptr; }));
    QTest::qWait(200);  // marks of what has ended come with the next beat
    picture(window.get(), QString("template_%1").arg(QFileInfo(file).baseName()));
    const QString of_window = window->runs()->shown().front().folder;

    QProcess process;
    process.start(kMillrace, {"run", file, "--no-cache", "--record", "all", "--set",
                              "source.frames=3", "--out", path("cli")});
    ASSERT_TRUE(process.waitForFinished(120'000));
    ASSERT_EQ(process.exitCode(), 0) << process.readAllStandardError().toStdString();

    const ComparedRuns compared = compare_run_folders(of_window, path("cli"), {});
    ASSERT_TRUE(compared.problem.isEmpty()) << compared.problem.toStdString();
    EXPECT_TRUE(compared.graphs.empty());
    EXPECT_TRUE(compared.wires.only_one.empty());
    EXPECT_FALSE(compared.wires.wires.empty());
    for (const engine::WireComparison& wire : compared.wires.wires) {
        EXPECT_GT(wire.items, 0U) << wire.name;
        EXPECT_TRUE(wire.equal()) << wire.name;
        ASSERT_TRUE(wire.worst) << wire.name;
        EXPECT_EQ(wire.worst->how, "exact") << wire.name << ": hashes of the contents differ";
    }
    const auto window_files = hashes(of_window + "/artifacts");
    EXPECT_FALSE(window_files.empty());
    EXPECT_EQ(window_files, hashes(path("cli/artifacts")));
}

INSTANTIATE_TEST_SUITE_P(Shipped, Templates,
                         ::testing::Values("fusion/lidar-camera-overlay.json",
                                           "points/clean-and-cluster.json",
                                           "points/register-two-frames.json"),
                         [](const auto& named) {
                             std::string name = named.param;
                             std::ranges::replace_if(
                                 name, [](char c) { return !std::isalnum(c); }, '_');
                             return name;
                         });

class MemoryLimit : public EditorTest {
protected:
    /// Makes each picture of a long drive large and holds on to all: more than the limit leaves.
    static engine::Graph hoarder() {
        engine::Graph graph;
        graph.nodes["source"] = {
            .type = "loaders.scene",
            .params = {
                {"frames", 400}, {"width", 400}, {"height", 200}, {"rings", 8}, {"steps", 100}}};
        graph.nodes["large"] = {.type = "image.resize", .params = {{"width", 12000}}};
        graph.nodes["hoard"] = {.type = "control.batch", .params = {{"size", 400}}};
        graph.wires = {{.from = {"source", "image"}, .to = {"large", "image"}},
                       {.from = {"large", "image"}, .to = {"hoard", "item"}}};
        double x = 0;
        for (const char* id : {"source", "large", "hoard"}) graph.layout[id] = {x += 300, 0};
        return graph;
    }
};

TEST_F(MemoryLimit, EndsTheRunOrTheWorkerAndNeverTheEditor) {
    // A limit of the system on the worker's whole address space, not an exception that is thrown.
    make({"/bin/sh", "-c",
          QString(
              "ulimit -v 3500000; export MALLOC_ARENA_MAX=2; exec %1 worker --no-cache --runs %2")
              .arg(kMillrace, path("runs"))});
    wait_for_catalogue();
    window->document().start(hoarder(), {});
    const engine::Graph before = window->document().graph();
    window->run();
    ASSERT_TRUE(wait([&] { return window->session().is_running(); }));
    ASSERT_TRUE(wait([&] { return !window->session().is_running(); }));
    EXPECT_NE(window->monitor()->status(), "succeeded");
    EXPECT_TRUE(wait([&] { return window->problems()->error_count() > 0; }));
    picture(window.get(), "memory-limit");
    EXPECT_EQ(window->document().graph(), before);
    // The same editor goes on, with a graph that fits.
    window->document().edit(
        "Less", [](engine::Graph& graph) { graph.nodes.at("source").params["frames"] = 3; });
    window->run();
    EXPECT_TRUE(wait([&] { return window->monitor()->status() == "succeeded"; }))
        << window->monitor()->status().toStdString();
}

}  // namespace
}  // namespace millrace::editor
