#include <fmt/format.h>

#include "engine/cli/picture.hpp"

namespace millrace::cli {
namespace {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

/// One cell a port, so that wires end where they belong.
std::string ports(const std::vector<PicturePort>& list, char kind) {
    std::string text = "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"2\">";
    if (list.empty()) text += "<TR><TD> </TD></TR>";
    for (std::size_t i = 0; i < list.size(); ++i) {
        text += fmt::format(
            "<TR><TD PORT=\"{}{}\" ALIGN=\"{}\"><FONT COLOR=\"{}\">●</FONT> {}</TD></TR>", kind, i,
            kind == 'i' ? "LEFT" : "RIGHT", list[i].color, xml_text(list[i].name));
    }
    return text + "</TABLE>";
}

std::string node(const PictureNode& node) {
    std::string lines;
    for (const std::string& line : node.lines) {
        lines += fmt::format(
            "<TR><TD COLSPAN=\"2\" ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" "
            "COLOR=\"#7a8190\">{}</FONT></TD></TR>",
            xml_text(line));
    }
    return fmt::format(
        "  {} [label=<<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" COLOR=\"{}\" "
        "BGCOLOR=\"white\" STYLE=\"ROUNDED\">"
        "<TR><TD COLSPAN=\"2\"><FONT COLOR=\"{}\"><B>{}</B></FONT><BR/><FONT "
        "POINT-SIZE=\"9\">{}</FONT></TD></TR>"
        "<TR><TD>{}</TD><TD>{}</TD></TR>{}</TABLE>>];\n",
        quoted(node.id), node.color, node.color, xml_text(node.title),
        xml_text(node.id + " · " + node.type), ports(node.inputs, 'i'), ports(node.outputs, 'o'),
        lines);
}

}  // namespace

std::string draw_dot(const Picture& picture) {
    std::string text = fmt::format(
        "digraph {} {{\n  rankdir=LR;\n  label={};\n  labelloc=t;\n  fontname=\"Helvetica\";\n"
        "  node [shape=plain, fontname=\"Helvetica\", fontsize=11];\n"
        "  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.6];\n",
        quoted(picture.title.empty() ? "graph" : picture.title), quoted(picture.title));
    for (const PictureNode& box : picture.nodes) text += node(box);
    for (const PictureWire& wire : picture.wires) {
        const char* style = wire.sync == engine::Sync::Latch      ? "dashed"
                            : wire.sync == engine::Sync::Feedback ? "dotted"
                                                                  : "solid";
        text += fmt::format("  {}:o{}:e -> {}:i{}:w [color=\"{}\", style={}{}{}];\n",
                            quoted(picture.nodes[wire.from].id), wire.from_port,
                            quoted(picture.nodes[wire.to].id), wire.to_port, wire.color, style,
                            wire.label.empty() ? "" : ", label=" + quoted(wire.label),
                            wire.sync == engine::Sync::Feedback ? ", constraint=false" : "");
    }
    return text + "}\n";
}

}  // namespace millrace::cli
