#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <cstdlib>
#include <ctime>

#include "tests/viewers/activate.hpp"
#include "tests/viewers/cloud_support.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/cloud/color_section.hpp"
#include "viewers/cloud/look_section.hpp"
#include "viewers/cloud/range_histogram.hpp"
#include "viewers/cloud/views_section.hpp"
#include "viewers/registry.hpp"
#include "viewers/theme.hpp"

namespace millrace::tests {
namespace {

using viewers::CloudView;
using viewers::CloudWorkspace;
using viewers::Theme;

std::unique_ptr<CloudWorkspace> workspace_of(visual::Cloud cloud, QSize size = {1100, 700}) {
    auto made = std::make_unique<CloudWorkspace>();
    made->resize(size);
    made->show();
    made->setFocus();
    EXPECT_TRUE(millrace::tests::activate(*made));
    EXPECT_TRUE(made->show_visual(shared(std::move(cloud))));
    EXPECT_TRUE(settle(*made->view()));
    return made;
}

TEST(CloudWorkspace, IsWhatTheRegistryMakesForSpace) {
    viewers::Registry registry;
    viewers::add_viewers(registry);
    for (const visual::Visual& item :
         {visual::Visual(visual::Cloud{}), visual::Visual(visual::Boxes3d{}),
          visual::Visual(visual::Polyline{}), visual::Visual(visual::Camera{})}) {
        const auto& entries = registry.viewers_of(item);
        ASSERT_FALSE(entries.empty());
        const std::unique_ptr<viewers::Viewer> made(entries[0].make(nullptr));
        EXPECT_NE(qobject_cast<CloudWorkspace*>(made.get()), nullptr);
        EXPECT_TRUE(made->show_visual(shared(item)));
    }
}

TEST(CloudWorkspace, PassesOnWhatTheViewTells) {
    const auto space = workspace_of(room_cloud(24));
    QSignalSpy selected(space.get(), &viewers::Viewer::selected),
        hovered(space.get(), &viewers::Viewer::hovered);
    visual::View near = space->view()->view();
    near.focus({10, 12, 0}, 12);
    space->view()->set_view(near);
    ASSERT_TRUE(settle(*space->view()));
    const QPoint place = place_of(*space->view(), {10, 12, 0});
    QTest::mouseMove(space->view(), place);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !space->status().isEmpty(); }));
    EXPECT_GE(hovered.size(), 1);
    QTest::mouseClick(space->view(), Qt::LeftButton, {}, place);
    EXPECT_EQ(selected.size(), 1);
    // The card in the panel holds the same rows.
    const QTreeWidget* table = space->panel()->card_table();
    ASSERT_EQ(table->topLevelItemCount(), space->view()->card().rows.size());
    EXPECT_EQ(table->topLevelItem(1)->text(1), "10.000, 12.000, 0.000");
}

TEST(CloudWorkspace, ANarrowOneKeepsThePictureAlone) {
    const auto space = workspace_of(room_cloud(12));
    EXPECT_TRUE(space->panel()->isVisible());
    space->resize(400, 300);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !space->panel()->isVisible(); }));
    space->resize(1100, 700);
    ASSERT_TRUE(QTest::qWaitFor([&] { return space->panel()->isVisible(); }));
    QTest::keyClick(space->view(), Qt::Key_N);
    EXPECT_FALSE(space->panel()->isVisible());
}

TEST(CloudPanel, LayersAreListedAndHidden) {
    const auto space = workspace_of(room_cloud(24));
    space->view()->set_layer("other", shared(random_cloud(100, 1)));
    ASSERT_TRUE(settle(*space->view()));
    QTreeWidget* tree = space->panel()->layer_tree();
    ASSERT_TRUE(QTest::qWaitFor([&] { return tree->topLevelItemCount() == 2; }));
    EXPECT_EQ(tree->topLevelItem(1)->text(0), "other");
    EXPECT_EQ(tree->topLevelItem(1)->text(1), "100 points");
    tree->topLevelItem(1)->setCheckState(0, Qt::Unchecked);
    EXPECT_FALSE(space->view()->layers().find("other")->visible);
    space->view()->remove_layer("other");
    EXPECT_TRUE(QTest::qWaitFor([&] { return tree->topLevelItemCount() == 1; }));
}

TEST(CloudPanel, AnyFieldColours) {
    visual::Cloud cloud = room_cloud(24);
    cloud.fields.push_back({.name = "velocity",
                            .channels = 2,
                            .values = std::vector<float>(2 * cloud.points.size(), 3.5F)});
    const auto space = workspace_of(std::move(cloud));
    QComboBox* source = space->panel()->colors()->source();
    ASSERT_TRUE(QTest::qWaitFor([&] { return source->findText("velocity[1]") >= 0; }));
    const int index = source->findText("velocity[1]");
    source->setCurrentIndex(index);
    Q_EMIT source->activated(index);
    const visual::Coloring& coloring = space->view()->style().coloring;
    EXPECT_EQ(coloring.by, visual::ColorBy::Field);
    EXPECT_EQ(coloring.field, "velocity");
    EXPECT_EQ(coloring.channel, 1);
    // A cloud without the field is of one colour, and nothing breaks.
    ASSERT_TRUE(space->show_visual(shared(room_cloud(12))));
    ASSERT_TRUE(settle(*space->view()));
    EXPECT_TRUE(QTest::qWaitFor([&] { return source->findText("velocity[1]") < 0; }));
}

TEST(CloudPanel, TheHandlesOfTheHistogramSetTheRange) {
    const auto space = workspace_of(room_cloud(24));
    viewers::RangeHistogram* histogram = space->panel()->colors()->histogram();
    // Heights are 0 to 5.
    ASSERT_TRUE(QTest::qWaitFor([&] { return histogram->ends().second > 1; }));
    const auto [low, high] = histogram->ends();
    const int y = histogram->height() / 2;
    const auto x = [&](double value) { return static_cast<int>(histogram->place_of(value)); };
    QTest::mousePress(histogram, Qt::LeftButton, {}, {x(high), y});
    QTest::mouseMove(histogram, {x(high / 2), y});
    QTest::mouseRelease(histogram, Qt::LeftButton, {}, {x(high / 2), y});
    const visual::Coloring& coloring = space->view()->style().coloring;
    EXPECT_NEAR(coloring.high, high / 2, 0.1);
    EXPECT_NEAR(coloring.low, low, 1e-9);
    EXPECT_EQ(space->view()->shown_range(), std::pair(coloring.low, coloring.high));
}

TEST(CloudPanel, LooksFollowTheViewAndChangeIt) {
    const auto space = workspace_of(room_cloud(12));
    viewers::LookSection* looks = space->panel()->looks();
    looks->size()->setValue(5);
    EXPECT_EQ(space->view()->style().point_size.value, 5);
    looks->unit()->setCurrentIndex(1);
    Q_EMIT looks->unit()->activated(1);
    EXPECT_EQ(space->view()->style().point_size.unit, visual::SizeUnit::Metres);
    QTest::keyClick(space->view(), Qt::Key_E, Qt::ShiftModifier);
    EXPECT_FALSE(space->view()->style().eye_dome.on);
    EXPECT_EQ(looks->eye_dome()->isChecked(), space->view()->style().eye_dome.on);
}

TEST(CloudPanel, CropNumbersCrop) {
    const auto space = workspace_of(room_cloud(24));
    viewers::CropSection* crop = space->panel()->crop();
    EXPECT_FALSE(crop->numbers()[0]->isEnabled());
    crop->on()->setChecked(true);
    Q_EMIT crop->on()->clicked(true);
    ASSERT_TRUE(space->view()->style().crop);
    const double numbers[] = {5, 6, 0, 4, 3, 2, 90};
    for (std::size_t i = 0; i < 7; ++i) crop->numbers()[i]->setValue(numbers[i]);
    const visual::CropBox& box = *space->view()->style().crop;
    EXPECT_NEAR(box.center[1], 6, 1e-9);
    EXPECT_NEAR(box.size[0], 4, 1e-9);
    EXPECT_NEAR(box.yaw, M_PI / 2, 1e-9);
    // An endless side stays endless when another number changes.
    visual::Style style = space->view()->style();
    style.crop->size[2] = visual::Bounds::kNone;
    space->view()->set_style(style);
    crop->numbers()[0]->setValue(7);
    EXPECT_EQ(space->view()->style().crop->size[2], visual::Bounds::kNone);
}

TEST(CloudPanel, KeptViewsComeBack) {
    const QTemporaryDir folder;
    const auto space = workspace_of(room_cloud(24));
    viewers::ViewsSection* views = space->panel()->views();
    QSignalSpy changed(views, &viewers::ViewsSection::views_changed);
    EXPECT_FALSE(views->record_flight(folder.filePath("flight")));
    const visual::View first = space->view()->view();
    views->keep_view();
    QTest::keyClick(space->view(), Qt::Key_1);
    QTest::keyClick(space->view(), Qt::Key_G);
    ASSERT_NE(space->view()->view(), first);
    ASSERT_FALSE(space->view()->style().grid);
    views->keep_view();
    EXPECT_EQ(changed.size(), 2);
    EXPECT_EQ(views->views()[1].name, "View 2");
    views->show_view(0);
    EXPECT_EQ(space->view()->view(), first);
    EXPECT_TRUE(space->view()->style().grid);
    views->show_view(7);
    EXPECT_EQ(space->view()->view(), first);
    views->set_picture_size({80, 60});
    views->set_frames(3);
    QSignalSpy finished(&views->recorder(), &viewers::Recorder::finished);
    ASSERT_TRUE(views->record_flight(folder.filePath("flight")));
    ASSERT_TRUE(QTest::qWaitFor([&] { return finished.size() == 1; }));
    EXPECT_EQ(QDir(folder.filePath("flight")).entryList(QDir::Files).size(), 4);
    ASSERT_TRUE(views->take_screenshot(folder.filePath("one.png")));
    ASSERT_TRUE(QTest::qWaitFor([&] { return finished.size() == 2; }));
    EXPECT_EQ(QImage(folder.filePath("one.png")).size(), QSize(80, 60));
    views->remove_view(0);
    EXPECT_EQ(views->views().size(), 1U);
}

/// The longest that the window thread worked from one event to the next, in its own CPU time.
class Stalls : public QObject {
public:
    Stalls() { qApp->installEventFilter(this); }
    ~Stalls() override { qApp->removeEventFilter(this); }
    double longest_ms() const { return longest_; }

protected:
    bool eventFilter(QObject*, QEvent* event) override {
        timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        const double time =
            static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
        if (last_ > 0 && time - last_ > longest_) {
            longest_ = time - last_;
            after_ = last_event_;
        }
        last_ = time;
        last_event_ = event->type();
        return false;
    }

private:
    double last_ = 0, longest_ = 0;
    int last_event_ = 0, after_ = 0;
};

TEST(CloudWorkspace, NoEventTakesLongWithAMillionPoints) {
    visual::Cloud cloud = random_cloud(1'000'000, 2);
    std::vector<float> intensity(cloud.points.size());
    for (std::size_t i = 0; i < intensity.size(); ++i)
        intensity[i] = static_cast<float>(i % 251) / 250;
    cloud.fields.push_back({.name = "intensity", .values = std::move(intensity)});
    const auto item = shared(std::move(cloud));
    CloudWorkspace space;
    space.resize(1280, 760);
    space.show();
    space.setFocus();
    ASSERT_TRUE(millrace::tests::activate(space));
    const Stalls stalls;
    CloudView& view = *space.view();
    ASSERT_TRUE(space.show_visual(item));
    ASSERT_TRUE(settle(view));
    QTest::mousePress(&view, Qt::LeftButton, {}, {300, 300});
    for (int i = 1; i <= 10; ++i) {
        QTest::mouseMove(&view, QPoint(300 + 8 * i, 300 + 3 * i));
        QCoreApplication::processEvents();
    }
    QTest::mouseRelease(&view, Qt::LeftButton, {}, {380, 330});
    for (const Qt::Key key : {Qt::Key_1, Qt::Key_P, Qt::Key_C, Qt::Key_C, Qt::Key_M, Qt::Key_F}) {
        QTest::keyClick(&view, key);
        ASSERT_TRUE(settle(view));
    }
    QTest::mouseMove(&view, {400, 300});
    QTest::mouseClick(&view, Qt::LeftButton, {}, {420, 310});
    view.set_tool(viewers::Tool::Rectangle);
    QTest::mousePress(&view, Qt::LeftButton, {}, {200, 200});
    QTest::mouseMove(&view, {300, 300});
    QTest::mouseMove(&view, {500, 400});
    QTest::mouseRelease(&view, Qt::LeftButton, {}, {500, 400});
    EXPECT_GT(view.selected_count(), 1000U);
    ASSERT_TRUE(settle(view));
    ASSERT_TRUE(space.show_visual(item));
    ASSERT_TRUE(settle(view));
    RecordProperty("longest_ms", std::to_string(stalls.longest_ms()));
    EXPECT_LT(stalls.longest_ms(), 100);
}

/// Mean difference of the colours' parts, 0 to 255.
double mean_difference(const QImage& a, const QImage& b) {
    if (a.size() != b.size()) return 255;
    double sum = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
            sum += std::abs(qRed(p) - qRed(q)) + std::abs(qGreen(p) - qGreen(q)) +
                   std::abs(qBlue(p) - qBlue(q));
        }
    }
    return sum / (3.0 * a.width() * a.height());
}

/// Holds a picture against tests/viewers/references/NAME.png; with MILLRACE_WRITE_REFERENCES set it
/// is written instead. Letters differ a little from one font library to the next.
void expect_like(const QImage& image, const QString& name) {
    const QString file =
        QStringLiteral(MILLRACE_SOURCE_DIR "/tests/viewers/references/%1.png").arg(name);
    if (qEnvironmentVariableIsSet("MILLRACE_WRITE_REFERENCES")) {
        ASSERT_TRUE(image.save(file));
        return;
    }
    const QImage reference(file);
    ASSERT_FALSE(reference.isNull()) << file.toStdString();
    EXPECT_LT(mean_difference(image, reference.convertToFormat(QImage::Format_RGB32)), 2)
        << file.toStdString();
}

TEST(CloudView, LooksLikeItsReference) {
    for (const Theme theme : {Theme::Dark, Theme::Light}) {
        viewers::apply_theme(*qApp, theme);
        const auto view = view_of(room_cloud(48), {400, 300});
        visual::Boxes3d boxes{.frame = "lidar"};
        boxes.boxes.push_back(
            {.center = {24, 20, 2}, .size = {8, 4, 4}, .yaw = 0.4, .label = "Car", .score = 0.5});
        view->show_visual(shared(boxes));
        visual::Style style = view->style();
        style.point_size.value = 3;
        view->set_style(style);
        ASSERT_TRUE(settle(*view));
        expect_like(view->screenshot().convertToFormat(QImage::Format_RGB32),
                    theme == Theme::Dark ? "cloud-dark" : "cloud-light");
    }
    viewers::apply_theme(*qApp, Theme::Dark);
}

}  // namespace
}  // namespace millrace::tests
