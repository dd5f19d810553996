#include "nodes/ops/boxes/rotated_nms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/problem.hpp"
#include "nodes/ops/boxes/rotated_iou.hpp"

namespace millrace::ops {
namespace {

bool is_finite(const types::Box3d& box) {
    const auto finite = [](double value) { return std::isfinite(value); };
    return std::ranges::all_of(box.center, finite) && std::ranges::all_of(box.size, finite) &&
           std::isfinite(box.yaw);
}

}  // namespace

std::vector<std::int32_t> rotated_nms(std::span<const types::Box3d> boxes,
                                      std::span<const double> scores, const NmsLimits& limits) {
    if (scores.size() != boxes.size()) {
        throw engine::Error({.code = "E-SHAPE-023",
                             .what = "Boxes and scores differ in number",
                             .expected = fmt::format("{} scores", boxes.size()),
                             .found = fmt::format("{} scores", scores.size()),
                             .mend = "Give one score per box."});
    }
    std::vector<std::int32_t> order;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (!std::isnan(scores[i]) && is_finite(boxes[i]))
            order.push_back(static_cast<std::int32_t>(i));
    }
    std::ranges::stable_sort(order, [&](auto a, auto b) { return scores[a] > scores[b]; });
    if (order.size() > limits.pre_max) order.resize(limits.pre_max);

    std::vector<std::int32_t> kept;
    for (const std::int32_t candidate : order) {
        if (kept.size() >= limits.post_max) break;
        const bool suppressed = std::ranges::any_of(kept, [&](std::int32_t better) {
            return iou_bev(boxes[candidate], boxes[better]) > limits.threshold;
        });
        if (!suppressed) kept.push_back(candidate);
    }
    return kept;
}

std::vector<std::int32_t> rotated_nms(std::span<const types::Box3d> boxes,
                                      const NmsLimits& limits) {
    std::vector<double> scores(boxes.size());
    std::ranges::transform(boxes, scores.begin(), &types::Box3d::score);
    return rotated_nms(boxes, scores, limits);
}

}  // namespace millrace::ops
