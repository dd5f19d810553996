// Private to the comparison of visuals: what all kinds count alike. One thread.
#pragma once

#include <cmath>
#include <cstring>
#include <span>
#include <string>

#include "engine/visual/difference.hpp"
#include "engine/visual/difference_kernel.hpp"

namespace millrace::visual {

/// Takes pairs of numbers and keeps sums and the worst.
class Tally {
public:
    static constexpr std::size_t kRun = 4096;  ///< numbers to be converted at a time

    Tally(const engine::Tolerance& tolerance, const CompareOptions& options)
        : tolerance(tolerance), options(options) {}

    const engine::Tolerance& tolerance;
    const CompareOptions& options;
    Difference result;
    bool identical = true;  ///< bit for bit, as far as was seen

    bool stopped() const { return options.stop.stop_requested(); }

    /// What follows belongs to this part.
    void begin(std::string part);

    /// A pair of numbers; `place` makes its Place, and is called for the worst alone.
    template <class PlaceOf>
    void pair(double a, double b, const PlaceOf& place) {
        if (std::memcmp(&a, &b, sizeof a) != 0) identical = false;
        take({a, b, a == b ? 0 : std::abs(a - b), static_cast<long double>(a) * a,
              static_cast<long double>(b) * b, static_cast<long double>(a) * b},
             place);
    }
    /// Numbers that are compared as one, such as a position: distances from zero, from each other,
    /// and scalar product.
    template <class PlaceOf>
    void vectors(double a, double b, double apart, double dot, const PlaceOf& place) {
        take({a, b, apart, static_cast<long double>(a) * a, static_cast<long double>(b) * b, dot},
             place);
    }
    /// Runs of at most kRun numbers; `place` takes the place in the run.
    template <class PlaceOf>
    void run(std::span<const double> a, std::span<const double> b, const PlaceOf& place) {
        const RunSums sums =
            sums_of(a.data(), b.data(), a.size(), tolerance.absolute, tolerance.relative);
        if (std::memcmp(a.data(), b.data(), a.size_bytes()) != 0) identical = false;
        if (!std::isfinite(sums.energy_a) || !std::isfinite(sums.energy_b)) {
            for (std::size_t i = 0; i < a.size(); ++i) pair(a[i], b[i], [&] { return place(i); });
            return;
        }
        add(sums, a.size());
        if (!may_be_worse(sums)) return;
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double apart = std::abs(a[i] - b[i]);
            const bool beyond = apart > tolerance.allowed(a[i]);
            if (apart > 0 && is_worse(beyond, apart))
                keep({.place = place(i), .a = a[i], .b = b[i], .apart = apart, .beyond = beyond});
        }
    }
    /// Texts that must be equal.
    template <class PlaceOf>
    void texts(const std::string& a, const std::string& b, const PlaceOf& place) {
        ++sums_.compared;
        if (a == b) return;
        identical = false;
        ++sums_.beyond;
        keep({.place = place(), .apart = kNone, .beyond = true, .text_a = a, .text_b = b});
    }
    /// An element that only one side has, and how far the other's nearest is.
    void alone(Place place, std::string text, double nearest = kNone);
    /// What besides numbers differs.
    void unlike(std::string what);
    void unlike_texts(const char* name, const std::string& a, const std::string& b);
    void remark(std::string text) { result.remarks.push_back(std::move(text)); }
    /// Ends it: they can't be compared.
    void refuse(engine::Problem why);
    bool refused() const { return result.verdict == Verdict::Incomparable; }
    void finish();

private:
    static constexpr double kNone = std::numeric_limits<double>::infinity();
    struct Sums {
        std::uint64_t compared = 0, beyond = 0, finite = 0;
        /// Wide, so that squares of the largest doubles stay finite.
        long double energy_a = 0, energy_b = 0, error = 0, dot = 0, abs = 0;
        double max_abs = 0, max_rel = 0;
        void add(const Sums& other);
        ErrorFigures figures() const;
    };
    struct Pair {
        double a, b, apart;
        long double energy_a, energy_b, dot;
    };

    template <class PlaceOf>
    void take(const Pair& pair, const PlaceOf& place) {
        double apart = pair.apart;
        ++sums_.compared;
        bool beyond = false;
        if (std::isfinite(pair.a) && std::isfinite(pair.b)) {
            beyond = apart > tolerance.allowed(pair.a);
            add(pair);
        } else {
            const bool agree = pair.a == pair.b ||
                               (tolerance.equal_nan && std::isnan(pair.a) && std::isnan(pair.b));
            apart = agree ? 0 : kNone;  // never within a tolerance, worse than any finite one
            beyond = !agree;
        }
        if (apart == 0) return;
        identical = false;
        sums_.max_abs = std::max(sums_.max_abs, apart);
        const double size = std::abs(pair.a);
        sums_.max_rel =
            std::max(sums_.max_rel, size == 0 || std::isinf(apart) ? kNone : apart / size);
        sums_.beyond += beyond ? 1 : 0;
        if (is_worse(beyond, apart))
            keep({.place = place(), .a = pair.a, .b = pair.b, .apart = apart, .beyond = beyond});
    }
    void add(const Pair& pair);
    void add(const RunSums& sums, std::size_t count);
    /// Whether an element would stand among the worst.
    bool is_worse(bool beyond, double apart) const {
        if (result.worst.size() < options.worst) return true;
        if (result.worst.empty()) return false;
        const Element& last = result.worst.back();
        return beyond != last.beyond ? beyond : apart > last.apart;
    }
    bool may_be_worse(const RunSums& sums) const {
        return (sums.max_beyond > 0 && is_worse(true, sums.max_beyond)) ||
               (sums.max_abs > 0 && is_worse(false, sums.max_abs));
    }
    void keep(Element element);

    std::vector<std::pair<std::string, Sums>> parts_;
    Sums sums_;  ///< of the part at work
};

// One a kind; each fills tally.result.
void compare_kind(const Raster& a, const Raster& b, Tally& tally);
void compare_kind(const Cloud& a, const Cloud& b, Tally& tally);
void compare_kind(const Boxes3d& a, const Boxes3d& b, Tally& tally);
void compare_kind(const Boxes2d& a, const Boxes2d& b, Tally& tally);
void compare_kind(const Polyline& a, const Polyline& b, Tally& tally);
void compare_kind(const Camera& a, const Camera& b, Tally& tally);
void compare_kind(const Text& a, const Text& b, Tally& tally);
void compare_kind(const Tokens& a, const Tokens& b, Tally& tally);
void compare_kind(const Series& a, const Series& b, Tally& tally);
void compare_kind(const Histogram& a, const Histogram& b, Tally& tally);
void compare_kind(const Table& a, const Table& b, Tally& tally);
void compare_kind(const TensorBlock& a, const TensorBlock& b, Tally& tally);
void compare_kind(const ModelGraph& a, const ModelGraph& b, Tally& tally);

/// "1.5", "NaN", "infinite": numbers in texts and tables.
std::string number_in_words(double value);

}  // namespace millrace::visual
