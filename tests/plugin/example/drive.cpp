// A source: vehicles that drive in circles.
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>

#include <engine/node.hpp>

#include "track.hpp"

namespace tracks {
namespace {

namespace engine = millrace::engine;

enum class Turn { Left, Right };

struct Drive {
    int vehicles = 3;
    int steps = 360;
    double radius = 10;
    Turn turn = Turn::Left;

    static engine::NodeSpec spec() {
        return {
            .id = "tracks.drive",
            .title = "Drive in circles",
            .group = "Tracks",
            .doc = "Gives the way of one vehicle after the other, each once round a circle.",
            .outputs = {{"track", "[steps + 1] positions, frame world, metres"}},
            .params = {{.name = "vehicles",
                        .field = &Drive::vehicles,
                        .range = {0, 1000},
                        .doc = "How many drive"},
                       {.name = "steps",
                        .field = &Drive::steps,
                        .range = {3, 100000},
                        .doc = "Parts of the circle"},
                       {.name = "radius",
                        .field = &Drive::radius,
                        .unit = "m",
                        .range = {0.1, 1000},
                        .doc = "Radius of the first; each next one is as much larger",
                        .change = engine::Change::Hot},
                       {.name = "turn",
                        .field = &Drive::turn,
                        .choices = {"left", "right"},
                        .doc = "Direction"}},
            .pure = true,
        };
    }

    std::vector<engine::Problem> check() const {
        if (radius * vehicles <= 10000) return {};
        return {{.what = "The circles grow too large",
                 .expected = "radius * vehicles of at most 10000 m",
                 .where = "radius",
                 .mend = "Lower it, or let fewer drive."}};
    }

    std::optional<std::uint64_t> count() const { return static_cast<std::uint64_t>(vehicles); }

    std::optional<Track> operator()(engine::Item item) const {
        if (item.number >= static_cast<std::uint64_t>(vehicles)) return {};
        const double own_radius = radius * static_cast<double>(item.number + 1);
        Track track{.vehicle = "vehicle " + std::to_string(item.number)};
        for (int step = 0; step <= steps; ++step) {
            const double angle =
                2 * std::numbers::pi * step / steps * (turn == Turn::Left ? 1.0 : -1.0);
            track.positions.push_back(
                {own_radius * std::cos(angle), own_radius * std::sin(angle), 0.0});
            track.times.push_back(step * 0.1);
        }
        return track;
    }
};

}  // namespace

void register_drive(engine::Registry& registry) { registry.add<Drive>(); }

}  // namespace tracks
