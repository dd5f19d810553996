// What somebody does with the editor from the first minute on, by mouse and keys alone: the overlay
// pipeline from nothing, on the built-in street, with a real worker.
#include <signal.h>
#include <QLineEdit>
#include <QListWidget>
#include <QProcess>
#include <QPushButton>

#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/inspector/param_row.hpp"
#include "editor/panels/search_palette.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/session/run_monitor.hpp"
#include "editor/window/welcome_page.hpp"
#include "tests/editor/window_support.hpp"
#include "viewers/image/image_view.hpp"
#include "viewers/viewer.hpp"

namespace millrace::editor {
namespace {

class Story : public EditorTest {
protected:
    QWidget* port() const { return window->canvas()->viewport(); }
    QPoint on_view(QPointF scene) const { return window->canvas()->mapFromScene(scene); }
    const engine::Graph& graph() const { return window->document().graph(); }

    void click(QPointF scene) { QTest::mouseClick(port(), Qt::LeftButton, {}, on_view(scene)); }
    /// To whatever has the keyboard, as a keyboard would.
    void key(Qt::Key key, Qt::KeyboardModifiers keys = {}) {
        QWidget* to = QApplication::focusWidget();
        ASSERT_NE(to, nullptr);
        QTest::keyClick(to, key, keys);
    }
    /// Tab where the pointer is, the name, Enter.
    void add(const QString& words, QPoint place) {
        click(window->canvas()->mapToScene(place));  // empty canvas: the keys are its
        QTest::mouseMove(port(), place);
        key(Qt::Key_Tab);
        ASSERT_TRUE(window->palette_popup()->isVisible());
        auto* field = window->palette_popup()->findChild<QLineEdit*>();
        ASSERT_TRUE(wait([&] { return field->hasFocus(); }));
        // Where several programs share a display, it may take the keyboard away between two keys.
        for (int i = 0; i < 5 && field->text() != words; ++i) {
            field->clear();
            QTest::keyClicks(field, words);
        }
        ASSERT_EQ(field->text(), words);
        ASSERT_GT(window->palette_popup()->findChild<QListWidget*>()->count(), 0)
            << words.toStdString() << ", of "
            << (window->scene()->catalogue().find("loaders.scene") ? "all" : "some")
            << " node types";
        QTest::keyClick(field, Qt::Key_Return);
        ASSERT_FALSE(window->palette_popup()->isVisible());
    }
    void drag(QPointF from, QPointF to) {
        QTest::mousePress(port(), Qt::LeftButton, {}, on_view(from));
        for (const double part : {0.3, 0.7, 1.0})
            QTest::mouseMove(port(), on_view(from + (to - from) * part));
        QTest::mouseRelease(port(), Qt::LeftButton, {}, on_view(to));
    }
    void connect(const char* from, const char* output, const char* to, const char* input) {
        const std::size_t before = graph().wires.size();
        drag(window->scene()->node(from)->end_of(output, true),
             window->scene()->node(to)->end_of(input, false));
        ASSERT_EQ(graph().wires.size(), before + 1)
            << from << '.' << output << " -> " << to << '.' << input;
    }
    /// Clicks the node and types into the form's field.
    void type(const char* node, const char* param, const char* text) {
        click(window->scene()->node(node)->mapToScene(QPointF(60, 14)));
        ParamRow* row = window->inspector()->row(param);
        ASSERT_NE(row, nullptr) << param;
        window->inspector()->ensureWidgetVisible(row);
        QWidget* field = row->field()->focusProxy() ? row->field()->focusProxy() : row->field();
        QTest::mouseClick(field, Qt::LeftButton);
        QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(field, text);
        QTest::keyClick(field, Qt::Key_Return);
    }
    viewers::Viewer* viewer() const { return window->wires()->viewer_of({"overlay", "image"}); }
};

TEST_F(Story, TheOverlayPipelineFromNothing) {
    make();
    wait_for_catalogue();
    ASSERT_NE(window->scene()->catalogue().find("loaders.scene"), nullptr)
        << "plug-ins are missing";
    EXPECT_TRUE(window->shows_welcome());
    QTest::keyClick(window.get(), Qt::Key_N, Qt::ControlModifier);
    ASSERT_FALSE(window->shows_welcome());
    window->canvas()->setFocus();

    // Built.
    const auto at = [&](double x, double y) {
        return QPoint(int(port()->width() * x), int(port()->height() * y));
    };
    add("scene", at(0.05, 0.1));
    add("project points", at(0.4, 0.1));
    add("overlay", at(0.7, 0.1));
    add("save images", at(0.7, 0.7));
    ASSERT_EQ(graph().nodes.size(), 4U) << engine::write_graph(graph());
    std::map<std::string, std::string> ids;  // by type
    for (const auto& [id, node] : graph().nodes) ids[node.type] = id;
    ASSERT_TRUE(ids.contains("loaders.scene") && ids.contains("fusion.project_points") &&
                ids.contains("fusion.overlay") && ids.contains("sinks.image"))
        << engine::write_graph(graph());
    const char *scene = ids["loaders.scene"].c_str(),
               *project = ids["fusion.project_points"].c_str();
    const char *overlay = ids["fusion.overlay"].c_str(), *save = ids["sinks.image"].c_str();
    key(Qt::Key_Home);
    for (const char* output : {"image", "cloud", "calibration"})
        connect(scene, output, project, output);
    connect(scene, "image", overlay, "image");
    connect(project, "projected", overlay, "projected");
    connect(scene, "labels", overlay, "boxes");
    connect(scene, "calibration", overlay, "calibration");
    connect(overlay, "image", save, "image");
    key(Qt::Key_L, Qt::ControlModifier);
    key(Qt::Key_Home);
    type(scene, "frames", "500");
    type(scene, "width", "400");
    type(scene, "height", "120");
    type(scene, "steps", "600");
    EXPECT_EQ(graph().nodes.at(scene).params.at("width"), engine::Value(400));

    // Run, a wire clicked, its picture seen.
    click(window->canvas()->mapToScene(at(0.02, 0.98)));
    key(Qt::Key_Return, Qt::ControlModifier);
    ASSERT_TRUE(reaches(Session::State::Running));
    click((window->scene()->node(overlay)->end_of("image", true) +
           window->scene()->node(save)->end_of("image", false)) /
          2);
    ASSERT_EQ(window->wires()->outputs(), (std::vector{engine::Endpoint{overlay, "image"}}));
    ASSERT_TRUE(wait([&] { return viewer() != nullptr; }));
    auto* picture_of = viewer()->findChild<viewers::ImageView*>();
    ASSERT_NE(picture_of, nullptr) << viewer()->metaObject()->className();
    EXPECT_TRUE(wait([&] { return picture_of->settled(); }));
    EXPECT_GT(port()->width(), window->width() / 2) << "the canvas keeps its room";
    picture(window.get(), "story-running");

    // A hot parameter holds at once: a black picture behind the points.
    const QImage before = picture_of->screenshot();
    type(overlay, "dimming", "1");
    EXPECT_EQ(graph().nodes.at(overlay).params.at("dimming"), engine::Value(1.0));
    const auto brightness = [](const QImage& image) {
        const QImage small = image.scaled(64, 64, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        int sum = 0;
        for (int y = 16; y < 48; ++y)
            for (int x = 0; x < 64; ++x) sum += qGray(small.pixel(x, y));
        return sum;
    };
    EXPECT_TRUE(wait([&] {
        return brightness(picture_of->screenshot()) < brightness(before) * 3 / 4;
    })) << brightness(before)
        << " before, " << brightness(picture_of->screenshot()) << " now";
    EXPECT_TRUE(window->session().is_running()) << "without a new run";

    // Stopped, and all undone to nothing and done again.
    click(window->canvas()->mapToScene(at(0.02, 0.98)));
    key(Qt::Key_Return, Qt::ControlModifier | Qt::AltModifier);
    ASSERT_TRUE(reaches(Session::State::Ready));
    EXPECT_TRUE(wait([&] { return window->monitor()->status() == "stopped"; }))
        << window->monitor()->status().toStdString();
    picture(window.get(), "story-stopped");
    const QByteArray end = text_of(graph());
    for (int i = 0; window->document().history().canUndo(); ++i) {
        ASSERT_LT(i, 1000);
        key(Qt::Key_Z, Qt::ControlModifier);
    }
    EXPECT_EQ(graph(), engine::Graph());
    while (window->document().history().canRedo())
        key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_EQ(text_of(graph()), end);
}

/// Run by the test below in a process of its own, which it kills.
TEST_F(Story, DISABLED_AnEditorThatIsKilled) {
    make();
    QTest::keyClick(window.get(), Qt::Key_N, Qt::ControlModifier);
    wait_for_catalogue();
    window->canvas()->setFocus();
    add("scene", port()->rect().center());
    wait([] { return false; });
}

TEST_F(Story, WorkOutlivesAKilledEditor) {
    for (const Recovered& old : Journal::left_over()) Journal::discard(old);
    QProcess other;
    other.start(
        QCoreApplication::applicationFilePath(),
        {"--gtest_also_run_disabled_tests", "--gtest_filter=Story.DISABLED_AnEditorThatIsKilled"});
    ASSERT_TRUE(other.waitForStarted());
    // The journal is written a moment after the edit.
    const QString journals =
        QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + "/journal";
    EXPECT_TRUE(Journal::left_over().empty()) << "its editor lives";
    ASSERT_TRUE(wait([&] {
        for (const QFileInfo& file : QDir(journals).entryInfoList({"*.journal"}, QDir::Files))
            if (read(file.filePath()).contains("loaders.scene")) return true;
        return false;
    })) << journals.toStdString();
    ASSERT_EQ(::kill(static_cast<pid_t>(other.processId()), SIGKILL), 0);
    ASSERT_TRUE(other.waitForFinished(20'000));

    make();
    ASSERT_TRUE(window->shows_welcome());
    QPushButton* restore = nullptr;
    for (QPushButton* button : window->findChildren<QPushButton*>())
        if (button->text() == "Restore" && button->isVisible()) restore = button;
    ASSERT_NE(restore, nullptr);
    picture(window.get(), "story-recovery");
    QTest::mouseClick(restore, Qt::LeftButton);
    EXPECT_FALSE(window->shows_welcome());
    ASSERT_EQ(graph().nodes.size(), 1U);
    EXPECT_EQ(graph().nodes.begin()->second.type, "loaders.scene");
    EXPECT_TRUE(window->document().is_modified());
}

}  // namespace
}  // namespace millrace::editor
