#include "engine/observe/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/numbers.hpp"

namespace millrace::engine {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kRun = 4096;  // numbers converted at a time

std::string text_of(const std::vector<std::int64_t>& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// |a - b| of 64-bit integers, exact before the last rounding.
template <class T>
double distance_between(T a, T b) {
    return static_cast<double>(a > b
                                   ? static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b)
                                   : static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a));
}

class Comparer {
public:
    explicit Comparer(Tolerance tolerance) : tolerance_(tolerance) { result_.how = "exact"; }

    void packets(const Packet& a, const Packet& b, const std::string& prefix) {
        if (!a || !b) {
            if (a || b)
                unmeasured(fmt::format("{}: only one of the two is there",
                                       prefix.empty() ? "packet" : prefix));
            return;
        }
        if (a.type().name != b.type().name) {
            return unmeasured(
                fmt::format("{}type {} against {}", prefix, a.type().name, b.type().name));
        }
        const Record first = a.record(), second = b.record();
        for (const ArrayView& array : first.arrays) {
            const ArrayView* other = second.find(array.name);
            if (!other)
                unmeasured(
                    fmt::format("array \"{}{}\" is missing in the second", prefix, array.name));
            else
                arrays(array, *other, prefix + array.name);
        }
        for (const ArrayView& array : second.arrays) {
            if (!first.find(array.name))
                unmeasured(
                    fmt::format("array \"{}{}\" is missing in the first", prefix, array.name));
        }
        attributes(Value(first.attributes), Value(second.attributes), prefix + "attributes");
        if (first.children.size() != second.children.size()) {
            unmeasured(fmt::format("{}{} elements against {}", prefix, first.children.size(),
                                   second.children.size()));
        }
        for (std::size_t i = 0; i < std::min(first.children.size(), second.children.size()); ++i) {
            packets(first.children[i], second.children[i], fmt::format("{}{}/", prefix, i));
        }
    }

    Comparison finish() {
        result_.equal = result_.why.empty() && result_.differing == 0;
        result_.sqnr_db = error_ == 0 ? kInfinity : 10 * (std::log10(energy_) - std::log10(error_));
        return std::move(result_);
    }

private:
    void mismatch(std::string text) {
        if (result_.why.empty()) result_.why = std::move(text);
    }
    void unmeasured(std::string text) {
        result_.measured = false;
        mismatch(std::move(text));
    }

    void attributes(const Value& a, const Value& b, const std::string& where) {
        if (a.is_number() && b.is_number()) {
            const double first = a.as_double(), second = b.as_double();
            const bool same =
                first == second || both_nan(first, second) ||
                (std::isfinite(first) && std::abs(first - second) <= tolerance_.allowed(first));
            if (!same) mismatch(fmt::format("{}: {} against {}", where, to_json(a), to_json(b)));
        } else if (a.is_array() && b.is_array() && a.as_array().size() == b.as_array().size()) {
            for (std::size_t i = 0; i < a.as_array().size(); ++i) {
                attributes(a.as_array()[i], b.as_array()[i], fmt::format("{}[{}]", where, i));
            }
        } else if (a.is_object() && b.is_object()) {
            for (const auto& [name, value] : a.as_object()) {
                const Value* other = b.find(name);
                if (!other)
                    mismatch(fmt::format("{}.{} is missing in the second", where, name));
                else
                    attributes(value, *other, where + "." + name);
            }
            for (const auto& [name, value] : b.as_object()) {
                if (!a.find(name))
                    mismatch(fmt::format("{}.{} is missing in the first", where, name));
            }
        } else if (a != b) {
            mismatch(fmt::format("{}: {} against {}", where, to_json(a).substr(0, 80),
                                 to_json(b).substr(0, 80)));
        }
    }

    void arrays(const ArrayView& a, const ArrayView& b, const std::string& name) {
        if (a.shape != b.shape ||
            a.bytes.size() / size_of(a.type) != b.bytes.size() / size_of(b.type)) {
            return unmeasured(fmt::format("shape of \"{}\": {} against {}", name, text_of(a.shape),
                                          text_of(b.shape)));
        }
        if (a.type != b.type) {
            return unmeasured(fmt::format("type of \"{}\": {} against {}", name, to_text(a.type),
                                          to_text(b.type)));
        }
        const std::size_t size = size_of(a.type), count = a.bytes.size() / size;
        result_.count += count;
        double first[kRun], second[kRun];
        for (std::size_t start = 0; start < count; start += kRun) {
            const std::size_t run = std::min(kRun, count - start);
            const auto some_a = a.bytes.subspan(start * size, run * size),
                       some_b = b.bytes.subspan(start * size, run * size);
            to_doubles(some_a, a.type, first);
            for (std::size_t i = 0; i < run; ++i)
                energy_ += std::isfinite(first[i]) ? first[i] * first[i] : 0;
            if (tolerance_.equal_nan &&
                std::memcmp(some_a.data(), some_b.data(), some_a.size()) == 0)
                continue;
            to_doubles(some_b, b.type, second);
            for (std::size_t i = 0; i < run; ++i) {
                if (difference(a.type, some_a.data() + i * size, some_b.data() + i * size, first[i],
                               second[i])) {
                    place(name, a.shape, start + i);
                }
            }
        }
    }

    /// Takes one pair of numbers; true when it is the worst so far.
    bool difference(DType type, const std::byte* at_a, const std::byte* at_b, double a, double b) {
        double apart = std::abs(a - b);
        if (type == DType::I64) apart = wide<std::int64_t>(at_a, at_b);
        if (type == DType::U64) apart = wide<std::uint64_t>(at_a, at_b);
        if (a == b && apart == 0) return false;
        const bool finite = std::isfinite(a) && std::isfinite(b);
        if (!finite) {
            if (a == b || both_nan(a, b)) return false;
            apart = kInfinity;  // never within a tolerance, and worse than any finite difference
        } else {
            error_ += apart * apart;
        }
        if (!finite || apart > tolerance_.allowed(a)) ++result_.differing;
        result_.max_rel =
            std::max(result_.max_rel, a == 0 || !finite ? kInfinity : apart / std::abs(a));
        if (apart <= result_.max_abs) return false;
        result_.max_abs = apart;
        result_.worst_a = a;
        result_.worst_b = b;
        return true;
    }

    template <class T>
    static double wide(const std::byte* at_a, const std::byte* at_b) {
        T a, b;
        std::memcpy(&a, at_a, sizeof a);
        std::memcpy(&b, at_b, sizeof b);
        return distance_between(a, b);
    }

    void place(const std::string& name, const std::vector<std::int64_t>& shape,
               std::size_t offset) {
        result_.worst_array = name;
        result_.worst_index.assign(shape.size(), 0);
        auto rest = static_cast<std::int64_t>(offset);
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            result_.worst_index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
    }

    bool both_nan(double a, double b) const {
        return tolerance_.equal_nan && std::isnan(a) && std::isnan(b);
    }

    Tolerance tolerance_;
    Comparison result_;
    double energy_ = 0, error_ = 0;
};

}  // namespace

Comparison compare(const Packet& a, const Packet& b, Tolerance tolerance) {
    Comparer comparer(tolerance);
    comparer.packets(a, b, "");
    return comparer.finish();
}

Comparison compare(const Sketch& a, const Sketch& b, Tolerance tolerance) {
    Comparison result{.how = "from sketches", .count = a.count};
    const SketchDistance apart = distance(a, b);
    if (!apart.comparable) {
        result.measured = false;
        result.why = a.type != b.type ? fmt::format("type {} against {}", a.type, b.type)
                     : a.shape != b.shape
                         ? fmt::format("shape {} against {}", text_of(a.shape), text_of(b.shape))
                         : fmt::format("{} numbers against {}", a.count, b.count);
        return result;
    }
    result.sqnr_db = apart.sqnr_db;
    if (apart.identical) {
        result.equal = true;
        return result;
    }
    if (a.nan_count != b.nan_count || a.infinite_count != b.infinite_count) {
        result.measured = false;
        result.why = fmt::format("{} NaN and {} infinite numbers against {} and {}", a.nan_count,
                                 a.infinite_count, b.nan_count, b.infinite_count);
        return result;
    }
    double changed = 0;
    for (std::size_t bucket = 0; bucket < kSketchBuckets; ++bucket)
        changed += a.projection[bucket] != b.projection[bucket];
    if (changed == 0) {
        result.why = "attributes, names or the places of NaN and infinite numbers";
        return result;
    }
    // Linear counting (Whang et al. 1990): buckets hit by random throws tell the number of throws;
    // all of them hit tells only that there were many.
    const auto count = static_cast<double>(a.count);
    const double thrown =
        changed < kSketchBuckets ? -kSketchBuckets * std::log1p(-changed / kSketchBuckets) : count;
    const double many = std::clamp(std::round(thrown), 1.0, std::max(count, 1.0));
    result.max_abs = std::sqrt(apart.squared_error / many);
    result.max_rel = a.rms > 0 ? result.max_abs / a.rms : kInfinity;
    result.equal = result.max_abs <= tolerance.allowed(a.rms);
    result.differing = result.equal ? 0 : static_cast<std::uint64_t>(many);
    return result;
}

}  // namespace millrace::engine
