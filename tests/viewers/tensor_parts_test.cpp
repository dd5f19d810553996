// What the tensor viewer is made of: layouts, typed places, passes over numbers, exported bytes.
#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "tests/viewers/tensor_support.hpp"
#include "viewers/tensor/analysis.hpp"
#include "viewers/tensor/export.hpp"
#include "viewers/tensor/tensor_tone.hpp"

namespace millrace::tests {
namespace {

using viewers::Cell;
using viewers::Index;
using viewers::TensorLayout;
using viewers::TensorPlanes;
using Role = TensorLayout::Role;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
const std::stop_token kNobody;

TEST(TensorLayout, DefaultsByRank) {
    const auto roles = [](const Index& shape) { return viewers::default_layout(shape).roles; };
    using Roles = std::vector<Role>;
    EXPECT_EQ(roles({}), Roles());
    EXPECT_EQ(roles({7}), Roles{Role::Columns});
    EXPECT_EQ(roles({2, 3}), (Roles{Role::Rows, Role::Columns}));
    EXPECT_EQ(roles({5, 2, 3}), (Roles{Role::Grid, Role::Rows, Role::Columns}));
    EXPECT_EQ(roles({1, 2, 3}), (Roles{Role::Fixed, Role::Rows, Role::Columns}));
    EXPECT_EQ(roles({1025, 2, 3}), (Roles{Role::Fixed, Role::Rows, Role::Columns}));
    EXPECT_EQ(roles({32, 48, 3}), (Roles{Role::Rows, Role::Columns, Role::Grid}));
    EXPECT_EQ(roles({8, 64, 48, 64}), (Roles{Role::Fixed, Role::Grid, Role::Rows, Role::Columns}));
    EXPECT_EQ(roles({2, 2, 2, 2, 2, 2}), (Roles{Role::Fixed, Role::Fixed, Role::Fixed, Role::Grid,
                                                Role::Rows, Role::Columns}));
}

TEST(TensorLayout, ARoleIsTakenFromTheAxisThatHadIt) {
    TensorLayout layout = viewers::default_layout({4, 5, 6, 7});
    layout.assign(0, Role::Columns);
    EXPECT_EQ(layout.roles, (std::vector{Role::Columns, Role::Grid, Role::Rows, Role::Fixed}));
    layout.assign(1, Role::Fixed);
    EXPECT_EQ(layout.axis_of(Role::Grid), -1);
    layout.flip_rows = true;
    layout.transpose();
    EXPECT_EQ(layout.axis_of(Role::Rows), 0);
    EXPECT_EQ(layout.axis_of(Role::Columns), 2);
    EXPECT_TRUE(layout.flip_columns && !layout.flip_rows);
}

TEST(TensorJump, PlacesAndSlices) {
    const Index shape = {4, 20, 3, 8};
    const TensorLayout layout = viewers::default_layout(shape);
    QString error;
    const auto go = [&](const char* text) {
        error.clear();
        return viewers::parse_jump(text, shape, layout, error);
    };
    const auto slice = go("3,14,:,:");
    ASSERT_TRUE(slice);
    EXPECT_FALSE(slice->element);
    EXPECT_EQ(slice->layout.roles,
              (std::vector{Role::Fixed, Role::Fixed, Role::Rows, Role::Columns}));
    EXPECT_EQ(viewers::slice_text(slice->layout), "[3, 14, :, :]");
    const auto element = go(" [3, 14, 0, -1] ");
    ASSERT_TRUE(element && element->element);
    EXPECT_EQ(*element->element, (Index{3, 14, 0, 7}));
    EXPECT_EQ(element->layout.roles, layout.roles);
    EXPECT_EQ(go("2")->layout.roles, layout.roles);  // the axes of the grid, as before
    EXPECT_EQ(go("2")->layout.fixed[0], 2);
    EXPECT_EQ(go(":, 1, :, 2")->layout.roles,
              (std::vector{Role::Rows, Role::Fixed, Role::Columns, Role::Fixed}));
    EXPECT_EQ(go("")->layout.roles, layout.roles);
    for (const char* bad : {"4,0,0,0", "-5", "0,0,0,0,0", "a", "1.5", "1,,2", "1;2",
                            "::", "99999999999999999999", "0,20"}) {
        EXPECT_FALSE(go(bad)) << bad;
        EXPECT_FALSE(error.isEmpty()) << bad;
    }
    EXPECT_FALSE(viewers::parse_jump("0", {0}, viewers::default_layout({0}), error));
    EXPECT_TRUE(viewers::parse_jump("", {}, viewers::default_layout({}), error)->element);
}

TEST(TensorPlanes, CellsAndIndicesOfRanksZeroToSix) {
    for (const Index& shape : std::vector<Index>{
             {}, {5}, {2, 3}, {4, 2, 3}, {3, 4, 2, 3}, {2, 3, 4, 2, 3}, {2, 1, 3, 4, 2, 3}}) {
        TensorPlanes planes = planes_of(counting(shape));
        TensorLayout layout = planes.layout();
        layout.flip_rows = true;
        for (std::size_t axis = 0; axis < shape.size(); ++axis)
            if (layout.roles[axis] == Role::Fixed) layout.fixed[axis] = shape[axis] - 1;
        planes = TensorPlanes(planes.shared(), layout);
        ASSERT_TRUE(planes.loaded());
        for (std::int64_t tile = 0; tile < planes.tiles(); ++tile) {
            for (std::int64_t row = 0; row < planes.rows(); ++row) {
                for (std::int64_t column = 0; column < planes.columns(); ++column) {
                    const Cell cell{tile, row, column};
                    const Index index = planes.index(cell);
                    ASSERT_EQ(planes.value(cell),
                              static_cast<double>(visual::place_of(index, shape)));
                    ASSERT_EQ(planes.cell(index), cell);
                }
            }
        }
    }
    EXPECT_EQ(planes_of(counting({4, 2, 3})).tiles(), 4);
    const TensorPlanes flipped = [] {
        TensorPlanes planes = planes_of(counting({2, 3}));
        TensorLayout layout = planes.layout();
        layout.flip_rows = layout.flip_columns = true;
        return TensorPlanes(planes.shared(), layout);
    }();
    EXPECT_EQ(flipped.value({0, 0, 0}), 5);
    EXPECT_EQ(flipped.value({0, 1, 2}), 0);
}

TEST(TensorPlanes, WhatABlockDoesNotHoldIsNotLoaded) {
    visual::TensorBlock block = counting({2, 2, 3});
    block.full_shape = {9, 5, 3};
    block.start = {4, 3, 0};
    TensorLayout layout = viewers::default_layout(block.full_shape);
    layout.roles[0] = Role::Fixed;
    const auto held = std::make_shared<const visual::TensorBlock>(std::move(block));
    EXPECT_FALSE(TensorPlanes(held, layout).loaded());
    EXPECT_EQ(TensorPlanes(held, layout).cells(), 0);
    layout.fixed[0] = 5;
    const TensorPlanes planes(held, layout);
    ASSERT_TRUE(planes.loaded());
    EXPECT_EQ(planes.rows(), 2);
    EXPECT_EQ(planes.index({0, 1, 2}), (Index{5, 4, 2}));
    EXPECT_EQ(planes.value({0, 1, 2}), 11);
    EXPECT_FALSE(planes.cell({5, 2, 0}));
    EXPECT_FALSE(planes.cell({4, 3, 0}));
}

TEST(TensorPlanes, NumbersAreToldExactly) {
    const auto text = [](visual::TensorBlock::Values values, const char* dtype) {
        return viewers::exact_text(tensor({1}, std::move(values), dtype), 0).toStdString();
    };
    EXPECT_EQ(text(std::vector<std::int64_t>{9007199254740993}, "I64"), "9007199254740993");
    EXPECT_EQ(text(std::vector<std::uint64_t>{18446744073709551615U}, "U64"),
              "18446744073709551615");
    EXPECT_EQ(text(std::vector<float>{0.1F}, "F32"), "0.1");
    EXPECT_EQ(text(std::vector<double>{0.1F}, "F64"), "0.10000000149011612");
    EXPECT_EQ(text(std::vector<std::uint8_t>{1}, "BOOL"), "true");
    EXPECT_EQ(text(std::vector<std::uint8_t>{1}, "U8"), "1");
    EXPECT_EQ(text(std::vector<float>{NAN}, "F32"), "NaN");
    EXPECT_EQ(text(std::vector<float>{kInfinity}, "F32"), "+∞");
}

TEST(TensorFacts, OfASliceByHand) {
    const TensorPlanes planes =
        planes_of(tensor({2, 2, 2}, std::vector<float>{1, NAN, 3, 4, -kInfinity, -6, 0, 10}));
    const auto facts = viewers::facts_of(planes, kNobody);
    EXPECT_EQ(facts.statistics.count, 8U);
    EXPECT_EQ(facts.statistics.bad(), 2U);
    EXPECT_EQ(facts.statistics.min_at, 5);
    EXPECT_EQ(facts.statistics.max_at, 7);
    EXPECT_EQ(facts.statistics.mean, 2);
    ASSERT_EQ(facts.tiles.size(), 2U);
    EXPECT_EQ(facts.tiles[0], std::pair(1.0, 4.0));
    EXPECT_EQ(facts.tiles[1], std::pair(-6.0, 10.0));
    EXPECT_EQ(facts.percentiles, std::pair(-6.0, 10.0));
    ASSERT_EQ(facts.histogram.counts.size(), 256U);
    EXPECT_EQ(facts.histogram.counts.front(), 1U);
    EXPECT_EQ(facts.histogram.counts[96], 1U);  // 0 lies 6/16 along
    EXPECT_EQ(facts.histogram.counts.back(), 1U);
    // Few integers have a bin each.
    const auto whole =
        viewers::facts_of(tensor({5}, std::vector<std::int32_t>{3, 3, 1, 4, 3}, "I32"), kNobody);
    EXPECT_EQ(whole.histogram.counts, (std::vector<std::uint64_t>{1, 0, 3, 1}));
    EXPECT_EQ(whole.histogram.low, 0.5);
    const auto nothing =
        viewers::facts_of(planes_of(tensor({2}, std::vector<float>{NAN, NAN})), kNobody);
    EXPECT_TRUE(nothing.histogram.counts.empty());
    EXPECT_EQ(viewers::quick_range(planes), std::pair(-6.0, 10.0));
}

TEST(TensorFacts, PercentilesLeaveOutTheEnds) {
    visual::TensorBlock block = counting({101});
    std::get<std::vector<float>>(block.values)[100] = 1e9F;
    const auto facts = viewers::facts_of(planes_of(std::move(block)), kNobody);
    EXPECT_EQ(facts.percentiles, std::pair(1.0, 99.0));
}

TEST(NanFinder, GoesRoundInBothDirections) {
    const visual::TensorBlock block =
        tensor({2, 2, 2}, std::vector<float>{0, NAN, 0, 0, kInfinity, 0, 0, -kInfinity});
    const auto go = [&](std::int64_t from, bool forward) {
        return viewers::next_bad(block, from, forward).value_or(-1);
    };
    EXPECT_EQ(go(-1, true), 1);
    EXPECT_EQ(go(1, true), 4);
    EXPECT_EQ(go(4, true), 7);
    EXPECT_EQ(go(7, true), 1);
    EXPECT_EQ(go(-1, false), 7);
    EXPECT_EQ(go(7, false), 4);
    EXPECT_EQ(go(1, false), 7);
    EXPECT_FALSE(viewers::next_bad(counting({5}), -1, true));
    EXPECT_FALSE(viewers::next_bad(tensor({0}, std::vector<float>()), -1, true));
    EXPECT_FALSE(viewers::next_bad(tensor({1}, std::vector<std::int64_t>{1}, "I64"), 0, false));
    EXPECT_EQ(viewers::next_bad(tensor({1}, std::vector<float>{NAN}), 0, true), 0);
}

TEST(ReducedPlanes, OneOddCellStaysVisible) {
    std::vector<float> values(64 * 64, 2.0F);
    values[5 * 64 + 9] = NAN;
    values[40 * 64 + 33] = 50;
    const auto small =
        viewers::reduced(planes_of(tensor({64, 64}, std::move(values))), 8, 16, kNobody);
    EXPECT_EQ(small.rows, 8);
    EXPECT_EQ(small.columns, 4);
    EXPECT_TRUE(std::isnan(small.at(0, 0, 0)));
    EXPECT_EQ(small.at(0, 5, 2), 50);
    EXPECT_EQ(small.at(0, 0, 1), 2);
    // Without one that stands out, the mean; patches at the border are smaller.
    const auto mean = viewers::reduced(planes_of(counting({3, 3})), 2, 2, kNobody);
    EXPECT_EQ(mean.values, (std::vector<double>{2, 3.5, 6.5, 8}));
    const auto extreme = viewers::reduced(
        planes_of(tensor({1, 2}, std::vector<double>{1.7e308, 1.7e308}, "F64")), 1, 2, kNobody);
    EXPECT_EQ(extreme.values[0], 1.7e308);
}

TEST(TensorTone, ColoursOfNumbersAndOfNone) {
    using viewers::TensorMap;
    const auto& map = viewers::tensor_map(TensorMap::BlueRed);
    EXPECT_EQ(viewers::tensor_color(map, {-1, 1}, -1), map[0]);
    EXPECT_EQ(viewers::tensor_color(map, {-1, 1}, 9), map[255]);
    EXPECT_EQ(viewers::tensor_color(map, {-1e308, 1e308}, 0), map[128]);
    EXPECT_EQ(viewers::tensor_color(map, {3, 3}, 3), map[128]);
    EXPECT_EQ(viewers::tensor_color(map, {0, 1}, NAN), viewers::kNanColor);
    EXPECT_EQ(viewers::tensor_color(map, {0, 1}, -INFINITY), viewers::kNegativeColor);
    EXPECT_EQ(viewers::chosen_map(TensorMap::Automatic, {-1, 2}), TensorMap::BlueRed);
    EXPECT_EQ(viewers::chosen_map(TensorMap::Automatic, {0, 2}), TensorMap::Viridis);
    EXPECT_EQ(viewers::chosen_map(TensorMap::Magma, {-1, 2}), TensorMap::Magma);
    EXPECT_EQ(viewers::symmetric({-1, 3}), std::pair(-3.0, 3.0));
}

TEST(TensorExport, TextForOtherPrograms) {
    const TensorPlanes planes = planes_of(
        tensor({2, 2, 2}, std::vector<float>{1, NAN, 0.1F, -4, kInfinity, -kInfinity, 0, 8}));
    EXPECT_EQ(viewers::separated_text(planes, ',', kNobody), "1,nan\n0.1,-4\n\ninf,-inf\n0,8\n");
    EXPECT_EQ(viewers::numpy_literal(planes, kNobody),
              "np.array([[[1, np.nan],\n[0.1, -4]],\n[[np.inf, -np.inf],\n[0, 8]]], "
              "dtype=np.float32)");
    EXPECT_EQ(viewers::numpy_literal(
                  planes_of(tensor({2}, std::vector<std::uint8_t>{0, 1}, "BOOL")), kNobody),
              "np.array([False, True], dtype=np.bool_)");
    EXPECT_EQ(viewers::numpy_literal(planes_of(counting({})), kNobody),
              "np.array(0, dtype=np.float32)");
    EXPECT_EQ(viewers::numpy_literal(planes_of(counting({0, 3})), kNobody),
              "np.zeros((0, 3), dtype=np.float32)");
    TensorPlanes upright = planes_of(counting({3}));
    TensorLayout layout = upright.layout();
    layout.assign(0, Role::Rows);
    upright = TensorPlanes(upright.shared(), layout);
    EXPECT_EQ(viewers::numpy_literal(upright, kNobody), "np.array([0,\n1,\n2], dtype=np.float32)");
}

TEST(TensorExport, NpyBytesByHand) {
    const auto read = [](const QByteArray& bytes) {
        EXPECT_EQ(bytes.left(8), QByteArray("\x93NUMPY\x01\x00", 8));
        const int length = static_cast<quint8>(bytes[8]) | static_cast<quint8>(bytes[9]) << 8;
        EXPECT_EQ((10 + length) % 64, 0);
        EXPECT_EQ(bytes[10 + length - 1], '\n');
        return std::pair(bytes.mid(10, length).trimmed(), bytes.mid(10 + length));
    };
    const auto [header, numbers] = read(viewers::npy_file(planes_of(counting({2, 2, 3})), kNobody));
    EXPECT_EQ(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 3), }");
    ASSERT_EQ(numbers.size(), 48);
    for (int i = 0; i < 12; ++i) {
        float number = 0;
        std::memcpy(&number, numbers.constData() + 4 * i, 4);
        EXPECT_EQ(number, static_cast<float>(i));
    }
    const auto [short_header, shorts] = read(viewers::npy_file(
        planes_of(tensor({3}, std::vector<std::int32_t>{-2, 300, 1}, "I16")), kNobody));
    EXPECT_EQ(short_header, "{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }");
    EXPECT_EQ(shorts, QByteArray("\xfe\xff\x2c\x01\x01\x00", 6));
    const auto [scalar_header, scalar] = read(
        viewers::npy_file(planes_of(tensor({}, std::vector<std::uint8_t>{1}, "BOOL")), kNobody));
    EXPECT_EQ(scalar_header, "{'descr': '|b1', 'fortran_order': False, 'shape': (), }");
    EXPECT_EQ(scalar, QByteArray("\x01", 1));
    const auto [half_header, half] =
        read(viewers::npy_file(planes_of(tensor({1}, std::vector<float>{1}, "F16")), kNobody));
    EXPECT_TRUE(half_header.contains("'<f4'"));
    EXPECT_TRUE(read(viewers::npy_file(planes_of(counting({3, 0, 2})), kNobody)).second.isEmpty());
}

}  // namespace
}  // namespace millrace::tests
