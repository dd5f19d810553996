#include <string>
#include <tuple>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct Distill {
    enum class Kind { Kl, SoftCrossEntropy, Mixed, Alpha, AdaptiveAlpha };

    Kind kind = Kind::Kl;
    double temperature = 1, soft_weight = 0.9;
    double alpha = 1, alpha_min = -1, alpha_max = 1, ratio_clip = 5;

    static engine::NodeSpec spec();

    std::vector<engine::Problem> check() const {
        if (kind != Kind::AdaptiveAlpha || alpha_min <= alpha_max) return {};
        return {{.what = "The band of alpha is empty",
                 .expected = fmt::format("at least alpha_min, {}", alpha_min),
                 .found = fmt::format("{}", alpha_max),
                 .where = "alpha_max",
                 .mend = "Set it to alpha_min or above."}};
    }

    std::tuple<types::Tensor, double, double> operator()(const types::Tensor& student,
                                                         const types::Tensor& teacher,
                                                         const types::Tensor* labels) const {
        const at::AutoGradMode with_gradients(student.value.requires_grad());
        const Answer answer = kind == Kind::Alpha || kind == Kind::AdaptiveAlpha
                                  ? of_alpha(student.value, teacher.value)
                                  : of_logits(student.value, teacher.value, labels);
        const auto rows = student.value.numel() / student.value.size(-1);
        return {types::Tensor{answer.loss}, static_cast<double>(rows), answer.value};
    }

private:
    struct Answer {
        at::Tensor loss;
        double value = 0;  ///< to report
    };

    Answer of_logits(const at::Tensor& student, const at::Tensor& teacher,
                     const types::Tensor* labels) const {
        at::Tensor loss;
        if (kind == Kind::Kl) {
            loss = ops::kl_divergence(student, teacher, ops::Reduction::Mean);
        } else if (kind == Kind::SoftCrossEntropy) {
            loss = ops::soft_cross_entropy(student, teacher, temperature, ops::Reduction::Mean);
        } else {
            if (!labels) fail_without_labels();
            loss = ops::mixed_distillation(student, teacher, labels->value,
                                           {.temperature = temperature, .soft_weight = soft_weight},
                                           ops::Reduction::Mean);
        }
        return {loss, loss.item<double>()};
    }

    Answer of_alpha(const at::Tensor& student, const at::Tensor& teacher) const {
        // Rows of several axes become rows of one, but for shapes that differ and are refused.
        const bool fits = student.defined() && teacher.defined() && student.dim() > 2 &&
                          student.numel() > 0 && student.sizes() == teacher.sizes();
        const at::Tensor own = fits ? student.flatten(0, -2) : student;
        const at::Tensor other = fits ? teacher.flatten(0, -2) : teacher;
        const auto divergence = [&](double at_alpha) {
            const at::NoGradGuard no_gradients;
            return ops::alpha_divergence(own, other, {.alpha = at_alpha, .ratio_clip = ratio_clip});
        };
        if (kind == Kind::Alpha) {
            const ops::AlphaOptions options{.alpha = alpha, .ratio_clip = ratio_clip};
            return {ops::alpha_surrogate(own, other, options, ops::Reduction::Mean),
                    divergence(alpha).mean().item<double>()};
        }
        const ops::AdaptiveAlphaOptions options{
            .alpha_min = alpha_min, .alpha_max = alpha_max, .ratio_clip = ratio_clip};
        const at::Tensor larger = at::maximum(divergence(alpha_min), divergence(alpha_max));
        return {ops::adaptive_alpha_surrogate(own, other, options, ops::Reduction::Mean),
                larger.mean().item<double>()};
    }

    [[noreturn]] static void fail_without_labels() {
        throw engine::Error({.code = "E-TRAIN-005",
                             .what = "Mixed distillation needs labels",
                             .expected = "labels as int64, one for each row of the logits",
                             .found = "none",
                             .mend = "Wire the labels, or choose another kind."});
    }
};

engine::NodeSpec Distill::spec() {
    return {
        .id = "training.distill",
        .title = "Distillation",
        .group = "Training",
        .doc =
            "How far a student's distributions are from its teacher's, in nats, as the mean over "
            "rows; a row is one distribution. With the alpha kinds the loss is only there for "
            "its gradient, and \"value\" is the figure to look at.",
        .inputs = {{"student", "[..., classes] logits; gradients go to them"},
                   {"teacher",
                    "[..., classes] logits of the same shape and type; no gradients go "
                    "to them"},
                   {.name = "labels",
                    .doc = "mixed: [...] int64; -100 is left out of the hard part",
                    .optional = true}},
        .outputs = {{"loss", "one number, through which gradients go"},
                    {"count", "rows that it is the mean of"},
                    {"value", "the loss; of the alpha kinds the divergence"}},
        .params = {{.name = "kind",
                    .field = &Distill::kind,
                    .choices = {"kl", "soft_cross_entropy", "mixed", "alpha", "adaptive_alpha"},
                    .doc = "kl: KL(teacher || student); soft_cross_entropy: the teacher's entropy "
                           "is not subtracted; mixed: with the labels' cross-entropy; alpha: an "
                           "alpha-divergence; adaptive_alpha: per row the larger of two"},
                   {.name = "temperature",
                    .field = &Distill::temperature,
                    .range = {0.01, 1000},
                    .doc = "soft_cross_entropy, mixed: what logits are divided by"},
                   {.name = "soft_weight",
                    .field = &Distill::soft_weight,
                    .range = {0, 1},
                    .doc = "mixed: share of the teacher; the labels have the rest"},
                   {.name = "alpha",
                    .field = &Distill::alpha,
                    .range = {-10, 10},
                    .doc = "alpha: 1 is KL(teacher || student), 0 KL(student || teacher)"},
                   {.name = "alpha_min",
                    .field = &Distill::alpha_min,
                    .range = {-10, 10},
                    .doc = "adaptive_alpha: one of the two"},
                   {.name = "alpha_max",
                    .field = &Distill::alpha_max,
                    .range = {-10, 10},
                    .doc = "adaptive_alpha: the other, which a tie goes to"},
                   {.name = "ratio_clip",
                    .field = &Distill::ratio_clip,
                    .range = {1e-3, 1e6},
                    .doc = "alpha, adaptive_alpha: most of (teacher / student)^alpha; of "
                           "teacher / student at alpha 0; not used at alpha 1",
                    .advanced = true}},
        .pure = false,
        .source =
            "Hinton et al. 2015, section 2 (mixed); Liu et al. 2023, Ternary and Binary "
            "Transformers, section 3 (soft_cross_entropy); Wang et al. 2021, AlphaNet, section 3 "
            "(alpha, adaptive_alpha)",
        .example = R"("nodes": {
    "corpus": {"type": "loaders.token_corpus", "version": 1, "params": {"tokenizer": "tokenizer.json", "split": "test", "test_share": 0.5}},
    "teacher": {"type": "backbones.llama", "version": 1},
    "targets": {"type": "training.forward", "version": 1},
    "student": {"type": "quantizers.llm_qat", "version": 1},
    "forward": {"type": "training.forward", "version": 1},
    "loss": {"type": "training.distill", "version": 1}},
"wires": [
    {"from": "teacher.model", "to": "targets.model"}, {"from": "teacher.model", "to": "student.model"},
    {"from": "student.model", "to": "forward.model"},
    {"from": "corpus.tokens", "to": "targets.features"}, {"from": "corpus.tokens", "to": "forward.features"},
    {"from": "forward.logits", "to": "loss.student"}, {"from": "targets.logits", "to": "loss.teacher"}])",
    };
}

}  // namespace

void register_distill(engine::Registry& registry) { registry.add<Distill>(); }

}  // namespace millrace::nodes
