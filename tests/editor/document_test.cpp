// One document: its history, its file, its nested graphs.
#include "editor/document/document.hpp"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <fstream>

#include <gtest/gtest.h>

#include "editor/document/edits.hpp"
#include "engine/random.hpp"

namespace millrace::editor {
namespace {

engine::Graph two_nodes() {
    engine::Graph graph;
    add_node(graph, "test.source", 1, {0, 0});
    add_node(graph, "test.sink", 1, {200, 0});
    connect(graph, {"source", "out"}, {"sink", "in"});
    return graph;
}

TEST(Document, AStepIsUndoneAndRedone) {
    Document document;
    document.start(two_nodes(), {});
    QSignalSpy changes(&document, &Document::changed);
    EXPECT_TRUE(
        document.edit("Remove", [](engine::Graph& graph) { remove_nodes(graph, {"sink"}); }));
    EXPECT_EQ(document.graph().nodes.size(), 1U);
    EXPECT_TRUE(document.is_modified());
    document.history().undo();
    EXPECT_EQ(document.graph(), two_nodes());
    EXPECT_FALSE(document.is_modified());
    document.history().redo();
    EXPECT_EQ(document.graph().nodes.size(), 1U);
    EXPECT_EQ(changes.count(), 3);
    EXPECT_EQ(document.history().undoText(), "Remove");
}

TEST(Document, NothingChangedIsNoStep) {
    Document document;
    document.start(two_nodes(), {});
    EXPECT_FALSE(document.edit("Nothing", [](engine::Graph&) {}));
    EXPECT_EQ(document.history().count(), 0);
}

TEST(Document, StepsOfOneDragBecomeOne) {
    Document document;
    document.start(two_nodes(), {});
    const auto set = [&](int value) {
        document.edit(
            "Change", [&](engine::Graph& graph) { graph.nodes["source"].params["k"] = value; },
            "source.k");
    };
    set(1);
    set(2);
    set(3);
    EXPECT_EQ(document.history().count(), 1);
    document.end_merging();
    set(4);
    EXPECT_EQ(document.history().count(), 2);
    document.history().undo();
    EXPECT_EQ(document.graph().nodes.at("source").params.at("k"), engine::Value(3));
    document.history().undo();
    EXPECT_EQ(document.graph(), two_nodes());
    document.history().redo();
    EXPECT_EQ(document.graph().nodes.at("source").params.at("k"), engine::Value(3));
}

TEST(Document, PlacesAreNoChangeOfMeaning) {
    Document document;
    document.start(two_nodes(), {});
    QSignalSpy changes(&document, &Document::changed);
    document.edit("Move", [](engine::Graph& graph) { graph.layout["sink"] = {5, 5}; });
    document.edit("Set", [](engine::Graph& graph) { graph.nodes["sink"].params["k"] = 1; });
    ASSERT_EQ(changes.count(), 2);
    EXPECT_FALSE(changes[0][0].toBool());
    EXPECT_TRUE(changes[1][0].toBool());
}

TEST(Document, NestedGraphsShareTheHistory) {
    Document document;
    engine::Graph graph = two_nodes();
    graph.subgraphs["inner"].graph = two_nodes();
    document.start(graph, {});
    EXPECT_TRUE(document.edit_at({"inner"}, "Remove",
                                 [](engine::Graph& inner) { remove_nodes(inner, {"sink"}); }));
    EXPECT_EQ(document.graph_at({"inner"})->nodes.size(), 1U);
    EXPECT_EQ(document.graph().nodes.size(), 2U);
    EXPECT_FALSE(document.edit_at({"missing"}, "Remove", [](engine::Graph&) {}));
    document.history().undo();
    EXPECT_EQ(document.graph(), graph);
    EXPECT_EQ(document.graph_at({"missing"}), nullptr);
}

TEST(Document, AFileThatIsNoneChangesNothing) {
    QTemporaryDir folder;
    const QString file = folder.filePath("broken.json");
    std::ofstream(file.toStdString()) << "{\"schema\": \"millrace/1\", \"nodes\": 3}";
    Document document;
    document.start(two_nodes(), {});
    const Document::Opened opened = document.open(file);
    EXPECT_FALSE(opened.opened);
    EXPECT_FALSE(opened.problems.empty());
    EXPECT_EQ(document.graph(), two_nodes());
}

TEST(Document, SavingMakesItUnmodifiedAndReadsBack) {
    QTemporaryDir folder;
    Document document;
    document.start(two_nodes(), {});
    document.edit("Set", [](engine::Graph& graph) { graph.nodes["sink"].params["k"] = 1; });
    document.save(folder.filePath("graph.json"));
    EXPECT_FALSE(document.is_modified());
    Document other;
    EXPECT_TRUE(other.open(folder.filePath("graph.json")).opened);
    EXPECT_EQ(other.graph().nodes, document.graph().nodes);
    EXPECT_THROW(document.save("/proc/nothing/graph.json"), engine::Error);
    EXPECT_EQ(document.file(), folder.filePath("graph.json"));
}

/// 5,000 edits, all undone: the bytes of the start; all redone: the bytes of the end.
TEST(Document, AnyEditsAreUndoneToTheSameBytes) {
    Document document;
    engine::Graph begin;
    for (int i = 0; i < 40; ++i) add_node(begin, "test.node", 1, {i * 40.0, 0});
    begin.subgraphs["inner"].graph = two_nodes();
    document.start(begin, {});
    document.history().setUndoLimit(0);
    const std::string first = engine::write_graph(document.graph());
    engine::Random random(11, "edits", 0);
    const auto any = [&](const engine::Graph& graph) {
        auto node = graph.nodes.begin();
        if (graph.nodes.empty()) return std::string();
        std::advance(node, static_cast<std::ptrdiff_t>(
                               random.uniform(0, static_cast<double>(graph.nodes.size()))));
        return node->first;
    };
    for (int step = 0; step < 5000; ++step) {
        const GraphPath path = random.uniform(0, 1) < 0.2 ? GraphPath{"inner"} : GraphPath{};
        document.edit_at(path, "Edit", [&](engine::Graph& graph) {
            switch (static_cast<int>(random.uniform(0, 8))) {
                case 0:
                    add_node(graph, "test.node", 1, {random.uniform(0, 900), 0});
                    break;
                case 1:
                    remove_nodes(graph, {any(graph)});
                    break;
                case 2:
                case 3:
                    if (!graph.nodes.empty())
                        connect(graph, {any(graph), "out"}, {any(graph), "in"});
                    break;
                case 4:
                    if (!graph.wires.empty()) {
                        const engine::Wire wire = graph.wires.front();
                        disconnect(graph, wire.from, wire.to);
                    }
                    break;
                case 5:
                    set_param(graph, any(graph), "k", static_cast<int>(random.uniform(0, 4)), 0);
                    break;
                case 6:
                    if (!graph.nodes.empty())
                        graph.layout[any(graph)] = {random.uniform(0, 900), 7};
                    break;
                default:
                    if (!graph.nodes.empty())
                        paste_nodes(graph, copy_nodes(graph, {any(graph), any(graph)}), {20, 20},
                                    true);
            }
            // Bounded, so that the run stays short.
            while (graph.nodes.size() > 120) remove_nodes(graph, {any(graph)});
        });
    }
    const std::string last = engine::write_graph(document.graph());
    ASSERT_NE(first, last);
    while (document.history().canUndo()) document.history().undo();
    EXPECT_EQ(engine::write_graph(document.graph()), first);
    while (document.history().canRedo()) document.history().redo();
    EXPECT_EQ(engine::write_graph(document.graph()), last);
}

}  // namespace
}  // namespace millrace::editor
