// Registers a type of its own, then one that the plug-in `whole` has, then one that is never
// reached.
#include "engine/node.hpp"

namespace millrace::tests {
namespace {

template <int Which>
struct Pass {
    static engine::NodeSpec spec() {
        const char* const ids[] = {"double.first", "plug.scale", "double.last"};
        return {.id = ids[Which],
                .title = "Pass",
                .group = "Double",
                .doc = "Passes on.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}}};
    }
    double operator()(const double& value) const { return value; }
};

void register_all(engine::Registry& registry) {
    registry.add<Pass<0>>();
    registry.add<Pass<1>>();
    registry.add<Pass<2>>();
}

}  // namespace
}  // namespace millrace::tests

MILLRACE_PLUGIN(millrace::tests::register_all)
