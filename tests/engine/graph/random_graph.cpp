#include "tests/engine/graph/random_graph.hpp"

#include <limits>
#include <random>
#include <string>
#include <vector>

namespace millrace::engine::testing {
namespace {

const std::vector<double> kHardNumbers = {
    0.1,
    0.2 + 0.1,
    -0.0,
    1e-7,
    1e21,
    1e22,
    9007199254740993.0,
    1.0,
    -1.5e300,
    5e-324,
    std::numeric_limits<double>::max(),
    std::numeric_limits<double>::min(),
    1.0 / 3,
    123456789012345680.0,
};
const std::vector<std::int64_t> kHardIntegers = {
    0,
    1,
    -1,
    (std::int64_t{1} << 53) + 1,
    std::numeric_limits<std::int64_t>::max(),
    std::numeric_limits<std::int64_t>::min(),
    1 << 20,
};
const std::vector<std::string> kHardTexts = {
    "",
    "plain",
    "with \"quotes\" and \\ slashes /",
    "line\nbreak\ttab\r",
    std::string("\x01\x1f\x7f\0", 4),
    "Größe, 点群, ελέγχω, 🚗",
    "\u2028\u2029\ufeff",
    "${data}/scan.bin",
    "</script>",
    "1e-7",
    "null",
};

class Maker {
public:
    explicit Maker(std::uint64_t seed) : engine_(seed) {}

    Graph graph(int depth) {
        Graph graph;
        for (std::size_t i = 0; i < below(3); ++i) graph.meta[key()] = value(2);
        if (once_in(4)) graph.required = object(1);
        for (std::size_t i = 0; i < below(6); ++i) graph.nodes[id()] = node();
        for (std::size_t i = 0; i < below(3); ++i) {
            graph.parameters[key()] = {
                .of = id() + "." + word(), .label = text(), .extra = extra()};
        }
        for (std::size_t i = 0; i < below(6); ++i) graph.wires.push_back(wire());
        for (std::size_t i = 0; depth > 0 && i < below(3); ++i)
            graph.subgraphs[key()] = subgraph(depth - 1);
        for (std::size_t i = 0; i < below(3); ++i) {
            graph.backdrops[key()] = {
                .title = text(), .color = text(), .rect = numbers<4>(), .extra = extra()};
        }
        for (std::size_t i = 0; i < below(3); ++i) {
            graph.notes[key()] = {.text = text(), .rect = numbers<4>(), .extra = extra()};
        }
        for (const auto& [id, node] : graph.nodes) graph.layout[id] = numbers<2>();
        for (std::size_t i = 0; i < below(3); ++i) graph.extra["x_" + key()] = value(3);
        return graph;
    }

private:
    // std::uniform_int_distribution differs between standard libraries; a rest of the engine's
    // number does not.
    std::size_t below(std::size_t end) { return engine_() % end; }
    bool once_in(std::size_t times) { return below(times) == 0; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[below(list.size())];
    }

    std::string word() {
        std::string word;
        for (std::size_t i = 0; i <= below(8); ++i) word += static_cast<char>('a' + below(26));
        return word;
    }
    std::string text() { return once_in(2) ? one_of(kHardTexts) : word(); }
    /// Of things whose names are free.
    std::string key() { return once_in(3) ? text() + word() : word(); }
    std::string id() {
        return once_in(5)   ? word() + "/" + word()
               : once_in(3) ? word() + "-" + word() + "_7"
                            : word();
    }

    Value value(int depth) {
        switch (below(depth > 0 ? 8 : 6)) {
            case 0:
                return {};
            case 1:
                return once_in(2);
            case 2:
                return one_of(kHardIntegers);
            case 3:
                return one_of(kHardNumbers);
            case 4:
                return static_cast<double>(engine_()) / 3e7;
            case 5:
                return text();
            case 6: {
                Array list;
                for (std::size_t i = 0; i < below(4); ++i) list.push_back(value(depth - 1));
                return list;
            }
            default:
                return object(depth - 1);
        }
    }
    Object object(int depth) {
        Object object;
        for (std::size_t i = 0; i < below(4); ++i) object[key()] = value(depth);
        return object;
    }
    Object extra() {
        Object extra;
        if (once_in(3)) extra["x_" + word()] = value(2);
        return extra;
    }
    template <std::size_t N>
    std::array<double, N> numbers() {
        std::array<double, N> list;
        for (double& number : list) {
            number = once_in(4) ? one_of(kHardNumbers)
                                : static_cast<double>(below(2000)) - 1000 + (once_in(3) ? 0.25 : 0);
        }
        return list;
    }

    GraphNode node() {
        GraphNode node;
        node.type = word() + "." + word();
        node.version = 1 + static_cast<int>(below(5));
        if (once_in(3)) node.title = text();
        if (once_in(5)) node.subgraph = key();
        for (std::size_t i = 0; i < below(4); ++i) node.params[key()] = value(3);
        node.on_error = static_cast<OnError>(below(3));
        node.mode = static_cast<NodeMode>(below(4));
        if (node.mode == NodeMode::Freeze) node.frozen = word();
        if (node.on_error == OnError::Retry) node.retries = 1 + static_cast<int>(below(5));
        node.extra = extra();
        return node;
    }
    Wire wire() {
        Wire wire{{id(), word()}, {id(), word()}};
        if (once_in(2)) wire.capacity = 1 + static_cast<int>(below(1000));
        wire.policy = static_cast<Policy>(below(3));
        wire.extra = extra();
        return wire;
    }
    Subgraph subgraph(int depth) {
        Subgraph subgraph;
        for (std::size_t i = 0; i < below(3); ++i) {
            auto& ends = subgraph.inputs[key()];
            for (std::size_t j = 0; j <= below(3); ++j) ends.push_back({id(), word()});
        }
        for (std::size_t i = 0; i < below(3); ++i) subgraph.outputs[key()] = {id(), word()};
        subgraph.graph = graph(depth);
        return subgraph;
    }

    std::mt19937_64 engine_;
};

}  // namespace

Graph random_graph(std::uint64_t seed) { return Maker(seed).graph(3); }

}  // namespace millrace::engine::testing
