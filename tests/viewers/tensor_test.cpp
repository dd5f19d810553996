// Slices of tensors: what is told of them, where NaN stand, and slices that contradict themselves.
#include <QSignalSpy>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "viewers/image/image_view.hpp"
#include "viewers/registry.hpp"
#include "viewers/tensor/tensor_view.hpp"

namespace millrace::tests {
namespace {

using viewers::TensorView;

visual::TensorSlice slice() {
    return {.dtype = "F32",
            .full_shape = {4, 2, 3},
            .index = {1},
            .rows = 2,
            .columns = 3,
            .values = {1, 2, NAN, 4, std::numeric_limits<double>::infinity(), 6},
            .min = 1,
            .max = 6,
            .mean = 3.25};
}

viewers::Viewer::Shared shared(visual::TensorSlice value) {
    return std::make_shared<const visual::Visual>(std::move(value));
}

TEST(TensorView, TellsWhatItShows) {
    TensorView view;
    ASSERT_TRUE(view.show_visual(shared(slice())));
    for (const char* part :
         {"F32", "4 × 2 × 3", "[1]", "min 1", "max 6", "mean 3.25", "2 NaN or infinite"})
        EXPECT_TRUE(view.facts().contains(part)) << part << ": " << view.facts().toStdString();
}

TEST(TensorView, FindsEveryBadValueInTurn) {
    TensorView view;
    ASSERT_TRUE(view.show_visual(shared(slice())));
    QSignalSpy spy(&view, &viewers::Viewer::selected);
    for (const qint64 index : {2, 4, 2}) {
        ASSERT_TRUE(view.next_bad());
        EXPECT_EQ(spy.back().at(0).value<viewers::Selection>().index, index);
    }
    EXPECT_TRUE(view.status().contains("row 0, column 2")) << view.status().toStdString();
    visual::TensorSlice good = slice();
    good.values = {1, 2, 3, 4, 5, 6};
    ASSERT_TRUE(view.show_visual(shared(good)));
    EXPECT_FALSE(view.next_bad());
}

TEST(TensorView, EmptyAndContradictingSlices) {
    TensorView view;
    EXPECT_FALSE(view.next_bad());
    EXPECT_TRUE(view.show_visual(shared(
        {.dtype = "U8", .full_shape = {0}, .index = {}, .rows = 0, .columns = 0, .values = {}})));
    EXPECT_FALSE(view.next_bad());
    visual::TensorSlice wrong = slice();
    wrong.rows = 1000;
    EXPECT_FALSE(view.show_visual(shared(wrong)));
    EXPECT_FALSE(view.status().isEmpty());
    wrong.rows = -2;
    EXPECT_FALSE(view.show_visual(shared(wrong)));
    viewers::Registry registry;
    viewers::add_viewers(registry);
    EXPECT_FALSE(registry.viewers_of(slice()).empty());
}

}  // namespace
}  // namespace millrace::tests
