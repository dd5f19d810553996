#include "nodes/ops/kernels/packed_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace millrace::ops {
namespace {

using Codes = std::vector<std::int8_t>;

TEST(PackedMatrix, BitsStandByBlockColumnAndRow) {
    for (const bool binary : {false, true}) {
        for (const std::int64_t rows : {7, 256, 300, 530}) {
            constexpr std::int64_t kColumns = 131;
            Codes codes;
            for (std::int64_t i = 0; i < rows * kColumns; ++i) {
                const auto number = static_cast<int>(i * i % 7919);
                codes.push_back(
                    static_cast<std::int8_t>(binary ? number % 2 * 2 - 1 : number % 3 - 1));
            }
            const PackedMatrix matrix = PackedMatrix::from_codes(
                binary ? WeightKind::Binary : WeightKind::Ternary2, ActivationKind::LowBit,
                {codes, rows, kColumns}, std::vector<float>(static_cast<std::size_t>(rows), 1));
            // A binary block has 512 rows, or 256 where no more are left, in 32 bytes a column and
            // 256 rows; a ternary one 256, in 32 bytes for 0 and 1 and 32 for 1.
            const std::int64_t block_rows = binary ? 512 : 256;
            std::vector<std::uint8_t> wanted(matrix.bytes());
            for (std::int64_t i = 0; i < std::ssize(codes); ++i) {
                const std::int64_t row = i / kColumns, column = i % kColumns;
                const std::int64_t within = row % block_rows, left = rows - (row - within);
                const std::int64_t each = binary && left <= 256 ? 32 : 64;
                std::uint8_t* bits = wanted.data() + row / block_rows * matrix.block_bytes() +
                                     column * each + within / 256 * 32 + within % 32;
                const auto bit = static_cast<std::uint8_t>(1 << within % 256 / 32);
                if (codes[i] > (binary ? 0 : -1)) bits[0] |= bit;
                if (!binary && codes[i] > 0) bits[32] |= bit;
            }
            EXPECT_TRUE(std::ranges::equal(wanted, std::span(matrix.data(), wanted.size())))
                << rows << " rows";
            for (const std::int64_t row : {std::int64_t{0}, rows - 1}) {
                int sum = 0;
                for (std::int64_t c = 0; c < kColumns; ++c) sum += codes[row * kColumns + c];
                EXPECT_EQ(matrix.row_sums()[row], sum);
            }
        }
    }
}

}  // namespace
}  // namespace millrace::ops
