// The difference of two packets: exact from the packets, or estimated where only their sketches
// were kept. Each result says which. Pure functions for any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/packet.hpp"
#include "engine/sketch.hpp"
#include "engine/tolerance.hpp"

namespace millrace::engine {

struct Comparison {
    bool equal = false;  ///< within the tolerance, shapes and attributes included
    std::string how;     ///< "exact" or "from sketches"
    std::uint64_t count = 0;
    std::uint64_t differing = 0;  ///< numbers beyond the tolerance; from sketches an estimate
    double max_abs = 0;  ///< largest |a - b|; from sketches the typical one of what differs
    double max_rel = 0;  ///< largest |a - b| / |a|; infinite where only a is 0
    std::string worst_array =
        {};  ///< "points", of a list's second element "1/points"; empty when none differs
    std::vector<std::int64_t> worst_index = {};
    double worst_a = 0, worst_b = 0;
    /// Every number had a partner; else max_abs, max_rel and sqnr_db say nothing.
    bool measured = true;
    double sqnr_db = 0;    ///< 10 log10(sum a^2 / sum (a - b)^2), +infinity without a difference
    std::string why = {};  ///< what besides numbers differs: type, arrays, shape, attributes; empty
                           ///< when nothing does
};

/// Compares all numbers, those of child packets included, each with that at the same place. Numeric
/// attributes have the same tolerance, other attributes must be equal.
Comparison compare(const Packet& a, const Packet& b, Tolerance tolerance);

/// Estimates from two sketches. The number of buckets that differ tells how many numbers do; those
/// must agree on average, relative to the rms of `a`. Counts of NaN and infinities must be equal.
Comparison compare(const Sketch& a, const Sketch& b, Tolerance tolerance);

}  // namespace millrace::engine
