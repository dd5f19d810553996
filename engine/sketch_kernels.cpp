#include "engine/sketch_kernels.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "engine/sketch_simd.hpp"

namespace millrace::engine {
namespace {

constexpr std::size_t kLanes = 32;  // of the partial moments, whatever the register
constexpr std::size_t kRows =
    16;  // of kLanes values that are added up in T before they go to double

template <class Values, std::size_t Parts, std::size_t Lanes>
MILLRACE_INLINE void add_wide(const Values (&row)[Parts], double (&sums)[Lanes]) {
    using T = std::remove_cvref_t<decltype(row[0][0])>;
    T numbers[Lanes];
    std::memcpy(numbers, row, sizeof numbers);
    for (std::size_t lane = 0; lane < Lanes; ++lane)
        sums[lane] += static_cast<double>(numbers[lane]);
}

template <class T, std::size_t Bytes>
MILLRACE_INLINE Moments moments_in(const T* values, std::size_t count) {
    using Values = typename VectorOf<T, Bytes>::Type;
    constexpr std::size_t lanes = Bytes / sizeof(T), parts = kLanes / lanes;
    constexpr T infinity = std::numeric_limits<T>::infinity();
    Values low[parts], high[parts];
    for (std::size_t part = 0; part < parts; ++part) {
        low[part] = Values{} + infinity;
        high[part] = Values{} - infinity;
    }
    double sums[kLanes] = {}, squares[kLanes] = {};
    std::size_t index = 0;
    while (index + kLanes <= count) {
        const std::size_t rows = std::min(kRows, (count - index) / kLanes);
        Values row_sums[parts] = {}, row_squares[parts] = {};
        for (std::size_t row = 0; row < rows; ++row, index += kLanes) {
#pragma GCC unroll 16
            for (std::size_t part = 0; part < parts; ++part) {
                Values value;
                std::memcpy(&value, values + index + part * lanes, sizeof value);
                low[part] = value < low[part] ? value : low[part];
                high[part] = value > high[part] ? value : high[part];
                row_sums[part] += value;
                row_squares[part] += value * value;
            }
        }
        add_wide(row_sums, sums);
        add_wide(row_squares, squares);
    }
    T least = infinity, most = -infinity;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        least = std::min(least, low[lane / lanes][lane % lanes]);
        most = std::max(most, high[lane / lanes][lane % lanes]);
    }
    for (std::size_t lane = 0; index < count; ++index, ++lane) {
        const T value = values[index];
        least = std::min(least, value);
        most = std::max(most, value);
        sums[lane] += static_cast<double>(value);
        squares[lane] += static_cast<double>(value) * static_cast<double>(value);
    }
    Moments moments{static_cast<double>(least), static_cast<double>(most), 0, 0};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        moments.sum += sums[lane];
        moments.sum_of_squares += squares[lane];
    }
    return moments;
}

/// Bytes are added in pairs of 16 bits, their squares in 32. Sums of up to 65,536 values fit.
template <class T, std::size_t Bytes>
requires std::is_same_v<T, std::uint8_t> MILLRACE_INLINE Moments moments_in(const T* values,
                                                                            std::size_t count) {
    using Narrow = typename VectorOf<std::uint8_t, Bytes>::Type;
    using Pairs = typename VectorOf<std::uint16_t, Bytes>::Type;
    using Words = typename VectorOf<std::uint32_t, Bytes>::Type;
    Narrow low = Narrow{} + 255, high = {};
    Words sums = {}, squares = {};
    std::size_t index = 0;
    for (; index + Bytes <= count; index += Bytes) {
        Narrow value;
        std::memcpy(&value, values + index, sizeof value);
        low = value < low ? value : low;
        high = value > high ? value : high;
        const Pairs even = (Pairs)value & 255, odd = (Pairs)value >> 8;
        const Words even_squares = (Words)(even * even), odd_squares = (Words)(odd * odd);
        const Words both = (Words)(even + odd);
        sums += (both & 0xffff) + (both >> 16);
        squares += (even_squares & 0xffff) + (even_squares >> 16) + (odd_squares & 0xffff) +
                   (odd_squares >> 16);
    }
    std::uint8_t least = 255, most = 0;
    std::uint32_t sum = 0, square = 0;
    for (std::size_t lane = 0; lane < Bytes; ++lane) {
        least = std::min<std::uint8_t>(least, low[lane]);
        most = std::max<std::uint8_t>(most, high[lane]);
    }
    for (std::size_t lane = 0; lane < Bytes / 4; ++lane) {
        sum += sums[lane];
        square += squares[lane];
    }
    for (; index < count; ++index) {
        const std::uint32_t value = values[index];
        least = std::min(least, values[index]);
        most = std::max(most, values[index]);
        sum += value;
        square += value * value;
    }
    return {static_cast<double>(least), static_cast<double>(most), static_cast<double>(sum),
            static_cast<double>(square)};
}

/// What is drawn for a block: a sign for each value, and the number its position is XORed with to
/// give the bucket.
struct Draw {
    std::uint64_t signs[2];
    unsigned flip;
};

/// The finaliser of SplitMix64 (Steele et al. 2014).
MILLRACE_INLINE std::uint64_t mixed(std::uint64_t word) {
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
}

MILLRACE_INLINE Draw draw_for(std::uint64_t block) {
    constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15u;
    const std::uint64_t first = mixed((2 * block + 1) * kStep),
                        second = mixed((2 * block + 2) * kStep);
    return {{first, second}, static_cast<unsigned>(((first + second) * kStep) >> 57)};
}

/// Whole blocks. The buckets of eight neighbours are neighbours, too: the high bits of the flip
/// choose which eight, the low bits which copy of the buckets.
template <class T, std::size_t Bytes>
MILLRACE_INLINE void project_in(const T* values, std::size_t blocks, std::uint64_t first,
                                double (&partial)[8][kSketchBuckets]) {
    constexpr std::size_t lanes = Bytes / sizeof(double);
    using Doubles = typename VectorOf<double, Bytes>::Type;
    using Words = typename VectorOf<std::uint64_t, Bytes>::Type;
    constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
    Words shifts[64 / lanes];  // take the sign drawn for a value to the place of a double's sign
    for (std::size_t lane = 0; lane < 64; ++lane) shifts[lane / lanes][lane % lanes] = 63 - lane;
    for (std::size_t block = 0; block < blocks; ++block, values += kSketchBlock) {
        const Draw draw = draw_for(first + block);
        double* const copy = partial[draw.flip & 7];
        const std::size_t flip = draw.flip & ~std::size_t{7};
#pragma GCC unroll 16
        for (std::size_t eight = 0; eight < kSketchBlock; eight += 8) {
            const Words signs = Words{} + draw.signs[eight / 64];
#pragma GCC unroll 4
            for (std::size_t part = 0; part < 8 / lanes; ++part) {
                Doubles value;
                widen(values + eight + part * lanes, value, std::make_index_sequence<lanes>());
                const Words negative = (signs << shifts[eight % 64 / lanes + part]) & sign_bit;
                double* const bucket = copy + ((eight ^ flip) + part * lanes);
                Doubles sum;
                std::memcpy(&sum, bucket, sizeof sum);
                sum += (Doubles)((Words)value ^ negative);
                std::memcpy(bucket, &sum, sizeof sum);
            }
        }
    }
}

/// Adds copies by more low bits of the flip to the eight by three.
template <std::size_t Copies, class T, class Wide>
MILLRACE_INLINE void fold(const T (&copies)[Copies][kSketchBuckets],
                          Wide (&wide)[8][kSketchBuckets]) {
    for (std::size_t copy = 0; copy < Copies; ++copy) {
        for (std::size_t eight = 0; eight < kSketchBuckets; eight += 8) {
            Wide* const bucket = wide[copy & 7] + (eight ^ (copy & 8));
            for (std::size_t lane = 0; lane < 8; ++lane) bucket[lane] += copies[copy][eight + lane];
        }
    }
}

/// Whole blocks of floats: moments and projection in one loop, since each alone waits for the same
/// units. Sums go to double every two blocks, 16 values each. `copies` is by the low four bits of
/// the flip.
template <std::size_t Bytes>
MILLRACE_INLINE void gather_in(const float* values, std::size_t blocks, std::uint64_t first,
                               FloatWindow::Sums& sums) {
    constexpr std::size_t lanes = Bytes / sizeof(float), parts = 16 / lanes;
    using Floats = typename VectorOf<float, Bytes>::Type;
    using Words = typename VectorOf<std::uint32_t, Bytes>::Type;
    constexpr std::uint32_t sign_bit = std::uint32_t{1} << 31;
    Words shifts[32 / lanes];
    for (std::size_t lane = 0; lane < 32; ++lane) {
        shifts[lane / lanes][lane % lanes] = static_cast<std::uint32_t>(31 - lane);
    }
    Floats low[parts], high[parts], row_sums[parts] = {}, row_squares[parts] = {};
    std::memcpy(low, sums.low, sizeof low);
    std::memcpy(high, sums.high, sizeof high);
    for (std::size_t block = 0; block < blocks; ++block, values += kSketchBlock) {
        const Draw draw = draw_for(first + block);
        float* const copy = sums.copies[draw.flip & 15];
        const std::size_t flip = draw.flip & ~std::size_t{15};
#pragma GCC unroll 8
        for (std::size_t group = 0; group < kSketchBlock; group += 16) {
            const Words signs = Words{} + static_cast<std::uint32_t>(draw.signs[group / 64] >>
                                                                     (group % 64 / 32 * 32));
#pragma GCC unroll 4
            for (std::size_t part = 0; part < parts; ++part) {
                Floats value;
                std::memcpy(&value, values + group + part * lanes, sizeof value);
                low[part] = value < low[part] ? value : low[part];
                high[part] = value > high[part] ? value : high[part];
                row_sums[part] += value;
                row_squares[part] += value * value;
                const Words negative = (signs << shifts[group % 32 / lanes + part]) & sign_bit;
                float* const bucket = copy + ((group ^ flip) + part * lanes);
                Floats sum;
                std::memcpy(&sum, bucket, sizeof sum);
                sum += (Floats)((Words)value ^ negative);
                std::memcpy(bucket, &sum, sizeof sum);
            }
        }
        if (block % 2 == 1 || block + 1 == blocks) {
            add_wide(row_sums, sums.sums);
            add_wide(row_squares, sums.squares);
            for (std::size_t part = 0; part < parts; ++part)
                row_sums[part] = row_squares[part] = Floats{};
        }
    }
    std::memcpy(sums.low, low, sizeof low);
    std::memcpy(sums.high, high, sizeof high);
}

/// Whole blocks of bytes, at most 128 of them, so that sums fit into 16 bits; they are then added
/// to `wide`.
template <std::size_t Bytes>
MILLRACE_INLINE void project_bytes_in(const std::uint8_t* values, std::size_t blocks,
                                      std::uint64_t first,
                                      std::int32_t (&wide)[8][kSketchBuckets]) {
    constexpr std::size_t lanes = Bytes / sizeof(std::int16_t);
    using Shorts = typename VectorOf<std::int16_t, Bytes>::Type;
    alignas(64) std::int16_t copies[lanes][kSketchBuckets] =
        {};  // by as many low bits of the flip as lanes need
    Shorts lane_bits;
    for (std::size_t lane = 0; lane < lanes; ++lane)
        lane_bits[lane] = static_cast<std::int16_t>(1u << lane);
    for (std::size_t block = 0; block < blocks; ++block, values += kSketchBlock) {
        const Draw draw = draw_for(first + block);
        std::int16_t* const copy = copies[draw.flip % lanes];
        const std::size_t flip = draw.flip - draw.flip % lanes;
#pragma GCC unroll 16
        for (std::size_t group = 0; group < kSketchBlock; group += lanes) {
            Shorts value;
            widen(values + group, value, std::make_index_sequence<lanes>());
            const auto word = static_cast<std::int16_t>(draw.signs[group / 64] >> (group % 64));
            const Shorts negative = ((Shorts{} + word) & lane_bits) == lane_bits;
            std::int16_t* const bucket = copy + (group ^ flip);
            Shorts sum;
            std::memcpy(&sum, bucket, sizeof sum);
            sum += (value ^ negative) - negative;
            std::memcpy(bucket, &sum, sizeof sum);
        }
    }
    fold(copies, wide);
}

template <class T>
Moments best_moments(const T* values, std::size_t count) {
    return run_best(MILLRACE_KERNEL { return moments_in<T, Bytes>(values, count); });
}

}  // namespace

Moments moments_of(const double* values, std::size_t count) { return best_moments(values, count); }
Moments moments_of(const std::uint8_t* values, std::size_t count) {
    return best_moments(values, count);
}

template <class T>
void Projection::add_tail(const T* values, std::size_t count, std::uint64_t block) {
    if (count == 0) return;
    T padded[kSketchBlock] = {};
    std::copy_n(values, count, padded);
    add(padded, kSketchBlock, block);
}

void Projection::add(const double* values, std::size_t count, std::uint64_t block) {
    const std::size_t blocks = count / kSketchBlock;
    run_best(MILLRACE_KERNEL { project_in<double, Bytes>(values, blocks, block, partial_); });
    add_tail(values + blocks * kSketchBlock, count % kSketchBlock, block + blocks);
}

void Projection::add(const std::uint8_t* values, std::size_t count, std::uint64_t block) {
    std::size_t blocks = count / kSketchBlock;
    const std::size_t tail = count % kSketchBlock;
    while (blocks > 0) {
        const std::size_t some = std::min<std::size_t>(blocks, 128);
        if (byte_blocks_ + some > kMostByteBlocks) widen_bytes();
        byte_blocks_ += some;
        run_best(MILLRACE_KERNEL {
            // At most 32: with AVX-512 the sign bits of 32 shorts would not fit into one of them.
            project_bytes_in<std::min<std::size_t>(Bytes, 32)>(values, some, block, bytes_);
        });
        values += some * kSketchBlock;
        block += some;
        blocks -= some;
    }
    add_tail(values, tail, block);
}

void Projection::add(const FloatWindow& window) { fold(window.sums_.copies, partial_); }

void Projection::widen_bytes() {
    fold(bytes_, partial_);
    std::memset(bytes_, 0, sizeof bytes_);
    byte_blocks_ = 0;
}

std::array<double, kSketchBuckets> Projection::merged() {
    if (byte_blocks_ > 0) widen_bytes();
    std::array<double, kSketchBuckets> buckets = {};
    for (std::size_t copy = 0; copy < 8; ++copy) {
        for (std::size_t index = 0; index < buckets.size(); ++index)
            buckets[index ^ copy] += partial_[copy][index];
    }
    return buckets;
}

void FloatWindow::add(const float* values, std::size_t blocks, std::uint64_t block) {
    run_best(MILLRACE_KERNEL { gather_in<Bytes>(values, blocks, block, sums_); });
}

Moments FloatWindow::moments() const {
    Moments moments{static_cast<double>(*std::min_element(sums_.low, sums_.low + 16)),
                    static_cast<double>(*std::max_element(sums_.high, sums_.high + 16)), 0, 0};
    for (std::size_t lane = 0; lane < 16; ++lane) {
        moments.sum += sums_.sums[lane];
        moments.sum_of_squares += sums_.squares[lane];
    }
    return moments;
}

void FloatWindow::clear() {
    sums_ = {};
    std::fill_n(sums_.low, 16, std::numeric_limits<float>::infinity());
    std::fill_n(sums_.high, 16, -std::numeric_limits<float>::infinity());
}

}  // namespace millrace::engine
