// Products of packed weights with int8 or low-bit tokens, the fastest the processor allows. Each
// path gives exactly the integers of ops::integer_products() in quant/pack.hpp. The caller says how
// many threads work; every thread that calls has a workspace of its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/kernels/kernel_path.hpp"
#include "nodes/ops/kernels/packed_matrix.hpp"
#include "nodes/ops/kernels/workspace.hpp"

namespace millrace::ops {

struct ProductOptions {
    int threads = 1;
    KernelPath path = best_path();
};

/// int8 codes [tokens, columns], row-major, and a scale for each token.
struct Int8Tokens {
    std::span<const std::int8_t> codes;
    std::span<const float> scales;
};

/// The values a low-bit activation takes, and what its two planes mean: Ternary +1 and -1;
/// ZeroOneTwo 1 and 2, added; ZeroOne 1; Binary +1, else -1. The last two have one plane.
enum class LowBit { Ternary, ZeroOneTwo, ZeroOne, Binary };

/// Bit planes [tokens, row_bytes] as in quant/pack.hpp: column c is bit c % 8 of byte c / 8; bits
/// beyond the columns are ignored.
struct LowBitTokens {
    LowBit levels = LowBit::Ternary;
    std::span<const std::uint8_t> first, second;
    std::int64_t tokens = 0, columns = 0, row_bytes = 0;
};

/// Planes that are owned.
struct LowBitPlanes {
    LowBit levels = LowBit::Ternary;
    PackedRows first, second;
    LowBitTokens view() const {
        return {levels, first.bytes, second.bytes, first.rows, first.columns, first.row_bytes};
    }
};

/// Planes of codes [tokens, columns]. Error E-PACK-001, E-PACK-002 for a value that isn't a level.
LowBitPlanes low_bit_planes(LowBit levels, const CodeMatrix& codes);

/// Codes of float tokens [tokens, columns] and a scale for each, by LLM-QAT's rule at 8 bits:
/// s = 127 / (max|token| + 1e-6), code = round half to even of value * s, scale = 1 / (s + 1e-6).
/// Takes no memory. Error E-PACK-013 for NaN or infinity, E-PACK-015 where sizes differ.
void quantize_rows_int8(std::span<const float> values, std::int64_t columns,
                        std::span<std::int8_t> codes, std::span<float> scales,
                        KernelPath path = best_path());

/// out[t][r] = sum over c of activation[t][c] * code[r][c]. Error E-PACK-015 where sizes differ,
/// E-PACK-016 where the matrix was made for the other kind of activation, E-PACK-014 for a path
/// that is not available, E-PACK-017 for less than one thread.
void integer_products(const PackedMatrix& matrix, std::span<const std::int8_t> activations,
                      std::span<std::int32_t> out, ProductWorkspace& workspace,
                      const ProductOptions& options = {});
void integer_products(const PackedMatrix& matrix, const LowBitTokens& activations,
                      std::span<std::int32_t> out, ProductWorkspace& workspace,
                      const ProductOptions& options = {});

/// out[t][r] = (float(sum) * token_scale[t]) * row_scale[r], and then + bias[r] unless it is empty.
/// The same errors.
void products(const PackedMatrix& matrix, const Int8Tokens& activations,
              std::span<const float> bias, std::span<float> out, ProductWorkspace& workspace,
              const ProductOptions& options = {});
void products(const PackedMatrix& matrix, const LowBitTokens& activations,
              std::span<const float> token_scale, std::span<const float> bias, std::span<float> out,
              ProductWorkspace& workspace, const ProductOptions& options = {});

}  // namespace millrace::ops
