#include "engine/worker/session.hpp"

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/graph/migrate.hpp"
#include "engine/node/table.hpp"
#include "engine/observe/run_report.hpp"
#include "engine/version.hpp"
#include "engine/worker/live_run.hpp"

namespace millrace::engine::worker {

namespace fs = std::filesystem;

Session::Session(Channel& channel, Setup setup) : channel_(channel), setup_(std::move(setup)) {
    observer_ = std::make_unique<Observer>(channel_, [this] { tick(); });
}

Session::~Session() {
    stop(std::chrono::milliseconds(0));
    observer_->detach();
    observer_.reset();
    // Waits for the run's end.
    live_.reset();
}

Session::Result Session::serve(const Request& request) {
    const Params params(request.method, request.params);
    const std::string& method = request.method;
    if (method == "initialise") return {initialise(params)};
    if (!initialised_) {
        throw RpcError(kNotInitialised, {.code = "E-RPC-007",
                                         .what = "The worker is not initialised",
                                         .expected = "initialise",
                                         .found = method,
                                         .mend = "Send initialise first."});
    }
    if (method == "graph/open") return {open_graph(params)};
    if (method == "graph/patch") return {patch_graph(params)};
    if (method == "graph/validate") return {validate(params)};
    if (method == "run/start") return {start(params)};
    if (method == "run/set") return {set_parameter(params)};
    if (method == "run/figures") return {figures()};
    if (is_control(method)) return control(request);
    if (method == "wire/subscribe") return {subscribe(params)};
    if (method == "wire/unsubscribe") return {unsubscribe(params)};
    if (method == "wire/fetch") return fetch(params);
    if (method == "wire/compare") return {compare(params)};
    if (method == "runs/list") return {list_runs(params)};
    if (method == "runs/open") return {open_run(params)};
    if (method == "runs/item") return recorded_item(params);
    if (method == "files/list") return {list_files(params)};
    throw RpcError(kUnknownMethod, {.code = "E-RPC-008",
                                    .what = "The worker has no such method",
                                    .expected = "a method of the protocol",
                                    .found = method.substr(0, 80),
                                    .mend = "See the page on the worker's protocol."});
}

Object Session::initialise(const Params& params) {
    const std::int64_t wanted = params.integer("protocol", 1, 1'000'000);
    if (wanted > kProtocol) {
        throw RpcError(kInvalidParams,
                       {.code = "E-RPC-009",
                        .what = "The client speaks a newer protocol than this worker",
                        .expected = fmt::format("at most {}", kProtocol),
                        .found = std::to_string(wanted),
                        .mend = "Install the same version of Millrace on both machines."});
    }
    if (!initialised_) plugins_ = setup_.load(registry_);
    initialised_ = true;
    Array types, plugins;
    for (const NodeType* type : registry_.types()) {
        Value table = table_of(*type);
        table["plugin"] = type->plugin;
        types.push_back(std::move(table));
    }
    for (const PluginReport& plugin : plugins_)
        plugins.push_back(Object{{"name", plugin.name},
                                 {"file", plugin.file.string()},
                                 {"problems", to_value(plugin.problems)}});
    return {{"protocol", kProtocol},
            {"version", version()},
            {"abi", MILLRACE_ABI},
            {"process", static_cast<std::int64_t>(getpid())},
            {"folder", fs::current_path().string()},
            {"host", host_facts()},
            {"plugins", std::move(plugins)},
            {"node_types", params.flag("catalogue", true) ? Value(std::move(types)) : Value()}};
}

Object Session::open_graph(const Params& params) {
    const auto file = params.text_if("file");
    const auto text = params.text_if("text");
    if (!file && !text)
        params.wrong("file", "a file of this machine, or the document as \"text\"", "nothing");
    const fs::path path = file ? fs::absolute(*file).lexically_normal() : fs::path();
    ReadGraph read = text ? read_graph(*text, file ? *file : "document") : load_graph(path);
    if (!any_errors(read.problems)) {
        migrate(read.graph, registry_, read.problems);
        graph_ = std::move(read.graph);
        file_ = path;
        has_graph_ = true;
        ++revision_;
    }
    return graph_facts(std::move(read.problems));
}

void Session::require_graph() const {
    if (has_graph_) return;
    throw Error(
        {.code = "E-RPC-010", .what = "No graph is open", .mend = "Send graph/open first."});
}

Object Session::patch_graph(const Params& params) {
    require_graph();
    const std::int64_t revision =
        params.integer("revision", 0, std::numeric_limits<std::int64_t>::max());
    if (revision != revision_) {
        throw Error({.code = "E-RPC-011",
                     .what = "The patch is for another state of the graph",
                     .expected = fmt::format("revision {}", revision_),
                     .found = fmt::format("revision {}", revision),
                     .mend = "Open the graph again, or make the patch from the newest revision."});
    }
    const Value* patch = params.find("patch");
    if (!patch || !patch->is_array())
        params.wrong("patch", "a JSON Patch (RFC 6902)",
                     patch ? std::string(patch->kind()) : "nothing");
    std::string text;
    try {
        const auto document = nlohmann::json::parse(write_graph(graph_));
        text = document.patch(nlohmann::json::parse(to_json(*patch))).dump();
    } catch (const nlohmann::json::exception& error) {
        params.wrong("patch", "operations that fit the document", error.what());
    }
    ReadGraph read = read_graph(text, "patched document");
    if (!any_errors(read.problems)) {
        migrate(read.graph, registry_, read.problems);
        graph_ = std::move(read.graph);
        ++revision_;
    }
    return graph_facts(std::move(read.problems));
}

Object Session::graph_facts(std::vector<Problem> problems) {
    Object facts{{"revision", revision_}, {"problems", to_value(problems)}};
    if (!has_graph_) return facts;
    facts["text"] = write_graph(graph_);
    facts["file"] = file_.string();
    facts["hash"] = to_hex(meaning_hash(graph_));
    return facts;
}

Object Session::validate(const Params& params) {
    require_graph();
    const Plan plan = plan_run(graph_, registry_, run_options(params));
    Array nodes, wires;
    for (const PlanNode& node : plan.nodes) {
        Array outputs;
        for (const OutputSpec& output : node.type->spec.outputs) outputs.emplace_back(output.name);
        nodes.push_back(Object{{"id", node.id},
                               {"type", node.type->spec.id},
                               {"rate", node.out_rate},
                               {"stage", node.stage},
                               {"outputs", std::move(outputs)}});
    }
    for (const PlanWire& wire : plan.wires) {
        wires.push_back(Object{{"wire", wire_name(plan, wire)},
                               {"capacity", wire.capacity},
                               {"rate", wire.rate},
                               {"inlined", wire.inlined},
                               {"type", wire.type}});
    }
    return {{"revision", revision_},
            {"problems", to_value(plan.problems)},
            {"nodes", std::move(nodes)},
            {"wires", std::move(wires)}};
}

}  // namespace millrace::engine::worker
