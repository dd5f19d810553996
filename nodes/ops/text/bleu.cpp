#include "nodes/ops/text/bleu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/text/utf8.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

using Words = std::vector<std::string>;
using Counts = std::map<Words, std::int64_t>;

double value_of(const BleuOptions& options) {
    if (options.smoothing_value >= 0) return options.smoothing_value;
    return options.smoothing == BleuSmoothing::Floor ? 0.1 : 1.0;
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_point(char letter) { return letter == '.' || letter == ','; }

/// ASCII punctuation except what belongs to numbers and words: . , - '
bool is_mark(char letter) {
    const auto in = [letter](char first, char last) { return letter >= first && letter <= last; };
    return in('{', '~') || in('[', '`') || in(' ', '&') || in('(', '+') || in(':', '@') ||
           letter == '/';
}

/// Each pair of neighbours that `wanted` holds for, read from the left without overlap, becomes
/// before + first + between + second + after.
template <class Wanted>
std::string split_pairs(const std::string& text, const Wanted& wanted, std::string_view before,
                        std::string_view between, std::string_view after) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 1 < text.size() && wanted(text[i], text[i + 1])) {
            result.append(before).append(1, text[i]).append(between);
            result.append(1, text[++i]).append(after);
        } else {
            result += text[i];
        }
    }
    return result;
}

Words tokens_of(const std::string& text, const BleuOptions& options, std::string_view name) {
    const std::string cased = options.is_lower_cased ? lower_case(text, name) : text;
    if (options.tokens == BleuTokens::None) return split_words(cased, name);
    // White space at the end goes first: a hyphen before it joins no line.
    return split_words(tokenize_13a(without_last_spaces(cased, name)), name);
}

Counts n_grams(const Words& words, int order) {
    Counts counts;
    for (std::size_t i = 0; i + order <= words.size(); ++i) {
        ++counts[Words(words.begin() + i, words.begin() + i + order)];
    }
    return counts;
}

/// Ties go to the shorter reference.
std::int64_t closest_length(const std::vector<Words>& references, std::int64_t length) {
    std::int64_t best = -1;
    for (const Words& reference : references) {
        const auto size = static_cast<std::int64_t>(reference.size());
        const auto gap = std::abs(size - length), best_gap = std::abs(best - length);
        if (best < 0 || gap < best_gap || (gap == best_gap && size < best)) best = size;
    }
    return best;
}

void add_segment(BleuSums& sums, const Words& hypothesis, const std::vector<Words>& references,
                 int highest_order) {
    const auto orders = static_cast<std::size_t>(highest_order);
    sums.counts.resize(orders);
    sums.totals.resize(orders);
    ++sums.hypotheses;
    sums.hypothesis_length += static_cast<std::int64_t>(hypothesis.size());
    sums.reference_length +=
        closest_length(references, static_cast<std::int64_t>(hypothesis.size()));
    for (std::size_t n = 0; n < orders; ++n) {
        Counts most;
        for (const Words& reference : references) {
            for (const auto& [gram, count] : n_grams(reference, static_cast<int>(n) + 1)) {
                most[gram] = std::max(most[gram], count);
            }
        }
        for (const auto& [gram, count] : n_grams(hypothesis, static_cast<int>(n) + 1)) {
            sums.totals[n] += count;
            if (const auto found = most.find(gram); found != most.end()) {
                sums.counts[n] += std::min(count, found->second);
            }
        }
    }
}

void finish(Bleu& bleu, const BleuOptions& options) {
    const double lengths = bleu.hypothesis_length == 0
                               ? std::numeric_limits<double>::infinity()
                               : double(bleu.reference_length) / double(bleu.hypothesis_length);
    bleu.brevity_penalty =
        bleu.hypothesis_length < bleu.reference_length ? std::exp(1 - lengths) : 1;
    if (std::ranges::all_of(bleu.counts, [](std::int64_t count) { return count == 0; })) return;
    double halved = 1, logarithms = 0;
    int orders = options.highest_order;
    bool is_zero = false;
    for (int n = 0; n < options.highest_order; ++n) {
        double matches = double(bleu.counts[n]), total = double(bleu.totals[n]);
        if (options.smoothing == BleuSmoothing::AddK && n > 0) {
            matches += value_of(options);
            total += value_of(options);
        }
        if (total == 0) {
            is_zero = is_zero || !options.has_effective_order;
            break;
        }
        if (options.has_effective_order) orders = n + 1;
        if (matches == 0 && options.smoothing == BleuSmoothing::Exponential) {
            halved *= 2;
            matches = 1 / halved;
        } else if (matches == 0 && options.smoothing == BleuSmoothing::Floor) {
            matches = value_of(options);
        }
        bleu.precisions[n] = 100 * matches / total;
        is_zero = is_zero || matches == 0;
        logarithms += matches == 0 ? 0 : std::log(bleu.precisions[n]);
    }
    bleu.score = is_zero ? 0 : bleu.brevity_penalty * std::exp(logarithms / orders);
}

[[noreturn]] void fail_empty() {
    throw engine::Error({.code = "E-TEXT-002",
                         .what = "There is no text to score",
                         .expected = "at least one hypothesis",
                         .found = "none",
                         .mend = "Check the node that writes the texts."});
}

[[noreturn]] void fail_pairs(std::string expected, std::string found) {
    throw engine::Error({.code = "E-TEXT-003",
                         .what = "References and hypotheses do not pair up",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Give one reference for each hypothesis."});
}

}  // namespace

std::string tokenize_13a(std::string_view raw) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kReplaced = {
        {{"<skipped>", ""},
         {"-\n", ""},
         {"\n", " "},
         {"&quot;", "\""},
         {"&amp;", "&"},
         {"&lt;", "<"},
         {"&gt;", ">"}}};
    std::string text(raw);
    for (const auto& [from, to] : kReplaced) text = replace_all(text, from, to);
    std::string marked = " ";
    for (const char letter : text + " ") {
        if (is_mark(letter)) {
            marked.append(1, ' ').append(1, letter).append(1, ' ');
        } else {
            marked += letter;
        }
    }
    const auto after = [](char a, char b) { return !is_digit(a) && is_point(b); };
    const auto before = [](char a, char b) { return is_point(a) && !is_digit(b); };
    const auto dash = [](char a, char b) { return is_digit(a) && b == '-'; };
    marked = split_pairs(marked, after, "", " ", " ");
    marked = split_pairs(marked, before, " ", " ", "");
    marked = split_pairs(marked, dash, "", " ", " ");
    std::string joined;
    for (const std::string& word : split_words(marked, "text")) {
        joined += (joined.empty() ? "" : " ") + word;
    }
    return joined;
}

void add_hypothesis(BleuSums& sums, const std::string& hypothesis,
                    std::span<const std::string> references, const BleuOptions& options) {
    if (options.highest_order < 1 || options.highest_order > 9) {
        throw engine::Error({.code = "E-TEXT-004",
                             .what = "The longest n-gram is out of range",
                             .expected = "1 to 9",
                             .found = fmt::format("{}", options.highest_order),
                             .mend = "4 is usual."});
    }
    if (references.empty()) fail_pairs("at least one reference", "none");
    std::vector<Words> tokens;
    for (const std::string& reference : references) {
        tokens.push_back(tokens_of(reference, options, "reference"));
    }
    add_segment(sums, tokens_of(hypothesis, options, "hypothesis"), tokens, options.highest_order);
}

Bleu bleu(const BleuSums& sums, const BleuOptions& options) {
    if (sums.hypotheses == 0) fail_empty();
    Bleu result{.counts = sums.counts,
                .totals = sums.totals,
                .hypothesis_length = sums.hypothesis_length,
                .reference_length = sums.reference_length};
    result.precisions.resize(sums.counts.size());
    finish(result, options);
    return result;
}

Bleu bleu(std::span<const std::string> hypotheses,
          std::span<const std::vector<std::string>> references, const BleuOptions& options) {
    if (hypotheses.empty()) fail_empty();
    const auto differs = [&](const auto& stream) { return stream.size() != hypotheses.size(); };
    const auto other = std::ranges::find_if(references, differs);
    if (references.empty() || other != references.end()) {
        fail_pairs(fmt::format("{} references a stream", hypotheses.size()),
                   references.empty() ? "no stream" : fmt::format("{}", other->size()));
    }
    BleuSums sums;
    std::vector<std::string> of_one(references.size());
    for (std::size_t i = 0; i < hypotheses.size(); ++i) {
        for (std::size_t stream = 0; stream < references.size(); ++stream) {
            of_one[stream] = references[stream][i];
        }
        add_hypothesis(sums, hypotheses[i], of_one, options);
    }
    return bleu(sums, options);
}

std::string bleu_signature(std::size_t reference_streams, const BleuOptions& options,
                           std::string_view version) {
    static constexpr std::array<std::string_view, 4> kNames = {"none", "exp", "floor", "add-k"};
    std::string smoothing(kNames.at(static_cast<std::size_t>(options.smoothing)));
    if (options.smoothing == BleuSmoothing::Floor || options.smoothing == BleuSmoothing::AddK) {
        smoothing += fmt::format("[{:.2f}]", value_of(options));
    }
    return fmt::format("nrefs:{}|case:{}|eff:{}|tok:{}|smooth:{}|version:{}", reference_streams,
                       options.is_lower_cased ? "lc" : "mixed",
                       options.has_effective_order ? "yes" : "no",
                       options.tokens == BleuTokens::None ? "none" : "13a", smoothing, version);
}

}  // namespace millrace::ops
