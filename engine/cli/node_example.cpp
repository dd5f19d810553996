#include "engine/cli/node_example.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "engine/node/params.hpp"

namespace millrace::cli {
namespace {

using engine::Graph;
using engine::InputSpec;
using engine::NodeType;
using engine::OutputSpec;

/// What a generic input is fed with: any payload will do, so the simplest.
constexpr std::string_view kAnyItem = "control.counter";
constexpr std::string_view kAnyList = "control.batch";
/// What stands for a file or folder that must be named.
constexpr std::string_view kAnyPath = "path/to/data";

struct Producer {
    const NodeType* type = nullptr;
    const OutputSpec* output = nullptr;
};

bool is_payload(std::string_view type) { return type.find('/') != type.npos; }

int shared_tags(const NodeType& one, const NodeType& other) {
    return static_cast<int>(std::ranges::count_if(one.spec.tags, [&](const std::string& tag) {
        return std::ranges::find(other.spec.tags, tag) != other.spec.tags.end();
    }));
}

bool needs_file(const NodeType& type) {
    return std::ranges::any_of(type.spec.params, &engine::ParamSpec::required_path);
}

class Example {
public:
    explicit Example(const engine::Registry& registry) : registry_(registry) {}

    /// The node's id, once all it needs is there.
    std::optional<std::string> add(const NodeType& type) {
        if (const auto known = ids_.find(&type); known != ids_.end()) return known->second;
        if (!open_.insert(&type).second) return {};  // it would need itself
        const std::string id = free_id(type);
        graph.nodes[id] = {.type = type.spec.id, .version = type.spec.version};
        ids_[&type] = id;
        for (const InputSpec& input : type.spec.inputs) {
            if (input.optional) continue;
            const std::optional<Producer> producer = producer_of(type, input);
            const std::optional<std::string> from = producer ? add(*producer->type) : std::nullopt;
            if (!from) return {};
            graph.wires.push_back(
                {.from = {*from, producer->output->name}, .to = {id, input.name}});
        }
        open_.erase(&type);
        return id;
    }

    Graph graph;

private:
    std::string free_id(const NodeType& type) const {
        const std::string name = type.spec.id.substr(type.spec.id.find('.') + 1);
        std::string id = name;
        for (int number = 2; graph.nodes.contains(id); ++number)
            id = fmt::format("{}_{}", name, number);
        return id;
    }

    std::optional<Producer> producer_of(const NodeType& consumer, const InputSpec& input) const {
        if (!is_payload(input.type)) {
            const NodeType* type =
                registry_.find(input.type.starts_with("list<") ? kAnyList : kAnyItem);
            return type ? std::optional(Producer{type, &type->spec.outputs.front()}) : std::nullopt;
        }
        std::optional<Producer> best;
        std::tuple<bool, bool, bool, int, std::string_view> least;
        for (const NodeType* type : registry_.types()) {
            if (type == &consumer || open_.contains(type)) continue;
            for (const OutputSpec& output : type->spec.outputs) {
                if (output.type != input.type) continue;
                const std::tuple rank(needs_file(*type), output.name != input.name, !type->source,
                                      -shared_tags(*type, consumer),
                                      std::string_view(type->spec.id));
                if (best && least <= rank) continue;
                best = Producer{type, &output};
                least = rank;
            }
        }
        return best;
    }

    const engine::Registry& registry_;
    std::map<const NodeType*, std::string> ids_;
    std::set<const NodeType*> open_;
};

}  // namespace

std::optional<Graph> example_of(const NodeType& type, const engine::Registry& registry) {
    if (!type.spec.example.empty()) {
        engine::ReadGraph read = engine::read_graph(
            fmt::format(R"({{"schema": "{}", {}}})", engine::kSchema, type.spec.example),
            type.spec.id + ", example");
        if (engine::any_errors(read.problems)) return {};
        return std::move(read.graph);
    }
    Example example(registry);
    const std::optional<std::string> id = example.add(type);
    if (!id) return {};
    // Some parameters as they are, to show how they are written.
    constexpr std::size_t kShown = 3;
    const auto node = type.make();
    engine::Object& params = example.graph.nodes[*id].params;
    for (const engine::ParamSpec& param : type.spec.params) {
        if (param.required_path) params[param.name] = kAnyPath;
    }
    for (const engine::ParamSpec& param : type.spec.params) {
        if (params.size() >= kShown) break;
        if (!param.advanced && !param.required_path)
            params[param.name] = engine::stored_value(param, node->object());
    }
    return std::move(example.graph);
}

}  // namespace millrace::cli
