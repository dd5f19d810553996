#include <memory>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/augment/draw.hpp"
#include "nodes/ops/audio/augment.hpp"

namespace millrace::nodes {
namespace {

using Shared = std::shared_ptr<const types::Audio>;

struct Room {
    double low = 0.1;
    double high = 0.6;
    double direct = 6;
    double probability = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "augment.room",
            .title = "Room",
            .group = "Augmentation",
            .doc =
                "Lets a recording sound as in a room: a direct path, then reflections as decaying "
                "noise, drawn for each item. Loudness is about kept, and so is the length: pad "
                "first, with augment.fit_length, what is to ring out. Samples beyond full scale "
                "are kept and reported.",
            .inputs = {{"audio", "[frames, channels]"}},
            .outputs = {{"audio", "of the same length"}},
            .params = {{.name = "low",
                        .field = &Room::low,
                        .unit = "s",
                        .range = {0.001, 20},
                        .doc = "Reverberation time (a fall by 60 dB), from here"},
                       {.name = "high",
                        .field = &Room::high,
                        .unit = "s",
                        .range = {0.001, 20},
                        .doc = "to here, each as likely"},
                       {.name = "direct",
                        .field = &Room::direct,
                        .unit = "dB",
                        .range = {-60, 60},
                        .doc = "The direct path over all reflections; less is farther away"},
                       probability_param(&Room::probability)},
            .pure = kWorthKeeping,
            .random = true,
        };
    }

    std::vector<engine::Problem> check() const { return check_order(low, high, "low"); }

    Shared operator()(Shared audio, engine::RunContext& context) const {
        engine::Random random = context.random();
        if (!random.chance(probability)) return audio;
        const double rt60 = random.uniform(low, high);
        ops::Leveled heard = ops::in_room(
            *audio,
            ops::room_response({.rt60 = rt60, .direct = direct}, audio->sample_rate, random));
        warn_over(context, heard.over);
        return std::make_shared<const types::Audio>(std::move(heard.audio));
    }
};

}  // namespace

void register_room(engine::Registry& registry) { registry.add<Room>(); }

}  // namespace millrace::nodes
