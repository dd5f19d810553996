// The inner loop and the growing of points against a plain drawing, one point after the other.
#include "engine/visual/scene/splat.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <iterator>

#include "engine/visual/scene/select.hpp"
#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::kEmptyPixel;
using visual::Lanes;
using visual::Pixel;
using visual::PointPass;
using visual::PointShape;
using visual::Projector;
using visual::Scene;
using visual::SizeUnit;
using visual::Style;
using visual::Vector3;
using visual::View;

std::vector<Pixel> drawn(const Scene& scene, const View& view, const Style& style, int width,
                         int height, Lanes lanes = Lanes::Best,
                         std::size_t budget = PointPass::kAll) {
    PointPass pass;
    std::vector<Pixel> pixels;
    pass.begin(scene, Projector(view, width, height, scene.bounds()), style, {0, 0, width, height});
    while (!pass.complete()) pass.add(budget, lanes);
    pass.grow(pixels);
    return pixels;
}

/// Depth of the nearest point of each pixel in double precision; points whose pixel hangs on
/// rounding are marked in `unsure`, as are those they might cover.
struct Plain {
    std::vector<double> depths;
    std::vector<bool> unsure;
};

Plain plain(const Scene& scene, const View& view, int size, int width, int height) {
    const Projector projector(view, width, height, scene.bounds());
    Plain result;
    result.depths.assign(static_cast<std::size_t>(width * height), 1e300);
    result.unsure.assign(result.depths.size(), false);
    for (const visual::Point& p : scene.clouds[0].cloud->points) {
        const auto pixel = projector.project({p.x, p.y, p.z});
        if (!pixel) continue;
        const double u = pixel->x - (size % 2 ? 0 : 0.5), v = pixel->y - (size % 2 ? 0 : 0.5);
        const bool close = std::abs(u - std::round(u)) < 0.01 || std::abs(v - std::round(v)) < 0.01;
        const int reach = close ? 1 : 0;
        const int left = static_cast<int>(std::floor(u)) - (size - 1) / 2;
        const int top = static_cast<int>(std::floor(v)) - (size - 1) / 2;
        for (int y = std::max(0, top - reach); y < std::min(height, top + size + reach); ++y) {
            for (int x = std::max(0, left - reach); x < std::min(width, left + size + reach); ++x) {
                const auto at = static_cast<std::size_t>(y * width + x);
                if (close)
                    result.unsure[at] = true;
                else
                    result.depths[at] = std::min(result.depths[at], pixel->depth);
            }
        }
    }
    return result;
}

TEST(Splats, AgreeWithAPlainDrawing) {
    const Scene scene = scene_of(random_points(4000, 11));
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
        Style style = plain_style();
        const int size = static_cast<int>(seed % 4) + 1, width = 160, height = 120;
        style.point_size.value = size;
        const View view = random_view(seed);
        const auto pixels = drawn(scene, view, style, width, height);
        const Plain expected = plain(scene, view, size, width, height);
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            if (expected.unsure[i]) continue;
            ASSERT_EQ(pixels[i] == kEmptyPixel, expected.depths[i] == 1e300)
                << "seed " << seed << " " << i;
            if (pixels[i] == kEmptyPixel) continue;
            ASSERT_NEAR(visual::depth_of(pixels[i]), expected.depths[i], 1e-4 * expected.depths[i]);
            ++compared;
        }
    }
    EXPECT_GT(compared, 10'000u);
}

TEST(Splats, AllLanesGiveTheSamePicture) {
    Scene scene = scene_of(random_points(9001, 12));
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        Style style = plain_style();
        if (seed % 3 == 1) style.crop = visual::CropBox{{1, 2, 0}, {14, 9, 5}, 0.4};
        const View view = random_view(seed);
        const auto best = drawn(scene, view, style, 200, 150);
        for (const Lanes lanes : {Lanes::One, Lanes::Four, Lanes::Eight})
            ASSERT_EQ(drawn(scene, view, style, 200, 150, lanes), best) << "seed " << seed;
    }
}

TEST(Splats, AnyNumberOfThreadsGivesTheSamePicture) {
    const oneapi::tbb::global_control more(oneapi::tbb::global_control::max_allowed_parallelism,
                                           16);
    const Scene scene = scene_of(random_points(120'000, 13));
    const View view = random_view(4);
    std::vector<visual::Raster> pictures;
    for (const int threads : {1, 2, 5, 12}) {
        oneapi::tbb::task_arena arena(threads);
        arena.execute([&] { pictures.push_back(visual::render(scene, view, {}, 320, 200)); });
    }
    for (const auto& picture : pictures) EXPECT_EQ(picture.bytes, pictures[0].bytes);
}

TEST(Splats, InPartsGiveTheSamePictureAsAtOnce) {
    const Scene scene = scene_of(random_points(40'000, 14));
    for (const std::size_t budget : {1u, 700u, 15'000u}) {
        const View view = random_view(budget);
        EXPECT_EQ(drawn(scene, view, plain_style(), 200, 150, Lanes::Best, budget),
                  drawn(scene, view, plain_style(), 200, 150));
    }
}

TEST(Splats, BudgetIsSpreadOverThePicture) {
    std::vector<visual::Point> points;
    engine::Random random(1, "wall", 0);
    for (int i = 0; i < 200'000; ++i) {
        points.push_back({10, static_cast<float>(random.uniform(-10, 10)),
                          static_cast<float>(random.uniform(-10, 10))});
    }
    const Scene scene = scene_of(std::move(points));
    PointPass pass;
    pass.begin(scene, Projector(straight_view(), 200, 200, {}), plain_style(), {0, 0, 200, 200});
    pass.add(20'000);
    EXPECT_LE(pass.drawn(), 20'000u);
    EXPECT_GT(pass.drawn(), 15'000u);
    std::vector<Pixel> pixels;
    pass.grow(pixels);
    for (int by = 0; by < 200; by += 25) {
        for (int bx = 0; bx < 200; bx += 25) {
            int filled = 0;
            for (int i = 0; i < 625; ++i)
                filled += pixels[static_cast<std::size_t>((by + i / 25) * 200 + bx + i % 25)] !=
                          kEmptyPixel;
            EXPECT_GT(filled, 250) << bx << " " << by;
        }
    }
}

TEST(Splats, NearestPointIsSeen) {
    const Scene scene = scene_of({{20, 0, 0}, {5, 0, 0}, {10, 0, 0}});
    Style style = plain_style();
    style.point_size.value = 1;
    const auto pixels = drawn(scene, straight_view(), style, 9, 9);
    ASSERT_NE(pixels[40], kEmptyPixel);
    EXPECT_FLOAT_EQ(visual::depth_of(pixels[40]), 5);
    EXPECT_EQ(std::ranges::count(pixels, kEmptyPixel), 80);
}

TEST(Splats, CoverThePixelsOfTheirSize) {
    // The point is in the middle of pixel (4, 4) of nine by nine.
    const Scene scene = scene_of({{10, 0, 0}});
    const auto count = [&](const visual::PointSize& size) {
        Style style = plain_style();
        style.point_size = size;
        const auto pixels = drawn(scene, straight_view(), style, 9, 9);
        return 81 - std::ranges::count(pixels, kEmptyPixel);
    };
    EXPECT_EQ(count({1}), 1);
    EXPECT_EQ(count({2}), 4);
    EXPECT_EQ(count({3}), 9);
    EXPECT_EQ(count({5}), 25);
    EXPECT_EQ(count({5, SizeUnit::Pixels, PointShape::Disc}), 21) << "without the corners";
    // Focal length 4.5 pixels: at 10 m, 6.7 m are 3 pixels.
    EXPECT_EQ(count({6.7, SizeUnit::Metres}), 9);
    EXPECT_EQ(count({0.001, SizeUnit::Metres}), 1);
    EXPECT_EQ(count({1e9, SizeUnit::Metres}), 81);
}

TEST(Splats, ReachInFromBeyondTheBorder) {
    // One pixel beyond the left border; a square of three still covers the first column.
    View view = straight_view();
    Style style = plain_style();
    style.point_size.value = 3;
    const Projector projector(view, 10, 10, {});
    const Vector3 at = projector.unproject(-0.5, 4.5, 10);
    const Scene scene = scene_of(
        {{static_cast<float>(at[0]), static_cast<float>(at[1]), static_cast<float>(at[2])}});
    for (const PointShape shape : {PointShape::Square, PointShape::Disc}) {
        style.point_size.shape = shape;
        const auto pixels = drawn(scene, view, style, 10, 10);
        EXPECT_NE(pixels[40], kEmptyPixel);
        EXPECT_EQ(std::ranges::count(pixels, kEmptyPixel), 97);
    }
}

TEST(Splats, DiscsInMetresAgreeForAnyThreads) {
    const oneapi::tbb::global_control more(oneapi::tbb::global_control::max_allowed_parallelism,
                                           16);
    const Scene scene = scene_of(random_points(200'000, 15));
    Style style = plain_style();
    style.point_size = {0.1, SizeUnit::Metres, PointShape::Disc};
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        std::vector<std::vector<Pixel>> pictures;
        for (const int threads : {1, 2, 4}) {
            oneapi::tbb::task_arena arena(threads);
            arena.execute(
                [&] { pictures.push_back(drawn(scene, random_view(seed), style, 200, 150)); });
        }
        EXPECT_EQ(pictures[0], pictures[1]);
        EXPECT_EQ(pictures[0], pictures[2]);
        EXPECT_LT(std::ranges::count(pictures[0], kEmptyPixel), 200 * 150);
    }
}

/// Depths of two pictures; pixels that one of them lacks count as far apart.
std::size_t pixels_apart(const std::vector<Pixel>& a, const std::vector<Pixel>& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const bool both = a[i] != kEmptyPixel && b[i] != kEmptyPixel;
        count +=
            both ? std::abs(visual::depth_of(a[i]) - visual::depth_of(b[i])) > 1e-3 : a[i] != b[i];
    }
    return count;
}

void expect_cropped(const visual::CropBox& box) {
    // Without points on the faces, where rounding decides.
    visual::CropBox less = box, more = box;
    for (int axis = 0; axis < 3; ++axis) less.size[axis] -= 1e-3, more.size[axis] += 1e-3;
    std::vector<visual::Point> points = random_points(150'000, 16), inside;
    const auto in = [](const visual::CropBox& of, const visual::Point& p) {
        return visual::contains(of, {p.x, p.y, p.z});
    };
    std::erase_if(points, [&](const visual::Point& p) { return in(more, p) && !in(less, p); });
    std::ranges::copy_if(points, std::back_inserter(inside),
                         [&](const visual::Point& p) { return in(box, p); });
    ASSERT_GT(inside.size(), 2000u);
    const Scene scene = scene_of(points), kept = scene_of(inside);
    Style style = plain_style();
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        View view = random_view(seed);
        view.near_plane = 0.1;
        view.far_plane = 200;
        style.crop = box;
        const auto cropped = drawn(scene, view, style, 200, 150);
        // Leaves differ, and with them the rounding of a pixel here and there.
        EXPECT_LE(pixels_apart(cropped, drawn(kept, view, plain_style(), 200, 150)), 20u) << seed;
        style.crop->size = {visual::Bounds::kNone, visual::Bounds::kNone, visual::Bounds::kNone};
        EXPECT_EQ(drawn(scene, view, style, 200, 150), drawn(scene, view, plain_style(), 200, 150));
    }
}

TEST(Splats, CropBoxKeepsWhatIsInside) {
    expect_cropped({{2, -3, 0}, {16, 7, 3}, 0.7});
    // Larger than leaves, so that some lie in it whole and others reach over one face.
    expect_cropped({{14, 13, 5}, {40, 36, 20}, -0.4});
    expect_cropped({{-14, -13, -5}, {40, 36, 20}, 0.2});
}

TEST(Splats, PlanesCutWhatIsTooNearOrTooFar) {
    View view = straight_view();
    view.near_plane = 3;
    view.far_plane = 8;
    const Scene scene = scene_of({{2.9F, 0, 0}, {8.1F, 0, 0}, {3.1F, 1, 0}, {7.9F, -2, 0}});
    Style style = plain_style();
    style.point_size.value = 1;
    const auto pixels = drawn(scene, view, style, 51, 51);
    EXPECT_EQ(pixels[25 * 51 + 25], kEmptyPixel);
    EXPECT_EQ(std::ranges::count(pixels, kEmptyPixel), 51 * 51 - 2);
}

TEST(Splats, DiscsLieWithinTheirSquares) {
    const Scene scene = scene_of({{10, 0.3F, 0.2F}});
    for (int size = 3; size <= 20; ++size) {
        Style style = plain_style();
        style.point_size.value = size;
        const auto square = drawn(scene, straight_view(), style, 41, 41);
        style.point_size.shape = PointShape::Disc;
        const auto disc = drawn(scene, straight_view(), style, 41, 41);
        std::array<int, 4> box = {41, 41, -1, -1};
        for (int i = 0; i < 41 * 41; ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (disc[at] == kEmptyPixel) continue;
            EXPECT_EQ(disc[at], square[at]);
            box = {std::min(box[0], i % 41), std::min(box[1], i / 41), std::max(box[2], i % 41),
                   std::max(box[3], i / 41)};
        }
        EXPECT_EQ(box[2] - box[0] + 1, size);
        EXPECT_EQ(box[3] - box[1] + 1, size);
        const auto area = 41 * 41 - std::ranges::count(disc, kEmptyPixel);
        EXPECT_NEAR(static_cast<double>(area) / (size * size), 0.79, 0.22) << size;
    }
}

TEST(Splats, TurnedLayersLookLikeTurnedPoints) {
    const auto points = random_points(30'000, 17);
    Scene turned = scene_of(points);
    turned.clouds[0].world_from_layer = {0, -1, 0, 3, 0, 0, 1, -2, -1, 0, 0, 1, 0, 0, 0, 1};
    std::vector<visual::Point> moved;
    for (const visual::Point& p : points) moved.push_back({3 - p.y, p.z - 2, 1 - p.x});
    const Scene plain_scene = scene_of(moved);
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        View view = random_view(seed);
        view.near_plane = 0.1;
        view.far_plane = 200;
        const auto one = drawn(turned, view, plain_style(), 200, 150);
        EXPECT_LE(pixels_apart(one, drawn(plain_scene, view, plain_style(), 200, 150)), 60u)
            << seed;
        EXPECT_LT(std::ranges::count(one, kEmptyPixel), 29'500);
    }
}

TEST(Splats, PosesMoveLayers) {
    Scene scene = scene_of({{1, 0, 0}});
    // A quarter turn to the left, then 10 m ahead: the point stands 10 m ahead and 1 m to the left.
    scene.clouds[0].world_from_layer = {0, -1, 0, 10, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    Style style = plain_style();
    style.point_size.value = 1;
    const auto pixels = drawn(scene, straight_view(), style, 100, 100);
    EXPECT_EQ(
        std::ranges::find_if(pixels, [](Pixel p) { return p != kEmptyPixel; }) - pixels.begin(),
        50 * 100 + 45);
}

}  // namespace
}  // namespace millrace::tests
