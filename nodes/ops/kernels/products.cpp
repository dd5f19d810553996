#include "nodes/ops/kernels/products.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kernels/kernel_table.hpp"
#include "nodes/ops/kernels/product_parts.hpp"

namespace millrace::ops {
namespace {

std::int64_t tokens_of(const PackedMatrix& matrix, std::span<const std::int8_t> codes) {
    return static_cast<std::int64_t>(codes.size()) / matrix.columns();
}

PackedRows plane_of(const CodeMatrix& codes, int value) {
    PackedRows plane{{}, codes.rows, codes.columns, kernels::round_up(codes.columns, 64) / 8};
    plane.bytes.resize(plane.rows * plane.row_bytes);
    for (std::int64_t row = 0; row < codes.rows; ++row) {
        for (std::int64_t column = 0; column < codes.columns; ++column) {
            const bool set = codes.codes[row * codes.columns + column] == value;
            std::uint8_t& byte = plane.bytes[row * plane.row_bytes + column / 8];
            byte = static_cast<std::uint8_t>(byte | int{set} << column % 8);
        }
    }
    return plane;
}

}  // namespace

LowBitPlanes low_bit_planes(LowBit levels, const CodeMatrix& codes) {
    if (levels == LowBit::Ternary) {
        TernaryPlanes planes = pack_ternary_planes(codes);
        return {levels, std::move(planes.plus), std::move(planes.minus)};
    }
    if (levels == LowBit::Binary) return {levels, pack_binary(codes, 64), {}};
    const int most = levels == LowBit::ZeroOne ? 1 : 2;
    if (codes.rows < 1 || codes.columns < 1 ||
        static_cast<std::int64_t>(codes.codes.size()) != codes.rows * codes.columns) {
        kernels::throw_sizes("rows * columns codes",
                             fmt::format("{} codes for {} rows of {}", codes.codes.size(),
                                         codes.rows, codes.columns));
    }
    for (const std::int8_t code : codes.codes) {
        if (code >= 0 && code <= most) continue;
        throw engine::Error({.code = "E-PACK-002",
                             .what = "An activation is not one of its levels",
                             .expected = fmt::format("0 to {}", most),
                             .found = fmt::format("{}", code),
                             .mend = "Quantize the activation to these levels first."});
    }
    return {levels, plane_of(codes, 1), most == 2 ? plane_of(codes, 2) : PackedRows{}};
}

void quantize_rows_int8(std::span<const float> values, std::int64_t columns,
                        std::span<std::int8_t> codes, std::span<float> scales, KernelPath path) {
    const auto tokens = static_cast<std::int64_t>(scales.size());
    const std::size_t expected = columns > 0 ? tokens * columns : 0;
    if (columns < 1 || values.size() != expected || codes.size() != expected) {
        kernels::throw_sizes(fmt::format("{} tokens of {} columns", tokens, columns),
                             fmt::format("{} values, {} codes", values.size(), codes.size()));
    }
    const kernels::KernelTable& table = kernels::kernels_of(path);
    for (std::int64_t token = 0; token < tokens; ++token) {
        scales[token] = table.quantize_row(values.data() + token * columns, columns,
                                           codes.data() + token * columns);
        if (std::isfinite(scales[token])) continue;
        throw engine::Error({.code = "E-PACK-013",
                             .what = "An activation to quantize is NaN or infinite",
                             .expected = "finite numbers",
                             .found = fmt::format("{} in token {}", scales[token], token),
                             .mend = "Look for the first layer whose output isn't finite."});
    }
}

void integer_products(const PackedMatrix& matrix, std::span<const std::int8_t> activations,
                      std::span<std::int32_t> out, ProductWorkspace& workspace,
                      const ProductOptions& options) {
    const std::int64_t tokens = tokens_of(matrix, activations);
    kernels::check_columns(matrix, ActivationKind::Int8,
                           static_cast<std::int64_t>(activations.size()), tokens);
    kernels::check_output(matrix, tokens, out.size(), tokens, 0, options);
    kernels::int8_products(matrix, activations, {.integers = out.data()}, workspace, options);
}

void integer_products(const PackedMatrix& matrix, const LowBitTokens& activations,
                      std::span<std::int32_t> out, ProductWorkspace& workspace,
                      const ProductOptions& options) {
    kernels::check_planes(matrix, activations);
    kernels::check_output(matrix, activations.tokens, out.size(), activations.tokens, 0, options);
    kernels::low_bit_products(matrix, activations, {.integers = out.data()}, workspace, options);
}

void products(const PackedMatrix& matrix, const Int8Tokens& activations,
              std::span<const float> bias, std::span<float> out, ProductWorkspace& workspace,
              const ProductOptions& options) {
    const std::int64_t tokens = tokens_of(matrix, activations.codes);
    kernels::check_columns(matrix, ActivationKind::Int8,
                           static_cast<std::int64_t>(activations.codes.size()), tokens);
    kernels::check_output(matrix, tokens, out.size(), activations.scales.size(), bias.size(),
                          options);
    kernels::int8_products(matrix, activations.codes,
                           {.floats = out.data(),
                            .token_scale = activations.scales.data(),
                            .bias = bias.empty() ? nullptr : bias.data()},
                           workspace, options);
}

void products(const PackedMatrix& matrix, const LowBitTokens& activations,
              std::span<const float> token_scale, std::span<const float> bias, std::span<float> out,
              ProductWorkspace& workspace, const ProductOptions& options) {
    kernels::check_planes(matrix, activations);
    kernels::check_output(matrix, activations.tokens, out.size(), token_scale.size(), bias.size(),
                          options);
    kernels::low_bit_products(matrix, activations,
                              {.floats = out.data(),
                               .token_scale = token_scale.data(),
                               .bias = bias.empty() ? nullptr : bias.data()},
                              workspace, options);
}

}  // namespace millrace::ops
