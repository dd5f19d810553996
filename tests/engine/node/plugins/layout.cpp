// Has the payload "mark/1" of the plug-in `whole` in another size.
#include <vector>

#include "engine/node.hpp"

namespace millrace::tests {

struct WideMark {
    double at = 0, until = 0;
};

}  // namespace millrace::tests

template <>
struct millrace::engine::PayloadTraits<millrace::tests::WideMark> {
    static constexpr std::string_view name = "mark";
    static constexpr int version = 1;
    static Record record(const tests::WideMark& mark) {
        return {.arrays = {view_of("at", &mark.at, {2})}, .attributes = {}, .children = {}};
    }
    static tests::WideMark restore(const Record&) { return {}; }
    static std::vector<visual::Visual> visual(const tests::WideMark&, const visual::Budget&) {
        return {};
    }
};

namespace millrace::tests {
namespace {

struct TakeMark {
    static engine::NodeSpec spec() {
        return {.id = "wide.take",
                .title = "Take",
                .group = "Wide",
                .doc = "Takes a mark.",
                .inputs = {{"mark", "a mark"}}};
    }
    void operator()(const WideMark&) {}
};

void register_all(engine::Registry& registry) { registry.add<TakeMark>(); }

}  // namespace
}  // namespace millrace::tests

MILLRACE_PLUGIN(millrace::tests::register_all)
