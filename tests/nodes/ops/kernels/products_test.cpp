#include "nodes/ops/kernels/products.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/kernels/kernel_cases.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

std::vector<float> ones(std::int64_t count) { return std::vector<float>(count, 1.0F); }

struct Size {
    std::int64_t rows, columns, tokens;
};
constexpr Size kSizes[] = {{1, 1, 1},    {3, 5, 1},    {32, 20, 2},   {33, 19, 3},   {31, 64, 7},
                           {65, 240, 6}, {70, 241, 9}, {257, 131, 1}, {40, 777, 13}, {97, 1001, 4}};

void expect_int8(WeightKind kind, const Size& size, Fill weights, Fill tokens) {
    const auto [rows, columns, count] = size;
    const Codes weight = weight_codes(kind, rows * columns, weights, columns);
    const Codes token = codes_between(-128, 127, count * columns, tokens, rows);
    const CodeMatrix codes{weight, rows, columns};
    const auto expected = integer_products(codes, CodeMatrix{token, count, columns});
    const PackedMatrix matrix =
        PackedMatrix::from_codes(kind, ActivationKind::Int8, codes, ones(rows));
    EXPECT_EQ(std::vector<std::int32_t>(matrix.row_sums().begin(), matrix.row_sums().end()),
              row_sums(codes));
    ProductWorkspace workspace;
    for (const KernelPath path : available_paths()) {
        for (const int threads : {1, 3}) {
            std::vector<std::int32_t> out(count * rows, 99);
            integer_products(matrix, token, out, workspace, {threads, path});
            EXPECT_EQ(out, expected) << label(path, int(kind), rows, columns, count);
        }
    }
}

TEST(Products, EveryPathGivesTheReferencesIntegersAtOddSizes) {
    for (const WeightKind kind : kKinds) {
        for (const Size& size : kSizes) expect_int8(kind, size, Fill::Random, Fill::Random);
    }
}

TEST(Products, ExtremeCodesNeitherSaturateNorOverflow) {
    for (const WeightKind kind : kKinds) {
        for (const Fill weights : {Fill::Most, Fill::Least}) {
            for (const Fill tokens : {Fill::Most, Fill::Least}) {
                for (const std::int64_t count : {1, 7}) {
                    expect_int8(kind, {34, 20'003, count}, weights, tokens);
                }
            }
        }
    }
}

TEST(Products, ZeroWeightsAndZeroTokensGiveZero) {
    for (const WeightKind kind : kKinds) {
        expect_int8(kind, {33, 65, 3}, Fill::Zero, Fill::Random);
        expect_int8(kind, {33, 65, 1}, Fill::Random, Fill::Zero);
    }
}

TEST(Products, LongSumsStayExact) {
    expect_int8(WeightKind::Binary, {2, 70'001, 1}, Fill::Least, Fill::Least);
    expect_int8(WeightKind::Binary, {2, 70'001, 3}, Fill::Random, Fill::Least);
    expect_int8(WeightKind::Int8, {2, 131'071, 1}, Fill::Least, Fill::Least);
    expect_int8(WeightKind::Int8, {2, 131'071, 3}, Fill::Least, Fill::Least);
}

TEST(Products, ManyTokensGoThroughInSeveralPanels) {
    expect_int8(WeightKind::Ternary2, {5, 12'000, 600}, Fill::Random, Fill::Random);
}

void expect_low_bit(WeightKind kind, LowBit levels, const Size& size, Fill tokens) {
    const auto [rows, columns, count] = size;
    const Codes weight = weight_codes(kind, rows * columns, Fill::Random, columns);
    const Codes token = level_codes(levels, count * columns, tokens, rows);
    const CodeMatrix codes{weight, rows, columns};
    const auto expected = integer_products(codes, CodeMatrix{token, count, columns});
    const PackedMatrix matrix =
        PackedMatrix::from_codes(kind, ActivationKind::LowBit, codes, ones(rows));
    const LowBitPlanes planes = low_bit_planes(levels, {token, count, columns});
    ProductWorkspace workspace;
    for (const KernelPath path : available_paths()) {
        std::vector<std::int32_t> out(count * rows, 99);
        integer_products(matrix, planes.view(), out, workspace, {2, path});
        EXPECT_EQ(out, expected) << label(path, int(kind), rows, columns, count) << " levels "
                                 << int(levels);
    }
}

TEST(LowBitProducts, EveryPathGivesTheReferencesIntegers) {
    for (const WeightKind kind :
         {WeightKind::Ternary2, WeightKind::TernaryBase3, WeightKind::Binary}) {
        for (const LowBit levels : kLevels) {
            for (const Size& size : kSizes) expect_low_bit(kind, levels, size, Fill::Random);
            for (const Fill fill : {Fill::Zero, Fill::Most, Fill::Least}) {
                expect_low_bit(kind, levels, {300, 333, 2}, fill);
            }
        }
    }
}

TEST(LowBitProducts, SeveralBlocksTilesAndPartsOfTokensAddUp) {
    for (const WeightKind kind : {WeightKind::Ternary2, WeightKind::Binary}) {
        for (const Size& size :
             {Size{512, 1024, 1}, Size{513, 1025, 9}, Size{769, 4500, 10}, Size{800, 2048, 1}}) {
            expect_low_bit(kind, LowBit::Ternary, size, Fill::Random);
            expect_low_bit(kind, LowBit::Binary, size, Fill::Random);
        }
    }
}

TEST(LowBitProducts, LongListsAreCounted) {
    for (const WeightKind kind : {WeightKind::Ternary2, WeightKind::Binary}) {
        expect_low_bit(kind, LowBit::Binary, {3, 140'001, 1}, Fill::Random);
        expect_low_bit(kind, LowBit::ZeroOne, {3, 140'001, 1}, Fill::Random);
    }
}

TEST(LowBitProducts, PlanesOfTheReferenceLayoutsAreTakenAsTheyAre) {
    const Codes weight = weight_codes(WeightKind::Ternary2, 5 * 70, Fill::Random, 1),
                token = level_codes(LowBit::Ternary, 70, Fill::Random, 2);
    const TernaryPlanes planes = pack_ternary_planes({token, 1, 70});
    const PackedMatrix matrix = PackedMatrix::from_codes(
        WeightKind::Ternary2, ActivationKind::LowBit, {weight, 5, 70}, ones(5));
    ProductWorkspace workspace;
    std::vector<std::int32_t> out(5);
    integer_products(matrix,
                     LowBitTokens{LowBit::Ternary, planes.plus.bytes, planes.minus.bytes, 1, 70,
                                  planes.plus.row_bytes},
                     out, workspace);
    EXPECT_EQ(out, ternary_products(pack_ternary_planes({weight, 5, 70}), planes));
}

TEST(PackedMatrix, StoredBytesGiveWhatTheirCodesGive) {
    constexpr std::int64_t kRows = 300, kColumns = 77;
    const Codes token = codes_between(-127, 127, kColumns, Fill::Random, 3);
    for (const WeightKind kind : kKinds) {
        const Codes weight = weight_codes(kind, kRows * kColumns, Fill::Random, 4);
        const CodeMatrix codes{weight, kRows, kColumns};
        const PackedRows stored =
            kind == WeightKind::Ternary2       ? pack_ternary_2bit(codes)
            : kind == WeightKind::TernaryBase3 ? pack_ternary_base3(codes)
            : kind == WeightKind::Binary       ? pack_binary(codes, 64)
            : kind == WeightKind::Nibble
                ? pack_nibbles(codes)
                : PackedRows{{weight.begin(), weight.end()}, kRows, kColumns, kColumns};
        const PackedMatrix matrix =
            PackedMatrix::from_stored(kind, ActivationKind::Int8, stored, ones(kRows));
        ProductWorkspace workspace;
        std::vector<std::int32_t> out(kRows);
        integer_products(matrix, token, out, workspace);
        EXPECT_EQ(out, integer_products(codes, CodeMatrix{token, 1, kColumns}));
    }
}

TEST(PackedMatrix, MemoryIsThatOfTheBits) {
    const Codes weight(512 * 960, 1);
    const auto bytes = [&weight](WeightKind kind) {
        return PackedMatrix::from_codes(kind, ActivationKind::Int8, {weight, 512, 960}, ones(512))
            .bytes();
    };
    EXPECT_EQ(bytes(WeightKind::Ternary2), 512 * 960 / 4);
    EXPECT_EQ(bytes(WeightKind::TernaryBase3), 512 * 960 / 5);
    EXPECT_EQ(bytes(WeightKind::Binary), 512 * 960 / 8);
    EXPECT_EQ(bytes(WeightKind::Nibble), 512 * 960 / 2);
    EXPECT_EQ(bytes(WeightKind::Int8), 512 * 960);
}

TEST(Products, FloatsAreScaledInTheReferencesOrder) {
    constexpr std::int64_t kRows = 37, kColumns = 50, kTokens = 4;
    const Codes weight = weight_codes(WeightKind::Nibble, kRows * kColumns, Fill::Random, 5),
                token = codes_between(-127, 127, kTokens * kColumns, Fill::Random, 6);
    std::vector<float> row_scale, token_scale = {0.1F, 0.37F, 3e-5F, 7.0F}, bias;
    for (int i = 0; i < kRows; ++i) {
        row_scale.push_back(0.01F * static_cast<float>(i - 3));
        bias.push_back(static_cast<float>(i));
    }
    const auto integers =
        integer_products(CodeMatrix{weight, kRows, kColumns}, CodeMatrix{token, kTokens, kColumns});
    const std::vector<float> expected = scaled_products(integers, token_scale, row_scale);
    const PackedMatrix matrix = PackedMatrix::from_codes(WeightKind::Nibble, ActivationKind::Int8,
                                                         {weight, kRows, kColumns}, row_scale);
    ProductWorkspace workspace;
    std::vector<float> out(kTokens * kRows);
    products(matrix, Int8Tokens{token, token_scale}, {}, out, workspace);
    EXPECT_EQ(out, expected);
    products(matrix, Int8Tokens{token, token_scale}, bias, out, workspace, {.threads = 2});
    for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], expected[i] + bias[i % kRows]);
}

TEST(Products, LowBitFloatsAreScaledAndBiased) {
    const Codes weight = {1, -1, 0, 1, 1, 0}, token = {2, 1, 0};
    const std::vector<float> row_scale = {0.5F, 2.0F}, token_scale = {3.0F}, bias = {1.0F, -1.0F};
    const PackedMatrix matrix = PackedMatrix::from_codes(
        WeightKind::Ternary2, ActivationKind::LowBit, {weight, 2, 3}, row_scale);
    const LowBitPlanes planes = low_bit_planes(LowBit::ZeroOneTwo, {token, 1, 3});
    ProductWorkspace workspace;
    std::vector<float> out(2);
    products(matrix, planes.view(), token_scale, bias, out, workspace);
    EXPECT_EQ(out, (std::vector<float>{1 * 3.0F * 0.5F + 1, 3 * 3.0F * 2.0F - 1}));
}

TEST(Products, TheSecondCallTakesNoMemory) {
    const Codes weight(64 * 100, 1), token(9 * 100, 2);
    const PackedMatrix matrix = PackedMatrix::from_codes(WeightKind::Ternary2, ActivationKind::Int8,
                                                         {weight, 64, 100}, ones(64));
    ProductWorkspace workspace;
    std::vector<std::int32_t> out(9 * 64);
    integer_products(matrix, token, out, workspace, {.threads = 2});
    const std::int64_t bytes = workspace.bytes();
    EXPECT_GT(bytes, 0);
    integer_products(matrix, token, out, workspace, {.threads = 2});
    EXPECT_EQ(workspace.bytes(), bytes);
}

TEST(Products, ScratchStaysBelowFourMebibytesAThread) {
    const Codes weight(32 * 20'000, 1), token(600 * 20'000, 2);
    const PackedMatrix matrix = PackedMatrix::from_codes(WeightKind::Nibble, ActivationKind::Int8,
                                                         {weight, 32, 20'000}, ones(32));
    for (const int threads : {1, 2}) {
        ProductWorkspace workspace;
        std::vector<std::int32_t> out(600 * 32);
        integer_products(matrix, token, out, workspace, {.threads = threads});
        EXPECT_LE(workspace.bytes(), threads * (4 << 20));
    }
}

TEST(QuantizeRows, FollowsThePerTokenRule) {
    // Half to even: with most 127 - 1e-6 the factor is 1, so 0.5 and 2.5 are ties.
    const std::vector<float> values = {127.0F, 0.5F, 1.5F, 2.5F, -0.5F, -2.5F,
                                       0.0F,   0.0F, 0.0F, 0.0F, 0.0F,  0.0F};
    for (const KernelPath path : available_paths()) {
        Codes codes(12, 5);
        std::vector<float> scales(2);
        quantize_rows_int8(values, 6, codes, scales, path);
        EXPECT_EQ(codes, (Codes{127, 0, 2, 2, 0, -2, 0, 0, 0, 0, 0, 0}));
        EXPECT_EQ(scales[0], 1.0F / (127.0F / (127.0F + 1e-6F) + 1e-6F));
        EXPECT_EQ(scales[1], 1.0F / (127.0F / 1e-6F + 1e-6F));
    }
}

TEST(QuantizeRows, PathsAgreeAtEveryLength) {
    engine::Random random(7, "values", 0);
    for (const std::int64_t columns : {1, 7, 8, 31, 32, 33, 100, 1000}) {
        std::vector<float> values(3 * columns);
        for (float& value : values) value = static_cast<float>(random.normal());
        Codes expected(values.size());
        std::vector<float> expected_scales(3);
        for (int token = 0; token < 3; ++token) {
            float most = 0;
            for (int i = 0; i < columns; ++i) {
                most = std::max(most, std::abs(values[token * columns + i]));
            }
            const float scale = 127.0F / (most + 1e-6F);
            for (int i = 0; i < columns; ++i) {
                expected[token * columns + i] =
                    static_cast<std::int8_t>(std::nearbyint(values[token * columns + i] * scale));
            }
            expected_scales[token] = 1.0F / (scale + 1e-6F);
        }
        for (const KernelPath path : available_paths()) {
            Codes codes(values.size());
            std::vector<float> scales(3);
            quantize_rows_int8(values, columns, codes, scales, path);
            EXPECT_EQ(codes, expected) << name_of(path) << columns;
            EXPECT_EQ(scales, expected_scales);
        }
    }
}

TEST(QuantizeRows, RefusesWhatIsNotFinite) {
    for (const KernelPath path : available_paths()) {
        for (const std::size_t at : {0, 8, 16}) {
            for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                                    -std::numeric_limits<float>::infinity()}) {
                std::vector<float> values(17, 1.0F), scales(1);
                values[at] = bad;
                Codes codes(17);
                EXPECT_EQ(error_code([&] { quantize_rows_int8(values, 17, codes, scales, path); }),
                          "E-PACK-013");
            }
        }
    }
}

TEST(Products, WhatDoesNotFitIsRefused) {
    const Codes weight = {1, -1, 1, 1}, token = {1, 2};
    const PackedMatrix matrix =
        PackedMatrix::from_codes(WeightKind::Binary, ActivationKind::Int8, {weight, 2, 2}, ones(2));
    ProductWorkspace workspace;
    std::vector<std::int32_t> out(2), small(1);
    EXPECT_EQ(error_code([&] { integer_products(matrix, token, small, workspace); }), "E-PACK-015");
    EXPECT_EQ(error_code([&] { integer_products(matrix, weight, out, workspace); }), "E-PACK-015");
    EXPECT_EQ(
        error_code([&] { integer_products(matrix, std::span(token).first(1), out, workspace); }),
        "E-PACK-015");
    EXPECT_EQ(error_code([&] { integer_products(matrix, token, out, workspace, {.threads = 0}); }),
              "E-PACK-017");
    const LowBitPlanes planes = low_bit_planes(LowBit::Binary, {weight, 2, 2});
    std::vector<std::int32_t> four(4);
    EXPECT_EQ(error_code([&] { integer_products(matrix, planes.view(), four, workspace); }),
              "E-PACK-016");
    std::vector<float> floats(2);
    EXPECT_EQ(error_code([&] {
                  products(matrix, Int8Tokens{token, {}}, {}, floats, workspace);
              }),
              "E-PACK-015");
}

TEST(PackedMatrix, CodesAndScalesThatDoNotFitAreRefused) {
    const Codes weight = {1, 0, 2, 1};
    const auto made = [&](WeightKind kind, ActivationKind activation, std::int64_t rows,
                          const std::vector<float>& scales) {
        return error_code([&] {
            PackedMatrix::from_codes(kind, activation, {weight, rows, 2}, scales);
        });
    };
    constexpr auto kInt8 = ActivationKind::Int8;
    EXPECT_EQ(made(WeightKind::Ternary2, kInt8, 2, ones(2)), "E-PACK-002");
    EXPECT_EQ(made(WeightKind::Binary, kInt8, 2, ones(2)), "E-PACK-002");
    EXPECT_EQ(made(WeightKind::Nibble, kInt8, 3, ones(3)), "E-PACK-001");
    EXPECT_EQ(made(WeightKind::Nibble, kInt8, 2, ones(3)), "E-PACK-010");
    EXPECT_EQ(made(WeightKind::Nibble, kInt8, 2, {1.0F, std::nanf("")}), "E-PACK-010");
    EXPECT_EQ(made(WeightKind::Nibble, ActivationKind::LowBit, 2, ones(2)), "E-PACK-011");
    const Codes wide(131'072, 1);
    EXPECT_EQ(error_code([&] {
                  PackedMatrix::from_codes(WeightKind::Int8, kInt8, {wide, 1, 131'072}, ones(1));
              }),
              "E-PACK-012");
    const PackedRows cut{std::vector<std::uint8_t>(7), 2, 16, 4};
    EXPECT_EQ(
        error_code([&] { PackedMatrix::from_stored(WeightKind::Ternary2, kInt8, cut, ones(2)); }),
        "E-PACK-001");
}

TEST(KernelPath, OnlyWhatIsAvailableCanBeAsked) {
    const auto paths = available_paths();
    ASSERT_FALSE(paths.empty());
    EXPECT_EQ(paths.front(), KernelPath::Scalar);
    const char* chosen = std::getenv("MILLRACE_KERNELS");
    EXPECT_EQ(chosen && *chosen ? path_named(chosen) : paths.back(), best_path());
    for (const KernelPath path : paths) EXPECT_EQ(path_named(name_of(path)), path);
    EXPECT_EQ(error_code([] { path_named("avx3"); }), "E-PACK-018");
    const Codes one = {1};
    const PackedMatrix matrix =
        PackedMatrix::from_codes(WeightKind::Int8, ActivationKind::Int8, {one, 1, 1}, ones(1));
    ProductWorkspace workspace;
    for (const KernelPath path : {KernelPath::Scalar, KernelPath::Avx2, KernelPath::Avx512Vnni,
                                  KernelPath::Neon, KernelPath::NeonDot}) {
        std::vector<std::int32_t> out(1);
        const bool available = std::ranges::find(paths, path) != paths.end();
        EXPECT_EQ(error_code([&] {
                      integer_products(matrix, one, out, workspace, {1, path});
                  }),
                  available ? "none" : "E-PACK-014");
    }
}

}  // namespace
}  // namespace millrace::ops
