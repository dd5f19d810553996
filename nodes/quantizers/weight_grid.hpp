// What the nodes that round a decoder's weights for good have in common: parameters of the grid,
// and the spec of the result, whose activations and cache LLM-QAT's quantizers round. Values.
#pragma once

#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/quant/gptq.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {

enum class GridKind { Symmetric, Asymmetric };

/// The spec of `model` with these bits in LLM-QAT's "quantization", none where all are off.
/// `layers` are patterns parted by blanks.
engine::Value with_bits(const engine::Value& spec, int weights, int activations, int cache,
                        const std::string& layers);

/// Throws where the model is no decoder of the LLaMA architecture, is quantized (Error
/// E-QUANT-013), or holds what is not finite (E-QUANT-003, with the parameter's name).
void check_float(const types::Model& model);

/// bits, kind, group, activations, cache and layers of a node that has these fields.
template <class Node>
std::vector<engine::ParamSpec> grid_params() {
    return {{.name = "bits", .field = &Node::bits, .range = {2, 8}, .doc = "Of a weight"},
            {.name = "kind",
             .field = &Node::kind,
             .choices = {"symmetric", "asymmetric"},
             .doc = "The grid: about zero, or between the least and greatest weight"},
            {.name = "group",
             .field = &Node::group,
             .unit = "columns",
             .range = {0, 1 << 20},
             .doc = "That share a scale, 32 or 128 for example; the last group of a row may be "
                    "shorter; 0: the whole row"},
            {.name = "activations",
             .field = &Node::activations,
             .unit = "bits",
             .range = {3, 32},
             .doc = "As quantizers.llm_qat rounds them in each pass; 16 and 32 are off"},
            {.name = "cache",
             .field = &Node::cache,
             .unit = "bits",
             .range = {2, 32},
             .doc = "Of keys and values, in the same way; 16 and 32 are off"},
            {.name = "layers",
             .field = &Node::layers,
             .doc = "Names of the linears, parted by blanks; * stands for any text, as in "
                    "*.down_proj"}};
}

}  // namespace millrace::nodes
