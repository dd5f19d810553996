// Throws in the middle of registering.
#include <stdexcept>

#include "engine/node.hpp"

namespace millrace::tests {
namespace {

struct First {
    static engine::NodeSpec spec() {
        return {.id = "throws.first",
                .title = "First",
                .group = "Throws",
                .doc = "Is whole.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}}};
    }
    double operator()(const double& value) const { return value; }
};

void register_all(engine::Registry& registry) {
    registry.add<First>();
    throw std::runtime_error("no licence found");
}

}  // namespace
}  // namespace millrace::tests

MILLRACE_PLUGIN(millrace::tests::register_all)
