// Boxes as lists in millrace-view: when there are lists, and that they are gone when not wanted.
#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QMenuBar>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/visual/codec.hpp"
#include "viewers/cards/boxes_table.hpp"
#include "viewers/cards/boxes_view.hpp"
#include "viewers/cards/metrics_view.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/viewer_stack.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {
namespace {

class BoxLists : public ::testing::Test {
protected:
    BoxLists() { QStandardPaths::setTestModeEnabled(true); }
    QString write(const QString& name, const std::vector<visual::Visual>& visuals) const {
        const QString path = folder.filePath(name);
        std::ofstream(path.toStdString(), std::ios::binary) << visual::write_visuals(visuals);
        return path;
    }
    void open(const QString& path) {
        window.show();
        window.open({path});
        ASSERT_TRUE(QTest::qWaitFor([&] { return window.settled(); }, 20'000));
    }
    std::vector<viewers::BoxesView*> lists() const {
        std::vector<viewers::BoxesView*> found;
        for (viewers::Viewer* viewer : window.viewers_of(stream)) {
            if (auto* list = qobject_cast<viewers::BoxesView*>(viewer)) found.push_back(list);
        }
        return found;
    }
    void toggle() {
        for (QAction* menu : window.menuBar()->actions()) {
            for (QAction* action : menu->menu()->actions()) {
                if (action->shortcut() == QKeySequence("Ctrl+Shift+B")) action->toggle();
            }
        }
    }
    QTemporaryDir folder;
    view::Window window;
    QString stream;
};

visual::Boxes2d flat() {
    return {.frame = "image_2",
            .boxes = {{.xyxy = {1, 2, 3, 4}, .label = "Car", .score = 1}},
            .full_count = 1};
}

TEST_F(BoxLists, BoxesInPixelsAloneAreAList) {
    stream = "alone.safetensors";
    open(write(stream, {flat()}));
    ASSERT_EQ(lists().size(), 1u);
    EXPECT_EQ(lists().front()->table().rowCount(), 1);
}

TEST_F(BoxLists, BoxesInSpaceAreAListWhenAskedFor) {
    stream = "space.safetensors";
    visual::Boxes3d boxes{.frame = "lidar", .boxes = {}, .full_count = 1};
    boxes.boxes.push_back(
        {.center = {5, 0, 0}, .size = {4, 2, 1}, .yaw = 0, .label = "Car", .score = 1});
    open(write(stream, {boxes, flat()}));
    ASSERT_TRUE(window.space());
    EXPECT_TRUE(lists().empty());
    toggle();
    ASSERT_EQ(lists().size(), 2u);
    EXPECT_TRUE(lists().front()->isVisible());
    toggle();
    EXPECT_TRUE(lists().empty());
    EXPECT_TRUE(window.space()->isVisible());
}

TEST_F(BoxLists, MetricsOfferCardsInTheirPane) {
    stream = "metrics.safetensors";
    open(write(
        stream,
        {visual::Table{.columns = {"name", "value"}, .rows = {{"loss", "0.5"}}, .full_rows = 1}}));
    auto* pane = window.findChild<viewers::ViewerStack*>();
    ASSERT_TRUE(pane);
    EXPECT_EQ(pane->choices().size(), 2);
    pane->choose(pane->choices().back());
    ASSERT_EQ(window.viewers_of(stream).size(), 1u);
    EXPECT_TRUE(qobject_cast<viewers::MetricsView*>(window.viewers_of(stream).front()));
}

}  // namespace
}  // namespace millrace::tests
