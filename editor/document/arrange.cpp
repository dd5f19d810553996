#include "editor/document/arrange.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace::editor {
namespace {

std::vector<const NodeBoxes::value_type*> known(const std::vector<std::string>& ids,
                                                const NodeBoxes& boxes) {
    std::vector<const NodeBoxes::value_type*> found;
    for (const std::string& id : ids)
        if (const auto box = boxes.find(id); box != boxes.end()) found.push_back(&*box);
    return found;
}

void put(engine::Graph& graph, const std::string& id, double left, double top) {
    if (graph.nodes.contains(id)) graph.layout[id] = {std::round(left), std::round(top)};
}

}  // namespace

void align(engine::Graph& graph, const std::vector<std::string>& ids, const NodeBoxes& boxes,
           Alignment alignment) {
    const auto nodes = known(ids, boxes);
    if (nodes.size() < 2) return;
    constexpr double kFar = std::numeric_limits<double>::max();
    double left = kFar, top = kFar, right = -kFar, bottom = -kFar;
    for (const auto* node : nodes) {
        const NodeBox& box = node->second;
        left = std::min(left, box.left);
        top = std::min(top, box.top);
        right = std::max(right, box.left + box.width);
        bottom = std::max(bottom, box.top + box.height);
    }
    for (const auto* node : nodes) {
        const auto& [id, box] = *node;
        switch (alignment) {
            case Alignment::Left:
                put(graph, id, left, box.top);
                break;
            case Alignment::Right:
                put(graph, id, right - box.width, box.top);
                break;
            case Alignment::Top:
                put(graph, id, box.left, top);
                break;
            case Alignment::Bottom:
                put(graph, id, box.left, bottom - box.height);
                break;
            case Alignment::Column:
                put(graph, id, (left + right - box.width) / 2, box.top);
                break;
            case Alignment::Row:
                put(graph, id, box.left, (top + bottom - box.height) / 2);
                break;
        }
    }
}

void distribute(engine::Graph& graph, const std::vector<std::string>& ids, const NodeBoxes& boxes,
                Direction direction) {
    auto nodes = known(ids, boxes);
    if (nodes.size() < 3) return;
    const bool across = direction == Direction::Across;
    const auto begin = [&](const auto* node) {
        return across ? node->second.left : node->second.top;
    };
    const auto length = [&](const auto* node) {
        return across ? node->second.width : node->second.height;
    };
    const auto middle = [&](const auto* node) { return begin(node) + length(node) / 2; };
    std::ranges::stable_sort(nodes, {}, middle);
    const double first = begin(nodes.front());
    double room = begin(nodes.back()) + length(nodes.back()) - first;
    for (const auto* node : nodes) room -= length(node);
    const double gap = room / static_cast<double>(nodes.size() - 1);
    double at = first;
    for (const auto* node : nodes) {
        const auto& [id, box] = *node;
        put(graph, id, across ? at : box.left, across ? box.top : at);
        at += length(node) + gap;
    }
}

}  // namespace millrace::editor
