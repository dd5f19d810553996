#include <fmt/format.h>

#include <cmath>

#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

Cloud xyz(std::string_view bytes) { return read(bytes, CloudFormat::Xyz); }
engine::Problem xyz_problem(std::string_view bytes) { return problem_of(bytes, CloudFormat::Xyz); }

TEST(Xyz, SeparatorsCommentsAndHeadings) {
    const std::vector<Point> expected = {{1, 2, 3}, {4, 5, -6.5F}};
    for (const std::string_view text :
         {"1 2 3\n4 5 -6.5\n", "1 2 3\n4 5 -6.5", "1,2,3\n4, 5 ,-6.5\n", "1;2;3\r\n4;5;-65e-1\r\n",
          "1,2,3,\n4,5,-6.5,\n",
          "# made by hand\n\n\t1\t2\t3 \n// between\n  # and here\n4 5 -6.5\n\n",
          "x y z\n1 2 3\n4 5 -6.5\n", "\"X\",\"Y\",\"Z\"\n1,2,3\n4,5,-6.5\n",
          "2\n1 2 3\n4 5 -6.5\n", "//X Y Z\n1 2 3\n4 5 -6.5"}) {
        SCOPED_TRACE(text);
        const Cloud cloud = xyz(text);
        EXPECT_EQ(cloud.points, expected);
        EXPECT_TRUE(cloud.fields.empty());
        EXPECT_EQ(cloud.full_count, 2U);
    }
}

TEST(Xyz, MoreColumns) {
    EXPECT_EQ(values_of(xyz("1 2 3 0.5\n1 2 3 nan\n"), "intensity")[0], 0.5);
    const Cloud colors = xyz("1 2 3 0 128 255\n4 5 6 1 2 3\n");
    EXPECT_EQ(values_of(colors, "rgb"), (std::vector<double>{0, 128, 255, 1, 2, 3}));
    EXPECT_EQ(colors.field("rgb")->values.index(), 0U);
    // No colours: not whole, or beyond a byte.
    for (const char* text :
         {"1 2 3 0 128 255.5\n", "1 2 3 0 128 256\n", "1 2 3 -1 0 0\n", "1 2 3 0 0 nan\n"}) {
        const Cloud cloud = xyz(text);
        EXPECT_EQ(cloud.field("rgb"), nullptr) << text;
        EXPECT_EQ(cloud.fields.size(), 3U) << text;
        EXPECT_EQ(cloud.fields[0].name, "field3");
    }
    const Cloud five = xyz("1 2 3 4 5\n");
    EXPECT_EQ(values_of(five, "field4"), (std::vector<double>{5}));
}

TEST(Xyz, EmptyFiles) {
    for (const char* text : {"", "\n\n", "# nothing\n", "x y z\n", "0\n"}) {
        EXPECT_TRUE(xyz(text).points.empty()) << text;
    }
}

TEST(Xyz, LinesThatAreNoPoints) {
    struct Case {
        std::string_view text;
        std::size_t line;
    };
    constexpr Case kCases[] = {{"1 2 3\n4 5\n", 2},     {"1 2 3\n4 5 6 7\n", 2},
                               {"1 2 3\nx y z\n", 2},   {"1 2\n", 1},
                               {"1,,3,4\n5,,6,7\n", 1}, {"1,2,3,4\n5,,6,7\n", 2},
                               {"1 2 3\n1e 2 3\n", 2},  {"# a\n\n1 2 3\n1,5 2 3\n", 4},
                               {"x y z\nx y z\n", 2},   {"1a 2 3\n", 1}};
    for (const Case& wrong : kCases) {
        SCOPED_TRACE(wrong.text);
        const engine::Problem problem = xyz_problem(wrong.text);
        EXPECT_EQ(problem.code, "E-FILE-033");
        EXPECT_EQ(problem.where, fmt::format("file, line {}", wrong.line));
        expect_helpful(problem);
    }
    // A count that is none, and those that the points contradict.
    for (const char* text :
         {"2\n1 2 3\n", "1\n1 2 3\n4 5 6\n", "-1\n", "0.5\n", "nan\n", "1e300\n1 2 3\n"}) {
        const engine::Problem problem = xyz_problem(text);
        EXPECT_EQ(problem.code, "E-FILE-030") << text;
        expect_helpful(problem);
    }
    EXPECT_EQ(xyz_problem(std::string((1 << 20) + 2, '1')).code, "E-FILE-031");
    std::string wide = "1";
    for (int i = 0; i < 5000; ++i) wide += " 1";
    EXPECT_EQ(xyz_problem(wide).code, "E-FILE-033");
}

TEST(Bin, RowsOfFourAndFive) {
    const Cloud kitti = read(raw<float>({1, 2, 3, 0.5F, 4, 5, 6, kNan}), CloudFormat::KittiBin);
    EXPECT_EQ(kitti.points, (std::vector<Point>{{1, 2, 3}, {4, 5, 6}}));
    EXPECT_EQ(values_of(kitti, "intensity")[0], 0.5);
    EXPECT_TRUE(std::isnan(values_of(kitti, "intensity")[1]));
    const Cloud scenes =
        read(raw<float>({1, 2, 3, 255, 31, 4, 5, 6, 51, kNan, 7, 8, 9, 0, -1, 7, 8, 9, 0, 1e9F}),
             CloudFormat::NuScenesBin);
    ASSERT_EQ(scenes.points.size(), 4U);
    EXPECT_EQ(values_of(scenes, "intensity")[0], 1);
    EXPECT_FLOAT_EQ(static_cast<float>(values_of(scenes, "intensity")[1]), 0.2F);
    EXPECT_EQ(values_of(scenes, "ring"), (std::vector<double>{31, 0, 0, 0}));
}

TEST(Bin, APartOfAPointIsRefused) {
    for (const auto& [format, row] :
         {std::pair(CloudFormat::KittiBin, 16U), std::pair(CloudFormat::NuScenesBin, 20U)}) {
        for (std::size_t size = 0; size < 3 * row; ++size) {
            const engine::Problem problem = problem_of(std::string(size, '\0'), format);
            EXPECT_EQ(problem.code, size % row == 0 ? "none" : "E-FILE-030") << size;
            if (size % row == 0) continue;
            EXPECT_EQ(problem.where, fmt::format("file, byte {}", size - size % row));
            expect_helpful(problem);
        }
    }
}

TEST(Bin, MapCoordinatesAreAddedToThePositions) {
    Cloud cloud;
    cloud.origin = {100, 0, -2};
    cloud.points = {{1, 2, 3}};
    EXPECT_EQ(write_cloud(cloud, CloudFormat::KittiBin), raw<float>({101, 2, 1, 0}));
    EXPECT_EQ(write_cloud(cloud, CloudFormat::Xyz), "101 2 1\n");
}

}  // namespace
}  // namespace millrace::visual::testing
