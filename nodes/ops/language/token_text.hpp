// The text of tokens that a model made. Plain function, safe on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "nodes/ops/tokenizers/tokenizer.hpp"

namespace millrace::ops {

/// Decodes ids of a model whose vocabulary may be rounded up beyond the tokenizer's: tokens beyond
/// it have no text. Throws what Tokenizer::decode() throws.
std::string text_of_tokens(const Tokenizer& reader, std::span<const std::int64_t> ids);

}  // namespace millrace::ops
