#include "engine/sketch_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace millrace::engine {
namespace {

#define MILLRACE_INLINE [[gnu::always_inline]] inline

/// `Bytes` is the width of a vector register; all loops below are templates over it.
template <class T, std::size_t Bytes>
struct VectorOf {
    using Type [[gnu::vector_size(Bytes)]] = T;
};

constexpr std::size_t kLanes = 32;  // of the partial moments, whatever the register
constexpr std::size_t kRows = 16;   // of kLanes values that are added up in T before they go to double

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
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            sums[lane] += static_cast<double>(row_sums[lane / lanes][lane % lanes]);
            squares[lane] += static_cast<double>(row_squares[lane / lanes][lane % lanes]);
        }
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

/// Sums of up to 65,536 squared bytes fit into 32 bits.
template <class T, std::size_t Bytes>
    requires std::is_same_v<T, std::uint8_t>
MILLRACE_INLINE Moments moments_in(const T* values, std::size_t count) {
    std::uint8_t low = 255, high = 0;
    std::uint32_t sum = 0;
    std::int32_t squares = 0;
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint8_t value = values[index];
        low = value < low ? value : low;
        high = value > high ? value : high;
        sum += value;
    }
    for (std::size_t index = 0; index < count; ++index) {
        const auto value = static_cast<std::int16_t>(values[index]);
        squares += value * value;
    }
    return {static_cast<double>(low), static_cast<double>(high), static_cast<double>(sum),
            static_cast<double>(static_cast<std::uint32_t>(squares))};
}

/// What is drawn for a block: a sign for each value, and the number its position is XORed with to give the bucket.
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
    const std::uint64_t first = mixed((2 * block + 1) * kStep), second = mixed((2 * block + 2) * kStep);
    return {{first, second}, static_cast<unsigned>(((first + second) * kStep) >> 57)};
}

/// Whole blocks. The buckets of eight neighbours are neighbours, too: the high bits of the flip choose which eight, the
/// low bits which copy of the buckets.
template <class T, std::size_t Bytes>
MILLRACE_INLINE void project_in(const T* values, std::size_t blocks, std::uint64_t first,
                                double (&partial)[8][kSketchBuckets]) {
    constexpr std::size_t lanes = Bytes / sizeof(double);
    using Doubles = typename VectorOf<double, Bytes>::Type;
    using Words = typename VectorOf<std::uint64_t, Bytes>::Type;
    using Values = typename VectorOf<T, lanes * sizeof(T)>::Type;
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
                Values raw;
                std::memcpy(&raw, values + eight + part * lanes, sizeof raw);
                const Doubles value = __builtin_convertvector(raw, Doubles);
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

    template <class Words>
    MILLRACE_INLINE void bits_of(const float* values, Words& bits) const {
        using Floats = typename VectorOf<float, sizeof(Words)>::Type;
        using Numbers = typename VectorOf<std::int32_t, sizeof(Words)>::Type;
        Floats value;
        std::memcpy(&value, values, sizeof value);
        Numbers bin = __builtin_convertvector((value - min) * scale, Numbers);
        bin = bin < 31 ? bin : 31;
        bits = (Words{} + 1) << (Words)bin;
    }
};

/// For bytes: the quotient by the range in 16 bits, rounded up, which is exact for differences up to 255.
struct ByteBins {
    std::uint32_t min, factor;
    explicit ByteBins(std::uint8_t low, std::uint8_t high)
        : min(low), factor(((32u << 16) + (high - low) - 1u) / (high - low)) {}

    template <class Words>
    MILLRACE_INLINE void bits_of(const std::uint8_t* values, Words& bits) const {
        using Bytes = typename VectorOf<std::uint8_t, sizeof(Words) / 4>::Type;
        Bytes value;
        std::memcpy(&value, values, sizeof value);
        Words bin = ((__builtin_convertvector(value, Words) - min) * factor) >> 16;
        bin = bin < 31 ? bin : 31;
        bits = (Words{} + 1) << bin;
    }
};

/// Each value becomes a word with just the bit of its bin set; the words are added bit by bit in carry-save form
/// (Harley and Seal), 16 vectors a round, so that a value costs a few instructions a vector whatever its bin.
/// `rounds_before` tells which planes a carry reaches.
template <std::size_t Bytes, class T, class Bins>
MILLRACE_INLINE void bins_in(const T* values, std::size_t rounds, std::uint64_t rounds_before, const Bins& bins,
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
#pragma GCC unroll 4
                for (std::size_t part = 0; part < 4; ++part) bins.bits_of(at + part * lanes, bits[part]);
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
            if ((((rounds_before + round) >> plane) & 1) == 0) break;
            sixteen = carry;
        }
    }
    for (std::size_t plane = 0; plane < 4; ++plane) std::memcpy(planes[plane], &sums[plane], Bytes);
}

/// Whole blocks of bytes, at most 128 of them: the sums fit into 16 bits. `copies` is by the low bits of the flip, as many
/// as a vector has lanes.
template <std::size_t Bytes>
MILLRACE_INLINE void project_bytes_in(const std::uint8_t* values, std::size_t blocks, std::uint64_t first,
                                      std::int16_t (*copies)[kSketchBuckets]) {
    constexpr std::size_t lanes = Bytes / sizeof(std::int16_t);
    using Shorts = typename VectorOf<std::int16_t, Bytes>::Type;
    using Values = typename VectorOf<std::uint8_t, lanes>::Type;
    Shorts lane_bits;
    for (std::size_t lane = 0; lane < lanes; ++lane) lane_bits[lane] = static_cast<std::int16_t>(1u << lane);
    for (std::size_t block = 0; block < blocks; ++block, values += kSketchBlock) {
        const Draw draw = draw_for(first + block);
        std::int16_t* const copy = copies[draw.flip % lanes];
        const std::size_t flip = draw.flip - draw.flip % lanes;
#pragma GCC unroll 16
        for (std::size_t group = 0; group < kSketchBlock; group += lanes) {
            Values raw;
            std::memcpy(&raw, values + group, sizeof raw);
            const Shorts value = __builtin_convertvector(raw, Shorts);
            const auto word = static_cast<std::int16_t>(draw.signs[group / 64] >> (group % 64));
            const Shorts negative = ((Shorts{} + word) & lane_bits) == lane_bits;
            std::int16_t* const bucket = copy + (group ^ flip);
            Shorts sum;
            std::memcpy(&sum, bucket, sizeof sum);
            sum += (value ^ negative) - negative;
            std::memcpy(bucket, &sum, sizeof sum);
        }
    }
}

enum class Level { Base, Avx2, Avx512 };

#if defined(__x86_64__)
Level level() {
    static const Level best = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") ? Level::Avx512
                              : __builtin_cpu_supports("avx2")                                        ? Level::Avx2
                                                                                                      : Level::Base;
    return best;
}
#define MILLRACE_AVX2 [[gnu::target("avx2")]]
#define MILLRACE_AVX512 [[gnu::target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")]]
#else
Level level() { return Level::Base; }
#define MILLRACE_AVX2
#define MILLRACE_AVX512
#endif

template <class T>
MILLRACE_AVX512 Moments moments_512(const T* values, std::size_t count) {
    return moments_in<T, 64>(values, count);
}
template <class T>
MILLRACE_AVX2 Moments moments_256(const T* values, std::size_t count) {
    return moments_in<T, 32>(values, count);
}
template <class T>
Moments best_moments(const T* values, std::size_t count) {
    switch (level()) {
        case Level::Avx512: return moments_512(values, count);
        case Level::Avx2: return moments_256(values, count);
        default: return moments_in<T, 16>(values, count);
    }
}

template <class T>
MILLRACE_AVX512 void project_512(const T* values, std::size_t blocks, std::uint64_t first,
                                 double (&partial)[8][kSketchBuckets]) {
    project_in<T, 64>(values, blocks, first, partial);
}
template <class T>
MILLRACE_AVX2 void project_256(const T* values, std::size_t blocks, std::uint64_t first,
                               double (&partial)[8][kSketchBuckets]) {
    project_in<T, 32>(values, blocks, first, partial);
}
template <class T>
void best_project(const T* values, std::size_t blocks, std::uint64_t first, double (&partial)[8][kSketchBuckets]) {
    switch (level()) {
        case Level::Avx512: return project_512(values, blocks, first, partial);
        case Level::Avx2: return project_256(values, blocks, first, partial);
        default: return project_in<T, 16>(values, blocks, first, partial);
    }
}

MILLRACE_AVX512 void project_bytes_512(const std::uint8_t* values, std::size_t blocks, std::uint64_t first,
                                       std::int16_t (*copies)[kSketchBuckets]) {
    project_bytes_in<32>(values, blocks, first, copies);
}
MILLRACE_AVX2 void project_bytes_256(const std::uint8_t* values, std::size_t blocks, std::uint64_t first,
                                     std::int16_t (*copies)[kSketchBuckets]) {
    project_bytes_in<32>(values, blocks, first, copies);
}

template <class T, class Bins>
MILLRACE_AVX512 void bins_512(const T* values, std::size_t rounds, std::uint64_t before, const Bins& bins,
                              std::uint32_t (*planes)[16]) {
    bins_in<64>(values, rounds, before, bins, planes);
}
template <class T, class Bins>
MILLRACE_AVX2 void bins_256(const T* values, std::size_t rounds, std::uint64_t before, const Bins& bins,
                            std::uint32_t (*planes)[16]) {
    bins_in<32>(values, rounds, before, bins, planes);
}

}  // namespace

Moments moments_of(const float* values, std::size_t count) { return best_moments(values, count); }
Moments moments_of(const double* values, std::size_t count) { return best_moments(values, count); }
Moments moments_of(const std::uint8_t* values, std::size_t count) { return best_moments(values, count); }

template <class T>
void Projection::add_tail(const T* values, std::size_t count, std::uint64_t block) {
    if (count == 0) return;
    T padded[kSketchBlock] = {};
    std::copy_n(values, count, padded);
    add(padded, kSketchBlock, block);
}

void Projection::add(const float* values, std::size_t count, std::uint64_t block) {
    const std::size_t blocks = count / kSketchBlock;
    best_project(values, blocks, block, partial_);
    add_tail(values + blocks * kSketchBlock, count % kSketchBlock, block + blocks);
}

void Projection::add(const double* values, std::size_t count, std::uint64_t block) {
    const std::size_t blocks = count / kSketchBlock;
    best_project(values, blocks, block, partial_);
    add_tail(values + blocks * kSketchBlock, count % kSketchBlock, block + blocks);
}

void Projection::add(const std::uint8_t* values, std::size_t count, std::uint64_t block) {
    std::size_t blocks = count / kSketchBlock;
    const std::size_t tail = count % kSketchBlock;
    const std::size_t lanes = level() == Level::Base ? 8 : 16;
    while (blocks > 0) {
        const std::size_t some = std::min<std::size_t>(blocks, 128);
        alignas(64) std::int16_t copies[16][kSketchBuckets] = {};
        switch (level()) {
            case Level::Avx512: project_bytes_512(values, some, block, copies); break;
            case Level::Avx2: project_bytes_256(values, some, block, copies); break;
            default: project_bytes_in<16>(values, some, block, copies);
        }
        for (std::size_t copy = 0; copy < lanes; ++copy) {
            for (std::size_t eight = 0; eight < kSketchBuckets; eight += 8) {
                double* const bucket = partial_[copy & 7] + (eight ^ (copy & 8));
                for (std::size_t lane = 0; lane < 8; ++lane) bucket[lane] += copies[copy][eight + lane];
            }
        }
        values += some * kSketchBlock;
        block += some;
        blocks -= some;
    }
    add_tail(values, tail, block);
}

std::array<double, kSketchBuckets> Projection::merged() const {
    std::array<double, kSketchBuckets> buckets = {};
    for (std::size_t copy = 0; copy < 8; ++copy) {
        for (std::size_t index = 0; index < buckets.size(); ++index) buckets[index ^ copy] += partial_[copy][index];
    }
    return buckets;
}

template <class T, class Bins>
void BinCounter::add_by(const T* values, std::size_t count, const Bins& bins) {
    const std::size_t lanes = level() == Level::Avx512 ? 16 : level() == Level::Avx2 ? 8 : 4;
    while (count >= 16 * lanes) {
        const std::size_t space = (std::size_t{1} << (kPlanes - 4)) - 1 - rounds_;
        const std::size_t rounds = std::min(count / (16 * lanes), space);
        switch (level()) {
            case Level::Avx512: bins_512(values, rounds, rounds_, bins, planes_); break;
            case Level::Avx2: bins_256(values, rounds, rounds_, bins, planes_); break;
            default: bins_in<16>(values, rounds, rounds_, bins, planes_);
        }
        rounds_ += rounds;
        values += rounds * 16 * lanes;
        count -= rounds * 16 * lanes;
        if (rounds == space) flush();
    }
    while (count > 0) {  // the last ones, in vectors filled up with the last value
        const std::size_t some = std::min<std::size_t>(count, 4);
        T padded[4];
        for (std::size_t index = 0; index < 4; ++index) padded[index] = values[std::min(index, some - 1)];
        VectorOf<std::uint32_t, 16>::Type bits;
        bins.bits_of(padded, bits);
        for (std::size_t index = 0; index < some; ++index) {
            ++counts_[static_cast<std::size_t>(std::countr_zero(bits[index]))];
        }
        values += some;
        count -= some;
    }
}

void BinCounter::add(const float* values, std::size_t count, float min, float scale) {
    add_by(values, count, FloatBins{min, scale});
}

void BinCounter::add(const std::uint8_t* values, std::size_t count, std::uint8_t min, std::uint8_t max) {
    add_by(values, count, ByteBins(min, max));
}

void BinCounter::flush() {
    for (std::size_t plane = 0; plane < kPlanes; ++plane) {
        for (std::uint32_t& word : planes_[plane]) {
            for (std::size_t bin = 0; bin < kSketchBins; ++bin) {
                counts_[bin] += std::uint64_t{(word >> bin) & 1u} << plane;
            }
            word = 0;
        }
    }
    rounds_ = 0;
}

const std::array<std::uint64_t, kSketchBins>& BinCounter::counts() {
    flush();
    return counts_;
}

}  // namespace millrace::engine
