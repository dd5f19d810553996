// Places of nodes: layout in layers, alignment, even distances. Functions on the value; sizes come
// from whoever shows the nodes. Canvas units, x to the right, y downwards.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

/// A node as it is shown.
struct NodeBox {
    double left = 0, top = 0, width = 0, height = 0;
    std::map<std::string, double> inputs, outputs;  ///< y of each port below the top
};
using NodeBoxes = std::map<std::string, NodeBox>;

/// Places nodes in layers from left to right, with wires as straight as may be; the upper left
/// corner of them all stays. `feedback` are the inputs that wires lead back to. What lies on a
/// backdrop stays together on it, its notes too, when all its nodes are among `ids`; the backdrop
/// takes the size they need. Reroute dots between the nodes go, since they fit the old places.
void auto_layout(engine::Graph& graph, const std::vector<std::string>& ids, const NodeBoxes& boxes,
                 const std::set<engine::Endpoint>& feedback);

/// Column and Row put centres one above the other, or level.
enum class Alignment { Left, Right, Top, Bottom, Column, Row };
void align(engine::Graph& graph, const std::vector<std::string>& ids, const NodeBoxes& boxes,
           Alignment alignment);

/// Equal gaps between nodes, of which the outermost two stay.
enum class Direction { Across, Down };
void distribute(engine::Graph& graph, const std::vector<std::string>& ids, const NodeBoxes& boxes,
                Direction direction);

}  // namespace millrace::editor
