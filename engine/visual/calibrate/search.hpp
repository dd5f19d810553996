// Looks for the correction with the best alignment score near a given one. A plain function for a
// thread of the caller's.
#pragma once

#include <functional>
#include <stop_token>

#include "engine/visual/calibrate/alignment.hpp"

namespace millrace::visual {

struct SearchResult {
    Correction correction;
    AlignmentScore before, after;
    bool stopped = false;  ///< by the token; `correction` is the best found until then
};

/// Told now and then: a share 0 to 1, and the best correction so far.
using SearchProgress = std::function<void(double share, const Correction& best)>;

/// First looks over a grid of yaw and pitch, then steps along each axis and along shifts that a
/// turn makes up for, both ways, with steps that are halved when none is better (after R. Hooke and
/// T. Jeeves, "Direct search", 1961): the score has no gradient worth the name. Never leaves
/// correction_limit(), and never returns a worse score than it began with.
SearchResult improve_alignment(const AlignmentItems& items, const Correction& from,
                               const std::stop_token& stop, const SearchProgress& progress);

}  // namespace millrace::visual
