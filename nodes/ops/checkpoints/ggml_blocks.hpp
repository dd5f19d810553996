// The number formats of GGUF's tensors: plain ones, and blocks that share a scale. Layouts, little
// endian, as the GGUF specification (github.com/ggml-org/ggml, docs/gguf.md) and ggml's block
// definitions have them; d is the scale, float16:
//
//     Q8_0   32 numbers in 34 bytes   d, then int8 q: d q
//     Q4_0   32 in 18                 d, then 16 bytes: byte i holds number i in its low half,
//     number
//                                     i + 16 in its high half: d (q - 8)
//     TQ2_0  256 in 66                64 bytes, then d. Byte i of half h (32 bytes each) holds the
//                                     numbers 128 h + i + 32 n, n = 0 to 3, in bits 2 n: d (q - 1)
//     TQ1_0  256 in 54                52 bytes, then d: d (q - 1) by digits of base 3. Byte i < 32:
//                                     numbers i + 32 n, n = 0 to 4; bytes 32 + i, i < 16: 160 + i +
//                                     16 n; bytes 48 + i, i < 4: 240 + i + 4 n, n = 0 to 3, as if a
//                                     fifth digit were 0. The digits, the first the highest, are a
//                                     number v below 243, stored as ceil(256 v / 243), so that the
//                                     next digit is what 3 times the byte carries over.
//
// Plain functions, any thread; no library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace::ops {

/// With the numbers that files have for them.
enum class GgmlType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q8_0 = 8,
    BF16 = 30,
    TQ1_0 = 34,
    TQ2_0 = 35
};

std::string_view to_text(GgmlType type);

/// None for a type that is not read here.
std::optional<GgmlType> ggml_type(std::uint32_t code);

struct GgmlBlock {
    std::int64_t values = 1;  ///< numbers in a block; a row is whole blocks
    std::int64_t bytes = 4;
};

GgmlBlock block_of(GgmlType type);

/// `bytes` are whole blocks; `values` has room for their numbers.
void dequantize(GgmlType type, std::span<const std::byte> bytes, std::span<float> values);

/// Rounds to the nearest, halves to even in F16 and BF16. Scales of a block: its largest magnitude
/// over 127 (Q8_0), as it is (TQ1_0, TQ2_0), its value of largest magnitude over -8 (Q4_0). Throws
/// Error E-CKPT-046 for a part of a block, or where a block holds NaN, infinity or needs a scale
/// beyond float16. `name` says whose numbers they are.
std::string quantize(GgmlType type, std::span<const float> values, std::string_view name);

}  // namespace millrace::ops
