// Panes and settings of the window: what is moved, closed and remembered.
#include <QDockWidget>
#include <QLabel>
#include <QMenu>

#include "tests/viewers/window_support.hpp"
#include "viewers/common/timeline.hpp"
#include "viewers/view/memory.hpp"

namespace millrace::tests {
namespace {

using view::Pane;
using view::PaneArea;
using view::Window;

class Layout : public WindowTest {
protected:
    static QMenu* recent_menu(Window& window) {
        for (QMenu* menu : window.findChildren<QMenu*>()) {
            if (menu->title() == "Open &recent") return menu;
        }
        return nullptr;
    }
};

TEST_F(Layout, PanesAreMovedByDraggingToAnEdge) {
    // Two single images of one ending would be a sequence.
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
    write_image("a.png");
    write_image("b.bmp");
    const auto window = window_of({"cloud.ply", "a.png", "b.bmp"});
    Pane *space = pane(*window, "3D"), *a = pane(*window, "a.png"), *b = pane(*window, "b.bmp");
    ASSERT_TRUE(space && a && b);
    EXPECT_LT(place(*window, *space).right(), place(*window, *a).left());
    const QRect before = place(*window, *a);
    ASSERT_TRUE(window->panes()->drop(b, before.topLeft() + QPoint(5, before.height() / 2)));
    QTest::qWait(0);
    EXPECT_LT(place(*window, *b).right(), place(*window, *a).left()) << "to the left of it";
    EXPECT_EQ(place(*window, *b).top(), place(*window, *a).top());
    EXPECT_TRUE(a->isVisible() && b->isVisible() && space->isVisible());
    // In the middle they change places.
    const QRect left = place(*window, *space), right = place(*window, *a);
    ASSERT_TRUE(window->panes()->drop(a, left.center()));
    QTest::qWait(0);
    EXPECT_EQ(place(*window, *a), left);
    EXPECT_EQ(place(*window, *space), right);
    EXPECT_FALSE(window->panes()->drop(a, place(*window, *a).center())) << "onto itself";
    EXPECT_FALSE(window->panes()->drop(a, {-5, -5}));
}

TEST_F(Layout, TheMainPaneStaysLargeHoweverManyThereAre) {
    for (const int others : {1, 4, 9, 16}) {
        PaneArea area;
        area.resize(1600, 900);
        auto* main = new Pane("main", new QLabel("main"), &area);
        area.add(main, true);
        for (int i = 0; i < others; ++i)
            area.add(new Pane(QString::number(i), new QLabel(QString::number(i)), &area));
        area.arrange(false);
        area.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&area));
        EXPECT_GT(main->width(), area.width() * 2 / 5) << others << " others";
        EXPECT_GT(main->height(), area.height() * 9 / 10);
        for (const Pane* pane : area.panes()) EXPECT_GT(pane->width(), 60) << others << " others";
    }
}

TEST_F(Layout, PanesAreMovedByKeys) {
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
    write_image("a.png");
    const auto window = window_of({"cloud.ply", "a.png"});
    Pane *space = pane(*window, "3D"), *a = pane(*window, "a.png");
    window->panes()->focus(a);
    QTest::keyClick(window.get(), Qt::Key_Left, Qt::AltModifier | Qt::ShiftModifier);
    QTest::qWait(0);
    EXPECT_LT(place(*window, *a).left(), place(*window, *space).left());
    EXPECT_TRUE(a->isAncestorOf(QApplication::focusWidget())) << "it keeps the keys";
    QTest::keyClick(window.get(), Qt::Key_Down, Qt::AltModifier | Qt::ShiftModifier);
    QTest::qWait(0);
    EXPECT_GT(place(*window, *a).top(), place(*window, *space).bottom()) << "a row of its own";
    EXPECT_EQ(place(*window, *a).width(), place(*window, *space).width());
}

TEST_F(Layout, KeysGoRoundThePanesAndTheFocusedOneIsFramed) {
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
    write_image("a.png");
    const auto window = window_of({"cloud.ply", "a.png"});
    Pane *space = pane(*window, "3D"), *a = pane(*window, "a.png");
    QTest::keyClick(window.get(), Qt::Key_1, Qt::ControlModifier);
    EXPECT_TRUE(space->focused());
    EXPECT_FALSE(a->focused());
    const QColor accent = space->palette().color(QPalette::Highlight);
    const QImage with = space->grab().toImage();
    EXPECT_EQ(with.pixelColor(0, with.height() / 2), accent);
    QTest::keyClick(window.get(), Qt::Key_F6);
    EXPECT_TRUE(a->focused());
    EXPECT_NE(space->grab().toImage().pixelColor(0, with.height() / 2), accent);
    QTest::keyClick(window.get(), Qt::Key_F6);
    EXPECT_EQ(QApplication::focusWidget(), window->findChild<QTreeWidget*>());
    QTest::keyClick(window.get(), Qt::Key_F6);
    EXPECT_TRUE(space->focused());
    QTest::keyClick(window.get(), Qt::Key_F6, Qt::ShiftModifier);
    EXPECT_EQ(QApplication::focusWidget(), window->findChild<QTreeWidget*>());
    QTest::keyClick(window.get(), Qt::Key_2, Qt::ControlModifier);
    EXPECT_TRUE(a->focused());
    QTest::keyClick(window.get(), Qt::Key_9, Qt::ControlModifier);
    EXPECT_TRUE(a->focused()) << "there is no ninth";
}

TEST_F(Layout, APaneIsMaximisedAndRestored) {
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
    write_image("a.png");
    const auto window = window_of({"cloud.ply", "a.png"});
    Pane *space = pane(*window, "3D"), *a = pane(*window, "a.png");
    window->panes()->focus(a);
    QTest::keyClick(window.get(), Qt::Key_Return, Qt::ControlModifier);
    QTest::qWait(0);
    EXPECT_FALSE(space->isVisible());
    EXPECT_EQ(a->width(), window->panes()->width());
    QTest::keyClick(window.get(), Qt::Key_F6);
    EXPECT_TRUE(space->isVisible()) << "the next one takes the whole place";
    EXPECT_FALSE(a->isVisible());
    QTest::keyClick(window.get(), Qt::Key_Enter, Qt::ControlModifier | Qt::KeypadModifier);
    EXPECT_TRUE(space->isVisible() && a->isVisible());
    auto* title = space->findChild<QLabel*>();
    QTest::mouseDClick(title, Qt::LeftButton);
    EXPECT_EQ(window->panes()->maximised(), space);
}

TEST_F(Layout, AClosedPaneComesBackByItsRow) {
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
    write_image("a.png");
    const auto window = window_of({"cloud.ply", "a.png"});
    Pane *space = pane(*window, "3D"), *a = pane(*window, "a.png");
    window->panes()->focus(a);
    QTest::keyClick(window.get(), Qt::Key_W, Qt::ControlModifier);
    EXPECT_FALSE(a->isVisible());
    ASSERT_TRUE(row(*window, "a.png"));
    EXPECT_EQ(row(*window, "a.png")->checkState(0), Qt::Unchecked);
    EXPECT_TRUE(space->focused()) << "the keys go on to what is left";
    QTest::keyClick(window.get(), Qt::Key_W, Qt::ControlModifier);
    EXPECT_FALSE(space->isVisible());
    EXPECT_EQ(row(*window, "cloud.ply")->checkState(0), Qt::Unchecked);
    row(*window, "cloud.ply")->setCheckState(0, Qt::Checked);
    row(*window, "a.png")->setCheckState(0, Qt::Checked);
    ASSERT_TRUE(settle(*window));
    EXPECT_TRUE(space->isVisible() && a->isVisible());
}

TEST_F(Layout, WhatWasArrangedIsThereAgain) {
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
    write_image("a.png");
    {
        const auto window = window_of({"cloud.ply", "a.png"});
        window->panes()->move_pane(pane(*window, "a.png"), pane(*window, "3D"),
                                   PaneArea::Side::Top);
        window->findChild<QDockWidget*>("tree")->hide();
        window->findChild<viewers::Timeline*>()->set_rate(12.5);
        window->set_theme(viewers::Theme::Light);
        auto overlays = window->space()->view()->overlays();
        overlays.legend = false;
        window->space()->view()->set_overlays(overlays);
        window->space()->panel_action()->setChecked(false);
        window->close();
    }
    const auto window = window_of({"cloud.ply", "a.png"});
    EXPECT_LT(place(*window, *pane(*window, "a.png")).bottom(),
              place(*window, *pane(*window, "3D")).top());
    EXPECT_FALSE(window->findChild<QDockWidget*>("tree")->isVisible());
    EXPECT_DOUBLE_EQ(window->findChild<viewers::Timeline*>()->rate(), 12.5);
    EXPECT_GT(QApplication::palette().color(QPalette::Window).lightness(), 128);
    EXPECT_FALSE(window->space()->view()->overlays().legend);
    EXPECT_FALSE(window->space()->panel_action()->isChecked());
    window->reset_layout();
    QTest::qWait(0);
    EXPECT_TRUE(window->findChild<QDockWidget*>("tree")->isVisible());
    EXPECT_LT(place(*window, *pane(*window, "3D")).right(),
              place(*window, *pane(*window, "a.png")).left());
    EXPECT_TRUE(window->space()->view()->overlays().legend);
    EXPECT_TRUE(window->space()->panel_action()->isChecked());
}

TEST_F(Layout, DamagedSettingsDoNotMatter) {
    write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
    write_image("a.png");
    const QByteArray deep = QByteArray(R"({"parts":[)").repeated(400);
    const std::pair<const char*, QVariant> wrong[] = {
        {"view/geometry", QByteArray("\x01\xd9\xd0\xcbrubbish")},
        {"view/state", QByteArray(4096, '\xff')},
        {"view/rate", "not a number"},
        {"view/theme", 17},
        {"view/recent", QVariantMap{{"a", 1}}},
        {"view/folder", QByteArray("\0\1\2", 3)},
        {"view/boxes", "perhaps"},
        {"view/panes", deep}};
    for (const auto& [key, value] : wrong) QSettings().setValue(key, value);
    EXPECT_EQ(window_of({"cloud.ply", "a.png"})->panes()->shown().size(), 2U);
    for (const char* panes :
         {R"([{"names":["3D","a.png"],"arrangement":{"parts":[{"pane":"3D"},{"pane":"3D"}],)"
          R"("sizes":[-4,1e99]}}])",
          R"([{"names":["3D","a.png"],"arrangement":{"pane":7}}])", R"([1,2,{"names":7}])",
          R"({"names":[]})"}) {
        QSettings().setValue("view/panes", QByteArray(panes));
        QSettings().setValue("view/rate", -1e308);
        const auto window = window_of({"cloud.ply", "a.png"});
        EXPECT_EQ(window->panes()->shown().size(), 2U) << panes;
        for (const Pane* each : window->panes()->shown()) EXPECT_GT(each->width(), 50) << panes;
    }
}

TEST_F(Layout, TheTenLastAreOfferedAgain) {
    for (int i = 0; i < 12; ++i) write_cloud("c" + std::to_string(i) + ".ply", {{0, 0, 0}});
    Window window;
    for (int i = 0; i < 12; ++i) window.open(paths({"c" + std::to_string(i) + ".ply"}));
    window.open(paths({"c3.ply"}));
    window.open(paths({"c1.ply", "c2.ply"}));
    window.open(paths({"nothing.ply"}));
    ASSERT_EQ(Window::recent().size(), 10);
    EXPECT_EQ(Window::recent()[0], paths({"c1.ply", "c2.ply"}).join('\n'));
    EXPECT_EQ(Window::recent()[1], paths({"c3.ply"})[0]);
    EXPECT_EQ(Window::recent()[2], paths({"c11.ply"})[0]);
    EXPECT_EQ(QSettings().value("view/folder").toString(), folder.path());
    std::filesystem::remove(path("c11.ply"));
    QMenu* menu = recent_menu(window);
    ASSERT_TRUE(menu);
    Q_EMIT menu->aboutToShow();
    ASSERT_TRUE(settle(window));
    const auto actions = menu->actions();
    ASSERT_EQ(actions.size(), 13) << "a separator and two more";
    EXPECT_TRUE(actions[1]->isEnabled());
    EXPECT_FALSE(actions[2]->isEnabled()) << "what is missing is grey";
    actions[11]->trigger();
    EXPECT_EQ(Window::recent().size(), 9);
    EXPECT_FALSE(Window::recent().contains(paths({"c11.ply"})[0]));
    actions[12]->trigger();
    EXPECT_TRUE(Window::recent().isEmpty());
}

TEST_F(Layout, OfSeveralPanesOfOneStreamOneCloses) {
    visual::Table table{.columns = {"a"}, .rows = {{"1"}}, .full_rows = 1};
    visual::Text text{.text = "words", .full_bytes = 0};
    write("run/run.json", "{}");
    write("run/visuals/a.out/00000000.safetensors", visual::write_visuals({table, text}));
    const auto window = window_of({"run"});
    ASSERT_EQ(window->panes()->shown().size(), 2U);
    Q_EMIT window->panes()->shown()[0]->close_wanted();
    EXPECT_EQ(window->panes()->shown().size(), 1U);
    EXPECT_EQ(row(*window, "a.out")->checkState(0), Qt::PartiallyChecked);
    row(*window, "a.out")->setCheckState(0, Qt::Checked);
    EXPECT_EQ(window->panes()->shown().size(), 2U);
}

}  // namespace
}  // namespace millrace::tests
