#include "nodes/ops/checkpoints/ggml_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/numbers.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/errors.hpp"

namespace millrace::ops {
namespace {

struct TypeRow {
    GgmlType type;
    std::string_view name;
    GgmlBlock block;
};

constexpr std::array kTypes = {
    TypeRow{GgmlType::F32, "F32", {1, 4}},        TypeRow{GgmlType::F16, "F16", {1, 2}},
    TypeRow{GgmlType::BF16, "BF16", {1, 2}},      TypeRow{GgmlType::Q4_0, "Q4_0", {32, 18}},
    TypeRow{GgmlType::Q8_0, "Q8_0", {32, 34}},    TypeRow{GgmlType::TQ1_0, "TQ1_0", {256, 54}},
    TypeRow{GgmlType::TQ2_0, "TQ2_0", {256, 66}},
};

const TypeRow& row_of(GgmlType type) { return *std::ranges::find(kTypes, type, &TypeRow::type); }

/// Where the digits of a run of TQ1_0's bytes go: digit n of byte i to number first + i + bytes n.
struct TritRun {
    std::size_t byte, bytes, first, digits;
};
constexpr std::array kTritRuns = {TritRun{0, 32, 0, 5}, TritRun{32, 16, 160, 5},
                                  TritRun{48, 4, 240, 4}};
constexpr std::size_t kTritBytes = 52, kPairBytes = 64, kPairRun = 32;

float scale_at(const std::byte* bytes) {
    float scale = 0;
    engine::to_floats({bytes, 2}, engine::DType::F16, &scale);
    return scale;
}

std::uint16_t to_half(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = word >> 16 & 0x8000U, magnitude = word & 0x7fffffffU;
    std::uint32_t half = 0;
    if (magnitude > 0x7f800000U) {
        half = 0x7e00U;  // NaN
    } else if (magnitude >= 0x47800000U) {
        half = 0x7c00U;  // 65536 and more
    } else if (magnitude < 0x38800000U) {
        // Below 2^-14 float16 counts in steps of 2^-24; the product is exact.
        half =
            static_cast<std::uint32_t>(std::nearbyint(std::bit_cast<float>(magnitude) * 0x1p24F));
    } else {
        half = (magnitude + 0xfffU + (magnitude >> 13 & 1U) - 0x38000000U) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
}

std::uint16_t to_bfloat(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(word >> 16 | 0x40U);
    return static_cast<std::uint16_t>((word + 0x7fffU + (word >> 16 & 1U)) >> 16);
}

void append(std::string& bytes, std::uint16_t value) {
    bytes += static_cast<char>(value & 0xffU);
    bytes += static_cast<char>(value >> 8);
}

void read_block(GgmlType type, const std::byte* in, float* out) {
    const auto byte = [in](std::size_t at) { return std::to_integer<unsigned>(in[at]); };
    if (type == GgmlType::Q8_0) {
        const float scale = scale_at(in);
        for (std::size_t i = 0; i < 32; ++i)
            out[i] = scale * static_cast<float>(static_cast<std::int8_t>(byte(2 + i)));
    } else if (type == GgmlType::Q4_0) {
        const float scale = scale_at(in);
        for (std::size_t i = 0; i < 16; ++i) {
            const unsigned pair = byte(2 + i);
            out[i] = scale * static_cast<float>(static_cast<int>(pair & 15U) - 8);
            out[i + 16] = scale * static_cast<float>(static_cast<int>(pair >> 4) - 8);
        }
    } else if (type == GgmlType::TQ2_0) {
        const float scale = scale_at(in + kPairBytes);
        for (std::size_t i = 0; i < kPairBytes; ++i) {
            float* first = out + i / kPairRun * 128 + i % kPairRun;
            for (std::size_t n = 0; n < 4; ++n) {
                const unsigned digit = byte(i) >> 2 * n & 3U;
                first[n * kPairRun] = scale * static_cast<float>(static_cast<int>(digit) - 1);
            }
        }
    } else {
        const float scale = scale_at(in + kTritBytes);
        for (const TritRun& run : kTritRuns) {
            for (std::size_t i = 0; i < run.bytes; ++i) {
                unsigned rest = byte(run.byte + i);
                for (std::size_t n = 0; n < run.digits; ++n) {
                    rest *= 3;
                    const int digit = static_cast<int>(rest >> 8);
                    rest &= 0xffU;
                    out[run.first + i + run.bytes * n] = scale * static_cast<float>(digit - 1);
                }
            }
        }
    }
}

/// The number of largest magnitude, the first where there are several.
float extreme(std::span<const float> block) {
    return *std::ranges::max_element(block, {}, [](float value) { return std::fabs(value); });
}

/// 0 for scales so small that float16 has none of them either.
float inverse(float scale) {
    const float factor = 1 / scale;
    return std::isfinite(factor) ? factor : 0;
}

void write_scale(std::string& bytes, float scale, std::string_view name) {
    const std::uint16_t half = to_half(scale);
    if ((half & 0x7c00U) == 0x7c00U) {
        fail_checkpoint("E-CKPT-046", "Numbers can't be stored in blocks",
                        "a scale that is a float16, at most 65504", fmt::format("{}", scale),
                        engine::shortened(name), "Store this tensor as F32 or BF16.");
    }
    append(bytes, half);
}

void write_ternary(GgmlType type, std::span<const float> block, std::string& bytes) {
    const float factor = inverse(std::fabs(extreme(block)));
    const auto digit = [&](std::size_t at) {
        return static_cast<unsigned>(std::lround(block[at] * factor) + 1);
    };
    if (type == GgmlType::TQ2_0) {
        for (std::size_t i = 0; i < kPairBytes; ++i) {
            const std::size_t first = i / kPairRun * 128 + i % kPairRun;
            unsigned byte = 0;
            for (std::size_t n = 0; n < 4; ++n) byte |= digit(first + n * kPairRun) << 2 * n;
            bytes += static_cast<char>(byte);
        }
        return;
    }
    for (const TritRun& run : kTritRuns) {
        for (std::size_t i = 0; i < run.bytes; ++i) {
            unsigned number = 0;
            for (std::size_t n = 0; n < 5; ++n)
                number = 3 * number + (n < run.digits ? digit(run.first + i + run.bytes * n) : 0);
            bytes += static_cast<char>((number * 256 + 242) / 243);
        }
    }
}

void write_block(GgmlType type, std::span<const float> block, std::string& bytes,
                 std::string_view name) {
    if (!std::ranges::all_of(block, [](float value) { return std::isfinite(value); })) {
        fail_checkpoint("E-CKPT-046", "Numbers can't be stored in blocks", "finite numbers",
                        "NaN or infinity", engine::shortened(name), "Check the model's training.");
    }
    const float most = extreme(block);
    if (type == GgmlType::Q8_0) {
        const float scale = std::fabs(most) / 127, factor = inverse(scale);
        write_scale(bytes, scale, name);
        for (const float value : block) bytes += static_cast<char>(std::lround(value * factor));
    } else if (type == GgmlType::Q4_0) {
        const float scale = most / -8, factor = inverse(scale);
        write_scale(bytes, scale, name);
        const auto digit = [&](std::size_t at) {
            return std::min(15U, static_cast<unsigned>(block[at] * factor + 8.5F));
        };
        for (std::size_t i = 0; i < 16; ++i)
            bytes += static_cast<char>(digit(i) | digit(i + 16) << 4);
    } else {
        write_ternary(type, block, bytes);
        write_scale(bytes, std::fabs(most), name);
    }
}

}  // namespace

std::string_view to_text(GgmlType type) { return row_of(type).name; }

std::optional<GgmlType> ggml_type(std::uint32_t code) {
    for (const TypeRow& row : kTypes) {
        if (static_cast<std::uint32_t>(row.type) == code) return row.type;
    }
    return {};
}

GgmlBlock block_of(GgmlType type) { return row_of(type).block; }

void dequantize(GgmlType type, std::span<const std::byte> bytes, std::span<float> values) {
    if (type == GgmlType::F32) {
        if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    } else if (type == GgmlType::F16) {
        engine::to_floats(bytes, engine::DType::F16, values.data());
    } else if (type == GgmlType::BF16) {
        engine::to_floats(bytes, engine::DType::BF16, values.data());
    } else {
        const GgmlBlock block = block_of(type);
        const auto width = static_cast<std::size_t>(block.bytes);
        for (std::size_t i = 0; i < bytes.size() / width; ++i) {
            read_block(type, bytes.data() + i * width,
                       values.data() + i * static_cast<std::size_t>(block.values));
        }
    }
}

std::string quantize(GgmlType type, std::span<const float> values, std::string_view name) {
    const GgmlBlock block = block_of(type);
    const auto width = static_cast<std::size_t>(block.values);
    if (values.size() % width != 0) {
        fail_checkpoint("E-CKPT-046", "Numbers can't be stored in blocks",
                        fmt::format("a multiple of {}", width), fmt::format("{}", values.size()),
                        engine::shortened(name), "Store this tensor as F32, F16 or BF16.");
    }
    std::string bytes;
    bytes.reserve(values.size() / width * static_cast<std::size_t>(block.bytes));
    if (type == GgmlType::F32) {
        bytes.assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    } else if (type == GgmlType::F16) {
        for (const float value : values) append(bytes, to_half(value));
    } else if (type == GgmlType::BF16) {
        for (const float value : values) append(bytes, to_bfloat(value));
    } else {
        for (std::size_t i = 0; i < values.size(); i += width)
            write_block(type, values.subspan(i, width), bytes, name);
    }
    return bytes;
}

}  // namespace millrace::ops
