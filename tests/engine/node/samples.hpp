// Node types that use every part of the contract, for the tests of tables, parameters and calls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/node.hpp"

namespace millrace::tests {

using engine::Change;
using engine::Generator;
using engine::Item;
using engine::NodeSpec;
using engine::Packet;
using engine::Path;
using engine::Problem;
using engine::RunContext;
using engine::State;
using engine::Sync;

enum class Color { Red, Green, Blue };

/// A parameter of every kind, a rule over two of them, an alias, two migrations.
struct Params {
    bool on = true;
    int count = 3;
    std::uint8_t byte = 7;
    std::uint64_t big = 5;
    double ratio = 0.5;
    double free = 0;
    std::string text = "words";
    std::string mode = "fast";
    Color color = Color::Green;
    Path file = {};
    std::vector<double> weights = {0.25, 0.75};
    std::vector<int> sizes = {2, 4};

    static NodeSpec spec() {
        return {.id = "sample.params",
                .title = "Parameters",
                .group = "Sample",
                .doc = "Has a parameter of every kind. The rest is documentation.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .params = {{.name = "on", .field = &Params::on, .doc = "Whether"},
                           {.name = "count",
                            .field = &Params::count,
                            .range = {1, 10},
                            .doc = "How many",
                            .change = Change::Hot,
                            .aliases = {"number", "n"}},
                           {.name = "byte", .field = &Params::byte, .doc = "Small"},
                           {.name = "big", .field = &Params::big, .doc = "Large"},
                           {.name = "ratio",
                            .field = &Params::ratio,
                            .unit = "m",
                            .range = {0, 1},
                            .doc = "Part",
                            .change = Change::Warm},
                           {.name = "free",
                            .field = &Params::free,
                            .range = {.low = -5},
                            .doc = "Open above"},
                           {.name = "text", .field = &Params::text, .doc = "Words"},
                           {.name = "mode",
                            .field = &Params::mode,
                            .choices = {"fast", "exact"},
                            .doc = "How"},
                           {.name = "color",
                            .field = &Params::color,
                            .choices = {"red", "green", "blue"},
                            .doc = "Colour",
                            .advanced = true},
                           {.name = "file",
                            .field = &Params::file,
                            .doc = "A file to read",
                            .required_path = true},
                           {.name = "weights",
                            .field = &Params::weights,
                            .range = {0, 1},
                            .doc = "Parts"},
                           {.name = "sizes", .field = &Params::sizes, .doc = "Sizes"}},
                .version = 3,
                .aliases = {"sample.old_params"},
                .migrations = {{1,
                                [](engine::Object& params) {
                                    params["count"] = params["half"].as_int() * 2;
                                }},
                               {2, [](engine::Object& params) { params.erase("half"); }}},
                .tags = {"one", "two"},
                .light = true,
                .source = "A paper, section 2"};
    }
    std::vector<Problem> check() const {
        if (count > 2 || ratio < 0.9) return {};
        return {{.what = "So few can't be so much", .where = "ratio", .mend = "Lower it."}};
    }
    double operator()(const double& value) const { return value; }
};

/// A source of two outputs, of which the second is given now and then; takes the item's number.
struct Source {
    int items = 4;
    static NodeSpec spec() {
        return {
            .id = "sample.source",
            .title = "Source",
            .group = "Sample",
            .doc = "Counts.",
            .outputs = {{"number", "item"}, {"even", "item, if even"}},
            .params = {
                {.name = "items", .field = &Source::items, .range = {0, 100}, .doc = "How many"}}};
    }
    std::optional<std::uint64_t> count() const { return static_cast<std::uint64_t>(items); }
    std::optional<std::tuple<double, std::optional<double>>> operator()(Item item,
                                                                        RunContext&) const {
        if (item.number >= static_cast<std::uint64_t>(items)) return {};
        const auto number = static_cast<double>(item.number);
        return std::tuple{number, item.number % 2 ? std::nullopt : std::optional(number)};
    }
};

/// An argument of every form, of all three kinds of sync.
struct Arguments {
    static NodeSpec spec() {
        return {
            .id = "sample.arguments",
            .title = "Arguments",
            .group = "Sample",
            .doc = "Adds what is there.",
            .inputs = {{"reference", "a number"},
                       {"copy", "a number"},
                       {.name = "pointer", .doc = "a number", .optional = true},
                       {.name = "shared", .doc = "a number", .sync = Sync::Latch},
                       {.name = "any", .doc = "anything", .optional = true, .type = "T"},
                       {.name = "back", .doc = "the answer before", .sync = Sync::Feedback}},
            .outputs = {
                {"sum", "of all"}, {"shared", "the same packet"}, {"any", "the same packet", "T"}}};
    }
    std::tuple<double, std::shared_ptr<const double>, Packet> operator()(
        const double& reference, double copy, const double* pointer,
        std::shared_ptr<const double> shared, const Packet& any, const double* back) {
        copy += reference + (pointer ? *pointer : 0) + *shared + (back ? *back : 0);
        return {copy, shared, any};
    }
};

/// Each number so many times, by a pull generator that counts how often it was asked.
struct Repeat {
    static NodeSpec spec() {
        return {.id = "sample.repeat",
                .title = "Repeat",
                .group = "Sample",
                .doc = "Gives n n times.",
                .inputs = {{"value", "n"}},
                .outputs = {{"value", "n"}, {"index", "0 to n - 1"}},
                .rate = engine::Rate::New};
    }
    Generator<std::tuple<double, double>> operator()(const double& value) const {
        return Generator<std::tuple<double, double>>(
            [value, index = 0.0]() mutable -> std::optional<std::tuple<double, double>> {
                if (index >= value) return {};
                return std::tuple{value, index++};
            });
    }
};

/// Sums of two, the rest at the end; the state can be saved.
struct Pairs {
    static NodeSpec spec() {
        return {.id = "sample.pairs",
                .title = "Pairs",
                .group = "Sample",
                .doc = "Adds two neighbours.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"sum", "of two"}},
                .resource = engine::Resource::Disk,
                .rate = engine::Rate::New,
                .gathers = "*"};
    }
    void start(RunContext&) { left_.clear(); }
    std::optional<double> operator()(const double& value) {
        left_.push_back(value);
        if (left_.size() < 2) return {};
        return take();
    }
    std::optional<double> finish() {
        if (left_.empty()) return {};
        return take();
    }
    State save() const {
        State state;
        for (double value : left_) state.packets["left"].push_back(Packet::make<double>(value));
        return state;
    }
    void load(const State& state) {
        left_.clear();
        if (const auto found = state.packets.find("left"); found != state.packets.end()) {
            for (const Packet& packet : found->second) left_.push_back(packet.as<double>());
        }
    }

private:
    double take() {
        double sum = 0;
        for (double value : left_) sum += value;
        left_.clear();
        return sum;
    }
    std::vector<double> left_;
};

/// A sink without outputs that can't be copied.
struct Sink {
    static NodeSpec spec() {
        return {.id = "sample.sink",
                .title = "Sink",
                .group = "Sample",
                .doc = "Takes numbers.",
                .inputs = {{"value", "a number"}}};
    }
    void operator()(const double& value) { last = std::make_unique<double>(value); }
    std::unique_ptr<double> last;
};

inline void register_samples(engine::Registry& registry) {
    registry.add<Params>();
    registry.add<Source>();
    registry.add<Arguments>();
    registry.add<Repeat>();
    registry.add<Pairs>();
    registry.add<Sink>();
}

}  // namespace millrace::tests
