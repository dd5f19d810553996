#include <gtest/gtest.h>

#include <algorithm>

#include "tests/nodes/fusion/fusion.hpp"

namespace millrace::testing {
namespace {

types::Image depth_of(const types::PointCloud& projected, int radius,
                      types::Image image = image_of(8, 6)) {
    return run("fusion.depth_image", {{"radius", radius}}, projected, std::move(image))
        .at(0)
        .as<types::Image>();
}

int filled(const types::Image& image) {
    int count = 0;
    for (int y = 0; y < image.height; ++y)
        count +=
            static_cast<int>(std::count_if(image.row<float>(y), image.row<float>(y) + image.width,
                                           [](float metres) { return metres != 0; }));
    return count;
}

TEST(DepthImage, PutsEachDepthIntoItsPixel) {
    const types::Image image =
        depth_of(projected_of({{0, 0, 3}, {7.99F, 5.99F, 4}, {2.5F, 3.2F, 5}}), 0);
    EXPECT_EQ(image.width, 8);
    EXPECT_EQ(image.height, 6);
    EXPECT_EQ(image.channels, 1);
    EXPECT_EQ(image.depth, types::Depth::F32);
    EXPECT_EQ(image.unit, "m");
    EXPECT_EQ(image.frame, "front");
    EXPECT_EQ(image.timestamp, 12.5);
    EXPECT_EQ(image.row<float>(0)[0], 3);
    EXPECT_EQ(image.row<float>(5)[7], 4);
    EXPECT_EQ(image.row<float>(3)[2], 5);
    EXPECT_EQ(filled(image), 3);
}

TEST(DepthImage, TheNearestWinsInEveryOrder) {
    std::vector<Seen> seen = {{2.1F, 2.1F, 9}, {2.9F, 2.9F, 4}, {2.5F, 2, 7}};
    for (int turn = 0; turn < 3; ++turn) {
        std::ranges::rotate(seen, seen.begin() + 1);
        EXPECT_EQ(depth_of(projected_of(seen), 0).row<float>(2)[2], 4);
    }
}

TEST(DepthImage, ARadiusFillsASquareWhereNothingNearerFalls) {
    const types::Image image = depth_of(projected_of({{2.5F, 2.5F, 4}, {4.5F, 2.5F, 9}}), 1);
    for (int y = 1; y <= 3; ++y) {
        for (int x = 1; x <= 3; ++x) EXPECT_EQ(image.row<float>(y)[x], 4) << x << " " << y;
        for (int x = 4; x <= 5; ++x) EXPECT_EQ(image.row<float>(y)[x], 9) << x << " " << y;
    }
    EXPECT_EQ(filled(image), 15);
    // At a corner the square is cut.
    EXPECT_EQ(filled(depth_of(projected_of({{0.5F, 0.5F, 4}}), 2)), 9);
}

TEST(DepthImage, PointsWithoutAPlaceAreLeftOut) {
    const types::Image image = depth_of(projected_of({{-0.1F, 2, 4},
                                                      {8, 2, 4},
                                                      {2, 6, 4},
                                                      {kNan, 2, 4},
                                                      {2, kNan, 4},
                                                      {2, 2, kNan},
                                                      {2, 2, 0},
                                                      {2, 2, -3},
                                                      {1e30F, 2, 4},
                                                      {kInfinity, -kInfinity, 4}}),
                                        0);
    EXPECT_EQ(filled(image), 0);
}

TEST(DepthImage, EmptyCloudAndEmptyImage) {
    EXPECT_EQ(filled(depth_of(projected_of({}), 1)), 0);
    EXPECT_TRUE(depth_of(projected_of({{0, 0, 1}}), 1, image_of(0, 0)).bytes.empty());
}

TEST(DepthImage, HugeDepthsAreKept) {
    EXPECT_EQ(depth_of(projected_of({{1, 1, 3e38F}}), 0).row<float>(1)[1], 3e38F);
}

TEST(DepthImage, OtherCloudsAreRefused) {
    const engine::Problem problem = problem_of([] { depth_of(cloud_of({{1, 2, 3}}), 1); });
    EXPECT_EQ(problem.code, "E-FUSION-001");
    EXPECT_NE(problem.mend.find("fusion.project_points"), std::string::npos);
    types::PointCloud uneven = projected_of({{1, 1, 4}, {2, 2, 4}});
    std::get<std::vector<float>>(uneven.fields.back().values).pop_back();
    EXPECT_EQ(problem_of([&] { depth_of(uneven, 1); }).code, "E-FUSION-001");
}

TEST(DepthImage, GivesTheSameBytesEachTime) {
    std::vector<Seen> seen;
    for (int i = 0; i < 500; ++i)
        seen.push_back({float(i % 83) / 10, float(i % 61) / 10, 1 + float(i * 7 % 90)});
    const types::Image first = depth_of(projected_of(seen), 1);
    std::ranges::reverse(seen);
    EXPECT_EQ(depth_of(projected_of(seen), 1).bytes, first.bytes);
}

}  // namespace
}  // namespace millrace::testing
