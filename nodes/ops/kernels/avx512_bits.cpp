// Columns of bits with AVX-512: a full adder is one instruction for the sum and one for the carry.
#include "nodes/ops/kernels/avx512.hpp"
#include "nodes/ops/kernels/avx512_simd.hpp"
#include "nodes/ops/kernels/bit_counter.hpp"

namespace millrace::ops::kernels {
namespace {

/// The tables of odd parity, and of the carry from a, b and the new sum: a where a and b agree,
/// else what the new sum isn't; and of the same with a and b inverted. So each result takes the
/// place of a value that is not needed any more, and nothing is copied.
constexpr int kParity = 0x96, kCarry = 0xD4, kCarryInverted = 0x17;

struct Lanes512 {
    using Vector = __m512i;
    static Vector zero() { return _mm512_setzero_si512(); }
    static Vector read(const std::uint8_t* from) { return load512(from); }
    static void write(std::uint8_t* to, Vector value) { store512(to, value); }
    /// The sum stays in `sum`, the carry is returned. Inverted, what is not set in `a` and `b`
    /// counts.
    template <bool inverted>
    static Vector full_add(Vector& sum, Vector a, Vector b) {
        sum = _mm512_ternarylogic_epi32(sum, a, b, kParity);
        return _mm512_ternarylogic_epi32(a, b, sum, inverted ? kCarryInverted : kCarry);
    }
};

struct Lanes256 {
    using Vector = __m256i;
    static Vector zero() { return _mm256_setzero_si256(); }
    static Vector read(const std::uint8_t* from) { return load(from); }
    static void write(std::uint8_t* to, Vector value) { store(to, value); }
    template <bool inverted>
    static Vector full_add(Vector& sum, Vector a, Vector b) {
        sum = _mm256_ternarylogic_epi32(sum, a, b, kParity);
        return _mm256_ternarylogic_epi32(a, b, sum, inverted ? kCarryInverted : kCarry);
    }
};

template <class Lanes, int kScale>
void count(const BitJob& job) {
    BitCounter<Lanes> counter(job.counts, job.column_bytes);
    counter.template count<kScale>(job, job.block);
    counter.finish(job.counts, job.column_bytes);
}

}  // namespace

void avx512_count_bits(const BitJob& job) {
    job.column_bytes == 64 ? count<Lanes512, 2>(job) : count<Lanes256, 1>(job);
}

std::uint32_t* avx512_list_set(std::uint64_t bits, std::uint32_t first, std::uint32_t* to) {
    const __m512i step = _mm512_set1_epi32(16 * kListScale);
    __m512i entries = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)),
                                       _mm512_setr_epi32(0, 32, 64, 96, 128, 160, 192, 224, 256,
                                                         288, 320, 352, 384, 416, 448, 480));
    for (int part = 0; part < 4; ++part, bits >>= 16) {
        const auto sixteen = static_cast<__mmask16>(bits);
        store512(to, _mm512_maskz_compress_epi32(sixteen, entries));
        to += __builtin_popcount(sixteen);
        entries = _mm512_add_epi32(entries, step);
    }
    return to;
}

}  // namespace millrace::ops::kernels
