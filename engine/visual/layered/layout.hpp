// Places the boxes of a directed graph in rows, so that edges lead down and cross seldom: after
// Sugiyama, Tagawa and Toda (1981), with longest-path rows, barycentre ordering, and places that
// are the nearest to where the neighbours lie. Input is untrusted. Plain C++, any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace millrace::visual {

struct GraphPoint {
    double x = 0, y = 0;
};

struct GraphSize {
    double width = 0, height = 0;
};

struct GraphRoute {
    int from = 0, to = 0;
    bool back = false;  ///< leads up, since it closes a cycle
    /// From the lower edge of `from` to the upper edge of `to`; when it leads up, the other way
    /// round.
    std::vector<GraphPoint> through;
};

struct GraphLayout {
    std::vector<GraphPoint> centers;  ///< one per node
    std::vector<int> rows;            ///< one per node
    std::vector<GraphRoute> routes;   ///< one per edge that is left, ordered by from and to
    GraphSize size;                   ///< everything lies between 0 and this
    std::size_t crossings = 0;        ///< of neighbouring rows
    // Edges that can't be drawn.
    std::size_t out_of_range = 0, self_loops = 0, duplicates = 0, closing_cycles = 0;
};

struct GraphSpacing {
    double across = 28, down = 34;
};

/// Where an edge leaves and enters its boxes, along the row, from the middle of each.
struct GraphPorts {
    double from = 0, to = 0;
};

/// Stops early, with what there is by then, once `stop` says so. `ports` has one entry per edge, or
/// none: then edges join the middles.
GraphLayout lay_out(const std::vector<GraphSize>& nodes,
                    const std::vector<std::pair<int, int>>& edges, const GraphSpacing& spacing = {},
                    const std::function<bool()>& stop = {},
                    const std::vector<GraphPorts>& ports = {});

/// The same with edges that lead to the right: rows are columns, `ports` run downwards, `across` is
/// the distance within a column and `down` that between columns.
GraphLayout lay_out_rightwards(const std::vector<GraphSize>& nodes,
                               const std::vector<std::pair<int, int>>& edges,
                               const GraphSpacing& spacing = {},
                               const std::vector<GraphPorts>& ports = {});

}  // namespace millrace::visual
