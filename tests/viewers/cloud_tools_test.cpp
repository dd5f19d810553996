#include <QAction>
#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <limits>

#include "engine/problem.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "tests/viewers/cloud_support.hpp"
#include "viewers/cloud/recorder.hpp"
#include "viewers/cloud/saved_views.hpp"

namespace millrace::tests {
namespace {

using viewers::CloudView;
using viewers::Measurement;
using viewers::Recorder;
using viewers::SavedView;
using viewers::Tool;

/// A room seen from above, so that a metre is the same number of pixels everywhere.
std::unique_ptr<CloudView> plan_of_room() {
    auto view = view_of(room_cloud(24), {640, 480});
    visual::View above = view->view();
    above.set(visual::Preset::Top);
    above.lens = visual::Lens::Orthographic;
    above.target = {10, 10, 0};
    above.distance = 20;
    view->set_view(above);
    EXPECT_TRUE(settle(*view));
    return view;
}

void click(CloudView& view, const visual::Vector3& world) {
    QTest::mouseClick(&view, Qt::LeftButton, {}, place_of(view, world));
}

TEST(Measurement, TellsDistanceHeightAngleAndArea) {
    Measurement distance{.tool = Tool::Distance};
    EXPECT_TRUE(distance.text().isEmpty());
    distance.add({0, 0, 0});
    distance.add({3, 0, 4});
    EXPECT_TRUE(distance.complete);
    EXPECT_EQ(distance.text(), "distance 5.000 m, level 3.000 m, height 4.000 m");
    distance.add({9, 9, 9});
    EXPECT_EQ(distance.points.size(), 2U);
    Measurement height{.tool = Tool::Height, .points = {{0, 0, 1}, {5, 5, -1}}};
    EXPECT_EQ(height.text(), "height -2.000 m");
    Measurement angle{.tool = Tool::Angle, .points = {{1, 0, 0}, {0, 0, 0}, {0, 2, 0}}};
    EXPECT_EQ(angle.text(), "angle 90.00°");
    Measurement area{.tool = Tool::Area, .points = {{0, 0, 0}, {2, 0, 0}, {2, 3, 0}, {0, 3, 0}}};
    EXPECT_EQ(area.text(), "area 6.000 m², level 6.000 m², round 10.000 m");
}

TEST(CloudTools, ClicksMeasureBetweenPoints) {
    const auto view = plan_of_room();
    QSignalSpy measured(view.get(), &CloudView::measured);
    view->set_tool(Tool::Distance);
    click(*view, {8, 8, 0});
    click(*view, {11, 12, 0});
    ASSERT_EQ(measured.size(), 1);
    EXPECT_EQ(measured[0][0].toString(), "distance 5.000 m, level 5.000 m, height 0.000 m");
    EXPECT_EQ(view->status(), measured[0][0].toString());
    // The third click begins anew.
    click(*view, {8, 8, 0});
    EXPECT_EQ(view->measurement().points.size(), 1U);
    QTest::keyClick(view.get(), Qt::Key_Escape);
    EXPECT_TRUE(view->measurement().points.empty());
    QTest::keyClick(view.get(), Qt::Key_Escape);
    EXPECT_EQ(view->tool(), Tool::Look);
}

TEST(CloudTools, ADoubleClickEndsAnArea) {
    const auto view = plan_of_room();
    view->set_tool(Tool::Area);
    click(*view, {8, 8, 0});
    click(*view, {12, 8, 0});
    click(*view, {12, 12, 0});
    EXPECT_FALSE(view->measurement().complete);
    QTest::keyClick(view.get(), Qt::Key_Backspace);
    EXPECT_EQ(view->measurement().points.size(), 2U);
    click(*view, {12, 12, 0});
    click(*view, {8, 12, 0});
    QTest::mouseDClick(view.get(), Qt::LeftButton, {}, place_of(*view, {8, 12, 0}));
    EXPECT_TRUE(view->measurement().complete);
    EXPECT_NEAR(visual::area(view->measurement().points).area, 16, 1e-6);
}

TEST(CloudTools, AClickBesideAllPointsMeasuresNothing) {
    const auto view = plan_of_room();
    view->set_tool(Tool::Height);
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, {2, 2});
    EXPECT_TRUE(view->measurement().points.empty());
    EXPECT_FALSE(view->status().isEmpty());
}

/// From a little outside of one corner to a little outside of the other.
QRect round_points(const CloudView& view, const visual::Vector3& a, const visual::Vector3& b) {
    return QRect(place_of(view, a), place_of(view, b)).normalized().adjusted(-6, -6, 6, 6);
}

void drag_rectangle(CloudView& view, const QRect& area, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mousePress(&view, Qt::LeftButton, modifiers, area.topLeft());
    QTest::mouseMove(&view, area.center());
    QTest::mouseMove(&view, area.bottomRight());
    QTest::mouseRelease(&view, Qt::LeftButton, modifiers, area.bottomRight());
}

TEST(CloudTools, ARectangleSelectsAddsAndTakesAway) {
    const auto view = plan_of_room();
    view->set_tool(Tool::Rectangle);
    QSignalSpy changed(view.get(), &CloudView::selection_changed);
    drag_rectangle(*view, round_points(*view, {8, 8, 0}, {10, 11, 0}));
    EXPECT_EQ(changed.size(), 1);
    EXPECT_EQ(view->selected_count(), 12U);
    EXPECT_EQ(view->status(), "12 points selected");
    drag_rectangle(*view, round_points(*view, {12, 8, 0}, {12, 9, 0}), Qt::ShiftModifier);
    EXPECT_EQ(view->selected_count(), 14U);
    drag_rectangle(*view, round_points(*view, {8, 8, 0}, {8, 11, 0}), Qt::ControlModifier);
    EXPECT_EQ(view->selected_count(), 10U);
    drag_rectangle(*view, round_points(*view, {9, 9, 0}, {9, 9, 0}));
    EXPECT_EQ(view->selected_count(), 1U);
    const viewers::Card card = view->selection_card();
    EXPECT_EQ(card.title, "One point selected");
    EXPECT_EQ(card.value("middle"), "9.000, 9.000, 0.000");
    QTest::keyClick(view.get(), Qt::Key_A, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_EQ(view->selected_count(), 0U);
    EXPECT_TRUE(view->selection_card().empty());
}

TEST(CloudTools, HiddenPointsAreSelectedUnlessOnlyVisibleOnesAreAskedFor) {
    // Nine points below a tenth, seen from above.
    std::vector<visual::Point> points;
    for (int i = 0; i < 10; ++i) points.push_back({0, 0, static_cast<float>(i)});
    points.push_back({5, 5, 0});
    points.push_back({-5, -5, 0});
    const auto view = view_of(cloud_of(points));
    visual::View above = view->view();
    above.set(visual::Preset::Top);
    above.lens = visual::Lens::Orthographic;
    view->set_view(above);
    ASSERT_TRUE(settle(*view));
    const QPolygonF round = QRectF(round_points(*view, {0, 0, 0}, {0, 0, 0}));
    view->select_region(round, CloudView::Join::Replace);
    EXPECT_EQ(view->selected_count(), 10U);
    view->set_selects_visible(true);
    view->select_region(round, CloudView::Join::Replace);
    EXPECT_EQ(view->selected_count(), 1U);
    EXPECT_EQ(view->selection_card().value("middle"), "0.000, 0.000, 9.000");
}

TEST(CloudTools, ALassoSelectsWhatItGoesRound) {
    const auto view = plan_of_room();
    view->set_tool(Tool::Lasso);
    const QRect area = round_points(*view, {8, 8, 0}, {10, 10, 0});
    QTest::mousePress(view.get(), Qt::LeftButton, {}, area.topLeft());
    for (const QPoint& corner : {area.topRight(), area.bottomRight(), area.bottomLeft()})
        QTest::mouseMove(view.get(), corner);
    QTest::mouseRelease(view.get(), Qt::LeftButton, {}, area.bottomLeft());
    EXPECT_EQ(view->selected_count(), 9U);
}

TEST(CloudTools, TheSelectionIsWrittenWithItsFields) {
    const QTemporaryDir folder;
    const auto view = plan_of_room();
    view->export_selection(folder.filePath("none.ply"));
    EXPECT_TRUE(view->status().contains("Select points first"));
    view->select_region(QRectF(round_points(*view, {8, 8, 0}, {9, 9, 0})),
                        CloudView::Join::Replace);
    for (const char* name : {"four.ply", "four.pcd"}) {
        const QString file = folder.filePath(name);
        view->export_selection(file);
        ASSERT_TRUE(QTest::qWaitFor([&] { return view->status().contains(file); }));
        const visual::Cloud cloud = visual::load_cloud(file.toStdString());
        ASSERT_EQ(cloud.points.size(), 4U);
        EXPECT_EQ(cloud.points[0], (visual::Point{8, 8, 0}));
        ASSERT_NE(cloud.field("intensity"), nullptr);
        EXPECT_NEAR(cloud.field("intensity")->at(3), 9.0 / 24, 1e-6);
    }
    view->export_selection(folder.filePath("four.doc"));
    EXPECT_TRUE(view->status().contains(".ply"));
    view->export_selection("/nowhere/at/all.ply");
    EXPECT_TRUE(QTest::qWaitFor([&] { return view->status().contains("/nowhere/at/all.ply"); }));
}

TEST(CloudTools, TheCropBoxGoesRoundTheSelection) {
    const auto view = plan_of_room();
    view->crop_to_selection();
    EXPECT_FALSE(view->style().crop);
    view->select_region(QRectF(round_points(*view, {8, 8, 0}, {10, 11, 0})),
                        CloudView::Join::Replace);
    QTest::keyClick(view.get(), Qt::Key_C, Qt::ShiftModifier);
    ASSERT_TRUE(view->style().crop);
    EXPECT_NEAR(view->style().crop->center[0], 9, 1e-9);
    EXPECT_NEAR(view->style().crop->size[1], 3, 0.01);
    // What is cropped is neither seen nor picked.
    ASSERT_TRUE(settle(*view));
    EXPECT_TRUE(view->pick_at(place_of(*view, {9, 9, 0})));
    EXPECT_FALSE(view->pick_at(place_of(*view, {14, 9, 0})));
    QTest::keyClick(view.get(), Qt::Key_C, Qt::ShiftModifier);
    EXPECT_FALSE(view->style().crop);
}

TEST(CloudTools, OneToolAtATimeIsChecked) {
    const auto view = plan_of_room();
    for (const QAction* action : view->tool_actions()) {
        view->set_tool(static_cast<Tool>(action->data().toInt()));
        const auto all = view->tool_actions();
        EXPECT_EQ(std::ranges::count_if(all, &QAction::isChecked), 1);
        EXPECT_TRUE(action->isChecked()) << action->text().toStdString();
    }
}

SavedView unusual_view() {
    SavedView saved{.name = "Kreuzung \"Süd\""};
    saved.view.target = {1e7, -2.5, 0.1};
    saved.view.distance = 12.5;
    saved.view.lens = visual::Lens::Orthographic;
    saved.style.coloring = {.by = visual::ColorBy::Field,
                            .field = "velocity",
                            .channel = 2,
                            .map = visual::Map::Magma,
                            .reversed = true,
                            .low = -3,
                            .high = 4.5};
    saved.style.point_size = {0.25, visual::SizeUnit::Metres, visual::PointShape::Disc};
    saved.style.eye_dome = {false, 0.5, 2};
    saved.style.crop = visual::CropBox{{1, 2, 3}, {4, 5, visual::Bounds::kNone}, 0.5};
    saved.style.grid = false;
    return saved;
}

TEST(SavedViews, AreTheSameWhenReadBack) {
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("views.json").toStdString();
    const std::vector<SavedView> views = {SavedView{.name = "plain"}, unusual_view()};
    viewers::save_views(views, file);
    EXPECT_EQ(viewers::load_views(file), views);
    EXPECT_THROW(viewers::load_views(folder.filePath("none.json").toStdString()), engine::Error);
}

TEST(SavedViews, TakeDefaultsForWhatMakesNoSense) {
    const engine::Value value = engine::parse_json(
        R"([{"name": 3, "view": {"distance": -1, "yaw": "left", "target": [1, 2]},
             "style": {"coloring": {"by": 99, "map": -1}, "point_size": 1e9, "crop": 7}},
            "no view", {}])",
        "test");
    const auto views = viewers::saved_views_from(value);
    ASSERT_EQ(views.size(), 2U);
    EXPECT_EQ(views[0], SavedView{});
    EXPECT_EQ(views[1], SavedView{});
    EXPECT_TRUE(viewers::saved_views_from(engine::Value("text")).empty());
}

viewers::Recording small_recording(const QString& target) {
    viewers::Recording recording;
    recording.scene.clouds.push_back(
        visual::make_layer("cloud", std::make_shared<const visual::Cloud>(random_cloud(500, 4))));
    recording.views = {visual::View{}};
    recording.size = {160, 90};
    recording.target = target;
    return recording;
}

TEST(Recorder, WritesAPictureOfAnySize) {
    const QTemporaryDir folder;
    Recorder recorder;
    QSignalSpy finished(&recorder, &Recorder::finished), failed(&recorder, &Recorder::failed);
    auto recording = small_recording(folder.filePath("wide.png"));
    recording.size = {3000, 40};
    ASSERT_TRUE(recorder.start(recording));
    EXPECT_TRUE(recorder.busy());
    EXPECT_FALSE(recorder.start(recording));  // one at a time
    EXPECT_EQ(failed.size(), 1);
    ASSERT_TRUE(QTest::qWaitFor([&] { return finished.size() == 1; }));
    EXPECT_EQ(QImage(recording.target).size(), recording.size);
    EXPECT_FALSE(recorder.busy());
}

TEST(Recorder, WritesNumberedFramesOfATurn) {
    const QTemporaryDir folder;
    Recorder recorder;
    QSignalSpy finished(&recorder, &Recorder::finished), progress(&recorder, &Recorder::progress);
    auto recording = small_recording(folder.filePath("turn"));
    recording.views = viewers::spin_views(visual::View{}, 5);
    ASSERT_TRUE(recorder.start(recording));
    ASSERT_TRUE(QTest::qWaitFor([&] { return finished.size() == 1; }));
    const QStringList files = QDir(recording.target).entryList(QDir::Files, QDir::Name);
    EXPECT_EQ(files, QStringList({"frame-0001.png", "frame-0002.png", "frame-0003.png",
                                  "frame-0004.png", "frame-0005.png"}));
    EXPECT_EQ(progress.last(), QList<QVariant>({5, 5}));
    const QDir made(recording.target);
    EXPECT_NE(QImage(made.filePath(files[0])), QImage(made.filePath(files[1])));
}

TEST(Recorder, StopsWhenToldAndTellsWhatItCantDo) {
    const QTemporaryDir folder;
    Recorder recorder;
    QSignalSpy finished(&recorder, &Recorder::finished), failed(&recorder, &Recorder::failed);
    auto recording = small_recording(folder.filePath("long"));
    recording.views = viewers::spin_views(visual::View{}, 5000);
    ASSERT_TRUE(recorder.start(recording));
    recorder.cancel();
    ASSERT_TRUE(QTest::qWaitFor([&] { return finished.size() == 1; }));
    EXPECT_TRUE(finished[0][0].toString().startsWith("Stopped after"));
    recording = small_recording(folder.filePath("picture.unknown"));
    ASSERT_TRUE(recorder.start(recording));
    ASSERT_TRUE(QTest::qWaitFor([&] { return failed.size() == 1; }));
    EXPECT_FALSE(recorder.busy());
    recording.views.clear();
    EXPECT_FALSE(recorder.start(recording));
}

TEST(Recorder, AFlightPassesItsStopsAndATurnIsEven) {
    visual::View first, second, third;
    second.target = {10, 0, 0};
    third.target = {10, 10, 0};
    const std::vector<visual::View> stops = {first, second, third};
    const auto flight = viewers::flight_views(stops, 10);
    ASSERT_EQ(flight.size(), 21U);
    EXPECT_EQ(flight[0].target, first.target);
    EXPECT_NEAR(flight[0].distance, first.distance, 1e-9);
    EXPECT_EQ(flight[10].target, second.target);
    EXPECT_EQ(flight[20], third);
    EXPECT_NEAR(flight[5].target[0], 5, 1e-9);
    EXPECT_TRUE(viewers::flight_views({}, 10).empty());
    const auto turn = viewers::spin_views(first, 8);
    ASSERT_EQ(turn.size(), 8U);
    EXPECT_NEAR(turn[2].yaw, M_PI / 2, 1e-9);
}

}  // namespace
}  // namespace millrace::tests
