// BLEU as sacreBLEU 2 computes it (arXiv 1804.08771): counts over the corpus, brevity penalty by
// the closest reference length, smoothing and effective order. Plain functions, safe on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

enum class BleuTokens {
    None,      ///< split at white space only
    Mteval13a  ///< the rules of mteval-v13a: entities, punctuation, numbers
};

enum class BleuSmoothing {
    None,
    Exponential,  ///< each order without a match counts half of the one before
    Floor,        ///< `smoothing_value` in place of 0 matches
    AddK          ///< `smoothing_value` added to matches and totals above order 1
};

struct BleuOptions {
    BleuTokens tokens = BleuTokens::Mteval13a;
    BleuSmoothing smoothing = BleuSmoothing::Exponential;
    double smoothing_value = -1;  ///< below 0: 0.1 for Floor, 1 for AddK
    bool is_lower_cased = false;
    bool has_effective_order =
        false;              ///< leave out orders longer than the text; for single sentences
    int highest_order = 4;  ///< 1 to 9
};

struct Bleu {
    double score = 0;                ///< 0 to 100
    std::vector<double> precisions;  ///< by order, 0 to 100, smoothed
    std::vector<std::int64_t> counts, totals;
    double brevity_penalty = 0;
    std::int64_t hypothesis_length = 0, reference_length = 0;
};

/// `references[s][i]` is the reference of stream s for `hypotheses[i]`; UTF-8. A single hypothesis
/// gives the sentence score. No hypotheses: Error E-TEXT-002. Streams of another length, or none:
/// E-TEXT-003. Orders out of range: E-TEXT-004. Not UTF-8: E-TEXT-001.
Bleu bleu(std::span<const std::string> hypotheses,
          std::span<const std::vector<std::string>> references, const BleuOptions& options = {});

/// What the score of a corpus comes from, gathered one hypothesis after the other.
struct BleuSums {
    std::vector<std::int64_t> counts, totals;  ///< by order; empty before the first
    std::int64_t hypothesis_length = 0, reference_length = 0;
    std::int64_t hypotheses = 0;
};

/// Adds one hypothesis and its references. After an Error (E-TEXT-001, 003 without a reference,
/// 004) the sums are as before.
void add_hypothesis(BleuSums& sums, const std::string& hypothesis,
                    std::span<const std::string> references, const BleuOptions& options = {});

/// Throws Error E-TEXT-002 where nothing was added.
Bleu bleu(const BleuSums& sums, const BleuOptions& options = {});

/// What must be reported beside a score, in sacreBLEU's form:
/// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:…". `version` names the program.
std::string bleu_signature(std::size_t reference_streams, const BleuOptions& options,
                           std::string_view version);

/// One text by the rules of mteval-v13a, tokens separated by single blanks.
std::string tokenize_13a(std::string_view text);

}  // namespace millrace::ops
