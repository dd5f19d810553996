// A BART from its spec.
#include <fmt/format.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/language/bart.hpp"
#include "nodes/ops/language/layer_patterns.hpp"
#include "nodes/ops/language/spec_members.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr std::int64_t kMostVocabulary = 1 << 20, kMostWidth = 1 << 16, kMostLayers = 1 << 8,
                       kMostHidden = 1 << 18, kMostContext = 1 << 20;
constexpr std::int64_t kMostParameters = std::int64_t{1} << 33;
constexpr int kOff = 32;

constexpr SpecCodes kCodes = {.malformed = "E-LM-050", .range = "E-LM-051"};

BartQuantization read_quantization(const Value& value) {
    SpecMembers members(value, "\"quantization\"", kCodes);
    BartQuantization read;
    members.any("layers");
    read.method = members.word<WeightMethod>("method", {"tbt", "twn", "bwn"});
    read.activation_method =
        members.word<ActivationMethod>("activation_method", {"elastic", "twn", "bit"});
    read.rule = members.word<TbtRule>("rule", {"release", "paper"});
    static constexpr std::array<int, 2> kLow = {1, 2};
    const std::span<const int> low(kLow);
    const auto of_method = read.method == WeightMethod::Tbt   ? low
                           : read.method == WeightMethod::Twn ? low.last(1)
                                                              : low.first(1);
    read.weights = members.bits("weights", of_method, kOff);
    read.embeddings = members.bits("embeddings", of_method, kOff);
    static constexpr std::array<int, 16> kActivations = {1, 2,  3,  4,  5,  6,  7,  8,
                                                         9, 10, 11, 12, 13, 14, 15, 16};
    read.activations = members.bits("activations", kActivations, kOff);
    members.finish();
    return read;
}

/// The bits that a part has a use for; others are off.
BartQuantization of_part(BartQuantization quantization, std::string_view part) {
    const bool is_embedding = part == kBartEmbedding, is_attention = part.ends_with("_attn");
    if (is_embedding || is_attention) quantization.weights = kOff;
    if (is_embedding)
        quantization.activations = kOff;
    else
        quantization.embeddings = kOff;
    return quantization;
}

BartQuantizers read_quantizers(const Value& value, const std::vector<std::string>& parts) {
    BartQuantizers read;
    for (const LayerRule& rule : layer_rules(value, parts, kCodes)) {
        const BartQuantization quantization = read_quantization(*rule.members);
        for (const std::size_t i : rule.layers) read[parts[i]] = of_part(quantization, parts[i]);
    }
    return read;
}

void check_heads(const char* name, std::int64_t heads, std::int64_t width) {
    if (width % heads == 0) return;
    fail_spec(kCodes.range, fmt::format("\"{}\" of the model do not share its width evenly", name),
              fmt::format("a divisor of {}", width), fmt::format("{}", heads));
}

/// Tensors are small or the sum of all is checked before one is made.
void check_parameters(const Bart::Shapes& shapes) {
    std::int64_t parameters = 0;
    for (const auto& [name, shape] : shapes) {
        // Of two axes at most, each below 2^21.
        std::int64_t count = 1;
        for (const std::int64_t extent : shape) count *= extent;
        parameters += count;
        if (parameters > kMostParameters)
            fail_spec(kCodes.range, "The model is too large",
                      fmt::format("at most {} parameters", kMostParameters), "more, at " + name);
    }
}

}  // namespace

Bart::Bart(const Value& spec) : spec_(spec) {
    SpecMembers members(spec, "the model's spec", kCodes);
    members.only("architecture", "bart");
    vocabulary_ = members.whole("vocabulary", 2, kMostVocabulary);
    width_ = members.whole("width", 1, kMostWidth);
    context_ = members.whole("context", 1, kMostContext, 1024);
    BartSizes &encoder = sizes_[0], &decoder = sizes_[1];
    encoder = {members.whole("encoder_layers", 1, kMostLayers), members.whole("heads", 1, width_),
               members.whole("hidden", 1, kMostHidden, 4 * width_)};
    decoder = {members.whole("decoder_layers", 1, kMostLayers, encoder.layers),
               members.whole("decoder_heads", 1, width_, encoder.heads),
               members.whole("decoder_hidden", 1, kMostHidden, encoder.hidden)};
    check_heads("heads", encoder.heads, width_);
    check_heads("decoder_heads", decoder.heads, width_);
    const auto activation = members.word<BartActivation>("activation", {"gelu", "relu"});
    norm_ = members.word<BartNorm>("norm", {"post", "pre"});
    scales_embedding_ = members.flag("scale_embedding", false);
    const std::int64_t last = vocabulary_ - 1;
    tokens_ = {.pad = members.whole("pad", 0, last, 1),
               .begin = members.whole("begin", 0, last, 0),
               .end = members.whole("end", 0, last, 2),
               .decoder_start = members.whole("decoder_start", 0, last, 2)};
    dropout_ = members.share("dropout", 0.1);
    const double attention_dropout = members.share("attention_dropout", 0),
                 activation_dropout = members.share("activation_dropout", 0);
    for (const BartSide side : kBartSides) {
        layers_[static_cast<std::size_t>(side)].assign(static_cast<std::size_t>(sizes(side).layers),
                                                       {.heads = sizes(side).heads,
                                                        .activation = activation,
                                                        .norm = norm_,
                                                        .dropout = dropout_,
                                                        .attention_dropout = attention_dropout,
                                                        .activation_dropout = activation_dropout,
                                                        .quantization = {},
                                                        .others = {}});
    }
    if (const Value* quantization = members.any("quantization"))
        set_quantizers(read_quantizers(*quantization, quantized_parts()));
    for (const char* note : {"name", "tokenizer", "training"}) members.any(note);
    members.finish();
    check_parameters(parameter_shapes());
}

}  // namespace millrace::ops
