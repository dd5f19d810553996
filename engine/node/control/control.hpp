// Node types that every graph needs and that carry any payload; part of the engine, always registered.
#pragma once

namespace millrace::engine {

class Registry;

void register_control(Registry& registry);

namespace control {
void register_flow(Registry& registry);     ///< constant, json, counter, rate_limit, feedback, subgraph, for_each
void register_routing(Registry& registry);  ///< switch, select, merge, zip, repeat
void register_groups(Registry& registry);   ///< batch, window, split, collect
}  // namespace control

}  // namespace millrace::engine
