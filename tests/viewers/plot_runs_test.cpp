// Several runs in one plot, how lines are told apart, and what leaves a plot.
#include <QAction>
#include <QFile>
#include <set>

#include "tests/viewers/plot_support.hpp"
#include "viewers/registry.hpp"

namespace millrace::tests {
namespace {

using viewers::PlotLook;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST_F(Plot, SeveralRunsShareOnePlot) {
    ASSERT_TRUE(view.set_series("one", shared(series_of({line_of("", {0, 1}, {1, 2})}))));
    ASSERT_TRUE(view.set_series("two", shared(series_of({line_of("", {0, 5}, {9, 8})}))));
    ASSERT_EQ(view.scene().lines().size(), 2U);
    EXPECT_NE(view.scene().lines()[0].color, view.scene().lines()[1].color);
    EXPECT_EQ(view.table()->topLevelItem(1)->text(0), "two");
    EXPECT_GT(view.scene().x().high, 5);
    const QImage image = view.canvas()->grab().toImage();
    EXPECT_GT(pixels_of(image, color(0)), 20);
    EXPECT_GT(pixels_of(image, color(1)), 20);
    EXPECT_EQ(view.csv().toStdString(), "item,one,two\r\n0,1,9\r\n1,2,\r\n5,,8\r\n");
    view.set_line_visible(1, false);
    ASSERT_TRUE(view.set_series("two", shared(series_of({line_of("", {0, 7}, {9, 8})}))));
    EXPECT_FALSE(view.scene().lines()[1].visible);
    // Several lines each: groups, a colour a line, a dash a run.
    const auto pair = [] {
        return shared(series_of({line_of("a", {0, 1}, {1, 2}), line_of("b", {0, 1}, {3, 4})}));
    };
    ASSERT_TRUE(view.set_series("one", pair()));
    ASSERT_TRUE(view.set_series("two", pair()));
    ASSERT_EQ(view.table()->topLevelItemCount(), 2);
    EXPECT_EQ(view.table()->topLevelItem(1)->text(0), "two");
    EXPECT_EQ(view.table()->topLevelItem(1)->child(1)->text(0), "b");
    const auto& lines = view.scene().lines();
    ASSERT_EQ(lines.size(), 4U);
    std::set<int> colors;
    for (const auto& line : lines) colors.insert(line.color);
    EXPECT_EQ(colors.size(), 4U);
    EXPECT_EQ(lines[0].dash, lines[1].dash);
    EXPECT_NE(lines[0].dash, lines[2].dash);
    view.remove_series("one");
    EXPECT_EQ(view.scene().runs(), QStringList{"two"});
    EXPECT_EQ(view.table()->topLevelItem(0)->text(0), "a");
}

TEST_F(Plot, ManyLinesDifferInColourOrDash) {
    std::vector<visual::Series::Line> many;
    for (int i = 0; i < 40; ++i) many.push_back(line_of(std::to_string(i), {0, 1}, {0, 1.0 * i}));
    ASSERT_TRUE(view.show_visual(shared(series_of(many))));
    std::set<std::pair<int, int>> looks;
    for (const auto& line : view.scene().lines()) looks.insert({line.color, line.dash});
    EXPECT_EQ(looks.size(), 40U);
    for (const auto theme : {viewers::Theme::Dark, viewers::Theme::Light}) {
        viewers::apply_theme(*qApp, theme);
        const PlotLook look = PlotLook::from(qApp->palette(), view.font());
        const auto light = [](const QColor& c) {
            const auto one = [](float v) {
                return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
            };
            return 0.2126F * one(c.redF()) + 0.7152F * one(c.greenF()) + 0.0722F * one(c.blueF());
        };
        for (int i = 0; i < viewers::kPlotColors; ++i) {
            const float a = light(look.color(i)) + 0.05F, b = light(look.base) + 0.05F;
            EXPECT_GE(std::max(a, b) / std::min(a, b), 3) << i;
        }
    }
}

TEST_F(Plot, Exports) {
    ASSERT_TRUE(view.show_visual(shared(series_of(
        {line_of("a,b", {0, 1, 1, 2}, {0.1, 2, 3, kNan}), line_of("c", {1}, {1e-300})}))));
    EXPECT_EQ(view.csv().toStdString(),
              "item,\"a,b\",c\r\n0,0.1,\r\n1,2,1e-300\r\n1,3,\r\n2,nan,\r\n");
    view.set_line_visible(1, false);
    view.set_x_range(0.5, 1.5);
    EXPECT_EQ(view.copied().toStdString(), "item\ta,b\n1\t2\n1\t3\n");
    const QString csv = folder.filePath("plot.csv"), png = folder.filePath("plot.png"),
                  pdf = folder.filePath("plot.pdf");
    view.write_csv(csv);
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled(); }));
    QFile read(csv);
    ASSERT_TRUE(read.open(QIODevice::ReadOnly));
    EXPECT_EQ(read.readAll(), view.csv());
    view.write_picture(png, {1234, 567}, true);
    const QImage image(png);
    EXPECT_EQ(image.size(), QSize(1234, 567));
    EXPECT_EQ(image.pixelColor(0, 0), QColor(Qt::white));
    EXPECT_GT(pixels_of(image, PlotLook::light(view.font()).color(0)), 20);
    view.write_picture(pdf, {600, 400}, false);
    QFile document(pdf);
    ASSERT_TRUE(document.open(QIODevice::ReadOnly));
    EXPECT_TRUE(document.read(5) == "%PDF-");
    EXPECT_GT(document.size(), 1000);
    view.write_picture(folder.filePath("none/plot.pdf"), {600, 400}, false);
    EXPECT_TRUE(view.status().contains("none/plot.pdf")) << view.status().toStdString();
}

TEST_F(Plot, IsFoundAndEveryActionHasAKey) {
    viewers::Registry registry;
    viewers::add_viewers(registry);
    QWidget window;
    for (const auto& item : {shared(visual::Series{}), shared(visual::Histogram{})}) {
        ASSERT_FALSE(registry.viewers_of(*item).empty());
        auto* viewer = registry.viewers_of(*item).front().make(&window);
        EXPECT_TRUE(viewer->show_visual(item));
        ASSERT_FALSE(viewer->actions().isEmpty());
        std::set<QString> keys;
        for (const QAction* action : viewer->actions()) {
            EXPECT_FALSE(action->shortcut().isEmpty()) << action->text().toStdString();
            EXPECT_TRUE(keys.insert(action->shortcut().toString()).second)
                << action->text().toStdString();
        }
    }
}

}  // namespace
}  // namespace millrace::tests
