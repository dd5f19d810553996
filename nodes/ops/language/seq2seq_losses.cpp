#include "nodes/ops/language/seq2seq_losses.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/training/losses.hpp"

namespace millrace::ops {
namespace {

using Layers = std::vector<at::Tensor>;

void check_weights(const DistillationWeights& weights) {
    double sum = 0;
    bool are_weights = true;
    for (const double weight :
         {weights.task, weights.logits, weights.hidden, weights.attention, weights.last_state}) {
        sum += weight;
        are_weights = are_weights && weight >= 0 && std::isfinite(weight);
    }
    if (are_weights && sum > 0) return;
    throw engine::Error(
        {.code = "E-LM-057",
         .what = "The losses cannot have these weights",
         .expected = "numbers from 0 on, at least one above 0",
         .found =
             fmt::format("task {}, logits {}, hidden {}, attention {}, last_state {}", weights.task,
                         weights.logits, weights.hidden, weights.attention, weights.last_state),
         .mend = "Set the weights of the losses that should count above 0."});
}

void check_layers(const char* name, const Layers& student, const Layers& teacher) {
    if (student.size() == teacher.size() && !student.empty()) return;
    throw engine::Error({.code = "E-LM-056",
                         .what = fmt::format("Student and teacher don't fit: {}", name),
                         .expected = "as many layers of one as of the other, at least 1",
                         .found = fmt::format("{} and {}", student.size(), teacher.size()),
                         .mend = "Take a teacher of the student's depth, or weight 0."});
}

}  // namespace

DistillationLosses distillation_losses(const Seq2SeqOutputs& student, const Seq2SeqOutputs& teacher,
                                       const at::Tensor& labels,
                                       const DistillationWeights& weights) {
    check_weights(weights);
    DistillationLosses losses;
    const auto add = [&](const char* name, double weight, at::Tensor value) {
        const at::Tensor part = value * weight;
        losses.total = losses.total.defined() ? losses.total + part : part;
        losses.terms.push_back({name, weight, std::move(value)});
    };
    const auto add_layers = [&](const char* name, double weight, const Layers& of_student,
                                const Layers& of_teacher, const auto& loss) {
        check_layers(name, of_student, of_teacher);
        add(name, weight, loss(of_student, of_teacher));
    };
    if (weights.task > 0)
        add("task", weights.task, cross_entropy(student.logits, labels, {}, Reduction::Mean));
    if (weights.logits > 0)
        add("logits", weights.logits,
            soft_cross_entropy(student.logits, teacher.logits, 1, Reduction::Mean));
    if (weights.hidden > 0) {
        add_layers("encoder_hidden", weights.hidden, student.encoder_hidden, teacher.encoder_hidden,
                   hidden_distillation);
        add_layers("decoder_hidden", weights.hidden, student.decoder_hidden, teacher.decoder_hidden,
                   hidden_distillation);
    }
    if (weights.attention > 0) {
        add_layers("encoder_attention", weights.attention, student.encoder_attention,
                   teacher.encoder_attention, attention_distillation);
        add_layers("decoder_attention", weights.attention, student.decoder_attention,
                   teacher.decoder_attention, attention_distillation);
        add_layers("cross_attention", weights.attention, student.cross_attention,
                   teacher.cross_attention, attention_distillation);
    }
    if (weights.last_state > 0) {
        add_layers("last_state", weights.last_state, student.encoder_hidden, teacher.encoder_hidden,
                   [](const Layers& of_student, const Layers& of_teacher) {
                       return last_state_distillation(of_student.back(), of_teacher.back());
                   });
    }
    return losses;
}

}  // namespace millrace::ops
