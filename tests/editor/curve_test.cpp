// A curve in the inspector: by mouse, by keys, from the document and back.
#include <gtest/gtest.h>

#include "editor/inspector/curve_field.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/inspector/param_row.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

using Points = std::vector<std::array<double, 2>>;

class CurveTest : public EditorTest {
protected:
    void SetUp() override {
        make();
        wait_for_catalogue();
        engine::Graph graph;
        add_node(graph, "image.tone_curve", 1, {0, 0});
        window->document().start(graph, {});
        window->scene()->select_nodes({"tone_curve"});
        ASSERT_TRUE(wait([&] { return window->inspector()->row("curve") != nullptr; }));
        ASSERT_NE(field(), nullptr);
    }
    engine::Value stored() const {
        const auto& params = window->document().graph().nodes.at("tone_curve").params;
        const auto found = params.find("curve");
        return found == params.end() ? engine::Value() : found->second;
    }
    static engine::Value json(const Points& points) {
        return to_value(engine::Curve{.points = points});
    }
    void drag(const std::array<double, 2>& from, const std::array<double, 2>& to) {
        const QPoint start = field()->place_of(from).toPoint(),
                     end = field()->place_of(to).toPoint();
        QTest::mousePress(field(), Qt::LeftButton, {}, start);
        for (int i = 1; i <= 4; ++i) QTest::mouseMove(field(), start + (end - start) * i / 4);
        QTest::mouseRelease(field(), Qt::LeftButton, {}, end);
    }

    /// Asked for each time: forms are made anew when the worker's own table comes.
    CurveField* field() const {
        ParamRow* row = window->inspector()->row("curve");
        return row ? dynamic_cast<CurveField*>(row->field()) : nullptr;
    }
};

TEST_F(CurveTest, APointIsAddedDraggedAndRemovedWithTheMouse) {
    EXPECT_EQ(field()->curve().points, (Points{{0, 0}, {1, 1}}));
    QTest::mouseDClick(field(), Qt::LeftButton, {}, field()->place_of({0.5, 0.8}).toPoint());
    ASSERT_EQ(field()->curve().points.size(), 3U);
    EXPECT_NEAR(field()->curve().points[1][0], 0.5, 0.01);
    EXPECT_NEAR(field()->curve().points[1][1], 0.8, 0.01);
    EXPECT_EQ(stored(), json(field()->curve().points));
    const auto before = field()->curve().points[1];
    drag(before, {0.25, 0.4});
    EXPECT_NEAR(field()->curve().points[1][0], 0.25, 0.01);
    EXPECT_NEAR(field()->curve().points[1][1], 0.4, 0.01);
    EXPECT_EQ(stored(), json(field()->curve().points));
    QTest::qWait(50);
    picture(window.get(), "curve");
    window->action("undo")->trigger();
    EXPECT_EQ(field()->curve().points[1], before) << "a drag is one step";
    QTest::mouseClick(field(), Qt::RightButton, {}, field()->place_of(before).toPoint());
    EXPECT_EQ(field()->curve().points.size(), 2U);
}

TEST_F(CurveTest, APointStaysBetweenItsNeighboursAndInTheRange) {
    QTest::mouseDClick(field(), Qt::LeftButton, {}, field()->place_of({0.5, 0.5}).toPoint());
    drag(field()->curve().points[1], {3, 4});
    EXPECT_NEAR(field()->curve().points[1][0], 0.999, 1e-9);
    EXPECT_EQ(field()->curve().points[1][1], 1);
    EXPECT_EQ(field()->curve().points.size(), 3U);
}

TEST_F(CurveTest, EveryPartHasAKey) {
    field()->setFocus();
    QTest::keyClick(field(), Qt::Key_Insert);
    EXPECT_EQ(field()->curve().points, (Points{{0, 0}, {0.5, 0.5}, {1, 1}}));
    EXPECT_EQ(field()->chosen(), 1U);
    QTest::keyClick(field(), Qt::Key_Up);
    QTest::keyClick(field(), Qt::Key_Left, Qt::ShiftModifier);
    EXPECT_NEAR(field()->curve().points[1][0], 0.49, 1e-9);
    EXPECT_NEAR(field()->curve().points[1][1], 0.51, 1e-9);
    QTest::keyClick(field(), Qt::Key_Right);
    EXPECT_EQ(field()->chosen(), 2U);
    QTest::keyClick(field(), Qt::Key_Down);
    EXPECT_NEAR(field()->curve().points[2][1], 0.99, 1e-9);
    QTest::keyClick(field(), Qt::Key_Left);
    QTest::keyClick(field(), Qt::Key_Delete);
    EXPECT_EQ(field()->curve().points.size(), 2U);
    EXPECT_EQ(stored(), json(field()->curve().points));
    for (int i = 0; i < 3; ++i) QTest::keyClick(field(), Qt::Key_Delete);
    EXPECT_EQ(field()->curve().points.size(), 1U) << "the last one stays";
}

TEST_F(CurveTest, TheDocumentIsShownAndTheDefaultRestored) {
    window->document().edit("Curve", [&](engine::Graph& graph) {
        graph.nodes.at("tone_curve").params["curve"] = json({{0, 0.2}, {0.3, 0.9}});
    });
    EXPECT_EQ(field()->curve().points, (Points{{0, 0.2}, {0.3, 0.9}}));
    ParamRow* row = window->inspector()->row("curve");
    EXPECT_FALSE(row->is_default());
    window->document().edit("No curve", [&](engine::Graph& graph) {
        graph.nodes.at("tone_curve").params["curve"] = "steep";
    });
    EXPECT_EQ(field()->curve().points.size(), 2U) << "nonsense in a file is a problem, no crash";
    row->findChild<QToolButton*>()->click();
    EXPECT_EQ(field()->curve().points, (Points{{0, 0}, {1, 1}}));
    EXPECT_TRUE(row->is_default());
}

}  // namespace
}  // namespace millrace::editor
