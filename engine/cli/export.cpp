// millrace export
#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "engine/cli/picture.hpp"
#include "engine/cli/session.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;

/// The kinds asked for: by --to, by the ending of --out, or SVG.
std::vector<std::string> kinds_of(const Call& call, const std::optional<std::string>& out) {
    std::string list = call.text("to").value_or("");
    if (list.empty() && out) list = fs::path(*out).extension().string();
    if (list.starts_with('.')) list.erase(0, 1);
    if (list.empty()) list = "svg";
    std::vector<std::string> kinds;
    std::istringstream parts(list);
    for (std::string kind; std::getline(parts, kind, ',');) {
        if (kind == "png") {
            throw usage_error("E-CLI-007", "Pictures in PNG are not made here", "svg or dot", "png",
                              "Export to SVG, which browsers, editors and rsvg-convert open.");
        }
        if (kind != "svg" && kind != "dot") {
            throw usage_error("E-CLI-002", "The kind of drawing is not known", "svg or dot", kind,
                              "Correct --to, or the ending of --out.");
        }
        if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
    }
    return kinds;
}

}  // namespace

int export_command(const Call& call) {
    const auto out = call.text("out");
    const std::vector<std::string> kinds = kinds_of(call, out);
    if (kinds.size() > 1 && !out) {
        throw usage_error("E-CLI-003", "Several drawings need a file each", "--out FILE",
                          "no --out", "Name them with --out.");
    }
    const auto catalogue = known_catalogue();
    const Document document = open_document(call, call.arguments().front(), catalogue->registry);
    stop_on_errors(document.problems);
    engine::Graph graph = document.graph;
    if (call.flag("expand")) {
        engine::Expanded expanded = engine::expand(graph);
        stop_on_errors(expanded.problems);
        graph = std::move(expanded.graph);
    }
    const Picture picture = picture_of(graph, catalogue->registry);
    for (const std::string& kind : kinds) {
        const std::string text = kind == "svg"
                                     ? draw_svg(picture, engine::write_graph(document.graph))
                                     : draw_dot(picture);
        if (!out) {
            call.output().write(text);
            continue;
        }
        fs::path file = *out;
        if (kinds.size() > 1 || file.extension().empty()) file.replace_extension(kind);
        visual::write_file_atomically(file, text, visual::Durability::Process);
        message(file.string());
    }
    return 0;
}

}  // namespace millrace::cli
