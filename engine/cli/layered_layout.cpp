#include <algorithm>
#include <map>

#include "engine/cli/picture.hpp"
#include "engine/visual/layered/layout.hpp"

namespace millrace::cli {
namespace {

constexpr visual::GraphSpacing kSpacing = {.across = 36, .down = 90};

/// Of a port below the middle of its node.
double port_offset(const PictureNode& node, std::size_t port) {
    return kHeaderHeight + (static_cast<double>(port) + 0.5) * kPortHeight + 4 - node.height / 2;
}

}  // namespace

void layered_layout(Picture& picture) {
    std::vector<visual::GraphSize> sizes;
    for (const PictureNode& node : picture.nodes) sizes.push_back({node.width, node.height});
    std::vector<std::pair<int, int>> edges;
    std::vector<visual::GraphPorts> ports;
    for (const PictureWire& wire : picture.wires) {
        auto from = static_cast<int>(wire.from), to = static_cast<int>(wire.to);
        visual::GraphPorts ends = {port_offset(picture.nodes[wire.from], wire.from_port),
                                   port_offset(picture.nodes[wire.to], wire.to_port)};
        // A wire that is meant to lead back decides the direction of its loop.
        if (wire.sync == engine::Sync::Feedback) {
            std::swap(from, to);
            std::swap(ends.from, ends.to);
        }
        edges.emplace_back(from, to);
        ports.push_back(ends);
    }
    const visual::GraphLayout layout = visual::lay_out_rightwards(sizes, edges, kSpacing, ports);
    std::map<int, double> lefts;  // columns are flush on the left
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        const double left = layout.centers[i].x - picture.nodes[i].width / 2;
        const auto column = lefts.try_emplace(layout.rows[i], left).first;
        column->second = std::min(column->second, left);
    }
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        picture.nodes[i].x = layout.rows.empty() ? 0 : lefts[layout.rows[i]];
        picture.nodes[i].y = layout.centers[i].y - picture.nodes[i].height / 2;
    }
}

}  // namespace millrace::cli
