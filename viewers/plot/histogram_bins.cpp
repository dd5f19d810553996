#include "viewers/plot/histogram_bins.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr double kFar = 8e307;  // ends whose distance is a finite number

}  // namespace

HistogramBins::HistogramBins(const visual::Histogram& histogram)
    : min_(histogram.min), max_(histogram.max), counts_(histogram.counts) {
    has_edges_ = min_ < max_ && std::abs(min_) <= kFar && std::abs(max_) <= kFar;
    below_.reserve(counts_.size() + 1);
    below_.push_back(0);
    for (const std::uint64_t count : counts_) {
        below_.push_back(below_.back() + static_cast<double>(count));
        most_ = std::max(most_, count);
    }
}

double HistogramBins::share_below(std::size_t bin) const {
    return total() > 0 ? below_[std::min(bin, size())] / total() : 0;
}

double HistogramBins::share(std::size_t bin) const {
    return total() > 0 ? static_cast<double>(counts_[bin]) / total() : 0;
}

double HistogramBins::edge(std::size_t bin) const {
    if (!has_edges_) return static_cast<double>(bin);
    if (bin >= size()) return max_;
    return min_ + (max_ - min_) * (static_cast<double>(bin) / static_cast<double>(size()));
}

std::optional<std::size_t> HistogramBins::bin_at(double value) const {
    if (size() == 0 || std::isnan(value)) return {};
    const double place =
        has_edges_ ? (value - min_) / (max_ - min_) * static_cast<double>(size()) : value;
    if (!(place >= 0 && place <= static_cast<double>(size()))) return {};
    return std::min(static_cast<std::size_t>(place), size() - 1);
}

std::optional<double> HistogramBins::quantile(double share) const {
    if (!(total() > 0) || !(share >= 0 && share <= 1)) return {};
    const double wanted = share * total();
    // The first bin that is not empty and reaches the share.
    auto above = std::ranges::lower_bound(below_, wanted);
    if (above == below_.begin()) {
        above = std::ranges::upper_bound(below_, 0.0);
    }
    const auto bin = static_cast<std::size_t>(above - below_.begin()) - 1;
    const double inside =
        std::clamp((wanted - below_[bin]) / static_cast<double>(counts_[bin]), 0.0, 1.0);
    return edge(bin) + (edge(bin + 1) - edge(bin)) * inside;
}

std::optional<double> HistogramBins::mean() const {
    if (!(total() > 0)) return {};
    double mean = 0;
    for (std::size_t bin = 0; bin < size(); ++bin)
        mean += share(bin) * (edge(bin) / 2 + edge(bin + 1) / 2);
    return mean;
}

}  // namespace millrace::viewers
