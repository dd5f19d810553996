// Binary weights with an int8 token by table look-ups, as the authors of T-MAC (Wei et al., 2024)
// do for CPUs: vpshufb gives, for 32 rows at once, the sum of the activations whose bits are set.
// Here the sums are exact: two tables hold five bits each.
#include "nodes/ops/kernels/avx2.hpp"
#include "nodes/ops/kernels/avx2_simd.hpp"
#include "nodes/ops/kernels/avx2_unpack.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kTableOffset = 512;  // 4 * 128: no entry is negative
/// Vectors of 8 columns whose look-ups add up in bytes; and those whose bytes add up in 16 bits.
constexpr int kByteVectors = 4, kWordVectors = 4 * 256;

inline __m256i table(const std::uint8_t* at) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

/// Sums of 32 rows, in 16 bits: even bytes, odd bytes.
struct Words {
    __m256i even = _mm256_setzero_si256(), odd = even;
    void add(__m256i bytes) {
        even = _mm256_add_epi16(even, _mm256_and_si256(bytes, _mm256_set1_epi16(255)));
        odd = _mm256_add_epi16(odd, _mm256_srli_epi16(bytes, 8));
    }
};

/// Adds low + 32 * high to the sums of 32 rows.
void flush(const Words& low, const Words& high, std::int32_t* sums) {
    const __m256i zero = _mm256_setzero_si256();
    alignas(32) std::int32_t part[kBlockRows];
    const auto wide = [&](__m256i low_words, __m256i high_words, int odd) {
        const __m256i first =
            _mm256_add_epi32(_mm256_unpacklo_epi16(low_words, zero),
                             _mm256_slli_epi32(_mm256_unpacklo_epi16(high_words, zero), 5));
        const __m256i second =
            _mm256_add_epi32(_mm256_unpackhi_epi16(low_words, zero),
                             _mm256_slli_epi32(_mm256_unpackhi_epi16(high_words, zero), 5));
        store(part + 16 * odd, _mm256_permute2x128_si256(first, second, 0x20));
        store(part + 16 * odd + 8, _mm256_permute2x128_si256(first, second, 0x31));
    };
    wide(low.even, high.even, 0);
    wide(low.odd, high.odd, 1);
    for (int row = 0; row < kBlockRows; ++row) sums[row] += part[row % 2 * 16 + row / 2];
}

/// `kBlocks` blocks side by side share the tables.
template <int kBlocks>
void binary(const VectorJob& job, std::int64_t first_block) {
    const std::uint8_t* block = job.blocks + first_block * job.block_bytes;
    std::int32_t* out = job.out + first_block * kBlockRows;
    const std::int64_t vectors = job.groups / 2;
    std::memset(out, 0, kBlocks * kBlockRows * sizeof(std::int32_t));
    for (std::int64_t first = 0; first < vectors; first += kWordVectors) {
        Words low[kBlocks], high[kBlocks];
        const std::int64_t end = first + kWordVectors < vectors ? first + kWordVectors : vectors;
        for (std::int64_t v = first; v < end; v += kByteVectors) {
            __m256i low_bytes[kBlocks], high_bytes[kBlocks];
            for (int b = 0; b < kBlocks; ++b) low_bytes[b] = high_bytes[b] = _mm256_setzero_si256();
            const int count = static_cast<int>(end - v < kByteVectors ? end - v : kByteVectors);
            for (int i = 0; i < count; ++i) {
                const std::uint8_t* tables = job.tables + (v + i) * 2 * kAvx2TableBytes;
                const __m256i low0 = table(tables), high0 = table(tables + 16),
                              low1 = table(tables + 32), high1 = table(tables + 48);
                for (int b = 0; b < kBlocks; ++b) {
                    const std::uint8_t* at = block + b * job.block_bytes + (v + i) * 32;
                    if (i % 2 == 0)
                        _mm_prefetch(reinterpret_cast<const char*>(at + 1024), _MM_HINT_T0);
                    const __m256i bits = load(at);
                    const __m256i even = low_nibble(bits), odd = high_nibble(bits);
                    low_bytes[b] = _mm256_add_epi8(low_bytes[b], _mm256_shuffle_epi8(low0, even));
                    high_bytes[b] =
                        _mm256_add_epi8(high_bytes[b], _mm256_shuffle_epi8(high0, even));
                    low_bytes[b] = _mm256_add_epi8(low_bytes[b], _mm256_shuffle_epi8(low1, odd));
                    high_bytes[b] = _mm256_add_epi8(high_bytes[b], _mm256_shuffle_epi8(high1, odd));
                }
            }
            for (int b = 0; b < kBlocks; ++b) {
                low[b].add(low_bytes[b]);
                high[b].add(high_bytes[b]);
            }
        }
        for (int b = 0; b < kBlocks; ++b) flush(low[b], high[b], out + b * kBlockRows);
    }
    const auto offset = static_cast<std::int32_t>(job.groups * kTableOffset);
    for (int i = 0; i < kBlocks * kBlockRows; ++i) out[i] = 2 * (out[i] - offset);
}

}  // namespace

void avx2_make_tables(const std::int8_t* token, std::int64_t groups, std::uint8_t* tables) {
    const __m256i index = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m256i chosen[kGroup];
    for (int k = 0; k < kGroup; ++k) {
        const __m256i bit = _mm256_set1_epi16(static_cast<short>(1 << k));
        chosen[k] = _mm256_cmpeq_epi16(_mm256_and_si256(index, bit), bit);
    }
    for (std::int64_t g = 0; g < groups; ++g) {
        __m256i sums = _mm256_set1_epi16(kTableOffset);
        for (int k = 0; k < kGroup; ++k) {
            sums = _mm256_add_epi16(
                sums, _mm256_and_si256(chosen[k], _mm256_set1_epi16(token[g * kGroup + k])));
        }
        const __m256i low = _mm256_and_si256(sums, _mm256_set1_epi16(31));
        const __m256i high = _mm256_srli_epi16(sums, 5);
        store(tables + g * kAvx2TableBytes,
              _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xD8));
    }
}

void avx2_binary_blocks(const VectorJob& job) {
    std::int64_t block = 0;
    for (; block + 2 <= job.block_count; block += 2) binary<2>(job, block);
    if (block < job.block_count) binary<1>(job, block);
}

}  // namespace millrace::ops::kernels
