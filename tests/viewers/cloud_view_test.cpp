#include <QApplication>
#include <QDir>
#include <QSignalSpy>
#include <QWheelEvent>
#include <limits>

#include "tests/viewers/activate.hpp"
#include "tests/viewers/cloud_support.hpp"
#include "viewers/theme.hpp"

namespace millrace::tests {
namespace {

using viewers::CloudView;
using viewers::Selection;
using viewers::Tool;
using visual::operator-;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

QImage grabbed(CloudView& view) { return view.screenshot().convertToFormat(QImage::Format_RGB32); }

/// Share of pixels that differ by more than `step` in a channel.
double difference(const QImage& a, const QImage& b, int step) {
    if (a.size() != b.size()) return 1;
    int count = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
            count += std::abs(qRed(p) - qRed(q)) > step || std::abs(qGreen(p) - qGreen(q)) > step ||
                     std::abs(qBlue(p) - qBlue(q)) > step;
        }
    }
    return static_cast<double>(count) / (a.width() * a.height());
}

TEST(CloudView, ShowsTheWholeCloudAndThenRests) {
    const auto view = view_of(room_cloud(24));
    ASSERT_EQ(view->scene().clouds.size(), 1U);
    EXPECT_FALSE(view->view() == visual::View{});
    // Nothing is repainted any more, however long one waits.
    struct Counter : QObject {
        int paints = 0;
        bool eventFilter(QObject*, QEvent* event) override {
            paints += event->type() == QEvent::Paint;
            return false;
        }
    } counter;
    view->installEventFilter(&counter);
    QTest::qWait(60);
    EXPECT_EQ(counter.paints, 0);
    view->update();
    EXPECT_TRUE(QTest::qWaitFor([&] { return counter.paints == 1; }));
}

TEST(CloudView, TheFirstCloudIsFittedWhateverCameBeforeIt) {
    const auto alone = view_of(room_cloud(24));
    viewers::CloudView view;
    view.resize(alone->size());
    view.show();
    const visual::Boxes3d box{
        .frame = "lidar", .boxes = {{.center = {2, 2, 0}, .size = {1, 1, 1}}}, .full_count = 1};
    ASSERT_TRUE(view.set_layer("boxes", shared(box)));
    ASSERT_TRUE(view.set_layer("cloud", shared(room_cloud(24))));
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled() && !view.scene().clouds.empty(); }));
    EXPECT_NEAR(view.view().distance, alone->view().distance, 0.05 * alone->view().distance);
    // A turn of the user's stays, whatever comes.
    viewers::CloudView turned;
    turned.resize(alone->size());
    turned.show();
    ASSERT_TRUE(turned.set_layer("boxes", shared(box)));
    visual::View mine = turned.view();
    mine.orbit(0.4, 0);
    turned.set_view(mine);
    ASSERT_TRUE(turned.set_layer("cloud", shared(room_cloud(24))));
    ASSERT_TRUE(
        QTest::qWaitFor([&] { return turned.settled() && !turned.scene().clouds.empty(); }));
    EXPECT_TRUE(turned.view() == mine);
}

TEST(CloudView, ANewItemKeepsTheView) {
    const auto view = view_of(room_cloud(24));
    visual::View turned = view->view();
    turned.orbit(0.3, 0.1);
    view->set_view(turned);
    ASSERT_TRUE(view->show_visual(shared(room_cloud(12))));
    ASSERT_TRUE(settle(*view));
    EXPECT_EQ(view->view(), turned);
    EXPECT_EQ(view->scene().clouds.size(), 1U);
    EXPECT_EQ(view->scene().clouds[0].cloud->points.size(), room_cloud(12).points.size());
}

TEST(CloudView, RefusesWhatContradictsItself) {
    CloudView view;
    visual::Cloud cloud = room_cloud(8);
    std::get<std::vector<float>>(cloud.fields[0].values).pop_back();
    EXPECT_FALSE(view.show_visual(shared(cloud)));
    EXPECT_TRUE(view.status().contains("intensity"));
    EXPECT_FALSE(view.show_visual(shared(visual::Text{"words"})));
    EXPECT_FALSE(view.show_visual(nullptr));
    EXPECT_TRUE(view.layers().all().empty());
}

TEST(CloudView, AClickPicksThePointThatIsSeenThere) {
    const auto view = view_of(room_cloud(24), {640, 480});
    visual::View near = view->view();
    near.focus({10, 12, 0}, 12);
    view->set_view(near);
    ASSERT_TRUE(settle(*view));
    QSignalSpy picked(view.get(), &CloudView::selected);
    const std::uint32_t wanted = 10 * 24 + 12;
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, place_of(*view, {10, 12, 0}));
    ASSERT_EQ(picked.size(), 1);
    const auto selection = picked[0][0].value<Selection>();
    EXPECT_EQ(selection.kind, Selection::Kind::Point);
    EXPECT_EQ(selection.index, wanted);
    EXPECT_EQ(selection.frame, "lidar");
    EXPECT_EQ(view->card().value("lidar"), "10.000, 12.000, 0.000");
    EXPECT_EQ(view->card().value("index"), QString::number(wanted));
    EXPECT_EQ(view->card().value("intensity"), "0.416667");
}

TEST(CloudView, PicksTheNearOfTwoPointsOnALine) {
    // Two points on the line of sight of a view along x.
    const auto view = view_of(cloud_of({{30, 0, 0}, {10, 0, 0}, {20, 5, 0}, {20, -5, 2}}));
    visual::View along;
    along.target = {10, 0, 0};
    along.distance = 10;
    along.yaw = along.pitch = 0;
    view->set_view(along);
    const auto picked = view->pick_at(QRectF(view->rect()).center());
    ASSERT_TRUE(picked);
    EXPECT_EQ(picked->index, 1U);
    // And before all points are drawn, too.
    along.yaw = M_PI;
    along.target = {30, 0, 0};
    view->set_view(along);
    const auto behind = view->pick_at(QRectF(view->rect()).center());
    ASSERT_TRUE(behind);
    EXPECT_EQ(behind->index, 0U);
}

TEST(CloudView, HoveringTellsPlaceAndColourValue) {
    const auto view = view_of(room_cloud(24), {640, 480});
    visual::View near = view->view();
    near.focus({10, 12, 0}, 12);
    view->set_view(near);
    ASSERT_TRUE(settle(*view));
    QTest::mouseMove(view.get(), place_of(*view, {10, 12, 0}));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !view->status().isEmpty(); }));
    EXPECT_TRUE(view->status().contains("x 10.000, y 12.000, z 0.000 m"))
        << view->status().toStdString();
    EXPECT_TRUE(view->status().contains("Height, m 0"));
}

TEST(CloudView, LeftDragTurnsAndRightDragMoves) {
    const auto view = view_of(room_cloud(24));
    const visual::View before = view->view();
    const auto drag = [&](Qt::MouseButton button) {
        QTest::mousePress(view.get(), button, {}, {100, 100});
        QTest::mouseMove(view.get(), {130, 110});
        QTest::mouseMove(view.get(), {160, 120});
        QTest::mouseRelease(view.get(), button, {}, {160, 120});
    };
    drag(Qt::LeftButton);
    EXPECT_LT(view->view().yaw, before.yaw);
    EXPECT_LT(view->view().pitch, before.pitch);
    EXPECT_EQ(view->view().target, before.target);
    EXPECT_EQ(view->view().distance, before.distance);
    const visual::View turned = view->view();
    drag(Qt::RightButton);
    EXPECT_EQ(view->view().yaw, turned.yaw);
    EXPECT_NE(view->view().target, turned.target);
    // What lay at the target's depth follows the pointer.
    const QPoint moved = place_of(*view, turned.target);
    EXPECT_NEAR(moved.x() - view->width() / 2, 60, 1.5);
    EXPECT_NEAR(moved.y() - view->height() / 2, 20, 1.5);
}

TEST(CloudView, TheWheelKeepsThePointUnderThePointer) {
    const auto view = view_of(room_cloud(24), {640, 480});
    const visual::Vector3 point = {6, 6, 0};
    const QPoint place = place_of(*view, point);
    const double before = view->view().distance;
    QWheelEvent event(place, view->mapToGlobal(place), {}, {0, 360}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(view.get(), &event);
    EXPECT_LT(view->view().distance, before);
    const QPoint after = place_of(*view, point);
    EXPECT_LE((after - place).manhattanLength(), 4);
}

TEST(CloudView, ADoubleClickFocusesOnThePoint) {
    const auto view = view_of(room_cloud(24), {640, 480});
    visual::View near = view->view();
    near.focus({8, 8, 0}, 14);
    view->set_view(near);
    ASSERT_TRUE(settle(*view));
    QTest::mouseDClick(view.get(), Qt::LeftButton, {}, place_of(*view, {9, 10, 0}));
    EXPECT_NEAR(visual::length(view->view().target - visual::Vector3{9, 10, 0}), 0, 1e-6);
    EXPECT_LT(view->view().distance, 14);
}

TEST(CloudView, KeysChooseViewAndLook) {
    const auto view = view_of(room_cloud(24));
    view->setFocus();
    ASSERT_TRUE(millrace::tests::activate(*view));
    QTest::keyClick(view.get(), Qt::Key_1);
    EXPECT_NEAR(view->view().pitch, -M_PI / 2, 1e-12);
    QTest::keyClick(view.get(), Qt::Key_2);
    EXPECT_NEAR(std::abs(view->view().yaw), M_PI, 1e-12);
    QTest::keyClick(view.get(), Qt::Key_P);
    EXPECT_EQ(view->view().lens, visual::Lens::Orthographic);
    const bool grid = view->style().grid;
    QTest::keyClick(view.get(), Qt::Key_G);
    EXPECT_NE(view->style().grid, grid);
    QTest::keyClick(view.get(), Qt::Key_C);
    EXPECT_EQ(view->style().coloring.by, visual::ColorBy::Range);
    QTest::keyClick(view.get(), Qt::Key_C);
    EXPECT_EQ(view->style().coloring.by, visual::ColorBy::Intensity);
    const double size = view->style().point_size.value;
    QTest::keyClick(view.get(), Qt::Key_Plus);
    EXPECT_EQ(view->style().point_size.value, size + 1);
    QTest::keyClick(view.get(), Qt::Key_E, Qt::ShiftModifier);
    EXPECT_FALSE(view->style().eye_dome.on);
    QTest::keyClick(view.get(), Qt::Key_B);
    EXPECT_FALSE(view->overlays().boxes);
    QTest::keyClick(view.get(), Qt::Key_L);
    EXPECT_FALSE(view->overlays().labels);
    QTest::keyClick(view.get(), Qt::Key_R);
    EXPECT_EQ(view->view().lens, visual::Lens::Perspective);
}

TEST(CloudView, AHeldKeyFliesUntilItIsLetGo) {
    const auto view = view_of(room_cloud(24));
    const visual::View before = view->view();
    QTest::keyPress(view.get(), Qt::Key_W);
    ASSERT_TRUE(QTest::qWaitFor([&] {
        return visual::length(view->view().target - before.target) > before.distance / 100;
    }));
    QTest::keyRelease(view.get(), Qt::Key_W);
    ASSERT_TRUE(settle(*view));
    const visual::Vector3 way = view->view().target - before.target;
    EXPECT_NEAR(visual::dot(visual::normalized(way), before.forward()), 1, 1e-9);
    const visual::View stopped = view->view();
    QTest::qWait(50);
    EXPECT_EQ(view->view(), stopped);
}

TEST(CloudView, EveryActionNamesItsShortcut) {
    CloudView view;
    QStringList shortcuts;
    for (const QAction* action : view.actions()) {
        ASSERT_FALSE(action->shortcut().isEmpty()) << action->text().toStdString();
        EXPECT_TRUE(
            action->toolTip().contains(action->shortcut().toString(QKeySequence::NativeText)))
            << action->toolTip().toStdString();
        for (const QKeySequence& shortcut : action->shortcuts()) shortcuts << shortcut.toString();
    }
    EXPECT_GT(shortcuts.size(), 25);
    EXPECT_EQ(shortcuts.removeDuplicates(), 0);
}

TEST(CloudView, BoxesHaveLabelsThatPickThem) {
    const auto view = view_of(room_cloud(24), {640, 480});
    visual::Boxes3d boxes{.frame = "lidar"};
    boxes.boxes.push_back(
        {.center = {10, 10, 1}, .size = {4, 2, 2}, .label = "Car", .score = 0.93});
    ASSERT_TRUE(view->show_visual(shared(boxes)));
    ASSERT_TRUE(settle(*view));
    QSignalSpy picked(view.get(), &CloudView::selected);
    const QPoint top = place_of(*view, {10, 10, 2});
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, top - QPoint(0, 12));
    ASSERT_EQ(picked.size(), 1);
    EXPECT_EQ(picked[0][0].value<Selection>().kind, Selection::Kind::Box);
    EXPECT_EQ(picked[0][0].value<Selection>().index, 0);
    EXPECT_EQ(view->card().value("score"), "0.93");
    // x 8 to 12, y 9 to 11, z 0: 5 x 3 points of the floor.
    EXPECT_EQ(view->card().value("points of Cloud"), "15");
}

TEST(CloudView, ACardTellsThePlaceInEveryFrameAndCamera) {
    const auto view = view_of(cloud_of({{10, 1, 2}, {0, 5, 0}, {-8, 0, 0}}));
    // World: 100 m further along x. Camera: looks along x from the lidar, 1 m above it.
    visual::Matrix4 pose = visual::kIdentity;
    pose[3] = 100;
    view->set_pose("lidar", pose);
    visual::Camera camera{.name = "front",
                          .width = 200,
                          .height = 100,
                          .projection = {100, 0, 100, 0, 0, 100, 50, 0, 0, 0, 1, 0},
                          .parent_frame = "lidar",
                          .camera_from_parent = {0, -1, 0, 0, 0, 0, -1, 1, 1, 0, 0, 0, 0, 0, 0, 1}};
    ASSERT_TRUE(view->show_visual(shared(camera)));
    const auto card_of = [&](std::uint32_t index) {
        return viewers::point_card(view->layers(), *view->layers().find("Cloud"), index);
    };
    const viewers::Card card = card_of(0);
    EXPECT_EQ(card.value("lidar"), "10.000, 1.000, 2.000");
    EXPECT_EQ(card.value("world"), "110.000, 1.000, 2.000");
    EXPECT_EQ(card.value("front"), "-1.000, -1.000, 10.000");
    EXPECT_EQ(card.value("front pixel"), "90.0, 40.0");
    EXPECT_EQ(card_of(2).value("front pixel"), "behind the camera");
}

TEST(CloudView, HiddenLayersAreNeitherDrawnNorPicked) {
    const auto view = view_of(cloud_of({{0, 0, 0}, {1, 1, 1}}));
    const auto before = grabbed(*view);
    view->set_layer("more", shared(random_cloud(2000, 3)));
    ASSERT_TRUE(settle(*view));
    view->set_layer_visible("more", false);
    ASSERT_TRUE(settle(*view));
    EXPECT_LT(difference(before, grabbed(*view), 8), 0.002);
    view->remove_layer("more");
    EXPECT_EQ(view->layers().all().size(), 1U);
}

TEST(CloudView, NothingOnePointAndNothingButNaN) {
    for (const std::vector<visual::Point>& points :
         {std::vector<visual::Point>{},
          {{3, 4, 5}},
          std::vector<visual::Point>(50, {static_cast<float>(kNan), 0, 0})}) {
        const auto view = view_of(cloud_of(points));
        EXPECT_EQ(view->pick_at(QRectF(view->rect()).center()).has_value(), points.size() == 1);
        view->fit();
        QTest::keyClick(view.get(), Qt::Key_C);
        QTest::mouseClick(view.get(), Qt::LeftButton, {}, {100, 100});
        EXPECT_TRUE(settle(*view));
        EXPECT_FALSE(grabbed(*view).isNull());
    }
}

TEST(CloudView, FarCoordinatesLookLikeNearOnes) {
    visual::Cloud cloud = random_cloud(5000, 7);
    const auto near = view_of(cloud);
    cloud.origin = {1e7, -1e7, 500};
    const auto far = view_of(cloud);
    // The grid and the height's legend differ with the place.
    for (CloudView* view : {near.get(), far.get()}) {
        visual::Style style = view->style();
        style.grid = style.axes = false;
        style.coloring.by = visual::ColorBy::Range;
        view->set_style(style);
        ASSERT_TRUE(settle(*view));
    }
    EXPECT_LT(difference(grabbed(*near), grabbed(*far), 4), 0.002);
}

TEST(CloudView, InfiniteBoxesAreHarmless) {
    const auto view = view_of(room_cloud(12));
    visual::Boxes3d boxes{.frame = "lidar"};
    const double infinity = std::numeric_limits<double>::infinity();
    boxes.boxes.push_back({.center = {0, 0, 0}, .size = {infinity, 1, 1}, .label = "endless"});
    boxes.boxes.push_back({.center = {kNan, 0, 0}, .size = {1, 1, 1}, .label = "nowhere"});
    ASSERT_TRUE(view->show_visual(shared(boxes)));
    view->mark(Selection{.kind = Selection::Kind::Box, .frame = "lidar", .index = 0});
    EXPECT_TRUE(settle(*view));
    view->fit();
    EXPECT_TRUE(visual::finite(view->view().target));
    EXPECT_TRUE(settle(*view));
}

TEST(CloudView, MarksShowAPointABoxAndAPixelsRay) {
    const auto view = view_of(room_cloud(12));
    visual::Boxes3d boxes{.frame = "lidar"};
    boxes.boxes.push_back({.center = {6, 6, 1}, .size = {2, 2, 2}});
    visual::Camera camera{.name = "front",
                          .width = 200,
                          .height = 100,
                          .projection = {100, 0, 100, 0, 0, 100, 50, 0, 0, 0, 1, 0},
                          .parent_frame = "lidar",
                          .camera_from_parent = {0, -1, 0, 0, 0, 0, -1, 1, 1, 0, 0, 0, 0, 0, 0, 1}};
    view->show_visual(shared(boxes));
    view->show_visual(shared(camera));
    ASSERT_TRUE(settle(*view));
    const QImage plain = grabbed(*view);
    for (const Selection& selection :
         {Selection{.kind = Selection::Kind::Point, .frame = "lidar", .index = 70},
          Selection{.kind = Selection::Kind::Box, .frame = "lidar", .index = 0},
          Selection{.kind = Selection::Kind::Pixel, .frame = "front", .x = 100, .y = 60}}) {
        view->mark(selection);
        EXPECT_GT(difference(plain, grabbed(*view), 30), 1e-4) << static_cast<int>(selection.kind);
    }
    view->mark(Selection{.kind = Selection::Kind::Point, .frame = "lidar", .index = 1'000'000});
    EXPECT_EQ(difference(plain, grabbed(*view), 0), 0);
    view->mark(std::nullopt);
    EXPECT_EQ(difference(plain, grabbed(*view), 0), 0);
}

}  // namespace
}  // namespace millrace::tests
