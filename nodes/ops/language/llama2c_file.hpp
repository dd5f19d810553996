// Checkpoints of llama2.c (github.com/karpathy/llama2.c) as models: the float32 layout that came
// first, which has no magic number. Plain functions, safe on any thread.
//
// Little-endian. Seven int32: width, hidden, layers, heads, key_value_heads, vocabulary, context; a
// vocabulary below 0 means a head of its own. Then float32, each for all layers: embedding,
// attention norms, q, k, v, o, feed-forward norms, gate (w1), down (w2), up (w3); the final norm;
// two rotary tables [context, head width / 2], which are not read; the head, if it has its own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "nodes/types/model.hpp"

namespace millrace::ops {

/// The model of a whole file; `name` stands for it in messages. Rotary is interleaved, norm_epsilon
/// 1e-5 and rotary_base 10000, as that program has them. Throws Error E-LM-031 for a file without a
/// whole header or of a later layout, 032 for sizes that no model has, 033 where the file is not
/// as long as they say, 034 for weights that are NaN or infinity; nothing is taken from memory
/// before the sizes are checked.
types::Model read_llama2c(std::span<const std::byte> bytes, const std::string& name);

/// The same from a file, of which only the header is read where it does not fit. Throws Error
/// E-LM-030 where the file cannot be read.
types::Model load_llama2c(const std::filesystem::path& path);

}  // namespace millrace::ops
