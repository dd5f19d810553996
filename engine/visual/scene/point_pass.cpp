#include "engine/visual/scene/point_pass.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>

#include "engine/problem.hpp"

namespace millrace::visual {
namespace {

Rows rounded(const LeafRows& rows) {
    Rows result;
    for (int row = 0; row < 3; ++row) {
        for (int i = 0; i < 4; ++i) result[row][i] = static_cast<float>(rows[row][i]);
    }
    return result;
}

/// Each task draws on a plane of its own; more of them cost more to clear and merge than they
/// gain.
constexpr std::size_t kMostPlanes = 8, kMostPlaneBytes = std::size_t{1} << 30;

}  // namespace

PointNumbers::PointNumbers(const Scene& scene) {
    std::uint64_t sum = 0;
    for (const CloudLayer& layer : scene.clouds) {
        firsts_.push_back(static_cast<std::uint32_t>(sum));
        if (layer.shown()) sum += layer.tree->size();
        if (sum > 0xffffffff) {
            throw engine::Error({.code = "E-VIEW-001",
                                 .what = "Too many points to show at once",
                                 .expected = "at most 4294967295 points in all layers shown",
                                 .found = fmt::format("{} points", sum),
                                 .mend = "Hide some of the layers."});
        }
    }
}

PointNumbers::Place PointNumbers::find(std::uint32_t number) const {
    const auto after = std::ranges::upper_bound(firsts_, number);
    const auto layer = static_cast<std::size_t>(after - firsts_.begin()) - 1;
    return {layer, number - firsts_[layer]};
}

void PointPass::begin(const Scene& scene, const Projector& projector, const Style& style,
                      Window window) {
    projector_ = projector;
    size_ = style.point_size;
    window_ = window;
    crop_ = style.crop;
    const bool pixels = size_.unit == SizeUnit::Pixels;
    const int most = size_.most_pixels();
    before_ = (most - 1) / 2;
    after_ = most / 2;
    target_ = {.left = window.left - after_,
               .top = window.top - after_,
               .width = window.width + before_ + after_,
               .height = window.height + before_ + after_,
               .shift = pixels && most % 2 == 0 ? 0.5F : 0.0F,
               .near_plane = static_cast<float>(projector.near_plane()),
               .far_plane = static_cast<float>(projector.far_plane()),
               .perspective = projector.perspective()};
    first_numbers_.clear();
    const PointNumbers point_numbers(scene);
    for (std::size_t i = 0; i < scene.clouds.size(); ++i)
        first_numbers_.push_back(point_numbers.first(i));
    leaves_.begin(scene, projector, {target_.left, target_.top, target_.width, target_.height},
                  crop_ ? &*crop_ : nullptr);
    const auto count =
        static_cast<std::size_t>(target_.width) * static_cast<std::size_t>(target_.height) +
        kSplatSpare;
    const auto threads =
        static_cast<std::size_t>(std::max(oneapi::tbb::this_task_arena::max_concurrency(), 1));
    planes_.resize(std::clamp(kMostPlaneBytes / (count * sizeof(Pixel)), std::size_t{1},
                              std::min(threads, kMostPlanes)));
    for (Block<Pixel>& plane : planes_) {
        if (plane.size() != count) plane = Block<Pixel>(count);
        oneapi::tbb::parallel_for(
            oneapi::tbb::blocked_range<std::size_t>(0, count, 1 << 16), [&](const auto& range) {
                std::fill(plane.data() + range.begin(), plane.data() + range.end(), kEmptyPixel);
            });
    }
}

void PointPass::draw(const LeafList::Run& run, Pixel* pixels, Lanes lanes) const {
    const SplatPoints points{
        .x = run.tree->x(),
        .y = run.tree->y(),
        .z = run.tree->z(),
        .begin = run.leaf->begin + run.drawn,
        .end = run.leaf->begin + run.wanted,
        .first_number = first_numbers_[run.layer],
        .pixel = rounded(leaves_.pixel_rows(run, *projector_)),
        .crop = run.crop,
        .crop_box = run.crop ? rounded(leaves_.crop_rows(run, *crop_)) : Rows{}};
    SplatTarget target = target_;
    target.pixels = pixels;
    splat(points, target, lanes);
}

void PointPass::add(std::size_t budget, Lanes lanes) {
    if (complete()) return;
    leaves_.share_out(budget);
    const std::vector<LeafList::Run>& runs = leaves_.runs();
    // A task a plane, each taking what is next: nobody else writes to its plane, whatever threads
    // there are.
    constexpr std::size_t kAtOnce = 4;
    std::atomic<std::size_t> next = 0;
    oneapi::tbb::parallel_for(std::size_t{0}, planes_.size(), [&](std::size_t plane) {
        for (std::size_t i = next.fetch_add(kAtOnce); i < runs.size();
             i = next.fetch_add(kAtOnce)) {
            const std::size_t end = std::min(i + kAtOnce, runs.size());
            for (std::size_t at = i; at < end; ++at) {
                if (runs[at].wanted > runs[at].drawn) draw(runs[at], planes_[plane].data(), lanes);
            }
        }
    });
    leaves_.note_drawn();
}

}  // namespace millrace::visual
