// The augmenting nodes in a registry, and recordings to feed them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nodes/types/audio.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_add_noise(engine::Registry& registry);
void register_fit_length(engine::Registry& registry);
void register_gain(engine::Registry& registry);
void register_join(engine::Registry& registry);
void register_room(engine::Registry& registry);
void register_spec_augment(engine::Registry& registry);
void register_time_shift(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {

inline const engine::Registry& augment_registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_add_noise(made);
        nodes::register_fit_length(made);
        nodes::register_gain(made);
        nodes::register_join(made);
        nodes::register_room(made);
        nodes::register_spec_augment(made);
        nodes::register_time_shift(made);
        return &made;
    }();
    return *registry;
}

/// A quiet tone of so many frames.
inline types::Audio tone(std::size_t frames, int rate = 16000, int channels = 1) {
    types::Audio audio{rate, channels, {}};
    for (std::size_t i = 0; i < frames * static_cast<std::size_t>(channels); ++i)
        audio.samples.push_back(static_cast<float>(0.1 * std::sin(0.2 * static_cast<double>(i))));
    return audio;
}

/// One item through a node, with its seed and number.
inline engine::Packet augmented(const std::string& id, const engine::Object& params,
                                std::vector<engine::Packet> inputs, std::uint64_t seed = 1,
                                std::uint64_t item = 0) {
    TestContext context(augment_registry());
    context.run_seed = seed;
    context.item_number = item;
    return run_node(augment_registry(), id, params, std::move(inputs), context).at(0);
}

inline std::vector<float> samples_of(const engine::Packet& packet) {
    return packet.as<types::Audio>().samples;
}

}  // namespace millrace::testing
