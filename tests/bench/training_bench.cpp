// Training on a graph against the best plain loop: the same model and the same batches, already in
// memory, in processes of their own for each setting of the thread pools of OpenMP and OpenBLAS;
// and how far loading and augmentation hide behind it. `millrace bench training` runs this program.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "engine/graph/graph.hpp"
#include "engine/node.hpp"
#include "engine/node/plugin.hpp"
#include "engine/run/cache.hpp"
#include "engine/run/cores.hpp"
#include "engine/run/run.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/ops/training/optimizers.hpp"
#include "nodes/types/model.hpp"
#include "tests/bench/figures.hpp"

namespace millrace::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kBatch = 64, kFrames = 98, kFeatures = 40, kClasses = 11, kSteps = 40, kEpochs = 4;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

engine::Value spec() {
    ops::SpotterTask task{.features = kFeatures, .classes = {}, .front_end = {}};
    for (int i = 0; i < kClasses; ++i) task.classes.push_back(fmt::format("class{}", i));
    return ops::lico_net_spec({}, task);
}

/// The same in every process.
const std::vector<std::pair<at::Tensor, at::Tensor>>& batches() {
    static const auto made = [] {
        std::vector<std::pair<at::Tensor, at::Tensor>> list;
        engine::Random random(1, "batches", 0);
        for (int i = 0; i < 8; ++i) {
            at::Tensor features = at::empty({kBatch, kFrames, kFeatures}, at::kFloat);
            for (std::int64_t at = 0; at < features.numel(); ++at)
                features.data_ptr<float>()[at] = static_cast<float>(random.normal());
            at::Tensor labels = at::empty({kBatch}, at::kLong);
            for (int at = 0; at < kBatch; ++at)
                labels.data_ptr<std::int64_t>()[at] =
                    static_cast<std::int64_t>(random.below(kClasses));
            list.emplace_back(features, labels);
        }
        return list;
    }();
    return made;
}

struct Batches {
    static engine::NodeSpec spec() {
        return {.id = "bench.batches",
                .title = "Batches",
                .group = "Bench",
                .doc = "Batches from memory.",
                .outputs = {{"features", "[batch, frames, features]"},
                            {"labels", "[batch]"},
                            {"phase", "training"},
                            {"model", "to begin with"}}};
    }
    std::optional<std::tuple<types::Tensor, types::Tensor, double, types::Model>> operator()(
        engine::Item item) const {
        if (item.number >= kSteps) return std::nullopt;
        const auto& [features, labels] = batches()[item.number % batches().size()];
        return std::tuple{types::Tensor{features}, types::Tensor{labels}, 0.0, *model};
    }
    std::shared_ptr<const types::Model> model = [] {
        const ops::Network network(bench::spec());
        return std::make_shared<const types::Model>(
            types::Model{.spec = bench::spec(),
                         .parameters = network.initial_parameters(1),
                         .buffers = network.initial_buffers(),
                         .average = {}});
    }();
};

constexpr const char* kGraph = R"({"schema": "millrace/1", "nodes": {
    "batches": {"type": "bench.batches"}, "forward": {"type": "training.forward"},
    "loss": {"type": "training.cross_entropy"}, "optimizer": {"type": "training.optimizer"}},
"wires": [
    {"from": "batches.features", "to": "forward.features"}, {"from": "batches.phase", "to": "forward.phase"},
    {"from": "batches.model", "to": "forward.model"}, {"from": "optimizer.model", "to": "forward.updated"},
    {"from": "forward.logits", "to": "loss.logits"}, {"from": "batches.labels", "to": "loss.labels"},
    {"from": "loss.loss", "to": "optimizer.loss"}, {"from": "loss.count", "to": "optimizer.count"},
    {"from": "forward.model", "to": "optimizer.model"}, {"from": "batches.phase", "to": "optimizer.phase"}]})";

double graph_seconds(int intra_threads) {
    engine::Registry registry;
    engine::load_plugins(registry, engine::plugin_folders());
    registry.add<Batches>();
    engine::ReadGraph read = engine::read_graph(kGraph, "bench");
    engine::RunOptions options;
    options.threads = 2;
    options.intra_threads = intra_threads;
    options.checkpoint_interval = std::chrono::milliseconds(0);
    engine::Run run(engine::plan_run(read.graph, registry, options), registry, options);
    const auto start = Clock::now();
    run.start();
    if (run.wait().status != engine::RunStatus::Succeeded)
        throw std::runtime_error("the graph failed");
    return seconds_since(start);
}

double plain_seconds(int threads) {
    at::set_num_threads(threads);
    const ops::Network network(spec());
    types::NamedTensors parameters = network.initial_parameters(1),
                        buffers = network.initial_buffers();
    for (auto& [name, parameter] : parameters) parameter.requires_grad_(true);
    const auto optimizer = ops::make_adamw({});
    const auto start = Clock::now();
    for (std::size_t step = 0; step < kSteps; ++step) {
        const auto& [features, labels] = batches()[step % batches().size()];
        types::NamedTensors updates;
        ops::Pass pass;
        pass.training = true;
        pass.updates = &updates;
        ops::clear_gradients(parameters);
        const at::Tensor frames = ops::forward(network, parameters, buffers, features, pass);
        ops::cross_entropy(ops::read_out(network.readout(), frames), labels, {},
                           ops::Reduction::Mean)
            .backward();
        optimizer->step(parameters, 1e-3);
        for (auto& [name, value] : updates) buffers[name] = value;
    }
    return seconds_since(start);
}

/// This program again, as "child KIND THREADS", under the environment that the setting is: OpenBLAS
/// reads it but once.
double child_seconds(const std::string& kind, int threads, int openmp, int openblas) {
    std::array<char, 4096> path = {};
    if (readlink("/proc/self/exe", path.data(), path.size() - 1) < 0)
        throw std::runtime_error("no /proc");
    const std::string command =
        fmt::format("OMP_NUM_THREADS={0} OPENBLAS_NUM_THREADS={1} '{2}' child {3} {4}", openmp,
                    openblas, path.data(), kind, threads);
    FILE* pipe = popen(command.c_str(), "r");
    double seconds = 0;
    if (!pipe || std::fscanf(pipe, "%lf", &seconds) != 1)
        throw std::runtime_error("a child failed: " + command);
    pclose(pipe);
    return seconds;
}

/// Seconds of some epochs of the shipped graph without the nodes that are named: several, since in
/// the first there is nothing to train on until a whole batch is there.
double epochs_seconds(int threads, const std::vector<std::string>& without) {
    engine::Registry registry;
    engine::load_plugins(registry, engine::plugin_folders());
    engine::ReadGraph read =
        engine::load_graph(fs::path(MILLRACE_SOURCE_DIR) / "graphs/keyword-spotting/train.json");
    engine::Graph graph = std::move(read.graph);
    engine::set_parameter(graph, "corpus.epochs", kEpochs);
    engine::set_parameter(graph, "corpus.takes", 16);
    for (const std::string& node : without) graph.nodes.at(node).mode = engine::NodeMode::Mute;
    std::string name = (fs::temp_directory_path() / "millrace-bench-XXXXXX").string();
    const fs::path out = mkdtemp(name.data());
    engine::CacheStore cache(fs::temp_directory_path() / "millrace-bench-cache",
                             std::uint64_t{1} << 30);
    engine::RunOptions options;
    options.threads = threads;
    options.intra_threads = 1;
    options.out = out;
    options.cache = &cache;
    options.checkpoint_interval = std::chrono::milliseconds(0);
    engine::Run run(engine::plan_run(graph, registry, options), registry, options);
    const auto start = Clock::now();
    run.start();
    const bool good = run.wait().status == engine::RunStatus::Succeeded;
    const double seconds = seconds_since(start);
    std::error_code ignored;
    fs::remove_all(out, ignored);
    if (!good) throw std::runtime_error("a run failed");
    return seconds;
}

double seconds_of(const std::string& kind, int threads) {
    if (kind == "plain") return plain_seconds(threads);
    if (kind == "graph") return graph_seconds(threads);
    return epochs_seconds(
        threads, kind == "data" ? std::vector<std::string>{"forward"} : std::vector<std::string>{});
}

int measure(bool json) {
    const std::pair<int, int> settings[] = {{1, 1}, {2, 1}, {1, 2}, {2, 2}};
    std::array<std::vector<double>, 4> plain, graph;
    for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < 4; ++i) {
            plain[i].push_back(
                child_seconds("plain", settings[i].first, settings[i].first, settings[i].second));
            graph[i].push_back(
                child_seconds("graph", settings[i].first, settings[i].first, settings[i].second));
        }
    }
    for (std::size_t i = 0; i < 4; ++i)
        std::fprintf(stderr, "OpenMP %d, OpenBLAS %d: plain loop %.1f ms a step, graph %.1f ms\n",
                     settings[i].first, settings[i].second, 1000 * median(plain[i]) / kSteps,
                     1000 * median(graph[i]) / kSteps);
    // Each at its best setting: what a user would choose for it.
    const auto best_of = [](const std::array<std::vector<double>, 4>& seconds, std::size_t round) {
        double least = seconds[0][round];
        for (const std::vector<double>& each : seconds) least = std::min(least, each[round]);
        return least;
    };
    std::vector<double> ratios;
    for (std::size_t round = 0; round < plain[0].size(); ++round)
        ratios.push_back(best_of(plain, round) / best_of(graph, round));
    child_seconds("epochs", 2, 1, 1);  // words are spoken once, and kept
    std::vector<double> hidden;
    for (int round = 0; round < 5; ++round) {
        const double data = child_seconds("data", 1, 1, 1),
                     serial = child_seconds("epochs", 1, 1, 1),
                     both = child_seconds("epochs", 2, 1, 1);
        std::fprintf(stderr,
                     "loading and augmentation %.2f s, then training %.2f s; both at "
                     "once %.2f s\n",
                     data, serial - data, both);
        hidden.push_back((serial - both) / std::min(data, serial - data));
    }
    print_figures(
        {{"training on a graph",
          "items a second over the plain loop's, each at its best setting of OpenMP and OpenBLAS",
          median(ratios), 0.95, false},
         {"loading beside training",
          "share of the shorter of the two that a second thread hides behind the other",
          median(hidden), 0.5, false}},
        json);
    return 0;
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv, argv + argc);
    try {
        millrace::engine::keep_freed_memory();
        if (argc == 4 && words[1] == "child") {
            const int threads = std::atoi(words[3].c_str());
            std::printf("%f\n", millrace::bench::seconds_of(words[2], threads));
            return 0;
        }
        return millrace::bench::measure(millrace::bench::wants_json(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
