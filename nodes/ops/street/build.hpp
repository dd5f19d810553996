// How a street is put together. Each function adds one thing to a scene under construction; what it
// looks like depends on its arguments alone.
#pragma once

#include <cstdint>

#include "engine/random.hpp"
#include "nodes/ops/street/scene.hpp"
#include "nodes/ops/street/street.hpp"

namespace millrace::ops::street {

using engine::Random;

inline float between(Random& random, double low, double high) {
    return static_cast<float>(random.uniform(low, high));
}

enum class CarModel : std::uint8_t { Hatchback, Saloon, Estate, Van };

/// A car standing on `position` and facing `yaw`; labelled, with `track` as its name over time.
void add_car(Scene& scene, Vector position, float yaw, CarModel model, Vector color,
             std::int64_t track);
/// One of the usual models and colours.
void add_random_car(Scene& scene, Vector position, float yaw, std::int64_t track, Random& random);
/// A person of `height` metres; `phase` (radians) is the swing of legs and arms, 0 for standing.
void add_person(Scene& scene, Vector position, float yaw, float phase, std::int64_t track,
                Random& random);
/// A house that fronts the road on `side` (+1 left, -1 right), `setback` behind the pavement.
void add_house(Scene& scene, float along, float width, float setback, int side, Random& random);
/// The end of a row: a hedge and what grows behind it.
void add_garden(Scene& scene, float along, float width, int side, Random& random);
void add_tree(Scene& scene, Vector position, float height, float crown, Random& random);
void add_hedge(Scene& scene, Vector position, float yaw, Vector size, Random& random);
void add_street_lamp(Scene& scene, float along, int side);
void add_sign(Scene& scene, float along, int side, Random& random);
void add_bin(Scene& scene, Vector position);

/// Sets the sensor's place and the vehicle's heading.
void place_vehicle(Scene& scene);
/// Everything at the moment of frame `item`. `scene` was made with the vehicle's place.
void build_scene(Scene& scene, const StreetSettings& settings, std::uint64_t seed,
                 std::uint64_t item);

}  // namespace millrace::ops::street
