// A tokenizer as GGUF's metadata have it, "tokenizer.ggml.…". Plain function, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "nodes/ops/checkpoints/gguf.hpp"

namespace millrace::ops {

/// Of a SentencePiece .model of pairs (BPE), which is "llama" there: pieces, scores, kinds and the
/// numbers of its special tokens. A model of more tokens has unused pieces "[PAD5]" for the rest.
/// Throws Error E-CKPT-055 for another model or more pieces than `vocabulary`; others as
/// read_sentencepiece(). `name` stands for the file.
GgufMetadata gguf_tokenizer(std::string_view bytes, std::string_view name, std::int64_t vocabulary);

}  // namespace millrace::ops
