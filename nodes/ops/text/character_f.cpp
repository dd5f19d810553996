#include "nodes/ops/text/character_f.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

#include "nodes/ops/text/utf8.hpp"

namespace millrace::ops {
namespace {

constexpr double kBeta = 2;

std::u32string characters(std::string_view text, std::string_view name) {
    std::u32string found;
    for (const std::string& word : split_words(text, name)) {
        for (const char32_t point : code_points(word, name)) found += point;
    }
    return found;
}

std::map<std::u32string_view, std::int64_t> ngrams(std::u32string_view text, std::size_t order) {
    std::map<std::u32string_view, std::int64_t> counts;
    for (std::size_t i = 0; i + order <= text.size(); ++i) ++counts[text.substr(i, order)];
    return counts;
}

std::int64_t count_of(const std::u32string& text, std::size_t order) {
    return text.size() < order ? 0 : static_cast<std::int64_t>(text.size() - order + 1);
}

}  // namespace

void CharacterCounts::add(std::string_view made_text, std::string_view wanted_text) {
    const std::u32string own = characters(made_text, "answer"),
                         other = characters(wanted_text, "reference");
    made_length += std::ssize(code_points(made_text, "answer"));
    wanted_length += std::ssize(code_points(wanted_text, "reference"));
    for (std::size_t order = 1; order <= kCharacterOrders; ++order) {
        const auto of_own = ngrams(own, order), of_other = ngrams(other, order);
        for (const auto& [ngram, count] : of_own) {
            const auto found = of_other.find(ngram);
            if (found != of_other.end()) matches[order - 1] += std::min(count, found->second);
        }
        // As sacreBLEU 2 has it: a reference that is too short says nothing of longer stretches.
        if (!of_other.empty()) made[order - 1] += count_of(own, order);
        wanted[order - 1] += count_of(other, order);
    }
}

double CharacterCounts::f_score() const {
    double precision = 0, recall = 0, orders = 0;
    for (std::size_t i = 0; i < kCharacterOrders; ++i) {
        if (made[i] == 0 || wanted[i] == 0) continue;
        precision += static_cast<double>(matches[i]) / static_cast<double>(made[i]);
        recall += static_cast<double>(matches[i]) / static_cast<double>(wanted[i]);
        ++orders;
    }
    if (orders == 0 || precision + recall == 0) return 0;
    precision /= orders;
    recall /= orders;
    return (1 + kBeta * kBeta) * precision * recall / (kBeta * kBeta * precision + recall);
}

}  // namespace millrace::ops
