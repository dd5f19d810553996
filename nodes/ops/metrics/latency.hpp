// How soon a listener tells of a word: detections on a timeline against the words that were said.
// Plain functions, any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace millrace::ops {

struct SpokenWord {
    std::string label;
    double start = 0, end = 0;  ///< s
};

struct HeardWord {
    std::string label;
    double time = 0;  ///< s
};

/// What became of one word.
struct WordDelay {
    bool heard = false;
    double after_start = 0, after_end = 0;  ///< s; before the end is below 0
};

struct Delays {
    std::vector<WordDelay> words;     ///< in the order of the words said
    std::vector<std::size_t> strays;  ///< numbers of the detections that belong to no word
};

/// A detection belongs to the first word of its label, not heard before, that has begun and whose
/// end is at most `grace` seconds past. Both lists may be in any order. Throws Error E-METRIC-050
/// for times that are not finite, a word that ends before it starts, or a grace below 0.
Delays word_delays(std::span<const SpokenWord> said, std::span<const HeardWord> heard,
                   double grace);

/// Of the values, at least one, that below which `share` (0 to 1) of them lie; between two of them
/// by linear interpolation.
double quantile(std::vector<double> values, double share);

}  // namespace millrace::ops
