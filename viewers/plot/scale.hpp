// The axes of plots: where a value lies, which ranges can be shown, and ticks at round values with
// texts as short as they may be. Values only; any thread.
#pragma once

#include <QString>
#include <utility>
#include <vector>

namespace millrace::viewers {

/// A range of an axis in axis units: the values themselves, or their decimal logarithms. Always
/// finite and low < high once it went through usable().
struct PlotScale {
    double low = 0, high = 1;
    bool logarithmic = false;

    /// NaN where the value can't be shown on this axis.
    double to_axis(double value) const;
    double to_value(double axis) const;
    /// 0 at the low end and 1 at the high end.
    double share(double axis) const { return (axis - low) / (high - low); }
    double at(double share) const { return low + share * (high - low); }
    bool operator==(const PlotScale&) const = default;
};

/// The range itself, or the nearest one that an axis can show: finite, rising, not so narrow that
/// doubles can't tell its parts.
PlotScale usable(PlotScale scale);

/// The range with room at both ends, so that what lies on its ends is seen whole.
PlotScale with_room(const PlotScale& scale, double part);

struct PlotTick {
    double axis = 0;  ///< place, in axis units
    QString text;     ///< empty for a small tick
};

struct PlotTicks {
    std::vector<PlotTick> ticks;
    QString offset;  ///< "+ 1000000000": what is to be added to each text; mostly empty
};

/// Multiples of 1, 2 or 5 times a power of ten within the range, at most about `most`; falling when
/// the range is. The ends themselves where doubles can't tell more.
std::vector<double> round_values(double low, double high, int most);

PlotTicks plot_ticks(const PlotScale& scale, int most);

/// A number for a readout, with as many significant digits at most.
QString plot_number(double value, int digits = 6);

}  // namespace millrace::viewers
