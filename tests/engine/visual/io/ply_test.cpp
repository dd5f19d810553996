// PLY as Greg Turk's description has it, spelt byte by byte, in the variations that writers use.
#include <fmt/format.h>

#include <cmath>

#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

Cloud ply(std::string_view bytes) { return read(bytes, CloudFormat::Ply); }
engine::Problem ply_problem(std::string_view bytes) { return problem_of(bytes, CloudFormat::Ply); }

constexpr std::string_view kXyz = "property float x\nproperty float y\nproperty float z\n";

std::string header(std::string_view format, std::size_t vertices,
                   std::string_view properties = kXyz, std::string_view behind = "") {
    return fmt::format("ply\nformat {} 1.0\nelement vertex {}\n{}{}end_header\n", format, vertices,
                       properties, behind);
}

TEST(PlyAscii, CommentsFacesAndBlanks) {
    const std::string file =
        "ply \nformat ascii 1.0\ncomment made by hand\nobj_info num_cols 512\ncomment\n\nelement  "
        "vertex 3 \n"
        "property float32 x\nproperty\tfloat y\nproperty float64 z\nproperty uchar quality\n"
        "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
        "0 0 0 1\n  1 0.5 -2e1\t2 \n\n1 1 1 255\n3 0 1 2\n";
    const Cloud cloud = ply(file);
    EXPECT_EQ(cloud.points, (std::vector<Point>{{0, 0, 0}, {1, 0.5F, -20}, {1, 1, 1}}));
    EXPECT_EQ(values_of(cloud, "quality"), (std::vector<double>{1, 2, 255}));
    std::string windows;
    for (const char c : file) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(ply(windows).points, cloud.points);
}

TEST(PlyAscii, ElementsBeforeTheVertices) {
    const Cloud cloud =
        ply("ply\nformat ascii 1.0\nelement camera 2\nproperty float fov\nelement strips "
            "1\nproperty list int int indices\n"
            "element vertex 1\nproperty float x\nproperty float y\nproperty float "
            "z\nend_header\n60\n70\n4 0 1 2 3\n7 8 9\n");
    EXPECT_EQ(cloud.points, (std::vector<Point>{{7, 8, 9}}));
}

TEST(PlyAscii, RowsThatAreNoRows) {
    struct Case {
        std::string_view body, code;
        std::size_t line;
    };
    constexpr Case kCases[] = {{"1 2 3\n4 five 6\n", "E-FILE-033", 9},
                               {"1.5 2.5 3.5\n4 5\n", "E-FILE-033", 9},
                               {"1 2 3 4\n5 6 7 8\n", "E-FILE-033", 8},
                               {"1 2 3 4 5 6\n\n", "E-FILE-033", 8}};
    for (const Case& wrong : kCases) {
        SCOPED_TRACE(wrong.body);
        const engine::Problem problem = ply_problem(header("ascii", 2) + std::string(wrong.body));
        EXPECT_EQ(problem.code, wrong.code);
        EXPECT_EQ(problem.where, fmt::format("file, line {}", wrong.line));
        expect_helpful(problem);
    }
    const engine::Problem few = ply_problem(header("ascii", 3) + "1 2 3\n4.000000 5 6\n");
    EXPECT_EQ(few.code, "E-FILE-030");
    expect_helpful(few);
}

TEST(PlyBinary, EveryTypeInBothByteOrders) {
    const std::string properties =
        "property char i8\nproperty int8 j8\nproperty uchar u8\nproperty uint8 v8\nproperty short "
        "i16\nproperty int16 j16\n"
        "property ushort u16\nproperty uint16 v16\nproperty int i32\nproperty int32 j32\nproperty "
        "uint u32\n"
        "property uint32 v32\nproperty float x\nproperty float32 y\nproperty double z\nproperty "
        "float64 w\n";
    const auto row = [](auto bytes) {
        return bytes(std::int8_t{-1}) + bytes(std::int8_t{-2}) + bytes(std::uint8_t{3}) +
               bytes(std::uint8_t{254}) + bytes(std::int16_t{-500}) + bytes(std::int16_t{6}) +
               bytes(std::uint16_t{65'535}) + bytes(std::uint16_t{8}) +
               bytes(std::int32_t{-90'000}) + bytes(std::int32_t{10}) +
               bytes(std::uint32_t{3'000'000'000}) + bytes(std::uint32_t{12}) + bytes(1.5F) +
               bytes(-2.25F) + bytes(0.125) + bytes(1e300);
    };
    const std::string little = row([](auto number) { return raw({number}); });
    const std::string big = row([](auto number) { return raw_big({number}); });
    const Cloud cloud = ply(header("binary_little_endian", 2, properties) + little + little);
    EXPECT_EQ(cloud.points, (std::vector<Point>{{1.5F, -2.25F, 0.125F}, {1.5F, -2.25F, 0.125F}}));
    const std::pair<const char*, double> kExpected[] = {{"i8", -1},
                                                        {"j8", -2},
                                                        {"u8", 3},
                                                        {"v8", 254},
                                                        {"i16", -500},
                                                        {"j16", 6},
                                                        {"u16", 65'535},
                                                        {"v16", 8},
                                                        {"i32", -90'000},
                                                        {"j32", 10},
                                                        {"u32", 3'000'000'000.0},
                                                        {"v32", 12},
                                                        {"w", 1e300}};
    for (const auto& [name, value] : kExpected)
        EXPECT_EQ(values_of(cloud, name), (std::vector<double>{value, value})) << name;
    expect_same(cloud, ply(header("binary_big_endian", 2, properties) + big + big));
}

TEST(PlyBinary, ColoursAndNormalsAreOneField) {
    const std::string properties =
        std::string(kXyz) +
        "property float nx\nproperty float ny\nproperty float nz\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\nproperty uchar alpha\n";
    const Cloud cloud = ply(header("binary_little_endian", 1, properties) +
                            raw<float>({1, 2, 3, 0, 0, 1}) + raw<std::uint8_t>({10, 20, 30, 40}));
    ASSERT_EQ(cloud.fields.size(), 3U);
    EXPECT_EQ(values_of(cloud, "normal"), (std::vector<double>{0, 0, 1}));
    EXPECT_EQ(values_of(cloud, "rgb"), (std::vector<double>{10, 20, 30}));
    EXPECT_EQ(values_of(cloud, "alpha"), (std::vector<double>{40}));
    // Scanners' older names, another order; colours that are no bytes stay what they are.
    const Cloud other =
        ply(header("ascii", 1,
                   std::string(kXyz) + "property uchar diffuse_blue\nproperty uchar diffuse_green\n"
                                       "property uchar diffuse_red\nproperty float red\n") +
            "1 2 3 30 20 10 0.5\n");
    EXPECT_EQ(values_of(other, "rgb"), (std::vector<double>{10, 20, 30}));
    EXPECT_EQ(values_of(other, "red"), (std::vector<double>{0.5}));
}

TEST(PlyBinary, NumberedPropertiesAreOneField) {
    const std::string properties = std::string(kXyz) +
                                   "property float sh_0\nproperty float sh_1\nproperty float sh_2\n"
                                   "property float a_1\nproperty float b_0\nproperty double b_1\n";
    const Cloud cloud = ply(header("ascii", 1, properties) + "0 0 0 1 2 3 4 5 6\n");
    EXPECT_EQ(values_of(cloud, "sh"), (std::vector<double>{1, 2, 3}));
    EXPECT_EQ(values_of(cloud, "a_1"), (std::vector<double>{4}));
    EXPECT_EQ(values_of(cloud, "b_0"), (std::vector<double>{5}));
    EXPECT_EQ(values_of(cloud, "b_1"), (std::vector<double>{6}));
}

TEST(PlyBinary, ListsBeforeTheVerticesArePassedOver) {
    for (const bool big : {false, true}) {
        const auto bytes = [big](auto number) { return big ? raw_big({number}) : raw({number}); };
        const std::string head = fmt::format(
            "ply\nformat {} 1.0\nelement face 2\nproperty uchar flags\nproperty list uchar int "
            "vertex_indices\n"
            "property list ushort float texcoord\nelement pad 3\nproperty double d\nelement vertex "
            "1\n{}end_header\n",
            big ? "binary_big_endian" : "binary_little_endian", kXyz);
        const std::string triangle = bytes(std::uint8_t{9}) + bytes(std::uint8_t{3}) + bytes(0) +
                                     bytes(1) + bytes(2) + bytes(std::uint16_t{1}) + bytes(0.5F);
        const std::string empty =
            bytes(std::uint8_t{9}) + bytes(std::uint8_t{0}) + bytes(std::uint16_t{0});
        const std::string file = head + triangle + empty + std::string(24, '\0') + bytes(1.0F) +
                                 bytes(2.0F) + bytes(3.0F);
        EXPECT_EQ(ply(file).points, (std::vector<Point>{{1, 2, 3}}));
        EXPECT_EQ(ply(file + "anything behind").points, (std::vector<Point>{{1, 2, 3}}));
    }
}

TEST(PlyBinary, ListsThatLie) {
    const auto file = [](std::string_view type, const std::string& length) {
        return fmt::format(
                   "ply\nformat binary_little_endian 1.0\nelement face 1\nproperty list {} int "
                   "i\nelement vertex 1\n{}end_header\n",
                   type, kXyz) +
               length + raw<float>({1, 2, 3, 4, 5, 6});
    };
    EXPECT_EQ(ply_problem(file("char", raw<std::int8_t>({-1}))).code, "E-FILE-032");
    EXPECT_EQ(ply_problem(file("int", raw<std::int32_t>({-4}))).code, "E-FILE-032");
    EXPECT_EQ(ply_problem(file("uint", raw<std::uint32_t>({0xffffffff}))).code, "E-FILE-030");
    EXPECT_EQ(ply_problem(file("uchar", raw<std::uint8_t>({7}))).code, "E-FILE-030");
    const engine::Problem negative = ply_problem(file("short", raw<std::int16_t>({-2})));
    expect_helpful(negative);
    EXPECT_EQ(negative.found, "-2");
}

TEST(PlyHeader, WhatCannotBe) {
    struct Case {
        std::string_view file, code;
    };
    constexpr Case kCases[] = {
        {"", "E-FILE-031"},
        {"plyx\n", "E-FILE-031"},
        {"ply", "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\n", "E-FILE-031"},
        {"ply\nelement vertex 1\nproperty float x\nproperty float y\nproperty float "
         "z\nend_header\n1 2 3\n",
         "E-FILE-031"},
        {"ply\nformat utf8 1.0\nend_header\n", "E-FILE-031"},
        {"ply\nformat ascii 1.0\nend_header\n", "E-FILE-036"},
        {"ply\nformat binary_little_endian 1.0\nend_header\n", "E-FILE-036"},
        {"ply\nformat ascii 1.0\nelement face 0\nproperty list uchar int i\nend_header\n",
         "E-FILE-036"},
        {"ply\nformat ascii 1.0\nproperty float x\nend_header\n", "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex many\nend_header\n", "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex -1\nend_header\n", "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex\nend_header\n", "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex 1\nproperty quad x\nend_header\n", "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex 1\nproperty list float int i\nend_header\n",
         "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex 1\nproperty list uchar i\nend_header\n",
         "E-FILE-031"},
        {"ply\nformat ascii 1.0\nelement vertex 1\nproperty list uchar int i\nend_header\n3 1 2 "
         "3\n",
         "E-FILE-035"},
        {"ply\nformat binary_big_endian 1.0\nelement vertex 1\nproperty list uchar int "
         "i\nend_header\n\3",
         "E-FILE-035"},
        {"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float "
         "y\nend_header\n1 2\n",
         "E-FILE-036"},
        {"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty "
         "float z\nproperty int x\n"
         "end_header\n1 2 3 4\n",
         "E-FILE-032"},
        {"ply\nformat ascii 1.0\nmaterial shiny\nend_header\n", "E-FILE-031"}};
    for (const Case& wrong : kCases) {
        SCOPED_TRACE(wrong.file);
        const engine::Problem problem = ply_problem(wrong.file);
        EXPECT_EQ(problem.code, wrong.code);
        expect_helpful(problem);
    }
}

TEST(PlyHeader, TooManyElementsOrProperties) {
    std::string many = "ply\nformat ascii 1.0\n";
    for (int i = 0; i < 100; ++i) many += fmt::format("element e{} 0\n", i);
    EXPECT_EQ(ply_problem(many + "end_header\n").code, "E-FILE-031");
    std::string wide = "ply\nformat ascii 1.0\nelement vertex 0\n";
    for (int i = 0; i < 5000; ++i) wide += fmt::format("property float p{}\n", i);
    EXPECT_EQ(ply_problem(wide + "end_header\n").code, "E-FILE-031");
}

}  // namespace
}  // namespace millrace::visual::testing
