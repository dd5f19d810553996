// The numeric difference of two visuals of one kind: verdict, figures, the worst elements and where
// they are, and the difference as a visual that ordinary viewers show. `a` is the reference. Pure
// functions for any thread; what is read is untrusted.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/problem.hpp"
#include "engine/tolerance.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::visual {

enum class Verdict {
    Equal,        ///< bit for bit
    Within,       ///< all within the tolerance
    Beyond,       ///< numbers, texts or elements differ
    Incomparable  ///< the reason is in Difference::why
};
/// "equal", "within tolerance", "beyond tolerance", "can't be compared".
std::string_view to_text(Verdict verdict);

/// Sums, means and SQNR are over pairs of finite numbers; a number against NaN or an infinity
/// counts as beyond and as an infinite difference.
struct ErrorFigures {
    std::uint64_t compared = 0, beyond = 0;
    double max_abs = 0;  ///< largest |a - b|
    double max_rel = 0;  ///< largest |a - b| / |a|; infinite where only a is 0
    double mean_abs = 0, rmse = 0;
    /// 10 log10(sum a^2 / sum (a - b)^2); +infinity without a difference.
    double sqnr_db = std::numeric_limits<double>::infinity();
    double cosine = 1;  ///< of all a with all b; 0 where only one side is zero
};

/// Where an element lies in both visuals.
struct Place {
    enum class Kind { Whole, Pixel, Point, Box, Element, Cell, Line, Token, Layer };
    Kind kind = Kind::Whole;
    /// Of the point, box, element (row-major in the whole tensor), row, line, token, bin or layer;
    /// of a pixel row * width + column; -1 where that side has none.
    std::int64_t a = -1, b = -1;
    std::int64_t row = -1, column = -1;  ///< of pixel, cell or element; column of a text's line
    int channel = 0;
    std::string part = {};  ///< "position", a field's, line's or column's name
    bool operator==(const Place&) const = default;
};

struct Element {
    Place place;
    double a = 0, b = 0;  ///< of positions the distances from the frame's origin
    double apart = 0;     ///< |a - b|, of positions their distance, of what is missing that to
                          ///< the nearest there is, infinite where there is none
    double relative = 0;  ///< apart / |a|
    bool beyond = false;
    std::string text_a = {}, text_b = {};  ///< where a number does not tell it all
};

struct Difference {
    Verdict verdict = Verdict::Equal;
    engine::Problem why = {};               ///< of Incomparable
    std::vector<std::string> unlike = {};   ///< what besides numbers differs: unit, frame, names
    std::vector<std::string> remarks = {};  ///< conversions made, samples compared, order found
    ErrorFigures all = {};
    std::vector<std::pair<std::string, ErrorFigures>> parts = {};  ///< where there are several
    /// Points, boxes, rows … that both have, that only a has, that only b has.
    std::uint64_t matched = 0, missing = 0, extra = 0;
    /// Those beyond the tolerance first, then by `apart`.
    std::vector<Element> worst = {};
    /// Raster of a - b, cloud with a field "difference", table of what differs …; may be null.
    std::shared_ptr<const Visual> picture = {};
};

struct CompareOptions {
    std::size_t worst = 100;  ///< elements to be listed
    /// Metres: how far apart points may be that are matched where counts or order differ.
    double radius = 0.1;
    bool picture = true;
    std::stop_token stop = {};
};

/// Compares two visuals, whatever they hold. Never throws but for want of memory.
/// - Rasters: of one size. Depths and channels that differ are converted where that is exact (U8 to
///   U16 to F32 as numbers; grey to colours; an opaque alpha added).
/// - Clouds: point by point, else (counts or order differ) by nearest neighbour, one to one.
/// - Boxes: one to one by label and IoU, or by near centres. Tensors: of one shape and slice.
/// - Series by line's name at equal x; histograms of the same bins; tables by column's name and
///   row, numbers as numbers; texts by line; models by layer's name.
/// What one side lacks counts as missing or extra, and as beyond.
Difference compare(const Visual& a, const Visual& b, const engine::Tolerance& tolerance,
                   const CompareOptions& options = {});

}  // namespace millrace::visual
