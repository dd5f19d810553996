// What takes a pass over a tensor's numbers: statistics, histograms, percentiles, what is no
// number, and the picture reduced to the density of a screen. Plain functions, any thread; the
// long ones ask a token whether anybody still waits.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "viewers/tensor/planes.hpp"

namespace millrace::viewers {

/// Numbers of even bins from low to high; no bins when there is no finite number.
struct ValueCounts {
    double low = 0, high = 0;
    std::vector<std::uint64_t> counts;
};

/// Of the numbers of a slice, or of all that a block holds.
struct TensorFacts {
    visual::TensorStatistics statistics;  ///< places in the full tensor
    ValueCounts histogram;
    std::pair<double, double> percentiles = {0, 0};     ///< the 1st and the 99th
    std::vector<std::pair<double, double>> tiles = {};  ///< least and greatest of each tile
};

/// Of a slice; not finished when asked to stop.
TensorFacts facts_of(const TensorPlanes& planes, const std::stop_token& stop);
/// Of all numbers of the block, without percentiles.
TensorFacts facts_of(const visual::TensorBlock& block, const std::stop_token& stop);

/// Least and greatest finite number among at most about 65 000 cells spread over the slice; 0, 0
/// when there is none.
std::pair<double, double> quick_range(const TensorPlanes& planes);

/// The place of the next value of the block that is NaN or infinite, after `place` (-1: from the
/// first) or before it, round the end; nothing when all are finite.
std::optional<std::int64_t> next_bad(const visual::TensorBlock& block, std::int64_t place,
                                     bool forward);

/// One number for each patch of row_step x column_step cells: what is no number when one of them is
/// none, else one that stands out far from the rest, else the mean.
struct ReducedPlanes {
    std::int64_t row_step = 1, column_step = 1;
    std::int64_t tiles = 0, rows = 0, columns = 0;
    std::vector<double> values;
    double at(std::int64_t tile, std::int64_t row, std::int64_t column) const {
        return values[static_cast<std::size_t>((tile * rows + row) * columns + column)];
    }
};
ReducedPlanes reduced(const TensorPlanes& planes, std::int64_t row_step, std::int64_t column_step,
                      const std::stop_token& stop);

}  // namespace millrace::viewers
