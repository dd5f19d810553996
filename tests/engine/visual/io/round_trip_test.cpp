#include <cmath>
#include <random>

#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

struct Way {
    const char* name;
    CloudFormat format;
    CloudEncoding encoding;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

/// The formats that keep every field.
constexpr Way kWays[] = {{"PcdAscii", CloudFormat::Pcd, CloudEncoding::Ascii},
                         {"PcdBinary", CloudFormat::Pcd, CloudEncoding::Binary},
                         {"PcdCompressed", CloudFormat::Pcd, CloudEncoding::BinaryCompressed},
                         {"PlyAscii", CloudFormat::Ply, CloudEncoding::Ascii},
                         {"PlyBinary", CloudFormat::Ply, CloudEncoding::Binary}};

/// Numbers of any bits, but for floating-point ones with one kind of NaN: text keeps no payloads.
template <class T>
std::vector<T> noise(std::size_t count, std::mt19937_64& random) {
    std::vector<T> values(count);
    for (T& value : values) {
        const std::uint64_t bits = random();
        std::memcpy(&value, &bits, sizeof value);
        if constexpr (std::is_floating_point_v<T>) {
            if (value != value) value = std::numeric_limits<T>::quiet_NaN();
        }
    }
    if (count > 4) {
        values[0] = std::numeric_limits<T>::max();
        values[1] = std::numeric_limits<T>::lowest();
        values[2] = T{0};
        if constexpr (std::is_floating_point_v<T>) {
            values[0] = std::numeric_limits<T>::quiet_NaN();
            values[1] = std::numeric_limits<T>::infinity();
            values[2] = -std::numeric_limits<T>::infinity();
            values[3] = T{-0.0};
            values[4] = std::numeric_limits<T>::denorm_min();
        }
    }
    return values;
}

/// A cloud with fields of every type, one and several channels, and those that formats treat in a
/// way of their own.
Cloud noisy_cloud(std::size_t count) {
    std::mt19937_64 random(20240 + count);
    Cloud cloud;
    const std::vector<float> positions = noise<float>(count * 3, random);
    for (std::size_t i = 0; i < count; ++i) {
        cloud.points.push_back({positions[i * 3], positions[i * 3 + 1], positions[i * 3 + 2]});
    }
    cloud.fields = {{"intensity", 1, noise<float>(count, random)},
                    {"ring", 1, noise<std::uint16_t>(count, random)},
                    {"rgb", 3, noise<std::uint8_t>(count * 3, random)},
                    {"alpha", 1, noise<std::uint8_t>(count, random)},
                    {"normal", 3, noise<float>(count * 3, random)},
                    {"label", 1, noise<std::int32_t>(count, random)},
                    {"gps_time", 1, noise<double>(count, random)},
                    {"pair", 2, noise<std::uint16_t>(count * 2, random)},
                    {"histogram", 5, noise<double>(count * 5, random)},
                    {"flags", 4, noise<std::uint8_t>(count * 4, random)},
                    {"offset", 3, noise<std::int32_t>(count * 3, random)}};
    cloud.full_count = count;
    return cloud;
}

class RoundTrip : public ::testing::TestWithParam<Way> {
protected:
    static Cloud there_and_back(const Cloud& cloud) {
        return read(write_cloud(cloud, GetParam().format, GetParam().encoding), GetParam().format);
    }
};

INSTANTIATE_TEST_SUITE_P(Cloud, RoundTrip, ::testing::ValuesIn(kWays),
                         [](const auto& info) { return info.param.name; });

TEST_P(RoundTrip, EveryFieldType) {
    const Cloud cloud = noisy_cloud(257);
    expect_same(cloud, there_and_back(cloud));
}

TEST_P(RoundTrip, NoPointOnePointTwoPoints) {
    for (const std::size_t count : {0, 1, 2}) {
        SCOPED_TRACE(count);
        const Cloud cloud = noisy_cloud(count);
        expect_same(cloud, there_and_back(cloud));
    }
}

TEST_P(RoundTrip, PositionsAlone) {
    Cloud cloud;
    cloud.points = {{1, 2, 3}, {kNan, kInfinity, -kInfinity}};
    expect_same(cloud, there_and_back(cloud));
}

TEST_P(RoundTrip, HundredThousandPoints) {
    Cloud cloud;
    for (int i = 0; i < 100'000; ++i) {
        const auto step = static_cast<float>(i);
        cloud.points.push_back({step * 0.01F, -step * 0.02F, step});
    }
    std::vector<std::uint16_t> ring(cloud.points.size());
    for (std::size_t i = 0; i < ring.size(); ++i) ring[i] = static_cast<std::uint16_t>(i % 64);
    cloud.fields.push_back({"ring", 1, std::move(ring)});
    expect_same(cloud, there_and_back(cloud));
}

TEST_P(RoundTrip, MapCoordinatesKeepTheirDigits) {
    Cloud cloud;
    cloud.origin = {691'000, 5'334'000, 0};
    cloud.points = {{0, 0, 500}, {0.125F, -3.5F, 501}, {kNan, 100, 502}};
    const Cloud back = there_and_back(cloud);
    ASSERT_EQ(back.points.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        if (i < 2) {
            EXPECT_EQ(back.origin[0] + back.points[i].x, cloud.origin[0] + cloud.points[i].x);
        }
        EXPECT_EQ(back.origin[1] + back.points[i].y, cloud.origin[1] + cloud.points[i].y);
        EXPECT_EQ(back.origin[2] + back.points[i].z, cloud.origin[2] + cloud.points[i].z);
    }
    EXPECT_TRUE(std::isnan(back.points[2].x));
    EXPECT_EQ(back.origin, (std::array<double, 3>{691'000, 5'334'000, 0}));
}

TEST_P(RoundTrip, WritingTwiceGivesTheSameBytes) {
    const Cloud cloud = noisy_cloud(33);
    const std::string once = write_cloud(cloud, GetParam().format, GetParam().encoding);
    EXPECT_EQ(once,
              write_cloud(read(once, GetParam().format), GetParam().format, GetParam().encoding));
}

TEST_P(RoundTrip, NamesThatNoHeaderCanHold) {
    Cloud cloud;
    cloud.points = {{1, 2, 3}};
    cloud.fields = {
        {"two words", 1, std::vector<float>{1}},   {"", 1, std::vector<float>{2}},
        {"_", 1, std::vector<float>{3}},           {"x", 1, std::vector<float>{4}},
        {"line\nbreak", 1, std::vector<float>{5}}, {"h\xc3\xb6he", 1, std::vector<float>{6}}};
    const Cloud back = there_and_back(cloud);
    ASSERT_EQ(back.fields.size(), 6U);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(back.fields[static_cast<std::size_t>(i)].at(0), i + 1)
            << back.fields[static_cast<std::size_t>(i)].name;
    EXPECT_EQ(back.fields[0].name, "two_words");
    EXPECT_EQ(back.points[0], (Point{1, 2, 3}));
}

TEST_P(RoundTrip, AFieldThatContradictsThePointsIsNotWritten) {
    for (const int channels : {-1, 0, 1, 3}) {
        Cloud cloud;
        cloud.points.resize(2);
        cloud.fields = {{"bad", channels, std::vector<float>(5)}};
        const engine::Problem problem =
            problem_of([&] { write_cloud(cloud, GetParam().format, GetParam().encoding); });
        EXPECT_EQ(problem.code, "E-FILE-037") << channels;
        EXPECT_NE(problem.where.find("bad"), std::string::npos);
    }
}

TEST(BinRoundTrip, KittiKeepsFourNumbers) {
    Cloud cloud;
    cloud.points = {{1, 2, 3}, {kNan, kInfinity, -0.0F}};
    cloud.fields = {{"intensity", 1, std::vector<float>{0.25F, kNan}}};
    expect_same(cloud, read(write_cloud(cloud, CloudFormat::KittiBin), CloudFormat::KittiBin));
    Cloud none;
    none.fields = {{"intensity", 1, std::vector<float>{}}};
    EXPECT_EQ(write_cloud(none, CloudFormat::KittiBin), "");
    expect_same(none, read("", CloudFormat::KittiBin));
}

TEST(BinRoundTrip, NuScenesKeepsEveryIntensityAndRing) {
    std::string bytes;
    for (int i = 0; i < 65'536; i += 31) {
        bytes += raw<float>({1, 2, 3, static_cast<float>(i % 256), static_cast<float>(i)});
    }
    for (int i = 0; i < 256; ++i) bytes += raw<float>({1, 2, 3, static_cast<float>(i), 7});
    const Cloud cloud = read(bytes, CloudFormat::NuScenesBin);
    EXPECT_TRUE(write_cloud(cloud, CloudFormat::NuScenesBin) == bytes);
}

TEST(XyzRoundTrip, PositionsAndIntensity) {
    Cloud cloud;
    cloud.points = {{0.1F, -1e-20F, 3}, {1, 2, 3e30F}, {kNan, 4, -kInfinity}};
    expect_same(cloud, read(write_cloud(cloud, CloudFormat::Xyz), CloudFormat::Xyz));
    cloud.fields = {{"intensity", 1, std::vector<float>{0.1F, 1, 0}}};
    const Cloud back = read(write_cloud(cloud, CloudFormat::Xyz), CloudFormat::Xyz);
    EXPECT_TRUE(same_bits(back.points, cloud.points));
    ASSERT_EQ(values_of(back, "intensity").size(), 3U);
    EXPECT_EQ(static_cast<float>(values_of(back, "intensity")[0]), 0.1F);
    const Cloud none = read(write_cloud(Cloud(), CloudFormat::Xyz), CloudFormat::Xyz);
    EXPECT_TRUE(none.points.empty());
}

TEST(SmallFormats, CheckFieldsBeforeTheyWrite) {
    Cloud cloud;
    cloud.points.resize(3);
    cloud.fields = {{"intensity", 1, std::vector<float>(2)}};
    for (const CloudFormat format :
         {CloudFormat::KittiBin, CloudFormat::NuScenesBin, CloudFormat::Xyz}) {
        EXPECT_EQ(problem_of([&] { write_cloud(cloud, format); }).code, "E-FILE-037");
    }
}

TEST(Encodings, ThatAFormatLacksAreRefused) {
    EXPECT_EQ(
        problem_of([] { write_cloud({}, CloudFormat::Ply, CloudEncoding::BinaryCompressed); }).code,
        "E-FILE-035");
    EXPECT_EQ(
        problem_of([] { write_cloud({}, CloudFormat::Xyz, CloudEncoding::BinaryCompressed); }).code,
        "E-FILE-035");
    EXPECT_EQ(problem_of([] { write_cloud({}, CloudFormat::Las); }).code, "E-FILE-035");
}

TEST(FormatOf, GoesByTheEndingInAnyCase) {
    EXPECT_EQ(format_of("a/B.PCD.BIN"), CloudFormat::NuScenesBin);
    EXPECT_EQ(format_of("000000.bin"), CloudFormat::KittiBin);
    EXPECT_EQ(format_of("x.Pcd"), CloudFormat::Pcd);
    EXPECT_EQ(format_of("x.ply"), CloudFormat::Ply);
    for (const char* name : {"x.xyz", "x.txt", "x.CSV"})
        EXPECT_EQ(format_of(name), CloudFormat::Xyz);
    EXPECT_EQ(format_of("x.las"), CloudFormat::Las);
    for (const char* name : {"", "x", "pcd", "x.laz", "x.pcd/"})
        EXPECT_EQ(format_of(name), std::nullopt) << name;
}

}  // namespace
}  // namespace millrace::visual::testing
