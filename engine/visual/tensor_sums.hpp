// Counts and sums of numbers as they come, for statistics of tensors in parts. A value, any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "engine/visual/tensor.hpp"

namespace millrace::visual {

template <class T>
class TensorSums {
    /// Squares of these may be too large for a double, and 64-bit integers have more digits.
    static constexpr bool kWide = sizeof(T) == 8;
    using Sum = std::conditional_t<kWide, long double, double>;

public:
    /// `place` is what the caller counts by; the least and greatest number keep theirs.
    void add(T number, std::int64_t place) {
        ++result_.count;
        if constexpr (std::is_floating_point_v<T>) {
            if (!std::isfinite(number)) {
                if (std::isnan(number))
                    ++result_.nan;
                else if (number > 0)
                    ++result_.positive_infinite;
                else
                    ++result_.negative_infinite;
                return;
            }
        }
        result_.zeros += number == 0 ? 1 : 0;
        if (result_.min_at < 0) {
            shift_ = least_ = greatest_ = number;
            result_.min_at = result_.max_at = place;
        } else if (number < least_) {
            least_ = number;
            result_.min_at = place;
        } else if (number > greatest_) {
            greatest_ = number;
            result_.max_at = place;
        }
        // Sums of distances from the first number keep their digits where the mean is large.
        const Sum distance = static_cast<Sum>(number) - static_cast<Sum>(shift_);
        sum_ += distance;
        squares_ += distance * distance;
    }

    /// The places as they were given.
    TensorStatistics result() const {
        TensorStatistics result = result_;
        const std::uint64_t finite = result.finite();
        if (finite == 0) return result;
        const Sum count = static_cast<Sum>(finite), shift = static_cast<Sum>(shift_);
        const Sum offset = sum_ / count;
        const Sum variance = std::max(Sum{0}, squares_ / count - offset * offset);
        const Sum mean = shift + offset;
        result.min = static_cast<double>(least_);
        result.max = static_cast<double>(greatest_);
        result.mean = static_cast<double>(mean);
        result.deviation = static_cast<double>(std::sqrt(variance));
        result.rms = static_cast<double>(std::sqrt(variance + mean * mean));
        return result;
    }

private:
    TensorStatistics result_;
    T least_ = 0, greatest_ = 0, shift_ = 0;
    Sum sum_ = 0, squares_ = 0;
};

}  // namespace millrace::visual
