// A graph as boxes and curves, before it becomes SVG or DOT: nodes with their ports, sizes and
// places, wires with what they carry.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/graph/bends.hpp"
#include "engine/graph/graph.hpp"
#include "engine/node/registry.hpp"

namespace millrace::cli {

struct PicturePort {
    std::string name;
    std::string type;        ///< payload name, or empty for any
    std::string color = {};  ///< of the type
    engine::Bends bends = {};
};

struct PictureNode {
    std::string id;
    std::string title;
    std::string type;
    std::vector<std::string> lines;  ///< what its parameters say that is not the default
    std::vector<PicturePort> inputs, outputs;
    bool known = true;       ///< its type is
    std::string color = {};  ///< of the type's family
    double x = 0, y = 0, width = 0, height = 0;
};

struct PictureWire {
    std::size_t from = 0, from_port = 0, to = 0, to_port = 0;
    std::string type;
    std::string label;  ///< capacity and policy, where the document says something
    engine::Sync sync = engine::Sync::Stream;
    std::string color = {};  ///< of the type
    engine::Bends bends = {};
};

struct Picture {
    std::string title;
    std::vector<PictureNode> nodes;
    std::vector<PictureWire> wires;
    std::vector<engine::Backdrop> backdrops;
    std::vector<engine::Note> notes;
    std::map<std::string, std::string> colors;  ///< of the types that wires carry
    bool placed_by_file = false;                ///< backdrops and notes fit the nodes only then
};

inline constexpr double kHeaderHeight = 40;
inline constexpr double kLineHeight = 16;
inline constexpr double kPortHeight = 20;

/// With sizes, and with places from the file's layout, or from layered_layout() when it lacks a
/// node.
Picture picture_of(const engine::Graph& graph, const engine::Registry& registry);

/// Places nodes in layers from left to right, each layer ordered to keep wires short (Sugiyama et
/// al. 1981).
void layered_layout(Picture& picture);

/// An SVG file; `source` goes into its metadata.
std::string draw_svg(const Picture& picture, const std::string& source);
std::string draw_dot(const Picture& picture);

/// Text with what XML and HTML need escaped.
std::string xml_text(std::string_view text);

}  // namespace millrace::cli
