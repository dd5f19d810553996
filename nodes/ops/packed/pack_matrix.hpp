// Weights as codes of few bits with one scale a row, as the quantizers of LLM-QAT (arXiv
// 2305.17888) and of low-bit BARTs (arXiv 2306.01841) round them. Plain functions, any thread.
#pragma once

#include <string>

#include "nodes/ops/kernels/packed_matrix.hpp"
#include "nodes/ops/language/bart_quantizers.hpp"
#include "nodes/types/packed_model.hpp"

namespace millrace::ops {

/// How ternary weights lie on disk.
enum class TernaryLayout { TwoBits, Base3 };

/// Codes [rows, columns] int8 and scales [rows] float32 in that layout.
types::PackedWeight packed_weight(const at::Tensor& codes, const at::Tensor& scale,
                                  const std::string& layout);

/// `weight` [rows, columns] as llmqat_weight() rounds it at 1 to 8 bits: code * scale is its value
/// but for the last place. 3 and 4 bits, and the four levels of 2, are "nibble"; 5 to 8 are "int8";
/// 1 is "binary", or ternary where a weight is exactly 0, for which binary has no code.
types::PackedWeight pack_llmqat(const at::Tensor& weight, int bits,
                                TernaryLayout ternary = TernaryLayout::TwoBits);

/// The same of bart_weight() at 1 or 2 bits.
types::PackedWeight pack_low_bit(const at::Tensor& weight, int bits,
                                 const BartQuantization& options,
                                 TernaryLayout ternary = TernaryLayout::TwoBits);

/// For products: the matrix of a stored weight. Throws Error E-PACK-001 and 002 for bytes that the
/// layout lacks, 010 for scales that aren't finite, 011 and 012 as PackedMatrix.
PackedMatrix matrix_of(const types::PackedWeight& weight, ActivationKind activation);

/// Throws Error E-PACK-001 and 002 for bytes that the layout lacks.
void check_codes(const types::PackedWeight& weight);

/// Row `row` of a sound weight as floats; takes no memory.
void unpack_row(const types::PackedWeight& weight, std::int64_t row, std::span<float> out);

}  // namespace millrace::ops
