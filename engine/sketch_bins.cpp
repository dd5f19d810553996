#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/sketch_kernels.hpp"
#include "engine/sketch_simd.hpp"

namespace millrace::engine {
namespace {

/// One step of a carry-save adder on bit planes: low + b + c = low' + 2 * high.
template <class Words>
MILLRACE_INLINE void add_bits(Words& high, Words& low, const Words& b, const Words& c) {
    const Words either = low ^ b;
    high = (low & b) | (either & c);
    low = either ^ c;
}

/// Where bins begin: bin = (value - min) * scale rounded down, but at most 31.
struct FloatBins {
    float min, scale;

    /// Of four vectors' worth of values.
    template <class Words>
    MILLRACE_INLINE void bits_of(const float* values, Words (&bits)[4]) const {
        using Floats = typename VectorOf<float, sizeof(Words)>::Type;
        using Numbers = typename VectorOf<std::int32_t, sizeof(Words)>::Type;
#pragma GCC unroll 4
        for (std::size_t part = 0; part < 4; ++part) {
            Floats value;
            std::memcpy(&value, values + part * sizeof(Words) / 4, sizeof value);
            Numbers bin = __builtin_convertvector((value - min) * scale, Numbers);
            bin = bin < 31 ? bin : 31;
            bits[part] = (Words{} + 1) << (Words)bin;
        }
    }
};

/// For bytes: the quotient by the range in 16 bits, rounded up, which is exact for differences up
/// to 255.
struct ByteBins {
    std::uint32_t min, factor;
    ByteBins(std::uint8_t low, std::uint8_t high)
        : min(low),
          factor(((32u << 16) + (high - low) - 1u) / static_cast<std::uint32_t>(high - low)) {}

    /// Of one vector's worth of bytes, whose order does not matter here.
    template <class Words>
    MILLRACE_INLINE void bits_of(const std::uint8_t* values, Words (&bits)[4]) const {
        Words word;
        std::memcpy(&word, values, sizeof word);
#pragma GCC unroll 4
        for (std::uint32_t part = 0; part < 4; ++part) {
            Words bin = ((((word >> (8 * part)) & 255) - min) * factor) >> 16;
            bin = bin < 31 ? bin : 31;
            bits[part] = (Words{} + 1) << bin;
        }
    }
};

template <class Words>
MILLRACE_INLINE bool any_bit(const Words& words) {
    std::uint64_t parts[sizeof(Words) / sizeof(std::uint64_t)];
    std::memcpy(parts, &words, sizeof words);
    std::uint64_t all = 0;
    for (const std::uint64_t part : parts) all |= part;
    return all != 0;
}

/// Each value becomes a word with just the bit of its bin set; the words are added bit by bit in
/// carry-save form (Harley and Seal), 16 vectors a round, so that a value costs a few instructions
/// a vector whatever its bin.
template <std::size_t Bytes, class T, class Bins>
MILLRACE_INLINE void bins_in(const T* values, std::size_t rounds, const Bins& bins,
                             std::uint32_t (*planes)[16]) {
    constexpr std::size_t lanes = Bytes / sizeof(std::uint32_t);
    using Words = typename VectorOf<std::uint32_t, Bytes>::Type;
    Words sums[4];
    for (std::size_t plane = 0; plane < 4; ++plane) std::memcpy(&sums[plane], planes[plane], Bytes);
    for (std::size_t round = 0; round < rounds; ++round) {
        const T* at = values + round * 16 * lanes;
        Words two[2], four[2], eight[2], sixteen;
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half) {
#pragma GCC unroll 2
            for (int quarter = 0; quarter < 2; ++quarter, at += 4 * lanes) {
                Words bits[4];
                bins.bits_of(at, bits);
                add_bits(two[0], sums[0], bits[0], bits[1]);
                add_bits(two[1], sums[0], bits[2], bits[3]);
                add_bits(four[quarter], sums[1], two[0], two[1]);
            }
            add_bits(eight[half], sums[2], four[0], four[1]);
        }
        add_bits(sixteen, sums[3], eight[0], eight[1]);
        for (std::size_t plane = 0;; ++plane) {
            Words bits;
            std::memcpy(&bits, planes[4 + plane], Bytes);
            const Words carry = bits & sixteen;
            bits ^= sixteen;
            std::memcpy(planes[4 + plane], &bits, Bytes);
            // Each lane and bin has a count of its own, so any of them may carry on.
            if (!any_bit(carry)) break;
            sixteen = carry;
        }
    }
    for (std::size_t plane = 0; plane < 4; ++plane) std::memcpy(planes[plane], &sums[plane], Bytes);
}

MILLRACE_INLINE void scale_in(const double* values, std::size_t count, double half_min,
                              double factor, float* scaled) {
    for (std::size_t index = 0; index < count; ++index) {
        scaled[index] = static_cast<float>((values[index] * 0.5 - half_min) * factor);
    }
}

}  // namespace

void scale_to_bins(const double* values, std::size_t count, double half_min, double factor,
                   float* scaled) {
    run_best(MILLRACE_KERNEL {
        static_cast<void>(Bytes);  // a plain loop: the compiler chooses the vectors
        scale_in(values, count, half_min, factor, scaled);
    });
}

template <class T, class Bins>
void BinCounter::add_by(const T* values, std::size_t count, const Bins& bins) {
    const std::size_t lanes = level() == Level::Avx512 ? 16 : level() == Level::Avx2 ? 8 : 4;
    while (count >= 16 * lanes) {
        const std::size_t space = (std::size_t{1} << (kPlanes - 4)) - 1 - rounds_;
        const std::size_t rounds = std::min(count / (16 * lanes), space);
        run_best(MILLRACE_KERNEL { bins_in<Bytes>(values, rounds, bins, planes_); });
        rounds_ += rounds;
        values += rounds * 16 * lanes;
        count -= rounds * 16 * lanes;
        if (rounds == space) flush();
    }
    while (count > 0) {  // the last ones, filled up with one of them to the 16 that bits_of takes
        const std::size_t some = std::min<std::size_t>(count, 16);
        T padded[16];
        std::fill(std::copy_n(values, some, padded), padded + 16, values[0]);
        VectorOf<std::uint32_t, 16>::Type bits[4];
        bins.bits_of(padded, bits);
        for (std::size_t index = 0; index < 16; ++index) {
            ++counts_[static_cast<std::size_t>(std::countr_zero(bits[index / 4][index % 4]))];
        }
        bins.bits_of(std::fill_n(padded, 16, values[0]) - 16, bits);
        counts_[static_cast<std::size_t>(std::countr_zero(bits[0][0]))] -= 16 - some;
        values += some;
        count -= some;
    }
}

void BinCounter::add(const float* values, std::size_t count, float min, float scale) {
    add_by(values, count, FloatBins{min, scale});
}

void BinCounter::add(const std::uint8_t* values, std::size_t count, std::uint8_t min,
                     std::uint8_t max) {
    add_by(values, count, ByteBins(min, max));
}

void BinCounter::flush() {
    if (rounds_ == 0) return;
    // A count is at most the rounds there were, so the planes above are empty.
    const std::size_t used = 4 + static_cast<std::size_t>(std::bit_width(rounds_));
    for (std::size_t plane = 0; plane < used; ++plane) {
        for (std::uint32_t& word : planes_[plane]) {
            for (; word != 0; word &= word - 1) {
                counts_[static_cast<std::size_t>(std::countr_zero(word))] += std::uint64_t{1}
                                                                             << plane;
            }
        }
    }
    rounds_ = 0;
}

const std::array<std::uint64_t, kSketchBins>& BinCounter::counts() {
    flush();
    return counts_;
}

}  // namespace millrace::engine
