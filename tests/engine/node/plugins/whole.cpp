// A plug-in in order: a rule, a migration and a payload of its own.
#include "tests/engine/node/plugins/whole.hpp"

namespace millrace::tests {
namespace {

struct Scale {
    double factor = 2;
    double limit = 10;
    static engine::NodeSpec spec() {
        return {.id = "plug.scale",
                .title = "Scale",
                .group = "Plug",
                .doc = "Multiplies.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "times factor"}},
                .params = {{.name = "factor",
                            .field = &Scale::factor,
                            .range = {0, 100},
                            .doc = "Factor"},
                           {.name = "limit", .field = &Scale::limit, .doc = "Largest factor"}},
                .version = 2,
                .aliases = {"plug.multiply"},
                .migrations = {{1, [](engine::Object& params) {
                                    params["factor"] = params["half"].as_double() * 2;
                                    params.erase("half");
                                }}}};
    }
    std::vector<engine::Problem> check() const {
        if (factor <= limit) return {};
        return {{.what = "The factor is above the limit", .where = "factor", .mend = "Lower it."}};
    }
    double operator()(const double& value) const { return value * factor; }
};

struct MakeMark {
    static engine::NodeSpec spec() {
        return {.id = "plug.mark",
                .title = "Mark",
                .group = "Plug",
                .doc = "Makes a mark.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"mark", "a mark"}}};
    }
    Mark operator()(const double& value) const { return {value}; }
};

void register_all(engine::Registry& registry) {
    registry.add<Scale>();
    registry.add<MakeMark>();
}

}  // namespace
}  // namespace millrace::tests

MILLRACE_PLUGIN(millrace::tests::register_all)
