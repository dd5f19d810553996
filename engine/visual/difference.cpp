#include "engine/visual/difference.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "engine/visual/codec.hpp"
#include "engine/visual/difference_tally.hpp"

namespace millrace::visual {

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::Equal:
            return "equal";
        case Verdict::Within:
            return "within tolerance";
        case Verdict::Beyond:
            return "beyond tolerance";
        case Verdict::Incomparable:
            return "can't be compared";
    }
    return "";
}

std::string number_in_words(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return fmt::format("{:.9g}", value);
}

void Tally::Sums::add(const Sums& other) {
    compared += other.compared;
    beyond += other.beyond;
    finite += other.finite;
    energy_a += other.energy_a;
    energy_b += other.energy_b;
    error += other.error;
    dot += other.dot;
    abs += other.abs;
    max_abs = std::max(max_abs, other.max_abs);
    max_rel = std::max(max_rel, other.max_rel);
}

ErrorFigures Tally::Sums::figures() const {
    ErrorFigures figures{
        .compared = compared, .beyond = beyond, .max_abs = max_abs, .max_rel = max_rel};
    if (finite == 0) return figures;
    const auto count = static_cast<long double>(finite);
    figures.mean_abs = static_cast<double>(abs / count);
    figures.rmse = static_cast<double>(std::sqrt(error / count));
    if (error > 0)
        figures.sqnr_db = static_cast<double>(10 * (std::log10(energy_a) - std::log10(error)));
    if (energy_a > 0 && energy_b > 0)
        figures.cosine = static_cast<double>(
            std::clamp(dot / (std::sqrt(energy_a) * std::sqrt(energy_b)), -1.0L, 1.0L));
    else if (energy_a > 0 || energy_b > 0)
        figures.cosine = 0;
    return figures;
}

void Tally::begin(std::string part) {
    if (!parts_.empty()) parts_.back().second = sums_;
    parts_.emplace_back(std::move(part), Sums{});
    sums_ = {};
}

void Tally::add(const Pair& pair) {
    ++sums_.finite;
    sums_.energy_a += pair.energy_a;
    sums_.energy_b += pair.energy_b;
    sums_.dot += pair.dot;
    sums_.abs += pair.apart;
    sums_.error += static_cast<long double>(pair.apart) * pair.apart;
}

void Tally::add(const RunSums& sums, std::size_t count) {
    Sums more;
    more.compared = more.finite = count;
    more.beyond = static_cast<std::uint64_t>(sums.beyond);
    more.energy_a = sums.energy_a;
    more.energy_b = sums.energy_b;
    more.error = sums.error;
    more.dot = sums.dot;
    more.abs = sums.abs;
    more.max_abs = sums.max_abs;
    more.max_rel = sums.zeros > 0 ? kNone : sums.max_rel;
    sums_.add(more);
}

void Tally::keep(Element element) {
    const double size = std::abs(element.a);
    element.relative = size == 0 || std::isinf(element.apart) || std::isnan(element.apart)
                           ? kNone
                           : element.apart / size;
    const auto worse = [](const Element& one, const Element& other) {
        return one.beyond != other.beyond ? one.beyond : one.apart > other.apart;
    };
    auto& list = result.worst;
    // Of equals the first stays in front.
    list.insert(std::ranges::upper_bound(list, element, worse), std::move(element));
    if (list.size() > options.worst) list.pop_back();
}

void Tally::alone(Place place, std::string text, double nearest) {
    identical = false;
    const bool only_a = place.b < 0;
    ++(only_a ? result.missing : result.extra);
    if (!is_worse(true, nearest)) return;
    Element element{.place = std::move(place), .apart = nearest, .beyond = true};
    element.a = element.b = std::numeric_limits<double>::quiet_NaN();
    (only_a ? element.text_a : element.text_b) = std::move(text);
    (only_a ? element.text_b : element.text_a) = "missing";
    keep(std::move(element));
}

void Tally::unlike(std::string what) {
    constexpr std::size_t kMost = 20;
    identical = false;
    if (result.unlike.size() < kMost) result.unlike.push_back(std::move(what));
}

void Tally::unlike_texts(const char* name, const std::string& a, const std::string& b) {
    if (a != b)
        unlike(fmt::format("{}: \"{}\" against \"{}\"", name, a.substr(0, 80), b.substr(0, 80)));
}

void Tally::refuse(engine::Problem why) {
    result = {};
    result.verdict = Verdict::Incomparable;
    result.why = std::move(why);
}

void Tally::finish() {
    if (refused()) return;
    if (stopped())
        return refuse({.code = "E-VISUAL-014",
                       .what = "The comparison was stopped",
                       .mend = "Start it again."});
    Sums all;
    if (parts_.empty()) {
        all = sums_;
    } else {
        parts_.back().second = sums_;
        for (const auto& [name, sums] : parts_) {
            all.add(sums);
            result.parts.emplace_back(name, sums.figures());
        }
    }
    result.all = all.figures();
    const bool beyond =
        all.beyond > 0 || result.missing > 0 || result.extra > 0 || !result.unlike.empty();
    result.verdict = beyond ? Verdict::Beyond : identical ? Verdict::Equal : Verdict::Within;
}

Difference compare(const Visual& a, const Visual& b, const engine::Tolerance& tolerance,
                   const CompareOptions& options) {
    Tally tally(tolerance, options);
    if (a.index() != b.index()) {
        tally.refuse({.code = "E-VISUAL-010",
                      .what = "Only visuals of one kind can be compared",
                      .expected = fmt::format("a {}", kind_of(a)),
                      .found = fmt::format("a {}", kind_of(b)),
                      .mend = "Choose two wires that carry the same kind."});
        return std::move(tally.result);
    }
    std::visit(
        [&](const auto& first) {
            using Kind = std::decay_t<decltype(first)>;
            compare_kind(first, std::get<Kind>(b), tally);
        },
        a);
    tally.finish();
    return std::move(tally.result);
}

}  // namespace millrace::visual
