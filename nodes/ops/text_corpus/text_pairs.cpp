#include "nodes/ops/text_corpus/text_pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kMostNotes = 100;

/// Line ends of all kinds become \n.
std::string cleaned(std::string_view text) {
    std::string result;
    text = trimmed_text(text);
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\r') {
            result += text[at];
        } else if (at + 1 == text.size() || text[at + 1] != '\n') {
            result += '\n';
        }
    }
    return result;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
}

/// Code points; none where the text is not UTF-8.
std::optional<std::uint64_t> characters_of(std::string_view text) {
    std::uint64_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
        const Utf8Step step = utf8_step(text, at);
        if (!step.is_well_formed) return std::nullopt;
        at += step.length;
    }
    return characters;
}

std::optional<SkipReason> unfit(std::string_view text, std::uint64_t least, std::uint64_t most) {
    const std::optional<std::uint64_t> characters = characters_of(text);
    if (!characters) return SkipReason::NotUtf8;
    if (text.empty()) return SkipReason::Empty;
    if (std::ranges::any_of(text, is_control)) return SkipReason::Control;
    if (*characters < least) return SkipReason::Short;
    return *characters > most ? std::optional(SkipReason::Long) : std::nullopt;
}

std::string skipped_text(const TextPairs& pairs) {
    std::string text;
    for (std::size_t reason = 0; reason < kSkipReasons; ++reason) {
        if (pairs.skipped[reason] == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", pairs.skipped[reason],
                            to_text(static_cast<SkipReason>(reason)));
    }
    return text.empty() ? "none" : text;
}

}  // namespace

std::string_view to_text(SkipReason reason) {
    switch (reason) {
        case SkipReason::NotUtf8:
            return "not UTF-8";
        case SkipReason::Control:
            return "with control characters";
        case SkipReason::Empty:
            return "empty";
        case SkipReason::Short:
            return "too short";
        case SkipReason::Long:
            return "too long";
        case SkipReason::Repeated:
            return "repeated";
        case SkipReason::Untranslated:
            return "untranslated";
        case SkipReason::Format:
            return "with placeholders";
        case SkipReason::Markup:
            return "with markup";
        case SkipReason::Layout:
            return "laid out in lines or columns";
    }
    return "";
}

std::uint64_t TextPairs::count(Split split) const {
    return static_cast<std::uint64_t>(std::ranges::count(pairs, split, &TextPair::split));
}

std::string to_text(const TextPairs& pairs) {
    return fmt::format("{} pairs: {} for training, {} for validation, {} for test; skipped: {}",
                       pairs.pairs.size(), pairs.count(Split::Train),
                       pairs.count(Split::Validation), pairs.count(Split::Test),
                       skipped_text(pairs));
}

Split text_split(const engine::Hash128& source, const TextRules& rules) {
    const double place = static_cast<double>(source.high >> 11) * 0x1p-53;  // [0, 1)
    if (place < rules.validation_share) return Split::Validation;
    return place < rules.validation_share + rules.test_share ? Split::Test : Split::Train;
}

void PairCollector::add(std::string_view source, std::string_view target) {
    std::string from = cleaned(source), to = cleaned(target);
    std::optional<SkipReason> reason = unfit(from, rules_.min_characters, rules_.max_characters);
    if (!reason && targets_ == Targets::Needed) reason = unfit(to, 1, rules_.max_characters);
    if (reason) return skip(*reason);
    const engine::Hash128 hash = engine::hash_text(from);
    if (!seen_.insert(hash).second) return skip(SkipReason::Repeated);
    bytes_ += from.size() + to.size();
    if (bytes_ > kMostCorpusBytes) {
        throw engine::Error({.code = "E-TEXT-029",
                             .what = "The corpus is too large to be held in memory",
                             .expected = fmt::format("at most {} bytes of text", kMostCorpusBytes),
                             .found = "more",
                             .mend = "Name a part of it."});
    }
    found_.pairs.push_back({std::move(from), std::move(to), text_split(hash, rules_)});
}

void PairCollector::note(std::string line) {
    if (found_.notes.size() < kMostNotes) found_.notes.push_back(std::move(line));
}

TextPairs PairCollector::take(const std::string& where) {
    if (found_.pairs.size() < std::max<std::uint64_t>(rules_.least, 1)) {
        throw engine::Error(
            {.code = "E-TEXT-020",
             .what = "The corpus has too few texts",
             .expected = fmt::format("at least {}", std::max<std::uint64_t>(rules_.least, 1)),
             .found = fmt::format("{}; skipped: {}", found_.pairs.size(), skipped_text(found_)),
             .where = where,
             .mend = "Name a larger corpus, widen the limits of characters, or ask for fewer "
                     "texts."});
    }
    return std::exchange(found_, {});
}

}  // namespace millrace::ops
