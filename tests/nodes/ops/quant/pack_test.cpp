#include "nodes/ops/quant/pack.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using Codes = std::vector<std::int8_t>;
using testing::error_code;

TEST(Pack, NibblesHoldTheEvenColumnLowAndPadWithZero) {
    const Codes codes = {-7, 7, 0};
    const PackedRows packed = pack_nibbles({codes, 1, 3});
    ASSERT_EQ(packed.row_bytes, 16);
    EXPECT_EQ(packed.bytes[0], 0xF1);
    EXPECT_EQ(packed.bytes[1], 0x88);
    EXPECT_EQ(packed.bytes[15], 0x88);
    EXPECT_EQ(unpack_nibbles(packed), codes);
}

TEST(Pack, EachLayoutComesBackAtOddSizes) {
    for (const std::int64_t columns : {1, 4, 5, 7, 63, 64, 65, 131}) {
        Codes trits, bits;
        for (std::int64_t i = 0; i < 3 * columns; ++i) {
            trits.push_back(static_cast<std::int8_t>(i * 7 % 3 - 1));
            bits.push_back(i * 5 % 3 ? 1 : -1);
        }
        const CodeMatrix ternary{trits, 3, columns}, binary{bits, 3, columns};
        EXPECT_EQ(unpack_ternary_2bit(pack_ternary_2bit(ternary)), trits);
        EXPECT_EQ(unpack_ternary_base3(pack_ternary_base3(ternary)), trits);
        EXPECT_EQ(unpack_ternary_planes(pack_ternary_planes(ternary)), trits);
        EXPECT_EQ(unpack_binary(pack_binary(binary, 8)), bits);
        EXPECT_EQ(binary_products(pack_binary(binary, 64), pack_binary(binary, 8)),
                  integer_products(binary, binary));
        const TernaryPlanes planes = pack_ternary_planes(ternary);
        EXPECT_EQ(ternary_products(planes, planes), integer_products(ternary, ternary));
    }
}

TEST(Pack, CodesOfAnotherLayoutAreRefused) {
    const Codes zero = {0, 1}, two = {2, 1}, eight = {-8, 1};
    EXPECT_EQ(error_code([&] { pack_binary({zero, 1, 2}, 8); }), "E-PACK-002");
    EXPECT_EQ(error_code([&] { pack_ternary_2bit({two, 1, 2}); }), "E-PACK-002");
    EXPECT_EQ(error_code([&] { pack_ternary_base3({two, 1, 2}); }), "E-PACK-002");
    EXPECT_EQ(error_code([&] { pack_ternary_planes({two, 1, 2}); }), "E-PACK-002");
    EXPECT_EQ(error_code([&] { pack_nibbles({eight, 1, 2}); }), "E-PACK-002");
    EXPECT_EQ(error_code([&] { unpack_ternary_base3({{243}, 1, 5, 1}); }), "E-PACK-002");
    EXPECT_EQ(error_code([&] { unpack_ternary_2bit({{0xFF}, 1, 4, 1}); }), "E-PACK-002");
    EXPECT_EQ(error_code([&] { unpack_nibbles({{0x00}, 1, 2, 1}); }), "E-PACK-002");
    const PackedRows full{{0xFF}, 1, 8, 1};
    EXPECT_EQ(error_code([&] { unpack_ternary_planes({full, full}); }), "E-PACK-002");
}

TEST(Pack, SizesThatDoNotFitAreRefused) {
    const Codes codes = {1, -1, 1};
    EXPECT_EQ(error_code([&] { pack_binary({codes, 1, 2}, 8); }), "E-PACK-001");
    EXPECT_EQ(error_code([&] { pack_nibbles({{}, 0, 0}); }), "E-PACK-001");
    EXPECT_EQ(error_code([&] { unpack_binary({{1, 2, 3}, 2, 8, 1}); }), "E-PACK-001");
    EXPECT_EQ(error_code([&] { unpack_binary({{1}, 1, 9, 1}); }), "E-PACK-001");
    EXPECT_EQ(error_code([&] { integer_products({codes, 1, 3}, {codes, 3, 1}); }), "E-PACK-004");
    EXPECT_EQ(error_code([&] { binary_products({{1}, 1, 8, 1}, {{1}, 1, 7, 1}); }), "E-PACK-004");
    const std::vector<std::int32_t> products = {1, 2, 3};
    const std::vector<float> scales = {1, 1};
    EXPECT_EQ(error_code([&] { scaled_products(products, scales, scales); }), "E-PACK-004");
}

TEST(Pack, WeightOfZerosHasCodesZeroAndNonFiniteIsRefused) {
    const std::vector<float> zeros(4, 0.0F), bad = {1, NAN};
    const NibbleWeight weight = nibble_weight(zeros, 2, 2);
    EXPECT_EQ(weight.codes, Codes(4, 0));
    EXPECT_FLOAT_EQ(weight.row_scale[0], 1 / 7e6F);
    EXPECT_EQ(error_code([&] { nibble_weight(bad, 1, 2); }), "E-PACK-003");
    EXPECT_EQ(error_code([&] { nibble_weight(zeros, 3, 2); }), "E-PACK-001");
}

}  // namespace
}  // namespace millrace::ops
