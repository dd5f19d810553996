// Likeness of texts by the stretches of characters that they share: chrF (Popović 2015, "chrF:
// character n-gram F-score for automatic MT evaluation"), with the counts of a whole corpus as
// sacreBLEU 2 sums them: a hypothesis' n-grams count where its reference has any of that length.
// Plain values, safe on any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace millrace::ops {

inline constexpr std::size_t kCharacterOrders = 6;

/// Counts of n-grams of 1 to 6 characters; white space does not count.
struct CharacterCounts {
    std::array<std::int64_t, kCharacterOrders> matches = {}, made = {}, wanted = {};
    std::int64_t made_length = 0, wanted_length = 0;  ///< code points, white space among them

    /// Throws Error E-TEXT-001 for text that is not UTF-8.
    void add(std::string_view made_text, std::string_view wanted_text);
    /// 0 to 1: means of precision and recall over the orders that both sides have, recall counting
    /// twice as much (beta 2); 0 without any.
    double f_score() const;
};

}  // namespace millrace::ops
