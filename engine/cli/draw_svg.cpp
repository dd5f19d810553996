#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/cli/picture.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/graph/way.hpp"

namespace millrace::cli {
namespace {

constexpr double kMargin = 40;
constexpr const char* kFont = "font-family=\"Inter, 'DejaVu Sans', Helvetica, Arial, sans-serif\"";

struct Bounds {
    double left = 1e30, top = 1e30, right = -1e30, bottom = -1e30;
    void add(double x, double y, double width, double height) {
        left = std::min(left, x);
        top = std::min(top, y);
        right = std::max(right, x + width);
        bottom = std::max(bottom, y + height);
    }
};

double port_y(const PictureNode& node, std::size_t port) {
    return node.y + kHeaderHeight + (static_cast<double>(port) + 0.5) * kPortHeight + 4;
}

std::string text_at(double x, double y, std::string_view style, std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, style,
                       xml_text(text));
}

/// Lines of a note, broken at its own newlines and where the box ends.
std::vector<std::string> note_lines(const std::string& text, double width) {
    const auto most = static_cast<std::size_t>(std::max(8.0, width / 6.6));
    std::vector<std::string> lines = {""};
    std::string word;
    const auto flush = [&] {
        if (!lines.back().empty() && columns_of(lines.back()) + 1 + columns_of(word) > most)
            lines.emplace_back();
        if (!word.empty()) lines.back() += (lines.back().empty() ? "" : " ") + word;
        word.clear();
    };
    for (char c : text) {
        if (c == ' ' || c == '\n') flush();
        if (c == '\n')
            lines.emplace_back();
        else if (c != ' ')
            word += c;
    }
    flush();
    return lines;
}

/// Colours of a document go into attributes, so only what can be a colour.
std::string safe_color(const std::string& color) {
    const bool plain =
        std::ranges::all_of(color, [](unsigned char c) { return std::isalnum(c) || c == '#'; });
    return plain && !color.empty() ? color : "#dfe7f3";
}

std::string backdrop(const engine::Backdrop& box) {
    const auto [x, y, width, height] = box.rect;
    return fmt::format(
               "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"10\" "
               "fill=\"{}\" fill-opacity=\"0.35\"/>\n",
               x, y, std::max(width, 0.0), std::max(height, 0.0), safe_color(box.color)) +
           text_at(x + 12, y + 22, "font-size=\"14\" font-weight=\"600\" fill=\"#4a5160\"",
                   box.title);
}

std::string note(const engine::Note& note) {
    const auto [x, y, width, height] = note.rect;
    std::string text = fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"4\" "
        "fill=\"#fff8d6\" stroke=\"#e6d88a\"/>\n",
        x, y, std::max(width, 0.0), std::max(height, 0.0));
    double line_y = y + 18;
    for (const std::string& line : note_lines(note.text, width - 20)) {
        text += text_at(x + 10, line_y, "font-size=\"12\" fill=\"#5b5322\"", line);
        line_y += 16;
    }
    return text;
}

/// A wire's start and what it goes along.
struct Line {
    engine::Place from, to;
    std::vector<engine::Cubic> way;
};

std::vector<Line> lines_of(const Picture& picture) {
    std::vector<engine::Box> boxes;
    for (const PictureNode& node : picture.nodes)
        boxes.push_back({node.x, node.y, node.x + node.width, node.y + node.height});
    const engine::Boxes in_the_way(std::move(boxes));
    std::vector<Line> lines;
    for (const PictureWire& wire : picture.wires) {
        const PictureNode& from = picture.nodes[wire.from];
        const PictureNode& to = picture.nodes[wire.to];
        Line line{{from.x + from.width, port_y(from, wire.from_port)},
                  {to.x, port_y(to, wire.to_port)},
                  {}};
        line.way = wire.bends.empty() ? engine::way_of(line.from, line.to, in_the_way,
                                                       static_cast<int>(wire.from_port))
                                      : engine::wire_curve(line.from, line.to, wire.bends);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string wire(const PictureWire& wire, const Line& line) {
    const auto [x1, y1] = line.from;
    const auto [x2, y2] = line.to;
    const char* dashes = wire.sync == engine::Sync::Latch      ? " stroke-dasharray=\"7 4\""
                         : wire.sync == engine::Sync::Feedback ? " stroke-dasharray=\"2 4\""
                                                               : "";
    std::string path = fmt::format("M{:.1f} {:.1f}", x1, y1);
    for (const auto& [first, second, end] : line.way)
        path += fmt::format(" C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", first[0], first[1],
                            second[0], second[1], end[0], end[1]);
    std::string text =
        fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{}/>\n", path,
                    wire.color, dashes);
    if (!wire.label.empty()) {
        text += text_at((x1 + x2) / 2, (y1 + y2) / 2 - 6,
                        "font-size=\"10\" fill=\"#6a7080\" text-anchor=\"middle\"", wire.label);
    }
    return text;
}

std::string ports(const PictureNode& node, const std::vector<PicturePort>& list, bool inputs) {
    std::string text;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const double x = inputs ? node.x : node.x + node.width;
        const double y = port_y(node, i);
        text += fmt::format(
            "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" fill=\"{}\" stroke=\"#ffffff\" "
            "stroke-width=\"1.5\"><title>{}</title></circle>\n",
            x, y, list[i].color, xml_text(list[i].type.empty() ? "any payload" : list[i].type));
        text += text_at(inputs ? x + 10 : x - 10, y + 4,
                        inputs ? "font-size=\"11\" fill=\"#39404d\""
                               : "font-size=\"11\" fill=\"#39404d\" text-anchor=\"end\"",
                        list[i].name);
    }
    return text;
}

std::string node(const PictureNode& node) {
    const std::string& color = node.color;
    std::string text =
        fmt::format("<g><title>{} ({})</title>\n", xml_text(node.id), xml_text(node.type));
    text += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"8\" "
        "fill=\"#ffffff\" stroke=\"{}\" stroke-width=\"1.5\"{}/>\n",
        node.x, node.y, node.width, node.height, color,
        node.known ? "" : " stroke-dasharray=\"6 4\"");
    const double h = kHeaderHeight;
    text += fmt::format(
        "<path d=\"M{0:.1f} {2:.1f} v{3:.1f} a8 8 0 0 1 8 -8 h{4:.1f} a8 8 0 0 1 8 8 v{1:.1f} z\" "
        "fill=\"{5}\"/>\n",
        node.x, h - 8, node.y + h, -(h - 8), node.width - 16, color);
    text += text_at(node.x + 12, node.y + 17,
                    "font-size=\"13\" font-weight=\"600\" fill=\"#ffffff\"", node.title);
    text +=
        text_at(node.x + 12, node.y + 32, "font-size=\"10\" fill=\"#ffffff\" fill-opacity=\"0.85\"",
                node.id + " · " + node.type);
    text += ports(node, node.inputs, true) + ports(node, node.outputs, false);
    double y = node.y + node.height - static_cast<double>(node.lines.size()) * kLineHeight + 4;
    for (const std::string& line : node.lines) {
        text += text_at(node.x + 12, y, "font-size=\"10.5\" fill=\"#7a8190\"", line);
        y += kLineHeight;
    }
    return text + "</g>\n";
}

std::string legend(const Picture& picture, double x, double y) {
    std::string text;
    for (const auto& [type, color] : picture.colors) {
        const std::string name = type.empty() ? "any" : type.substr(0, type.find('/'));
        text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" fill=\"{}\"/>\n", x,
                            y - 4, color);
        text += text_at(x + 10, y, "font-size=\"11\" fill=\"#6a7080\"", name);
        x += 30 + static_cast<double>(columns_of(name)) * 6.6;
    }
    return text;
}

}  // namespace

std::string draw_svg(const Picture& picture, const std::string& source) {
    Bounds bounds;
    for (const PictureNode& box : picture.nodes) bounds.add(box.x, box.y, box.width, box.height);
    for (const auto& box : picture.backdrops)
        bounds.add(box.rect[0], box.rect[1], box.rect[2], box.rect[3]);
    for (const auto& box : picture.notes)
        bounds.add(box.rect[0], box.rect[1], box.rect[2], box.rect[3]);
    const std::vector<Line> lines = lines_of(picture);
    for (const Line& line : lines) {
        // A curve swings out a little past the places that it is led through.
        constexpr double kSwing = 20;
        for (std::size_t i = 0; i + 1 < line.way.size(); ++i) {
            const auto [x, y] = line.way[i].end;
            bounds.add(x - kSwing, y - kSwing, 2 * kSwing, 2 * kSwing);
        }
    }
    if (bounds.left > bounds.right) bounds = {0, 0, 300, 60};
    const double left = bounds.left - kMargin;
    const double top = bounds.top - kMargin - 30;
    const double width =
        std::max(bounds.right + kMargin - left,
                 2 * kMargin + static_cast<double>(columns_of(picture.title)) * 11);
    const double height = bounds.bottom + kMargin + 24 - top;
    std::string text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"{2:.1f} {3:.1f} {0:.1f} {1:.1f}\" {4}>\n",
        width, height, left, top, kFont);
    text += fmt::format(
        "<title>{}</title>\n<metadata><graph xmlns=\"urn:millrace:graph\">{}</graph></metadata>\n",
        xml_text(picture.title), xml_text(source));
    text += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"#f5f6f8\"/>\n",
        left, top, width, height);
    text += text_at(bounds.left, top + 38, "font-size=\"18\" font-weight=\"600\" fill=\"#242a35\"",
                    picture.title);
    for (const auto& box : picture.backdrops) text += backdrop(box);
    for (std::size_t i = 0; i < lines.size(); ++i) text += wire(picture.wires[i], lines[i]);
    for (const PictureNode& box : picture.nodes) text += node(box);
    for (const auto& box : picture.notes) text += note(box);
    return text + legend(picture, bounds.left + 6, bounds.bottom + kMargin) + "</svg>\n";
}

}  // namespace millrace::cli
