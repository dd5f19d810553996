// A BART from its spec.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/language/bart.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr std::int64_t kMostVocabulary = 1 << 20, kMostWidth = 1 << 16, kMostLayers = 1 << 8,
                       kMostHidden = 1 << 18, kMostContext = 1 << 20;
constexpr std::int64_t kMostParameters = std::int64_t{1} << 33;
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
class SpecMembers {
public:
    SpecMembers(const Value& value, std::string where) : where_(std::move(where)) {
        if (!value.is_object())
            fail("E-LM-050", where_ + " is no object", "an object", std::string(value.kind()));
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
        if (!value && !otherwise)
            fail("E-LM-050", fmt::format("{} has no \"{}\"", where_, name), "a whole number",
                 "nothing");
        if (value && !value->is_int()) wrong(name, "a whole number", *value);
        const std::int64_t number = value ? value->as_int() : *otherwise;
        if (number < least || number > most)
            fail("E-LM-051", fmt::format("\"{}\" of {} is out of range", name, where_),
                 fmt::format("{} to {}", least, most), fmt::format("{}", number));
        return number;
    }

    double share(const std::string& name, double otherwise) {
        const Value* value = any(name);
        if (!value) return otherwise;
        if (!value->is_number()) wrong(name, "a number", *value);
        if (!(value->as_double() >= 0 && value->as_double() < 1))
            fail("E-LM-051", fmt::format("\"{}\" of {} is no share", name, where_), "0 to below 1",
                 engine::to_json(*value));
        return value->as_double();
    }

    bool flag(const std::string& name, bool otherwise) {
        const Value* value = any(name);
        if (!value) return otherwise;
        if (!value->is_bool()) wrong(name, "true or false", *value);
        return value->as_bool();
    }

    /// The place of a word among those that are known; the first is the default.
    template <class Word>
    Word word(const std::string& name, std::initializer_list<const char*> known) {
        const Value* value = any(name);
        if (!value) return static_cast<Word>(0);
        if (!value->is_string()) wrong(name, "text", *value);
        const auto found = std::ranges::find(known, value->as_string());
        if (found == known.end())
            fail("E-LM-050", fmt::format("\"{}\" of {} is not known", name, where_),
                 fmt::format("{}", fmt::join(known, ", ")), value->as_string());
        return static_cast<Word>(found - known.begin());
    }

    /// Bits among `allowed`, or 32.
    int bits(const std::string& name, std::span<const int> allowed) {
        const auto number = static_cast<int>(whole(name, 1, kOff, kOff));
        if (number == kOff || std::ranges::find(allowed, number) != allowed.end()) return number;
        fail("E-LM-051", fmt::format("\"{}\" of {} cannot have these bits", name, where_),
             fmt::format("{}, or {} for none", fmt::join(allowed, ", "), kOff),
             fmt::format("{}", number));
    }

    void finish() const {
        if (left_.empty()) return;
        fail("E-LM-050", where_ + " has a member that is not known", "the members of a BART",
             left_.begin()->first);
    }

private:
    [[noreturn]] void wrong(const std::string& name, const char* expected,
                            const Value& value) const {
        fail("E-LM-050", fmt::format("\"{}\" of {} has the wrong kind", name, where_), expected,
             std::string(value.kind()));
    }

    std::map<std::string, const Value*, std::less<>> left_;
    std::string where_;
};

BartQuantization read_quantization(const Value& value) {
    SpecMembers members(value, "\"quantization\"");
    BartQuantization read;
    read.method = members.word<WeightMethod>("method", {"tbt", "twn", "bwn"});
    read.activation_method =
        members.word<ActivationMethod>("activation_method", {"elastic", "twn", "bit"});
    read.rule = members.word<TbtRule>("rule", {"release", "paper"});
    static constexpr std::array<int, 2> kLow = {1, 2};
    const std::span<const int> low(kLow);
    const auto of_method = read.method == WeightMethod::Tbt   ? low
                           : read.method == WeightMethod::Twn ? low.last(1)
                                                              : low.first(1);
    read.weights = members.bits("weights", of_method);
    read.embeddings = members.bits("embeddings", of_method);
    static constexpr std::array<int, 16> kActivations = {1, 2,  3,  4,  5,  6,  7,  8,
                                                         9, 10, 11, 12, 13, 14, 15, 16};
    read.activations = members.bits("activations", kActivations);
    members.finish();
    return read;
}

void check_heads(const char* name, std::int64_t heads, std::int64_t width) {
    if (width % heads == 0) return;
    fail("E-LM-051", fmt::format("\"{}\" of the model do not share its width evenly", name),
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
            fail("E-LM-051", "The model is too large",
                 fmt::format("at most {} parameters", kMostParameters), "more, at " + name);
    }
}

}  // namespace

Bart::Bart(const Value& spec) : spec_(spec) {
    SpecMembers members(spec, "The model's spec");
    const Value* architecture = members.any("architecture");
    if (!architecture || !architecture->is_string() || architecture->as_string() != "bart")
        fail("E-LM-050", "The model's spec is not of a BART", "\"architecture\": \"bart\"",
             architecture ? engine::to_json(*architecture) : "nothing");
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
    activation_ = members.word<BartActivation>("activation", {"gelu", "relu"});
    norm_ = members.word<BartNorm>("norm", {"post", "pre"});
    scales_embedding_ = members.flag("scale_embedding", false);
    const std::int64_t last = vocabulary_ - 1;
    tokens_ = {.pad = members.whole("pad", 0, last, 1),
               .begin = members.whole("begin", 0, last, 0),
               .end = members.whole("end", 0, last, 2),
               .decoder_start = members.whole("decoder_start", 0, last, 2)};
    dropout_ = members.share("dropout", 0.1);
    attention_dropout_ = members.share("attention_dropout", 0);
    activation_dropout_ = members.share("activation_dropout", 0);
    if (const Value* quantization = members.any("quantization"))
        quantization_ = read_quantization(*quantization);
    for (const char* note : {"name", "tokenizer", "training"}) members.any(note);
    members.finish();
    check_parameters(parameter_shapes());
}

}  // namespace millrace::ops
