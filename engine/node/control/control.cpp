#include "engine/node/control/control.hpp"

#include "engine/node/registry.hpp"

namespace millrace::engine {

void register_control(Registry& registry) {
    control::register_flow(registry);
    control::register_routing(registry);
    control::register_groups(registry);
}

}  // namespace millrace::engine
