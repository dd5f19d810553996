#include "nodes/ops/packed/pack_matrix.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/pack.hpp"
#include "nodes/ops/quant/weights.hpp"

namespace millrace::ops {
namespace {

/// What is not finite where finite weights are so large that their sum is not.
constexpr const char* kScale = "scale of a weight";

WeightKind kind_of(const std::string& layout) {
    if (layout == "ternary-2") return WeightKind::Ternary2;
    if (layout == "ternary-base3") return WeightKind::TernaryBase3;
    if (layout == "binary") return WeightKind::Binary;
    if (layout == "nibble") return WeightKind::Nibble;
    if (layout == "int8") return WeightKind::Int8;
    throw engine::Error({.code = "E-PACK-030",
                         .what = "A matrix has a layout that there is not",
                         .expected = "ternary-2, ternary-base3, binary, nibble or int8",
                         .found = layout,
                         .mend = "Pack the model again."});
}

PackedRows stored_of(const CodeMatrix& codes, WeightKind kind) {
    switch (kind) {
        case WeightKind::Ternary2:
            return pack_ternary_2bit(codes);
        case WeightKind::TernaryBase3:
            return pack_ternary_base3(codes);
        case WeightKind::Binary:
            return pack_binary(codes, 64);
        case WeightKind::Nibble:
            return pack_nibbles(codes);
        case WeightKind::Int8:
            break;
    }
    return {{codes.codes.begin(), codes.codes.end()}, codes.rows, codes.columns, codes.columns};
}

std::vector<std::int8_t> codes_of(const PackedRows& stored, WeightKind kind) {
    switch (kind) {
        case WeightKind::Ternary2:
            return unpack_ternary_2bit(stored);
        case WeightKind::TernaryBase3:
            return unpack_ternary_base3(stored);
        case WeightKind::Binary:
            return unpack_binary(stored);
        case WeightKind::Nibble:
            return unpack_nibbles(stored);
        case WeightKind::Int8:
            break;
    }
    return {stored.bytes.begin(), stored.bytes.end()};
}

PackedRows rows_of(const types::PackedWeight& weight, std::int64_t first, std::int64_t count) {
    const at::Tensor codes = weight.codes.narrow(0, first, count).contiguous();
    const auto* bytes = codes.data_ptr<std::uint8_t>();
    return {{bytes, bytes + codes.numel()}, count, weight.columns, codes.size(1)};
}

int code_at(const std::uint8_t* row, WeightKind kind, std::size_t column) {
    static constexpr int kPowersOf3[] = {1, 3, 9, 27, 81};
    switch (kind) {
        case WeightKind::Ternary2:
            return (row[column / 4] >> column % 4 * 2 & 3) - 1;
        case WeightKind::TernaryBase3:
            return row[column / 5] / kPowersOf3[column % 5] % 3 - 1;
        case WeightKind::Binary:
            return (row[column / 8] >> column % 8 & 1) != 0 ? 1 : -1;
        case WeightKind::Nibble:
            return (row[column / 2] >> column % 2 * 4 & 15) - 8;
        case WeightKind::Int8:
            break;
    }
    return static_cast<std::int8_t>(row[column]);
}

/// Of values {-a, 0, a} in each row, up to the last place.
types::PackedWeight packed_levels(const at::Tensor& rounded, TernaryLayout ternary, bool binary) {
    const at::Tensor scale = rounded.abs().amax({1}, true);
    check_values(scale, kScale);
    at::Tensor codes = (rounded / scale.masked_fill(scale == 0, 1)).round();
    if (binary) {
        // A row without scale is 0 whatever its codes.
        codes.masked_fill_(scale.expand_as(codes) == 0, 1);
        binary = !(codes == 0).any().item<bool>();
    }
    return packed_weight(codes.to(at::kChar), scale.squeeze(1),
                         binary                              ? "binary"
                         : ternary == TernaryLayout::TwoBits ? "ternary-2"
                                                             : "ternary-base3");
}

}  // namespace

types::PackedWeight packed_weight(const at::Tensor& codes, const at::Tensor& scale,
                                  const std::string& layout) {
    const at::Tensor all = codes.contiguous();
    const auto* values = all.data_ptr<std::int8_t>();
    const PackedRows stored =
        stored_of({{values, static_cast<std::size_t>(all.numel())}, all.size(0), all.size(1)},
                  kind_of(layout));
    at::Tensor bytes = at::empty({stored.rows, stored.row_bytes}, at::kByte);
    std::ranges::copy(stored.bytes, bytes.data_ptr<std::uint8_t>());
    return {layout, all.size(1), std::move(bytes), scale.to(at::kFloat).contiguous()};
}

types::PackedWeight pack_llmqat(const at::Tensor& weight, int bits, TernaryLayout ternary) {
    check_rank(weight, 2, "weight");
    check_values(weight, "weight");
    check_bits(bits, 1, 8);
    const at::NoGradGuard no_gradients;
    const at::Tensor values = weight.detach().to(at::kFloat);
    if (bits == 1) return packed_levels(llmqat_weight(values, 1), ternary, true);
    if (bits == 2) {
        // Four levels, s * {-3, -1, 1, 3} / 4.
        const at::Tensor scale = llmqat_weight(values, 2).abs().amax({1}, true) / 3;
        check_values(scale, kScale);
        const at::Tensor codes = (llmqat_weight(values, 2) / scale.masked_fill(scale == 0, 1));
        return packed_weight(codes.round().to(at::kChar), scale.squeeze(1), "nibble");
    }
    // As the quantizer does it: another order of operations moves ties by a level.
    const double levels = std::pow(2, bits - 1) - 1;
    const at::Tensor scale = (values.abs().amax({1}, true) + 1e-6).reciprocal().mul(levels);
    return packed_weight((values * scale).round().to(at::kChar),
                         (scale + 1e-6).reciprocal().squeeze(1), bits <= 4 ? "nibble" : "int8");
}

types::PackedWeight pack_low_bit(const at::Tensor& weight, int bits,
                                 const BartQuantization& options, TernaryLayout ternary) {
    check_rank(weight, 2, "weight");
    check_values(weight, "weight");
    const at::NoGradGuard no_gradients;
    const at::Tensor values = weight.detach().to(at::kFloat);
    return packed_levels(bart_weight(values, bits, options), ternary, bits == 1);
}

PackedMatrix matrix_of(const types::PackedWeight& weight, ActivationKind activation) {
    const at::Tensor scale = weight.scale.contiguous();
    return PackedMatrix::from_stored(
        kind_of(weight.layout), activation, rows_of(weight, 0, weight.rows()),
        {scale.data_ptr<float>(), static_cast<std::size_t>(scale.numel())});
}

void check_codes(const types::PackedWeight& weight) {
    const WeightKind kind = kind_of(weight.layout);
    for (std::int64_t row = 0; row < weight.rows(); ++row) codes_of(rows_of(weight, row, 1), kind);
}

void unpack_row(const types::PackedWeight& weight, std::int64_t row, std::span<float> out) {
    const WeightKind kind = kind_of(weight.layout);
    const auto* bytes = weight.codes.data_ptr<std::uint8_t>() + row * weight.codes.stride(0);
    const float scale = weight.scale.data_ptr<float>()[row];
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(code_at(bytes, kind, i)) * scale;
}

}  // namespace millrace::ops
