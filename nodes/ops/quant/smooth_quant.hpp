// SmoothQuant (arXiv 2211.10438): moves outliers from activations to weights by one factor per
// channel, folded into the norm before and the linear layers after. Plain functions, safe on any
// thread, no gradients.
#pragma once

#include <vector>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

enum class NormKind { Rms, Layer };

/// A norm over the last axis: Rms is weight * (x / sqrt(mean(x^2) + eps)), Layer subtracts the mean
/// first, divides by the biased deviation and adds the bias.
struct Norm {
    NormKind kind = NormKind::Rms;
    at::Tensor weight;  ///< [channels]
    at::Tensor bias;    ///< [channels], Layer only
    double epsilon = 1e-6;
};

/// `x` [..., channels] normalised in float32; takes part in autograd. Throws Error E-QUANT-001 to
/// 003 for a bad tensor, 006 where shapes don't fit.
at::Tensor apply_norm(const at::Tensor& x, const Norm& norm);

/// A norm and the weights [out, channels] of all linear layers that read it.
struct NormAndLinears {
    Norm norm;
    std::vector<at::Tensor> weights;
};

/// [channels] largest magnitude of the norm's output over calibration inputs [..., channels].
at::Tensor activation_maxima(const at::Tensor& calibration, const Norm& norm);

/// [channels] factors max(1e-5, activation^alpha / weight^(1 - alpha)), the weight's maximum over
/// all layers raised to 1e-5. Throws Error E-QUANT-010 for an alpha outside 0 to 1, E-QUANT-006
/// where shapes don't fit or there is no weight.
at::Tensor smoothing_factors(const at::Tensor& activation_maxima,
                             const std::vector<at::Tensor>& weights, double alpha);

/// The same layers with the norm divided and the weights' columns multiplied by `factors`: equal
/// outputs up to rounding.
NormAndLinears smooth(const NormAndLinears& layers, const at::Tensor& factors);

/// Symmetric rounding as SmoothQuant has it, per row of the last axis: value = round(v / s) * s, s
/// = max(largest magnitude, 1e-5) / (2^(bits-1) - 1). Error E-QUANT-005 unless 2 to 16 bits.
at::Tensor round_by_largest(const at::Tensor& values, int bits);

}  // namespace millrace::ops
