#include "engine/visual/layered/rows.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace millrace::visual {
namespace {

std::vector<std::vector<int>> readers_of(int nodes, const LayoutEdges& edges) {
    std::vector<std::vector<int>> readers(static_cast<std::size_t>(nodes));
    for (std::size_t i = 0; i < edges.size(); ++i)
        readers[static_cast<std::size_t>(edges[i].first)].push_back(static_cast<int>(i));
    return readers;
}

std::vector<int> inputs_of(int nodes, const LayoutEdges& edges) {
    std::vector<int> inputs(static_cast<std::size_t>(nodes), 0);
    for (const auto& [from, to] : edges) ++inputs[static_cast<std::size_t>(to)];
    return inputs;
}

void number_places(LayoutRows& rows) {
    for (const auto& row : rows.rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            rows.place[static_cast<std::size_t>(row[i])] = static_cast<int>(i);
    }
}

/// Vertices by the mean place of their neighbours in the row that is already ordered; those without
/// stay where they are.
void sweep(LayoutRows& rows, bool downwards) {
    const std::size_t count = rows.rows.size();
    std::vector<std::pair<double, int>> keyed;
    for (std::size_t step = 1; step < count; ++step) {
        auto& row = rows.rows[downwards ? step : count - 1 - step];
        keyed.clear();
        for (const int vertex : row) {
            const auto index = static_cast<std::size_t>(vertex);
            const auto& near = downwards ? rows.up[index] : rows.down[index];
            const auto& ends = downwards ? rows.up_ends[index] : rows.down_ends[index];
            double sum = 0;
            for (std::size_t i = 0; i < near.size(); ++i)
                sum += rows.place[static_cast<std::size_t>(near[i])] + ends[i].other;
            keyed.emplace_back(
                near.empty() ? rows.place[index] : sum / static_cast<double>(near.size()), vertex);
        }
        std::ranges::stable_sort(keyed, {}, &std::pair<double, int>::first);
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = keyed[i].second;
            rows.place[static_cast<std::size_t>(row[i])] = static_cast<int>(i);
        }
    }
}

}  // namespace

std::vector<bool> closing_edges(int nodes, const LayoutEdges& edges) {
    enum : std::uint8_t { kNew, kOpen, kDone };
    const auto readers = readers_of(nodes, edges);
    const auto inputs = inputs_of(nodes, edges);
    std::vector<std::uint8_t> state(static_cast<std::size_t>(nodes), kNew);
    std::vector<bool> closing(edges.size(), false);
    std::vector<std::pair<int, std::size_t>> path;  // node and its next edge; chains are long
    const auto walk = [&](int start) {
        if (state[static_cast<std::size_t>(start)] != kNew) return;
        state[static_cast<std::size_t>(start)] = kOpen;
        path.emplace_back(start, 0);
        while (!path.empty()) {
            auto& [node, next] = path.back();
            const auto& out = readers[static_cast<std::size_t>(node)];
            if (next == out.size()) {
                state[static_cast<std::size_t>(node)] = kDone;
                path.pop_back();
                continue;
            }
            const int edge = out[next++];
            const int to = edges[static_cast<std::size_t>(edge)].second;
            auto& there = state[static_cast<std::size_t>(to)];
            if (there == kOpen) {
                closing[static_cast<std::size_t>(edge)] = true;
            } else if (there == kNew) {
                there = kOpen;
                path.emplace_back(to, 0);
            }
        }
    };
    for (int node = 0; node < nodes; ++node) {
        if (inputs[static_cast<std::size_t>(node)] == 0) walk(node);
    }
    for (int node = 0; node < nodes; ++node) walk(node);
    return closing;
}

std::vector<int> longest_path_rows(int nodes, const LayoutEdges& edges) {
    const auto readers = readers_of(nodes, edges);
    std::vector<int> waits = inputs_of(nodes, edges);
    const std::vector<int> inputs = waits;
    std::vector<int> row(static_cast<std::size_t>(nodes), 0), ready;
    for (int node = 0; node < nodes; ++node) {
        if (waits[static_cast<std::size_t>(node)] == 0) ready.push_back(node);
    }
    for (std::size_t i = 0; i < ready.size(); ++i) {
        const auto node = static_cast<std::size_t>(ready[i]);
        for (const int edge : readers[node]) {
            const int to = edges[static_cast<std::size_t>(edge)].second;
            auto& there = row[static_cast<std::size_t>(to)];
            there = std::max(there, row[node] + 1);
            if (--waits[static_cast<std::size_t>(to)] == 0) ready.push_back(to);
        }
    }
    for (std::size_t node = 0; node < row.size(); ++node) {
        if (inputs[node] != 0 || readers[node].empty()) continue;
        int first = std::numeric_limits<int>::max();
        for (const int edge : readers[node])
            first = std::min(
                first, row[static_cast<std::size_t>(edges[static_cast<std::size_t>(edge)].second)]);
        row[node] = first - 1;
    }
    return row;
}

std::size_t count_crossings(const LayoutRows& rows) {
    std::size_t crossings = 0;
    std::vector<std::uint32_t> sums;               // Fenwick tree over the lower ends in order
    std::vector<std::pair<double, double>> edges;  // upper and lower end
    std::vector<double> lower;
    for (std::size_t r = 0; r + 1 < rows.rows.size(); ++r) {
        edges.clear();
        lower.clear();
        for (const int vertex : rows.rows[r]) {
            const auto index = static_cast<std::size_t>(vertex);
            for (std::size_t i = 0; i < rows.down[index].size(); ++i) {
                const auto other = static_cast<std::size_t>(rows.down[index][i]);
                const LayoutRows::Ends& ends = rows.down_ends[index][i];
                edges.emplace_back(rows.place[index] + ends.own, rows.place[other] + ends.other);
                lower.push_back(edges.back().second);
            }
        }
        std::ranges::sort(edges);
        std::ranges::sort(lower);
        sums.assign(lower.size() + 1, 0);
        // Edges that begin at one port come by rising lower ends and don't count as crossing.
        for (std::size_t seen = 0; seen < edges.size(); ++seen) {
            const auto rank = static_cast<std::size_t>(
                std::ranges::upper_bound(lower, edges[seen].second) - lower.begin());
            std::size_t upto = 0;
            for (std::size_t i = rank; i > 0; i -= i & (~i + 1)) upto += sums[i];
            crossings += seen - upto;
            for (std::size_t i = rank; i < sums.size(); i += i & (~i + 1)) ++sums[i];
        }
    }
    return crossings;
}

std::size_t order_rows(LayoutRows& rows, const std::function<bool()>& stop) {
    number_places(rows);
    std::size_t best = count_crossings(rows);
    auto kept = rows.rows;
    constexpr int kSweeps = 12, kPatience = 4;
    for (int i = 0, since = 0; i < kSweeps && since < kPatience && best > 0; ++i) {
        if (stop && stop()) break;
        sweep(rows, i % 2 == 0);
        const std::size_t now = count_crossings(rows);
        ++since;
        if (now < best) {
            best = now;
            kept = rows.rows;
            since = 0;
        }
    }
    rows.rows = std::move(kept);
    number_places(rows);
    return best;
}

}  // namespace millrace::visual
