// What the software renderer promises: frames a second at 1280 x 720 with points of 2 x 2 pixels,
// how fast large clouds open, what they take, and how fast a point is picked. Beside it stands a
// plain renderer, one pass over the points in the order of the file, in the same run.
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <atomic>
#include <chrono>
#include <functional>

#include "engine/random.hpp"
#include "engine/visual/scene/renderer.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/landscape.hpp"

namespace millrace::visual {
namespace {

/// The renderer one would write in an hour: every point transformed in turn, its four pixels kept
/// with atomic operations, depth and color in one number.
class PlainRenderer {
public:
    PlainRenderer() : pixels_(kWidth * kHeight) {}

    void draw(const Cloud& cloud, const View& view, const Bounds& bounds) {
        const Projector projector(view, kWidth, kHeight, bounds);
        const auto rows = projector.pixel_rows({});
        const auto intensity = std::get<std::vector<float>>(cloud.fields[0].values).data();
        for (auto& pixel : pixels_) pixel.store(~std::uint64_t{0}, std::memory_order_relaxed);
        oneapi::tbb::parallel_for(
            oneapi::tbb::blocked_range<std::size_t>(0, cloud.points.size(), 1 << 14),
            [&](const auto& range) {
                for (std::size_t i = range.begin(); i < range.end(); ++i) {
                    const Point& p = cloud.points[i];
                    const auto row = [&](int r) {
                        return static_cast<float>(rows[r][0]) * p.x +
                               static_cast<float>(rows[r][1]) * p.y +
                               static_cast<float>(rows[r][2]) * p.z +
                               static_cast<float>(rows[r][3]);
                    };
                    const float depth = row(2);
                    const float x = row(0) / depth - 0.5F, y = row(1) / depth - 0.5F;
                    if (!(depth > 0 && x >= 0 && x < kWidth - 1 && y >= 0 && y < kHeight - 1))
                        continue;
                    const auto color = static_cast<std::uint32_t>(intensity[i] * 255) * 0x10101U;
                    keep(static_cast<int>(x), static_cast<int>(y),
                         static_cast<std::uint64_t>(std::bit_cast<std::uint32_t>(depth)) << 32 |
                             color);
                }
            });
    }

private:
    void keep(int x, int y, std::uint64_t value) {
        for (const int at :
             {y * kWidth + x, y * kWidth + x + 1, (y + 1) * kWidth + x, (y + 1) * kWidth + x + 1}) {
            auto& pixel = pixels_[static_cast<std::size_t>(at)];
            std::uint64_t kept = pixel.load(std::memory_order_relaxed);
            while (value < kept && !pixel.compare_exchange_weak(kept, value)) {
            }
        }
    }
    std::vector<std::atomic<std::uint64_t>> pixels_;
};

struct Timed {
    double whole, with_light, plain;
};

Timed frame_times(const Scene& scene, int rounds) {
    View view;
    view.fit(scene.core_bounds(), kWidth, kHeight);
    SplatRenderer renderer;
    PlainRenderer plain;
    const Bounds bounds = scene.bounds();
    Style lit = bare();
    lit.eye_dome.on = lit.grid = lit.axes = true;
    const auto frame = [&](const Style& style) {
        view.orbit(0.02, 0);
        renderer.draw(scene, view, style, kWidth, kHeight);
    };
    frame(bare());
    Timed timed{};
    timed.whole = median(rounds, [&] { frame(bare()); });
    timed.with_light = median(rounds, [&] { frame(lit); });
    timed.plain = median(rounds / 3 + 1, [&] {
        view.orbit(0.02, 0);
        plain.draw(*scene.clouds[0].cloud, view, bounds);
    });
    return timed;
}

void measure_full(std::size_t count, const std::string& name, double goal, double ratio_goal,
                  std::vector<bench::Figure>& figures) {
    Scene scene;
    const auto cloud = landscape(count);
    const double opening = seconds([&] { scene.clouds.push_back(make_layer(name, cloud)); });
    const Timed timed = frame_times(scene, 15);
    figures.push_back({"frames_" + name, "of all points, no level of detail", 1 / timed.whole, goal,
                       false, "/s"});
    figures.push_back({"frames_lit_" + name, "the same with eye-dome lighting, grid and axes",
                       1 / timed.with_light, goal, false, "/s"});
    figures.push_back({"faster_than_plain_" + name, "over one pass with atomic pixels",
                       timed.plain / timed.whole, ratio_goal, false, ""});
    if (count < 10'000'000) return;
    figures.push_back({"octree_" + name, "to make the octree", opening, 2, true, "s"});
    const double bytes = static_cast<double>(scene.clouds[0].tree->bytes());
    figures.push_back({"memory_" + name, "bytes a point beside the cloud",
                       bytes / static_cast<double>(count), 32, true, ""});
    View view;
    view.fit(scene.core_bounds(), kWidth, kHeight);
    int x = 300;
    const double pick_time =
        median(51, [&] { pick(scene, view, bare(), kWidth, kHeight, x += 7, 400); });
    figures.push_back(
        {"pick_" + name, "to pick a point without a picture", pick_time * 1000, 5, true, "ms"});
}

void measure_detail(std::vector<bench::Figure>& figures) {
    constexpr std::size_t kCount = 50'000'000, kBudget = 4'000'000;
    Scene scene;
    scene.clouds.push_back(make_layer("50M", landscape(kCount)));
    View view;
    view.fit(scene.core_bounds(), kWidth, kHeight);
    SplatRenderer renderer;
    Style style;
    renderer.draw(scene, view, style, kWidth, kHeight, kBudget);
    const double orbit = median(31, [&] {
        view.orbit(0.02, 0);
        renderer.draw(scene, view, style, kWidth, kHeight, kBudget);
    });
    const double filling = seconds([&] {
        while (!renderer.complete()) renderer.draw(scene, view, style, kWidth, kHeight, kBudget);
    });
    figures.push_back({"orbit_50M", "4 million points a frame", 1 / orbit, 20, false, "/s"});
    figures.push_back({"filling_50M", "from then to every point drawn", filling, 1, true, "s"});
}

}  // namespace
}  // namespace millrace::visual

int main(int argc, char** argv) {
    using namespace millrace;
    std::vector<bench::Figure> figures;
    visual::measure_full(1'000'000, "1M", 60, 1.5, figures);
    visual::measure_full(10'000'000, "10M", 25, 3, figures);
    visual::measure_detail(figures);
    bench::print_figures(figures, bench::wants_json(argc, argv));
    return 0;
}
