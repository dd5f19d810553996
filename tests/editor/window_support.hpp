// A window of the editor with settings of its own, for tests that need no worker or start one.
#pragma once

#include <QTest>
// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtest_widgets.h>
#include <QtTest/qtestkeyboard.h>
#include <QtTest/qtestmouse.h>

#include <QApplication>
#include <QFile>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/document/edits.hpp"
#include "editor/window/comfort.hpp"
#include "editor/window/window.hpp"
#include "tests/viewers/activate.hpp"

namespace millrace::editor {

class EditorTest : public ::testing::Test {
protected:
    EditorTest() {
        QStandardPaths::setTestModeEnabled(true);
        QSettings().clear();
        if (const QString theme = qEnvironmentVariable("MILLRACE_THEME"); !theme.isEmpty())
            QSettings().setValue("editor/theme", theme);
    }
    ~EditorTest() override {
        if (window) window->document().history().setClean();
        window.reset();
        QSettings().clear();
    }

    static QStringList worker() {
        return {MILLRACE_BINARY_DIR "/bin/millrace", "worker", "--no-cache"};
    }
    void make(const QStringList& command = worker()) {
        if (window) window->document().history().setClean();
        window = std::make_unique<EditorWindow>(command);
        window->resize(1500, 950);
        window->show();
        ASSERT_TRUE(millrace::tests::activate(*window));
    }
    /// Long, since machines that run tests may be busy.
    template <class Condition>
    static bool wait(Condition condition) {
        return QTest::qWaitFor(condition, 60'000);
    }
    /// The worker's, not the engine's own types that are there before it has told.
    void wait_for_catalogue() {
        ASSERT_TRUE(wait([&] {
            const Session::State state = window->session().state();
            return state != Session::State::Off && state != Session::State::Starting &&
                   window->scene()->catalogue().find("control.rate_limit") != nullptr;
        }));
    }
    bool reaches(Session::State state) {
        return wait([&] { return window->session().state() == state; });
    }
    /// Two nodes and a wire.
    static engine::Graph small() {
        engine::Graph graph;
        graph.meta["title"] = "Small";
        add_node(graph, "control.counter", 1, {0, 0});
        add_node(graph, "control.rate_limit", 1, {320, 0});
        editor::connect(graph, {"counter", "value"}, {"rate_limit", "item"});
        return graph;
    }
    QString path(const QString& name) const { return folder.filePath(name); }
    static void write(const QString& file, const QByteArray& bytes) {
        QFile out(file);
        ASSERT_TRUE(out.open(QIODevice::WriteOnly)) << file.toStdString();
        ASSERT_EQ(out.write(bytes), bytes.size());
    }
    static QByteArray read(const QString& file) {
        QFile in(file);
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    }
    static QByteArray text_of(const engine::Graph& graph) {
        return QByteArray::fromStdString(engine::write_graph(graph));
    }
    /// Where MILLRACE_PICTURES names a folder, a picture of a widget to look at; MILLRACE_THEME is
    /// the theme that it is of.
    static void picture(QWidget* widget, const QString& name) {
        if (const QString to = qEnvironmentVariable("MILLRACE_PICTURES"); !to.isEmpty())
            widget->grab().save(to + '/' + name + ".png");
    }

    QTemporaryDir folder;
    std::unique_ptr<EditorWindow> window;
};

}  // namespace millrace::editor
