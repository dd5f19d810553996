// Matrices and tokens for tests of the packed kernels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/kernels/products.hpp"

namespace millrace::ops {

using Codes = std::vector<std::int8_t>;

constexpr WeightKind kKinds[] = {WeightKind::Ternary2, WeightKind::TernaryBase3, WeightKind::Binary,
                                 WeightKind::Nibble, WeightKind::Int8};
constexpr LowBit kLevels[] = {LowBit::Ternary, LowBit::ZeroOneTwo, LowBit::ZeroOne, LowBit::Binary};

enum class Fill { Random, Zero, Most, Least };

inline int least_of(WeightKind kind) {
    return kind == WeightKind::Int8 ? -128 : kind == WeightKind::Nibble ? -7 : -1;
}
inline int most_of(WeightKind kind) {
    return kind == WeightKind::Int8 ? 127 : kind == WeightKind::Nibble ? 7 : 1;
}

/// `count` codes from `least` to `most`.
inline Codes codes_between(int least, int most, std::int64_t count, Fill fill, std::int64_t seed) {
    engine::Random random(7, "kernels", seed);
    Codes codes(count);
    for (std::int8_t& code : codes) {
        code = static_cast<std::int8_t>(
            fill == Fill::Most    ? most
            : fill == Fill::Least ? least
            : fill == Fill::Zero  ? 0
                                  : least + static_cast<int>(random.below(most - least + 1)));
    }
    return codes;
}

/// Codes of a kind; binary ones are never 0.
inline Codes weight_codes(WeightKind kind, std::int64_t count, Fill fill, std::int64_t seed) {
    Codes codes = codes_between(least_of(kind), most_of(kind), count, fill, seed);
    if (kind != WeightKind::Binary) return codes;
    engine::Random random(7, "bits", seed);
    for (std::int8_t& code : codes) {
        if (code == 0) code = random.below(2) ? 1 : -1;
    }
    return codes;
}

inline Codes level_codes(LowBit levels, std::int64_t count, Fill fill, std::int64_t seed) {
    switch (levels) {
        case LowBit::Ternary:
            return codes_between(-1, 1, count, fill, seed);
        case LowBit::ZeroOneTwo:
            return codes_between(0, 2, count, fill, seed);
        case LowBit::ZeroOne:
            return codes_between(0, 1, count, fill, seed);
        case LowBit::Binary:
            break;
    }
    return weight_codes(WeightKind::Binary, count, fill, seed);
}

/// Where the test stands, for its messages.
inline std::string label(KernelPath path, int kind, std::int64_t rows, std::int64_t columns,
                         std::int64_t tokens) {
    return std::string(name_of(path)) + " kind " + std::to_string(kind) + " " +
           std::to_string(rows) + "x" + std::to_string(columns) + " tokens " +
           std::to_string(tokens);
}

}  // namespace millrace::ops
