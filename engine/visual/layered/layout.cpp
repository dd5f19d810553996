#include "engine/visual/layered/layout.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/visual/layered/rows.hpp"

namespace millrace::visual {
namespace {

constexpr double kDummyWidth = 12;
/// Of all long edges together; beyond it they are drawn without a lane of their own.
constexpr std::size_t kMostDummies = 60'000;

struct Edge {
    int from, to;
    bool back;
    GraphPorts ports;
};

/// What is left of untrusted edges: once each, between two nodes that exist; those that close a
/// cycle are turned round.
std::vector<Edge> clean(int nodes, const LayoutEdges& given,
                        const std::vector<GraphPorts>& given_ports, GraphLayout& layout) {
    struct Sound {
        std::pair<int, int> ends;
        GraphPorts ports;
    };
    std::vector<Sound> sound;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const auto [from, to] = given[i];
        if (from < 0 || to < 0 || from >= nodes || to >= nodes)
            ++layout.out_of_range;
        else if (from == to)
            ++layout.self_loops;
        else
            sound.push_back({given[i], i < given_ports.size() ? given_ports[i] : GraphPorts()});
    }
    const std::size_t before = sound.size();
    std::ranges::stable_sort(sound, {}, &Sound::ends);
    const auto repeated = std::ranges::unique(sound, {}, &Sound::ends);
    sound.erase(repeated.begin(), repeated.end());
    layout.duplicates = before - sound.size();
    LayoutEdges edges;
    for (const Sound& edge : sound) edges.push_back(edge.ends);
    const std::vector<bool> closing = closing_edges(nodes, edges);
    std::vector<Edge> result;
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const auto [from, to] = edges[i];
        const GraphPorts& ports = sound[i].ports;
        result.push_back(closing[i] ? Edge{to, from, true, {ports.to, ports.from}}
                                    : Edge{from, to, false, ports});
        layout.closing_cycles += closing[i] ? 1 : 0;
    }
    return result;
}

/// Leaves out the points that a straight line passes anyway; most of a long edge's are.
void drop_straight(std::vector<GraphPoint>& through) {
    constexpr double kSame = 0.5;
    std::vector<GraphPoint> kept;
    for (std::size_t i = 0; i < through.size(); ++i) {
        const bool inner = i > 0 && i + 1 < through.size();
        if (inner && std::abs(kept.back().x - through[i].x) < kSame &&
            std::abs(through[i + 1].x - kept.back().x) < kSame)
            continue;
        kept.push_back(through[i]);
    }
    through = std::move(kept);
}

class Placing {
public:
    Placing(const std::vector<GraphSize>& nodes, const GraphSpacing& spacing,
            std::vector<Edge> edges, std::function<bool()> stop)
        : nodes_(nodes), spacing_(spacing), edges_(std::move(edges)), stop_(std::move(stop)) {}

    void run(GraphLayout& layout) {
        make_rows(layout);
        layout.crossings = order_rows(rows_, stop_);
        place_across();
        place_down();
        give(layout);
    }

private:
    bool stopped() const { return stop_ && stop_(); }
    double width_of(int vertex) const {
        const auto index = static_cast<std::size_t>(vertex);
        return index < nodes_.size() ? nodes_[index].width : kDummyWidth;
    }
    int add_vertex(int row) {
        const auto vertex = static_cast<int>(rows_.row.size());
        rows_.row.push_back(row);
        rows_.place.push_back(0);
        rows_.up.emplace_back();
        rows_.down.emplace_back();
        rows_.up_ends.emplace_back();
        rows_.down_ends.emplace_back();
        return vertex;
    }
    /// `leaves` and `enters` are the ports, from the middle of each.
    void join(int upper, int lower, double leaves, double enters) {
        const auto part = [this](int vertex, double port) {
            return std::clamp(port / std::max(1.0, width_of(vertex)), -0.45, 0.45);
        };
        const double above = part(upper, leaves), below = part(lower, enters);
        rows_.down[static_cast<std::size_t>(upper)].push_back(lower);
        rows_.down_ends[static_cast<std::size_t>(upper)].push_back({above, below});
        rows_.up[static_cast<std::size_t>(lower)].push_back(upper);
        rows_.up_ends[static_cast<std::size_t>(lower)].push_back({below, above});
    }

    void make_rows(GraphLayout& layout) {
        LayoutEdges pairs;
        for (const Edge& edge : edges_) pairs.emplace_back(edge.from, edge.to);
        layout.rows = longest_path_rows(static_cast<int>(nodes_.size()), pairs);
        for (const int row : layout.rows) add_vertex(row);
        chains_.resize(edges_.size());
        // Short edges first: they gain the most from a lane.
        std::vector<std::size_t> order(edges_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto length = [&](std::size_t i) {
            return rows_.row[static_cast<std::size_t>(edges_[i].to)] -
                   rows_.row[static_cast<std::size_t>(edges_[i].from)];
        };
        std::ranges::stable_sort(order, {}, length);
        for (const std::size_t i : order) {
            const Edge& edge = edges_[i];
            const int long_by = length(i) - 1;
            const std::size_t dummies = rows_.row.size() - nodes_.size();
            if (dummies + static_cast<std::size_t>(std::max(0, long_by)) > kMostDummies) continue;
            int above = edge.from;
            for (int step = 1; step <= long_by; ++step) {
                const int dummy = add_vertex(rows_.row[static_cast<std::size_t>(edge.from)] + step);
                chains_[i].push_back(dummy);
                join(above, dummy, step == 1 ? edge.ports.from : 0, 0);
                above = dummy;
            }
            join(above, edge.to, long_by > 0 ? 0 : edge.ports.from, edge.ports.to);
        }
        const int last = *std::ranges::max_element(rows_.row);
        rows_.rows.resize(static_cast<std::size_t>(last) + 1);
        for (std::size_t i = 0; i < rows_.row.size(); ++i)
            rows_.rows[static_cast<std::size_t>(rows_.row[i])].push_back(static_cast<int>(i));
    }

    /// The nearest places to those wished for that keep the distances of a row: least squares by
    /// pooling neighbours that would overlap.
    void settle_row(const std::vector<int>& row, const std::vector<double>& wishes,
                    const std::vector<double>& weights) {
        struct Pool {
            double sum, weight;
            std::size_t count;
            double mean() const { return sum / weight; }
        };
        std::vector<Pool> pools;
        std::vector<double> offsets(row.size(), 0);
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0)
                offsets[i] = offsets[i - 1] + (width_of(row[i - 1]) + width_of(row[i])) / 2 +
                             spacing_.across;
            pools.push_back({(wishes[i] - offsets[i]) * weights[i], weights[i], 1});
            while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
                const Pool last = pools.back();
                pools.pop_back();
                pools.back().sum += last.sum;
                pools.back().weight += last.weight;
                pools.back().count += last.count;
            }
        }
        std::size_t i = 0;
        for (const Pool& pool : pools) {
            for (std::size_t k = 0; k < pool.count; ++k, ++i)
                x_[static_cast<std::size_t>(row[i])] = pool.mean() + offsets[i];
        }
    }

    void place_across() {
        x_.assign(rows_.row.size(), 0);
        std::vector<double> wishes, weights;
        constexpr int kSweeps = 14;
        for (int sweep = -1; sweep < kSweeps; ++sweep) {
            if (sweep >= 0 && stopped()) return;
            const bool downwards = sweep % 2 == 0;
            for (std::size_t step = 0; step < rows_.rows.size(); ++step) {
                const auto& row = rows_.rows[downwards ? step : rows_.rows.size() - 1 - step];
                wishes.clear();
                weights.clear();
                for (const int vertex : row) {
                    const auto index = static_cast<std::size_t>(vertex);
                    wishes.push_back(sweep < 0 ? 0 : wish(index, downwards, sweep));
                    weights.push_back(weight(vertex));
                }
                settle_row(row, wishes, weights);
            }
        }
    }

    bool is_dummy(int vertex) const { return static_cast<std::size_t>(vertex) >= nodes_.size(); }

    /// Where a row is crowded, long edges give way to boxes.
    double weight(int vertex) const { return is_dummy(vertex) ? 1 : 3; }

    /// Chains of boxes and the lanes of long edges both run straight: like is drawn to like.
    double pull(int vertex, int other) const {
        if (is_dummy(vertex)) return is_dummy(other) ? 8 : 1;
        return is_dummy(other) ? 0.1 : 1;
    }

    double wish(std::size_t vertex, bool downwards, int sweep) const {
        double sum = 0, total = 0;
        const double wide = width_of(static_cast<int>(vertex));
        const auto add = [&](const std::vector<int>& near,
                             const std::vector<LayoutRows::Ends>& ends) {
            for (std::size_t i = 0; i < near.size(); ++i) {
                const double heavy = pull(static_cast<int>(vertex), near[i]);
                sum += heavy * (x_[static_cast<std::size_t>(near[i])] +
                                ends[i].other * width_of(near[i]) - ends[i].own * wide);
                total += heavy;
            }
        };
        // The last sweeps look both ways.
        constexpr int kOneWay = 6;
        if (downwards || sweep >= kOneWay) add(rows_.up[vertex], rows_.up_ends[vertex]);
        if (!downwards || sweep >= kOneWay) add(rows_.down[vertex], rows_.down_ends[vertex]);
        return total > 0 ? sum / total : x_[vertex];
    }

    void place_down() {
        double y = 0;
        for (const auto& row : rows_.rows) {
            double height = 0;
            for (const int vertex : row) {
                if (static_cast<std::size_t>(vertex) < nodes_.size())
                    height = std::max(height, nodes_[static_cast<std::size_t>(vertex)].height);
            }
            middle_.push_back(y + height / 2);
            high_.push_back(height);
            y += height + spacing_.down;
        }
        height_ = std::max(0.0, y - spacing_.down);
    }

    void give(GraphLayout& layout) {
        double left = 0, right = 0;
        for (std::size_t i = 0; i < x_.size(); ++i) {
            const double half = width_of(static_cast<int>(i)) / 2;
            left = i == 0 ? x_[i] - half : std::min(left, x_[i] - half);
            right = i == 0 ? x_[i] + half : std::max(right, x_[i] + half);
        }
        layout.size = {right - left, height_};
        const auto center = [&](int vertex) {
            const auto index = static_cast<std::size_t>(vertex);
            return GraphPoint{x_[index] - left,
                              middle_[static_cast<std::size_t>(rows_.row[index])]};
        };
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            layout.centers.push_back(center(static_cast<int>(i)));
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            const Edge& edge = edges_[i];
            GraphRoute route{.from = edge.from, .to = edge.to, .back = edge.back, .through = {}};
            GraphPoint begin = center(edge.from), end = center(edge.to);
            begin.x += edge.ports.from;
            end.x += edge.ports.to;
            begin.y += nodes_[static_cast<std::size_t>(edge.from)].height / 2;
            end.y -= nodes_[static_cast<std::size_t>(edge.to)].height / 2;
            route.through.push_back(begin);
            for (const int dummy : chains_[i]) {
                // Straight through the row, beside its boxes.
                GraphPoint at = center(dummy);
                const double half =
                    high_[static_cast<std::size_t>(rows_.row[static_cast<std::size_t>(dummy)])] / 2;
                route.through.push_back({at.x, at.y - half});
                route.through.push_back({at.x, at.y + half});
            }
            route.through.push_back(end);
            drop_straight(route.through);
            if (edge.back) {
                std::swap(route.from, route.to);
                std::ranges::reverse(route.through);
            }
            layout.routes.push_back(std::move(route));
        }
    }

    const std::vector<GraphSize>& nodes_;
    GraphSpacing spacing_;
    std::vector<Edge> edges_;
    std::function<bool()> stop_;
    LayoutRows rows_;
    std::vector<std::vector<int>> chains_;  ///< dummies of each edge
    std::vector<double> x_, middle_, high_;
    double height_ = 0;
};

/// Without any edge there are no rows to speak of: a block of about the shape of a page.
void lay_out_block(const std::vector<GraphSize>& nodes, const GraphSpacing& spacing,
                   GraphLayout& layout) {
    double area = 0;
    for (const GraphSize& node : nodes)
        area += (node.width + spacing.across) * (node.height + spacing.down);
    const double wide = std::sqrt(area * 1.6);
    double x = 0, y = 0, high = 0;
    int row = 0;
    for (const GraphSize& node : nodes) {
        if (x > 0 && x + node.width > wide) {
            x = 0;
            y += high + spacing.down;
            high = 0;
            ++row;
        }
        layout.centers.push_back({x + node.width / 2, y + node.height / 2});
        layout.rows.push_back(row);
        layout.size.width = std::max(layout.size.width, x + node.width);
        x += node.width + spacing.across;
        high = std::max(high, node.height);
    }
    layout.size.height = y + high;
}

}  // namespace

GraphLayout lay_out(const std::vector<GraphSize>& nodes,
                    const std::vector<std::pair<int, int>>& edges, const GraphSpacing& spacing,
                    const std::function<bool()>& stop, const std::vector<GraphPorts>& ports) {
    GraphLayout layout;
    if (nodes.empty()) {
        layout.out_of_range = edges.size();
        return layout;
    }
    std::vector<Edge> cleaned = clean(static_cast<int>(nodes.size()), edges, ports, layout);
    if (cleaned.empty()) {
        lay_out_block(nodes, spacing, layout);
        return layout;
    }
    Placing(nodes, spacing, std::move(cleaned), stop).run(layout);
    return layout;
}

GraphLayout lay_out_rightwards(const std::vector<GraphSize>& nodes,
                               const std::vector<std::pair<int, int>>& edges,
                               const GraphSpacing& spacing, const std::vector<GraphPorts>& ports) {
    std::vector<GraphSize> turned;
    for (const GraphSize& node : nodes) turned.push_back({node.height, node.width});
    GraphLayout layout = lay_out(turned, edges, spacing, {}, ports);
    std::swap(layout.size.width, layout.size.height);
    for (GraphPoint& center : layout.centers) std::swap(center.x, center.y);
    for (GraphRoute& route : layout.routes) {
        for (GraphPoint& point : route.through) std::swap(point.x, point.y);
    }
    return layout;
}

}  // namespace millrace::visual
