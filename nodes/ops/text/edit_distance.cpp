#include "nodes/ops/text/edit_distance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/text/utf8.hpp"

namespace millrace::ops {
namespace {

struct Edits {
    std::int64_t substitutions = 0, deletions = 0, insertions = 0;
};

void check_size(std::size_t rows, std::size_t columns, double most) {
    if (double(rows) * double(columns) <= most) return;
    throw engine::Error({.code = "E-TEXT-005",
                         .what = "Two texts are too long to align",
                         .expected = fmt::format("a product of lengths up to {:.0e}", most),
                         .found = fmt::format("{} times {}", rows, columns),
                         .mend = "Score sentence by sentence."});
}

/// Length of the shortest edit alone, one row at a time.
std::int64_t distance(const std::vector<char32_t>& a, const std::vector<char32_t>& b) {
    check_size(a.size(), b.size(), 4e9);
    std::vector<std::int64_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<std::int64_t>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::int64_t diagonal = row[0];
        row[0] = static_cast<std::int64_t>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::int64_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

Edits alignment(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    check_size(a.size(), b.size(), 4e8);  // all of the table is kept
    const std::size_t columns = b.size() + 1;
    std::vector<std::int32_t> table((a.size() + 1) * columns);
    const auto at = [&](std::size_t i, std::size_t j) -> std::int32_t& {
        return table[i * columns + j];
    };
    const auto differs = [&](std::size_t i, std::size_t j) { return a[i - 1] != b[j - 1] ? 1 : 0; };
    for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = static_cast<std::int32_t>(i);
    for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = static_cast<std::int32_t>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            at(i, j) =
                std::min({at(i - 1, j - 1) + differs(i, j), at(i - 1, j) + 1, at(i, j - 1) + 1});
        }
    }
    Edits edits;
    for (std::size_t i = a.size(), j = b.size(); i > 0 || j > 0;) {
        if (i > 0 && j > 0 && at(i, j) == at(i - 1, j - 1) + differs(i, j)) {
            edits.substitutions += differs(i, j);
            --i, --j;
        } else if (i > 0 && at(i, j) == at(i - 1, j) + 1) {
            ++edits.deletions, --i;
        } else {
            ++edits.insertions, --j;
        }
    }
    return edits;
}

}  // namespace

WordEdits word_edits(std::string_view reference, std::string_view hypothesis) {
    const auto words = split_words(reference, "reference");
    const Edits edits = alignment(words, split_words(hypothesis, "hypothesis"));
    const auto characters = code_points(reference, "reference");
    return {edits.substitutions,
            edits.deletions,
            edits.insertions,
            static_cast<std::int64_t>(words.size()),
            distance(characters, code_points(hypothesis, "hypothesis")),
            static_cast<std::int64_t>(characters.size())};
}

ErrorRates pooled_rates(std::span<const WordEdits> pairs) {
    WordEdits all;
    std::int64_t edits = 0;
    for (const WordEdits& pair : pairs) {
        edits += pair.edits();
        all.reference_words += pair.reference_words;
        all.character_edits += pair.character_edits;
        all.reference_characters += pair.reference_characters;
    }
    const auto rate = [](std::int64_t count, std::int64_t total) {
        return total == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : double(count) / double(total);
    };
    return {rate(edits, all.reference_words), rate(all.character_edits, all.reference_characters)};
}

}  // namespace millrace::ops
