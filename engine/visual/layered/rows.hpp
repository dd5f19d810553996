// The steps of a layout that deal in rows and order alone, without sizes. Plain C++, any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace millrace::visual {

/// Nodes and the dummies that long edges have in each row that they pass.
struct LayoutRows {
    std::vector<std::vector<int>> rows;      ///< vertices by row, from left to right
    std::vector<int> row, place;             ///< of each vertex
    std::vector<std::vector<int>> up, down;  ///< neighbours one row above and below
    // Beside `up` and `down`: where the edge ends at the vertex and at the neighbour, along the row
    // from the middle of each, as a part of its width.
    struct Ends {
        double own = 0, other = 0;
    };
    std::vector<std::vector<Ends>> up_ends, down_ends;
};

using LayoutEdges = std::vector<std::pair<int, int>>;

/// Whether each edge closes a cycle, in the order of a depth-first walk from the nodes without
/// input, then from the others as they stand.
std::vector<bool> closing_edges(int nodes, const LayoutEdges& edges);

/// Rows by longest path over edges without cycles; a node without input lies just above its first
/// reader.
std::vector<int> longest_path_rows(int nodes, const LayoutEdges& edges);

/// Orders rows by sweeps down and up and keeps the best one; crossings are counted.
std::size_t order_rows(LayoutRows& rows, const std::function<bool()>& stop);

std::size_t count_crossings(const LayoutRows& rows);

}  // namespace millrace::visual
