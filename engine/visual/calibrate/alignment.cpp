#include "engine/visual/calibrate/alignment.hpp"

#include <cmath>
#include <utility>

namespace millrace::visual {
namespace {

struct Sum {
    double strength = 0, weight = 0;
    std::size_t inside = 0;
};

void add_edges(const std::vector<DepthEdge>& edges, const EdgeMap& map, EdgeMap::Kind kind,
               const Pinhole& given, const Pinhole& corrected, Sum& sum) {
    for (const DepthEdge& edge : edges) {
        const Vector3 at = {edge.x, edge.y, edge.z};
        // What the pose as read sees, or the present one: the rest can't come into the image.
        const Pinhole::Pixel now = corrected.pixel(at);
        if (!now.inside && !given.pixel(at).inside) continue;
        const auto weight = static_cast<double>(edge.weight);
        sum.weight += weight;
        if (!now.inside) continue;
        sum.strength += weight * static_cast<double>(map.at(kind, now.x, now.y));
        ++sum.inside;
    }
}

/// Keeps what some correction within the limits could bring into the image, with room to spare; the
/// rest, most of a sweep, would only cost time.
void keep_near(std::vector<DepthEdge>& edges, const Camera& camera) {
    const double left = 0.5 * camera.width + 0.4 * std::abs(camera.projection[0]),
                 top = 0.5 * camera.height + 0.4 * std::abs(camera.projection[5]);
    const Pinhole pinhole(camera);
    std::erase_if(edges, [&](const DepthEdge& edge) {
        const Pinhole::Pixel at = pinhole.pixel({edge.x, edge.y, edge.z});
        if (at.depth < 2) return at.depth < -1;
        return at.x < -left || at.x > camera.width + left || at.y < -top ||
               at.y > camera.height + top;
    });
}

}  // namespace

AlignmentItem::AlignmentItem(const Cloud& points, const Raster& raster, Camera seen_by)
    : camera(camera_of_image(std::move(seen_by), raster)),
      image(raster),
      cloud(depth_edges(points)) {
    keep_near(cloud.upright, camera);
    keep_near(cloud.level, camera);
}

bool AlignmentScore::known() const { return edges >= kFewestEdges; }

AlignmentScore alignment_score(const AlignmentItems& items, const Correction& correction) {
    Sum sum;
    for (const auto& item : items) {
        if (item->image.empty() || item->image.flat()) continue;
        const Pinhole given(item->camera), now(corrected(item->camera, correction));
        add_edges(item->cloud.upright, item->image, EdgeMap::Kind::Upright, given, now, sum);
        add_edges(item->cloud.level, item->image, EdgeMap::Kind::Level, given, now, sum);
    }
    return {.value = sum.weight > 0 ? sum.strength / sum.weight : 0, .edges = sum.inside};
}

std::vector<double> score_profile(const AlignmentItems& items, const Correction& center,
                                  CorrectionAxis axis, std::size_t count) {
    std::vector<double> values;
    const double limit = correction_limit(axis);
    for (std::size_t i = 0; i < count; ++i) {
        Correction at = center;
        at[axis] = count < 2
                       ? center[axis]
                       : limit * (2 * static_cast<double>(i) / static_cast<double>(count - 1) - 1);
        values.push_back(alignment_score(items, at).value);
    }
    return values;
}

}  // namespace millrace::visual
