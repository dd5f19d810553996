#include "nodes/ops/checkpoints/ggml_blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "engine/random.hpp"
#include "tests/nodes/ops/checkpoints/folder.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

std::string quantized(GgmlType type, const std::vector<float>& values) {
    return quantize(type, values, "x");
}

std::vector<float> dequantized(GgmlType type, std::string_view bytes) {
    const GgmlBlock block = block_of(type);
    std::vector<float> values(bytes.size() / static_cast<std::size_t>(block.bytes) *
                              static_cast<std::size_t>(block.values));
    dequantize(type, testing::bytes_of(bytes), values);
    return values;
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::string times(int count, std::string_view text) {
    std::string result;
    for (int i = 0; i < count; ++i) result += text;
    return result;
}

constexpr GgmlType kAll[] = {GgmlType::F32,  GgmlType::F16,   GgmlType::BF16, GgmlType::Q4_0,
                             GgmlType::Q8_0, GgmlType::TQ1_0, GgmlType::TQ2_0};

TEST(GgmlBlocks, TypesHaveTheirNumbersInFiles) {
    EXPECT_EQ(ggml_type(0), GgmlType::F32);
    EXPECT_EQ(ggml_type(34), GgmlType::TQ1_0);
    for (const std::uint32_t code : {3U, 7U, 14U, 29U, 33U, 36U, 4294967295U})
        EXPECT_FALSE(ggml_type(code)) << code;
    for (const GgmlType type : kAll) EXPECT_EQ(ggml_type(static_cast<std::uint32_t>(type)), type);
    EXPECT_EQ(to_text(GgmlType::Q4_0), "Q4_0");
}

TEST(GgmlBlocks, HalvesRoundToTheNearestAndTiesToEven) {
    const auto half = [](float value) { return hex(quantized(GgmlType::F16, {value})); };
    EXPECT_EQ(half(1), "003c");
    EXPECT_EQ(half(-2), "00c0");
    EXPECT_EQ(half(65504), "ff7b");
    EXPECT_EQ(half(65519.996F), "ff7b");
    EXPECT_EQ(half(65520), "007c");  // infinity
    EXPECT_EQ(half(1e30F), "007c");
    EXPECT_EQ(half(-INFINITY), "00fc");
    EXPECT_EQ(half(NAN), "007e");
    EXPECT_EQ(half(1 + 0x1p-11F), "003c");      // a tie: the even one is below
    EXPECT_EQ(half(1 + 3 * 0x1p-11F), "023c");  // and here above
    EXPECT_EQ(half(0x1p-24F), "0100");
    EXPECT_EQ(half(0x1p-25F), "0000");
    EXPECT_EQ(half(1.5F * 0x1p-24F), "0200");
    EXPECT_EQ(half(0x1.ffcp-15F), "0004");  // a tie between the largest subnormal and 2^-14
    EXPECT_EQ(half(-0.0F), "0080");
    EXPECT_EQ(half(1e-45F), "0000");
}

TEST(GgmlBlocks, BrainFloatsRoundToTheNearestAndTiesToEven) {
    const auto brain = [](float value) { return hex(quantized(GgmlType::BF16, {value})); };
    EXPECT_EQ(brain(1), "803f");
    EXPECT_EQ(brain(1 + 0x1p-8F), "803f");
    EXPECT_EQ(brain(1 + 3 * 0x1p-8F), "823f");
    EXPECT_EQ(brain(-INFINITY), "80ff");
    EXPECT_EQ(brain(std::numeric_limits<float>::max()), "807f");
    EXPECT_TRUE(std::isnan(dequantized(GgmlType::BF16, quantized(GgmlType::BF16, {NAN}))[0]));
}

TEST(GgmlBlocks, AllSixteenBitNumbersComeBack) {
    for (const GgmlType type : {GgmlType::F16, GgmlType::BF16}) {
        std::string bytes;
        for (unsigned bits = 0; bits < 65536; ++bits) {
            bytes += static_cast<char>(bits & 255);
            bytes += static_cast<char>(bits >> 8);
        }
        const std::vector<float> values = dequantized(type, bytes);
        const std::string again = quantized(type, values);
        for (unsigned bits = 0; bits < 65536; ++bits) {
            if (std::isnan(values[bits])) continue;
            ASSERT_EQ(again.substr(2 * bits, 2), bytes.substr(2 * bits, 2)) << bits;
        }
    }
}

TEST(GgmlBlocks, EightBitsByHand) {
    std::vector<float> values(32);
    for (std::size_t i = 0; i < 32; ++i) values[i] = static_cast<float>(i) - 16;
    values[0] = -127;  // the scale is 1
    std::string expected = "003c81";
    for (int i = 1; i < 32; ++i) expected += hex(std::string(1, static_cast<char>(i - 16)));
    EXPECT_EQ(hex(quantized(GgmlType::Q8_0, values)), expected);
    EXPECT_EQ(dequantized(GgmlType::Q8_0, quantized(GgmlType::Q8_0, values)), values);
}

TEST(GgmlBlocks, FourBitsByHand) {
    std::vector<float> values(32);
    for (std::size_t i = 0; i < 16; ++i) {
        values[i] = static_cast<float>(i) - 8;       // digit i in the low half of byte i
        values[i + 16] = 7 - static_cast<float>(i);  // digit 15 - i in its high half
    }
    EXPECT_EQ(hex(quantized(GgmlType::Q4_0, values)), "003cf0e1d2c3b4a5968778695a4b3c2d1e0f");
    EXPECT_EQ(dequantized(GgmlType::Q4_0, quantized(GgmlType::Q4_0, values)), values);
    // The value of largest magnitude is -8 scales: 8 gives scale -1.
    for (float& value : values) value = -value;
    EXPECT_EQ(hex(quantized(GgmlType::Q4_0, values)), "00bcf0e1d2c3b4a5968778695a4b3c2d1e0f");
}

TEST(GgmlBlocks, TwoBitTernaryByHand) {
    const auto all = [](float value) {
        return hex(quantized(GgmlType::TQ2_0, std::vector<float>(256, value)));
    };
    EXPECT_EQ(all(0), times(64, "55") + "0000");
    EXPECT_EQ(all(1), times(64, "aa") + "003c");
    EXPECT_EQ(all(-2), times(64, "00") + "0040");
    std::vector<float> values(256, -1);
    values[3] = 1;         // byte 3, lowest bits
    values[32] = 1;        // byte 0, bits 2 and 3
    values[128 + 97] = 0;  // half 1, byte 1, bits 6 and 7
    const std::string bytes = quantized(GgmlType::TQ2_0, values);
    std::string expected(64, '\0');
    expected[3] = 2;
    expected[0] = 2 << 2;
    expected[33] = 1 << 6;
    EXPECT_EQ(hex(bytes), hex(expected) + "003c");
    EXPECT_EQ(dequantized(GgmlType::TQ2_0, bytes), values);
}

TEST(GgmlBlocks, BaseThreeTernaryByHand) {
    const auto all = [](float value) {
        return hex(quantized(GgmlType::TQ1_0, std::vector<float>(256, value)));
    };
    // Digits 1: 121 of 243, 120 with a 0 last; digits 2: 242 and 240. Times 256 / 243, up.
    EXPECT_EQ(all(0), times(48, "80") + times(4, "7f") + "0000");
    EXPECT_EQ(all(1), times(48, "ff") + times(4, "fd") + "003c");
    EXPECT_EQ(all(-1), times(52, "00") + "003c");
    std::vector<float> values(256, -1);
    values[32] = 1;        // byte 0, second digit: 2 * 27 = 54, 57 in 256ths
    values[131] = 0;       // byte 3, last digit: 1, 2 in 256ths
    values[160] = 1;       // byte 32, first digit: 2 * 81 = 162, 171
    values[160 + 79] = 1;  // byte 47, last digit: 2, 3
    values[245] = 0;       // byte 49, second digit: 27, 29
    values[255] = 1;       // byte 51, fourth digit: 2 * 3 = 6, 7
    const std::string bytes = quantized(GgmlType::TQ1_0, values);
    std::string expected(52, '\0');
    expected[0] = 57;
    expected[3] = 2;
    expected[32] = static_cast<char>(171);
    expected[47] = 3;
    expected[49] = 29;
    expected[51] = 7;
    EXPECT_EQ(hex(bytes), hex(expected) + "003c");
    EXPECT_EQ(dequantized(GgmlType::TQ1_0, bytes), values);
}

TEST(GgmlBlocks, AllBytesOfTernaryBlocksAreRead) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        for (const GgmlType type : {GgmlType::TQ1_0, GgmlType::TQ2_0}) {
            const auto width = static_cast<std::size_t>(block_of(type).bytes);
            std::string bytes(width - 2, static_cast<char>(byte));
            bytes += std::string("\x00\x3c", 2);
            for (const float value : dequantized(type, bytes)) {
                // Two bits have a fourth value, which no writer gives.
                ASSERT_GE(value, -1);
                ASSERT_LE(value, type == GgmlType::TQ1_0 ? 1 : 2);
            }
        }
    }
}

TEST(GgmlBlocks, RandomNumbersAreOffByHalfAStepAtMost) {
    engine::Random random(7, "blocks", 0);
    std::vector<float> values(1024);
    for (float& value : values) value = static_cast<float>(random.uniform() * 2 - 1) * 3;
    for (const GgmlType type : kAll) {
        const std::string bytes = quantized(type, values);
        const std::vector<float> back = dequantized(type, bytes);
        const auto block = static_cast<std::size_t>(block_of(type).values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            float most = 0;
            for (std::size_t j = i / block * block; j < (i / block + 1) * block; ++j)
                most = std::max(most, std::fabs(values[j]));
            // Q4_0 clamps the end that is not its extreme, which costs up to a whole step.
            const float step = type == GgmlType::F32    ? 0
                               : type == GgmlType::F16  ? most * 0x1p-10F
                               : type == GgmlType::BF16 ? most * 0x1p-7F
                               : type == GgmlType::Q8_0 ? most / 127
                               : type == GgmlType::Q4_0 ? most / 4
                                                        : most;
            // The scale itself is rounded to a float16.
            ASSERT_LE(std::fabs(back[i] - values[i]), step * 0.5F + most * 0x1p-11F)
                << to_text(type) << " " << i;
        }
    }
}

TEST(GgmlBlocks, TernaryWeightsComeBackExactly) {
    engine::Random random(8, "ternary", 0);
    std::vector<float> values(2560);
    for (float& value : values)
        value = 0.75F * std::round(static_cast<float>(random.uniform() * 3) - 1.5F);
    for (const GgmlType type : {GgmlType::TQ1_0, GgmlType::TQ2_0})
        EXPECT_EQ(dequantized(type, quantized(type, values)), values) << to_text(type);
}

TEST(GgmlBlocks, WhatCannotBeStoredIsRefused) {
    const auto code = [](GgmlType type, std::size_t count, float value) {
        return error_code([&] { quantize(type, std::vector<float>(count, value), "x"); });
    };
    for (const GgmlType type : {GgmlType::Q4_0, GgmlType::Q8_0, GgmlType::TQ1_0, GgmlType::TQ2_0}) {
        const auto block = static_cast<std::size_t>(block_of(type).values);
        EXPECT_EQ(code(type, 0, 1), "none");
        EXPECT_EQ(code(type, block, 1), "none");
        EXPECT_EQ(code(type, block + 1, 1), "E-CKPT-046");
        EXPECT_EQ(code(type, block, NAN), "E-CKPT-046");
        EXPECT_EQ(code(type, block, -INFINITY), "E-CKPT-046");
        EXPECT_EQ(code(type, block, 3e38F), "E-CKPT-046");
        // A magnitude whose inverse is infinite.
        EXPECT_EQ(code(type, block, 1e-45F), "none");
    }
    EXPECT_EQ(code(GgmlType::F16, 3, NAN), "none");
}

}  // namespace
}  // namespace millrace::ops
