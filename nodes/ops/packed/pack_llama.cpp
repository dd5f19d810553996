#include "nodes/ops/packed/pack_llama.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/quant/layer_parts.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

bool is_packable(const LlmQatOptions& bits) {
    return bits.weight_bits <= 8 && bits.activation_bits >= 3 && bits.activation_bits <= 8;
}

}  // namespace

int packed_cache_bits(const Llama& llama) {
    const auto bits_of = [](const LlamaLayerOptions& layer, LlamaLinear linear) {
        return layer.quantizers[static_cast<std::size_t>(linear)].bits.cache_bits;
    };
    const int bits = bits_of(llama.layers().front(), LlamaLinear::Key);
    for (const LlamaLayerOptions& layer : llama.layers()) {
        for (const LlamaLinear linear : {LlamaLinear::Key, LlamaLinear::Value}) {
            const int found = bits_of(layer, linear);
            if (found == bits && (bits == 4 || bits == 8 || bits == kOff)) continue;
            throw engine::Error({.code = "E-PACK-033",
                                 .what = "The model's cache cannot be kept packed",
                                 .expected = "4 or 8 bits in every layer, or off",
                                 .found = found == bits
                                              ? fmt::format("{} bits", found)
                                              : fmt::format("{} and {} bits", bits, found),
                                 .mend = "Train the model with a cache of 4 or 8 bits."});
        }
    }
    return bits;
}

types::PackedModel pack_llama(const Llama& llama, const NamedTensors& parameters,
                              const PackOptions& options) {
    const at::NoGradGuard no_gradients;
    llama.check_tensors(parameters);
    packed_cache_bits(llama);
    types::PackedModel packed{.spec = llama.spec()};
    for (const auto& [name, tensor] : rounded_weights(llama, parameters))
        packed.floats[name] = tensor.to(at::kFloat).contiguous();
    for (std::int64_t layer = 0; layer < llama.sizes().layers; ++layer) {
        for (std::size_t i = 0; i < kLlamaLinears; ++i) {
            const LlmQatOptions& bits =
                llama.layers()[static_cast<std::size_t>(layer)].quantizers[i].bits;
            const std::string name = Llama::prefix(layer) +
                                     std::string(to_text(static_cast<LlamaLinear>(i))) + ".weight";
            if (is_packable(bits)) {
                packed.packed[name] =
                    pack_llmqat(named(parameters, name), bits.weight_bits, options.ternary);
                packed.floats.erase(name);
            } else if (bits.activation_bits > 8 && bits.activation_bits < kOff) {
                throw engine::Error(
                    {.code = "E-PACK-033",
                     .what = "A linear's input has too many bits to be kept as int8",
                     .expected = "3 to 8 bits, or off",
                     .found = fmt::format("{} bits before \"{}\"", bits.activation_bits, name),
                     .mend = "Train the model with activations of 8 bits."});
            }
        }
    }
    if (options.head == PackedHead::Int8) {
        const std::string head = "lm_head.weight";
        packed.packed[head] = pack_llmqat(
            named(parameters, llama.tied_head() ? "model.embed_tokens.weight" : head), 8);
        packed.floats.erase(head);
    }
    if (packed.packed.empty()) {
        throw engine::Error({.code = "E-PACK-032",
                             .what = "The model has nothing to pack",
                             .expected = "linears of 1 to 8 bits with inputs of 3 to 8",
                             .found = "none",
                             .mend = "Quantize it first, with quantizers.llm_qat or by training."});
    }
    return packed;
}

}  // namespace millrace::ops
