#include "nodes/ops/text/rouge.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/text/porter_stemmer.hpp"
#include "nodes/ops/text/utf8.hpp"

namespace millrace::ops {
namespace {

using Tokens = std::vector<std::string>;
using Counts = std::map<Tokens, int>;

RougeScore score(double hits, double predicted, double wanted) {
    RougeScore result;
    result.precision = predicted > 0 ? hits / predicted : 0;
    result.recall = wanted > 0 ? hits / wanted : 0;
    const double sum = result.precision + result.recall;
    result.f_measure = sum > 0 ? 2 * result.precision * result.recall / sum : 0;
    return result;
}

Counts n_grams(const Tokens& tokens, std::size_t order) {
    Counts counts;
    for (std::size_t i = 0; i + order <= tokens.size(); ++i) {
        ++counts[Tokens(tokens.begin() + i, tokens.begin() + i + order)];
    }
    return counts;
}

RougeScore n_gram_score(const Tokens& target, const Tokens& prediction, std::size_t order) {
    const Counts wanted = n_grams(target, order), predicted = n_grams(prediction, order);
    int hits = 0, all_wanted = 0, all_predicted = 0;
    for (const auto& [gram, count] : predicted) all_predicted += count;
    for (const auto& [gram, count] : wanted) {
        all_wanted += count;
        if (const auto found = predicted.find(gram); found != predicted.end()) {
            hits += std::min(count, found->second);
        }
    }
    return score(hits, all_predicted, all_wanted);
}

/// Lengths of the longest common subsequences of all pairs of beginnings.
class Table {
public:
    Table(const Tokens& target, const Tokens& prediction)
        : columns_(prediction.size() + 1), lengths_(checked(target.size(), prediction.size())) {
        for (std::size_t i = 1; i <= target.size(); ++i) {
            for (std::size_t j = 1; j <= prediction.size(); ++j) {
                lengths_[i * columns_ + j] = target[i - 1] == prediction[j - 1]
                                                 ? at(i - 1, j - 1) + 1
                                                 : std::max(at(i - 1, j), at(i, j - 1));
            }
        }
    }

    std::int32_t at(std::size_t i, std::size_t j) const { return lengths_[i * columns_ + j]; }

private:
    /// How many lengths there are.
    static std::size_t checked(std::size_t target, std::size_t prediction) {
        constexpr double kMost = 4e8;
        if (double(target) * double(prediction) > kMost) {
            throw engine::Error({.code = "E-TEXT-005",
                                 .what = "Two texts are too long to align",
                                 .expected = "a product of lengths up to 4e8",
                                 .found = fmt::format("{} times {}", target, prediction),
                                 .mend = "Score shorter texts."});
        }
        return (target + 1) * (prediction + 1);
    }

    std::size_t columns_;
    std::vector<std::int32_t> lengths_;
};

/// Adds the target's places in one longest common subsequence, read from the end; among several the
/// target goes back first, which the numbers of the usual scorer depend on.
void add_common_places(const Tokens& target, const Tokens& prediction,
                       std::set<std::size_t>& places) {
    const Table table(target, prediction);
    for (std::size_t i = target.size(), j = prediction.size(); i > 0 && j > 0;) {
        if (target[i - 1] == prediction[j - 1]) {
            places.insert(i - 1);
            --i, --j;
        } else if (table.at(i, j - 1) > table.at(i - 1, j)) {
            --j;
        } else {
            --i;
        }
    }
}

/// Those with tokens: the others have nothing to compare.
std::vector<Tokens> sentences(std::string_view text, Stemming stemming) {
    std::vector<Tokens> result;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        Tokens tokens = rouge_tokens(text.substr(start, end - start), stemming);
        if (!tokens.empty()) result.push_back(std::move(tokens));
        start = end + 1;
    }
    return result;
}

std::map<std::string, int> token_counts(const std::vector<Tokens>& texts, int& total) {
    std::map<std::string, int> counts;
    for (const Tokens& tokens : texts) {
        total += static_cast<int>(tokens.size());
        for (const std::string& token : tokens) ++counts[token];
    }
    return counts;
}

RougeScore summary_score(const std::vector<Tokens>& target, const std::vector<Tokens>& prediction) {
    int wanted = 0, predicted = 0, hits = 0;
    auto left_wanted = token_counts(target, wanted), left = token_counts(prediction, predicted);
    for (const Tokens& sentence : target) {
        std::set<std::size_t> places;
        for (const Tokens& other : prediction) add_common_places(sentence, other, places);
        for (const std::size_t place : places) {
            // A token counts as often as both sides still have it.
            auto &a = left_wanted[sentence[place]], &b = left[sentence[place]];
            if (a > 0 && b > 0) --a, --b, ++hits;
        }
    }
    return score(hits, predicted, wanted);
}

}  // namespace

std::vector<std::string> rouge_tokens(std::string_view text, Stemming stemming) {
    Tokens tokens;
    bool is_inside = false;
    for (char letter : lower_case(text, "text")) {
        const bool belongs = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        if (belongs && !is_inside) tokens.emplace_back();
        if (belongs) tokens.back() += letter;
        is_inside = belongs;
    }
    if (stemming == Stemming::Porter) {
        for (std::string& token : tokens) {
            if (token.size() > 3) token = porter_stem(token);
        }
    }
    return tokens;
}

Rouge rouge(std::string_view target, std::string_view prediction, Stemming stemming) {
    const Tokens wanted = rouge_tokens(target, stemming),
                 predicted = rouge_tokens(prediction, stemming);
    const Table table(wanted, predicted);
    return {
        .rouge_1 = n_gram_score(wanted, predicted, 1),
        .rouge_2 = n_gram_score(wanted, predicted, 2),
        .rouge_l = score(table.at(wanted.size(), predicted.size()), double(predicted.size()),
                         double(wanted.size())),
        .rouge_lsum = summary_score(sentences(target, stemming), sentences(prediction, stemming))};
}

Rouge best_rouge(std::span<const std::string> targets, std::string_view prediction,
                 Stemming stemming) {
    if (targets.empty()) {
        throw engine::Error({.code = "E-TEXT-003",
                             .what = "References and hypotheses do not pair up",
                             .expected = "at least one reference",
                             .found = "none",
                             .mend = "Give one reference for each hypothesis."});
    }
    Rouge best = rouge(targets.front(), prediction, stemming);
    for (const std::string& target : targets.subspan(1)) {
        const Rouge other = rouge(target, prediction, stemming);
        for (RougeScore Rouge::*figure :
             {&Rouge::rouge_1, &Rouge::rouge_2, &Rouge::rouge_l, &Rouge::rouge_lsum}) {
            if ((other.*figure).f_measure > (best.*figure).f_measure) best.*figure = other.*figure;
        }
    }
    return best;
}

std::string sentence_lines(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\r";
    std::string lines;
    for (std::size_t i = 0; i < text.size(); ++i) {
        lines += text[i];
        if (text[i] != '.' && text[i] != '!' && text[i] != '?') continue;
        const std::size_t next = text.find_first_not_of(kBlanks, i + 1);
        if (next == std::string_view::npos || next == i + 1) continue;
        lines += '\n';
        i = next - 1;
    }
    return lines;
}

}  // namespace millrace::ops
