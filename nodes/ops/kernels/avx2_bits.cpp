// Low-bit activations with AVX2. Only the columns where a plane has a bit are looked at.
#include "nodes/ops/kernels/avx2_bits.hpp"

#include "nodes/ops/kernels/avx2.hpp"

namespace millrace::ops::kernels {
namespace {

struct Lanes {
    using Vector = __m256i;
    static Vector zero() { return _mm256_setzero_si256(); }
    static Vector either(Vector a, Vector b) { return _mm256_xor_si256(a, b); }
    static Vector both(Vector a, Vector b) { return _mm256_and_si256(a, b); }
    /// The sum stays in `sum`, the carry is returned.
    static Vector full_add(Vector& sum, Vector a, Vector b) {
        const Vector differ = _mm256_xor_si256(a, b);
        const Vector carry = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(differ, sum));
        sum = _mm256_xor_si256(differ, sum);
        return carry;
    }
};

}  // namespace

void avx2_bit_block(const BitJob& job) { count_bits<Lanes>(job); }

}  // namespace millrace::ops::kernels
