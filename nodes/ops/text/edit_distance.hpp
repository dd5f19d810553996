// Word and character error rates by edit distance. Plain functions, safe on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace millrace::ops {

/// Edits that turn a reference into a hypothesis; among alignments of equal length substitutions go
/// before deletions before insertions, seen from the end.
struct WordEdits {
    std::int64_t substitutions = 0, deletions = 0, insertions = 0;
    std::int64_t reference_words = 0;
    std::int64_t character_edits = 0, reference_characters = 0;

    std::int64_t edits() const { return substitutions + deletions + insertions; }
};

/// Words between white space, upper and lower case told apart; characters are code points, white
/// space among them. Throws Error E-TEXT-001 for text that is not UTF-8, E-TEXT-005 where the
/// product of lengths exceeds 4e8 words or 4e9 characters.
WordEdits word_edits(std::string_view reference, std::string_view hypothesis);

struct ErrorRates {
    double words = 0, characters = 0;
};

/// Sums of edits over sums of reference lengths, so long texts weigh more; may exceed 1. NaN where
/// there is no reference word or character.
ErrorRates pooled_rates(std::span<const WordEdits> pairs);

}  // namespace millrace::ops
