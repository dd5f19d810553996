// Private to the comparison of visuals: the loops over runs of numbers, in a file of their own so
// that the compiler may reorder their sums. Any thread.
#pragma once

#include <cstddef>

namespace millrace::visual {

/// Of a run of pairs. Meaningless when a number is not finite, which energy_a + energy_b shows.
struct RunSums {
    double energy_a = 0, energy_b = 0, error = 0, dot = 0, abs = 0;
    double max_abs = 0, max_rel = 0;  ///< max_rel of pairs where a is not 0
    double max_beyond = 0;            ///< largest |a - b| beyond the tolerance
    double beyond = 0, zeros = 0;     ///< counts; zeros: a is 0 and b is not
};

RunSums sums_of(const double* a, const double* b, std::size_t count, double absolute,
                double relative);

}  // namespace millrace::visual
