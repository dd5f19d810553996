// The ready-made graphs as the canvas draws them.
#include <QDirIterator>

#include <gtest/gtest.h>

#include "editor/canvas/canvas_scene.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

using ReadyMade = EditorTest;

bool overlap(const NodeBox& a, const NodeBox& b) {
    return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height &&
           b.top < a.top + a.height;
}

TEST_F(ReadyMade, NoNodeLiesOnAnother) {
    make();
    wait_for_catalogue();
    QDirIterator files(MILLRACE_SOURCE_DIR "/graphs", {"*.json"}, QDir::Files,
                       QDirIterator::Subdirectories);
    int graphs = 0;
    while (files.hasNext()) {
        const std::string file = files.next().toStdString();
        engine::ReadGraph read = engine::load_graph(file);
        ASSERT_FALSE(engine::any_errors(read.problems)) << file;
        window->document().start(read.graph, {});
        const NodeBoxes boxes = window->scene()->boxes();
        ASSERT_EQ(boxes.size(), read.graph.nodes.size()) << file;
        for (auto a = boxes.begin(); a != boxes.end(); ++a)
            for (auto b = std::next(a); b != boxes.end(); ++b)
                EXPECT_FALSE(overlap(a->second, b->second))
                    << file << ": " << a->first << " and " << b->first;
        ++graphs;
    }
    EXPECT_GT(graphs, 20);
}

}  // namespace
}  // namespace millrace::editor
