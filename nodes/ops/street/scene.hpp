// One moment of the street: all solids round the vehicle, what has a label, and the road's course.
// Built per frame, owned by the caller, read-only afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nodes/ops/street/bvh.hpp"
#include "nodes/ops/street/primitive.hpp"

namespace millrace::ops::street {

// Distances across the road from its middle, metres; the same on both sides.
constexpr float kLaneEdge = 3.1f;  ///< between driving and parking lane
constexpr float kKerb = 5.3f;
constexpr float kPavementEdge = 9.2f;
constexpr float kPavementHeight = 0.12f;
constexpr float kLaneMiddle = 1.6f;  ///< traffic keeps right
constexpr float kSensorHeight = 1.73f;
constexpr float kBehind = -126,
                kAhead = 330;        ///< part of the street that is built, metres from the vehicle
constexpr float kCrossingGap = 120;  ///< between zebra crossings
constexpr float kCrossingLength = 3.6f;

/// The road's middle line, a gentle curve over the world's x axis. `along` is the distance in x
/// from the scene's origin, `across` grows to the left.
class Road {
public:
    explicit Road(double origin_x);

    struct Place {
        float along, across;
    };
    Vector point(float along, float across, float z = 0) const;
    float heading(float along) const;  ///< radians, counter-clockwise from the x axis
    Place place(Vector point) const;
    /// Distance along the road in a system that doesn't move with the vehicle, for patterns on the
    /// ground.
    float station(float along) const { return station_ + along; }
    /// Distance to the middle of the nearest zebra crossing, with sign.
    float from_crossing(float along) const;

private:
    struct Sample {
        float offset, slope;
    };
    Sample at(float along) const;

    std::vector<Sample> samples_;
    float station_ = 0;
};

struct Object {
    std::string_view label;  ///< "Car" or "Pedestrian"
    Vector center;           ///< of the box, scene frame
    Vector size;             ///< length, width, height
    float yaw = 0;
    std::int64_t track = -1;
};

/// Where something stands on the ground, for the soft shade beneath it.
struct Footprint {
    Vector center;
    float cosine, sine, half_length, half_width, reach;
};

struct Scene {
    explicit Scene(double vehicle_x) : road(vehicle_x), origin_x(vehicle_x) {}
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    Road road;
    std::vector<Primitive> solids;
    std::vector<Object> objects;
    std::vector<Footprint> footprints;
    Bvh bvh;            ///< over `solids`, which is why a scene stays where it is
    Vector sensor;      ///< the LiDAR, scene frame
    float heading = 0;  ///< of the vehicle, radians
    double origin_x;    ///< world x of the scene's origin; y and z are the world's

    /// The nearest surface, ground included, within `limit` metres.
    bool nearest(const Ray& ray, float limit, Hit& hit) const;
    bool blocked(const Ray& ray, float limit) const { return bvh.blocked(ray, limit); }
    const Primitive* solid(const Hit& hit) const {
        return hit.primitive < 0 ? nullptr : &solids[static_cast<std::size_t>(hit.primitive)];
    }
};

}  // namespace millrace::ops::street
