// The inner loops of sketches: range and moments, random projection, histogram. They exist for
// AVX-512, AVX2 and any processor, chosen while running, and add in one fixed order, so that each
// gives the same bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/sketch.hpp"

namespace millrace::engine {

/// Values per draw of random numbers: as many as there are buckets, so that no two of a block share
/// a bucket.
constexpr std::size_t kSketchBlock = kSketchBuckets;

/// Of a run of values. When one is not finite, so is sum_of_squares (or it overflowed); the rest
/// means nothing then.
struct Moments {
    double min, max, sum, sum_of_squares;
};
Moments moments_of(const double* values, std::size_t count);
/// At most 65,536 values.
Moments moments_of(const std::uint8_t* values, std::size_t count);

/// Moments and projection of a run of floats, added up in float, so of some ten thousand values at
/// most. When the moments are not finite, neither is the projection: drop both.
class FloatWindow {
public:
    struct Sums {
        alignas(64) float copies[16][kSketchBuckets];  ///< as in Projection, by four bits
        alignas(64) float low[16], high[16];
        double sums[16], squares[16];
    };

    FloatWindow() { clear(); }
    void clear();
    /// Whole blocks, the first of which is number `block`.
    void add(const float* values, std::size_t blocks, std::uint64_t block);
    Moments moments() const;

private:
    friend class Projection;
    Sums sums_;
};

/// Adds values to the projection, whose buckets it keeps in eight permuted copies: see merged().
class Projection {
public:
    /// Adds `count` finite values, the first of which opens block `block`; a last block may be part
    /// filled.
    void add(const double* values, std::size_t count, std::uint64_t block);
    void add(const std::uint8_t* values, std::size_t count, std::uint64_t block);
    void add(const FloatWindow& window);

    std::array<double, kSketchBuckets> merged();

private:
    void widen_bytes();
    template <class T>
    void add_tail(const T* values, std::size_t count, std::uint64_t block);

    /// By the low three bits of the draw that permutes a block, so that loops never shuffle within
    /// a vector.
    alignas(64) double partial_[8][kSketchBuckets] = {};
    alignas(64)
        std::int32_t bytes_[8][kSketchBuckets] = {};  ///< the same of bytes, not yet in partial_
    std::size_t byte_blocks_ = 0;
    static constexpr std::size_t kMostByteBlocks = std::size_t{1} << 22;
};

/// scaled = (values / 2 - half_min) * factor: halves, since a range may exceed what a double holds.
void scale_to_bins(const double* values, std::size_t count, double half_min, double factor,
                   float* scaled);

/// Counts values by bin. The counts are kept as bit planes: plane p holds, per lane and bin, bit p
/// of a count.
class BinCounter {
public:
    /// Counts finite `values` by (value - min) * scale rounded down; 32 and more counts as 31.
    void add(const float* values, std::size_t count, float min, float scale);
    /// Counts bytes of [min, max], min < max, by (value - min) * 32 / (max - min) rounded down.
    void add(const std::uint8_t* values, std::size_t count, std::uint8_t min, std::uint8_t max);

    const std::array<std::uint64_t, kSketchBins>& counts();

private:
    static constexpr std::size_t kPlanes = 20;
    template <class T, class Bins>
    void add_by(const T* values, std::size_t count, const Bins& bins);
    void flush();

    alignas(64) std::uint32_t planes_[kPlanes][16] = {};
    std::uint64_t rounds_ = 0;  ///< since the planes were empty
    std::array<std::uint64_t, kSketchBins> counts_ = {};
};

}  // namespace millrace::engine
