#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGuiApplication>
#include <QMenu>
#include <QSlider>
#include <QTableWidget>
#include <QTreeWidget>

#include <gtest/gtest.h>

#include "image_support.hpp"
#include "viewers/cloud/range_histogram.hpp"
#include "viewers/image/histogram_section.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/image/layer_section.hpp"
#include "viewers/image/region_section.hpp"

namespace millrace::tests {
namespace {

using viewers::ImageView;
using viewers::ImageWorkspace;
using viewers::LayerKind;

template <class Condition>
bool wait_for(Condition condition) {
    return QTest::qWaitFor(condition, 30'000);
}

visual::Raster ramp() {
    std::vector<float> values;
    for (int i = 0; i < 400; ++i) values.push_back(static_cast<float>(i) / 100);
    return floats_raster(20, 20, 1, values);
}

TEST(ImageWorkspace, HistogramHandlesDriveTheTone) {
    ImageWorkspace workspace;
    workspace.resize(1000, 700);
    workspace.show();
    ASSERT_TRUE(workspace.show_visual(shown(ramp())));
    auto* section = workspace.panel()->histogram();
    ASSERT_TRUE(wait_for([&] { return section->statistics().has_value(); }));
    EXPECT_EQ(section->statistics()->channels[0].count, 400U);
    auto* histogram = section->histogram();
    EXPECT_NEAR(histogram->ends().second, 3.99, 1e-6);
    const double y = histogram->height() / 3.0;
    drag(*histogram, {histogram->place_of(3.99), y}, {histogram->place_of(2), y});
    EXPECT_NEAR(workspace.view()->tone().high, 2, 0.05);
    EXPECT_EQ(workspace.view()->tone().low, 0);
}

TEST(ImageWorkspace, RegionTellsItsNumbers) {
    ImageWorkspace workspace;
    workspace.resize(1000, 700);
    workspace.show();
    ASSERT_TRUE(workspace.show_visual(shown(ramp())));
    ImageView* view = workspace.view();
    const auto inside = [&](double x, double y) { return view->widget_from_image({x, y}); };
    drag(*view, inside(2.5, 1.5), inside(4.5, 3.5), Qt::ShiftModifier);
    EXPECT_EQ(view->region(), QRect(2, 1, 3, 3));
    auto* section = workspace.panel()->region();
    ASSERT_TRUE(wait_for([&] { return section->settled() && section->statistics(); }));
    const auto& found = section->statistics()->channels.at(0);
    EXPECT_EQ(found.count, 9U);
    EXPECT_NEAR(found.min, 0.22, 1e-6);
    EXPECT_NEAR(found.mean, 0.43, 1e-6);
    EXPECT_EQ(section->table()->item(2, 0)->text(), "0.64");
    section->copy();
    EXPECT_TRUE(QGuiApplication::clipboard()->text().contains("\t9\t"));
    // The same by R and a drag without Shift, which doesn't move the image.
    trigger(*view, Qt::Key_R);
    const QPointF before = view->image_from_widget({0, 0});
    drag(*view, inside(0.5, 0.5), inside(1.5, 0.5));
    EXPECT_EQ(view->region(), QRect(0, 0, 2, 1));
    EXPECT_EQ(view->image_from_widget({0, 0}), before);
    trigger(*view, QKeySequence(Qt::SHIFT | Qt::Key_R));
    EXPECT_FALSE(view->region());
    drag(*view, inside(-50, -50), inside(50, 50), Qt::ShiftModifier);
    EXPECT_EQ(view->region(), QRect(0, 0, 20, 20)) << "cut to the image";
}

TEST(ImageWorkspace, LayersAreListedAndShaped) {
    ImageWorkspace workspace;
    workspace.resize(1000, 700);
    workspace.show();
    workspace.show_visual(shown(plain(20, 20, {0, 0, 0})));
    ImageView* view = workspace.view();
    view->set_layer("attention", shared_raster(ramp()), LayerKind::Heat);
    auto* section = workspace.panel()->layers();
    ASSERT_TRUE(wait_for([&] { return section->tree()->topLevelItemCount() == 1; }));
    EXPECT_EQ(section->tree()->topLevelItem(0)->text(0), "attention");
    section->opacity()->setValue(30);
    EXPECT_NEAR(view->layers().at(0).opacity, 0.3, 1e-9);
    section->tree()->topLevelItem(0)->setCheckState(0, Qt::Unchecked);
    EXPECT_FALSE(view->layers().at(0).visible);
}

TEST(ImageWorkspace, TheMenuOffersWhatCanLieOverTheImage) {
    ImageWorkspace workspace;
    workspace.show_visual(shown(plain(20, 20, {0, 0, 0})));
    workspace.view()->offer_layers({{"depth", shared_raster(ramp())}});
    const auto find = [&]() -> QAction* {
        Q_EMIT workspace.layer_menu()->aboutToShow();
        for (QAction* action : workspace.layer_menu()->actions())
            if (action->text().contains("depth")) return action;
        return nullptr;
    };
    ASSERT_NE(find(), nullptr);
    find()->trigger();
    ASSERT_EQ(workspace.view()->layers().size(), 1U);
    EXPECT_EQ(workspace.view()->layers()[0].kind, LayerKind::Heat);
    EXPECT_TRUE(find()->isChecked());
    find()->trigger();
    EXPECT_TRUE(workspace.view()->layers().empty());
}

TEST(ImageWorkspace, ThePanelGivesWayInANarrowPane) {
    ImageWorkspace workspace;
    workspace.resize(1000, 500);
    workspace.show();
    EXPECT_TRUE(workspace.panel()->isVisible());
    workspace.resize(400, 500);
    EXPECT_TRUE(wait_for([&] { return !workspace.panel()->isVisible(); }));
    workspace.resize(1000, 500);
    EXPECT_TRUE(wait_for([&] { return workspace.panel()->isVisible(); }));
    trigger(workspace, Qt::Key_N);
    EXPECT_FALSE(workspace.panel()->isVisible());
}

TEST(ImageWorkspace, BoxesOfTheBarFollowTheView) {
    ImageWorkspace workspace;
    workspace.show_visual(shown(plain(4, 4, {1, 2, 3})));
    const auto boxes = workspace.findChildren<QComboBox*>();
    QComboBox *channel = nullptr, *map = nullptr;
    for (QComboBox* box : boxes) {
        if (box->accessibleName() == "Channel") channel = box;
        if (box->accessibleName() == "Colour map") map = box;
    }
    ASSERT_NE(channel, nullptr);
    ASSERT_NE(map, nullptr);
    EXPECT_EQ(channel->currentText(), "RGB");
    EXPECT_FALSE(map->isEnabled());
    trigger(*workspace.view(), Qt::Key_C);
    EXPECT_EQ(channel->currentText(), "R");
    EXPECT_TRUE(map->isEnabled());
    trigger(*workspace.view(), Qt::Key_M);
    EXPECT_EQ(map->currentText(), "Turbo");
}

TEST(ImageWorkspace, HasTheViewInside) {
    ImageWorkspace workspace;
    ImageView alone;
    EXPECT_EQ(viewers::image_view_of(&workspace), workspace.view());
    EXPECT_EQ(viewers::image_view_of(&alone), &alone);
    EXPECT_EQ(viewers::image_view_of(nullptr), nullptr);
}

TEST(ImageView, RevealsAPixelLargeAndInTheMiddle) {
    ImageView view;
    view.resize(200, 200);
    view.show_visual(shown(plain(1000, 1000, {0, 0, 0})));
    view.reveal({.kind = viewers::Selection::Kind::Pixel, .frame = {}, .x = 700.3, .y = 20.9});
    EXPECT_GE(view.zoom(), 8);
    EXPECT_EQ(view.image_from_widget({100, 100}), QPointF(700.5, 20.5));
    const QColor mark = view.screenshot().pixelColor(100 - 6, 100);
    EXPECT_GT(mark.blue(), 100) << "the mark's frame";
    view.zoom_to(20, {100, 100});
    view.reveal({.kind = viewers::Selection::Kind::Pixel, .frame = {}, .x = 5, .y = 5});
    EXPECT_EQ(view.zoom(), 20) << "larger stays larger";
    view.reveal({.kind = viewers::Selection::Kind::Pixel, .frame = {}, .x = NAN, .y = 5});
    view.screenshot();
}

}  // namespace
}  // namespace millrace::tests
