// A pull generator: one track gives many, and only as fast as they are wanted.
#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>

#include <engine/node.hpp>

#include "track.hpp"

namespace tracks {
namespace {

namespace engine = millrace::engine;

struct Legs {
    int positions = 91;

    static engine::NodeSpec spec() {
        return {
            .id = "tracks.legs",
            .title = "Cut into legs",
            .group = "Tracks",
            .doc =
                "Cuts each track into legs of so many positions; neighbours share one. The last "
                "leg "
                "may be shorter.",
            .inputs = {{"track", "[N] positions, metres"}},
            .outputs = {{"leg", "[at most positions] positions of the same frame"},
                        {"length", "of the leg, metres"}},
            .params = {{.name = "positions",
                        .field = &Legs::positions,
                        .range = {2, 100000},
                        .doc = "Positions of a leg"}},
            .rate = engine::Rate::New,
        };
    }

    engine::Generator<std::tuple<Track, double>> operator()(std::shared_ptr<const Track> track,
                                                            engine::RunContext& context) const {
        context.metric("track_length", length(*track));
        const auto step = static_cast<std::size_t>(positions) - 1;
        return engine::Generator<std::tuple<Track, double>>(
            [track, step,
             from = std::size_t{0}]() mutable -> std::optional<std::tuple<Track, double>> {
                if (from + 1 >= track->positions.size()) return {};
                const std::size_t count = std::min(step, track->positions.size() - 1 - from) + 1;
                Track leg{.vehicle = track->vehicle};
                const auto first = static_cast<std::ptrdiff_t>(from);
                const auto last = static_cast<std::ptrdiff_t>(from + count);
                leg.positions.assign(track->positions.begin() + first,
                                     track->positions.begin() + last);
                leg.times.assign(track->times.begin() + first, track->times.begin() + last);
                from += step;
                const double metres = length(leg);
                return std::tuple{std::move(leg), metres};
            });
    }
};

}  // namespace

void register_legs(engine::Registry& registry) { registry.add<Legs>(); }

}  // namespace tracks
