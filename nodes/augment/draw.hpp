// What the augmenting nodes share. They draw by seed, node and item, and items are numbered on from
// epoch to epoch, so that each epoch draws anew.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "engine/node.hpp"

namespace millrace::nodes {

/// `.pure` of these nodes. By the letter they are pure, as the item's number is an input; but what
/// an epoch draws never comes again, and keeping it would only fill the cache.
inline constexpr bool kWorthKeeping = false;

/// The parameter by which an item is changed at all.
inline engine::ParamSpec probability_param(engine::Field field) {
    return {.name = "probability",
            .field = std::move(field),
            .range = {0, 1},
            .doc = "Share of the items that are changed; the others pass as they are"};
}

/// Warns once of a node whose results lie beyond full scale, however many do.
inline void warn_over(engine::RunContext& context, std::size_t over) {
    if (over > 0) context.warn("Samples lie beyond full scale; they are kept as they are");
}

/// For check(): the low end of a range is not above its high end.
inline std::vector<engine::Problem> check_order(double low, double high, const char* where) {
    if (low <= high) return {};
    return {{.code = "E-AUG-010",
             .what = "The range is upside down",
             .expected = "the low end at or below the high end",
             .where = where,
             .mend = "Exchange the two."}};
}

}  // namespace millrace::nodes
