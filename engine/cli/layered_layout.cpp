#include <algorithm>
#include <numeric>

#include "engine/cli/picture.hpp"

namespace millrace::cli {
namespace {

constexpr double kGapAcross = 90;
constexpr double kGapDown = 36;
constexpr int kSweeps = 8;

/// Layer of each node: one more than that of its farthest producer, feedback wires and cycles left
/// out.
std::vector<int> layers_of(const Picture& picture) {
    std::vector<int> layers(picture.nodes.size(), 0);
    std::vector<int> waiting(picture.nodes.size(), 0);
    const auto forward = [](const PictureWire& wire) {
        return wire.sync != engine::Sync::Feedback && wire.from != wire.to;
    };
    std::vector<std::vector<std::size_t>> next(picture.nodes.size());
    for (const PictureWire& wire : picture.wires) {
        if (!forward(wire)) continue;
        next[wire.from].push_back(wire.to);
        ++waiting[wire.to];
    }
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (waiting[i] == 0) open.push_back(i);
    }
    while (!open.empty()) {
        const std::size_t node = open.back();
        open.pop_back();
        for (std::size_t other : next[node]) {
            layers[other] = std::max(layers[other], layers[node] + 1);
            if (--waiting[other] == 0) open.push_back(other);
        }
    }
    return layers;
}

/// Orders each layer by the mean place of the neighbours, to and fro.
void order(const Picture& picture, std::vector<std::vector<std::size_t>>& columns) {
    std::vector<double> place(picture.nodes.size(), 0);
    const auto number = [&](const std::vector<std::size_t>& column) {
        for (std::size_t i = 0; i < column.size(); ++i) place[column[i]] = static_cast<double>(i);
    };
    for (const auto& column : columns) number(column);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
        const bool forward = sweep % 2 == 0;
        std::vector<double> sum(picture.nodes.size(), 0);
        std::vector<double> count(picture.nodes.size(), 0);
        for (std::size_t step = 1; step < columns.size(); ++step) {
            auto& column = columns[forward ? step : columns.size() - 1 - step];
            for (std::size_t node : column) sum[node] = count[node] = 0;
            for (const PictureWire& wire : picture.wires) {
                const std::size_t here = forward ? wire.to : wire.from;
                const std::size_t there = forward ? wire.from : wire.to;
                const auto port = static_cast<double>(forward ? wire.from_port : wire.to_port);
                sum[here] += place[there] + port * 0.05;
                count[here] += 1;
            }
            const auto key = [&](std::size_t node) {
                return count[node] > 0 ? sum[node] / count[node] : place[node];
            };
            std::ranges::stable_sort(column, {}, key);
            number(column);
            std::ranges::fill(sum, 0);
            std::ranges::fill(count, 0);
        }
    }
}

}  // namespace

void layered_layout(Picture& picture) {
    const std::vector<int> layers = layers_of(picture);
    std::vector<std::vector<std::size_t>> columns(
        layers.empty() ? 0 : static_cast<std::size_t>(*std::ranges::max_element(layers)) + 1);
    for (std::size_t i = 0; i < layers.size(); ++i)
        columns[static_cast<std::size_t>(layers[i])].push_back(i);
    order(picture, columns);
    const auto height_of = [&](const std::vector<std::size_t>& column) {
        return std::accumulate(column.begin(), column.end(), -kGapDown,
                               [&](double sum, std::size_t node) {
                                   return sum + picture.nodes[node].height + kGapDown;
                               });
    };
    double tallest = 0;
    for (const auto& column : columns) tallest = std::max(tallest, height_of(column));
    double x = 0;
    for (const auto& column : columns) {
        double width = 0;
        double y = (tallest - height_of(column)) / 2;
        for (std::size_t index : column) {
            PictureNode& node = picture.nodes[index];
            node.x = x;
            node.y = y;
            y += node.height + kGapDown;
            width = std::max(width, node.width);
        }
        x += width + kGapAcross;
    }
}

}  // namespace millrace::cli
