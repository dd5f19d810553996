// Figures of a classifier from its labels and predictions. Plain counting, owned by the caller, one
// thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

/// How often each class was taken for each other.
class ConfusionMatrix {
public:
    static constexpr std::int64_t kMostClasses = 4096;

    /// All zero. Throws Error E-METRIC-010 for classes outside 1 to 4096.
    explicit ConfusionMatrix(std::int64_t classes);
    /// From counts() of before. Throws Error E-METRIC-010, and E-METRIC-011 where they are not
    /// classes * classes numbers of 0 or more.
    ConfusionMatrix(std::int64_t classes, std::vector<std::int64_t> counts);

    /// Throws Error E-METRIC-012, which says what it is ("label"), where this is none of the
    /// classes.
    void check_class(std::int64_t one, const char* role) const;
    /// Counts one example. Throws Error E-METRIC-012 for a class that is none.
    void add(std::int64_t label, std::int64_t prediction);

    std::int64_t classes() const { return classes_; }
    /// [classes, classes], row-major: rows are labels, columns predictions.
    std::span<const std::int64_t> counts() const { return counts_; }
    std::int64_t total() const;
    /// Examples with this label. Throws Error E-METRIC-012, as the next two do.
    std::int64_t labelled(std::int64_t one) const;
    /// Share of the predictions of this class that are right, 0 to 1; NaN where there are none.
    double precision(std::int64_t one) const;
    /// Share of the examples of this class that are found, 0 to 1; NaN where there are none.
    double recall(std::int64_t one) const;
    /// Share of all examples that are right, 0 to 1; NaN where there are none.
    double accuracy() const;

private:
    std::int64_t at(std::int64_t label, std::int64_t prediction) const;

    std::int64_t classes_ = 0;
    std::vector<std::int64_t> counts_;
};

}  // namespace millrace::ops
