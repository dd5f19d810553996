// A default that JSON can't hold: the catalogue must leave this plug-in to be loaded.
#include <limits>

#include "engine/node.hpp"

namespace millrace::tests {
namespace {

struct Infinite {
    double limit = std::numeric_limits<double>::infinity();
    static engine::NodeSpec spec() {
        return {.id = "infinite.limit",
                .title = "Limit",
                .group = "Infinite",
                .doc = "Limits.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "at most limit"}},
                .params = {{.name = "limit", .field = &Infinite::limit, .doc = "Largest"}}};
    }
    double operator()(const double& value) const { return value < limit ? value : limit; }
};

void register_all(engine::Registry& registry) { registry.add<Infinite>(); }

}  // namespace
}  // namespace millrace::tests

MILLRACE_PLUGIN(millrace::tests::register_all)
