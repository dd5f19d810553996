#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/golden/golden.hpp"

namespace millrace::golden {
namespace {

/// The numbers of plain JSON may be texts: "nan", "inf", "-inf"; null is NaN or absent.
std::optional<double> plain_number(const Item& item) {
    if (std::holds_alternative<std::monostate>(item.value)) return std::nan("");
    if (const auto* integer = std::get_if<std::int64_t>(&item.value))
        return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&item.value)) return *real;
    if (const auto* text = std::get_if<std::string>(&item.value)) {
        if (*text == "nan") return std::nan("");
        if (*text == "inf") return INFINITY;
        if (*text == "-inf") return -INFINITY;
    }
    return std::nullopt;
}

double largest(const Tensor& tensor) {
    double most = 0;
    for (const double value : tensor.reals) {
        if (std::isfinite(value)) most = std::max(most, std::abs(value));
    }
    return most;
}

/// Largest magnitude among the plain numbers of an output; tensors inside have their own.
double largest(const Item& item) {
    double most = 0;
    if (const auto* list = std::get_if<List>(&item.value)) {
        for (const Item& entry : *list) most = std::max(most, largest(entry));
    } else if (const auto* members = std::get_if<Members>(&item.value)) {
        for (const auto& [name, entry] : *members) most = std::max(most, largest(entry));
    } else if (const auto number = plain_number(item); number && std::isfinite(*number)) {
        most = std::abs(*number);
    }
    return most;
}

/// Largest magnitude among the tensors inside an output.
double largest_inside(const Item& item) {
    double most = 0;
    if (const auto* tensor = std::get_if<Tensor>(&item.value)) return largest(*tensor);
    if (const auto* members = std::get_if<Members>(&item.value)) {
        for (const auto& [name, entry] : *members) most = std::max(most, largest_inside(entry));
    }
    return most;
}

/// What float32 rounds away in one backward pass through several parameters. The gradient of some
/// of them, as the bias of an attention's keys, is 0 but for that: a number of its own would be
/// compared with the reference's noise.
double rounding_of_gradients(const std::string& output, const Item& want) {
    const bool several = std::holds_alternative<Members>(want.value);
    return several && output.starts_with("grad_")
               ? std::numeric_limits<float>::epsilon() * largest_inside(want)
               : 0;
}

class Comparison {
public:
    Comparison(Tolerance tolerance, double plain_largest, double rounding,
               bool rows_may_be_nonfinite)
        : tolerance_(tolerance),
          largest_(plain_largest),
          rounding_(rounding),
          rows_may_be_nonfinite_(rows_may_be_nonfinite) {}

    void compare(const std::string& where, const Item& want, const Item& got) {
        if (const auto* tensor = std::get_if<Tensor>(&want.value)) {
            const auto* other = std::get_if<Tensor>(&got.value);
            return other ? compare_tensors(where, *tensor, *other)
                         : report(where, "a tensor", "something else");
        }
        if (const auto* list = std::get_if<List>(&want.value)) {
            const auto* other = std::get_if<List>(&got.value);
            if (!other || other->size() != list->size()) {
                return report(where, fmt::format("a list of {}", list->size()), "another");
            }
            for (std::size_t i = 0; i < list->size(); ++i) {
                compare(fmt::format("{}[{}]", where, i), (*list)[i], (*other)[i]);
            }
            return;
        }
        if (const auto* members = std::get_if<Members>(&want.value))
            return compare_members(where, *members, got);
        compare_plain(where, want, got);
    }

    std::vector<std::string> lines;

private:
    void report(const std::string& where, const std::string& want, const std::string& got) {
        lines.push_back(fmt::format("{}: expected {}, got {}", where, want, got));
    }

    bool is_close(double want, double got, double most) const {
        if (std::isnan(want)) return std::isnan(got);
        if (std::isinf(want)) return got == want;
        return std::abs(got - want) <= rounding_ + tolerance_.abs + tolerance_.abs_of_max * most +
                                           tolerance_.rel * std::abs(want);
    }

    void compare_members(const std::string& where, const Members& want, const Item& got) {
        const auto* other = std::get_if<Members>(&got.value);
        if (!other) return report(where, "members", "something else");
        for (const auto& [name, item] : want) {
            const auto found = other->find(name);
            // null also stands for an absent member.
            const bool is_null = std::holds_alternative<std::monostate>(item.value);
            if (found == other->end() && is_null) continue;
            if (found == other->end()) {
                report(where + "." + name, "a value", "nothing");
            } else {
                compare(where + "." + name, item, found->second);
            }
        }
    }

    void compare_plain(const std::string& where, const Item& want, const Item& got) {
        const bool is_bool = std::holds_alternative<bool>(want.value);
        const bool both_integers = std::holds_alternative<std::int64_t>(want.value) &&
                                   std::holds_alternative<std::int64_t>(got.value);
        const auto want_number = plain_number(want), got_number = plain_number(got);
        if (both_integers) {
            const auto a = std::get<std::int64_t>(want.value),
                       b = std::get<std::int64_t>(got.value);
            if (a != b) report(where, fmt::format("{}", a), fmt::format("{}", b));
        } else if (!is_bool && want_number && got_number) {
            if (!is_close(*want_number, *got_number, largest_)) {
                report(where, fmt::format("{}", *want_number), fmt::format("{}", *got_number));
            }
        } else if (is_bool) {
            if (want.value.index() != got.value.index() ||
                std::get<bool>(want.value) != std::get<bool>(got.value)) {
                report(where, std::get<bool>(want.value) ? "true" : "false", "something else");
            }
        } else {
            const auto& text = std::get<std::string>(want.value);
            const auto* other = std::get_if<std::string>(&got.value);
            if (!other || *other != text)
                report(where, "\"" + text + "\"", other ? *other : "no text");
        }
    }

    void compare_tensors(const std::string& where, const Tensor& want, const Tensor& got) {
        if (want.dtype != got.dtype || want.shape != got.shape ||
            want.reals.size() != got.reals.size() || want.integers.size() != got.integers.size()) {
            return report(where, fmt::format("{} [{}]", want.dtype, fmt::join(want.shape, ", ")),
                          fmt::format("{} [{}]", got.dtype, fmt::join(got.shape, ", ")));
        }
        std::size_t wrong = 0, first = 0;
        const auto count = [&](std::size_t i, bool good) {
            if (!good && wrong++ == 0) first = i;
        };
        for (std::size_t i = 0; i < want.integers.size(); ++i)
            count(i, want.integers[i] == got.integers[i]);
        const double most = largest(want);
        const std::size_t row =
            want.shape.empty() || want.shape.back() == 0 ? 1 : want.shape.back();
        for (std::size_t i = 0; i < want.reals.size(); ++i) {
            const bool by_rule =
                rows_may_be_nonfinite_ && !row_is_finite(want.reals, i / row * row, row);
            count(i, by_rule ? got.reals[i] == 0 : is_close(want.reals[i], got.reals[i], most));
        }
        if (wrong == 0) return;
        const auto element = [&](const Tensor& tensor) {
            return tensor.is_real() ? fmt::format("{}", tensor.reals[first])
                                    : fmt::format("{}", tensor.integers[first]);
        };
        const std::size_t total = want.reals.size() + want.integers.size();
        report(fmt::format("{}: {} of {} elements differ, first at {}", where, wrong, total, first),
               element(want), element(got));
    }

    static bool row_is_finite(const std::vector<double>& values, std::size_t start,
                              std::size_t row) {
        return std::all_of(values.begin() + start, values.begin() + start + row,
                           [](double value) { return std::isfinite(value); });
    }

    Tolerance tolerance_;
    double largest_, rounding_;
    bool rows_may_be_nonfinite_;
};

Tolerance tolerance_of(const File& file, const Case& expected, const std::string& output) {
    if (const auto found = file.tolerance_of.find(output); found != file.tolerance_of.end()) {
        return found->second;
    }
    return expected.tolerance.value_or(file.tolerance.value_or(Tolerance{}));
}

}  // namespace

std::vector<std::string> differences(const File& file, const Case& expected, const Members& got) {
    std::vector<std::string> lines;
    for (const auto& [output, want] : expected.outputs) {
        const bool is_gradient = output.starts_with("grad_");
        if (expected.reference_is_nonfinite && is_gradient && output != "grad_input") continue;
        const auto found = got.find(output);
        if (found == got.end()) {
            lines.push_back(output + ": not among the results");
            continue;
        }
        Comparison comparison(tolerance_of(file, expected, output), largest(want),
                              rounding_of_gradients(output, want), expected.reference_is_nonfinite);
        comparison.compare(output, want, found->second);
        lines.insert(lines.end(), comparison.lines.begin(), comparison.lines.end());
    }
    return lines;
}

}  // namespace millrace::golden
