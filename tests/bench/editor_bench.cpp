// What the canvas promises for large graphs: opening, panning and zooming with the map, dragging
// many nodes, undo. Raster painting, without a display unless one is given.
#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QTest>
// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtestmouse.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/canvas/minimap.hpp"
#include "editor/document/document.hpp"
#include "editor/document/edits.hpp"
#include "tests/bench/figures.hpp"

namespace millrace::bench {
namespace {

constexpr int kNodes = 2000, kWires = 4000, kColumns = 50;

std::string name_of(int node) { return "n" + std::to_string(node); }

engine::Graph large_graph() {
    engine::Graph graph;
    for (int i = 0; i < kNodes; ++i) {
        graph.nodes[name_of(i)] = {.type = "control.rate_limit",
                                   .params = {{"per_second", i % 7 + 1.0}}};
        graph.layout[name_of(i)] = {i % kColumns * 280.0, std::floor(i / kColumns) * 180.0};
    }
    for (int i = 0; i < kWires; ++i) {
        const int to = 1 + i / 2 % (kNodes - 1);
        const int from = i % 2 == 0 ? to - 1 : std::max(0, to - kColumns - 3);
        graph.wires.push_back(
            {.from = {name_of(from), "item"}, .to = {name_of(to), i % 2 == 0 ? "item" : "other"}});
    }
    return graph;
}

double milliseconds(const QElapsedTimer& timer) {
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/// Milliseconds that the program says it took from its start to its painted window.
double start_of_editor() {
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) {
        FILE* program = popen(MILLRACE_BINARY_DIR "/bin/millrace-editor --time 2>&1", "r");
        if (!program) return NAN;
        double milliseconds = NAN;
        for (std::array<char, 256> line{}; std::fgets(line.data(), line.size(), program);)
            std::sscanf(line.data(), "window painted after %lf ms", &milliseconds);
        pclose(program);
        times.push_back(milliseconds);
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

double resident_megabytes() {
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::vector<Figure> measure() {
    std::vector<Figure> figures;
    editor::Document document;
    editor::CanvasScene scene(&document);
    editor::CanvasView view(&scene);
    new editor::Minimap(&view);
    view.resize(1600, 1000);
    view.show();
    QApplication::processEvents();
    const engine::Graph graph = large_graph();
    const std::string text = engine::write_graph(graph);

    QElapsedTimer timer;
    timer.start();
    document.start(engine::read_graph(text, "bench").graph, {});
    view.viewport()->repaint();
    figures.push_back({"open", "reading and showing 2,000 nodes and 4,000 wires",
                       milliseconds(timer), 500, true, "ms"});
    figures.push_back({"memory", "resident memory of the program with that graph",
                       resident_megabytes(), 300, true, "MB"});

    const auto frames = [&](const char* name, const char* about, auto step) {
        constexpr int kFrames = 40;
        timer.start();
        for (int i = 0; i < kFrames; ++i) {
            step(i);
            QApplication::processEvents();  // paints what the step made necessary, as in the window
        }
        figures.push_back(
            {name, about, kFrames * 1000 / milliseconds(timer), 30, false, "frames/s"});
    };
    const auto pan = [&](int i) { view.pan_by({11, i % 2 ? 7 : -3}); };
    view.show_all();
    frames("pan_all", "panning with the whole graph in sight", pan);
    view.set_zoom(0.35);
    frames("pan_some", "panning at 35 %, some 200 nodes in sight", pan);
    view.set_zoom(1);
    frames("pan_near", "panning at 100 %", pan);
    frames("zoom", "zooming between 6 % and 100 %",
           [&](int i) { view.set_zoom(0.06 * std::pow(1 / 0.06, std::abs(i - 20) / 20.0)); });

    view.show_all();
    std::vector<std::string> many;
    for (int i = 0; i < 500; ++i) many.push_back(name_of(i + 700));
    scene.select_nodes(many);
    const editor::NodeItem* grip = scene.node(many.front());
    const QPoint at = view.mapFromScene(grip->pos() + QPointF(90, 20));
    QTest::mousePress(view.viewport(), Qt::LeftButton, {}, at);
    frames("drag", "dragging 500 selected nodes", [&](int i) {
        const QPoint to = at + QPoint(5 + 3 * i, i);
        QMouseEvent event(QEvent::MouseMove, to, view.viewport()->mapToGlobal(to), Qt::NoButton,
                          Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(view.viewport(), &event);
    });
    QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, at + QPoint(125, 40));

    double worst = 0;
    document.edit("parameter",
                  [&](engine::Graph& changed) { changed.nodes["n5"].params["per_second"] = 99.0; });
    document.edit("remove", [&](engine::Graph& changed) {
        editor::remove_nodes(changed, {"n10", "n11", "n12"});
    });
    scene.clearSelection();
    while (document.history().canUndo()) {
        timer.start();
        document.history().undo();
        worst = std::max(worst, milliseconds(timer));
    }
    figures.push_back({"undo", "the slowest undo of a move of 500, a parameter, a removal", worst,
                       20, true, "ms"});
    scene.lay_out();
    timer.start();
    document.history().undo();
    figures.push_back(
        {"undo_layout", "undo of a layout of all nodes", milliseconds(timer), 20, true, "ms"});
    // Last: the workers that the editors start take a moment to end.
    figures.push_back({"start", "from the process's start to the painted window, median of 5",
                       start_of_editor(), 600, true, "ms"});
    return figures;
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
    if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    millrace::bench::print_figures(millrace::bench::measure(),
                                   millrace::bench::wants_json(argc, argv));
    return 0;
}
