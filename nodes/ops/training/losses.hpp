// Losses of training and distillation. Plain functions, safe on any thread; gradients to the logits
// go through LibTorch's autograd, teachers get none. Inputs are float32 or float64 on the CPU, at
// least one element, all finite; a bad one throws engine::Error: E-TRAIN-001 another type or no
// tensor, E-TRAIN-002 empty, E-TRAIN-003 NaN or infinity, E-TRAIN-004 shapes that don't fit,
// E-TRAIN-005 bad labels or lengths, E-TRAIN-006 an option out of range. All losses are in nats,
// but squared errors, which have the square of their input's unit.
#pragma once

#include <cstdint>
#include <vector>

namespace at {
class Tensor;
}

namespace millrace::ops {

/// What becomes of the losses of the rows: a row is one distribution, so logits [batch, time,
/// classes] have batch * time. None keeps the leading axes, Mean divides the sum by the rows, Batch
/// by the first axis alone, which makes gradients `time` times as large (the release of LLM-QAT).
enum class Reduction { None, Mean, Sum, Batch };

struct CrossEntropyOptions {
    double label_smoothing = 0;  ///< 0 to 1: the share spread evenly over all classes
    std::int64_t ignored_label = -100;
};

/// Of logits [..., classes] against int64 labels [...]. Rows with the ignored label give 0 and are
/// left out of Mean's count; when no row is left the loss is 0. Smoothing as in Szegedy et al.
/// 2016, section 7: (1 - s) of the label's loss and s of the mean over classes.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                         const CrossEntropyOptions& options, Reduction reduction);

/// -sum p_teacher log p_student with both logits [..., classes] divided by `temperature`; the
/// teacher's entropy is not subtracted. With Mean the logits loss of Liu et al. 2023 (Ternary and
/// Binary Transformers), section 3.
at::Tensor soft_cross_entropy(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                              double temperature, Reduction reduction);

/// KL(teacher || student), temperature 1, of logits [..., classes]; 0 is perfect. With Batch the
/// loss of LLM-QAT's release (Liu et al. 2023, section 2.2, where the paper has the cross-entropy).
at::Tensor kl_divergence(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                         Reduction reduction);

struct MixedDistillationOptions {
    double temperature = 1;
    double soft_weight = 0.9;  ///< 0 to 1
};

/// Hinton et al. 2015, section 2: w T^2 soft_cross_entropy() + (1 - w) cross_entropy() for labels
/// [...]; as in AlphaNet's code, the hard part too is of logits / T.
at::Tensor mixed_distillation(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                              const at::Tensor& labels, const MixedDistillationOptions& options,
                              Reduction reduction);

/// (value - target)^2 of two tensors of one shape, with no gradient to `target`. None keeps every
/// element and Mean divides by their number.
at::Tensor mean_squared_error(const at::Tensor& value, const at::Tensor& target,
                              Reduction reduction);

/// Sum over layers of the mean squared error of hidden states, each [batch, time, width]
/// (Ternary and Binary Transformers, section 3: embedding output and every layer).
at::Tensor hidden_distillation(const std::vector<at::Tensor>& student,
                               const std::vector<at::Tensor>& teacher);

/// The same for attention maps before they are quantized, each [batch, heads, queries, keys].
at::Tensor attention_distillation(const std::vector<at::Tensor>& student,
                                  const std::vector<at::Tensor>& teacher);

/// The extra term for the encoder's last state [batch, time, width]: each sample's mean squared
/// error, summed over the batch.
at::Tensor last_state_distillation(const at::Tensor& student, const at::Tensor& teacher);

struct AlphaOptions {
    double alpha = 1;       ///< 1 is KL(teacher || student), 0 KL(student || teacher)
    double ratio_clip = 5;  ///< above 0: most of r^alpha; of r at alpha 0; not used at alpha 1
};

/// Wang et al. 2021 (AlphaNet), section 3, per row of logits [rows, classes]: [rows], a number to
/// report. It has no gradient: train on alpha_surrogate(), whose gradient goes through the
/// student's log-probabilities alone.
at::Tensor alpha_divergence(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                            const AlphaOptions& options);

/// What to differentiate for alpha_divergence(); its value has no meaning of its own.
at::Tensor alpha_surrogate(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                           const AlphaOptions& options, Reduction reduction);

struct AdaptiveAlphaOptions {
    double alpha_min = -1, alpha_max = 1;
    double ratio_clip = 5;
};

/// Per row the surrogate of whichever alpha has the larger divergence; a tie goes to alpha_max
/// (AlphaNet, section 3.2).
at::Tensor adaptive_alpha_surrogate(const at::Tensor& student_logits,
                                    const at::Tensor& teacher_logits,
                                    const AdaptiveAlphaOptions& options, Reduction reduction);

/// What a sample counts whose labels don't fit into its frames: infinity, or 0 with no gradient.
enum class ImpossibleAlignment { Infinite, Zero };

struct CtcOptions {
    std::int64_t blank = 0;
    ImpossibleAlignment impossible = ImpossibleAlignment::Zero;
};

/// Graves et al. 2006, section 4: the negative log-likelihood of logits [time, batch, classes] for
/// int64 labels [batch, most labels], of which the first label_lengths [batch] count, in the first
/// frame_lengths [batch] frames. None gives [batch]; Mean and Batch divide the sum by the batch
/// (not by labels too, as torch's mean does).
at::Tensor ctc_loss(const at::Tensor& logits, const at::Tensor& labels,
                    const at::Tensor& frame_lengths, const at::Tensor& label_lengths,
                    const CtcOptions& options, Reduction reduction);

}  // namespace millrace::ops
