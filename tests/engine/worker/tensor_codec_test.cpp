// Tensors: parts under a budget, statistics, and descriptions that contradict themselves.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "engine/problem.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/tensor_array.hpp"

namespace millrace::visual {
namespace {

using engine::Value;
using Numbers = std::vector<std::int64_t>;

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

TensorBlock block_of_floats(Numbers full, Numbers start, Numbers shape, std::vector<float> values) {
    return {.name = {},
            .dtype = "F32",
            .full_shape = std::move(full),
            .start = std::move(start),
            .shape = std::move(shape),
            .values = std::move(values),
            .whole = {}};
}

TEST(Tensor, ShapesAreCounted) {
    EXPECT_EQ(count_of({}), 1);
    EXPECT_EQ(count_of({3, 0, 2}), 0);
    EXPECT_EQ(count_of({2, 3, 4}), 24);
    EXPECT_FALSE(count_of({2, -1}));
    EXPECT_FALSE(count_of({kHuge, 2}));
    EXPECT_FALSE(count_of({kHuge, 0, 2}));  // places could not be counted
}

TEST(Tensor, PlacesAndIndicesOfABlock) {
    const TensorBlock block =
        block_of_floats({4, 3, 5}, {1, 0, 2}, {2, 3, 2}, std::vector<float>(12));
    EXPECT_EQ(contradiction_of(block), "");
    EXPECT_EQ(place_of({1, 2, 4}, block.full_shape), 29);
    EXPECT_EQ(index_of(29, block.full_shape), (Numbers{1, 2, 4}));
    EXPECT_EQ(place_in_block(block, {2, 1, 3}), 9);
    EXPECT_EQ(full_place(block, 9), 2 * 15 + 1 * 5 + 3);
    EXPECT_FALSE(place_in_block(block, {3, 0, 2}));
    EXPECT_FALSE(place_in_block(block, {1, 0, 1}));
    EXPECT_FALSE(place_in_block(block, {1, 0}));
}

TEST(Tensor, ContradictionsAreFound) {
    const std::vector<float> six(6);
    EXPECT_NE(contradiction_of(block_of_floats({2, 3}, {0}, {2, 3}, six)), "");
    EXPECT_NE(contradiction_of(block_of_floats({2, 3}, {1, 0}, {2, 3}, six)), "");
    EXPECT_NE(contradiction_of(block_of_floats({2, 3}, {-1, 0}, {2, 3}, six)), "");
    EXPECT_NE(contradiction_of(block_of_floats({2, 3}, {0, 0}, {2, 2}, six)), "");
    EXPECT_NE(contradiction_of(block_of_floats({kHuge, kHuge}, {0, 0}, {2, 3}, six)), "");
    EXPECT_NE(contradiction_of(block_of_floats({6}, {kHuge}, {6}, six)), "");
    EXPECT_EQ(contradiction_of(block_of_floats({9, 0}, {0, 0}, {9, 0}, {})), "");
    EXPECT_NE(contradiction_of(block_of_floats(Numbers(65, 1), Numbers(65, 0), Numbers(65, 1),
                                               std::vector<float>(1))),
              "");
}

TEST(Tensor, StatisticsByHand) {
    const TensorBlock block = block_of_floats(
        {4, 4}, {1, 0}, {2, 4}, {0, 2, NAN, -4, static_cast<float>(kInfinite), 6, 0, -INFINITY});
    const TensorStatistics s = statistics_of(block);
    EXPECT_EQ(s.count, 8U);
    EXPECT_EQ(s.nan, 1U);
    EXPECT_EQ(s.positive_infinite, 1U);
    EXPECT_EQ(s.negative_infinite, 1U);
    EXPECT_EQ(s.zeros, 2U);
    EXPECT_EQ(s.min, -4);
    EXPECT_EQ(s.max, 6);
    EXPECT_EQ(s.min_at, 4 + 3);  // in the full tensor
    EXPECT_EQ(s.max_at, 4 + 5);
    EXPECT_NEAR(s.mean, 0.8, 1e-12);
    EXPECT_NEAR(s.rms, std::sqrt(56.0 / 5), 1e-12);
    EXPECT_NEAR(s.deviation, std::sqrt(56.0 / 5 - 0.64), 1e-12);
    const TensorStatistics none = statistics_of(block_of_floats({2}, {0}, {2}, {NAN, NAN}));
    EXPECT_EQ(none.finite(), 0U);
    EXPECT_EQ(none.min_at, -1);
    EXPECT_EQ(none.mean, 0);
    EXPECT_EQ(statistics_of(block_of_floats({0}, {0}, {0}, {})).count, 0U);
}

TEST(Tensor, StatisticsKeepTheirDigits) {
    constexpr double most = std::numeric_limits<double>::max();
    TensorBlock block{.name = {},
                      .dtype = "F64",
                      .full_shape = {3},
                      .start = {0},
                      .shape = {3},
                      .values = std::vector<double>{-most, most, 0},
                      .whole = {}};
    EXPECT_EQ(statistics_of(block).mean, 0);
    EXPECT_NEAR(statistics_of(block).rms / most, std::sqrt(2.0 / 3), 1e-9);
    // A small spread on a large offset.
    block.values = std::vector<double>{1e9 + 1, 1e9, 1e9 - 1};
    EXPECT_NEAR(statistics_of(block).deviation, std::sqrt(2.0 / 3), 1e-9);
    block.values = std::vector<std::int64_t>{kHuge, kHuge - 1, kHuge - 2};
    EXPECT_EQ(statistics_of(block).min_at, 2);  // apart although they are one double
    EXPECT_NEAR(statistics_of(block).deviation, std::sqrt(2.0 / 3), 1e-9);
}

TEST(Tensor, PartsFitTheBudgetAndHoldWhatIsAskedFor) {
    const auto whole = part_of({2, 3, 4}, {}, 24);
    EXPECT_EQ(whole.shape, (Numbers{2, 3, 4}));
    const auto half = part_of({8, 3, 4}, {5, 0, 0}, 30);
    EXPECT_EQ(half.shape, (Numbers{2, 3, 4}));
    EXPECT_EQ(half.start, (Numbers{4, 0, 0}));
    const auto deep = part_of({10, 8, 3, 4}, {9, 7, 2, 3}, 36);
    EXPECT_EQ(deep.shape, (Numbers{1, 3, 3, 4}));
    EXPECT_EQ(deep.start, (Numbers{9, 5, 0, 0}));  // moved back from the end
    const auto plane = part_of({1000, 1000}, {999, 500}, 100);
    EXPECT_EQ(plane.shape, (Numbers{10, 10}));
    EXPECT_EQ(plane.start, (Numbers{990, 500}));
    EXPECT_EQ(part_of({5, 1000}, {}, 100).shape, (Numbers{5, 20}));
    EXPECT_EQ(part_of({1000, 5}, {}, 100).shape, (Numbers{20, 5}));
    EXPECT_EQ(part_of({1000}, {999}, 10).start, (Numbers{990}));
    EXPECT_EQ(part_of({7, 7, 7}, {3, 3, 3}, 0).shape, (Numbers{1, 1, 1}));
    EXPECT_EQ(part_of({7, 0, 7}, {}, 1).shape, (Numbers{7, 0, 7}));
    EXPECT_EQ(part_of({}, {}, 1).shape, Numbers());
    for (std::int64_t most = 1; most < 200; ++most) {
        const auto part = part_of({3, 4, 5, 6}, {2, 1, 4, 3}, most);
        EXPECT_LE(*count_of(part.shape), most);
        for (std::size_t axis = 0; axis < 4; ++axis) {
            const std::int64_t inside = Numbers{2, 1, 4, 3}[axis] - part.start[axis];
            EXPECT_TRUE(inside >= 0 && inside < part.shape[axis]) << most;
        }
    }
}

TEST(Tensor, ArraysOfEveryTypeBecomeBlocks) {
    const auto read = []<class T>(engine::DType type, std::vector<T> numbers) {
        const engine::ArrayView view{"a",
                                     type,
                                     {static_cast<std::int64_t>(numbers.size())},
                                     std::as_bytes(std::span(numbers))};
        return block_of(view, {}, 1 << 20);
    };
    using enum engine::DType;
    using U16s = std::vector<std::uint16_t>;
    const TensorBlock half = read(F16, U16s{0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00, 0x8000});
    EXPECT_EQ(half.at(0), 1);
    EXPECT_EQ(half.at(1), -2);
    EXPECT_EQ(half.at(2), 0x1p-24);
    EXPECT_EQ(half.at(3), kInfinite);
    EXPECT_TRUE(std::isnan(half.at(4)));
    EXPECT_TRUE(std::signbit(half.at(5)));
    EXPECT_EQ(half.dtype, "F16");
    EXPECT_EQ(read(BF16, U16s{0x4049}).at(0), 3.140625);
    EXPECT_EQ(read(U16, U16s{65535}).at(0), 65535);
    EXPECT_EQ(read(I16, std::vector<std::int16_t>{-7}).at(0), -7);
    EXPECT_EQ(read(I8, std::vector<std::int8_t>{-128}).at(0), -128);
    EXPECT_EQ(read(U32, std::vector<std::uint32_t>{4294967295U}).at(0), 4294967295.0);
    EXPECT_EQ(read(F64, std::vector<double>{1e300}).at(0), 1e300);
    const TensorBlock large = read(U64, std::vector<std::uint64_t>{~std::uint64_t{0}});
    EXPECT_EQ(std::get<std::vector<std::uint64_t>>(large.values)[0], ~std::uint64_t{0});
    EXPECT_EQ(bytes_in_block(F16), 4U);
    EXPECT_EQ(bytes_in_block(Bool), 1U);
}

TEST(Tensor, PartsOfAnArrayHoldTheirOwnNumbers) {
    std::vector<float> numbers(3 * 4 * 5 * 6);
    std::iota(numbers.begin(), numbers.end(), 0.0F);
    const engine::ArrayView view{
        "a", engine::DType::F32, {3, 4, 5, 6}, std::as_bytes(std::span(numbers))};
    for (const std::size_t most : {1U, 4U, 7U, 30U, 60U, 100U, 120U, 360U}) {
        const TensorBlock block = block_of(view, {2, 1, 4, 3}, most * sizeof(float));
        ASSERT_EQ(contradiction_of(block), "");
        ASSERT_TRUE(place_in_block(block, {2, 1, 4, 3})) << most;
        for (std::size_t i = 0; i < block.size(); ++i)
            ASSERT_EQ(block.at(i),
                      static_cast<double>(full_place(block, static_cast<std::int64_t>(i))));
    }
    EXPECT_EQ(statistics_of(view).max_at, 359);
    EXPECT_EQ(statistics_of(view).mean, 179.5);
}

/// A slice as earlier versions wrote it.
Value old_slice() {
    using engine::Array;
    using engine::Object;
    return Object{{"kind", "tensor_slice"},
                  {"dtype", "F32"},
                  {"full_shape", Array{4, 2, 3}},
                  {"index", Array{1}},
                  {"rows", 2},
                  {"columns", 3},
                  {"values", Object{{"attachment", 0}}},
                  {"range", Object{{"attachment", 1}}}};
}

TEST(TensorCodec, SlicesOfEarlierVersionsAreRead) {
    const std::vector<double> values = {1, 2, 3, 4, 5, 6}, range = {1, 6, 3.5};
    const std::vector<std::span<const std::byte>> arrays = {std::as_bytes(std::span(values)),
                                                            std::as_bytes(std::span(range))};
    const auto read = [&](const Value& value) {
        return std::get<TensorBlock>(decode(value, arrays));
    };
    const TensorBlock block = read(old_slice());
    EXPECT_EQ(block.start, (Numbers{1, 0, 0}));
    EXPECT_EQ(block.shape, (Numbers{1, 2, 3}));
    EXPECT_EQ(block.at(5), 6);
    Value line = old_slice();
    line["full_shape"] = engine::Array{9};
    line["index"] = engine::Array{};
    line["rows"] = 1;
    line["columns"] = 6;
    EXPECT_EQ(read(line).shape, (Numbers{6}));
    for (const auto& [name, wrong] :
         std::vector<std::pair<std::string, Value>>{{"index", engine::Array{4}},
                                                    {"index", engine::Array{-1}},
                                                    {"index", engine::Array{1, 1}},
                                                    {"full_shape", engine::Array{4, 1, 6}},
                                                    {"full_shape", engine::Array{6}},
                                                    {"full_shape", engine::Array{-4, 2, 3}},
                                                    {"full_shape", engine::Array{}},
                                                    {"rows", 3}}) {
        Value value = old_slice();
        value[name] = wrong;
        EXPECT_THROW(read(value), engine::Error) << name;
    }
    const std::vector<std::span<const std::byte>> none = {{}, std::as_bytes(std::span(range))};
    Value empty = old_slice();
    empty["rows"] = 0;
    empty["columns"] = 0;
    empty["full_shape"] = engine::Array{2, 0, 3};
    EXPECT_EQ(std::get<TensorBlock>(decode(empty, none)).shape, (Numbers{2, 0, 3}));
}

TEST(TensorCodec, HostileDescriptionsAreRefused) {
    TensorBlock block = block_of_floats({4, 3}, {1, 0}, {2, 3}, std::vector<float>(6));
    block.whole = TensorStatistics{.count = 12, .nan = 2, .zeros = 10, .min_at = 0, .max_at = 11};
    EncodedArrays arrays;
    const Value good = encode(block, arrays);
    EXPECT_NO_THROW(decode(good, arrays.arrays));
    const auto wide = engine::Array(std::vector<Value>(65, 1));
    for (const auto& [name, wrong] : std::vector<std::pair<std::string, Value>>{
             {"full_shape", engine::Array{4}},
             {"full_shape", engine::Array{2, 3}},
             {"full_shape", engine::Array{-4, 3}},
             {"full_shape", engine::Array{kHuge, kHuge}},
             {"full_shape", wide},
             {"start", engine::Array{3, 0}},
             {"start", engine::Array{-1, 0}},
             {"start", engine::Array{kHuge, 0}},
             {"start", engine::Array{0}},
             {"shape", engine::Array{kHuge, 3}},
             {"shape", engine::Array{std::int64_t{1} << 62, 4}},
             {"shape", engine::Array{-2, -3}},
             {"shape", engine::Array{6}},
             {"shape", engine::Array{3, 3}},
             {"type", "F16"},
             {"type", "F64"},
             {"counts", engine::Array{12, 2, 0, 0, 10, 0}},
             {"counts", engine::Array{11, 2, 0, 0, 9, 0, 1}},
             {"counts", engine::Array{12, 2, 0, 0, 11, 0, 1}},
             {"counts", engine::Array{12, -2, 0, 0, 1, 0, 1}},
             {"counts", engine::Array{12, 2, 0, 0, 10, 0, 12}},
             {"counts", engine::Array{}}}) {
        Value value = good;
        value[name] = wrong;
        EXPECT_THROW(decode(value, arrays.arrays), engine::Error) << name << to_json(wrong);
    }
}

}  // namespace
}  // namespace millrace::visual
