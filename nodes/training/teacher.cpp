#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/node.hpp"
#include "nodes/ops/models/architecture.hpp"
#include "nodes/ops/words.hpp"
#include "nodes/training/watched_pass.hpp"
#include "nodes/types/activations.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct Teacher {
    std::string watch;

    static engine::NodeSpec spec() {
        return {
            .id = "training.teacher",
            .title = "Teacher",
            .group = "Training",
            .doc =
                "Runs a model that is not trained on batches, for another one to learn from its "
                "answers. They follow from model and batch alone, so the cache keeps them: the "
                "teacher runs once for each batch that differs, and neither for a batch that comes "
                "again nor for a student that is trained later on the same ones. A corpus gives "
                "the same batches in all epochs with \"regroup\" off. A batch is kept whole, with "
                "its padding, as losses count that, too. Where the answers of a training are more "
                "than the cache may hold, it keeps none that is asked for again: raise its limit "
                "(MILLRACE_CACHE_GB) or run without it.",
            .inputs = {{"features",
                        "[batch, frames, features], or ids [batch, time] int64 of a language "
                        "model"},
                       {.name = "model", .doc = "the teacher", .sync = engine::Sync::Latch},
                       {.name = "target",
                        .doc = "ids [batch, time] int64 before the decoder, of a model with an "
                               "encoder",
                        .optional = true}},
            .outputs = {{"logits",
                         "[batch, classes], read out of the frames, or [batch, time, "
                         "vocabulary]"},
                        {"frames", "[batch, frames, classes]"},
                        {"activations", "of the parts that \"watch\" names, in the pass's order"}},
            .params = {{.name = "watch", .field = &Teacher::watch, .doc = kWatchDoc}},
            .tags = {"distillation", "cache"},
            .pure = true,
            .resource = engine::Resource::Compute,
        };
    }

    void start() { watched_ = ops::words_of(watch); }

    using Result = std::tuple<types::Tensor, types::Tensor, types::Activations>;

    Result operator()(const types::Tensor& features, const types::Model& model,
                      const types::Tensor* target) const {
        const at::NoGradGuard no_gradients;
        const auto architecture = ops::architecture_of(model.spec);
        architecture->check_tensors(model.parameters, model.buffers);
        const ops::ModelInput input = {.input = features.value,
                                       .target = target ? target->value : at::Tensor()};
        types::Activations seen;
        ops::Pass pass;
        nodes::watch(pass, watched_, seen);
        const types::NamedTensors& parameters = model.evaluated();
        ops::ModelOutput output = architecture->forward(parameters, model.buffers, input, pass);
        require_finite(output.logits, {*architecture, parameters, model, input, pass});
        return {types::Tensor{std::move(output.logits)}, types::Tensor{std::move(output.steps)},
                std::move(seen)};
    }

private:
    std::vector<std::string> watched_;
};

}  // namespace

void register_teacher(engine::Registry& registry) { registry.add<Teacher>(); }

}  // namespace millrace::nodes
