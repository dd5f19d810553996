// A tokenizer without a file: each byte of the UTF-8 text is a token, as in ByT5 (Xue et al., arXiv
// 2105.13626). For small models, and for any language. Immutable; any thread.
#pragma once

#include <filesystem>
#include <memory>

#include "nodes/ops/tokenizers/tokenizer.hpp"

namespace millrace::ops {

/// Ids: 0 "<s>", which no text begins with, 1 padding, 2 the end, 3 unknown, which no text has,
/// then the 256 bytes: BART's numbers, and 260 tokens.
inline constexpr TokenId kFirstByteToken = 4;
std::unique_ptr<const Tokenizer> byte_tokenizer();

/// load_tokenizer() of a path, byte_tokenizer() where it is empty.
std::unique_ptr<const Tokenizer> tokenizer_or_bytes(const std::filesystem::path& path);

}  // namespace millrace::ops
