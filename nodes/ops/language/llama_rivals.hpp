// Quantization of a whole decoder without training, to compare LLM-QAT with: SmoothQuant (arXiv
// 2211.10438), GPTQ (arXiv 2210.17323), and rounding to nearest on GPTQ's grids. Plain functions,
// safe on any thread, no gradients; parameters are as Llama::check_tensors() accepts them, and what
// is returned shares the tensors that did not change.
#pragma once

#include <string>
#include <vector>

#include "nodes/ops/language/llama_inputs.hpp"
#include "nodes/ops/quant/gptq.hpp"

namespace millrace::ops {

/// The same function in float with outliers moved from channels to weights: each of a layer's norms
/// is divided by, and the weights that read it are multiplied by, the factors of
/// smoothing_factors(). o_proj and down_proj, which read no norm, stay. `inputs` keep maxima.
/// Throws Error E-QUANT-010 for an exponent outside 0 to 1, E-QUANT-014 without calibration.
NamedTensors smooth_llama(const NamedTensors& parameters, const LlamaInputs& inputs,
                          double exponent);

/// What rounding does to the output of one linear: its squared error over the calibration texts
/// as a share of the output's own squares.
struct RoundedLinear {
    std::string name;
    double nearest_error = 0, error = 0;
};

struct RoundedLlama {
    NamedTensors parameters;
    std::vector<RoundedLinear> linears;
};

/// The weights of linears that the spec of `chosen` quantizes, rounded by GPTQ. All inputs are
/// those of the float model, where the paper has those of the layers quantized so far. `inputs`
/// keep Grams. Throws as gptq(), and Error E-QUANT-014 without calibration.
RoundedLlama gptq_llama(const Llama& chosen, const NamedTensors& parameters,
                        const LlamaInputs& inputs, const GptqOptions& options);

/// The same weights rounded to nearest on the same grids.
NamedTensors nearest_llama(const Llama& chosen, const NamedTensors& parameters,
                           const GptqOptions& options);

}  // namespace millrace::ops
