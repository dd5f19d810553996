#include <cmath>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "engine/node/control/control.hpp"

namespace millrace::engine::control {
namespace {

constexpr std::size_t kWays = 4;

std::size_t way_of(double select) {
    if (!(select >= 0 && select < static_cast<double>(kWays))) {
        throw Error({.code = "E-CONTROL-001",
                     .what = "The choice is none of the ways",
                     .expected = fmt::format("a number from 0 to {}", kWays - 1),
                     .found = fmt::format("{}", select),
                     .mend = "Correct what feeds the input \"select\"."});
    }
    return static_cast<std::size_t>(select);
}

struct Switch {
    static NodeSpec spec() {
        return {.id = "control.switch",
                .title = "Switch",
                .group = "Control",
                .doc = "Sends each item to one of four outputs, chosen by a number that comes with it; the others answer none. A number "
                       "outside 0 to 3 is an error.",
                .inputs = {{.name = "item", .doc = "any payload", .type = "T"}, {"select", "0 for a, 1 for b, 2 for c, 3 for d"}},
                .outputs = {{"a", "items with select 0", "T"},
                            {"b", "items with select 1", "T"},
                            {"c", "items with select 2", "T"},
                            {"d", "items with select 3", "T"}},
                .light = true,
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1, "params": {"items": 4}},
    "ways": {"type": "control.switch", "version": 1}},
"wires": [
    {"from": "numbers.value", "to": "ways.item"},
    {"from": "numbers.value", "to": "ways.select"}])"};
    }

    std::tuple<Packet, Packet, Packet, Packet> operator()(const Packet& item, const double& select) const {
        std::array<Packet, kWays> ways;
        ways[way_of(select)] = item;
        return {ways[0], ways[1], ways[2], ways[3]};
    }
};

struct Select {
    static NodeSpec spec() {
        return {.id = "control.select",
                .title = "Select",
                .group = "Control",
                .doc = "Passes on one of up to four inputs of the same items; without \"select\" the first that has a value. The counterpart "
                       "of control.switch.",
                .inputs = {{.name = "a", .doc = "way 0", .optional = true, .type = "T"},
                           {.name = "b", .doc = "way 1", .optional = true, .type = "T"},
                           {.name = "c", .doc = "way 2", .optional = true, .type = "T"},
                           {.name = "d", .doc = "way 3", .optional = true, .type = "T"},
                           {.name = "select", .doc = "0 for a, 1 for b, 2 for c, 3 for d", .optional = true}},
                .outputs = {{"item", "the chosen input", "T"}},
                .light = true,
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1, "params": {"items": 4}},
    "ways": {"type": "control.switch", "version": 1},
    "limit": {"type": "control.rate_limit", "version": 1},
    "again": {"type": "control.select", "version": 1}},
"wires": [
    {"from": "numbers.value", "to": "ways.item"},
    {"from": "numbers.value", "to": "ways.select"},
    {"from": "ways.a", "to": "limit.item"},
    {"from": "limit.item", "to": "again.a"},
    {"from": "ways.b", "to": "again.b"}])"};
    }

    Packet operator()(const Packet& a, const Packet& b, const Packet& c, const Packet& d, const double* select) const {
        const std::array<const Packet*, kWays> ways = {&a, &b, &c, &d};
        if (select) return *ways[way_of(*select)];
        for (const Packet* way : ways) {
            if (*way) return *way;
        }
        return {};
    }
};

struct Merge {
    static NodeSpec spec() {
        return {.id = "control.merge",
                .title = "Merge",
                .group = "Control",
                .doc = "Takes items from its inputs strictly in turn, a, b, c, d, a, …, and numbers them anew; an input that "
                       "has ended is passed over.",
                .inputs = {{.name = "a", .doc = "first stream", .optional = true, .type = "T"},
                           {.name = "b", .doc = "second stream", .optional = true, .type = "T"},
                           {.name = "c", .doc = "third stream", .optional = true, .type = "T"},
                           {.name = "d", .doc = "fourth stream", .optional = true, .type = "T"}},
                .outputs = {{"item", "the items of all inputs", "T"}},
                .light = true,
                .join = Join::Alternate,
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1},
    "others": {"type": "control.counter", "version": 1, "params": {"start": 100}},
    "merge": {"type": "control.merge", "version": 1}},
"wires": [
    {"from": "numbers.value", "to": "merge.a"},
    {"from": "others.value", "to": "merge.b"}])"};
    }

    Packet operator()(const Packet& a, const Packet& b, const Packet& c, const Packet& d) const {
        return a ? a : b ? b : c ? c : d;
    }
};

struct Zip {
    static NodeSpec spec() {
        return {.id = "control.zip",
                .title = "Zip",
                .group = "Control",
                .doc = "Pairs the values of streams of different rates by their order: the first with the first, and so on. "
                       "Ends with the shortest; items without a value are passed over.",
                .inputs = {{.name = "a", .doc = "first stream", .type = "A"},
                           {.name = "b", .doc = "second stream", .type = "B"},
                           {.name = "c", .doc = "third stream", .optional = true, .type = "C"},
                           {.name = "d", .doc = "fourth stream", .optional = true, .type = "D"}},
                .outputs = {{"a", "of the first", "A"}, {"b", "of the second", "B"}, {"c", "of the third", "C"}, {"d", "of the fourth", "D"}},
                .light = true,
                .join = Join::Zip,
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1},
    "others": {"type": "control.counter", "version": 1, "params": {"start": 100}},
    "pairs": {"type": "control.zip", "version": 1}},
"wires": [
    {"from": "numbers.value", "to": "pairs.a"},
    {"from": "others.value", "to": "pairs.b"}])"};
    }

    std::tuple<Packet, Packet, Packet, Packet> operator()(const Packet& a, const Packet& b, const Packet& c,
                                                          const Packet& d) const {
        return {a, b, c, d};
    }
};

struct Repeat {
    int times = 2;

    static NodeSpec spec() {
        return {.id = "control.repeat",
                .title = "Repeat",
                .group = "Control",
                .doc = "Gives each item several times in a row, numbered anew.",
                .inputs = {{.name = "item", .doc = "any payload", .type = "T"}},
                .outputs = {{"item", "the same payload", "T"}},
                .params = {{.name = "times", .field = &Repeat::times, .range = {0, 1e9}, .doc = "How often"}},
                .light = true,
                .rate = Rate::New};
    }

    Generator<Packet> operator()(const Packet& item) const {
        return Generator<Packet>([item, left = times]() mutable -> std::optional<Packet> {
            if (left-- <= 0) return {};
            return item;
        });
    }
};

}  // namespace

void register_routing(Registry& registry) {
    registry.add<Switch>();
    registry.add<Select>();
    registry.add<Merge>();
    registry.add<Zip>();
    registry.add<Repeat>();
}

}  // namespace millrace::engine::control
