// What the products of int8 and of low-bit tokens share; for the sources of this folder.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "nodes/ops/kernels/packed_matrix.hpp"
#include "nodes/ops/kernels/products.hpp"

namespace millrace::ops::kernels {

/// Where sums of codes go: as they are, or scaled.
struct Output {
    std::int32_t* integers = nullptr;
    float* floats = nullptr;
    const float* token_scale = nullptr;
    const float* bias = nullptr;  ///< or null

    /// Sums of `rows` rows from `first_row` of a token.
    void write(const PackedMatrix& matrix, std::int64_t token, std::int64_t first_row, int rows,
               const std::int32_t* sums) const;
};

[[noreturn]] void throw_sizes(std::string expected, std::string found);

/// Checks everything that both products need. Throws E-PACK-015 and E-PACK-017.
void check_output(const PackedMatrix& matrix, std::int64_t tokens, std::int64_t found_out,
                  std::int64_t found_scales, std::int64_t found_bias,
                  const ProductOptions& options);
void check_columns(const PackedMatrix& matrix, ActivationKind kind, std::int64_t codes,
                   std::int64_t tokens);
void check_planes(const PackedMatrix& matrix, const LowBitTokens& tokens);

void int8_products(const PackedMatrix& matrix, std::span<const std::int8_t> activations,
                   const Output& output, ProductWorkspace& workspace,
                   const ProductOptions& options);
void low_bit_products(const PackedMatrix& matrix, const LowBitTokens& activations,
                      const Output& output, ProductWorkspace& workspace,
                      const ProductOptions& options);

/// Most bytes that the threads together spend on tokens brought into another order.
constexpr std::int64_t kPanelBytesAThread = 3 << 20;

inline std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

}  // namespace millrace::ops::kernels
