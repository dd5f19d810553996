// One line of a plot made ready to draw: in order of x, smoothed, and with minima and maxima of
// blocks, so that drawing costs as much as the picture is wide, however many samples there are, and
// loses no spike. May be made on any thread; then the plot's, on the window thread alone.
#pragma once

#include <QPolygonF>
#include <QRectF>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "viewers/plot/scale.hpp"
#include "viewers/viewer.hpp"

namespace millrace::viewers {

/// What a run of values holds; values that are NaN count for nothing.
struct ValueSummary {
    double min = 0, max = 0, sum = 0;
    std::uint64_t count = 0;
    void add(const ValueSummary& other);
};

/// Values, NaN where there is none, and summaries of their blocks.
class ValuePyramid {
public:
    ValuePyramid() = default;
    explicit ValuePyramid(std::vector<double> values);
    const std::vector<double>& values() const { return values_; }
    /// Of the values [first, last).
    ValueSummary summary(std::size_t first, std::size_t last) const;
    /// How many values and blocks summary() has looked at so far: what drawing costs.
    std::uint64_t visits() const { return visits_; }

private:
    static constexpr std::size_t kBlock = 16;
    ValueSummary level_summary(std::size_t level, std::size_t first, std::size_t last) const;

    std::vector<double> values_;
    std::vector<std::vector<ValueSummary>> levels_;
    mutable std::uint64_t visits_ = 0;
};

/// Exponential moving average with its start corrected, so that the first values aren't drawn to
/// 0: s = w s + (1 - w) v, divided by 1 - w^n. Values that aren't finite stay and count for
/// nothing.
std::vector<double> smoothed(std::span<const double> values, double weight);

/// Lines to draw, and dots where a sample has no neighbour to be joined to.
struct CurvePath {
    std::vector<QPolygonF> lines;
    std::vector<QPointF> dots;
    bool dots_on_line = false;  ///< all samples have dots: there are few
};

class Curve {
public:
    /// x and y must be of one length.
    Curve(Viewer::Shared owner, const visual::Series::Line& line);

    std::size_t size() const { return x_.size(); }
    double x(std::size_t i) const { return x_[i]; }
    double y(std::size_t i) const { return y_[i]; }
    double smooth_y(std::size_t i) const { return weight_ > 0 ? smooth_[i] : y_[i]; }
    /// Place in the line as it was given.
    std::size_t index(std::size_t i) const { return order_.empty() ? i : order_[i]; }
    std::optional<std::size_t> place_of(std::size_t index) const;
    bool was_in_order() const { return in_order_; }
    /// Samples without a finite x.
    std::size_t without_x() const { return without_x_; }

    /// Makes what is drawn; costs nothing when nothing changed.
    void prepare(double weight, bool log_y);

    /// Samples within a range of x, [first, last).
    std::pair<std::size_t, std::size_t> within(const PlotScale& x) const;
    /// The sample nearest to `axis`; none when no sample can be on this axis.
    std::optional<std::size_t> nearest(const PlotScale& x, double axis) const;
    /// The next x above `value`, or the last below it when `by` is negative.
    std::optional<double> next_x(double value, int by) const;
    /// Least and largest x that the axis can show, in axis units.
    std::optional<std::pair<double, double>> x_range(bool log_x) const;
    /// Least and largest of what is drawn of [first, last), in units of the y axis.
    std::optional<std::pair<double, double>> y_range(std::size_t first, std::size_t last) const;
    /// Of the raw values that are finite.
    ValueSummary statistics(std::size_t first, std::size_t last) const;
    std::optional<double> last_value(std::size_t first, std::size_t last) const;
    /// Samples with finite x and y that a logarithmic axis can't show.
    std::size_t not_positive(bool log_x, bool log_y) const;

    /// In pixels of `area`; `columns` device pixels lie side by side in it.
    CurvePath path(const PlotScale& x, const PlotScale& y, const QRectF& area, int columns,
                   bool smooth) const;
    std::uint64_t visits() const;

private:
    Viewer::Shared owner_;
    std::span<const double> x_, y_;
    std::vector<double> own_x_, own_y_;
    std::vector<std::size_t> order_;  ///< empty: as given
    std::size_t without_x_ = 0;
    bool in_order_ = true;
    double weight_ = -1;
    bool log_y_ = false;
    std::vector<double> smooth_;
    ValuePyramid finite_;                  ///< raw values, for statistics
    ValuePyramid raw_log_, smooth_drawn_;  ///< in axis units; raw_log_ only on a log axis
    mutable std::array<std::optional<std::size_t>, 4> not_positive_;
};

}  // namespace millrace::viewers
