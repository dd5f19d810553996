#include "nodes/ops/training/losses.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

std::string shape_text(const at::Tensor& tensor) {
    return fmt::format("shape [{}]", fmt::join(tensor.sizes().vec(), ", "));
}

void check_values(const at::Tensor& tensor, std::string_view name) {
    if (!tensor.defined() || !tensor.device().is_cpu() ||
        (tensor.scalar_type() != at::kFloat && tensor.scalar_type() != at::kDouble)) {
        throw engine::Error({.code = "E-TRAIN-001",
                             .what = fmt::format("The {} cannot be trained on", name),
                             .expected = "a float32 or float64 tensor on the CPU",
                             .found = tensor.defined() ? tensor.toString() : "no tensor",
                             .mend = "Convert the tensor to float32 first."});
    }
    if (tensor.numel() == 0) {
        throw engine::Error({.code = "E-TRAIN-002",
                             .what = fmt::format("The {} has no elements", name),
                             .expected = "at least one item",
                             .found = shape_text(tensor),
                             .mend = "Leave out empty batches."});
    }
    // One pass without scratch: a sum is finite only when all its terms are, unless it overflows.
    const at::Tensor values = tensor.detach();
    if (values.sum(at::kDouble).isfinite().item<bool>()) return;
    const auto finite = values.isfinite().sum().item<std::int64_t>();
    if (finite == values.numel()) return;
    throw engine::Error(
        {.code = "E-TRAIN-003",
         .what = fmt::format("The {} holds NaN or infinity", name),
         .expected = "finite numbers",
         .found = fmt::format("{} of {} elements are not", values.numel() - finite, values.numel()),
         .cause = "training that diverged, or a damaged checkpoint",
         .mend = "Lower the learning rate, or go back to an earlier checkpoint."});
}

[[noreturn]] void throw_shape(std::string_view name, std::string expected, std::string found) {
    throw engine::Error({.code = "E-TRAIN-004",
                         .what = fmt::format("The {} does not fit", name),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Check that all parts come from the same model and batch."});
}

void check_logits(const at::Tensor& logits, std::string_view name) {
    check_values(logits, name);
    if (logits.dim() < 2) throw_shape(name, "at least two axes", shape_text(logits));
}

void check_pair(const at::Tensor& student, const at::Tensor& teacher, std::string_view name) {
    check_values(teacher, name);
    if (student.sizes() == teacher.sizes() && student.scalar_type() == teacher.scalar_type())
        return;
    throw_shape(name, fmt::format("{} {}", student.toString(), shape_text(student)),
                fmt::format("{} {}", teacher.toString(), shape_text(teacher)));
}

void check_student_and_teacher(const at::Tensor& student, const at::Tensor& teacher) {
    check_logits(student, "student's logits");
    check_pair(student, teacher, "teacher's logits");
}

void check_option(bool good, std::string_view name, std::string_view expected, double found) {
    if (good) return;
    throw engine::Error({.code = "E-TRAIN-006",
                         .what = fmt::format("The {} of the loss is out of range", name),
                         .expected = std::string(expected),
                         .found = fmt::format("{}", found),
                         .mend = "Set it within that range."});
}

[[noreturn]] void throw_labels(std::string expected, std::string found) {
    throw engine::Error({.code = "E-TRAIN-005",
                         .what = "The labels do not fit the logits",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Check the list of classes and the order of the batch."});
}

void check_integers(const at::Tensor& labels, at::IntArrayRef shape, std::string_view name) {
    const bool is_long = labels.defined() && labels.device().is_cpu() &&
                         labels.scalar_type() == at::kLong && labels.sizes() == shape;
    if (is_long) return;
    throw_labels(fmt::format("{} as int64 of shape [{}]", name, fmt::join(shape.vec(), ", ")),
                 labels.defined() ? fmt::format("{} {}", labels.toString(), shape_text(labels))
                                  : "no tensor");
}

void check_range(const at::Tensor& values, std::int64_t least, std::int64_t most,
                 std::string_view name) {
    if (values.numel() == 0) return;
    const auto low = values.min().item<std::int64_t>(), high = values.max().item<std::int64_t>();
    if (low >= least && high <= most) return;
    throw_labels(fmt::format("{} from {} to {}", name, least, most),
                 fmt::format("{} to {}", low, high));
}

at::Tensor reduce(const at::Tensor& rows, Reduction reduction) {
    switch (reduction) {
        case Reduction::Mean:
            return rows.mean();
        case Reduction::Sum:
            return rows.sum();
        case Reduction::Batch:
            return rows.sum() / (rows.dim() == 0 ? 1 : rows.size(0));
        case Reduction::None:
            break;
    }
    return rows;
}

at::Tensor soft_rows(const at::Tensor& student, const at::Tensor& teacher, double temperature) {
    check_student_and_teacher(student, teacher);
    check_option(temperature > 0 && std::isfinite(temperature), "temperature", "above 0",
                 temperature);
    const at::Tensor target = (teacher.detach() / temperature).softmax(-1);
    return -(target * (student / temperature).log_softmax(-1)).sum(-1);
}

struct AlphaRows {
    at::Tensor divergence, surrogate;
};

AlphaRows alpha_rows(const at::Tensor& student, const at::Tensor& teacher, double alpha,
                     double clip) {
    check_student_and_teacher(student, teacher);
    if (student.dim() != 2) throw_shape("student's logits", "two axes", shape_text(student));
    check_option(std::isfinite(alpha), "alpha", "a finite number", alpha);
    check_option(clip > 0, "clip of the ratio", "above 0", clip);
    const at::Tensor log_q = student.log_softmax(-1);
    const at::Tensor q = log_q.detach().exp();
    const at::Tensor log_p = teacher.detach().log_softmax(-1);
    // Ratios are formed from logarithms, so that a probability that underflows gives no 0 / 0.
    const at::Tensor log_ratio = log_p - log_q.detach();
    at::Tensor divergence, weight;  // weight is q * rho of the paper
    if (std::abs(alpha) < 1e-3) {
        const at::Tensor clipped = log_ratio.clamp_max(std::log(clip));
        divergence = -(q * clipped).sum(-1);
        weight = q * (clipped - 1);
    } else if (std::abs(alpha - 1) < 1e-3) {
        const at::Tensor p = log_p.exp();
        divergence = (p * log_ratio).sum(-1);
        weight = p;
    } else {
        const double base = 1 / (alpha * (alpha - 1));
        const at::Tensor power = (log_ratio * alpha).exp().clamp_max(clip);
        divergence = (q * (power - 1) * base).sum(-1);
        weight = q * (power / alpha + base);
    }
    return {divergence, -(weight * log_q).sum(-1)};
}

at::Tensor layers_distillation(const std::vector<at::Tensor>& student,
                               const std::vector<at::Tensor>& teacher, int axes,
                               std::string_view name) {
    if (student.size() != teacher.size() || student.empty()) {
        throw_shape(name, fmt::format("{} layers, at least one", student.size()),
                    fmt::format("{} layers of the teacher", teacher.size()));
    }
    at::Tensor sum;
    for (std::size_t i = 0; i < student.size(); ++i) {
        const at::Tensor loss = mean_squared_error(student[i], teacher[i], Reduction::Mean);
        if (student[i].dim() != axes)
            throw_shape(name, fmt::format("{} axes", axes), shape_text(student[i]));
        sum = sum.defined() ? sum + loss : loss;
    }
    return sum;
}

}  // namespace

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                         const CrossEntropyOptions& options, Reduction reduction) {
    check_logits(logits, "logits");
    const double smoothing = options.label_smoothing;
    check_option(smoothing >= 0 && smoothing <= 1, "label smoothing", "0 to 1", smoothing);
    check_integers(labels, logits.sizes().slice(0, logits.dim() - 1), "labels");
    const at::Tensor counted = labels != options.ignored_label;
    const at::Tensor safe = labels.masked_fill(~counted, 0);
    check_range(safe, 0, logits.size(-1) - 1, "labels");
    const at::Tensor log_q = logits.log_softmax(-1);
    at::Tensor rows = -log_q.gather(-1, safe.unsqueeze(-1)).squeeze(-1);
    if (smoothing > 0) rows = (1 - smoothing) * rows - smoothing * log_q.mean(-1);
    rows = rows.masked_fill(~counted, 0);
    if (reduction != Reduction::Mean) return reduce(rows, reduction);
    return rows.sum() / std::max<std::int64_t>(1, counted.sum().item<std::int64_t>());
}

at::Tensor soft_cross_entropy(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                              double temperature, Reduction reduction) {
    return reduce(soft_rows(student_logits, teacher_logits, temperature), reduction);
}

at::Tensor kl_divergence(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                         Reduction reduction) {
    check_student_and_teacher(student_logits, teacher_logits);
    const at::Tensor teacher = teacher_logits.detach().log_softmax(-1);
    // A product of 0 and a finite logarithm: log_softmax of finite logits is finite.
    const at::Tensor gap = teacher - student_logits.log_softmax(-1);
    return reduce((teacher.exp() * gap).sum(-1), reduction);
}

at::Tensor mixed_distillation(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                              const at::Tensor& labels, const MixedDistillationOptions& options,
                              Reduction reduction) {
    const double weight = options.soft_weight, temperature = options.temperature;
    check_option(weight >= 0 && weight <= 1, "weight of the teacher", "0 to 1", weight);
    const at::Tensor soft = soft_rows(student_logits, teacher_logits, temperature);
    const at::Tensor hard = cross_entropy(student_logits / temperature, labels, {}, reduction);
    return weight * temperature * temperature * reduce(soft, reduction) + (1 - weight) * hard;
}

at::Tensor mean_squared_error(const at::Tensor& value, const at::Tensor& target,
                              Reduction reduction) {
    check_values(value, "student's values");
    check_pair(value, target, "target");
    return reduce((value - target.detach()).square(), reduction);
}

at::Tensor hidden_distillation(const std::vector<at::Tensor>& student,
                               const std::vector<at::Tensor>& teacher) {
    return layers_distillation(student, teacher, 3, "hidden states");
}

at::Tensor attention_distillation(const std::vector<at::Tensor>& student,
                                  const std::vector<at::Tensor>& teacher) {
    return layers_distillation(student, teacher, 4, "attention maps");
}

at::Tensor last_state_distillation(const at::Tensor& student, const at::Tensor& teacher) {
    return layers_distillation({student}, {teacher}, 3, "last state") * student.size(0);
}

at::Tensor alpha_divergence(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                            const AlphaOptions& options) {
    return alpha_rows(student_logits, teacher_logits, options.alpha, options.ratio_clip).divergence;
}

at::Tensor alpha_surrogate(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                           const AlphaOptions& options, Reduction reduction) {
    const auto rows = alpha_rows(student_logits, teacher_logits, options.alpha, options.ratio_clip);
    return reduce(rows.surrogate, reduction);
}

at::Tensor adaptive_alpha_surrogate(const at::Tensor& student_logits,
                                    const at::Tensor& teacher_logits,
                                    const AdaptiveAlphaOptions& options, Reduction reduction) {
    const double clip = options.ratio_clip;
    const auto least = alpha_rows(student_logits, teacher_logits, options.alpha_min, clip);
    const auto most = alpha_rows(student_logits, teacher_logits, options.alpha_max, clip);
    const at::Tensor picks_least = least.divergence > most.divergence;
    return reduce(at::where(picks_least, least.surrogate, most.surrogate), reduction);
}

at::Tensor ctc_loss(const at::Tensor& logits, const at::Tensor& labels,
                    const at::Tensor& frame_lengths, const at::Tensor& label_lengths,
                    const CtcOptions& options, Reduction reduction) {
    check_values(logits, "logits");
    if (logits.dim() != 3) throw_shape("logits", "three axes", shape_text(logits));
    const auto frames = logits.size(0), batch = logits.size(1), classes = logits.size(2);
    if (!labels.defined() || labels.dim() != 2)
        throw_labels("labels [batch, most labels]", labels.defined() ? shape_text(labels) : "none");
    check_integers(labels, {batch, labels.size(1)}, "labels");
    check_integers(frame_lengths, {batch}, "lengths in frames");
    check_integers(label_lengths, {batch}, "lengths in labels");
    check_range(frame_lengths, 1, frames, "lengths in frames");
    check_range(label_lengths, 0, labels.size(1), "lengths in labels");
    check_option(options.blank >= 0 && options.blank < classes, "blank", "one of the classes",
                 static_cast<double>(options.blank));
    const at::Tensor counted = at::arange(labels.size(1), at::kLong) < label_lengths.unsqueeze(1);
    const at::Tensor used = labels.masked_select(counted);
    check_range(used, 0, classes - 1, "labels");
    if ((used == options.blank).any().item<bool>()) throw_labels("no blank among labels", "blanks");
    const at::Tensor rows = at::ctc_loss(
        logits.log_softmax(-1), labels.masked_fill(~counted, 0), frame_lengths, label_lengths,
        options.blank, at::Reduction::None, options.impossible == ImpossibleAlignment::Zero);
    return reduce(rows, reduction);
}

}  // namespace millrace::ops
