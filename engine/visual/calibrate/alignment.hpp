// How well a camera's pose fits what LiDAR and image show: the mean strength of the image's edges
// where the cloud's edges fall. Items are made once and can be scored for any pose from several
// threads; nothing here changes them.
#pragma once

#include <memory>
#include <vector>

#include "engine/visual/calibrate/correction.hpp"
#include "engine/visual/calibrate/depth_edges.hpp"
#include "engine/visual/calibrate/edge_map.hpp"

namespace millrace::visual {

/// One cloud with the image that was taken with it.
struct AlignmentItem {
    Camera camera;  ///< as it was read, without correction
    EdgeMap image;
    DepthEdges cloud;

    AlignmentItem(const Cloud& points, const Raster& raster, Camera camera);
};
using AlignmentItems = std::vector<std::shared_ptr<const AlignmentItem>>;

struct AlignmentScore {
    /// Mean over the edges of the cloud of the image's edge strength there, in standard deviations
    /// of that strength over the image: 0 is what a pose by chance gets, more is better. Edges that
    /// fall outside of the image count as 0, so leaving it never pays.
    double value = 0;
    std::size_t edges = 0;  ///< of the clouds that fall into an image
    /// Whether there are enough edges to say anything.
    bool known() const;
};
inline constexpr std::size_t kFewestEdges = 150;

/// Of all items together, each edge by its weight.
AlignmentScore alignment_score(const AlignmentItems& items, const Correction& correction);

/// Scores along one axis through `center`: `count` values from -correction_limit() to
/// +correction_limit(), both ends included; others stay as in `center`.
std::vector<double> score_profile(const AlignmentItems& items, const Correction& center,
                                  CorrectionAxis axis, std::size_t count);

}  // namespace millrace::visual
