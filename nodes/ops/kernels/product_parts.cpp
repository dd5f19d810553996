#include "nodes/ops/kernels/product_parts.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace kernels {

void throw_sizes(std::string expected, std::string found) {
    throw engine::Error({.code = "E-PACK-015",
                         .what = "The parts of a packed product do not fit",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Check that weight, tokens, scales and output belong together."});
}

namespace {

void check_activation(const PackedMatrix& matrix, ActivationKind kind) {
    if (matrix.activation() == kind) return;
    const auto name = [](ActivationKind of) {
        return of == ActivationKind::Int8 ? "int8 activations" : "low-bit activations";
    };
    throw engine::Error({.code = "E-PACK-016",
                         .what = "The matrix was packed for another kind of activation",
                         .expected = name(matrix.activation()),
                         .found = name(kind),
                         .mend = "Pack the matrix for what it is multiplied with."});
}

}  // namespace

void check_columns(const PackedMatrix& matrix, ActivationKind kind, std::int64_t codes,
                   std::int64_t tokens) {
    check_activation(matrix, kind);
    if (codes == tokens * matrix.columns()) return;
    throw_sizes(fmt::format("tokens of {} columns", matrix.columns()),
                fmt::format("{} codes", codes));
}

void check_planes(const PackedMatrix& matrix, const LowBitTokens& tokens) {
    check_activation(matrix, ActivationKind::LowBit);
    const bool two = tokens.levels == LowBit::Ternary || tokens.levels == LowBit::ZeroOneTwo;
    const auto fills = [&tokens](std::span<const std::uint8_t> plane) {
        return tokens.tokens == 0 ||
               (plane.size() / tokens.row_bytes == static_cast<std::size_t>(tokens.tokens) &&
                plane.size() % tokens.row_bytes == 0);
    };
    if (tokens.tokens >= 0 && tokens.columns == matrix.columns() &&
        tokens.row_bytes >= (tokens.columns + 7) / 8 && fills(tokens.first) &&
        (!two || fills(tokens.second))) {
        return;
    }
    throw_sizes(fmt::format("planes of {} columns", matrix.columns()),
                fmt::format("{} and {} bytes for {} tokens of {} columns, {} bytes each",
                            tokens.first.size(), tokens.second.size(), tokens.tokens,
                            tokens.columns, tokens.row_bytes));
}

void check_output(const PackedMatrix& matrix, std::int64_t tokens, std::int64_t found_out,
                  std::int64_t found_scales, std::int64_t found_bias,
                  const ProductOptions& options) {
    if (options.threads < 1) {
        throw engine::Error({.code = "E-PACK-017",
                             .what = "A product needs a thread to run on",
                             .expected = "1 or more",
                             .found = fmt::format("{}", options.threads),
                             .mend = "Set the number of threads to 1 or more."});
    }
    if (found_out == tokens * matrix.rows() && found_scales == tokens &&
        (found_bias == 0 || found_bias == matrix.rows())) {
        return;
    }
    throw_sizes(fmt::format("{} outputs, {} token scales, no bias or {}", tokens * matrix.rows(),
                            tokens, matrix.rows()),
                fmt::format("{}, {}, {}", found_out, found_scales, found_bias));
}

void Output::write(const PackedMatrix& matrix, std::int64_t token, std::int64_t first_row, int rows,
                   const std::int32_t* sums) const {
    const std::int64_t at = token * matrix.rows() + first_row;
    if (integers) {
        for (int i = 0; i < rows; ++i) integers[at + i] = sums[i];
        return;
    }
    const float scale = token_scale[token];
    const float* row_scale = matrix.row_scales().data() + first_row;
    float* out = floats + at;
    for (int i = 0; i < rows; ++i) out[i] = static_cast<float>(sums[i]) * scale * row_scale[i];
    if (!bias) return;
    for (int i = 0; i < rows; ++i) out[i] += bias[first_row + i];
}

}  // namespace kernels
}  // namespace millrace::ops
