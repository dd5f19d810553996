// What a histogram's counts say: edges, shares, quantiles. A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

class HistogramBins {
public:
    HistogramBins() = default;
    explicit HistogramBins(const visual::Histogram& histogram);

    std::size_t size() const { return counts_.size(); }
    std::uint64_t count(std::size_t bin) const { return counts_[bin]; }
    /// As a real number: counts of 2^63 twice over would overflow an integer.
    double total() const { return below_.empty() ? 0 : below_.back(); }
    std::uint64_t most() const { return most_; }
    /// Share of all values below the bin's lower edge; of size() it is 1. 0 when all counts are 0.
    double share_below(std::size_t bin) const;
    double share(std::size_t bin) const;

    /// Whether bins have edges: min < max, both finite. Else they are told by number.
    bool has_edges() const { return has_edges_; }
    /// Lower edge of a bin, upper edge of the one before; its number without edges.
    double edge(std::size_t bin) const;
    std::optional<std::size_t> bin_at(double value) const;
    /// The value below which this share lies, as if values were spread evenly in each bin.
    std::optional<double> quantile(double share) const;
    /// From the bins' middles.
    std::optional<double> mean() const;

private:
    double min_ = 0, max_ = 0;
    bool has_edges_ = false;
    std::vector<std::uint64_t> counts_;
    std::vector<double> below_;  ///< size() + 1
    std::uint64_t most_ = 0;
};

}  // namespace millrace::viewers
