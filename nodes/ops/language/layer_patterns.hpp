// Which of a model's layers a quantization is of. "quantization" in a language model's spec is a
// rule, or a list of rules of which a later one overrides earlier ones where both are of a layer.
// A rule's "layers" are patterns of names in which * stands for any text; without them it is of
// all. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/language/spec_members.hpp"

namespace millrace::ops {

struct LayerRule {
    const engine::Value* members = nullptr;  ///< the rule's object, borrowed
    std::vector<std::size_t> layers;         ///< places among the names, ascending
};

/// The rules of `quantization` in their order. Throws the code for malformed specs where it is no
/// rule and no list of rules or "layers" is no list of patterns, the code for ranges where a
/// pattern fits none of `names`, which the error then lists.
std::vector<LayerRule> layer_rules(const engine::Value& quantization,
                                   std::span<const std::string> names, SpecCodes codes);

/// `spec`, which is sound, with `rule` behind the rules it has, of the layers that `patterns` fit:
/// words parted by blanks or commas. Rules of which every layer has a later one are left out.
engine::Value with_rule(engine::Value spec, engine::Object rule, std::string_view patterns,
                        std::span<const std::string> names);

/// Whether one of `patterns`, words as above, fits the name.
bool fits_layer(std::string_view patterns, std::string_view name);

}  // namespace millrace::ops
