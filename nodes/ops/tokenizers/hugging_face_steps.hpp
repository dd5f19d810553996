// What a tokenizer.json does to text before and after its model: normalisers, cuts into words, and
// the way back. For the sources of this folder. Made once from the file; the steps are then called
// from any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"

namespace millrace::ops {

inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// A stretch of text that joins don't cross.
struct TextWord {
    std::string text;
    bool is_start = false;  ///< of the whole text
};

/// Well-formed text into well-formed text.
using NormalStep = std::function<std::string(std::string_view text)>;
using CutStep = std::function<void(std::vector<TextWord>& words)>;
using DecodeStep = std::function<void(std::vector<std::string>& pieces, IllFormed ill_formed)>;

/// The steps of the file's normalizer, pre_tokenizer and decoder, or of a list of these; `value`
/// may be nullptr. Throw Error E-TOKEN-006, -008 (one that isn't built), -009.
std::vector<NormalStep> normal_steps(const engine::Value* value);
std::vector<CutStep> cut_steps(const engine::Value* value);
std::vector<DecodeStep> decode_steps(const engine::Value* value);

/// Cuts at the pattern's matches, which are words, as is what lies between them.
CutStep cut_at(std::string_view expression);
/// Every byte becomes a character: printable ones of Latin-1 themselves, the others U+0100 and on.
CutStep map_bytes();
DecodeStep unmap_bytes();

}  // namespace millrace::ops
