#include "tests/nodes/training/training.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <tuple>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/visual/io/files.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
void register_batch(engine::Registry& registry);
void register_cross_entropy(engine::Registry& registry);
void register_forward(engine::Registry& registry);
void register_keep_best(engine::Registry& registry);
void register_optimizer(engine::Registry& registry);
void register_lico_net(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

struct Examples {
    int epochs = 3, train = 48, validation = 15, test = 15, bad = -1;

    static engine::NodeSpec spec() {
        return {
            .id = "test.examples",
            .title = "Examples",
            .group = "Test",
            .doc = "A small task.",
            .outputs = {{"features", "[12, 6]"}, {"label", "a class"}, {"phase", "0, 1 or 2"}},
            .params = {{.name = "epochs", .field = &Examples::epochs, .doc = "Epochs"},
                       {.name = "train", .field = &Examples::train, .doc = "Examples"},
                       {.name = "validation", .field = &Examples::validation, .doc = "Examples"},
                       {.name = "test", .field = &Examples::test, .doc = "Examples"},
                       {.name = "bad", .field = &Examples::bad, .doc = "An item with NaN"}},
            .random = true};
    }

    std::optional<std::uint64_t> count() const { return epochs * (train + validation) + test; }

    std::optional<std::tuple<types::Tensor, types::Text, double>> operator()(
        engine::Item item, engine::RunContext& context) const {
        const int number = static_cast<int>(item.number);
        if (item.number >= *count()) return std::nullopt;
        if (const char* at = std::getenv("MILLRACE_TEST_KILL"); at && std::atoi(at) == number)
            std::raise(SIGKILL);
        const int place = number % (train + validation);
        const double phase = number >= epochs * (train + validation) ? 2 : place < train ? 0 : 1;
        engine::Random random = context.random();
        const auto kind = static_cast<int>(random.below(3));
        at::Tensor features = at::empty({12, 6});
        for (int t = 0; t < 12; ++t) {
            for (int f = 0; f < 6; ++f)
                features[t][f] = random.normal() + (f == 2 * kind && t > 4 ? 2.0 : 0.0);
        }
        if (number == bad) features.fill_(std::nan(""));
        const char* names[] = {"a", "b", "c"};
        return std::tuple{types::Tensor{features}, types::Text{names[kind]}, phase};
    }
};

constexpr const char* kGraph = R"({"schema": "millrace/1", "nodes": {
    "examples": {"type": "test.examples"},
    "model": {"type": "backbones.lico_net", "params": {"classes": "a b c", "front_end": "{\"sample_rate\": 8000, \"filters\": 6}", "channels": 6,
        "kernel": 3, "expand": 2, "blocks": 1, "readout_frames": 6}},
    "batch": {"type": "training.batch", "params": {"size": 8}},
    "forward": {"type": "training.forward"},
    "loss": {"type": "training.cross_entropy"},
    "optimizer": {"type": "training.optimizer", "params": {"rate": 0.01}},
    "best": {"type": "training.keep_best"}},
"wires": [
    {"from": "examples.features", "to": "batch.features"}, {"from": "examples.label", "to": "batch.label"},
    {"from": "examples.phase", "to": "batch.phase"}, {"from": "model.model", "to": "batch.model"},
    {"from": "batch.features", "to": "forward.features"}, {"from": "batch.phase", "to": "forward.phase"},
    {"from": "model.model", "to": "forward.model"}, {"from": "best.model", "to": "forward.updated"},
    {"from": "best.best", "to": "forward.best"}, {"from": "best.done", "to": "forward.done"},
    {"from": "forward.logits", "to": "loss.logits"}, {"from": "batch.labels", "to": "loss.labels"},
    {"from": "loss.loss", "to": "optimizer.loss"}, {"from": "loss.count", "to": "optimizer.count"},
    {"from": "forward.model", "to": "optimizer.model"}, {"from": "batch.phase", "to": "optimizer.phase"},
    {"from": "batch.last", "to": "optimizer.last"},
    {"from": "forward.logits", "to": "best.logits"}, {"from": "batch.labels", "to": "best.labels"},
    {"from": "optimizer.model", "to": "best.model"}, {"from": "batch.phase", "to": "best.phase"},
    {"from": "batch.last", "to": "best.last"}]})";

}  // namespace

const engine::Registry& training_nodes() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        nodes::register_batch(*filled);
        nodes::register_cross_entropy(*filled);
        nodes::register_forward(*filled);
        nodes::register_keep_best(*filled);
        nodes::register_optimizer(*filled);
        nodes::register_lico_net(*filled);
        filled->add<Examples>();
        return filled;
    }();
    return *registry;
}

engine::RunResult train(const std::filesystem::path& out, const Changes& changes,
                        const engine::RunOptions& chosen) {
    engine::ReadGraph read = engine::read_graph(kGraph, "training");
    EXPECT_TRUE(read.problems.empty());
    for (const auto& [name, value] : changes) {
        const std::size_t dot = name.find('.');
        engine::GraphNode& node = read.graph.nodes.at(name.substr(0, dot));
        if (name.substr(dot + 1) == "on_error")
            node.on_error = engine::OnError::Skip;
        else
            node.params[name.substr(dot + 1)] = value;
    }
    engine::RunOptions options = chosen;
    if (options.threads == 0) options.threads = 2;
    options.out = out;
    if (options.resume) visual::remove_temporaries(out);
    engine::Run run(engine::plan_run(read.graph, training_nodes(), options), training_nodes(),
                    options);
    run.start();
    return run.wait();
}

std::string model_bytes(const std::filesystem::path& out) {
    std::ifstream file(out / "artifacts" / "model.safetensors", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace millrace::testing
