// The weight and activation quantizers that a low-bit BART can have: those of Ternary and Binary
// Transformers (arXiv 2306.01841), of its predecessor and of the baselines it is compared with,
// mixed freely for ablations. Plain functions, safe on any thread as long as one elastic scale is
// not shared between threads; gradients go through LibTorch's autograd.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "nodes/ops/quant/elastic.hpp"
#include "nodes/ops/quant/end_codes.hpp"
#include "nodes/ops/quant/weights.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// Tbt: scales from statistics, 1 or 2 bits. Twn: ternary, 2 bits. Bwn: binary, 1 bit. One scale a
/// row.
enum class WeightMethod { Tbt, Twn, Bwn };

/// For activations of 1 and 2 bits. Elastic and Bit learn a scale for each place; Bit has four
/// levels at 2 bits where Elastic has three. Twn takes the weight baselines' statistics of the
/// whole tensor at each call, TWN's at 2 bits and BWN's at 1, with no scale to learn. From 3 bits
/// on all are the min-max of the whole tensor.
enum class ActivationMethod { Elastic, Twn, Bit };

/// What the statistics are of that an activation's quantizer goes by: min-max and
/// ActivationMethod::Twn in all places, learned scales of 2 bits in unsigned ones.
enum class Statistics {
    /// The whole tensor, with other items of the batch and padding: as the release trains.
    Batch,
    /// Each item by itself, without its padding: what else is in the batch does not matter.
    Item,
};

struct BartQuantization {
    WeightMethod method = WeightMethod::Tbt;
    ActivationMethod activation_method = ActivationMethod::Elastic;
    TbtRule rule = TbtRule::Release;  ///< of WeightMethod::Tbt
    int weights = 32;                 ///< bits: 1, 2, or 32: off
    int activations = 32;             ///< bits: 1 to 16, or 32: off
    int embeddings = 32;              ///< bits of the lookup, not of the head: as weights
    double clip = 2.5;                ///< of TWN and min-max
    Statistics statistics = Statistics::Batch;

    bool is_on() const { return weights != 32 || activations != 32 || embeddings != 32; }
    /// Whether places have a scale to learn.
    bool has_scales() const {
        return activations <= 2 && activation_method != ActivationMethod::Twn;
    }
};

/// By the names of parts.
using BartQuantizers = std::map<std::string, BartQuantization, std::less<>>;

/// A weight [out, in] of `bits`. Throws Error E-QUANT-005 for bits that the method lacks; others as
/// the quantizers'.
at::Tensor bart_weight(const at::Tensor& weight, int bits, const BartQuantization& options);

/// Whether a row of the quantized weight depends on that row alone.
bool is_by_row(const BartQuantization& options);

/// An activation of any shape, [batch, ...] for Statistics::Item, which go by the elements that
/// `counted` has: bool, broadcast to `x`, undefined for all. Elements that are not counted become 0
/// or are quantized like the others. `scale` is needed where has_scales(), and set by its first
/// call if it is not initialised. Errors as of tbt_activation().
at::Tensor bart_activation(const at::Tensor& x, ElasticSign sign, ElasticScale* scale,
                           const BartQuantization& options, const at::Tensor& counted = {});

/// The values that these two put on the ends of their grids, with Statistics::Batch; nothing where
/// that is off. Errors as theirs.
EndCodes bart_weight_ends(const at::Tensor& weight, int bits, const BartQuantization& options);
EndCodes bart_activation_ends(const at::Tensor& x, ElasticSign sign, const ElasticScale* scale,
                              const BartQuantization& options);

}  // namespace millrace::ops
