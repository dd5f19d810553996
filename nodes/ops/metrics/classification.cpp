#include "nodes/ops/metrics/classification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

std::int64_t checked(std::int64_t classes) {
    if (classes >= 1 && classes <= ConfusionMatrix::kMostClasses) return classes;
    throw engine::Error({.code = "E-METRIC-010",
                         .what = "A confusion matrix can't have so many classes",
                         .expected = fmt::format("1 to {}", ConfusionMatrix::kMostClasses),
                         .found = fmt::format("{}", classes),
                         .mend = "Wire the logits of a classifier."});
}

double share(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes)
    : classes_(checked(classes)), counts_(static_cast<std::size_t>(classes * classes)) {}

ConfusionMatrix::ConfusionMatrix(std::int64_t classes, std::vector<std::int64_t> counts)
    : classes_(checked(classes)), counts_(std::move(counts)) {
    const bool is_whole = counts_.size() == static_cast<std::size_t>(classes * classes);
    if (is_whole && std::ranges::all_of(counts_, [](std::int64_t count) { return count >= 0; }))
        return;
    throw engine::Error({.code = "E-METRIC-011",
                         .what = "The counts are no confusion matrix",
                         .expected = fmt::format("{} numbers of 0 or more", classes * classes),
                         .found = is_whole ? std::string("a negative number")
                                           : fmt::format("{} numbers", counts_.size()),
                         .mend = "Run again without --resume, or into another folder."});
}

void ConfusionMatrix::check_class(std::int64_t one, const char* role) const {
    if (one >= 0 && one < classes_) return;
    throw engine::Error({.code = "E-METRIC-012",
                         .what = fmt::format("A {} is none of the classes", role),
                         .expected = fmt::format("0 to {}", classes_ - 1),
                         .found = fmt::format("{}", one),
                         .mend = "Evaluate with the classes that the model was trained for."});
}

std::int64_t ConfusionMatrix::at(std::int64_t label, std::int64_t prediction) const {
    return counts_[static_cast<std::size_t>(label * classes_ + prediction)];
}

void ConfusionMatrix::add(std::int64_t label, std::int64_t prediction) {
    check_class(label, "label");
    check_class(prediction, "prediction");
    ++counts_[static_cast<std::size_t>(label * classes_ + prediction)];
}

std::int64_t ConfusionMatrix::total() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::int64_t ConfusionMatrix::labelled(std::int64_t one) const {
    check_class(one, "class");
    const auto first = counts_.begin() + one * classes_;
    return std::accumulate(first, first + classes_, std::int64_t{0});
}

double ConfusionMatrix::precision(std::int64_t one) const {
    check_class(one, "class");
    std::int64_t predicted = 0;
    for (std::int64_t label = 0; label < classes_; ++label) predicted += at(label, one);
    return share(at(one, one), predicted);
}

double ConfusionMatrix::recall(std::int64_t one) const {
    const std::int64_t examples = labelled(one);
    return share(at(one, one), examples);
}

double ConfusionMatrix::accuracy() const {
    std::int64_t right = 0;
    for (std::int64_t one = 0; one < classes_; ++one) right += at(one, one);
    return share(right, total());
}

}  // namespace millrace::ops
