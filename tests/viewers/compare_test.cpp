// The numeric comparison of wires in millrace-view.
#include <QImage>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/packet.hpp"
#include "engine/sketch.hpp"
#include "engine/value.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/table/table_view.hpp"
#include "viewers/text/text_view.hpp"
#include "viewers/view/compare_panel.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {
namespace {

using view::ComparePanel;
using view::Window;
using visual::Verdict;

/// What an earlier test chose must not decide this one; the window reads it when it is made.
struct FreshSettings {
    FreshSettings() {
        QStandardPaths::setTestModeEnabled(true);
        for (const char* key : {"absolute", "relative", "radius", "equal_nan"})
            QSettings().remove(QStringLiteral("compare/") + key);
    }
};

class Compare : public ::testing::Test {
protected:
    std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(folder.path().toStdString()) / name;
    }
    QString text(const std::string& name) const {
        return QString::fromStdString(path(name).string());
    }
    void write(const std::string& name, const std::string& bytes) const {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << bytes;
    }
    void write_cloud(const std::string& name, const std::vector<visual::Point>& points) const {
        visual::Cloud cloud;
        cloud.points = points;
        cloud.fields = {{"intensity", 1, std::vector<float>(points.size(), 0.5F)}};
        write(name, visual::write_cloud(cloud, *visual::format_of(path(name))));
    }
    void write_image(const std::string& name, int x, int y, int red) const {
        std::filesystem::create_directories(path(name).parent_path());
        QImage image(40, 30, QImage::Format_RGB888);
        image.fill(QColor(10, 20, 30));
        image.setPixelColor(x, y, QColor(red, 20, 30));
        image.save(text(name));
    }
    static std::vector<visual::Point> grid() {
        std::vector<visual::Point> points;
        for (int x = 0; x < 20; ++x)
            for (int y = 0; y < 20; ++y)
                points.push_back({static_cast<float>(x), static_cast<float>(y), 0});
        return points;
    }
    /// A window with the panel, once all is loaded and compared.
    void open(const std::vector<std::string>& names) {
        QStringList paths;
        for (const std::string& name : names) paths << text(name);
        window.open(paths);
        window.show();
        qobject_cast<QWidget*>(panel()->parent())->show();
        ASSERT_TRUE(settle());
    }
    ComparePanel* panel() { return window.compare(); }
    bool settle() {
        return QTest::qWaitFor([this] { return window.settled() && panel()->settled(); }, 20'000);
    }
    FreshSettings settings;
    QTemporaryDir folder;
    Window window;
};

TEST_F(Compare, OneChangedPixelIsFoundAndATolerancePasses) {
    write_image("left/0.png", 0, 0, 10);
    write_image("right/0.png", 17, 9, 60);
    open({"left", "right"});
    const view::ItemResult* result = panel()->result();
    ASSERT_NE(result, nullptr);
    EXPECT_EQ(result->summary.verdict, Verdict::Beyond);
    EXPECT_EQ(result->summary.figures.beyond, 1U);
    EXPECT_EQ(result->summary.figures.max_abs, 50);
    const auto& place = result->worst()->worst.at(0).place;
    EXPECT_EQ(place.column, 17);
    EXPECT_EQ(place.row, 9);
    EXPECT_TRUE(result->summary.where.contains("17, 9")) << result->summary.where.toStdString();
    const auto selection = view::selection_of(result->worst()->worst[0], false, *result->b[0]);
    ASSERT_TRUE(selection.has_value());
    EXPECT_DOUBLE_EQ(selection->x, 17.5);
    EXPECT_DOUBLE_EQ(selection->y, 9.5);
    panel()->set_tolerance({.absolute = 50});
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Within);
    panel()->set_tolerance({.absolute = 49});
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Beyond);
}

TEST_F(Compare, TwoImagesAreLaidOverEachOther) {
    write_image("a/0.png", 17, 9, 50);
    write_image("b/0.png", 17, 9, 100);
    open({"a", "b"});
    panel()->show_difference();
    ASSERT_TRUE(settle());
    viewers::ImageView* view = nullptr;
    for (auto* image : window.findChildren<viewers::ImageView*>())
        if (image->reference()) view = image;
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->compare_mode(), viewers::CompareMode::Difference);
    EXPECT_NE(view->item_name(), view->reference_name());
    ASSERT_TRUE(view->difference().has_value());
    EXPECT_EQ(view->difference()->max, 50);
    // Another item keeps the way of comparing that was chosen.
    view->set_compare_mode(viewers::CompareMode::Wipe);
    write_image("b/0.png", 17, 9, 120);
    window.reload();
    ASSERT_TRUE(settle());
    EXPECT_EQ(view->compare_mode(), viewers::CompareMode::Wipe);
    view->set_compare_mode(viewers::CompareMode::Difference);
    ASSERT_TRUE(settle());
    ASSERT_TRUE(view->difference().has_value());
    EXPECT_EQ(view->difference()->max, 70);
}

TEST_F(Compare, TheWorstPointIsMarkedInBoth) {
    auto points = grid();
    write_cloud("a/0.pcd", points);
    points[123].z = 0.75F;
    write_cloud("b/0.pcd", points);
    open({"a", "b"});
    ASSERT_EQ(panel()->result()->summary.verdict, Verdict::Beyond);
    panel()->show_worst();
    const auto& marks = window.space()->view()->point_marks();
    ASSERT_EQ(marks.size(), 2);
    EXPECT_EQ(marks[0].index, 123U);
    EXPECT_EQ(marks[1].index, 123U);
    EXPECT_NE(marks[0].layer, marks[1].layer);
    EXPECT_FALSE(window.space()->view()->card().empty());
    const auto& target = window.space()->view()->view().target;
    EXPECT_NEAR(target[0], points[123].x, 1e-6);
    EXPECT_NEAR(target[1], points[123].y, 1e-6);
    EXPECT_NEAR(target[2], 0.375, 1e-6);
    panel()->show_difference();
    ASSERT_TRUE(settle());
    bool pane = false;
    for (auto* cloud : window.findChildren<viewers::CloudWorkspace*>())
        pane |= cloud != window.space() &&
                cloud->view()->scene().clouds.at(0).cloud->field("difference") != nullptr;
    EXPECT_TRUE(pane);
    // Closed it is gone, until it is asked for again.
    ASSERT_EQ(window.panes()->panes().size(), 2U);
    Q_EMIT window.panes()->panes().back()->close_wanted();
    EXPECT_EQ(window.panes()->panes().size(), 1U);
    panel()->show_difference();
    EXPECT_EQ(window.panes()->shown().size(), 2U);
}

TEST_F(Compare, FilesThatAreReadAgainAreComparedAnew) {
    auto points = grid();
    write_cloud("a/0.pcd", points);
    write_cloud("b/0.pcd", points);
    open({"a", "b"});
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Equal);
    panel()->check_items();
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->items().items.size(), 1U);
    points[3].z = 1;
    write_cloud("b/0.pcd", points);
    window.reload();
    ASSERT_TRUE(QTest::qWaitFor(
        [this] {
            return window.settled() && panel()->settled() && panel()->result() &&
                   panel()->result()->summary.verdict == Verdict::Beyond;
        },
        20'000));
    EXPECT_TRUE(panel()->items().items.empty()) << "what was found is about other items";
}

TEST_F(Compare, CloudsOfDifferentCountsAreMatched) {
    auto points = grid();
    write_cloud("a/0.pcd", points);
    points.erase(points.begin() + 40, points.begin() + 45);
    points[7].x += 0.05F;
    write_cloud("b/0.pcd", points);
    open({"a", "b"});
    const auto& summary = panel()->result()->summary;
    EXPECT_EQ(summary.missing, 5U);
    EXPECT_EQ(summary.extra, 0U);
    EXPECT_NEAR(summary.figures.max_abs, 0.05, 1e-6);
    EXPECT_FALSE(summary.why.isEmpty()) << "the panel says that they were matched";
}

TEST_F(Compare, AllItemsAreCheckedAndTheWrongOneIsReached) {
    for (int i = 0; i < 12; ++i) {
        auto points = grid();
        write_cloud("a/" + std::to_string(100 + i) + ".pcd", points);
        if (i == 7) points[5].y += 2;
        write_cloud("b/" + std::to_string(100 + i) + ".pcd", points);
    }
    open({"a", "b"});
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Equal);
    panel()->check_items();
    EXPECT_TRUE(panel()->checking());
    ASSERT_TRUE(settle());
    const view::WireReport& report = panel()->items();
    ASSERT_EQ(report.items.size(), 12U);
    EXPECT_EQ(report.count(Verdict::Beyond), 1U);
    EXPECT_EQ(report.items[7].verdict, Verdict::Beyond);
    EXPECT_EQ(report.worst()->item_a, 7U);
    EXPECT_NEAR(report.worst()->figures.max_abs, 2, 1e-6);
    Q_EMIT panel()->item_wanted(7);
    ASSERT_TRUE(settle());
    EXPECT_EQ(window.item(), 7U);
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Beyond);
    ASSERT_TRUE(panel()->export_report(text("report.csv")));
    ASSERT_TRUE(panel()->export_report(text("report.json")));
    std::ifstream csv(path("report.csv"));
    const std::string lines((std::istreambuf_iterator<char>(csv)), {});
    EXPECT_EQ(std::ranges::count(lines, '\n'), 13);
    std::ifstream json(path("report.json"));
    const std::string words((std::istreambuf_iterator<char>(json)), {});
    const engine::Value value = engine::parse_json(words, "report");
    EXPECT_EQ(value.find("wires")->as_array().at(0).find("items")->as_array().size(), 12U);
    EXPECT_FALSE(panel()->export_report(text("no/such/folder.csv")));
    panel()->set_tolerance({.absolute = 5});
    EXPECT_TRUE(panel()->items().items.empty()) << "verdicts of another tolerance are gone";
}

TEST_F(Compare, AnOffsetComparesLaterItems) {
    for (int i = 0; i < 3; ++i) {
        write_cloud("a/" + std::to_string(i) + ".pcd", {{static_cast<float>(i), 0, 0}});
        write_cloud("b/" + std::to_string(i) + ".pcd", {{static_cast<float>(i) - 1, 0, 0}});
    }
    open({"a", "b"});
    EXPECT_NE(panel()->result()->summary.verdict, Verdict::Equal);
    panel()->set_offset(1);
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Equal);
    EXPECT_EQ(panel()->result()->summary.item_b, 1U);
    const auto& clouds = window.space()->view()->scene().clouds;
    ASSERT_EQ(clouds.size(), 2U);
    EXPECT_FLOAT_EQ(clouds[0].cloud->points[0].x, clouds[1].cloud->points[0].x)
        << "the viewer shows what is compared";
    window.show_item(2);
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Incomparable) << "B has no item 3";
    panel()->check_items();
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->items().count(Verdict::Equal), 2U);
    EXPECT_EQ(panel()->items().count(Verdict::Incomparable), 1U);
}

TEST_F(Compare, OneWireIsComparedWithItselfLater) {
    for (int i = 0; i < 3; ++i)
        write_cloud("a/" + std::to_string(i) + ".pcd", {{static_cast<float>(i * i), 0, 0}});
    open({"a"});
    EXPECT_EQ(panel()->result(), nullptr) << "an item is itself";
    // Typed, and no Enter: that is the key of what is done most, showing the worst.
    panel()->findChild<QSpinBox*>()->selectAll();
    QTest::keyClicks(panel()->findChild<QSpinBox*>(), "1");
    ASSERT_TRUE(settle() && panel()->result());
    EXPECT_EQ(panel()->result()->summary.item_b, 1U);
    EXPECT_NEAR(panel()->result()->summary.figures.max_abs, 1, 1e-6);
    for (const auto& layer : window.space()->view()->scene().clouds)
        EXPECT_FLOAT_EQ(layer.cloud->points[0].x, 0) << "the view stays at the timeline's item";
    panel()->check_items();
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->items().count(Verdict::Beyond), 2U);
    panel()->show_worst();
    EXPECT_EQ(window.space()->view()->point_marks().size(), 1U) << "item 1's point is not in sight";
}

/// A line of sketches.ndjson for floats.
std::string sketch_line(const std::string& wire, const std::vector<float>& values) {
    engine::Record record;
    record.arrays.push_back(
        engine::view_of("values", values.data(), {static_cast<std::int64_t>(values.size())}));
    return engine::to_json(engine::Object{
               {"wire", wire},
               {"item", 0},
               {"sketch", engine::to_value(engine::sketch_of(record, "tensor/1"))}}) +
           "\n";
}

TEST_F(Compare, WiresOfTwoRunsSketchesIncluded) {
    std::vector<float> values(1000, 2.0F);
    for (const char* run : {"one", "two"}) {
        const std::string root(run);
        visual::Text note{.text = "same\n"};
        visual::Table table{.columns = {"loss"}, .rows = {{"1"}, {"2"}}};
        if (root == "two") {
            table.rows[1][0] = "2.5";
            values[3] = 2.5F;
        }
        write(root + "/run.json", "{}");
        write(root + "/sketches.ndjson", R"({"outputs": ["a.text", "b.table", "c.tensor"]})"
                                         "\n" +
                                             sketch_line("c.tensor", values));
        write(root + "/visuals/a.text/00000000.safetensors", visual::write_visuals({note}));
        write(root + "/visuals/b.table/00000000.safetensors", visual::write_visuals({table}));
    }
    open({"one", "two"});
    panel()->check_wires();
    ASSERT_TRUE(settle());
    const auto& reports = panel()->wires();
    ASSERT_EQ(reports.size(), 3U);
    EXPECT_EQ(reports[0].worst()->verdict, Verdict::Equal);
    EXPECT_EQ(reports[1].worst()->verdict, Verdict::Beyond);
    EXPECT_DOUBLE_EQ(reports[1].worst()->figures.max_abs, 0.5);
    EXPECT_EQ(reports[2].worst()->how, view::How::Estimate);
    EXPECT_EQ(reports[2].worst()->verdict, Verdict::Beyond);
    EXPECT_NEAR(reports[2].worst()->figures.sqnr_db, 10 * std::log10(4000 / 0.25), 1.0);
    EXPECT_EQ(panel()->listed_wires().at(0), reports[0].a) << "in the graph's order";
    // The table's worst cell comes into sight in both viewers.
    ASSERT_TRUE(panel()->choose(reports[1].a, reports[1].b));
    ASSERT_TRUE(settle());
    panel()->show_worst();
    for (const QString& name : {reports[1].a, reports[1].b}) {
        auto* table = qobject_cast<viewers::TableView*>(window.viewers_of(name).at(0));
        ASSERT_NE(table, nullptr);
        EXPECT_EQ(table->current_row(), 1);
    }
    // A wire of sketches alone can be chosen; its figures are estimates and say so.
    ASSERT_TRUE(panel()->choose(reports[2].a, reports[2].b));
    ASSERT_TRUE(settle());
    EXPECT_TRUE(panel()->verdict().contains("estimated")) << panel()->verdict().toStdString();
}

TEST_F(Compare, RunsOfSketchesAloneOpen) {
    for (const char* run : {"one", "two"}) {
        write(std::string(run) + "/run.json", "{}");
        write(std::string(run) + "/sketches.ndjson", R"({"outputs": ["c.tensor"]})"
                                                     "\n" +
                                                         sketch_line("c.tensor", {1, 2, 3}));
    }
    open({"one", "two"});
    EXPECT_TRUE(window.problems().isEmpty()) << window.problems().join("\n").toStdString();
    ASSERT_NE(panel()->result(), nullptr);
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Equal);
    EXPECT_EQ(panel()->result()->summary.how, view::How::Hashes);
}

TEST_F(Compare, NothingOneWireAndOtherKinds) {
    open({});
    EXPECT_EQ(panel()->result(), nullptr);
    panel()->check_items();
    panel()->check_wires();
    panel()->show_worst();
    panel()->step_worst(1);
    panel()->show_difference();
    EXPECT_TRUE(panel()->settled());
    write_cloud("a/0.pcd", grid());
    write_image("b/0.png", 0, 0, 1);
    window.open({text("a")});
    ASSERT_TRUE(settle());
    EXPECT_EQ(panel()->result(), nullptr) << "one wire alone";
    window.open({text("b")});
    ASSERT_TRUE(settle());
    ASSERT_NE(panel()->result(), nullptr);
    EXPECT_EQ(panel()->result()->summary.verdict, Verdict::Incomparable);
    EXPECT_FALSE(panel()->result()->summary.why.isEmpty());
}

TEST_F(Compare, TextsGoToTheirLine) {
    write("a/0.log", "one\ntwo\nthree\n");
    write("b/0.log", "one\ntwo\nthrew\n");
    open({"a", "b"});
    ASSERT_EQ(panel()->result()->summary.verdict, Verdict::Beyond);
    QTest::keyClick(panel(), Qt::Key_Return);
    panel()->show_worst();
    for (auto* viewer : window.findChildren<viewers::TextView*>())
        EXPECT_EQ(viewer->current_line(), 2);
    panel()->show_difference();
    ASSERT_TRUE(settle());
    bool shown = false;
    for (auto* viewer : window.findChildren<viewers::TextView*>())
        shown |= viewer->text().contains("+ threw");
    EXPECT_TRUE(shown);
}

}  // namespace
}  // namespace millrace::tests
