// ROUGE-1, -2, -L and -Lsum as the usual scorer of the field computes them. Plain functions, safe
// on any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

/// Fractions, not percent; 0 where a side has nothing to count.
struct RougeScore {
    double precision = 0, recall = 0, f_measure = 0;
};

struct Rouge {
    RougeScore rouge_1, rouge_2;
    RougeScore rouge_l;     ///< longest common subsequence of the whole texts
    RougeScore rouge_lsum;  ///< union over sentences, which stand on lines of their own
};

enum class Stemming { None, Porter };

/// Lower-case runs of a-z and 0-9; tokens above three letters are stemmed if asked. Other scripts
/// give no tokens. Throws Error E-TEXT-001 for text that is not UTF-8.
std::vector<std::string> rouge_tokens(std::string_view text, Stemming stemming);

/// Scores of one prediction against one target. Time and memory go with the product of their
/// lengths. Throws E-TEXT-001, and E-TEXT-005 where the product of lengths exceeds 4e8 tokens.
Rouge rouge(std::string_view target, std::string_view prediction, Stemming stemming);

/// Each figure by the target that gives its best F-measure, the first on ties. Throws as rouge(),
/// and E-TEXT-003 without a target.
Rouge best_rouge(std::span<const std::string> targets, std::string_view prediction,
                 Stemming stemming);

/// A line for each sentence, as rouge_lsum has them: white space behind ".", "!" or "?" becomes a
/// line end. A plain rule, so an abbreviation ends a line too.
std::string sentence_lines(std::string_view text);

}  // namespace millrace::ops
