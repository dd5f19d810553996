// A decoder from its spec.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/words.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr std::int64_t kMostVocabulary = 1 << 20, kMostWidth = 1 << 16, kMostLayers = 1 << 10,
                       kMostHeads = 1 << 10, kMostHidden = 1 << 18, kMostContext = 1 << 20;
constexpr std::int64_t kMostParameters = std::int64_t{1} << 33;
constexpr std::size_t kMostPatterns = 1000;
constexpr int kOff = 32;

[[noreturn]] void fail(const char* code, std::string what, std::string expected,
                       std::string found) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Correct the model's spec."});
}

/// The members of one object of the spec, each asked for once; what is left is a mistake.
class Members {
public:
    Members(const Value& value, std::string where) : where_(std::move(where)) {
        if (!value.is_object())
            fail("E-LM-001", where_ + " is no object", "an object", std::string(value.kind()));
        for (const auto& [name, member] : value.as_object()) left_[name] = &member;
    }

    const Value* any(const std::string& name) {
        const auto found = left_.find(name);
        if (found == left_.end()) return nullptr;
        const Value* value = found->second;
        left_.erase(found);
        return value;
    }

    std::int64_t whole(const std::string& name, std::int64_t least, std::int64_t most,
                       std::optional<std::int64_t> otherwise = {}) {
        const Value* value = any(name);
        if (!value && otherwise) return *otherwise;
        if (!value)
            fail("E-LM-001", fmt::format("{} has no \"{}\"", where_, name), "a whole number",
                 "nothing");
        if (!value->is_int()) wrong(name, "a whole number", *value);
        if (value->as_int() < least || value->as_int() > most)
            fail("E-LM-003", fmt::format("\"{}\" of {} is out of range", name, where_),
                 fmt::format("{} to {}", least, most), fmt::format("{}", value->as_int()));
        return value->as_int();
    }

    enum class Null { Refused, Infinity };

    double positive(const std::string& name, double otherwise, Null null = Null::Refused) {
        const Value* value = any(name);
        if (!value) return otherwise;
        if (value->is_null() && null == Null::Infinity) return MinMaxOptions::kNoClip;
        if (!value->is_number()) wrong(name, "a number above 0", *value);
        if (!(value->as_double() > 0) || !std::isfinite(value->as_double()))
            fail("E-LM-003", fmt::format("\"{}\" of {} is out of range", name, where_),
                 "a number above 0", fmt::format("{}", value->as_double()));
        return value->as_double();
    }

    bool flag(const std::string& name, bool otherwise) {
        const Value* value = any(name);
        if (!value) return otherwise;
        if (!value->is_bool()) wrong(name, "true or false", *value);
        return value->as_bool();
    }

    /// Whether the second of two words stands there; the first is the default.
    bool is_second(const std::string& name, const char* first, const char* second) {
        const Value* value = any(name);
        if (!value) return false;
        if (!value->is_string()) wrong(name, "text", *value);
        const std::string& word = value->as_string();
        if (word != first && word != second)
            fail("E-LM-001", fmt::format("\"{}\" of {} is not known", name, where_),
                 fmt::format("{} or {}", first, second), word);
        return word == second;
    }

    void only(const std::string& name, const char* word) {
        const Value* value = any(name);
        if (!value || !value->is_string() || value->as_string() != word)
            fail("E-LM-001", fmt::format("\"{}\" of {} is not known", name, where_), word,
                 value ? engine::to_json(*value) : "nothing");
    }

    void finish() const {
        if (!left_.empty())
            fail("E-LM-001", where_ + " has a member that is not known",
                 "those that the model has a use for", left_.begin()->first);
    }

private:
    [[noreturn]] void wrong(const std::string& name, std::string expected,
                            const Value& value) const {
        fail("E-LM-001", fmt::format("\"{}\" of {} has the wrong kind", name, where_),
             std::move(expected), std::string(value.kind()));
    }

    std::map<std::string, const Value*, std::less<>> left_;
    std::string where_;
};

LlamaSizes read_sizes(Members& top) {
    LlamaSizes sizes;
    sizes.vocabulary = top.whole("vocabulary", 1, kMostVocabulary);
    sizes.width = top.whole("width", 2, kMostWidth);
    sizes.layers = top.whole("layers", 1, kMostLayers);
    sizes.heads = top.whole("heads", 1, kMostHeads);
    sizes.key_value_heads = top.whole("key_value_heads", 1, kMostHeads, sizes.heads);
    sizes.hidden = top.whole("hidden", 1, kMostHidden);
    sizes.context = top.whole("context", 1, kMostContext);
    if (sizes.width % sizes.heads != 0 || sizes.head_width() % 2 != 0)
        fail("E-LM-002", "The model's width is no heads of even width",
             fmt::format("a multiple of {}", 2 * sizes.heads), fmt::format("{}", sizes.width));
    if (sizes.heads % sizes.key_value_heads != 0)
        fail("E-LM-002", "The key and value heads do not divide the heads",
             fmt::format("a divisor of {}", sizes.heads), fmt::format("{}", sizes.key_value_heads));
    return sizes;
}

LlamaQuantizer read_quantizer(Members& members) {
    const auto bits = [&](const char* name, std::int64_t least) {
        const auto found = members.whole(name, least, kOff);
        if (found > 16 && found != kOff)
            fail("E-LM-003", fmt::format("\"{}\" of the quantization is out of range", name),
                 fmt::format("{} to 16, or {}", least, kOff), fmt::format("{}", found));
        return found == 16 ? kOff : static_cast<int>(found);
    };
    LlamaQuantizer quantizer;
    members.only("method", "llm-qat");
    quantizer.bits.weight_bits = bits("weights", 1);
    quantizer.bits.activation_bits = bits("activations", 3);
    quantizer.bits.cache_bits = bits("cache", 2);
    quantizer.bits.grad_clip =
        members.positive("grad_clip", quantizer.bits.grad_clip, Members::Null::Infinity);
    if (members.is_second("kind", "symmetric", "asymmetric"))
        quantizer.kind = MinMaxKind::Asymmetric;
    return quantizer;
}

std::vector<std::string> read_patterns(Members& members) {
    const Value* list = members.any("layers");
    if (!list) return {"*"};
    if (!list->is_array() || list->as_array().empty() || list->as_array().size() > kMostPatterns)
        fail("E-LM-001", "\"layers\" of the quantization is no list of patterns",
             fmt::format("a list of 1 to {} texts", kMostPatterns), std::string(list->kind()));
    std::vector<std::string> patterns;
    for (const Value& pattern : list->as_array()) {
        if (!pattern.is_string())
            fail("E-LM-001", "A pattern among \"layers\" of the quantization is no text",
                 "\"model.layers.0.*\"", std::string(pattern.kind()));
        patterns.push_back(pattern.as_string());
    }
    return patterns;
}

void set_quantizers(std::vector<LlamaLayerOptions>& layers, const LlamaQuantizer& quantizer,
                    const std::vector<std::string>& patterns) {
    for (const std::string& pattern : patterns) {
        bool is_used = false;
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            for (std::size_t i = 0; i < kLlamaLinears; ++i) {
                const std::string name = Llama::prefix(static_cast<std::int64_t>(layer)) +
                                         std::string(to_text(static_cast<LlamaLinear>(i)));
                if (!matches(pattern, name)) continue;
                layers[layer].quantizers[i] = quantizer;
                is_used = true;
            }
        }
        if (!is_used)
            fail("E-LM-002", "A pattern of the quantization fits no linear",
                 "names as \"model.layers.0.self_attn.q_proj\"", "\"" + pattern + "\"");
    }
}

}  // namespace

Llama::Llama(const Value& spec) : spec_(spec) {
    Members top(spec, "The model's spec");
    top.only("architecture", "llama");
    sizes_ = read_sizes(top);
    norm_epsilon_ = top.positive("norm_epsilon", norm_epsilon_);
    rotary_base_ = top.positive("rotary_base", rotary_base_);
    if (top.is_second("rotary", "halves", "interleaved")) rotary_ = RotaryLayout::Interleaved;
    tied_head_ = top.flag("tied_head", false);
    for (const char* note : {"name", "tokenizer", "training"}) top.any(note);
    if (parameter_count() > kMostParameters)
        fail("E-LM-003", "The model is too large",
             fmt::format("at most {} parameters", kMostParameters),
             fmt::format("{}", parameter_count()));

    layers_.assign(static_cast<std::size_t>(sizes_.layers),
                   {.heads = static_cast<int>(sizes_.heads),
                    .key_value_heads = static_cast<int>(sizes_.key_value_heads),
                    .norm_epsilon = norm_epsilon_});
    if (const Value* quantization = top.any("quantization")) {
        Members members(*quantization, "\"quantization\"");
        const LlamaQuantizer quantizer = read_quantizer(members);
        set_quantizers(layers_, quantizer, read_patterns(members));
        members.finish();
        is_quantized_ = std::min({quantizer.bits.weight_bits, quantizer.bits.activation_bits,
                                  quantizer.bits.cache_bits}) < kOff;
    }
    top.finish();
}

}  // namespace millrace::ops
