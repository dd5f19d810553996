// Muted and bypassed nodes, taken out of the expanded graph before anything is planned.
#include <algorithm>
#include <deque>
#include <set>

#include <fmt/format.h>

#include "engine/plan/builder.hpp"
#include "engine/plan/types.hpp"

namespace millrace::engine::planning {
namespace {

constexpr int kDeepest = 1000;  // generic nodes in a row whose type is followed
constexpr std::size_t kMostNotes =
    1000;  // a muted source of a large graph is told well enough by these

class Modes {
public:
    Modes(Builder& builder, Expanded& expanded)
        : builder_(builder),
          graph_(expanded.graph),
          calls_(expanded.bypassed),
          muted_calls_(expanded.muted) {
        for (const Wire& wire : graph_.wires) entering_.try_emplace(wire.to, &wire);
    }

    void apply(std::vector<std::string>& until) {
        find_passes();
        if (!until.empty()) find_feeding();
        join_wires();
        spread();
        choose_until(until);
        remove();
    }

private:
    const NodeSpec* spec_of(const std::string& id) const {
        const auto node = graph_.nodes.find(id);
        const NodeType* type =
            node == graph_.nodes.end() ? nullptr : builder_.registry.find(node->second.type);
        return type ? &type->spec : nullptr;
    }

    /// Payload type of an output, or empty when only the run can tell.
    std::string output_type(const Endpoint& output, int depth = 0) const {
        // Each is found once, however many ways lead to it; a loop comes back to one that is still
        // empty.
        const auto [known, fresh] = types_.try_emplace(output);
        if (fresh) known->second = found_type(output, depth);
        return known->second;
    }

    std::string found_type(const Endpoint& output, int depth) const {
        const NodeSpec* spec = spec_of(output.node);
        const OutputSpec* port = spec ? spec->output(output.port) : nullptr;
        if (!port || depth > kDeepest) return {};
        if (std::string type = substitute(port->type, {}); !type.empty() && type != "list/1")
            return type;
        Bindings bindings;
        for (const InputSpec& input : spec->inputs) {
            const auto wire = entering_.find({output.node, input.name});
            if (wire != entering_.end())
                fits(input.type, output_type(wire->second->from, depth + 1), bindings);
        }
        return substitute(port->type, bindings);
    }

    std::string input_type(const Endpoint& input) const {
        const NodeSpec* spec = spec_of(input.node);
        const InputSpec* port = spec ? spec->input(input.port) : nullptr;
        if (!port) return {};
        if (std::string type = substitute(port->type, {}); !type.empty() && type != "list/1")
            return type;
        const auto wire = entering_.find(input);
        return wire == entering_.end() ? std::string() : output_type(wire->second->from);
    }

    void find_passes() {
        for (const auto& [id, ports] : calls_) {
            auto node = graph_.nodes.lower_bound(id + "/");
            // Within another bypassed call nothing counts but that one's ports.
            if (node != graph_.nodes.end() && passed_.contains(node->first)) continue;
            for (; node != graph_.nodes.end() && node->first.starts_with(id + "/"); ++node)
                passed_[node->first] = id;
            for (const auto& [name, output] : ports.outputs)
                passes_[output] = pass_of(id, ports, output);
        }
        for (const auto& [id, node] : graph_.nodes) {
            const NodeSpec* spec = spec_of(id);
            // A type that is not known can't be bypassed; that it is not known is reported when
            // nodes are added.
            if (node.mode != NodeMode::Bypass || !spec || passed_.contains(id)) continue;
            passed_[id] = id;
            for (const OutputSpec& output : spec->outputs)
                passes_[{id, output.name}] = pass_of(id, *spec, output);
        }
    }

    /// The wire whose packets an output of a bypassed node carries, or nullptr.
    const Wire* pass_of(const std::string& id, const NodeSpec& spec,
                        const OutputSpec& output) const {
        const std::string type = output_type({id, output.name});
        for (const InputSpec& input : spec.inputs) {
            // What comes back belongs to the item before.
            const auto wire = entering_.find({id, input.name});
            if (wire == entering_.end() || input.sync == Sync::Feedback) continue;
            if (input.type == output.type || (!type.empty() && input_type(wire->first) == type))
                return wire->second;
        }
        return nullptr;
    }

    const Wire* pass_of(const std::string& id, const Expanded::Ports& ports,
                        const Endpoint& output) const {
        const std::string type = output_type(output);
        if (type.empty()) return nullptr;
        for (const auto& [name, ends] : ports.inputs) {
            for (const Endpoint& end : ends) {
                const auto wire = entering_.find(end);
                if (const InputSpec* input = input_at(end); input && input->sync == Sync::Feedback)
                    break;
                // Every end of the port has the same wire from outside.
                if (wire == entering_.end() || wire->second->from.node.starts_with(id + "/"))
                    continue;
                if (input_type(end) == type) return wire->second;
                break;
            }
        }
        return nullptr;
    }

    void find_feeding() {
        for (const auto& [output, wire] : passes_)
            if (const auto& led = lead(output))
                feeding_[passed_.at(output.node)].insert(led->from.node);
    }

    /// Wires past bypassed nodes, as if these had been deleted and the wires joined.
    void join_wires() {
        std::vector<Wire> joined;
        joined.reserve(graph_.wires.size());
        for (const Wire& wire : graph_.wires) {
            if (passed_.contains(wire.to.node)) continue;
            const InputSpec* input = input_at(wire.to);
            if (input && input->sync == Sync::Stream) ++streams_[wire.to.node];
            if (!passed_.contains(wire.from.node)) {
                joined.push_back(wire);
            } else if (const auto& led = lead(wire.from)) {
                joined.push_back(joined_to(wire, *led));
            } else {
                tell_no_pass(wire.from);
                cut_.emplace_back(wire.to, passed_.at(wire.from.node));
            }
        }
        // These point at the wires as they were.
        entering_.clear();
        passes_.clear();
        types_.clear();
        graph_.wires = std::move(joined);
    }

    /// `wire` from where `before` begins. A wire on the way that drops packets goes on doing so.
    static Wire joined_to(Wire wire, const Wire& before) {
        wire.from = before.from;
        if (!wire.capacity) wire.capacity = before.capacity;
        if (wire.policy == Policy::Block) wire.policy = before.policy;
        return wire;
    }

    /// What an output of a bypassed node carries, as a wire from what runs; none where nothing is
    /// there, or where bypassed nodes form a ring. Each output is found once, so that long chains
    /// cost their length.
    const std::optional<Wire>& lead(const Endpoint& output) {
        std::vector<Endpoint> way;
        for (Endpoint at = output; passed_.contains(at.node);) {
            if (!led_.try_emplace(at).second) break;
            way.push_back(at);
            const auto pass = passes_.find(at);
            if (pass == passes_.end() || !pass->second) break;
            at = pass->second->from;
        }
        for (auto at = way.rbegin(); at != way.rend(); ++at) {
            const auto pass = passes_.find(*at);
            if (pass == passes_.end() || !pass->second) continue;
            const Wire& before = *pass->second;
            if (!passed_.contains(before.from.node))
                led_[*at] = before;
            else if (const auto& on = led_[before.from])
                led_[*at] = joined_to(before, *on);
        }
        return led_[output];
    }

    void tell_no_pass(const Endpoint& output) {
        // Outputs within a bypassed call are told by the call's own port.
        const std::string& id = passed_.at(output.node);
        std::string where = to_text(output);
        if (const auto call = calls_.find(id); call != calls_.end()) {
            for (const auto& [name, end] : call->second.outputs)
                if (end == output) where = id + "." + name;
        }
        if (!told_.insert(where).second) return;
        const std::string type = output_type(output);
        builder_.report({.code = "W-PLAN-021",
                         .what = fmt::format("The bypassed node has nothing to pass on at \"{}\"",
                                             where.substr(where.rfind('.') + 1)),
                         .expected = type.empty() ? "a connected input of the same type"
                                                  : fmt::format("a connected input of {}", type),
                         .found = "none, so the output counts as muted",
                         .where = where,
                         .mend = "Connect such an input, mute the node, or let it run.",
                         .severity = Severity::Warning});
    }

    const InputSpec* input_at(const Endpoint& end) const {
        const NodeSpec* spec = spec_of(end.node);
        return spec ? spec->input(end.port) : nullptr;
    }

    /// Stops what is muted and, along the wires, what can't be called without it.
    void spread() {
        for (const auto& [id, node] : graph_.nodes) {
            if (node.mode == NodeMode::Mute && !passed_.contains(id)) stop(id, muted_by(id));
        }
        for (const auto& [end, cause] : cut_) lose(end, cause);
        std::multimap<std::string_view, const Wire*> leaving;
        if (!open_.empty()) {
            for (const Wire& wire : graph_.wires) leaving.emplace(wire.from.node, &wire);
        }
        while (!open_.empty()) {
            const std::string id = std::move(open_.front());
            open_.pop_front();
            const auto [first, last] = leaving.equal_range(id);
            for (auto wire = first; wire != last; ++wire) lose(wire->second->to, stopped_.at(id));
        }
    }

    /// The outermost call that says so, else the node itself: what somebody would have to change.
    std::string muted_by(const std::string& id) const {
        for (std::size_t at = id.find('/'); at != id.npos; at = id.find('/', at + 1))
            if (muted_calls_.contains(id.substr(0, at))) return id.substr(0, at);
        return id;
    }

    void stop(const std::string& id, const std::string& cause) {
        if (stopped_.try_emplace(id, cause).second) open_.push_back(id);
    }

    void lose(const Endpoint& end, const std::string& cause) {
        const InputSpec* input = input_at(end);
        if (!input) return;
        const bool last_stream = input->sync == Sync::Stream && --streams_[end.node] == 0;
        // Without any stream it would never be called.
        if (!input->optional || last_stream) stop(end.node, cause);
    }

    std::string cause_text(const std::string& cause) const {
        return passed_.contains(cause) || calls_.contains(cause)
                   ? fmt::format("{} is bypassed and has nothing to pass on to it", cause)
                   : fmt::format("{} is muted", cause);
    }

    /// The node itself, or all that a call was expanded to; nothing when there is no such node.
    std::vector<std::string> content_of(const std::string& id) const {
        if (graph_.nodes.contains(id)) return {id};
        std::vector<std::string> content;
        for (auto node = graph_.nodes.lower_bound(id + "/");
             node != graph_.nodes.end() && node->first.starts_with(id + "/"); ++node)
            content.push_back(node->first);
        return content;
    }

    /// Bypassed nodes are run until by what feeds them; what doesn't run at all is an error.
    void choose_until(std::vector<std::string>& until) {
        std::set<std::string> chosen;
        for (const std::string& id : until) {
            const std::vector<std::string> content = content_of(id);
            bool runs =
                content.empty();  // that there is no such node is reported by who looks for it
            std::string reason = fmt::format("{} is bypassed and nothing that runs feeds it", id);
            for (const std::string& node : content) {
                if (const auto passed = passed_.find(node); passed != passed_.end()) {
                    for (const std::string& producer : feeding_[passed->second]) {
                        if (!stopped_.contains(producer)) chosen.insert(producer);
                        runs = runs || !stopped_.contains(producer);
                    }
                } else if (const auto stopped = stopped_.find(node); stopped != stopped_.end()) {
                    reason = cause_text(stopped->second);
                } else {
                    chosen.insert(id);
                    runs = true;
                }
            }
            if (content.empty()) chosen.insert(id);
            if (runs) continue;
            builder_.report(
                {.code = "E-PLAN-019",
                 .what = fmt::format("The run can't go until \"{}\", which does not run", id),
                 .expected = "a node that runs",
                 .found = reason,
                 .where = id,
                 .mend = "Take the mute or bypass away, or run until another node."});
        }
        until.assign(chosen.begin(), chosen.end());
    }

    void remove() {
        std::size_t notes = 0;
        for (const auto& [id, node] : graph_.nodes) {
            if (passed_.contains(id)) {
                builder_.plan.idle.push_back({id, NodeMode::Bypass});
            } else if (const auto stopped = stopped_.find(id); stopped != stopped_.end()) {
                const bool muted = node.mode == NodeMode::Mute;
                builder_.plan.idle.push_back(
                    {id, muted ? NodeMode::Mute : NodeMode::Normal, muted ? "" : stopped->second});
                if (muted || ++notes > kMostNotes) continue;
                builder_.report(
                    {.code = "W-PLAN-020",
                     .what = fmt::format("Not run because {}", cause_text(stopped->second)),
                     .where = id,
                     .severity = Severity::Warning});
            }
        }
        const auto gone = [&](const std::string& id) {
            return passed_.contains(id) || stopped_.contains(id);
        };
        std::erase_if(graph_.wires,
                      [&](const Wire& wire) { return gone(wire.from.node) || gone(wire.to.node); });
        std::erase_if(graph_.nodes, [&](const auto& entry) { return gone(entry.first); });
    }

    Builder& builder_;
    Graph& graph_;
    const std::map<std::string, Expanded::Ports>& calls_;
    const std::set<std::string>& muted_calls_;
    mutable std::map<Endpoint, std::string> types_;  ///< of outputs; empty while it is being found
    std::map<Endpoint, std::optional<Wire>> led_;
    std::map<Endpoint, const Wire*> entering_;
    std::map<std::string, std::string>
        passed_;  ///< nodes that are bypassed, and the node or call that says so
    std::map<Endpoint, const Wire*> passes_;  ///< by output of a bypassed node
    std::map<std::string, std::set<std::string>>
        feeding_;  ///< what runs before a bypassed node or call
    std::vector<std::pair<Endpoint, std::string>>
        cut_;  ///< inputs behind a bypass that passes nothing, and its id
    std::map<std::string, int> streams_;          ///< wires into stream inputs that are left
    std::map<std::string, std::string> stopped_;  ///< with the muted node behind it
    std::deque<std::string> open_;
    std::set<std::string> told_;
};

}  // namespace

void apply_modes(Builder& builder, Expanded& expanded, std::vector<std::string>& until) {
    const bool any = std::ranges::any_of(expanded.graph.nodes, [](const auto& entry) {
        return entry.second.mode != NodeMode::Normal;
    });
    if (any || !expanded.bypassed.empty()) Modes(builder, expanded).apply(until);
}

}  // namespace millrace::engine::planning
