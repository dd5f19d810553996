// Where the near side of a leap in range ends in a LiDAR cloud: what the camera, too, should see as
// an edge. Plain functions, any thread.
//
// After Levinson and Thrun, RSS 2013 (see edge_map.hpp): the leap of a point is how much farther
// a neighbour of it on the scan line is. That a slope is no leap, leaps between scan lines, and
// edges half way to the neighbour are ours.
#pragma once

#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::visual {

struct DepthEdge {
    float x = 0, y = 0, z = 0;  ///< metres, the cloud's frame, its origin included
    float weight = 0;           ///< square root of the leap, metres; at most that of kMostLeap
};

struct DepthEdges {
    /// How the neighbours of a point were found.
    enum class Neighbours {
        Ring,   ///< field "ring", then azimuth
        Order,  ///< the points are in the order of scan lines
        Range,  ///< cells of a picture of ranges, azimuth by elevation
    };
    Neighbours neighbours = Neighbours::Range;
    std::vector<DepthEdge> upright;  ///< leaps along a scan line
    std::vector<DepthEdge> level;    ///< leaps from a scan line to the one above
};

inline constexpr double kLeastLeap = 0.3, kMostLeap = 10;  ///< metres

/// Points that aren't finite or lie within half a metre of the sensor (the cloud's origin) are
/// passed over. At most the 40,000 strongest of each direction are kept.
DepthEdges depth_edges(const Cloud& cloud);

}  // namespace millrace::visual
