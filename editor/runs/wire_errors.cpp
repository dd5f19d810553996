#include "editor/runs/wire_errors.hpp"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace millrace::editor {
namespace {

// From 60 dB on an error is that of rounding to 10 bits; at 0 dB it is as large as the signal.
constexpr double kGoodSqnr = 60, kBadSqnr = 0;
constexpr double kBadCosine = 0.9;
constexpr double kBadSaturation = 0.1;

QString tr(const char* text) { return QCoreApplication::translate("WireErrors", text); }

WireError error_of(const engine::Sketch& reference, const engine::Sketch& other,
                   std::uint64_t item) {
    const engine::SketchDistance distance = engine::distance(reference, other);
    WireError error{
        .identical = distance.identical,
        .comparable = distance.comparable || distance.identical,
        .other_nonfinite = reference.nan_count != other.nan_count ||
                           reference.infinite_count != other.infinite_count,
        .sqnr_db = distance.sqnr_db,
        .cosine = distance.cosine,
        .saturation = std::max(0.0, outermost_share(other) - outermost_share(reference)),
        .item = item};
    if (distance.identical) error.cosine = 1;
    return error;
}

}  // namespace

double outermost_share(const engine::Sketch& sketch) {
    if (sketch.count == 0) return 0;
    // All numbers of a constant lie in one bin, which says nothing of clipping.
    double outer = sketch.min == sketch.max
                       ? 0
                       : static_cast<double>(sketch.histogram.front()) + sketch.histogram.back();
    outer += static_cast<double>(sketch.nan_count + sketch.infinite_count);
    return std::min(1.0, outer / static_cast<double>(sketch.count));
}

std::map<std::string, WireError> wire_errors(
    const std::map<std::string, engine::Recorded>& reference,
    const std::map<std::string, engine::Recorded>& run, ErrorBy by,
    std::optional<std::uint64_t> item) {
    std::map<std::string, WireError> errors;
    for (const auto& [name, recorded] : run) {
        const auto other = reference.find(name);
        if (other == reference.end()) continue;
        const auto first = item ? recorded.sketches.find(*item) : recorded.sketches.begin();
        const auto last =
            item && first != recorded.sketches.end() ? std::next(first) : recorded.sketches.end();
        for (auto at = first; at != last; ++at) {
            const auto& [number, sketch] = *at;
            const auto found = other->second.sketches.find(number);
            if (found == other->second.sketches.end()) continue;
            const WireError error = error_of(found->second, sketch, number);
            const auto [place, fresh] = errors.emplace(name, error);
            if (!fresh && badness(error, by) > badness(place->second, by)) place->second = error;
        }
    }
    return errors;
}

double badness(const WireError& error, ErrorBy by) {
    if (error.identical) return 0;
    if (!error.comparable || error.other_nonfinite) return 1;
    // Other bits, and no number differs: attributes, or the places of what is not finite.
    if (by != ErrorBy::Saturation && std::isinf(error.sqnr_db) && error.sqnr_db > 0) return 0.5;
    switch (by) {
        case ErrorBy::Cosine:
            return std::clamp((1 - error.cosine) / (1 - kBadCosine), 0.0, 1.0);
        case ErrorBy::Saturation:
            return std::clamp(error.saturation / kBadSaturation, 0.0, 1.0);
        case ErrorBy::Sqnr:
        case ErrorBy::Off:
            break;
    }
    if (std::isnan(error.sqnr_db)) return 1;
    return std::clamp((kGoodSqnr - error.sqnr_db) / (kGoodSqnr - kBadSqnr), 0.0, 1.0);
}

QColor error_color(double badness) {
    // Hues of one lightness would be lost to many; these differ in lightness, too.
    const QColor good(0x2f, 0xa8, 0x6b), middle(0xe8, 0xb4, 0x2c), bad(0xe0, 0x3c, 0x4a);
    const bool late = badness > 0.5;
    const double share = late ? badness * 2 - 1 : badness * 2;
    const QColor &from = late ? middle : good, &to = late ? bad : middle;
    const auto mix = [&](int a, int b) {
        return static_cast<int>(std::lround(a + (b - a) * share));
    };
    return {mix(from.red(), to.red()), mix(from.green(), to.green()), mix(from.blue(), to.blue())};
}

QString error_text(const WireError& error) {
    const QLocale locale;
    if (error.identical) return tr("Equal to the reference in every bit (item %1)").arg(error.item);
    if (!error.comparable)
        return tr("Of another type or shape than the reference (item %1)").arg(error.item);
    if (error.other_nonfinite)
        return tr("Other counts of NaN or infinite numbers than the reference (item %1)")
            .arg(error.item);
    if (std::isinf(error.sqnr_db) && error.sqnr_db > 0)
        return tr("Differs from the reference, but in no number (item %1)").arg(error.item);
    return tr("SQNR %1 dB · cosine %2 · saturation +%3 % · item %4, from sketches")
        .arg(locale.toString(error.sqnr_db, 'f', 1), locale.toString(error.cosine, 'g', 5),
             locale.toString(error.saturation * 100, 'f', 1))
        .arg(error.item);
}

ErrorScale scale_of(ErrorBy by) {
    switch (by) {
        case ErrorBy::Cosine:
            return {tr("Cosine to the reference"), "1", "0.95", tr("≤ 0.9")};
        case ErrorBy::Saturation:
            return {tr("Saturation beyond the reference"), "0 %", "5 %", tr("≥ 10 %")};
        case ErrorBy::Sqnr:
            return {tr("SQNR against the reference"), tr("≥ 60 dB"), tr("30 dB"), tr("≤ 0 dB")};
        case ErrorBy::Off:
            break;
    }
    return {};
}

}  // namespace millrace::editor
