#include "nodes/ops/packed/pack_bart.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "engine/problem.hpp"
#include "nodes/ops/language/bart_forward.hpp"
#include "nodes/ops/packed/step_kernels.hpp"
#include "nodes/ops/quant/layer_parts.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;
const std::string kShared = "model.shared.weight", kHead = "lm_head.weight",
                  kBias = "final_logits_bias";
constexpr std::string_view kWeight = ".weight";

std::string part_of(std::string_view name) { return std::string(name.substr(0, name.rfind('.'))); }

/// Whether it has a weight of codes.
bool check_part(const std::string& part, const BartQuantization& quantization) {
    const bool has_codes = quantization.weights != kOff;
    const int bits = quantization.activations;
    const bool is_learned = quantization.activation_method == ActivationMethod::Elastic ||
                            (quantization.activation_method == ActivationMethod::Bit && bits == 1);
    if (bits <= 2 ? is_learned : bits <= 8 || (bits == kOff && !has_codes)) return has_codes;
    throw engine::Error({.code = "E-PACK-034",
                         .what = "The model's activations have no product with packed weights",
                         .expected = "3 to 8 bits, or 1 or 2 with learned scales and TBT's levels",
                         .found = bits == kOff ? fmt::format("float before \"{}\"", part)
                                               : fmt::format("{} bits at \"{}\"", bits, part),
                         .mend = "Train the model with such activations."});
}

}  // namespace

void check_packable(const Bart& bart) {
    bool has_codes = false;
    for (const std::string& part : bart.quantized_parts()) {
        if (part == kBartEmbedding) continue;
        has_codes |= check_part(part, bart.quantization(part));
    }
    if (!has_codes) {
        throw engine::Error({.code = "E-PACK-032",
                             .what = "The model has nothing to pack",
                             .expected = "weights of 1 or 2 bits",
                             .found = "float weights",
                             .mend = "Quantize it first and train it."});
    }
    for (const BartSide side : kBartSides) {
        const std::int64_t each = bart.width() / bart.sizes(side).heads;
        if (each <= kMostHeadColumns) continue;
        throw engine::Error({.code = "E-PACK-035",
                             .what = "The model's heads are too wide",
                             .expected = fmt::format("at most {}", kMostHeadColumns),
                             .found = fmt::format("{}", each),
                             .mend = "Use a model with more heads."});
    }
}

bool is_packed_linear(const Bart& bart, std::string_view name) {
    if (!name.ends_with(kWeight)) return false;
    const std::string part = part_of(name);
    return part != kBartEmbedding && bart.quantization(part).weights != kOff;
}

types::PackedModel pack_bart(const Bart& bart, const NamedTensors& parameters,
                             const NamedTensors& buffers, const PackOptions& options) {
    const at::NoGradGuard no_gradients;
    check_packable(bart);
    bart.check_tensors(parameters, buffers);
    bart_scales(bart, parameters, buffers);
    types::PackedModel packed{.spec = bart.spec()};
    for (const auto& [name, tensor] : parameters) {
        const BartQuantization& quantization = bart.quantization(part_of(name));
        if (is_packed_linear(bart, name))
            packed.packed[name] =
                pack_low_bit(tensor, quantization.weights, quantization, options.ternary);
        else
            packed.floats[name] = tensor.detach().to(at::kFloat).contiguous();
    }
    packed.floats[kBias] =
        named(buffers, kBias).detach().to(at::kFloat).reshape({bart.vocabulary()}).contiguous();
    const at::Tensor latent = packed.floats.at(kShared);
    if (options.head == PackedHead::Int8) packed.packed[kHead] = pack_llmqat(latent, 8);
    const BartQuantization& quantization = bart.quantization(kBartEmbedding);
    if (quantization.embeddings == kOff) return packed;
    packed.packed[kShared] =
        pack_low_bit(latent, quantization.embeddings, quantization, options.ternary);
    packed.floats.erase(kShared);
    if (options.head == PackedHead::Float) packed.floats[kHead] = latent;
    return packed;
}

}  // namespace millrace::ops
