// A weight matrix in few bits, ready for products: each row has one float scale. Made once, from
// codes or from the bytes of a layout of quant/pack.hpp, then immutable; its own order in memory
// suits vector instructions and is nowhere stored. Any number of threads may read it. Copies share
// the bytes. Sources: Liu et al., "Binary and Ternary Natural Language Generation" (ACL 2023) and
// "LLM-QAT" (2023), for what the codes and scales are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nodes/ops/quant/pack.hpp"

namespace millrace::ops {

/// Codes: Ternary2 (2 bits) and TernaryBase3 (1.6 bits) -1 to 1, Binary -1 and 1, Nibble -7 to 7,
/// Int8 any.
enum class WeightKind { Ternary2, TernaryBase3, Binary, Nibble, Int8 };

/// What the matrix will be multiplied with: int8 codes, or one or two bit planes.
enum class ActivationKind { Int8, LowBit };

class PackedMatrix {
public:
    /// From codes and one scale for each row. Throws Error E-PACK-001 and E-PACK-002 as pack.hpp;
    /// E-PACK-010 where there is not one finite scale for each row, E-PACK-011 for LowBit with
    /// Nibble or Int8, E-PACK-012 for more than 2 million columns (Int8: 131,071).
    static PackedMatrix from_codes(WeightKind kind, ActivationKind activation,
                                   const CodeMatrix& codes, std::span<const float> row_scale);

    /// The same from stored bytes: pack_ternary_2bit, pack_ternary_base3, pack_binary or
    /// pack_nibbles; Int8 is a byte for each code.
    static PackedMatrix from_stored(WeightKind kind, ActivationKind activation,
                                    const PackedRows& stored, std::span<const float> row_scale);

    WeightKind kind() const { return kind_; }
    ActivationKind activation() const { return activation_; }
    std::int64_t rows() const { return rows_; }
    std::int64_t columns() const { return columns_; }
    /// Bytes in memory, scales and sums not counted; more than on disk where rows are padded.
    std::int64_t bytes() const { return bytes_; }
    std::span<const float> row_scales() const { return row_scale_; }
    /// Sum of each row's codes.
    std::span<const std::int32_t> row_sums() const { return row_sums_; }

    /// The layout of kernel_table.hpp, aligned to 64 bytes.
    const std::uint8_t* data() const { return data_.get(); }
    std::int64_t block_bytes() const { return block_bytes_; }
    /// Groups of four columns, whole units of the layout.
    std::int64_t groups() const { return groups_; }

private:
    PackedMatrix(WeightKind kind, ActivationKind activation, std::int64_t rows,
                 std::int64_t columns, std::span<const float> row_scale);
    void put(std::int64_t first_row, std::int64_t rows, std::span<const std::int8_t> codes);
    void put_bit_rows(std::int64_t first_row, std::int64_t rows,
                      std::span<const std::int8_t> codes);

    WeightKind kind_;
    ActivationKind activation_;
    std::int64_t rows_, columns_, groups_ = 0, block_bytes_ = 0, bytes_ = 0;
    std::vector<float> row_scale_;
    std::vector<std::int32_t> row_sums_;
    std::shared_ptr<std::uint8_t> data_;
};

}  // namespace millrace::ops
