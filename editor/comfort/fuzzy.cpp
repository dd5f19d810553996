#include "editor/comfort/fuzzy.hpp"

#include <algorithm>
#include <vector>

namespace millrace::editor {
namespace {

constexpr int kLetter = 10, kWordStart = 14, kFollows = 12, kFirst = 6, kLeast = 1, kWorst = -1;

}  // namespace

int fuzzy_score(const QString& typed, const QString& text) {
    QString wanted = typed.toLower();
    wanted.remove(' ');
    const QString there = text.toLower();
    if (wanted.isEmpty()) return kLeast;
    // best[i]: what the letters so far are worth when the last of them stands at i of the text.
    std::vector<int> best(static_cast<std::size_t>(there.size()), kWorst);
    for (qsizetype letter = 0; letter < wanted.size(); ++letter) {
        std::vector<int> next(best.size(), kWorst);
        int before = letter == 0 ? 0 : kWorst;  // the best that ends before i - 1
        for (qsizetype i = 0; i < there.size(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (letter > 0 && i >= 2) before = std::max(before, best[at - 2]);
            if (there[i] != wanted[letter]) continue;
            const bool starts = i == 0 || !there[i - 1].isLetterOrNumber();
            const int own = kLetter + (starts ? kWordStart : 0) + (i == 0 ? kFirst : 0);
            if (before != kWorst) next[at] = before + own;
            if (letter > 0 && i >= 1 && best[at - 1] != kWorst)
                next[at] = std::max(next[at], best[at - 1] + own + kFollows);
        }
        best = std::move(next);
    }
    const int most = best.empty() ? kWorst : *std::ranges::max_element(best);
    if (most == kWorst) return 0;
    return std::max(kLeast, most - static_cast<int>(text.size()) / 8);
}

}  // namespace millrace::editor
