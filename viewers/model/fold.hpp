// Folds the layers of a model by the beginnings of their names: "encoder.layers.0" holds all layers
// that begin with it and a point or slash. A folded group is one box. Plain C++, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

struct FoldedGraph {
    struct Node {
        std::string name;         ///< of the layer, or of the group
        std::vector<int> layers;  ///< one, or all of the group
        bool group = false;
        std::uint64_t parameters = 0;
    };
    std::vector<Node> nodes;                 ///< in the order of their first layers
    std::vector<std::pair<int, int>> edges;  ///< between nodes that differ, once each
    std::vector<int> node_of;                ///< by layer
};

/// Edges that can't be drawn, whatever is folded.
struct EdgeFaults {
    std::size_t out_of_range = 0, self_loops = 0, duplicates = 0;
    bool none() const { return out_of_range + self_loops + duplicates == 0; }
};
EdgeFaults faults_of(const visual::ModelGraph& graph);

/// The sum, or the largest number there is.
std::uint64_t add_parameters(std::uint64_t a, std::uint64_t b);
std::uint64_t total_parameters(const visual::ModelGraph& graph);

class Folding {
public:
    Folding() = default;
    explicit Folding(const visual::ModelGraph& graph);

    /// Groups of at least two layers, as their names sort.
    const std::set<std::string>& groups() const { return groups_; }
    bool is_folded(const std::string& group) const { return folded_.contains(group); }
    void fold(const std::string& group);
    void unfold(const std::string& group) { folded_.erase(group); }
    /// The outermost groups that don't hold the whole model are what is left to see.
    void fold_all();
    void unfold_all() { folded_.clear(); }
    /// The innermost group that is not folded of a layer's or group's name; empty when there is
    /// none.
    std::string open_group_of(const std::string& name) const;
    /// Takes over what is folded, for another item of the same model.
    void fold_like(const Folding& other);

    FoldedGraph apply(const visual::ModelGraph& graph) const;

private:
    std::set<std::string> groups_, folded_, whole_;  ///< whole_: those that hold every layer
};

}  // namespace millrace::viewers
