#include "nodes/ops/street/build.hpp"

#include <numbers>
#include <string_view>

namespace millrace::ops::street {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kBlock = 24;  // length of the pieces that are furnished independently, metres

/// The random numbers of one piece of the street: the same from wherever it is looked at.
Random random_of(std::uint64_t seed, std::string_view what, std::int64_t index) {
    return {seed, what, static_cast<std::uint64_t>(index)};
}

/// A name over time for what stands or moves as number `index` of its kind; kinds never share one.
std::int64_t track_of(int kind, std::int64_t index, int part = 0) {
    constexpr std::int64_t kMost = 1 << 24;
    return (((index % kMost) + kMost) % kMost * 16 + part) * 8 + kind;
}

void add_pavement(Scene& scene) {
    constexpr float kPiece = 6;
    for (float along = kBehind; along < kAhead; along += kPiece) {
        const float middle = along + kPiece / 2;
        for (const float side : {1.0f, -1.0f}) {
            constexpr float kWidth = 26;
            Primitive slab = box(
                scene.road.point(middle, side * (kKerb + kWidth / 2)), scene.road.heading(middle),
                {kPiece * 1.02f, kWidth, kPavementHeight}, Material::Kerb, {0.40f, 0.39f, 0.37f});
            slab.top = Material::Ground;
            scene.solids.push_back(slab);
        }
    }
}

void add_block(Scene& scene, std::uint64_t seed, std::int64_t block, int side) {
    const auto along = static_cast<float>(static_cast<double>(block) * kBlock - scene.origin_x);
    const auto sign = static_cast<float>(side);
    const std::string_view name = side > 0 ? "street.left" : "street.right";
    Random random = random_of(seed, name, block);

    const float setback = random.chance(0.35) ? between(random, 2.5, 4.5) : 0.0f;
    const float gap = random.chance(0.38) ? between(random, 4.5, 8.0) : 0.0f;
    const float built = kBlock - gap;
    const float split = random.chance(0.6) ? between(random, 0.40, 0.60) : 1.0f;
    add_house(scene, along + built * split / 2, built * split, setback, side, random);
    if (split < 1) {
        const float rest = built * (1 - split);
        add_house(scene, along + built - rest / 2, rest, setback, side, random);
    }
    if (gap > 0) add_garden(scene, along + kBlock - gap / 2, gap, side, random);

    for (const float place : {5.0f, 17.0f}) {
        const float at = along + place + between(random, -1.5, 1.5);
        const bool grows = random.chance(0.55);
        const float height = between(random, 5.2, 7.2), crown = between(random, 1.35, 1.9);
        if (grows && std::abs(scene.road.from_crossing(at)) > 6 && at < 260) {
            add_tree(scene, scene.road.point(at, sign * (kKerb + 0.95f), kPavementHeight), height,
                     crown, random);
        }
    }
    if ((block + (side > 0 ? 1 : 0)) % 2 == 0) add_street_lamp(scene, along + 11, side);
    if (random.chance(0.45)) add_sign(scene, along + between(random, 1, 3), side, random);
    if (random.chance(0.4)) {
        add_bin(scene, scene.road.point(along + 13, sign * (kKerb + 0.6f), kPavementHeight));
    }

    Random parked = random_of(seed, side > 0 ? "street.parked.left" : "street.parked.right", block);
    constexpr int kBays = 4;
    for (int bay = 0; bay < kBays; ++bay) {
        const float at =
            along + (static_cast<float>(bay) + 0.5f) * kBlock / kBays + between(parked, -0.3, 0.3);
        const bool taken = parked.chance(0.62);
        const float across = sign * (kLaneEdge + 1.12f + between(parked, -0.08, 0.08));
        const float turn = between(parked, -0.02, 0.02) + (side > 0 ? kPi : 0.0f);
        if (!taken || std::abs(scene.road.from_crossing(at)) < 5.5f) continue;
        add_random_car(scene, scene.road.point(at, across), scene.road.heading(at) + turn,
                       track_of(side > 0 ? 0 : 1, block, bay), parked);
    }
}

/// An endless stream of things that pass at one speed: number `index` is at index * gap + jitter +
/// speed * time.
struct Stream {
    std::string_view name;
    double gap, jitter,
        speed;             ///< metres, metres, metres per second (negative: against the vehicle)
    double behind, ahead;  ///< part that is built, metres from the vehicle
};

template <class Add>
void add_stream(const Scene& scene, const Stream& stream, std::uint64_t seed, double time,
                Add&& add) {
    const double moved = stream.speed * time;
    const auto first = static_cast<std::int64_t>(
        std::floor((scene.origin_x + stream.behind - moved) / stream.gap));
    const auto last =
        static_cast<std::int64_t>(std::ceil((scene.origin_x + stream.ahead - moved) / stream.gap));
    for (std::int64_t index = first; index <= last; ++index) {
        Random random = random_of(seed, stream.name, index);
        const double place = static_cast<double>(index) * stream.gap +
                             random.uniform(-stream.jitter, stream.jitter) + moved - scene.origin_x;
        add(index, static_cast<float>(place), random);
    }
}

void add_traffic(Scene& scene, std::uint64_t seed, double time) {
    const Road& road = scene.road;
    add_stream(scene, {"street.oncoming", 46, 12, -9, -110, 240}, seed, time,
               [&](std::int64_t index, float at, Random& random) {
                   add_random_car(scene, road.point(at, kLaneMiddle), road.heading(at) + kPi,
                                  track_of(2, index), random);
               });
    // The vehicle's own lane moves with it, so that nobody is ever run over.
    Random lane = random_of(seed, "street.lane", 0);
    float at = between(lane, 15, 22);
    for (int place = 0; place < 5; ++place) {
        const float sway = 1.5f * static_cast<float>(std::sin(0.35 * time + lane.uniform(0, 6)));
        add_random_car(scene, road.point(at + sway, -kLaneMiddle), road.heading(at + sway),
                       track_of(3, place), lane);
        at += between(lane, 22, 45);
    }
    at = -between(lane, 12, 20);
    add_random_car(scene, road.point(at, -kLaneMiddle), road.heading(at), track_of(3, 8), lane);
}

void add_people(Scene& scene, std::uint64_t seed, double time) {
    const Road& road = scene.road;
    int kind = 4;
    for (const float side : {1.0f, -1.0f}) {
        for (const double speed : {1.35, -1.2}) {
            const std::string_view name = side > 0
                                              ? (speed > 0 ? "street.walk.a" : "street.walk.b")
                                              : (speed > 0 ? "street.walk.c" : "street.walk.d");
            add_stream(scene, {name, 17, 6, speed, -70, 110}, seed, time,
                       [&](std::int64_t index, float at, Random& random) {
                           const bool present = random.chance(0.75);
                           const float across =
                               side * between(random, kKerb + 1.9f, kPavementEdge - 0.6f);
                           const double phase =
                               1.9 * 2 * time * std::abs(speed) / 1.3 + random.uniform(0, 6.28);
                           if (!present) return;
                           add_person(scene, road.point(at, across, kPavementHeight),
                                      road.heading(at) + (speed > 0 ? 0.0f : kPi),
                                      static_cast<float>(phase), track_of(kind, index), random);
                       });
            ++kind;
        }
    }
}

}  // namespace

void place_vehicle(Scene& scene) {
    scene.heading = scene.road.heading(0);
    scene.sensor = scene.road.point(0, -kLaneMiddle, kSensorHeight);
}

void build_scene(Scene& scene, const StreetSettings& settings, std::uint64_t seed,
                 std::uint64_t item) {
    const double time = settings.interval * static_cast<double>(item);
    place_vehicle(scene);
    scene.solids.reserve(8192);
    add_pavement(scene);
    const auto first = static_cast<std::int64_t>(std::floor((scene.origin_x + kBehind) / kBlock));
    const auto last = static_cast<std::int64_t>(std::floor((scene.origin_x + kAhead) / kBlock));
    for (std::int64_t block = first; block <= last; ++block) {
        for (const int side : {1, -1}) add_block(scene, seed, block, side);
    }
    add_traffic(scene, seed, time);
    add_people(scene, seed, time);
    scene.bvh = Bvh(scene.solids);
}

}  // namespace millrace::ops::street
