// PCD as the Point Cloud Library's documentation describes it, spelt byte by byte, in the
// variations that writers use.
#include <fmt/format.h>

#include <cmath>

#include "engine/visual/io/lzf.hpp"
#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

Cloud pcd(std::string_view bytes) { return read(bytes, CloudFormat::Pcd); }
engine::Problem pcd_problem(std::string_view bytes) { return problem_of(bytes, CloudFormat::Pcd); }

/// A header of `points` points as PCL 1.8 and later write it.
std::string header(std::string_view fields, std::string_view sizes, std::string_view types,
                   std::string_view counts, std::size_t points, std::string_view data) {
    return fmt::format(
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS {}\nSIZE {}\nTYPE "
        "{}\nCOUNT {}\nWIDTH {}\n"
        "HEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {}\nDATA {}\n",
        fields, sizes, types, counts, points, points, data);
}

std::string xyz_header(std::size_t points, std::string_view data) {
    return header("x y z", "4 4 4", "F F F", "1 1 1", points, data);
}

/// The two lengths and the LZF stream of binary_compressed.
std::string compressed(std::string_view columns) {
    const std::string packed = io::lzf_compress(bytes_of(columns));
    return raw({static_cast<std::uint32_t>(packed.size()),
                static_cast<std::uint32_t>(columns.size())}) +
           packed;
}

TEST(PcdAscii, AsPclWritesIt) {
    const Cloud cloud =
        pcd(header("x y z rgb", "4 4 4 4", "F F F F", "1 1 1 1", 3, "ascii") +
            "0.93773 0.33763 0 4.2108e+06\n0.90805 0.35641 0 4.2108e+06\nnan nan nan 0\n");
    ASSERT_EQ(cloud.points.size(), 3U);
    EXPECT_EQ(cloud.points[0], (Point{0.93773F, 0.33763F, 0}));
    EXPECT_TRUE(std::isnan(cloud.points[2].z));
    // 4.2108e6 as a float is 0x4a8080e0.
    EXPECT_EQ(values_of(cloud, "rgb"),
              (std::vector<double>{0x80, 0x80, 0xe0, 0x80, 0x80, 0xe0, 0, 0, 0}));
    EXPECT_EQ(cloud.full_count, 3U);
    EXPECT_EQ(cloud.origin, (std::array<double, 3>{}));
}

TEST(PcdAscii, HeaderVariations) {
    constexpr std::string_view kBody = "1 2 3\n4 5 6\n";
    const std::string_view kHeads[] = {
        // Version 0.5: no VIEWPOINT, short version number.
        "# .PCD v.5 - Point Cloud Data file format\nVERSION .5\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F "
        "F\nCOUNT 1 1 1\n"
        "WIDTH 2\nHEIGHT 1\nPOINTS 2\nDATA ascii\n",
        // No COUNT, no comment.
        "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 2\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 "
        "0 0\nPOINTS 2\n"
        "DATA ascii\n",
        // No POINTS; the cloud is organised.
        "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nHEIGHT 2\nDATA ascii\n",
        // No WIDTH or HEIGHT.
        "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 2\nDATA ascii\n",
        // WIDTH alone.
        "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 2\nDATA ascii\n",
        // The old name of FIELDS, the data's kind in capitals.
        "VERSION 0.6\nCOLUMNS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 2\nHEIGHT "
        "1\nPOINTS 2\nDATA ASCII\n",
        // Blanks, tabs, comments and empty lines everywhere.
        "#one\n \t# two\n\n  VERSION\t0.7 \nFIELDS  x\ty z   \n\n# three\nSIZE 4 4 4 \nTYPE F  F "
        "F\nCOUNT 1 1 1\n"
        "WIDTH   2\nHEIGHT 1 \nVIEWPOINT 0 0 0 1 0 0 0  \nPOINTS 2 \n  DATA   ascii  \n"};
    for (const std::string_view head : kHeads) {
        SCOPED_TRACE(head);
        std::string file = std::string(head) + std::string(kBody);
        EXPECT_EQ(pcd(file).points, (std::vector<Point>{{1, 2, 3}, {4, 5, 6}}));
        // The same with the line ends of Windows, and without the last one.
        std::string windows;
        for (const char c : file) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
        EXPECT_EQ(pcd(windows).points, (std::vector<Point>{{1, 2, 3}, {4, 5, 6}}));
        file.pop_back();
        EXPECT_EQ(pcd(file).points, (std::vector<Point>{{1, 2, 3}, {4, 5, 6}}));
    }
}

TEST(PcdAscii, NumbersAsProgramsPrintThem) {
    const Cloud cloud =
        pcd(header("x y z i u f", "4 4 4 1 8 8", "F F F I U F", "1 1 1 1 1 1", 4, "ascii") +
            "+1 -.5 1e-3 -128 0 1e400\n  1.  2E2 -0 +127 4294967296 -inf  \n"
            "NaN -nan INF 1e2 12.0 1e-400\n\n\t1 2 3 0 1 2\n");
    ASSERT_EQ(cloud.points.size(), 4U);
    EXPECT_EQ(cloud.points[0], (Point{1, -0.5F, 1e-3F}));
    EXPECT_EQ(cloud.points[1], (Point{1, 200, 0}));
    EXPECT_TRUE(std::isnan(cloud.points[2].x) && std::isnan(cloud.points[2].y));
    EXPECT_EQ(cloud.points[2].z, kInfinity);
    EXPECT_EQ(values_of(cloud, "i"), (std::vector<double>{-128, 127, 100, 0}));
    EXPECT_EQ(values_of(cloud, "u"), (std::vector<double>{0, 4294967296, 12, 1}));
    EXPECT_EQ(values_of(cloud, "f"), (std::vector<double>{kInfinity, -kInfinity, 0, 2}));
}

TEST(PcdAscii, PackedColoursAsIntegers) {
    // Below TYPE F too: PCL writes the bits of the float as an integer there.
    for (const char* type : {"U", "F", "I"}) {
        const Cloud cloud = pcd(
            header("x y z rgb", "4 4 4 4", std::string("F F F ") + type, "1 1 1 1", 1, "ascii") +
            "1 2 3 4278255361\n");
        EXPECT_EQ(values_of(cloud, "rgb"), (std::vector<double>{0, 255, 1})) << type;
    }
    const Cloud alpha = pcd(header("x y z rgba", "4 4 4 4", "F F F U", "1 1 1 1", 1, "ascii") +
                            "1 2 3 2147549953\n");
    EXPECT_EQ(values_of(alpha, "rgb"), (std::vector<double>{1, 3, 1}));
    EXPECT_EQ(values_of(alpha, "alpha"), (std::vector<double>{128}));
}

TEST(PcdAscii, RowsThatAreNoRows) {
    const std::string head = xyz_header(2, "ascii");
    // The header has 11 lines, the comment included.
    struct Case {
        std::string_view body, code;
        std::size_t line;
    };
    constexpr Case kCases[] = {
        {"1 2 3\n4 x 6\n", "E-FILE-033", 13},     {"1.5 2.5 3.5\n4 5\n", "E-FILE-033", 13},
        {"1 2 3 4\n5 6 7 8\n", "E-FILE-033", 12}, {"1,2,3\n4,5,6\n", "E-FILE-033", 12},
        {"1.5 2.5 3.5\n\n", "E-FILE-030", 13},    {"0x1 2 3\n4 5 6\n", "E-FILE-033", 12},
        {"1 2 3d0\n4 5 6\n", "E-FILE-033", 12},   {"1 2 3\x01\n4 5 6\n", "E-FILE-033", 12}};
    for (const Case& wrong : kCases) {
        const engine::Problem problem = pcd_problem(head + std::string(wrong.body));
        SCOPED_TRACE(wrong.body);
        EXPECT_EQ(problem.code, wrong.code);
        EXPECT_EQ(problem.where, fmt::format("file, line {}", wrong.line));
        expect_helpful(problem);
    }
    // Out of range for its type.
    const std::string small = header("x y z u", "4 4 4 1", "F F F U", "1 1 1 1", 1, "ascii");
    for (const char* word : {"256", "-1", "1.5", "nan", "1e30"}) {
        EXPECT_EQ(pcd_problem(small + "1 2 3 " + word + "\n").code, "E-FILE-033") << word;
    }
}

TEST(PcdBinary, EveryTypeAtItsPlace) {
    const std::string row = raw<std::uint8_t>({200}) + raw<std::int8_t>({-5}) +
                            raw<std::uint16_t>({60'000}) + raw<std::int16_t>({-300}) +
                            raw<std::uint32_t>({4'000'000'000}) + raw<std::int32_t>({-70'000}) +
                            raw<std::uint64_t>({1ULL << 40}) + raw<std::int64_t>({-(1LL << 41)}) +
                            raw<float>({0.5F}) + raw<double>({0.1}) + raw<float>({1, 2, 3});
    const Cloud cloud =
        pcd(header("u8 i8 u16 i16 u32 i32 u64 i64 f f64 x y z", "1 1 2 2 4 4 8 8 4 8 4 4 4",
                   "U I U I U I U I F F F F F", "1 1 1 1 1 1 1 1 1 1 1 1 1", 2, "binary") +
            row + row);
    ASSERT_EQ(cloud.points, (std::vector<Point>{{1, 2, 3}, {1, 2, 3}}));
    const std::pair<const char*, double> kExpected[] = {{"u8", 200},
                                                        {"i8", -5},
                                                        {"u16", 60'000},
                                                        {"i16", -300},
                                                        {"u32", 4'000'000'000.0},
                                                        {"i32", -70'000},
                                                        {"u64", 1099511627776.0},
                                                        {"i64", -2199023255552.0},
                                                        {"f", 0.5},
                                                        {"f64", 0.1}};
    for (const auto& [name, value] : kExpected)
        EXPECT_EQ(values_of(cloud, name), (std::vector<double>{value, value})) << name;
    EXPECT_EQ(cloud.field("u8")->values.index(), 0U);
    EXPECT_EQ(cloud.field("u16")->values.index(), 1U);
    EXPECT_EQ(cloud.field("i8")->values.index(), 2U);
    EXPECT_EQ(cloud.field("f")->values.index(), 3U);
    EXPECT_EQ(cloud.field("u32")->values.index(), 4U);  // does not fit int32
}

TEST(PcdBinary, PaddingAndSeveralValuesAField) {
    // PointXYZI of PCL: 16-byte positions, intensity, 12 bytes of padding; and a histogram of
    // three.
    const std::string row = raw<float>({1, 2, 3, 99}) + raw<float>({7}) + std::string(12, '\xee') +
                            raw<float>({4, 5, 6});
    const std::string file = header("x y z _ intensity _ hist", "4 4 4 1 4 1 4", "F F F U F U F",
                                    "1 1 1 4 1 12 3", 2, "binary") +
                             row + row;
    const Cloud cloud = pcd(file);
    ASSERT_EQ(cloud.points, (std::vector<Point>{{1, 2, 3}, {1, 2, 3}}));
    ASSERT_EQ(cloud.fields.size(), 2U);
    EXPECT_EQ(values_of(cloud, "intensity"), (std::vector<double>{7, 7}));
    EXPECT_EQ(cloud.field("hist")->channels, 3);
    EXPECT_EQ(values_of(cloud, "hist"), (std::vector<double>{4, 5, 6, 4, 5, 6}));
}

TEST(PcdBinary, DoublePositionsLieRelativeToAnOrigin) {
    const Cloud near = pcd(header("x y z", "8 8 8", "F F F", "1 1 1", 1, "binary") +
                           raw<double>({1.5, -9999, 0.1}));
    EXPECT_EQ(near.points[0], (Point{1.5F, -9999, 0.1F}));
    EXPECT_EQ(near.origin, (std::array<double, 3>{}));
    const double infinity = std::numeric_limits<double>::infinity();
    const Cloud far = pcd(header("x y z", "8 8 8", "F F F", "1 1 1", 3, "binary") +
                          raw<double>({infinity, 5'000'000.25, 1, 500'000.5, 5'000'000.5, 2,
                                       500'010.25, 5'000'000.75, 3}));
    EXPECT_EQ(far.origin[0], 500'001);  // the first finite one, rounded
    EXPECT_EQ(far.points[0].x, kInfinity);
    EXPECT_EQ(far.points[1].x, -0.5F);
    EXPECT_EQ(far.points[2].x, 9.25F);
    EXPECT_EQ(far.origin[1], 5'000'000);
    EXPECT_EQ(far.points[0].y, 0.25F);
}

TEST(PcdBinary, BytesBehindTheLastPointAreLeftAlone) {
    const std::string file = xyz_header(1, "binary") + raw<float>({1, 2, 3});
    EXPECT_EQ(pcd(file + "anything").points, pcd(file).points);
    EXPECT_EQ(pcd(xyz_header(1, "ascii") + "1 2 3\nanything\n").points, pcd(file).points);
}

TEST(PcdCompressed, ColumnsStandOneBehindTheOther) {
    const std::string columns = raw<float>({1, 4, 2, 5, 3, 6}) + raw<std::uint16_t>({7, 8, 9, 10});
    const std::string file =
        header("x y z pair", "4 4 4 2", "F F F U", "1 1 1 2", 2, "binary_compressed") +
        compressed(columns);
    const Cloud cloud = pcd(file);
    EXPECT_EQ(cloud.points, (std::vector<Point>{{1, 2, 3}, {4, 5, 6}}));
    EXPECT_EQ(values_of(cloud, "pair"), (std::vector<double>{7, 8, 9, 10}));
    EXPECT_EQ(pcd(file + "behind").points, cloud.points);
}

TEST(PcdCompressed, Damage) {
    const std::string head = xyz_header(2, "binary_compressed");
    const std::string columns = raw<float>({1, 1, 1, 1, 1, 1});
    const std::string good = compressed(columns);
    EXPECT_EQ(pcd(head + good).points.size(), 2U);
    const std::string packed = good.substr(8);
    const auto with = [&](std::uint32_t packed_size, std::uint32_t size, const std::string& data) {
        return pcd_problem(head + raw({packed_size, size}) + data);
    };
    const auto length = static_cast<std::uint32_t>(packed.size());
    EXPECT_EQ(with(length, 23, packed).code, "E-FILE-032");
    EXPECT_EQ(with(length, 0, packed).code, "E-FILE-032");
    EXPECT_EQ(with(0xffffffff, 24, packed).code, "E-FILE-030");
    EXPECT_EQ(with(length - 1, 24, packed).code, "E-FILE-034");
    EXPECT_EQ(with(length, 24, std::string(length, '\xff')).code, "E-FILE-034");
    const engine::Problem backwards = with(length, 24, std::string(1, '\x20') + packed.substr(1));
    EXPECT_EQ(backwards.code, "E-FILE-034");
    EXPECT_EQ(backwards.where, fmt::format("file, byte {}", head.size() + 8));
    expect_helpful(backwards);
}

TEST(PcdHeader, WhatCannotBe) {
    struct Case {
        std::string_view head, code;
    };
    constexpr Case kCases[] = {
        {"", "E-FILE-031"},
        {"\n\n", "E-FILE-031"},
        {"# only a comment", "E-FILE-031"},
        {"solid cube\n", "E-FILE-031"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\n", "E-FILE-031"},       // no DATA
        {"SIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n", "E-FILE-032"},  // no FIELDS
        {"FIELDS x y z\nSIZE 4 4\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F\nPOINTS 1\nDATA ascii\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1\nPOINTS 1\nDATA ascii\n1 2 3\n",
         "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 0\nPOINTS 1\nDATA ascii\n1 2 3\n",
         "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 -1\nPOINTS 1\nDATA ascii\n1 2 3\n",
         "E-FILE-031"},
        {"FIELDS x y z\nSIZE 4 4 3\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 2\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F Q\nPOINTS 1\nDATA ascii\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nDATA ascii\n1 2 3\n", "E-FILE-032"},  // no count
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nHEIGHT 1\nDATA ascii\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 2\nHEIGHT 1\nPOINTS 1\nDATA ascii\n1 2 3\n",
         "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS -1\nDATA ascii\n1 2 3\n", "E-FILE-031"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1 1\nDATA ascii\n1 2 3\n", "E-FILE-031"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS\nDATA ascii\n1 2 3\n", "E-FILE-031"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA xml\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA\n1 2 3\n", "E-FILE-032"},
        {"FIELDS x y z z\nSIZE 4 4 4 4\nTYPE F F F F\nPOINTS 1\nDATA ascii\n1 2 3 4\n",
         "E-FILE-032"},
        {"FIELDS x y q\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n", "E-FILE-036"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 2\nPOINTS 1\nDATA ascii\n1 2 3 4\n",
         "E-FILE-036"},
        {"FIELDS x y z\nSIZE 4 4 4\nTYPE F F \x1b[31mF\nPOINTS 1\nDATA ascii\n1 2 3\n",
         "E-FILE-032"}};
    for (const Case& wrong : kCases) {
        SCOPED_TRACE(wrong.head);
        const engine::Problem problem = pcd_problem(wrong.head);
        EXPECT_EQ(problem.code, wrong.code);
        expect_helpful(problem);
    }
}

TEST(PcdHeader, ALineWithoutEndIsRefused) {
    const engine::Problem problem = pcd_problem(std::string((1 << 20) + 2, 'F'));
    EXPECT_EQ(problem.code, "E-FILE-031");
    expect_helpful(problem);
}

}  // namespace
}  // namespace millrace::visual::testing
