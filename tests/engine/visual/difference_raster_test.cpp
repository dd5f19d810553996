// Rasters and slices of tensors against each other, by values worked out by hand.
#include "tests/engine/visual/difference_support.hpp"

namespace millrace::tests {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Words = std::vector<std::uint16_t>;
using Floats = std::vector<float>;

TEST(RasterDifference, FiguresByHand) {
    const auto a = raster_of(2, 1, 2, Floats{3, 4, 0, 2});
    const auto b = raster_of(2, 1, 2, Floats{3, 1, 4, 2});
    const Difference found = differ(a, b);
    EXPECT_EQ(found.verdict, Verdict::Beyond);
    EXPECT_EQ(found.all.compared, 4U);
    EXPECT_EQ(found.all.beyond, 2U);
    EXPECT_DOUBLE_EQ(found.all.max_abs, 4);
    EXPECT_EQ(found.all.max_rel, kInfinity) << "a is 0 there";
    EXPECT_DOUBLE_EQ(found.all.mean_abs, 7.0 / 4);
    EXPECT_DOUBLE_EQ(found.all.rmse, std::sqrt(25.0 / 4));
    EXPECT_NEAR(found.all.sqnr_db, 10 * std::log10(29.0 / 25), 1e-12);
    EXPECT_NEAR(found.all.cosine, (9 + 4 + 0 + 4) / std::sqrt(29.0 * 30.0), 1e-12);
    ASSERT_EQ(found.worst.size(), 2U);
    EXPECT_EQ(found.worst[0].place.kind, visual::Place::Kind::Pixel);
    EXPECT_EQ(found.worst[0].place.column, 1);
    EXPECT_EQ(found.worst[0].place.row, 0);
    EXPECT_EQ(found.worst[0].place.channel, 0);
    EXPECT_DOUBLE_EQ(found.worst[0].b, 4);
    EXPECT_DOUBLE_EQ(found.worst[1].relative, 0.75);
    EXPECT_FLOAT_EQ(picture_value(found, 1), 3);
    EXPECT_FLOAT_EQ(picture_value(found, 2), -4);
}

TEST(RasterDifference, ToleranceIsOfTheReference) {
    const auto a = raster_of(1, 1, 1, Floats{10}), b = raster_of(1, 1, 1, Floats{11});
    EXPECT_EQ(differ(a, b, {.absolute = 0.5}).verdict, Verdict::Beyond);
    EXPECT_EQ(differ(a, b, {.absolute = 1}).verdict, Verdict::Within);
    EXPECT_EQ(differ(a, b, {.relative = 0.1}).verdict, Verdict::Within);
    EXPECT_EQ(differ(a, b, {.relative = 0.095}).verdict, Verdict::Beyond) << "of a, not of b";
    EXPECT_EQ(differ(b, a, {.relative = 0.095}).verdict, Verdict::Within);
    EXPECT_EQ(differ(a, b, {.absolute = 0.5, .relative = 0.05}).verdict, Verdict::Within);
    EXPECT_EQ(differ(a, b, {.absolute = kInfinity}).verdict, Verdict::Within);
}

TEST(RasterDifference, EqualIsBitForBit) {
    const auto a = raster_of(2, 1, 1, Floats{0.0F, 1});
    EXPECT_EQ(differ(a, a).verdict, Verdict::Equal);
    EXPECT_EQ(differ(a, a).all.sqnr_db, kInfinity);
    EXPECT_DOUBLE_EQ(differ(a, a).all.cosine, 1);
    const Difference zeros = differ(a, raster_of(2, 1, 1, Floats{-0.0F, 1}));
    EXPECT_EQ(zeros.verdict, Verdict::Within) << "equal numbers, other bits";
    EXPECT_EQ(zeros.all.max_abs, 0);
}

TEST(RasterDifference, NaNAndInfinities) {
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                inf = std::numeric_limits<float>::infinity();
    const auto a = raster_of(4, 1, 1, Floats{nan, inf, 1, 2});
    EXPECT_EQ(differ(a, a).verdict, Verdict::Equal);
    EXPECT_EQ(differ(a, a, {.equal_nan = false}).verdict, Verdict::Beyond);
    EXPECT_EQ(differ(a, a, {.equal_nan = false}).all.beyond, 1U);
    const Difference lost =
        differ(a, raster_of(4, 1, 1, Floats{nan, inf, nan, 2}), {.absolute = 1e300});
    EXPECT_EQ(lost.verdict, Verdict::Beyond) << "no tolerance makes NaN a number";
    EXPECT_EQ(lost.all.beyond, 1U);
    EXPECT_EQ(lost.all.max_abs, kInfinity);
    EXPECT_EQ(lost.worst.at(0).place.column, 2);
    EXPECT_EQ(lost.all.mean_abs, 0) << "means are of finite pairs";
    EXPECT_EQ(differ(a, raster_of(4, 1, 1, Floats{nan, -inf, 1, 2})).all.beyond, 1U);
}

TEST(RasterDifference, SizesConversionsAndContradictions) {
    const auto grey = raster_of(2, 1, 1, Bytes{7, 9});
    const Difference sizes = differ(grey, raster_of(1, 2, 1, Bytes{7, 9}));
    EXPECT_EQ(sizes.verdict, Verdict::Incomparable);
    EXPECT_NE(engine::to_text(sizes.why).find("2 x 1"), std::string::npos);
    const Difference deeper = differ(grey, raster_of(2, 1, 1, Words{7, 9}));
    EXPECT_EQ(deeper.verdict, Verdict::Within);
    ASSERT_EQ(deeper.remarks.size(), 1U);
    EXPECT_NE(deeper.remarks[0].find("U8 against U16"), std::string::npos);
    EXPECT_EQ(differ(grey, raster_of(2, 1, 3, Bytes{7, 7, 7, 9, 9, 9})).verdict, Verdict::Within);
    EXPECT_EQ(differ(grey, raster_of(2, 1, 3, Bytes{7, 7, 7, 9, 9, 8})).all.beyond, 1U);
    EXPECT_EQ(differ(grey, raster_of(2, 1, 2, Bytes{7, 255, 9, 255})).verdict, Verdict::Within);
    EXPECT_EQ(differ(raster_of(1, 1, 3, Bytes{1, 2, 3}), raster_of(1, 1, 4, Bytes{1, 2, 3, 254}))
                  .all.beyond,
              1U);
    EXPECT_EQ(differ(raster_of(1, 1, 3, Bytes{1, 2, 3}), raster_of(1, 1, 5, Bytes{1, 2, 3, 4, 5}))
                  .verdict,
              Verdict::Incomparable);
    EXPECT_EQ(differ(raster_of(1, 1, 3, Bytes{1, 2, 3}), raster_of(1, 1, 4, Words{1, 2, 3, 65535}))
                  .verdict,
              Verdict::Incomparable)
        << "opaque is another number in each depth";
    auto broken = grey;
    broken.bytes.pop_back();
    EXPECT_EQ(differ(grey, broken).verdict, Verdict::Incomparable);
    broken.width = -1;
    EXPECT_EQ(differ(broken, grey).verdict, Verdict::Incomparable);
    auto metres = grey;
    metres.unit = "m";
    EXPECT_EQ(differ(grey, metres).verdict, Verdict::Beyond) << "7 grey is not 7 m";
    const auto empty = raster_of(0, 0, 1, Bytes{});
    EXPECT_EQ(differ(empty, empty).verdict, Verdict::Equal);
    EXPECT_EQ(differ(empty, empty).all.compared, 0U);
}

TEST(RasterDifference, TheWorstOfALargeImageInOrder) {
    constexpr int kWidth = 301, kHeight = 97;
    std::vector<std::uint8_t> values(std::size_t{kWidth} * kHeight * 3, 100);
    const auto a = raster_of(kWidth, kHeight, 3, values);
    values[(50 * kWidth + 200) * 3 + 1] = 180;
    values[(96 * kWidth + 300) * 3 + 2] = 150;
    values[0] = 101;
    const auto b = raster_of(kWidth, kHeight, 3, values);
    const Difference found = differ(a, b, {.absolute = 60});
    EXPECT_EQ(found.all.beyond, 1U);
    ASSERT_EQ(found.worst.size(), 3U);
    EXPECT_EQ(found.worst[0].place.column, 200);
    EXPECT_EQ(found.worst[0].place.row, 50);
    EXPECT_EQ(found.worst[0].place.channel, 1);
    EXPECT_TRUE(found.worst[0].beyond);
    EXPECT_FALSE(found.worst[1].beyond);
    EXPECT_EQ(found.worst[1].place.column, 300);
    EXPECT_EQ(found.worst[2].place.a, 0);
    visual::CompareOptions few{.worst = 2, .picture = false};
    const Difference two = differ(a, b, {}, few);
    EXPECT_EQ(two.worst.size(), 2U);
    EXPECT_EQ(two.picture, nullptr);
    few.worst = 0;
    EXPECT_EQ(differ(a, b, {}, few).verdict, Verdict::Beyond);
}

TEST(RasterDifference, RunsAgreeWithPlainSums) {
    engine::Random random(7, "difference", 0);
    Floats first(10'007), second(10'007);
    double error = 0, energy = 0, largest = 0;
    std::uint64_t beyond = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        first[i] = static_cast<float>(random.uniform(-3, 3));
        second[i] = first[i] + static_cast<float>(random.uniform(-0.01, 0.01));
        const double x = static_cast<double>(first[i]),
                     d = std::abs(x - static_cast<double>(second[i]));
        error += d * d, energy += x * x, largest = std::max(largest, d);
        beyond += d > 0.002 + 0.003 * std::abs(x) ? 1 : 0;
    }
    const Difference found = differ(raster_of(10'007, 1, 1, first), raster_of(10'007, 1, 1, second),
                                    {.absolute = 0.002, .relative = 0.003});
    EXPECT_EQ(found.all.beyond, beyond);
    EXPECT_EQ(found.all.max_abs, largest);
    EXPECT_NEAR(found.all.sqnr_db, 10 * std::log10(energy / error), 1e-9);
    for (std::size_t i = 1; i < found.worst.size(); ++i)
        EXPECT_GE(found.worst[i - 1].apart, found.worst[i].apart);
}

TEST(RasterDifference, AStoppedComparisonSaysSo) {
    std::stop_source stop;
    stop.request_stop();
    const auto a = raster_of(2, 1, 1, Bytes{7, 9});
    const Difference found = differ(a, a, {}, {.stop = stop.get_token()});
    EXPECT_EQ(found.verdict, Verdict::Incomparable);
    EXPECT_EQ(found.why.code, "E-VISUAL-014");
}

visual::TensorBlock block_of(std::vector<double> values) {
    return {.name = {},
            .dtype = "F64",
            .full_shape = {5, 2, 3},
            .start = {4, 0, 0},
            .shape = {1, 2, 3},
            .values = std::move(values),
            .whole = {}};
}

TEST(TensorDifference, TellsThePlaceInTheWhole) {
    const auto a = block_of({1, 2, 3, 4, 5, 6}), b = block_of({1, 2, 3, 4, 5.5, 6});
    const Difference found = differ(a, b);
    EXPECT_EQ(found.verdict, Verdict::Beyond);
    EXPECT_EQ(found.worst.at(0).place.a, 4 * 6 + 4);
    EXPECT_EQ(found.worst.at(0).place.row, 1);
    EXPECT_EQ(found.worst.at(0).place.column, 1);
    EXPECT_DOUBLE_EQ(std::get<visual::TensorBlock>(*found.picture).at(4), -0.5);
    auto half = a;
    half.dtype = "F32";
    half.values = std::vector<float>{1, 2, 3, 4, 5, 6};
    EXPECT_EQ(differ(a, half).verdict, Verdict::Within) << "compared as numbers, and said";
    EXPECT_FALSE(differ(a, half).remarks.empty());
    auto other = a;
    other.start = {3, 0, 0};
    EXPECT_EQ(differ(a, other).verdict, Verdict::Incomparable);
    other = a;
    other.full_shape = {5, 3, 2};
    EXPECT_EQ(differ(a, other).verdict, Verdict::Incomparable);
    other = a;
    other.values = std::vector<double>();
    EXPECT_EQ(differ(a, other).verdict, Verdict::Incomparable);
    auto hostile = a;
    hostile.full_shape = {std::int64_t{1} << 62, std::int64_t{1} << 62, 3};
    EXPECT_EQ(differ(hostile, hostile).verdict, Verdict::Incomparable);
    visual::TensorBlock scalar{.dtype = "F32", .values = std::vector<float>{2}};
    EXPECT_EQ(differ(scalar, scalar).verdict, Verdict::Equal);
}

TEST(TensorDifference, WideIntegersAreNotEqualByRounding) {
    auto a = block_of({}), b = a;
    a.dtype = b.dtype = "I64";
    const std::int64_t wide = (std::int64_t{1} << 53) + 1;
    a.values = std::vector<std::int64_t>{wide, 0, 0, 0, 0, 0};
    b.values = std::vector<std::int64_t>{wide - 1, 0, 0, 0, 0, 0};
    EXPECT_NE(differ(a, b).verdict, Verdict::Equal);
    EXPECT_EQ(differ(a, a).verdict, Verdict::Equal);
}

TEST(TensorDifference, HugeNumbersKeepTheirFigures) {
    const Difference found =
        differ(block_of({1e300, 1, 1, 1, 1, 1}), block_of({2e300, 1, 1, 1, 1, 1}));
    EXPECT_DOUBLE_EQ(found.all.max_abs, 1e300);
    EXPECT_NEAR(found.all.sqnr_db, 0, 1e-9);
    EXPECT_NEAR(found.all.rmse / 1e300, std::sqrt(1.0 / 6), 1e-12);
}

}  // namespace
}  // namespace millrace::tests
