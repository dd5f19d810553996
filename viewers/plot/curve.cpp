#include "viewers/plot/curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace millrace::viewers {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<double> on_axis(std::span<const double> values, bool logarithmic) {
    const PlotScale scale{.logarithmic = logarithmic};
    std::vector<double> result(values.size());
    std::ranges::transform(values, result.begin(),
                           [&scale](double value) { return scale.to_axis(value); });
    return result;
}

}  // namespace

void ValueSummary::add(const ValueSummary& other) {
    if (other.count == 0) return;
    min = count == 0 ? other.min : std::min(min, other.min);
    max = count == 0 ? other.max : std::max(max, other.max);
    sum += other.sum;
    count += other.count;
}

ValuePyramid::ValuePyramid(std::vector<double> values) : values_(std::move(values)) {
    std::size_t count = values_.size();
    while (count > kBlock) {
        const std::size_t below = levels_.size();
        std::vector<ValueSummary> level;
        level.reserve(count / kBlock + 1);
        for (std::size_t first = 0; first < count; first += kBlock)
            level.push_back(level_summary(below, first, std::min(count, first + kBlock)));
        count = level.size();
        levels_.push_back(std::move(level));
    }
    visits_ = 0;
}

/// Of entries of a level, the values themselves being level 0.
ValueSummary ValuePyramid::level_summary(std::size_t level, std::size_t first,
                                         std::size_t last) const {
    ValueSummary result;
    visits_ += last - first;
    for (std::size_t i = first; i < last; ++i) {
        if (level > 0) {
            result.add(levels_[level - 1][i]);
        } else if (!std::isnan(values_[i])) {
            result.add({values_[i], values_[i], values_[i], 1});
        }
    }
    return result;
}

ValueSummary ValuePyramid::summary(std::size_t first, std::size_t last) const {
    ValueSummary result;
    last = std::min(last, values_.size());
    std::size_t level = 0;
    // Up through the levels: at each, the entries that no whole block above covers.
    while (first < last) {
        const std::size_t inner = (first + kBlock - 1) / kBlock, outer = last / kBlock;
        if (level == levels_.size() || inner >= outer) {
            result.add(level_summary(level, first, last));
            break;
        }
        result.add(level_summary(level, first, inner * kBlock));
        result.add(level_summary(level, outer * kBlock, last));
        first = inner, last = outer;
        ++level;
    }
    return result;
}

std::vector<double> smoothed(std::span<const double> values, double weight) {
    std::vector<double> result(values.begin(), values.end());
    if (!(weight > 0)) return result;
    const double kept = std::min(weight, 0.999);
    double average = 0, whole = 0;
    for (double& value : result) {
        if (!std::isfinite(value)) continue;
        average = average * kept + (1 - kept) * value;
        whole = whole * kept + (1 - kept);  // 1 - w^n
        value = average / whole;
    }
    return result;
}

Curve::Curve(Viewer::Shared owner, const visual::Series::Line& line)
    : owner_(std::move(owner)), x_(line.x), y_(line.y) {
    const auto lost = std::ranges::count_if(x_, [](double x) { return !std::isfinite(x); });
    without_x_ = static_cast<std::size_t>(lost);
    if (lost == 0 && std::ranges::is_sorted(x_)) {
        finite_ = ValuePyramid(on_axis(y_, false));
        return;
    }
    order_.reserve(x_.size() - without_x_);
    for (std::size_t i = 0; i < x_.size(); ++i) {
        if (std::isfinite(x_[i])) order_.push_back(i);
    }
    const auto by_x = [this](std::size_t i) { return x_[i]; };
    in_order_ = std::ranges::is_sorted(order_, {}, by_x);
    if (!in_order_) std::ranges::stable_sort(order_, {}, by_x);
    own_x_.reserve(order_.size());
    own_y_.reserve(order_.size());
    for (const std::size_t i : order_) {
        own_x_.push_back(x_[i]);
        own_y_.push_back(y_[i]);
    }
    x_ = own_x_, y_ = own_y_;
    finite_ = ValuePyramid(on_axis(y_, false));
}

std::optional<std::size_t> Curve::place_of(std::size_t index) const {
    if (order_.empty()) return index < size() ? std::optional(index) : std::nullopt;
    const auto found = std::ranges::find(order_, index);
    if (found == order_.end()) return {};
    return static_cast<std::size_t>(found - order_.begin());
}

void Curve::prepare(double weight, bool log_y) {
    if (weight == weight_ && log_y == log_y_) return;
    weight_ = weight, log_y_ = log_y;
    raw_log_ = log_y ? ValuePyramid(on_axis(y_, true)) : ValuePyramid();
    smooth_ = weight > 0 ? smoothed(y_, weight) : std::vector<double>();
    smooth_drawn_ = weight > 0 ? ValuePyramid(on_axis(smooth_, log_y)) : ValuePyramid();
}

std::pair<std::size_t, std::size_t> Curve::within(const PlotScale& x) const {
    const auto first = std::ranges::lower_bound(x_, x.to_value(x.low));
    const auto last = std::ranges::upper_bound(x_, x.to_value(x.high));
    return {static_cast<std::size_t>(first - x_.begin()),
            static_cast<std::size_t>(std::max(first, last) - x_.begin())};
}

std::optional<std::size_t> Curve::nearest(const PlotScale& x, double axis) const {
    const double value = x.to_value(axis);
    if (std::isnan(value)) return {};
    auto after = std::ranges::lower_bound(x_, value);
    std::optional<std::size_t> best;
    double distance = std::numeric_limits<double>::infinity();
    const auto offer = [&](auto at) {
        const double away = std::abs(x.to_axis(*at) - axis);
        if (!(away < distance)) return;
        distance = away;
        best = static_cast<std::size_t>(at - x_.begin());
    };
    if (after != x_.begin()) offer(std::ranges::lower_bound(x_, *(after - 1)));
    if (after != x_.end()) offer(after);
    return best;
}

std::optional<double> Curve::next_x(double value, int by) const {
    if (by > 0) {
        const auto after = std::ranges::upper_bound(x_, value);
        return after == x_.end() ? std::nullopt : std::optional(*after);
    }
    const auto at = std::ranges::lower_bound(x_, value);
    return at == x_.begin() ? std::nullopt : std::optional(*(at - 1));
}

std::optional<std::pair<double, double>> Curve::x_range(bool log_x) const {
    const PlotScale scale{.logarithmic = log_x};
    const auto first = log_x ? std::ranges::upper_bound(x_, 0.0) : x_.begin();
    if (first == x_.end()) return {};
    return std::pair(scale.to_axis(*first), scale.to_axis(x_.back()));
}

std::optional<std::pair<double, double>> Curve::y_range(std::size_t first, std::size_t last) const {
    const ValueSummary found = (log_y_ ? raw_log_ : finite_).summary(first, last);
    if (found.count == 0) return {};
    return std::pair(found.min, found.max);
}

ValueSummary Curve::statistics(std::size_t first, std::size_t last) const {
    return finite_.summary(first, last);
}

std::optional<double> Curve::last_value(std::size_t first, std::size_t last) const {
    for (std::size_t i = last; i > first; --i) {
        if (std::isfinite(y_[i - 1])) return y_[i - 1];
    }
    return {};
}

std::size_t Curve::not_positive(bool log_x, bool log_y) const {
    if (!log_x && !log_y) return 0;
    auto& known = not_positive_[(log_x ? 1U : 0U) + (log_y ? 2U : 0U)];
    if (known) return *known;
    std::size_t count = 0;
    for (std::size_t i = 0; i < size(); ++i)
        count += std::isfinite(y_[i]) && ((log_x && x_[i] <= 0) || (log_y && y_[i] <= 0));
    known = count;
    return count;
}

std::uint64_t Curve::visits() const {
    return finite_.visits() + raw_log_.visits() + smooth_drawn_.visits();
}

}  // namespace millrace::viewers
