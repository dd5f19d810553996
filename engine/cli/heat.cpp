// millrace heat: runs a graph that writes how much each layer of a quantized model hurts, and
// prints what it wrote. It knows no node type: any graph will do that promotes "float", "quantized"
// and "data" and leaves artifacts/heat.csv.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "engine/cli/csv.hpp"
#include "engine/cli/exit_codes.hpp"
#include "engine/cli/parse.hpp"
#include "engine/cli/session.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/observe/run_folder.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGraphOfHeat = "llm-qat/heat";
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

/// A file, or a template by its name.
fs::path graph_named(const std::string& name) {
    std::error_code ignored;
    if (fs::is_regular_file(name, ignored)) return name;
    std::vector<std::string> names;
    for (const auto& [known, file] : templates()) {
        if (known == name) return file;
        names.push_back(known);
    }
    throw usage_error("E-CLI-008", fmt::format("There is no graph \"{}\"", name),
                      "a graph file, or the name of a template", name,
                      did_you_mean(name, names, "`millrace new` lists the templates."));
}

void require_parameters(const fs::path& graph, bool has_data) {
    engine::ReadGraph read = engine::load_graph(graph);
    stop_on_errors(read.problems);
    std::vector<std::string> missing;
    for (const char* name : {"float", "quantized", "data"}) {
        const bool is_needed = has_data || name != std::string_view("data");
        if (is_needed && !read.graph.parameters.contains(name)) missing.emplace_back(name);
    }
    if (missing.empty()) return;
    if (missing == std::vector<std::string>{"data"})
        throw usage_error("E-CLI-016", "The graph has no one file of data",
                          "--set in place of --data", "no promoted parameter \"data\"",
                          "Leave out --data, and set the parameters of the graph's source.");
    throw usage_error(
        "E-CLI-016", "The graph does not measure quantization heat",
        "promoted parameters \"float\", \"quantized\" and \"data\"",
        fmt::format("no {}", fmt::join(missing, ", ")),
        fmt::format("Leave out --graph, or begin with `millrace new {}`.", kGraphOfHeat));
}

std::vector<std::vector<std::string>> read_rows(const fs::path& file) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(file, kMostBytes);
    auto rows = csv_rows({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!rows.empty()) return rows;
    throw engine::Error({.code = "E-CLI-017",
                         .what = "The run measured no layer",
                         .expected = "a row for each layer",
                         .found = "an empty file",
                         .where = file.string(),
                         .mend = "Give data that hold at least one batch."});
}

/// A number where the whole field is one.
std::optional<double> number_in(const std::string& field) {
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size()) return {};
    return value;
}

engine::Array layers_of(const std::vector<std::vector<std::string>>& rows) {
    engine::Array layers;
    for (std::size_t row = 1; row < rows.size(); ++row) {
        engine::Object layer;
        for (std::size_t i = 0; i < rows[0].size() && i < rows[row].size(); ++i) {
            const std::string& field = rows[row][i];
            const auto number = number_in(field);
            engine::Value value = field;
            if (field.empty()) value = engine::Value();
            // JSON has no infinity, so that stays a text.
            if (number && std::isfinite(*number)) value = *number;
            layer[rows[0][i]] = std::move(value);
        }
        layers.emplace_back(std::move(layer));
    }
    return layers;
}

std::string text_of(const std::vector<std::vector<std::string>>& rows) {
    TextTable table(rows.front());
    for (std::size_t row = 1; row < rows.size(); ++row) {
        std::vector<std::string> cells;
        for (const std::string& field : rows[row]) {
            const auto number = number_in(field);
            const bool is_short = !number || !std::isfinite(*number) || field.size() < 6;
            cells.push_back(field.empty() ? "-"
                            : is_short    ? field
                                          : fmt::format("{:.4g}", *number));
        }
        table.add(std::move(cells));
    }
    return table.text();
}

}  // namespace

int heat_command(const Call& call) {
    const fs::path graph = graph_named(call.text("graph").value_or(kGraphOfHeat));
    const auto data = call.text("data");
    require_parameters(graph, data.has_value());
    const fs::path out =
        fs::absolute(call.text("out").value_or(engine::new_run_folder("runs", "heat").string()));

    Call run(*find_command("run"), call.output());
    for (const char* same : {"overwrite", "seed", "threads", "intra-threads", "root", "timeout",
                             "memory", "cache", "no-cache"}) {
        if (call.flag(same)) run.set(same, call.texts(same));
    }
    std::vector<std::string> settings = {"float=" + call.arguments()[0],
                                         "quantized=" + call.arguments()[1]};
    if (data) settings.push_back("data=" + *data);
    for (const std::string& more : call.texts("set")) settings.push_back(more);
    run.set("set", std::move(settings));
    run.set("out", {out.string()});
    run.set_arguments({graph.string()});
    run.set_words(call.words());
    if (const int code = run_command(run); code != kGood) {
        if (call.json()) call.print_json({{"out", out.string()}}, code);
        return code;
    }

    const fs::path artifacts = out / "artifacts";
    const auto rows = read_rows(artifacts / "heat.csv");
    engine::Object report{{"out", out.string()}, {"layers", layers_of(rows)}};
    visual::write_file_atomically(
        artifacts / "heat.json",
        engine::to_json(report["layers"], engine::JsonLayout::Pretty) + "\n",
        visual::Durability::Process);
    if (call.json())
        call.print_json(std::move(report), kGood);
    else
        call.output().write(text_of(rows));
    return kGood;
}

}  // namespace millrace::cli
