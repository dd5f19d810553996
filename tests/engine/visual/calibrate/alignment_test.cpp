// The alignment score is greatest at the true pose, and the search finds it again.
#include "engine/visual/calibrate/alignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "engine/visual/calibrate/search.hpp"
#include "tests/engine/visual/calibrate/support.hpp"

namespace millrace::tests {
namespace {

using visual::Correction;
using visual::CorrectionAxis;
using visual::DepthEdges;

constexpr double kDegree = std::numbers::pi / 180;

std::shared_ptr<const visual::AlignmentItem> item_of(std::uint64_t seed) {
    const auto all = plates(seed);
    const visual::Camera camera = straight_camera();
    return std::make_shared<visual::AlignmentItem>(scan(all), photograph(all, camera), camera);
}

const visual::AlignmentItems& three() {
    static const visual::AlignmentItems items = {item_of(1), item_of(2), item_of(3)};
    return items;
}

TEST(Alignment, DepthEdgesLieOnTheNearSide) {
    // One plate 10 m ahead, 2 m wide and high, before a wall.
    const DepthEdges edges =
        visual::depth_edges(scan({{40, -200, 200, -200, 200, 0}, {10, -1, 1, -1, 1, 0}}));
    EXPECT_EQ(edges.neighbours, DepthEdges::Neighbours::Order);
    ASSERT_FALSE(edges.upright.empty());
    ASSERT_FALSE(edges.level.empty());
    for (const auto& edge : edges.upright) {
        EXPECT_NEAR(edge.x, 10, 0.01);
        // Lines near them leave the plate by its upper or lower edge before they reach its sides.
        const bool on_side = std::abs(std::abs(edge.y) - 1) < 0.03;  // half way between two rays
        EXPECT_TRUE(on_side || std::abs(std::abs(edge.z) - 1) < 0.01) << edge.y << ", " << edge.z;
        EXPECT_NEAR(edge.weight, std::sqrt(10.0), 1e-3) << "a leap of 30 m counts as the most";
    }
    for (const auto& edge : edges.level) EXPECT_NEAR(edge.z, 1, 0.08) << "the plate's upper edge";
}

TEST(Alignment, NeighboursAreFoundByRingOrderOrPlace) {
    visual::Cloud cloud = scan(plates(4));
    const DepthEdges ordered = visual::depth_edges(cloud);
    std::vector<float> rings;
    for (const visual::Point& p : cloud.points)
        rings.push_back(std::round(
            (16 - static_cast<float>(std::atan2(p.z, std::hypot(p.x, p.y)) / kDegree)) / 0.7F));
    // Out of order: only rings or places tell neighbours now.
    std::vector<std::uint32_t> mixed(cloud.points.size());
    std::iota(mixed.begin(), mixed.end(), 0U);
    engine::Random random(5, "mixed", 0);
    for (std::size_t i = mixed.size() - 1; i > 0; --i)
        std::swap(mixed[i],
                  mixed[static_cast<std::size_t>(random.uniform(0, static_cast<double>(i)))]);
    visual::Cloud ringed = cloud;
    ringed.fields.push_back({.name = "ring", .values = rings});
    visual::keep_points(ringed, mixed);
    visual::keep_points(cloud, mixed);
    const DepthEdges by_ring = visual::depth_edges(ringed), by_place = visual::depth_edges(cloud);
    EXPECT_EQ(by_ring.neighbours, DepthEdges::Neighbours::Ring);
    EXPECT_EQ(by_place.neighbours, DepthEdges::Neighbours::Range);
    EXPECT_NEAR(static_cast<double>(by_ring.upright.size()),
                static_cast<double>(ordered.upright.size()),
                0.02 * static_cast<double>(ordered.upright.size()));
    EXPECT_GT(by_place.upright.size(), ordered.upright.size() / 3);
}

TEST(Alignment, TheScoreIsGreatestAtTheTruePose) {
    const auto truth = visual::alignment_score(three(), {});
    EXPECT_TRUE(truth.known());
    EXPECT_GT(truth.value, 0.5);
    for (const CorrectionAxis axis : visual::kCorrectionAxes) {
        for (const double way : {-1, 1}) {
            Correction off;
            off[axis] = way * (visual::is_turn(axis)       ? 0.5 * kDegree
                               : axis == CorrectionAxis::Z ? 0.4
                                                           : 0.1);
            EXPECT_GT(truth.value, visual::alignment_score(three(), off).value + 0.01)
                << static_cast<int>(axis) << " by " << off[axis];
        }
        const auto profile = visual::score_profile(three(), {}, axis, 41);
        ASSERT_EQ(profile.size(), 41U);
        EXPECT_DOUBLE_EQ(profile[20], truth.value) << "the middle is the pose itself";
        const auto peak = std::ranges::max_element(profile) - profile.begin();
        EXPECT_NEAR(static_cast<double>(peak), 20, axis == CorrectionAxis::Z ? 6 : 1)
            << static_cast<int>(axis);
    }
}

TEST(Alignment, TheSearchComesBack) {
    Correction from;
    from[CorrectionAxis::Yaw] = kDegree;
    from[CorrectionAxis::X] = 0.1;
    from[CorrectionAxis::Pitch] = -0.6 * kDegree;
    double last = -1;
    const auto found =
        visual::improve_alignment(three(), from, {}, [&](double share, const Correction&) {
            EXPECT_GE(share, last);
            EXPECT_LE(share, 1 + 1e-9);
            last = share;
        });
    EXPECT_NEAR(last, 1, 1e-9);
    EXPECT_FALSE(found.stopped);
    EXPECT_GT(found.after.value, found.before.value);
    EXPECT_NEAR(found.correction[CorrectionAxis::Yaw] / kDegree, 0, 0.2);
    // The lines of the scan lie 0.7 degrees apart.
    EXPECT_NEAR(found.correction[CorrectionAxis::Pitch] / kDegree, 0, 0.3);
    EXPECT_NEAR(found.correction[CorrectionAxis::X], 0, 0.04);
    EXPECT_EQ(found.correction, visual::limited(found.correction));
}

TEST(Alignment, ASearchThatIsStoppedGivesBackWhatItHas) {
    std::stop_source source;
    source.request_stop();
    Correction from;
    from[CorrectionAxis::Yaw] = kDegree;
    const auto found = visual::improve_alignment(three(), from, source.get_token(), {});
    EXPECT_TRUE(found.stopped);
    EXPECT_EQ(found.correction, from);
}

TEST(Alignment, WithoutEdgesNothingIsClaimed) {
    EXPECT_FALSE(visual::alignment_score({}, {}).known());
    const visual::Camera camera = straight_camera();
    visual::Raster blank{.width = camera.width, .height = camera.height, .channels = 3};
    blank.bytes.assign(
        static_cast<std::size_t>(camera.width) * static_cast<std::size_t>(camera.height) * 3, 90);
    const auto flat = std::make_shared<visual::AlignmentItem>(scan(plates(6)), blank, camera);
    EXPECT_TRUE(flat->image.flat());
    EXPECT_EQ(visual::alignment_score({flat}, {}).edges, 0U);
    blank.bytes.pop_back();
    EXPECT_TRUE(visual::EdgeMap(blank).empty());
    visual::Cloud bad;
    bad.points = {{NAN, 0, 0}, {INFINITY, 0, 0}, {0, 0, 0}, {5, 0, 0}};
    EXPECT_TRUE(visual::depth_edges(bad).upright.empty());
    EXPECT_TRUE(visual::depth_edges({}).level.empty());
    const auto found = visual::improve_alignment({flat}, {}, {}, {});
    EXPECT_TRUE(found.correction.none()) << "without a score there is nowhere to go";
}

TEST(Alignment, AnImageIsTakenAtAnyDepth) {
    const auto all = plates(7);
    const visual::Camera camera = straight_camera();
    const visual::Raster gray = photograph(all, camera);
    visual::Raster deep = gray, real = gray;
    deep.depth = visual::Raster::Depth::U16;
    real.depth = visual::Raster::Depth::F32;
    deep.bytes.clear(), real.bytes.clear();
    for (const std::uint8_t value : gray.bytes) {
        const auto wide = static_cast<std::uint16_t>(value * 257);
        const float part = static_cast<float>(value) / 255;
        const auto add = [](std::vector<std::uint8_t>& bytes, const auto& number) {
            const auto* first = reinterpret_cast<const std::uint8_t*>(&number);
            bytes.insert(bytes.end(), first, first + sizeof number);
        };
        add(deep.bytes, wide);
        add(real.bytes, part);
    }
    const visual::EdgeMap first(gray), second(deep), third(real);
    for (const auto kind : {visual::EdgeMap::Kind::Upright, visual::EdgeMap::Kind::Level}) {
        for (double x = 10; x < 600; x += 37) {
            EXPECT_NEAR(first.at(kind, x, 100), second.at(kind, x, 100), 1e-3);
            EXPECT_NEAR(first.at(kind, x, 100), third.at(kind, x, 100), 1e-3);
        }
        EXPECT_EQ(first.at(kind, -1, 5), 0);
        EXPECT_EQ(first.at(kind, NAN, 5), 0);
        EXPECT_EQ(first.at(kind, 640, 5), 0);
    }
}

}  // namespace
}  // namespace millrace::tests
