// Integer products of packed weights: the reference that faster kernels are compared with.
#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/quant/pack.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void throw_sizes(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-PACK-004",
                         .what = "The parts of a packed product do not fit",
                         .expected = expected,
                         .found = found,
                         .mend = "Check that weight, activation and scales belong together."});
}

void check_pair(const PackedRows& weight, const PackedRows& activation) {
    const auto fills = [](const PackedRows& packed) {
        return packed.rows > 0 && packed.columns > 0 && packed.row_bytes * 8 >= packed.columns &&
               static_cast<std::int64_t>(packed.bytes.size()) == packed.rows * packed.row_bytes;
    };
    if (fills(weight) && fills(activation) && weight.columns == activation.columns) return;
    throw_sizes(fmt::format("an activation of {} columns", weight.columns),
                fmt::format("{} columns in {} bytes", activation.columns, activation.bytes.size()));
}

std::uint8_t byte_at(const PackedRows& packed, std::int64_t row, std::int64_t index) {
    return packed.bytes[row * packed.row_bytes + index];
}

/// Bits of this byte that stand for columns.
std::uint8_t valid_bits(std::int64_t columns, std::int64_t index) {
    const std::int64_t left = columns - index * 8;
    return left >= 8 ? 0xFF : static_cast<std::uint8_t>((1 << left) - 1);
}

template <class Product>
std::vector<std::int32_t> all_products(std::int64_t tokens, std::int64_t rows,
                                       const Product& product) {
    std::vector<std::int32_t> products(tokens * rows);
    for (std::int64_t token = 0; token < tokens; ++token) {
        for (std::int64_t row = 0; row < rows; ++row) {
            products[token * rows + row] = product(token, row);
        }
    }
    return products;
}

int count(int bits) { return std::popcount(static_cast<unsigned>(bits)); }

}  // namespace

std::vector<std::int32_t> row_sums(const CodeMatrix& weight) {
    const std::vector<std::int8_t> ones(weight.columns > 0 ? weight.columns : 0, 1);
    return integer_products(weight, {ones, 1, weight.columns});
}

std::vector<std::int32_t> integer_products(const CodeMatrix& weight, const CodeMatrix& activation) {
    const auto fills = [](const CodeMatrix& matrix) {
        return matrix.rows > 0 && matrix.columns > 0 &&
               static_cast<std::int64_t>(matrix.codes.size()) == matrix.rows * matrix.columns;
    };
    if (!fills(weight) || !fills(activation) || weight.columns != activation.columns) {
        throw_sizes(fmt::format("an activation of {} columns", weight.columns),
                    fmt::format("{} columns, {} codes; {} weight codes", activation.columns,
                                activation.codes.size(), weight.codes.size()));
    }
    return all_products(activation.rows, weight.rows, [&](std::int64_t token, std::int64_t row) {
        std::int32_t sum = 0;
        for (std::int64_t column = 0; column < weight.columns; ++column) {
            sum += activation.codes[token * weight.columns + column] *
                   weight.codes[row * weight.columns + column];
        }
        return sum;
    });
}

std::vector<std::int32_t> binary_products(const PackedRows& weight, const PackedRows& activation) {
    check_pair(weight, activation);
    const std::int64_t bytes = (weight.columns + 7) / 8;
    return all_products(activation.rows, weight.rows, [&](std::int64_t token, std::int64_t row) {
        int differing = 0;
        for (std::int64_t i = 0; i < bytes; ++i) {
            differing += count((byte_at(weight, row, i) ^ byte_at(activation, token, i)) &
                               valid_bits(weight.columns, i));
        }
        return static_cast<std::int32_t>(weight.columns - 2 * differing);
    });
}

std::vector<std::int32_t> ternary_products(const TernaryPlanes& weight,
                                           const TernaryPlanes& activation) {
    check_pair(weight.plus, activation.plus);
    check_pair(weight.minus, activation.minus);
    check_pair(weight.plus, weight.minus);
    if (weight.plus.rows != weight.minus.rows || activation.plus.rows != activation.minus.rows) {
        throw_sizes("two planes of the same rows", "planes of different rows");
    }
    const std::int64_t bytes = (weight.plus.columns + 7) / 8;
    return all_products(activation.plus.rows, weight.plus.rows,
                        [&](std::int64_t token, std::int64_t row) {
                            std::int32_t sum = 0;
                            for (std::int64_t i = 0; i < bytes; ++i) {
                                const int w_plus = byte_at(weight.plus, row, i),
                                          w_minus = byte_at(weight.minus, row, i),
                                          x_plus = byte_at(activation.plus, token, i),
                                          x_minus = byte_at(activation.minus, token, i);
                                sum += count((w_plus & x_plus) | (w_minus & x_minus)) -
                                       count((w_plus & x_minus) | (w_minus & x_plus));
                            }
                            return sum;
                        });
}

std::vector<float> scaled_products(std::span<const std::int32_t> products,
                                   std::span<const float> activation_scale,
                                   std::span<const float> row_scale) {
    if (products.size() != activation_scale.size() * row_scale.size()) {
        throw_sizes(fmt::format("{} products", activation_scale.size() * row_scale.size()),
                    fmt::format("{}", products.size()));
    }
    std::vector<float> out;
    out.reserve(products.size());
    for (std::size_t i = 0; i < products.size(); ++i) {
        const float scaled =
            static_cast<float>(products[i]) * activation_scale[i / row_scale.size()];
        out.push_back(scaled * row_scale[i % row_scale.size()]);
    }
    return out;
}

}  // namespace millrace::ops
