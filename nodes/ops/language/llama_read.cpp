// A decoder from its spec.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/language/layer_patterns.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/language/spec_members.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr std::int64_t kMostVocabulary = 1 << 20, kMostWidth = 1 << 16, kMostLayers = 1 << 10,
                       kMostHeads = 1 << 10, kMostHidden = 1 << 18, kMostContext = 1 << 20;
constexpr std::int64_t kMostParameters = std::int64_t{1} << 33;
constexpr int kOff = 32;

constexpr SpecCodes kCodes = {.malformed = "E-LM-001", .range = "E-LM-003"};
constexpr const char* kMisfit = "E-LM-002";

LlamaSizes read_sizes(SpecMembers& top) {
    LlamaSizes sizes;
    sizes.vocabulary = top.whole("vocabulary", 1, kMostVocabulary);
    sizes.width = top.whole("width", 2, kMostWidth);
    sizes.layers = top.whole("layers", 1, kMostLayers);
    sizes.heads = top.whole("heads", 1, kMostHeads);
    sizes.key_value_heads = top.whole("key_value_heads", 1, kMostHeads, sizes.heads);
    sizes.hidden = top.whole("hidden", 1, kMostHidden);
    sizes.context = top.whole("context", 1, kMostContext);
    if (sizes.width % sizes.heads != 0 || sizes.head_width() % 2 != 0)
        fail_spec(kMisfit, "The model's width is no heads of even width",
                  fmt::format("a multiple of {}", 2 * sizes.heads), fmt::format("{}", sizes.width));
    if (sizes.heads % sizes.key_value_heads != 0)
        fail_spec(kMisfit, "The key and value heads do not divide the heads",
                  fmt::format("a divisor of {}", sizes.heads),
                  fmt::format("{}", sizes.key_value_heads));
    return sizes;
}

LlamaQuantizer read_quantizer(SpecMembers& members) {
    const auto bits = [&](const char* name, std::int64_t least) {
        const auto found = members.whole(name, least, kOff);
        if (found > 16 && found != kOff)
            fail_spec(kCodes.range, fmt::format("\"{}\" of the quantization is out of range", name),
                      fmt::format("{} to 16, or {}", least, kOff), fmt::format("{}", found));
        return found == 16 ? kOff : static_cast<int>(found);
    };
    LlamaQuantizer quantizer;
    members.any("layers");
    members.only("method", "llm-qat");
    quantizer.bits.weight_bits = bits("weights", 1);
    quantizer.bits.activation_bits = bits("activations", 3);
    quantizer.bits.cache_bits = bits("cache", 2);
    quantizer.bits.grad_clip =
        members.positive("grad_clip", quantizer.bits.grad_clip, SpecMembers::Null::Infinity);
    quantizer.kind = members.word<MinMaxKind>("kind", {"symmetric", "asymmetric"});
    return quantizer;
}

}  // namespace

Llama::Llama(const Value& spec) : spec_(spec) {
    SpecMembers top(spec, "the model's spec", kCodes);
    top.only("architecture", "llama");
    sizes_ = read_sizes(top);
    norm_epsilon_ = top.positive("norm_epsilon", norm_epsilon_);
    rotary_base_ = top.positive("rotary_base", rotary_base_);
    rotary_ = top.word<RotaryLayout>("rotary", {"halves", "interleaved"});
    tied_head_ = top.flag("tied_head", false);
    for (const char* note : {"name", "tokenizer", "training"}) top.any(note);
    if (parameter_count() > kMostParameters)
        fail_spec(kCodes.range, "The model is too large",
                  fmt::format("at most {} parameters", kMostParameters),
                  fmt::format("{}", parameter_count()));

    layers_.assign(static_cast<std::size_t>(sizes_.layers),
                   {.heads = static_cast<int>(sizes_.heads),
                    .key_value_heads = static_cast<int>(sizes_.key_value_heads),
                    .norm_epsilon = norm_epsilon_});
    if (const Value* quantization = top.any("quantization")) {
        const std::vector<std::string> names = linear_names();
        for (const LayerRule& rule :
             layer_rules(*quantization, names, {.malformed = kCodes.malformed, .range = kMisfit})) {
            SpecMembers members(*rule.members, "\"quantization\"", kCodes);
            const LlamaQuantizer quantizer = read_quantizer(members);
            members.finish();
            for (const std::size_t i : rule.layers)
                layers_[i / kLlamaLinears].quantizers[i % kLlamaLinears] = quantizer;
        }
    }
    top.finish();
}

}  // namespace millrace::ops
