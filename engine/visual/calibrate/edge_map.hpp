// How much of an edge there is at and round each pixel of an image, in a form that scores of poses
// can be read from: spread, so that a pose that is a few pixels off still learns which way is
// better, and free of the clutter round about, so that a lively part of the image is no better
// than a calm one. Immutable after it is made; any thread.
//
// After J. Levinson and S. Thrun, "Automatic online calibration of cameras and lasers", RSS 2013,
// section III; two directions of edges and the removal of the neighbourhood's mean are ours.
#pragma once

#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::visual {

class EdgeMap {
public:
    EdgeMap() = default;
    /// Of any depth and channel count, the first three channels as red, green, blue; a raster whose
    /// size and bytes don't match gives an empty map. Images above two million pixels are taken at
    /// half, a third … of their size.
    explicit EdgeMap(const Raster& image);

    enum class Kind {
        Upright,  ///< brightness changes along x, as at a post
        Level,    ///< brightness changes along y, as at a roof
    };
    /// Of mean 0 and standard deviation 1 over the image, between pixels linear; 0 beyond the
    /// border. Positions in pixels of the whole image.
    float at(Kind kind, double x, double y) const;
    bool empty() const { return upright_.empty(); }
    /// No edge at all, as of an image of one colour.
    bool flat() const { return flat_; }

private:
    int width_ = 0, height_ = 0, step_ = 1;
    bool flat_ = true;
    std::vector<float> upright_, level_;
};

}  // namespace millrace::visual
