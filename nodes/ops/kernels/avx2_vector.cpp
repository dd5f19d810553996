// One token with AVX2. A pair of products digit * int8 is at most 2 * 2 * 128 for ternary and
// 2 * 15 * 128 for 4-bit digits, so that vpmaddubsw never saturates, and 60 or 8 such pairs add up
// in 16 bits before they are widened.
#include "nodes/ops/kernels/avx2.hpp"
#include "nodes/ops/kernels/avx2_unpack.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kAhead =
    2048;  // bytes; hides the way from memory where the prefetcher stops at pages

inline void fetch_ahead(const std::uint8_t* at) {
    _mm_prefetch(reinterpret_cast<const char*>(at + kAhead), _MM_HINT_T0);
}

/// Four sums of 8 rows, in 16 bits until widened.
struct Sums {
    __m256i narrow[4], wide[4];
    Sums() {
        for (int p = 0; p < 4; ++p) narrow[p] = wide[p] = _mm256_setzero_si256();
    }
    void add(int part, __m256i digits, __m256i token) {
        narrow[part] = _mm256_add_epi16(narrow[part], _mm256_maddubs_epi16(digits, token));
    }
    void widen() {
        for (int p = 0; p < 4; ++p) {
            wide[p] = _mm256_add_epi32(wide[p], _mm256_madd_epi16(narrow[p], _mm256_set1_epi16(1)));
            narrow[p] = _mm256_setzero_si256();
        }
    }
    void write(std::int32_t* out) {
        for (int p = 0; p < 4; ++p) store(out + 8 * p, wide[p]);
    }
};

void ternary2(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
              std::int32_t* out) {
    Sums sums;
    for (std::int64_t first = 0; first < groups; first += kChunkGroups) {
        const std::int64_t end = first + kChunkGroups < groups ? first + kChunkGroups : groups;
        for (std::int64_t g = first; g < end; ++g) {
            __m256i digits[4];
            if (g % 2 == 0) fetch_ahead(block + g * 32);
            ternary_digits(load(block + g * 32), digits);
            const __m256i four = broadcast_group(token + g * kGroup);
            for (int p = 0; p < 4; ++p) sums.add(p, digits[p], four);
        }
        sums.widen();
    }
    sums.write(out);
}

void base3(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
           std::int32_t* out) {
    Sums sums;
    for (std::int64_t first = 0; first < groups; first += kChunkGroups) {
        const std::int64_t end = first + kChunkGroups < groups ? first + kChunkGroups : groups;
        for (std::int64_t g = first; g < end; g += 5, block += 128) {
            fetch_ahead(block);
            fetch_ahead(block + 64);
            __m256i fraction[4];
            for (int p = 0; p < 4; ++p) fraction[p] = load(block + 32 * p);
            for (int j = 0; j < 5; ++j) {
                const __m256i four = broadcast_group(token + (g + j) * kGroup);
                for (int p = 0; p < 4; ++p) {
                    sums.add(p, base3_digit(fraction[p]), four);
                    fraction[p] = base3_next(fraction[p]);
                }
            }
        }
        sums.widen();
    }
    sums.write(out);
}

void nibble(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
            std::int32_t* out) {
    Sums sums;
    for (std::int64_t first = 0; first < groups; first += 8) {
        const std::int64_t end = first + 8 < groups ? first + 8 : groups;
        for (std::int64_t g = first; g < end; ++g) {
            const std::uint8_t* bytes = block + g * 64;
            fetch_ahead(bytes);
            const __m256i four = broadcast_group(token + g * kGroup);
            const __m256i low = load(bytes), high = load(bytes + 32);
            sums.add(0, low_nibble(low), four);
            sums.add(1, high_nibble(low), four);
            sums.add(2, low_nibble(high), four);
            sums.add(3, high_nibble(high), four);
        }
        sums.widen();
    }
    sums.write(out);
}

/// A digit of 8 bits is 16 times one of 4 bits and another. Half of the rows at a time keep their
/// sums in registers.
void int8(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
          std::int32_t* out) {
    Sums halves[2];
    for (std::int64_t first = 0; first < groups; first += 8) {
        const std::int64_t end = first + 8 < groups ? first + 8 : groups;
        for (int half = 0; half < 2; ++half) {
            Sums sums = halves[half];
            for (std::int64_t g = first; g < end; ++g) {
                const std::uint8_t* bytes = block + g * 128 + 64 * half;
                fetch_ahead(bytes);
                const __m256i four = broadcast_group(token + g * kGroup);
                const __m256i eight = load(bytes), next = load(bytes + 32);
                sums.add(0, low_nibble(eight), four);
                sums.add(1, low_nibble(next), four);
                sums.add(2, high_nibble(eight), four);
                sums.add(3, high_nibble(next), four);
            }
            sums.widen();
            halves[half] = sums;
        }
    }
    for (int half = 0; half < 2; ++half) {
        const __m256i* wide = halves[half].wide;
        for (int p = 0; p < 2; ++p) {
            store(out + 16 * half + 8 * p,
                  _mm256_add_epi32(wide[p], _mm256_slli_epi32(wide[p + 2], 4)));
        }
    }
}

}  // namespace

void avx2_vector_blocks(const VectorJob& job) {
    if (job.kind == WeightKind::Binary) return avx2_binary_blocks(job);
    const auto block = job.kind == WeightKind::Ternary2       ? ternary2
                       : job.kind == WeightKind::TernaryBase3 ? base3
                       : job.kind == WeightKind::Nibble       ? nibble
                                                              : int8;
    for (std::int64_t i = 0; i < job.block_count; ++i) {
        block(job.blocks + i * job.block_bytes, job.token, job.groups, job.out + i * kBlockRows);
    }
}

}  // namespace millrace::ops::kernels
