#include "nodes/ops/language/layer_patterns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "nodes/ops/words.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

/// Of all rules together: each is held against each name.
constexpr std::size_t kMostPatterns = 1000;

std::vector<const Value*> rules_in(const Value& quantization) {
    if (!quantization.is_array()) return {&quantization};
    std::vector<const Value*> rules;
    for (const Value& rule : quantization.as_array()) rules.push_back(&rule);
    return rules;
}

std::vector<std::string> patterns_of(const Value& rule, SpecCodes codes) {
    const Value* list = rule.find("layers");
    if (!list) return {"*"};
    if (!list->is_array() || list->as_array().empty() || list->as_array().size() > kMostPatterns)
        fail_spec(codes.malformed, "\"layers\" of the quantization is no list of patterns",
                  fmt::format("a list of 1 to {} texts", kMostPatterns),
                  list->is_array() ? fmt::format("a list of {}", list->as_array().size())
                                   : std::string(list->kind()));
    std::vector<std::string> patterns;
    for (const Value& pattern : list->as_array()) {
        if (!pattern.is_string())
            fail_spec(codes.malformed, "A pattern among \"layers\" of the quantization is no text",
                      "\"model.layers.0.*\"", std::string(pattern.kind()));
        patterns.push_back(pattern.as_string());
    }
    return patterns;
}

/// "model.layers.*.mlp.up_proj" for each number of a layer, so that deep models have a short list.
std::string without_number(const std::string& name) {
    static constexpr std::string_view kLayers = "layers.";
    const std::size_t found = name.find(kLayers);
    if (found == std::string::npos) return name;
    const std::size_t first = found + kLayers.size();
    std::size_t last = first;
    while (last < name.size() && std::isdigit(static_cast<unsigned char>(name[last])) != 0) ++last;
    return name.substr(0, first) + "*" + name.substr(last);
}

[[noreturn]] void fail_pattern(const std::string& pattern, std::span<const std::string> names,
                               const char* code) {
    std::vector<std::string> forms;
    for (const std::string& name : names) {
        std::string form = without_number(name);
        if (std::ranges::find(forms, form) == forms.end()) forms.push_back(std::move(form));
    }
    fail_spec(code, "A pattern of the quantization fits no layer",
              fmt::format("one or more of: {}", fmt::join(forms, ", ")), "\"" + pattern + "\"");
}

}  // namespace

std::vector<LayerRule> layer_rules(const Value& quantization, std::span<const std::string> names,
                                   SpecCodes codes) {
    if (quantization.is_array() && quantization.as_array().empty())
        fail_spec(codes.malformed, "\"quantization\" is an empty list", "at least one rule",
                  "none");
    std::vector<LayerRule> rules;
    std::size_t left = kMostPatterns;
    for (const Value* members : rules_in(quantization)) {
        if (!members->is_object())
            fail_spec(codes.malformed, "\"quantization\" is no rule",
                      "an object, or a list of them", std::string(members->kind()));
        const std::vector<std::string> patterns = patterns_of(*members, codes);
        if (patterns.size() > left)
            fail_spec(codes.malformed, "\"quantization\" has too many patterns",
                      fmt::format("at most {}", kMostPatterns), "more");
        left -= patterns.size();
        LayerRule rule{.members = members, .layers = {}};
        for (const std::string& pattern : patterns) {
            const std::size_t before = rule.layers.size();
            for (std::size_t i = 0; i < names.size(); ++i) {
                if (matches(pattern, names[i])) rule.layers.push_back(i);
            }
            if (rule.layers.size() == before) fail_pattern(pattern, names, codes.range);
        }
        std::ranges::sort(rule.layers);
        const auto repeated = std::ranges::unique(rule.layers);
        rule.layers.erase(repeated.begin(), repeated.end());
        rules.push_back(std::move(rule));
    }
    return rules;
}

Value with_rule(Value spec, engine::Object rule, std::string_view patterns,
                std::span<const std::string> names) {
    std::vector<bool> is_covered;
    for (const std::string& name : names) is_covered.push_back(fits_layer(patterns, name));
    engine::Array words;
    for (std::string& word : words_of(patterns)) words.emplace_back(std::move(word));
    rule["layers"] = std::move(words);

    engine::Array rules = {Value(std::move(rule))};  // the last first
    if (const Value* earlier = spec.find("quantization")) {
        std::vector<LayerRule> found = layer_rules(*earlier, names, {});
        for (auto one = found.rbegin(); one != found.rend(); ++one) {
            const bool counts = std::ranges::any_of(
                one->layers, [&](std::size_t layer) { return !is_covered[layer]; });
            for (const std::size_t layer : one->layers) is_covered[layer] = true;
            if (counts) rules.push_back(*one->members);
        }
    }
    std::ranges::reverse(rules);
    spec.as_object()["quantization"] =
        rules.size() == 1 ? std::move(rules.front()) : Value(std::move(rules));
    return spec;
}

bool fits_layer(std::string_view patterns, std::string_view name) {
    return std::ranges::any_of(words_of(patterns),
                               [&](const std::string& pattern) { return matches(pattern, name); });
}

}  // namespace millrace::ops
