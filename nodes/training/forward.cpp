#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/node.hpp"
#include "nodes/ops/models/architecture.hpp"
#include "nodes/ops/words.hpp"
#include "nodes/training/group.hpp"
#include "nodes/training/watched_pass.hpp"
#include "nodes/types/activations.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/phase.hpp"

namespace millrace::nodes {
namespace {

/// Leaves of a new history: whoever trains has parameters of its own, so that two loops that begin
/// with one model do not meet.
types::Model trainable(const types::Model& model) {
    types::Model own = types::clone_of(model);
    for (auto& [name, parameter] : own.parameters) parameter.requires_grad_(true);
    return own;
}

bool is_trainable(const types::Model& model) {
    return model.parameters.empty() || model.parameters.begin()->second.requires_grad();
}

struct Forward {
    std::string watch;
    double peer_timeout = 60;

    static engine::NodeSpec spec() {
        return {
            .id = "training.forward",
            .title = "Forward",
            .group = "Training",
            .doc =
                "Runs a model on batches. In a training loop the optimizer's answer comes back as "
                "\"updated\", so that each batch sees the parameters after the one before. Batches "
                "of training keep what the gradient needs; those of validation and test do not, "
                "and "
                "the test is of the best model where there is one.",
            .inputs =
                {{"features",
                  "[batch, frames, features], or ids [batch, time] int64 of a language model"},
                 {.name = "phase",
                  .doc = "0 training, 1 validation, 2 test; test without it",
                  .optional = true},
                 {.name = "model", .doc = "to begin with", .sync = engine::Sync::Latch},
                 {.name = "target",
                  .doc = "ids [batch, time] int64 before the decoder, of a model with an "
                         "encoder",
                  .optional = true},
                 {.name = "updated",
                  .doc = "the model after the batch before",
                  .sync = engine::Sync::Feedback,
                  .optional = true},
                 {.name = "best",
                  .doc = "the best model so far",
                  .sync = engine::Sync::Feedback,
                  .optional = true},
                 {.name = "done",
                  .doc = "1 once training is to end",
                  .sync = engine::Sync::Feedback,
                  .optional = true}},
            .outputs = {{"logits",
                         "[batch, classes], read out of the frames, or [batch, time, "
                         "vocabulary]"},
                        {"frames", "[batch, frames, classes]"},
                        {"model", "that was run; with a training batch's statistics"},
                        {"activations", "of the parts that \"watch\" names, in the pass's order"}},
            .params = {{.name = "watch", .field = &Forward::watch, .doc = kWatchDoc},
                       peer_timeout_param(&Forward::peer_timeout)},
            .pure = false,
            .random = true,
            .resource = engine::Resource::Compute,
            .example = R"("nodes": {
    "corpus": {"type": "loaders.token_corpus", "version": 1, "params": {"tokenizer": "tokenizer.json", "split": "test", "test_share": 0.5}},
    "model": {"type": "backbones.llama", "version": 1},
    "forward": {"type": "training.forward", "version": 1, "params": {"watch": "*"}}},
"wires": [
    {"from": "corpus.tokens", "to": "forward.features"}, {"from": "model.model", "to": "forward.model"}])",
        };
    }

    using Result = std::tuple<types::Tensor, types::Tensor, types::Model, types::Activations>;

    void start(engine::RunContext& context) {
        group_ = Group::join(context, peer_timeout);
        watched_ = ops::words_of(watch);
    }

    std::optional<Result> operator()(const types::Tensor& features, const double* phase,
                                     const types::Model& model, const types::Tensor* target,
                                     const types::Model* updated, const types::Model* best,
                                     const double* done, engine::RunContext& context) const {
        const double now = phase ? *phase : types::kTest;
        if (now == types::kTrain && done && *done != 0) return std::nullopt;
        types::Model used = updated ? *updated : model;
        if (now == types::kTrain && (!updated || !is_trainable(used))) {
            used = trainable(used);
            if (group_) begin_alike(used, context);
        }
        if (now == types::kTest && best) used = *best;
        const auto architecture = ops::architecture_of(used.spec);
        architecture->check_tensors(used.parameters, used.buffers);
        const ops::ModelInput input = {.input = features.value,
                                       .target = target ? target->value : at::Tensor()};

        types::NamedTensors updates;
        ops::Pass pass;
        pass.training = now == types::kTrain;
        pass.seed = context.seed();
        pass.item = context.item();
        pass.step = used.version;
        pass.updates = &updates;
        types::Activations seen;
        nodes::watch(pass, watched_, seen);
        // Statistics of a batch that several processes share are of all of it.
        std::optional<Group::Use> together;
        if (pass.training && group_) pass.reducer = &together.emplace(*group_, context).reducer();
        const types::NamedTensors& parameters = pass.training ? used.parameters : used.evaluated();
        at::AutoGradMode gradients(pass.training);
        ops::ModelOutput output = architecture->forward(parameters, used.buffers, input, pass);
        require_finite(output.logits, {*architecture, parameters, used, input, pass});
        for (auto& [name, value] : updates) used.buffers[name] = std::move(value);
        return Result{types::Tensor{std::move(output.logits)},
                      types::Tensor{std::move(output.steps)}, std::move(used), std::move(seen)};
    }

private:
    /// Processes that train together begin with the first one's parameters: what was set from a
    /// batch differs, since each has its share of it.
    void begin_alike(types::Model& model, engine::RunContext& context) const {
        const Group::Use group(*group_, context);
        types::NamedTensors first;
        for (const auto& [name, parameter] : model.parameters) first[name] = parameter.detach();
        group->broadcast(first, 0);
        for (auto& [name, parameter] : model.parameters)
            parameter = first.at(name).requires_grad_(true);
    }

    std::shared_ptr<Group> group_;
    std::vector<std::string> watched_;
};

}  // namespace

void register_forward(engine::Registry& registry) { registry.add<Forward>(); }

}  // namespace millrace::nodes
