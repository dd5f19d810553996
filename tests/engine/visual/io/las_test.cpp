// LAS 1.0 to 1.4 as the ASPRS specification lays it out, built byte by byte.
#include <fmt/format.h>

#include <cmath>

#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

template <class T>
void put(std::string& bytes, std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

struct Las {
    int minor = 2;
    int format = 0;
    std::size_t extra = 0;    ///< bytes behind each record's standard part
    std::size_t records = 0;  ///< bytes of variable-length records between header and points
    std::array<double, 3> scale = {0.01, 0.01, 0.01};
    std::array<double, 3> offset = {};
    bool wide_colors = true;
    std::size_t points = 2;
};

constexpr std::size_t kSizes[] = {20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67};

std::size_t header_size(int minor) { return minor >= 4 ? 375 : minor == 3 ? 235 : 227; }

std::string las(const Las& file) {
    std::string bytes(header_size(file.minor) + file.records, '\0');
    const std::size_t record = kSizes[file.format] + file.extra;
    bytes.replace(0, 4, "LASF");
    put<std::uint8_t>(bytes, 24, 1);
    put(bytes, 25, static_cast<std::uint8_t>(file.minor));
    put(bytes, 94, static_cast<std::uint16_t>(header_size(file.minor)));
    put(bytes, 96, static_cast<std::uint32_t>(bytes.size()));
    put(bytes, 104, static_cast<std::uint8_t>(file.format));
    put(bytes, 105, static_cast<std::uint16_t>(record));
    // Formats from 6 on have no 32-bit count.
    if (file.format < 6) put(bytes, 107, static_cast<std::uint32_t>(file.points));
    if (file.minor >= 4) put(bytes, 247, static_cast<std::uint64_t>(file.points));
    for (std::size_t axis = 0; axis < 3; ++axis) {
        put(bytes, 131 + axis * 8, file.scale[axis]);
        put(bytes, 155 + axis * 8, file.offset[axis]);
    }
    for (std::size_t i = 0; i < file.points; ++i) {
        std::string point(record, '\xaa');
        const auto step = static_cast<std::int32_t>(i);
        put<std::int32_t>(point, 0, 100 + step);
        put<std::int32_t>(point, 4, -200);
        put<std::int32_t>(point, 8, 300);
        put<std::uint16_t>(point, 12, i == 0 ? 65'535 : 0);
        const bool modern = file.format >= 6;
        // Return number 2 of 3; class 6, beside flags where formats have some.
        put<std::uint8_t>(point, 14, modern ? 0x32 : 0x1a);
        put<std::uint8_t>(point, 15, modern ? 0xff : 0xe6);
        if (modern) put<std::uint8_t>(point, 16, 206);
        const int format = file.format;
        if (modern) put<double>(point, 22, 1e8 + 0.5);
        if (format == 1 || format == 3 || format == 4 || format == 5)
            put<double>(point, 20, 1e8 + 0.5);
        const std::size_t color = format == 2                                  ? 20
                                  : format == 3 || format == 5                 ? 28
                                  : format == 7 || format == 8 || format == 10 ? 30
                                                                               : 0;
        for (std::size_t c = 0; color > 0 && c < 3; ++c) {
            put(point, color + c * 2,
                static_cast<std::uint16_t>((c + 1) * (file.wide_colors ? 2560 : 10)));
        }
        bytes += point;
    }
    return bytes;
}

Cloud read_las(const Las& file) { return read(las(file), CloudFormat::Las); }
engine::Problem las_problem(std::string_view bytes) { return problem_of(bytes, CloudFormat::Las); }

TEST(Las, EveryPointFormat) {
    for (int format = 0; format <= 10; ++format) {
        for (const std::size_t extra : {0, 7}) {
            SCOPED_TRACE(fmt::format("format {}, {} extra bytes", format, extra));
            const Cloud cloud = read_las({.minor = format >= 6   ? 4
                                                   : format >= 4 ? 3
                                                                 : 2,
                                          .format = format,
                                          .extra = extra,
                                          .records = 11});
            ASSERT_EQ(cloud.points.size(), 2U);
            EXPECT_FLOAT_EQ(cloud.points[0].x, 1);
            EXPECT_FLOAT_EQ(cloud.points[1].x, 1.01F);
            EXPECT_FLOAT_EQ(cloud.points[1].y, -2);
            EXPECT_FLOAT_EQ(cloud.points[1].z, 3);
            EXPECT_EQ(values_of(cloud, "intensity"), (std::vector<double>{1, 0}));
            const double label = format >= 6 ? 206 : 6;
            EXPECT_EQ(values_of(cloud, "label"), (std::vector<double>{label, label}));
            EXPECT_EQ(values_of(cloud, "return_number"), (std::vector<double>{2, 2}));
            const bool has_time = format != 0 && format != 2;
            const bool has_colors = format == 2 || format == 3 || format == 5 || format == 7 ||
                                    format == 8 || format == 10;
            EXPECT_EQ(cloud.field("gps_time") != nullptr, has_time);
            EXPECT_EQ(cloud.field("rgb") != nullptr, has_colors);
            if (has_time) {
                EXPECT_EQ(values_of(cloud, "gps_time")[1], 1e8 + 0.5);
            }
            if (has_colors) {
                EXPECT_EQ(values_of(cloud, "rgb"), (std::vector<double>{10, 20, 30, 10, 20, 30}));
            }
        }
    }
}

TEST(Las, EveryVersion) {
    for (int minor = 0; minor <= 4; ++minor)
        EXPECT_EQ(read_las({.minor = minor}).points.size(), 2U) << minor;
    EXPECT_TRUE(read_las({.points = 0}).points.empty());
    EXPECT_TRUE(read_las({.minor = 4, .format = 6, .points = 0}).points.empty());
    EXPECT_EQ(read_las({.points = 1}).points.size(), 1U);
}

TEST(Las, ColoursOfEightBits) {
    EXPECT_EQ(values_of(read_las({.format = 2, .wide_colors = false, .points = 1}), "rgb"),
              (std::vector<double>{10, 20, 30}));
}

TEST(Las, MapCoordinatesKeepTheirDigits) {
    const Cloud cloud =
        read_las({.scale = {0.001, 0.001, 0.001}, .offset = {691'000.5, 5'334'000.25, 12}});
    EXPECT_EQ(cloud.origin, (std::array<double, 3>{691'000, 5'334'000, 0}));
    EXPECT_FLOAT_EQ(cloud.points[0].x, 0.6F);
    EXPECT_FLOAT_EQ(cloud.points[0].y, 0.05F);
    EXPECT_FLOAT_EQ(cloud.points[0].z, 12.3F);
}

TEST(Las, BytesBehindTheLastPointAreLeftAlone) {
    EXPECT_EQ(read(las({}) + "extended records", CloudFormat::Las).points, read_las({}).points);
}

TEST(Las, WhatCannotBe) {
    const auto changed = [](std::size_t at, auto value) {
        std::string bytes = las({});
        put(bytes, at, value);
        return las_problem(bytes);
    };
    EXPECT_EQ(las_problem("").code, "E-FILE-031");
    EXPECT_EQ(las_problem(std::string(300, 'L')).code, "E-FILE-031");
    EXPECT_EQ(changed(104, std::uint8_t{11}).code, "E-FILE-032");
    EXPECT_EQ(changed(104, std::uint8_t{0x80}).code, "E-FILE-035");
    EXPECT_EQ(changed(105, std::uint16_t{19}).code, "E-FILE-032");
    EXPECT_EQ(changed(105, std::uint16_t{0}).code, "E-FILE-032");
    EXPECT_EQ(changed(107, std::uint32_t{3}).code, "E-FILE-030");
    EXPECT_EQ(changed(107, std::uint32_t{0xffffffff}).code, "E-FILE-030");
    EXPECT_EQ(changed(96, std::uint32_t{0xffffffff}).code, "E-FILE-030");
    EXPECT_EQ(changed(131, std::numeric_limits<double>::quiet_NaN()).code, "E-FILE-032");
    EXPECT_EQ(changed(155, std::numeric_limits<double>::infinity()).code, "E-FILE-032");
    for (const engine::Problem& problem :
         {las_problem(""), changed(104, std::uint8_t{11}), changed(104, std::uint8_t{0x80}),
          changed(107, std::uint32_t{3}), changed(131, std::numeric_limits<double>::quiet_NaN())}) {
        expect_helpful(problem);
    }
}

TEST(Las, ScalesThatOverflowGiveNoNaNOrigin) {
    const Cloud cloud = read_las({.scale = {1e308, 1e308, 1e308}});
    for (const double origin : cloud.origin) EXPECT_TRUE(std::isfinite(origin));
}

}  // namespace
}  // namespace millrace::visual::testing
