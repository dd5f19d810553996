#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/node.hpp"
#include "nodes/ops/language/bart_outputs.hpp"
#include "nodes/ops/language/seq2seq_losses.hpp"
#include "nodes/types/activations.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct DistillLayers {
    double task = 1, logits = 1, hidden = 1, attention = 1, last_state = 1;

    static engine::NodeSpec spec();

    std::vector<engine::Problem> check() const {
        if (task + logits + hidden + attention + last_state > 0) return {};
        return {{.code = "E-LM-057",
                 .what = "No term of the loss has a weight",
                 .expected = "at least one above 0",
                 .found = "all 0",
                 .where = "task",
                 .mend = "Set the weights of the losses that should count above 0."}};
    }

    using Result = std::tuple<types::Tensor, double, types::Metrics>;

    Result operator()(const types::Tensor& student, const types::Activations& student_layers,
                      const types::Tensor& teacher, const types::Activations& teacher_layers,
                      const types::Tensor& labels, const double* phase,
                      engine::RunContext& context) const {
        const at::AutoGradMode with_gradients(student.value.requires_grad());
        const ops::DistillationLosses losses = ops::distillation_losses(
            outputs_of(student, student_layers), outputs_of(teacher, teacher_layers), labels.value,
            {.task = task,
             .logits = logits,
             .hidden = hidden,
             .attention = attention,
             .last_state = last_state});
        const double now = phase ? *phase : types::kTrain;
        const char* before = now == types::kTrain        ? ""
                             : now == types::kValidation ? "validation_"
                                                         : "test_";
        types::Metrics figures{.step = static_cast<std::int64_t>(context.item()), .values = {}};
        for (const ops::LossTerm& term : losses.terms)
            figures.values[before + term.name] = term.value.item<double>();
        figures.values[std::string(before) + "total"] = losses.total.item<double>();
        for (const auto& [name, value] : figures.values) context.metric(name, value);
        const double count = labels.value.ge(0).sum().item<double>();
        return {types::Tensor{losses.total}, count, std::move(figures)};
    }

private:
    static ops::Seq2SeqOutputs outputs_of(const types::Tensor& logits,
                                          const types::Activations& layers) {
        ops::Seq2SeqOutputs outputs;
        outputs.logits = logits.value;
        for (const types::Activation& part : layers.parts)
            ops::add_seen(outputs, part.name, part.value);
        return outputs;
    }
};

engine::NodeSpec DistillLayers::spec() {
    const auto weight = [](const char* name, engine::Field field, const char* doc) {
        return engine::ParamSpec{
            .name = name, .field = std::move(field), .range = {0, 1e6}, .doc = doc};
    };
    return {
        .id = "training.distill_layers",
        .title = "Distillation of layers",
        .group = "Training",
        .doc =
            "How far an encoder-decoder is from its teacher in answers, hidden states and "
            "attention, with the labels' own loss. One number to train with; both models are of "
            "the same depth. Each term is a metric of the run, before its weight.",
        .inputs = {{"student", "[batch, time, vocabulary] logits; gradients go to them"},
                   {"student_layers", "what training.forward watched: layers and attention"},
                   {"teacher", "[batch, time, vocabulary] logits; no gradients go to them"},
                   {"teacher_layers", "the same of the teacher"},
                   {"labels", "[batch, time] int64; what is below 0 is left out of the task"},
                   {.name = "phase",
                    .doc = "0 training, 1 validation, 2 test, for the metrics' names; training "
                           "without it",
                    .optional = true}},
        .outputs = {{"loss", "one number, through which gradients go"},
                    {"count", "labels that count"},
                    {"figures", "the terms, and their weighted sum"}},
        .params = {weight("task", &DistillLayers::task,
                          "Weight of the labels' cross-entropy, the mean over labels"),
                   weight("logits", &DistillLayers::logits,
                          "Weight of the soft cross-entropy with the teacher's distributions, the "
                          "mean over all places, padding included"),
                   weight("hidden", &DistillLayers::hidden,
                          "Weight of the mean squared errors of hidden states, the embedding's "
                          "output and each layer's, summed"),
                   weight("attention", &DistillLayers::attention,
                          "Weight of the mean squared errors of attention maps before they are "
                          "quantized, summed"),
                   weight("last_state", &DistillLayers::last_state,
                          "Weight of the mean squared error of the encoder's last state, summed "
                          "over the batch")},
        .pure = false,
        .source =
            "Liu et al. 2023, Binary and Ternary Natural Language Generation, arXiv 2306.01841, "
            "section 3, with the reductions of its release",
        .example = R"("nodes": {
    "corpus": {"type": "loaders.pair_corpus", "version": 1},
    "teacher": {"type": "backbones.bart", "version": 1},
    "targets": {"type": "training.forward", "version": 1, "params": {"watch": "*"}},
    "student": {"type": "quantizers.ternary_binary", "version": 1, "params": {"activations": 8}},
    "forward": {"type": "training.forward", "version": 1, "params": {"watch": "*"}},
    "loss": {"type": "training.distill_layers", "version": 1}},
"wires": [
    {"from": "teacher.model", "to": "targets.model"}, {"from": "teacher.model", "to": "student.model"},
    {"from": "student.model", "to": "forward.model"},
    {"from": "corpus.source", "to": "targets.features"}, {"from": "corpus.target", "to": "targets.target"},
    {"from": "corpus.source", "to": "forward.features"}, {"from": "corpus.target", "to": "forward.target"},
    {"from": "forward.logits", "to": "loss.student"}, {"from": "forward.activations", "to": "loss.student_layers"},
    {"from": "targets.logits", "to": "loss.teacher"}, {"from": "targets.activations", "to": "loss.teacher_layers"},
    {"from": "corpus.labels", "to": "loss.labels"}])",
    };
}

}  // namespace

void register_distill_layers(engine::Registry& registry) { registry.add<DistillLayers>(); }

}  // namespace millrace::nodes
