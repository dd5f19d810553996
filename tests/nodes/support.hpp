// What every node test needs: a RunContext without a run, and nodes made, set and called through
// the registry as a saved graph would do it. One thread; everything is owned by the test.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "engine/node/params.hpp"

namespace millrace::testing {

/// Folder of the shared data: MILLRACE_SHARED, else "../shared" beside the sources. May not exist:
/// skip then.
inline std::filesystem::path shared_folder() {
    if (const char* folder = std::getenv("MILLRACE_SHARED")) return folder;
    return std::filesystem::path(MILLRACE_SOURCE_DIR).parent_path() / "shared";
}

/// A context whose every answer is a public member. The artifacts folder is made on first use,
/// removed at the end.
class TestContext : public engine::RunContext {
public:
    TestContext() = default;
    explicit TestContext(const engine::PayloadLookup& known) : known_payloads(&known) {}
    TestContext(const TestContext&) = delete;
    TestContext& operator=(const TestContext&) = delete;
    ~TestContext() override {
        std::error_code ignored;
        if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    }

    std::uint64_t item_number = 0;
    std::uint64_t run_seed = 1;
    std::string id = "node";
    int threads = 1;
    /// Asks of stop_requested() that still say no; negative: never stops.
    mutable std::atomic<long> asks_until_stop = -1;
    mutable std::atomic<long> asks = 0;
    double last_progress = 0;
    std::vector<std::string> lines, warnings;
    std::map<std::string, double> metrics;  ///< the last value of each
    const engine::PayloadLookup* known_payloads = nullptr;

    bool stop_requested() const override {
        ++asks;
        if (asks_until_stop < 0) return false;
        if (asks_until_stop == 0) return true;
        --asks_until_stop;
        return false;
    }
    std::uint64_t item() const override { return item_number; }
    engine::Random random() const override { return {run_seed, id, item_number}; }
    std::uint64_t seed() const override { return run_seed; }
    std::string_view node_id() const override { return id; }
    void progress(double fraction) override { last_progress = fraction; }
    void log(std::string_view line) override { lines.emplace_back(line); }
    void warn(std::string_view line) override { warnings.emplace_back(line); }
    std::filesystem::path artifacts() const override {
        if (folder_.empty()) {
            std::string name =
                (std::filesystem::temp_directory_path() / "millrace-test-XXXXXX").string();
            if (!mkdtemp(name.data()))
                throw engine::Error({.what = "No temporary folder", .where = name});
            folder_ = name;
        }
        return folder_;
    }
    std::filesystem::path artifact(std::string_view name) const override {
        const std::filesystem::path inside = std::filesystem::path(name).lexically_normal();
        if (inside.is_absolute() || inside.empty() || *inside.begin() == "..") {
            throw engine::Error({.code = "E-PATH-002",
                                 .what = "The name climbs out of the artifacts folder",
                                 .found = std::string(name)});
        }
        std::filesystem::create_directories((artifacts() / inside).parent_path());
        return artifacts() / inside;
    }
    void metric(std::string_view name, double value) override {
        metrics[std::string(name)] = value;
    }
    int intra_threads() const override { return threads; }
    const engine::PayloadLookup& payloads() const override {
        if (!known_payloads) throw engine::Error({.what = "Give this TestContext a registry"});
        return *known_payloads;
    }

private:
    mutable std::filesystem::path folder_;
};

/// One node, made from the registry. Throws engine::Error for an unknown id and for the first bad
/// parameter.
class TestNode {
public:
    TestNode(const engine::Registry& registry, std::string_view type_id,
             const engine::Object& params = {},
             const engine::PathRoots& roots = {.document = MILLRACE_SOURCE_DIR, .named = {}})
        : type_(find(registry, type_id)), instance_(type_.make()) {
        fail_on(engine::set_params(type_, *instance_, params, "node"));
        fail_on(engine::resolve_paths(type_, *instance_, roots, "node"));
    }

    void start(engine::RunContext& context) { instance_->start(context); }

    /// One packet per output; empty where the node gave none. A generator is drained: see call_all.
    std::vector<engine::Packet> call(std::vector<engine::Packet> inputs,
                                     engine::RunContext& context) {
        std::vector<std::vector<engine::Packet>> all = call_all(std::move(inputs), context);
        return all.empty() ? std::vector<engine::Packet>(type_.spec.outputs.size())
                           : std::move(all.front());
    }
    /// Every result of one call, each one packet per output; empty when a source has ended.
    std::vector<std::vector<engine::Packet>> call_all(std::vector<engine::Packet> inputs,
                                                      engine::RunContext& context) {
        inputs.resize(type_.spec.inputs.size());
        engine::Results results;
        results.packets.resize(type_.spec.outputs.size());
        instance_->call(inputs, results, context);
        return drain(results);
    }
    std::vector<std::vector<engine::Packet>> finish(engine::RunContext& context) {
        engine::Results results;
        results.packets.resize(type_.spec.outputs.size());
        instance_->finish(results, context);
        return drain(results);
    }

    engine::NodeInstance& instance() { return *instance_; }
    const engine::NodeType& type() const { return type_; }

private:
    static const engine::NodeType& find(const engine::Registry& registry, std::string_view id) {
        const engine::NodeType* type = registry.find(id);
        if (!type) throw engine::Error({.what = "Unknown node type", .found = std::string(id)});
        return *type;
    }
    static void fail_on(const std::vector<engine::Problem>& problems) {
        for (const engine::Problem& problem : problems) {
            if (problem.severity == engine::Severity::Error) throw engine::Error(problem);
        }
    }
    std::vector<std::vector<engine::Packet>> drain(engine::Results& results) const {
        std::vector<std::vector<engine::Packet>> all;
        if (results.generator) {
            std::vector<engine::Packet> packets(type_.spec.outputs.size());
            while (results.generator->next(packets)) {
                all.push_back(std::move(packets));
                packets.assign(type_.spec.outputs.size(), {});
            }
        } else if (!results.ended) {
            all.push_back(std::move(results.packets));
        }
        return all;
    }

    const engine::NodeType& type_;
    std::unique_ptr<engine::NodeInstance> instance_;
};

/// Makes, sets, starts and calls a node once: one packet per output. Throws engine::Error for bad
/// parameters.
inline std::vector<engine::Packet> run_node(const engine::Registry& registry,
                                            std::string_view type_id, const engine::Object& params,
                                            std::vector<engine::Packet> inputs,
                                            engine::RunContext& context) {
    TestNode node(registry, type_id, params);
    node.start(context);
    return node.call(std::move(inputs), context);
}
inline std::vector<engine::Packet> run_node(const engine::Registry& registry,
                                            std::string_view type_id, const engine::Object& params,
                                            std::vector<engine::Packet> inputs) {
    TestContext context(registry);
    return run_node(registry, type_id, params, std::move(inputs), context);
}

/// The problems of these parameters, as `millrace validate` would find them; `where` starts with
/// "node".
inline std::vector<engine::Problem> check_node(const engine::Registry& registry,
                                               std::string_view type_id,
                                               const engine::Object& params) {
    const engine::NodeType* type = registry.find(type_id);
    if (!type) return {{.what = "Unknown node type", .found = std::string(type_id)}};
    const std::unique_ptr<engine::NodeInstance> instance = type->make();
    return engine::set_params(*type, *instance, params, "node");
}

}  // namespace millrace::testing
