// millrace-view and numbers: a run's metrics, several runs in one plot, tables of CSV files.
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/problem.hpp"
#include "engine/visual/codec.hpp"
#include "viewers/plot/plot_view.hpp"
#include "viewers/table/table_view.hpp"
#include "viewers/view/csv.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {
namespace {

using view::Window;
using viewers::PlotView;

class ViewPlots : public ::testing::Test {
protected:
    ViewPlots() { QStandardPaths::setTestModeEnabled(true); }
    std::string path(const std::string& name) const {
        return (folder.path() + "/").toStdString() + name;
    }
    void write(const std::string& name, const std::string& bytes) const {
        const std::filesystem::path file = path(name);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
    }
    void open(Window& window, const std::vector<std::string>& names) const {
        QStringList list;
        for (const std::string& name : names) list << QString::fromStdString(path(name));
        window.open(list);
        window.show();
        ASSERT_TRUE(QTest::qWaitFor([&] { return window.settled(); }, 20'000));
    }
    static std::vector<PlotView*> plots(const Window& window, const QString& stream) {
        std::vector<PlotView*> found;
        for (viewers::Viewer* viewer : window.viewers_of(stream))
            found.push_back(qobject_cast<PlotView*>(viewer));
        return found;
    }
    QTemporaryDir folder;
};

TEST_F(ViewPlots, MetricsOfTwoRunsShareAPlotEach) {
    write("one/run.json", "{}");
    write(
        "one/metrics.csv",
        "item,node,name,value\n0,eval,loss,3\n0,train,loss,4\n1,train,loss,2\n1,train,rate,0.1\n");
    write("two/run.json", "{}");
    write("two/metrics.csv", "item,node,name,value\n0,train,loss,8\n1,train,loss,nan\n");
    Window window;
    open(window, {"one", "two"});
    EXPECT_TRUE(window.problems().isEmpty()) << window.problems().join("\n").toStdString();
    EXPECT_TRUE(window.items().empty()) << "metrics are of the whole run";
    const auto found = plots(window, "metrics"), other = plots(window, "two · metrics");
    ASSERT_EQ(found.size(), 2U) << "loss and rate of one";
    ASSERT_EQ(other.size(), 1U) << "loss of two";
    EXPECT_EQ(found[0], other[0]) << "the same plot";
    const auto& lines = found[0]->scene().lines();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(found[0]->scene().title(), "loss");
    EXPECT_EQ(found[0]->scene().x_label(), "item");
    EXPECT_EQ(lines[0].run, "one");
    EXPECT_EQ(lines[0].name, "eval");
    EXPECT_EQ(lines[1].curve->y(1), 2);
    EXPECT_EQ(lines[2].run, "two");
    EXPECT_TRUE(std::isnan(lines[2].curve->y(1)));
    EXPECT_EQ(found[1]->scene().title(), "rate");
    auto* tree = window.findChild<QTreeWidget*>();
    ASSERT_EQ(tree->topLevelItemCount(), 2);
    EXPECT_EQ(tree->topLevelItem(1)->text(0), "two");
    tree->topLevelItem(0)->child(0)->setCheckState(0, Qt::Unchecked);
    EXPECT_EQ(found[0]->scene().runs(), QStringList{"two"});
    EXPECT_FALSE(found[1]->isVisible()) << "rate was one's alone";
    tree->topLevelItem(0)->child(0)->setCheckState(0, Qt::Checked);
    EXPECT_EQ(found[0]->scene().runs(), (QStringList{"two", "one"}));
    EXPECT_TRUE(found[1]->isVisible());
}

TEST_F(ViewPlots, FoldersOfOneNameAreToldApart) {
    for (const char* name : {"a/run", "b/run"}) {
        write(std::string(name) + "/run.json", "{}");
        write(std::string(name) + "/metrics.csv", "item,node,name,value\n0,n,loss,3\n");
    }
    Window window;
    open(window, {"a/run", "b/run"});
    EXPECT_EQ(plots(window, "metrics").at(0)->scene().runs(), (QStringList{"run", "run (2)"}));
}

TEST_F(ViewPlots, PlotAndTimelineFollowEachOther) {
    write("run/run.json", "{}");
    write("run/sketches.ndjson", R"({"outputs": ["a.text"]})"
                                 "\n");
    std::string metrics = "item,node,name,value\n";
    for (int item = 0; item < 4; ++item) {
        write("run/visuals/a.text/0000000" + std::to_string(item) + ".safetensors",
              visual::write_visuals({visual::Text{.text = std::to_string(item)}}));
        metrics += std::to_string(item) + ",n,loss," + std::to_string(item * item) + "\n";
    }
    write("run/metrics.csv", metrics);
    Window window;
    open(window, {"run"});
    EXPECT_EQ(window.items().size(), 4U);
    PlotView* plot = plots(window, "metrics").at(0);
    EXPECT_EQ(plot->canvas()->mark(), std::optional<double>(0));
    window.show_item(2);
    EXPECT_EQ(plot->canvas()->mark(), std::optional<double>(2));
    plot->canvas()->set_first(2);
    plot->canvas()->step_cursor(1, false);
    EXPECT_EQ(window.item(), 3U) << "a cursor that is set takes the timeline with it";
}

TEST_F(ViewPlots, ARunThatWasEndedShowsWhatItWrote) {
    write("run/run.json", "{}");
    write("run/checkpoints/metrics.rows", "1,n,loss,5\n0,n,loss,4\n2,n,lo");
    Window window;
    open(window, {"run"});
    EXPECT_TRUE(window.problems().isEmpty()) << window.problems().join("\n").toStdString();
    PlotView* plot = plots(window, "metrics").at(0);
    ASSERT_EQ(plot->scene().lines().size(), 1U);
    EXPECT_EQ(plot->scene().lines()[0].curve->size(), 2U) << "the last row is not whole";
    EXPECT_EQ(plot->scene().lines()[0].curve->y(0), 4);
}

TEST_F(ViewPlots, NothingToLookAtAndBadRowsAreTold) {
    write("empty/run.json", "{}");
    write("bad/run.json", "{}");
    write("bad/metrics.csv", "item,node,name,value\n0,n,loss,5\n0,n,loss,five\n");
    Window window;
    open(window, {"empty", "bad"});
    const QString all = window.problems().join("\n");
    EXPECT_TRUE(all.contains("E-VIEW-012")) << all.toStdString();
    EXPECT_TRUE(all.contains("E-VIEW-013") && all.contains("row 3")) << all.toStdString();
}

TEST_F(ViewPlots, CsvFilesArePointsMetricsOrTables) {
    write("points.csv", "1,2,3\n4,5,6\n");
    write("named.csv", "X,Y,Z,intensity\n1,2,3,0.5\n");
    write("metrics.csv", "item,node,name,value\r\n0,n,loss,3\r\n");
    write("table.csv", "step,loss,note\r\n1,0.5,\"a \"\"b\"\", c\"\r\n2,0.25,\r\n");
    const auto load = [&](const char* name) { return view::load_file(path(name)).at(0); };
    EXPECT_EQ(std::get<visual::Cloud>(*load("points.csv")).points.size(), 2U);
    EXPECT_EQ(std::get<visual::Cloud>(*load("named.csv")).points.size(), 1U);
    EXPECT_EQ(std::get<visual::Series>(*load("metrics.csv")).title, "loss");
    const auto table = std::get<visual::Table>(*load("table.csv"));
    EXPECT_EQ(table.columns, (std::vector<std::string>{"step", "loss", "note"}));
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_EQ(table.rows[0][2], "a \"b\", c");
    EXPECT_EQ(table.rows[1][2], "");
    EXPECT_EQ(table.full_rows, 2U);
}

TEST_F(ViewPlots, TxtFilesArePointsOrTexts) {
    write("points.txt", "# x y z\n1 2 3\n4 5 6\n");
    write("words.txt", "When it rains\r\ncaf\xc3\xa9 \xff\n");
    const auto load = [&](const char* name) { return view::load_file(path(name)).at(0); };
    EXPECT_EQ(std::get<visual::Cloud>(*load("points.txt")).points.size(), 2U);
    EXPECT_EQ(std::get<visual::Text>(*load("words.txt")).text,
              "When it rains\r\ncaf\xc3\xa9 \xef\xbf\xbd\n");
}

TEST_F(ViewPlots, CsvRowsOfEveryShape) {
    const auto rows_of = [](std::string_view text) {
        std::vector<std::vector<std::string>> rows;
        view::read_csv(text, [&](std::vector<std::string>& cells) {
            rows.push_back(cells);
            return rows.size() < 5;
        });
        return rows;
    };
    using Rows = std::vector<std::vector<std::string>>;
    EXPECT_EQ(rows_of(""), Rows());
    EXPECT_EQ(rows_of("a,b"), (Rows{{"a", "b"}}));
    EXPECT_EQ(rows_of("a,b,c\n1\n\n2,3\n"), (Rows{{"a", "b", "c"}, {"1"}, {"2", "3"}}));
    EXPECT_EQ(rows_of("\"x\ny\",\"\"\"\"\n,\n"), (Rows{{"x\ny", "\""}, {"", ""}}));
    EXPECT_EQ(rows_of("\"open,1\n2"), (Rows{{"open,1\n2"}}));
    EXPECT_EQ(rows_of("1\n2\n3\n4\n5\n6\n7\n").size(), 5U) << "until it is told to stop";
}

TEST_F(ViewPlots, ATablesColumnsArePlotted) {
    viewers::TableView table;
    ASSERT_TRUE(table.show_visual(std::make_shared<const visual::Visual>(
        visual::Table{.columns = {"step", "name", "loss"},
                      .rows = {{"10", "a", "0.5"}, {"20", "b", ""}, {"30", "c", "0.25"}},
                      .full_rows = 3})));
    const visual::Series series = table.plotted();
    EXPECT_EQ(series.x_label, "step");
    ASSERT_EQ(series.lines.size(), 1U);
    EXPECT_EQ(series.lines[0].name, "loss");
    EXPECT_EQ(series.lines[0].x, (std::vector<double>{10, 20, 30}));
    EXPECT_TRUE(std::isnan(series.lines[0].y[1]));
    table.sort(2, Qt::AscendingOrder);
    EXPECT_EQ(table.plotted().x_label, "row") << "steps fall now";
    EXPECT_EQ(table.plotted().lines.size(), 2U);
    PlotView* plot = table.plot();
    ASSERT_NE(plot, nullptr);
    EXPECT_EQ(plot->scene().lines().size(), 2U);
    ASSERT_TRUE(table.show_visual(std::make_shared<const visual::Visual>(
        visual::Table{.columns = {"name"}, .rows = {{"a"}}, .full_rows = 1})));
    EXPECT_EQ(table.plot(), nullptr);
    EXPECT_FALSE(table.status().isEmpty());
}

}  // namespace
}  // namespace millrace::tests
