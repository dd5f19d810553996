#include "viewers/tensor/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "engine/visual/tensor_sums.hpp"

namespace millrace::viewers {
namespace {

constexpr std::size_t kBins = 256;
constexpr std::int64_t kQuickCells = 1 << 16;

template <class T>
bool is_finite(T number) {
    if constexpr (std::is_floating_point_v<T>) return std::isfinite(number);
    return true;
}

/// A bin for each number where these are few integers, else even parts of their range.
class Counter {
public:
    Counter(const visual::TensorStatistics& statistics, bool integers) {
        if (statistics.finite() == 0) return;
        counts_.low = statistics.min;
        counts_.high = statistics.max;
        if (integers && counts_.high - counts_.low < static_cast<double>(kBins)) {
            counts_.counts.resize(static_cast<std::size_t>(counts_.high - counts_.low) + 1);
            counts_.low -= 0.5;
            counts_.high += 0.5;
        } else {
            counts_.counts.resize(kBins);
        }
        const double width = counts_.high / 2 - counts_.low / 2;
        scale_ = width > 0 ? static_cast<double>(counts_.counts.size()) / width : 0;
    }
    void add(double number) {
        const double place = (number / 2 - counts_.low / 2) * scale_;
        ++counts_.counts[std::min(counts_.counts.size() - 1, static_cast<std::size_t>(place))];
    }
    ValueCounts take() { return std::move(counts_); }

private:
    ValueCounts counts_;
    double scale_ = 0;
};

/// Row by row; `work` gets the values and the tile, false ends it.
template <class T, class Work>
void for_each_row(const TensorPlanes& planes, const std::vector<T>& numbers,
                  const std::stop_token& stop, const Work& work) {
    for (std::int64_t tile = 0; tile < planes.tiles(); ++tile) {
        for (std::int64_t row = 0; row < planes.rows(); ++row) {
            if (stop.stop_requested()) return;
            const std::int64_t first = planes.place({tile, row, 0}), step = planes.column_step();
            for (std::int64_t column = 0; column < planes.columns(); ++column) {
                const std::int64_t place = first + column * step;
                work(numbers[static_cast<std::size_t>(place)], place, tile);
            }
        }
    }
}

template <class T>
std::pair<double, double> percentiles_of(std::vector<T> finite) {
    if (finite.empty()) return {0, 0};
    const auto nth = [&](double share) {
        const auto place =
            static_cast<std::ptrdiff_t>(share * static_cast<double>(finite.size() - 1) + 0.5);
        std::nth_element(finite.begin(), finite.begin() + place, finite.end());
        return static_cast<double>(finite[static_cast<std::size_t>(place)]);
    };
    const double low = nth(0.01);
    return {low, nth(0.99)};
}

}  // namespace

TensorFacts facts_of(const TensorPlanes& planes, const std::stop_token& stop) {
    TensorFacts facts;
    if (planes.cells() == 0) return facts;
    std::visit(
        [&]<class T>(const std::vector<T>& numbers) {
            visual::TensorSums<T> sums;
            std::vector<T> finite;
            finite.reserve(static_cast<std::size_t>(planes.cells()));
            struct Ends {
                T low = 0, high = 0;
                bool any = false;
            };
            std::vector<Ends> ends(static_cast<std::size_t>(planes.tiles()));
            for_each_row(planes, numbers, stop,
                         [&](T number, std::int64_t place, std::int64_t tile) {
                             sums.add(number, place);
                             if (!is_finite(number)) return;
                             finite.push_back(number);
                             Ends& end = ends[static_cast<std::size_t>(tile)];
                             end.low = end.any ? std::min(end.low, number) : number;
                             end.high = end.any ? std::max(end.high, number) : number;
                             end.any = true;
                         });
            facts.statistics = sums.result();
            for (const Ends& end : ends)
                facts.tiles.emplace_back(static_cast<double>(end.low),
                                         static_cast<double>(end.high));
            Counter counter(facts.statistics, std::is_integral_v<T>);
            for (const T number : finite) counter.add(static_cast<double>(number));
            facts.histogram = counter.take();
            if (!stop.stop_requested()) facts.percentiles = percentiles_of(std::move(finite));
        },
        planes.block()->values);
    for (std::int64_t* place : {&facts.statistics.min_at, &facts.statistics.max_at})
        if (*place >= 0) *place = visual::full_place(*planes.block(), *place);
    return facts;
}

TensorFacts facts_of(const visual::TensorBlock& block, const std::stop_token& stop) {
    TensorFacts facts{.statistics = visual::statistics_of(block), .histogram = {}};
    std::visit(
        [&]<class T>(const std::vector<T>& numbers) {
            Counter counter(facts.statistics, std::is_integral_v<T>);
            for (std::size_t i = 0; i < numbers.size(); ++i) {
                if ((i & 0xfffff) == 0 && stop.stop_requested()) return;
                if (is_finite(numbers[i])) counter.add(static_cast<double>(numbers[i]));
            }
            facts.histogram = counter.take();
        },
        block.values);
    return facts;
}

std::pair<double, double> quick_range(const TensorPlanes& planes) {
    std::pair<double, double> range = {0, 0};
    bool any = false;
    const std::int64_t cells = planes.cells();
    const std::int64_t step = std::max<std::int64_t>(1, cells / kQuickCells);
    const std::int64_t of_tile = planes.rows() * planes.columns();
    for (std::int64_t i = 0; i < cells; i += step) {
        const std::int64_t inside = i % of_tile;
        const double value =
            planes.value({i / of_tile, inside / planes.columns(), inside % planes.columns()});
        if (!std::isfinite(value)) continue;
        range = any ? std::pair(std::min(range.first, value), std::max(range.second, value))
                    : std::pair(value, value);
        any = true;
    }
    return range;
}

std::optional<std::int64_t> next_bad(const visual::TensorBlock& block, std::int64_t place,
                                     bool forward) {
    return std::visit(
        [&]<class T>(const std::vector<T>& numbers) -> std::optional<std::int64_t> {
            if constexpr (std::is_floating_point_v<T>) {
                const auto count = static_cast<std::int64_t>(numbers.size());
                const auto search = [&](std::int64_t from, std::int64_t end) {
                    for (std::int64_t i = from; i != end; i += forward ? 1 : -1)
                        if (!std::isfinite(numbers[static_cast<std::size_t>(i)])) return i;
                    return std::int64_t{-1};
                };
                place = std::clamp<std::int64_t>(place, -1, count);
                std::int64_t found = forward ? search(std::min(place + 1, count), count)
                                             : search(std::max<std::int64_t>(place, 0) - 1, -1);
                if (found < 0) found = forward ? search(0, count) : search(count - 1, -1);
                if (found >= 0) return found;
            }
            return {};
        },
        block.values);
}

namespace {

/// The numbers of one patch.
struct Patch {
    double sum = 0, squares = 0, low = 0, high = 0, odd = 0;
    std::int64_t count = 0, bad = 0;

    void add(double number) {
        if (!std::isfinite(number)) {
            if (bad++ == 0 || std::isnan(number)) odd = number;
            return;
        }
        if (count++ == 0) low = high = number;
        low = std::min(low, number);
        high = std::max(high, number);
        // Sums of distances from the first: those of equal numbers are exactly 0.
        if (count == 1) first = number;
        sum += number - first;
        squares += (number - first) * (number - first);
    }
    double shown() const {
        if (bad > 0) return odd;
        const auto n = static_cast<double>(count);
        const double offset = sum / n, mean = first + offset;
        // Sums of numbers near the ends of the range of doubles.
        if (!std::isfinite(mean)) return std::abs(low) > std::abs(high) ? low : high;
        const double deviation = std::sqrt(std::max(0.0, squares / n - offset * offset));
        // What one of n numbers may reach at most is sqrt(n - 1) deviations; normally distributed
        // ones seldom reach the second bound.
        const double bound =
            deviation * std::min(0.95 * std::sqrt(n - 1), std::sqrt(2 * std::log(n)) + 1.2);
        const double up = high - mean, down = mean - low;
        // Of two numbers neither stands out.
        if (n > 2 && std::max(up, down) > bound) return up >= down ? high : low;
        return mean;
    }
    double first = 0;
};

}  // namespace

ReducedPlanes reduced(const TensorPlanes& planes, std::int64_t row_step, std::int64_t column_step,
                      const std::stop_token& stop) {
    ReducedPlanes result{.row_step = row_step,
                         .column_step = column_step,
                         .tiles = planes.tiles(),
                         .rows = (planes.rows() + row_step - 1) / row_step,
                         .columns = (planes.columns() + column_step - 1) / column_step,
                         .values = {}};
    result.values.reserve(static_cast<std::size_t>(result.tiles * result.rows * result.columns));
    std::visit(
        [&](const auto& numbers) {
            std::vector<Patch> patches(static_cast<std::size_t>(result.columns));
            for (std::int64_t tile = 0; tile < planes.tiles(); ++tile) {
                for (std::int64_t top = 0; top < planes.rows(); top += row_step) {
                    if (stop.stop_requested()) return;
                    std::ranges::fill(patches, Patch());
                    const std::int64_t bottom = std::min(planes.rows(), top + row_step);
                    for (std::int64_t row = top; row < bottom; ++row) {
                        std::int64_t place = planes.place({tile, row, 0}), column = 0;
                        for (Patch& patch : patches) {
                            const std::int64_t end =
                                std::min(planes.columns(), column + column_step);
                            for (; column < end; ++column, place += planes.column_step())
                                patch.add(
                                    static_cast<double>(numbers[static_cast<std::size_t>(place)]));
                        }
                    }
                    for (const Patch& patch : patches) result.values.push_back(patch.shown());
                }
            }
        },
        planes.block()->values);
    return result;
}

}  // namespace millrace::viewers
