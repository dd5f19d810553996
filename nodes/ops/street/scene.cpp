#include "nodes/ops/street/scene.hpp"

#include <numbers>

namespace millrace::ops::street {
namespace {

constexpr float kSampleLow = -160, kSampleHigh = 380;
constexpr double kPeriod =
    1200;  // of every pattern along the road: floats stay exact however far it goes

}  // namespace

Road::Road(double origin_x)
    : station_(static_cast<float>(origin_x - kPeriod * std::floor(origin_x / kPeriod))) {
    constexpr double kLong = 2 * std::numbers::pi / 300, kShort = 2 * std::numbers::pi / 120;
    for (float along = kSampleLow; along <= kSampleHigh; along += 1) {
        const double x = static_cast<double>(station_) + static_cast<double>(along);
        samples_.push_back(
            {static_cast<float>(4.0 * std::sin(kLong * x) + 0.9 * std::sin(kShort * x)),
             static_cast<float>(4.0 * kLong * std::cos(kLong * x) +
                                0.9 * kShort * std::cos(kShort * x))});
    }
}

Road::Sample Road::at(float along) const {
    const float place =
        std::clamp(along - kSampleLow, 0.0f, static_cast<float>(samples_.size()) - 1.001f);
    const auto index = static_cast<std::size_t>(place);
    const float share = place - static_cast<float>(index);
    const Sample &a = samples_[index], &b = samples_[index + 1];
    return {mix(a.offset, b.offset, share), mix(a.slope, b.slope, share)};
}

Vector Road::point(float along, float across, float z) const {
    const Sample sample = at(along);
    const float shrink = 1 / std::sqrt(1 + sample.slope * sample.slope);
    return {along - across * sample.slope * shrink, sample.offset + across * shrink, z};
}

float Road::heading(float along) const { return std::atan(at(along).slope); }

Road::Place Road::place(Vector point) const {
    // The foot of the perpendicular, by two steps of a fixed-point iteration: the curve is gentle.
    float along = point.x;
    Sample sample = at(along);
    for (int step = 0; step < 2; ++step) {
        along =
            point.x + (point.y - sample.offset) * sample.slope / (1 + sample.slope * sample.slope);
        sample = at(along);
    }
    return {along, (point.y - sample.offset) * std::sqrt(1 + sample.slope * sample.slope)};
}

float Road::from_crossing(float along) const {
    return (fraction((station(along) - 50) / kCrossingGap + 0.5f) - 0.5f) * kCrossingGap;
}

bool Scene::nearest(const Ray& ray, float limit, Hit& hit) const {
    bool found = false;
    if (ray.direction.z < -1e-6f) {
        const float distance = -ray.origin.z / ray.direction.z;
        if (distance > 0 && distance < limit) {
            hit = {.distance = distance, .normal = {0, 0, 1}, .primitive = -1, .face = Face::Top};
            limit = distance;
            found = true;
        }
    }
    return bvh.nearest(ray, limit, hit) || found;
}

}  // namespace millrace::ops::street
