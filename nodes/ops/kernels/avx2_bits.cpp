// Columns of bits with AVX2, 256 lanes at a time.
#include "nodes/ops/kernels/avx2_bits.hpp"

#include "nodes/ops/kernels/avx2.hpp"
#include "nodes/ops/kernels/bit_counter.hpp"

namespace millrace::ops::kernels {
namespace {

struct Lanes {
    using Vector = __m256i;
    static Vector zero() { return _mm256_setzero_si256(); }
    static Vector read(const std::uint8_t* from) { return load(from); }
    static void write(std::uint8_t* to, Vector value) { store(to, value); }
    /// The sum stays in `sum`, the carry is returned. Inverted, what is not set in `a` and `b`
    /// counts.
    template <bool inverted>
    static Vector full_add(Vector& sum, Vector a, Vector b) {
        const Vector differ = _mm256_xor_si256(a, b);
        const Vector both = inverted
                                ? _mm256_andnot_si256(_mm256_or_si256(a, b), _mm256_set1_epi8(-1))
                                : _mm256_and_si256(a, b);
        const Vector carry = _mm256_or_si256(both, _mm256_and_si256(differ, sum));
        sum = _mm256_xor_si256(differ, sum);
        return carry;
    }
};

}  // namespace

void avx2_count_bits(const BitJob& job) {
    for (int half = 0; half < job.column_bytes; half += 32) {
        BitCounter<Lanes> counter(job.counts + half, job.column_bytes);
        if (job.column_bytes == 32) {
            counter.count<1>(job, job.block);
        } else {
            counter.count<2>(job, job.block + half);
        }
        counter.finish(job.counts + half, job.column_bytes);
    }
}

void avx2_read_counts(const std::uint8_t* counts, int column_bytes, std::int32_t* out) {
    for (int half = 0; half < column_bytes; half += 32) {
        read_lanes(counts + half, column_bytes, out + half * 8);
    }
}

}  // namespace millrace::ops::kernels
