#include "viewers/model/fold.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

namespace millrace::viewers {
namespace {

// Names are untrusted: beginnings of one with a million points would fill the memory.
constexpr std::size_t kMostLevels = 16, kLongest = 512;

/// The beginnings of a name, the shortest first, without the name itself.
std::vector<std::string_view> beginnings(std::string_view name) {
    std::vector<std::string_view> found;
    for (std::size_t at = 1; at < std::min(kLongest, name.size()); ++at) {
        if (name[at] != '.' && name[at] != '/') continue;
        found.push_back(name.substr(0, at));
        if (found.size() == kMostLevels) break;
    }
    return found;
}

}  // namespace

EdgeFaults faults_of(const visual::ModelGraph& graph) {
    EdgeFaults faults;
    const auto count = static_cast<int>(graph.layers.size());
    std::vector<std::pair<int, int>> good;
    for (const auto& [from, to] : graph.edges) {
        if (from < 0 || to < 0 || from >= count || to >= count)
            ++faults.out_of_range;
        else if (from == to)
            ++faults.self_loops;
        else
            good.emplace_back(from, to);
    }
    std::ranges::sort(good);
    const std::size_t before = good.size();
    good.erase(std::unique(good.begin(), good.end()), good.end());
    faults.duplicates = before - good.size();
    return faults;
}

std::uint64_t add_parameters(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    return a > kMost - b ? kMost : a + b;
}

std::uint64_t total_parameters(const visual::ModelGraph& graph) {
    std::uint64_t total = 0;
    for (const auto& layer : graph.layers) total = add_parameters(total, layer.parameters);
    return total;
}

Folding::Folding(const visual::ModelGraph& graph) {
    std::map<std::string_view, std::size_t> held;
    for (const auto& layer : graph.layers) {
        for (const std::string_view begin : beginnings(layer.name)) ++held[begin];
    }
    for (const auto& [begin, count] : held) {
        if (count < 2) continue;
        groups_.emplace(begin);
        if (count == graph.layers.size()) whole_.emplace(begin);
    }
}

void Folding::fold(const std::string& group) {
    if (groups_.contains(group)) folded_.insert(group);
}

void Folding::fold_all() {
    folded_ = groups_;
    for (const std::string& group : whole_) folded_.erase(group);
}

std::string Folding::open_group_of(const std::string& name) const {
    const auto all = beginnings(name);
    for (auto begin = all.rbegin(); begin != all.rend(); ++begin) {
        const std::string group(*begin);
        if (groups_.contains(group) && !folded_.contains(group)) return group;
    }
    return {};
}

void Folding::fold_like(const Folding& other) {
    folded_.clear();
    for (const std::string& group : other.folded_) fold(group);
}

FoldedGraph Folding::apply(const visual::ModelGraph& graph) const {
    FoldedGraph folded;
    std::map<std::string_view, int> node_of_group;
    for (std::size_t i = 0; i < graph.layers.size(); ++i) {
        const auto& layer = graph.layers[i];
        const auto all = folded_.empty() ? std::vector<std::string_view>() : beginnings(layer.name);
        const auto outermost = std::ranges::find_if(
            all, [this](std::string_view begin) { return folded_.contains(std::string(begin)); });
        auto node = static_cast<int>(folded.nodes.size());
        if (outermost != all.end()) {
            node = node_of_group.try_emplace(*outermost, node).first->second;
        }
        if (node == static_cast<int>(folded.nodes.size())) {
            const bool group = outermost != all.end();
            folded.nodes.push_back({.name = group ? std::string(*outermost) : layer.name,
                                    .layers = {},
                                    .group = group,
                                    .parameters = 0});
        }
        auto& taken = folded.nodes[static_cast<std::size_t>(node)];
        taken.layers.push_back(static_cast<int>(i));
        taken.parameters = add_parameters(taken.parameters, layer.parameters);
        folded.node_of.push_back(node);
    }
    const auto count = static_cast<int>(graph.layers.size());
    for (const auto& [from, to] : graph.edges) {
        if (from < 0 || to < 0 || from >= count || to >= count) continue;
        const int a = folded.node_of[static_cast<std::size_t>(from)],
                  b = folded.node_of[static_cast<std::size_t>(to)];
        if (a != b) folded.edges.emplace_back(a, b);
    }
    std::ranges::sort(folded.edges);
    folded.edges.erase(std::unique(folded.edges.begin(), folded.edges.end()), folded.edges.end());
    return folded;
}

}  // namespace millrace::viewers
