// How far the wires of one run are from those of a reference run, from what both recorded. Values
// and pure functions, any thread.
#pragma once

#include <QColor>
#include <QString>
#include <map>
#include <optional>

#include "engine/observe/record.hpp"

namespace millrace::editor {

enum class ErrorBy { Off, Sqnr, Cosine, Saturation };

/// The distance of one output.
struct WireError {
    bool identical = false;   ///< equal hashes
    bool comparable = false;  ///< same type and shape
    /// Other counts of NaN or infinite numbers, which the figures leave out.
    bool other_nonfinite = false;
    double sqnr_db = 0;  ///< +infinity without a difference
    double cosine = 1;
    /// How much more of the numbers lies in the outermost bins of the histogram, or is not finite,
    /// than in the reference: 0 to 1.
    double saturation = 0;
    std::uint64_t item = 0;  ///< the one these are of
};

/// The share of numbers in a sketch's two outermost bins, or not finite.
double outermost_share(const engine::Sketch& sketch);

/// Of each output that both recorded as sketches: of `item`, or of the worst item by `by` when none
/// is given. Outputs without an item in common are left out.
std::map<std::string, WireError> wire_errors(
    const std::map<std::string, engine::Recorded>& reference,
    const std::map<std::string, engine::Recorded>& run, ErrorBy by,
    std::optional<std::uint64_t> item);

/// How bad it is, 0 (equal) to 1.
double badness(const WireError& error, ErrorBy by);
/// Green over yellow to red, to be told apart on dark and on light; told in words besides.
QColor error_color(double badness);
/// "SQNR 42.1 dB · cosine 0.9997 · saturation +0.2 % · item 3".
QString error_text(const WireError& error);
/// What stands at the good, the middle and the bad end of the scale.
struct ErrorScale {
    QString title, good, middle, bad;
};
ErrorScale scale_of(ErrorBy by);

}  // namespace millrace::editor
