// Recorded runs in the editor: the list, comparing two, wires painted by their error, where runs
// part, going through items. The runs are those of a real worker in a folder of their own.
#include <signal.h>
#include <QAction>
#include <QFile>
#include <QLineEdit>
#include <QMenu>
#include <QProcess>
#include <QTreeWidget>

#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/runs_panel.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/runs/branches.hpp"
#include "editor/runs/compare_dialog.hpp"
#include "editor/runs/numeric_wires.hpp"
#include "editor/runs/run_case.hpp"
#include "editor/runs/run_scrubber.hpp"
#include "editor/runs/wire_errors.hpp"
#include "editor/session/run_monitor.hpp"
#include "tests/editor/window_support.hpp"
#include "viewers/common/timeline.hpp"

namespace millrace::editor {
namespace {

constexpr const char* kMillrace = MILLRACE_BINARY_DIR "/bin/millrace";

/// a counts; b and c follow it, so that a change of a is seen on every wire.
engine::Graph counting() {
    engine::Graph graph;
    graph.nodes["a"] = {.type = "control.counter", .params = {{"items", 4}, {"start", 1.0}}};
    graph.nodes["b"] = {.type = "control.rate_limit", .params = {{"per_second", 500.0}}};
    graph.nodes["c"] = {.type = "control.batch", .params = {{"size", 2}}};
    graph.nodes["d"] = {.type = "sinks.run_statistics"};
    graph.wires = {{.from = {"a", "value"}, .to = {"b", "item"}},
                   {.from = {"b", "item"}, .to = {"c", "item"}},
                   {.from = {"c", "items"}, .to = {"d", "item"}}};
    double x = 0;
    for (const char* id : {"a", "b", "c", "d"}) graph.layout[id] = {x += 260, 0};
    return graph;
}

class Runs : public EditorTest {
protected:
    Runs() {
        make({kMillrace, "worker", "--no-cache", "--runs", path("runs")});
        engine::save_graph(counting(), path("g.json").toStdString());
        EXPECT_TRUE(window->open(path("g.json")));
        wait_for_catalogue();
    }
    void trigger(const char* name) {
        ASSERT_NE(window->action(name), nullptr) << name;
        window->action(name)->trigger();
    }
    /// Runs the document and waits until the list holds the run; gives its folder.
    QString run() {
        const std::size_t before = window->runs()->shown().size();
        window->run();
        EXPECT_TRUE(wait([&] { return !window->monitor()->status().isEmpty(); }));
        EXPECT_TRUE(wait([&] {
            const auto shown = window->runs()->shown();
            return shown.size() == before + 1 && !window->session().is_running() &&
                   shown.front().state == RunEntry::State::Succeeded;
        }));
        const auto shown = window->runs()->shown();
        return shown.empty() ? QString() : shown.front().folder;
    }
    void set(const char* node, const char* param, engine::Value value) {
        window->document().edit(
            "Set", [&](engine::Graph& graph) { graph.nodes.at(node).params[param] = value; });
    }
    QAction* entry_of(const QString& run, const char* name) {
        return window->runs()->menu_for(run)->findChild<QAction*>(name);
    }
    WireItem* wire(const std::string& from) {
        for (QGraphicsItem* item : window->scene()->items())
            if (auto* wire = qgraphicsitem_cast<WireItem*>(item))
                if (wire->wire().from.node == from) return wire;
        return nullptr;
    }
};

TEST_F(Runs, TheListTellsWhatChangedAndWhatIsBroken) {
    EXPECT_TRUE(wait([&] { return !window->runs()->is_busy(); }));
    EXPECT_TRUE(window->runs()->shown().empty());
    const QString first = run();
    set("a", "start", 2.0);
    const QString second = run();
    ASSERT_NE(first, second);
    ASSERT_TRUE(QDir().mkpath(path("runs/torn")));
    QFile torn(path("runs/torn/run.json"));
    ASSERT_TRUE(torn.open(QIODevice::WriteOnly));
    torn.write("{\"status\": \"succ");
    torn.close();
    window->runs()->refresh();
    ASSERT_TRUE(wait([&] { return window->runs()->shown().size() == 3; }));
    bool broken = false, changed = false;
    for (int i = 0; i < 3; ++i) {
        const QTreeWidgetItem* item = window->runs()->list()->topLevelItem(i);
        broken =
            broken || (item->text(1) == "Broken" && !item->toolTip(0).section("\n\n", 1).isEmpty());
        changed = changed || item->text(4) == "a.start 1.0 → 2.0";
    }
    EXPECT_TRUE(broken);
    EXPECT_TRUE(changed);
    EXPECT_FALSE(entry_of(path("runs/torn"), "run_open")->isEnabled());
    EXPECT_TRUE(entry_of(path("runs/torn"), "run_delete")->isEnabled());
    EXPECT_FALSE(entry_of(second, "run_resume")->isEnabled());
    picture(window.get(), "runs-list");
    window->runs()->search()->setText("start 2.0");
    ASSERT_EQ(window->runs()->shown().size(), 1U);
    EXPECT_EQ(window->runs()->shown().front().folder, second);
    window->runs()->search()->clear();
    // The graph as it ran, in a document without a file.
    ASSERT_TRUE(window->save());
    entry_of(first, "run_open")->trigger();
    EXPECT_TRUE(window->document().file().isEmpty());
    EXPECT_TRUE(window->document().title().contains(QFileInfo(first).fileName()));
    EXPECT_EQ(window->document().graph().nodes.at("a").params.at("start"), engine::Value(1.0));
}

TEST_F(Runs, ComparingFindsTheNodeWhereRunsPart) {
    const QString first = run();
    set("c", "size", 4);  // another result of c from the same items
    const QString second = run();
    entry_of(first, "run_reference")->trigger();
    entry_of(second, "run_compare")->trigger();
    ASSERT_NE(window->comparison(), nullptr);
    CompareDialog& dialog = *window->comparison();
    ASSERT_TRUE(wait([&] { return !dialog.is_busy(); }));
    ASSERT_TRUE(dialog.result().problem.isEmpty()) << dialog.result().problem.toStdString();
    EXPECT_EQ(dialog.params()->topLevelItem(0)->text(0), "nodes.c.params.size");
    EXPECT_EQ(dialog.params()->topLevelItem(0)->text(1), "2");
    EXPECT_EQ(dialog.params()->topLevelItem(0)->text(2), "4");
    ASSERT_GE(dialog.wires()->topLevelItemCount(), 3);
    EXPECT_EQ(dialog.wires()->topLevelItem(0)->text(0), "a.value");
    EXPECT_EQ(dialog.wires()->topLevelItem(0)->text(1), "equal");
    EXPECT_EQ(dialog.wires()->topLevelItem(2)->text(0), "c.items");
    EXPECT_TRUE(dialog.wires()->topLevelItem(2)->text(1).contains("first"));
    ASSERT_TRUE(dialog.result().parts);
    EXPECT_EQ(dialog.result().parts->node, "c");
    if (const QString to = qEnvironmentVariable("MILLRACE_PICTURES"); !to.isEmpty())
        dialog.grab().save(to + "/compare.png");
    EXPECT_TRUE(dialog.go_to_divergence());
    EXPECT_EQ(window->scene()->selected_nodes(), std::vector<std::string>{"c"});
    // The same from the menu, of the last run.
    window->scene()->select_nodes({});
    trigger("find_divergence");
    EXPECT_TRUE(
        wait([&] { return window->scene()->selected_nodes() == std::vector<std::string>{"c"}; }));
}

TEST_F(Runs, ARunOfAPartGoesOnAsThatPart) {
    QProcess process;
    process.start(kMillrace, {"run", path("g.json"), "--out", path("runs/part"), "--until", "b",
                              "--set", "a.items=1000000", "--checkpoint-items", "20"});
    ASSERT_TRUE(wait([&] {
        return !QDir(path("runs/part/checkpoints"))
                    .entryList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot)
                    .isEmpty();
    }));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    ASSERT_TRUE(process.waitForFinished(60'000));
    window->runs()->refresh();
    ASSERT_TRUE(wait([&] { return window->runs()->shown().size() == 1; }));
    const RunEntry stopped = window->runs()->shown().front();
    EXPECT_EQ(stopped.until, QStringList{"b"});
    ASSERT_TRUE(entry_of(stopped.folder, "run_resume")->isEnabled());
    entry_of(stopped.folder, "run_resume")->trigger();
    ASSERT_TRUE(wait([&] { return window->session().is_running(); }));
    trigger("stop");
    ASSERT_TRUE(wait([&] { return !window->session().is_running(); }));
    EXPECT_EQ(read_entry(stopped.folder.toStdString()).until, QStringList{"b"});
    EXPECT_EQ(window->problems()->error_count(), 0);
}

TEST(WireErrors, OtherNaNsAreTheWorstAndUnseenNumbersAreNoneOfTheGood) {
    EXPECT_EQ(badness({.identical = true, .comparable = true}, ErrorBy::Sqnr), 0);
    WireError error{.comparable = true, .other_nonfinite = true, .sqnr_db = 100};
    EXPECT_EQ(badness(error, ErrorBy::Sqnr), 1);
    EXPECT_TRUE(error_text(error).contains("NaN"));
    error.other_nonfinite = false;
    EXPECT_EQ(badness(error, ErrorBy::Sqnr), 0);
    // Other bits without another number.
    error.sqnr_db = std::numeric_limits<double>::infinity();
    EXPECT_EQ(badness(error, ErrorBy::Sqnr), 0.5);
    EXPECT_EQ(badness({.comparable = false, .sqnr_db = 100}, ErrorBy::Cosine), 1);
}

TEST_F(Runs, EqualRunsPartNowhere) {
    const QString first = run(), second = run();
    const ComparedRuns result = compare_run_folders(first, second, {});
    EXPECT_TRUE(result.problem.isEmpty()) << result.problem.toStdString();
    EXPECT_TRUE(result.graphs.empty());
    EXPECT_EQ(result.wires.wires.size(), 3U);
    EXPECT_FALSE(result.parts);
    EXPECT_FALSE(compare_run_folders(first, path("nowhere"), {}).problem.isEmpty());
}

TEST_F(Runs, ACaseHoldsTheRecordedInputAndRuns) {
    trigger("keep_packets");
    const QString first = run();
    set("c", "size", 1);
    const QString second = run();
    const ComparedRuns result = compare_run_folders(first, second, {});
    ASSERT_TRUE(result.parts);
    ASSERT_EQ(result.parts->node, "c");
    const SavedCase saved = save_case(second, first, *result.parts, path("case"));
    EXPECT_EQ(saved.recorded, QStringList{"b.item"});
    EXPECT_TRUE(saved.computed.isEmpty());
    EXPECT_GE(saved.packets, 2);
    const engine::Graph graph = engine::load_graph(path("case/graph.json").toStdString()).graph;
    EXPECT_TRUE(graph.nodes.contains("c"));
    EXPECT_FALSE(graph.nodes.contains("a"));
    QProcess process;
    process.start(kMillrace, {"run", path("case/graph.json"), "--out", path("case-run")});
    ASSERT_TRUE(process.waitForFinished(60'000));
    EXPECT_EQ(process.exitCode(), 0) << process.readAllStandardError().toStdString();
    // Nothing is written over what is there.
    EXPECT_THROW(save_case(second, first, *result.parts, path("case")), engine::Error);
}

TEST_F(Runs, WiresArePaintedByTheirError) {
    const QString first = run();
    entry_of(first, "run_reference")->trigger();
    trigger("wire_error_sqnr");
    set("a", "start", 1.5);
    run();
    NumericWires& numeric = *window->numeric_wires();
    // Until the second run is read, the errors are those of the reference against itself.
    ASSERT_TRUE(wait([&] {
        const auto error = numeric.errors().find("a.value");
        return error != numeric.errors().end() && !error->second.identical;
    }));
    EXPECT_EQ(numeric.errors().size(), 3U);
    EXPECT_TRUE(numeric.legend()->isVisible());
    // 1, 2, 3, 4 against 1.5, 2.5 …: the first item is the worst, 20 log10(1 / 0.5).
    const WireError& worst = numeric.errors().at("a.value");
    EXPECT_EQ(worst.item, 0U);
    EXPECT_NEAR(worst.sqnr_db, 6.02, 0.01);
    EXPECT_EQ(wire("a")->paint_of_overlay().color, error_color(badness(worst, ErrorBy::Sqnr)));
    EXPECT_FALSE(wire("a")->paint_of_overlay().note.isEmpty());
    picture(window.get(), "numeric-wires");
    // An edit makes items anew; the paint stays.
    window->document().edit("Cut", [](engine::Graph& graph) { graph.wires.pop_back(); });
    EXPECT_TRUE(wait([&] { return wire("a")->paint_of_overlay().color.isValid(); }));
    trigger("wire_error_off");
    EXPECT_FALSE(wire("a")->paint_of_overlay().color.isValid());
    EXPECT_FALSE(numeric.legend()->isVisible());
}

TEST(Branches, AreFollowedUntilTheyMeet) {
    engine::Graph graph;
    for (const char* id : {"in", "a/x", "a/y", "b/x", "b/y", "c", "d", "end", "other"})
        graph.nodes[id] = {.type = "t.t"};
    const auto wire = [&](const char* from, const char* to, const char* port) {
        graph.wires.push_back({.from = {from, "out"}, .to = {to, port}});
    };
    wire("in", "a/x", "in");
    wire("in", "b/x", "in");
    wire("a/x", "a/y", "in");
    wire("b/x", "b/y", "in");
    wire("b/x", "other", "second");
    wire("a/y", "c", "in");
    wire("b/y", "d", "in");
    wire("c", "end", "left");
    wire("d", "end", "right");
    const auto found = counterparts(graph, "a", "b");
    EXPECT_EQ(found, (std::map<engine::Endpoint, engine::Endpoint>{{{"b/x", "out"}, {"a/x", "out"}},
                                                                   {{"b/y", "out"}, {"a/y", "out"}},
                                                                   {{"d", "out"}, {"c", "out"}}}));
    EXPECT_TRUE(counterparts(graph, "in", "end").empty());
    EXPECT_TRUE(counterparts(graph, "a", "a").empty());
    EXPECT_TRUE(counterparts(graph, "nowhere", "b").empty());
}

TEST_F(Runs, ABranchIsComparedWithAnother) {
    window->document().edit("Branch", [](engine::Graph& graph) {
        graph.nodes["other"] = {.type = "control.counter",
                                .params = {{"items", 4}, {"start", 1.25}}};
        graph.nodes["pass"] = {.type = "control.rate_limit", .params = {{"per_second", 500.0}}};
        graph.wires.push_back({.from = {"other", "value"}, .to = {"pass", "item"}});
        graph.layout["other"] = {260, 300};
        graph.layout["pass"] = {520, 300};
    });
    run();
    window->set_reference_branch("a", "other");
    NumericWires& numeric = *window->numeric_wires();
    ASSERT_TRUE(wait([&] { return numeric.errors().contains("other.value"); }));
    // 1.25 … against 1 …: 20 log10(1 / 0.25) at the first item.
    EXPECT_NEAR(numeric.errors().at("other.value").sqnr_db, 12.04, 0.01);
    EXPECT_EQ(numeric.errors().size(), 1U) << "pass has no wire behind it";
    EXPECT_TRUE(numeric.legend()->accessibleName().contains("other against a"))
        << numeric.legend()->accessibleName().toStdString();
    picture(window.get(), "branches");
    window->set_reference_branch("a", "d");
    EXPECT_TRUE(numeric.errors().contains("other.value")) << "nothing to compare changes nothing";
}

TEST_F(Runs, WhatIsNotKnownIsHatched) {
    trigger("wire_error_cosine");
    EXPECT_TRUE(wait([&] { return wire("a")->paint_of_overlay().hatched; }));
    EXPECT_TRUE(window->numeric_wires()->errors().empty());
}

TEST_F(Runs, ARecordedRunIsGoneThrough) {
    const QString first = run();
    window->wires()->look_at({"b", "item"});
    entry_of(first, "run_scrub")->trigger();
    RunScrubber& scrubber = *window->scrubber();
    ASSERT_TRUE(wait([&] { return scrubber.is_open(); }));
    EXPECT_EQ(scrubber.timeline()->items(), (std::vector<quint64>{0, 1, 2, 3}));
    scrubber.timeline()->set_item(1);
    EXPECT_EQ(scrubber.statuses().at("a").items, 2U);
    EXPECT_EQ(scrubber.statuses().at("a").state, NodeState::Done);
    EXPECT_EQ(scrubber.statuses().at("c").items, 2U);  // batches 0 and 1
    scrubber.timeline()->set_item(3);
    EXPECT_EQ(scrubber.statuses().at("a").items, 4U);
    EXPECT_EQ(scrubber.statuses().at("c").state, NodeState::Idle);  // there is no batch 3
    EXPECT_EQ(window->scene()->node("a")->status().items, 4U);
    EXPECT_TRUE(wait([&] { return wire("a")->paint_of_overlay().note.contains("item 3"); }));
    picture(window.get(), "scrub");
    scrubber.close_run();
    EXPECT_FALSE(scrubber.isVisible());
    EXPECT_TRUE(wire("a")->paint_of_overlay().note.isEmpty());
}

TEST_F(Runs, VisualsOfViewedWiresComeBack) {
    trigger("record_visuals");
    window->wires()->look_at({"b", "item"});
    const QString first = run();
    EXPECT_TRUE(QFile::exists(first + "/visuals/b.item/00000002.safetensors"));
    window->wires()->leave_all();
    entry_of(first, "run_scrub")->trigger();
    ASSERT_TRUE(wait([&] { return window->scrubber()->is_open(); }));
    // What is looked at only now is shown as it was, too.
    window->wires()->look_at({"b", "item"});
    EXPECT_TRUE(wait([&] { return window->wires()->viewer_of({"b", "item"}) != nullptr; }));
}

TEST_F(Runs, NothingIsRecordedWhenTheMenuSaysSo) {
    trigger("record_sketches");
    const QString first = run();
    EXPECT_FALSE(QFile::exists(first + "/sketches.ndjson"));
    EXPECT_FALSE(entry_of(first, "run_scrub")->isEnabled());
    EXPECT_FALSE(QSettings().value("runs/record_sketches").toBool());
}

}  // namespace
}  // namespace millrace::editor
