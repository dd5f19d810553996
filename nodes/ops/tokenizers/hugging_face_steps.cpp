#include "nodes/ops/tokenizers/hugging_face_steps.hpp"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <cctype>
#include <memory>
#include <optional>

#include "nodes/ops/tokenizers/json_members.hpp"
#include "nodes/ops/tokenizers/pattern.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"
#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr int kMostSteps = 64;

/// Calls `use` for `value`, or for each of the list that a Sequence holds.
template <class Use>
void each_step(const Value* value, std::string_view list, int depth, const Use& use) {
    if (value == nullptr) return;
    if (needed_text(*value, "type") != "Sequence") return use(*value);
    const engine::Array& steps = needed_list(*value, list);
    if (depth > 2 || steps.size() > kMostSteps)
        throw_unsupported("sequence of steps", "up to 64 steps, two deep", "more");
    for (const Value& step : steps) each_step(&step, list, depth + 1, use);
}

NormalStep unicode_form(const std::string& type) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form = type == "NFC"    ? icu::Normalizer2::getNFCInstance(status)
                                   : type == "NFD"  ? icu::Normalizer2::getNFDInstance(status)
                                   : type == "NFKC" ? icu::Normalizer2::getNFKCInstance(status)
                                                    : icu::Normalizer2::getNFKDInstance(status);
    if (U_FAILURE(status)) throw_unsupported("normalizer", "ICU's data", u_errorName(status));
    return [form](std::string_view text) {
        UErrorCode error = U_ZERO_ERROR;
        const auto units =
            icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
        std::string result;
        form->normalize(units, error).toUTF8String(result);
        // ICU fails where the result is beyond its own limits, and then gives nothing.
        if (U_FAILURE(error)) check_normal_size(kMostNormalBytes + 1);
        return result;
    };
}

NormalStep replacement(const Value& step) {
    const Value* pattern = member_of(step, "pattern");
    std::string to = needed_text(step, "content");
    if (pattern == nullptr || member_of(*pattern, "String") == nullptr ||
        needed_text(*pattern, "String").empty())
        throw_unsupported("Replace", "a pattern of the kind String", "another");
    return [from = needed_text(*pattern, "String"), to = std::move(to)](std::string_view text) {
        const std::size_t growth = to.size() / from.size() + 1;
        // Counted before memory is taken, as the file may name any text.
        if (growth > kMostNormalBytes / (text.size() + 1)) check_normal_size(kMostNormalBytes + 1);
        return replace_all(text, from, to);
    };
}

NormalStep normal_step(const Value& step) {
    const std::string& type = needed_text(step, "type");
    if (type == "NFC" || type == "NFD" || type == "NFKC" || type == "NFKD")
        return unicode_form(type);
    if (type == "Replace") return replacement(step);
    if (type == "Prepend") {
        return [first = needed_text(step, "prepend")](std::string_view text) {
            return text.empty() ? std::string() : first + std::string(text);
        };
    }
    throw_unsupported("normalizer", "Sequence, Prepend, Replace, NFC, NFD, NFKC or NFKD", type);
}

enum class CutAs { Word, WithPrevious, WithNext, Nothing };
enum class Words { Matches, Gaps };  ///< which of the two `CutAs` speaks of

/// The parts of `text`, in order, by what becomes of the matches.
template <class Add>
void cut(std::string_view text, const std::vector<TextRange>& matches, CutAs as, Words marks,
         const Add& add) {
    struct Part {
        TextRange range;
        bool is_mark;
    };
    std::vector<Part> parts;
    std::size_t done = 0;
    for (const TextRange& match : matches) {
        if (match.begin > done) parts.push_back({{done, match.begin}, marks == Words::Gaps});
        parts.push_back({match, marks == Words::Matches});
        done = match.end;
    }
    if (done < text.size()) parts.push_back({{done, text.size()}, marks == Words::Gaps});
    std::optional<TextRange> open;
    const auto close = [&] {
        if (open) add(*open);
        open.reset();
    };
    bool follows_mark = false;
    for (const auto& [range, is_mark] : parts) {
        const bool is_joined = open && ((as == CutAs::WithPrevious && is_mark && !follows_mark) ||
                                        (as == CutAs::WithNext && !is_mark && follows_mark));
        if (!is_joined) close();
        if (!(is_mark && as == CutAs::Nothing))
            open = is_joined ? TextRange{open->begin, range.end} : range;
        follows_mark = is_mark;
    }
    close();
}

CutStep cut_by(std::shared_ptr<const Pattern> pattern, CutAs as, Words marks) {
    return [pattern = std::move(pattern), as, marks](std::vector<TextWord>& words) {
        std::vector<TextWord> result;
        for (const TextWord& word : words) {
            cut(word.text, pattern->matches(word.text), as, marks, [&](const TextRange& range) {
                result.push_back({word.text.substr(range.begin, range.end - range.begin),
                                  word.is_start && range.begin == 0});
            });
        }
        words = std::move(result);
    };
}

std::string escaped(std::string_view text) {
    std::string expression;
    for (const char c : text) {
        const bool is_ascii_mark = static_cast<unsigned char>(c) < 0x80 && std::ispunct(c) != 0;
        if (is_ascii_mark) expression += '\\';
        expression += c;
    }
    return expression;
}

CutStep split(const Value& step) {
    const Value* pattern = member_of(step, "pattern");
    if (pattern == nullptr) throw_unsupported("Split", "a pattern", "none");
    const std::string expression = member_of(*pattern, "Regex") != nullptr
                                       ? needed_text(*pattern, "Regex")
                                       : escaped(needed_text(*pattern, "String"));
    const std::string& behavior = needed_text(step, "behavior");
    const Words marks = flag_of(step, "invert", false) ? Words::Gaps : Words::Matches;
    const CutAs as = behavior == "Isolated"             ? CutAs::Word
                     : behavior == "Removed"            ? CutAs::Nothing
                     : behavior == "MergedWithPrevious" ? CutAs::WithPrevious
                                                        : CutAs::WithNext;
    if (as == CutAs::WithNext && behavior != "MergedWithNext") {
        throw_unsupported("Split", "Isolated, Removed, MergedWithPrevious or MergedWithNext",
                          behavior);
    }
    return cut_by(std::make_shared<Pattern>(expression), as, marks);
}

void append_byte_level(const Value& step, std::vector<CutStep>& steps) {
    if (flag_of(step, "add_prefix_space", true)) {
        steps.emplace_back([](std::vector<TextWord>& words) {
            for (TextWord& word : words) {
                if (!word.text.starts_with(' ')) word.text.insert(0, 1, ' ');
            }
        });
    }
    if (flag_of(step, "use_regex", true)) steps.push_back(cut_at(kGpt2Pattern));
    steps.push_back(map_bytes());
}

void append_metaspace(const Value& step, std::vector<CutStep>& steps) {
    const std::string blank = text_of(step, "replacement", "\xE2\x96\x81");
    if (blank.empty()) throw_unsupported("Metaspace", "a replacement", "an empty one");
    const bool adds = flag_of(step, "add_prefix_space", true);
    const std::string scheme = text_of(step, "prepend_scheme", adds ? "always" : "never");
    if (scheme != "always" && scheme != "first" && scheme != "never")
        throw_unsupported("Metaspace", "a scheme of always, first or never", scheme);
    steps.emplace_back([blank, scheme](std::vector<TextWord>& words) {
        for (TextWord& word : words) {
            word.text = replace_all(word.text, " ", blank);
            const bool is_asked = scheme == "always" || (scheme == "first" && word.is_start);
            if (is_asked && !word.text.starts_with(blank)) word.text.insert(0, blank);
        }
    });
    if (!flag_of(step, "split", true)) return;
    steps.push_back(
        cut_by(std::make_shared<Pattern>(escaped(blank)), CutAs::WithNext, Words::Matches));
}

void append_cut(const Value& step, std::vector<CutStep>& steps) {
    const std::string& type = needed_text(step, "type");
    const auto pattern = [](const char* text) { return std::make_shared<Pattern>(text); };
    if (type == "ByteLevel") return append_byte_level(step, steps);
    if (type == "Metaspace") return append_metaspace(step, steps);
    if (type == "Split") {
        steps.push_back(split(step));
    } else if (type == "Digits") {
        steps.push_back(cut_at(flag_of(step, "individual_digits", false) ? "\\p{N}" : "\\p{N}+"));
    } else if (type == "WhitespaceSplit") {
        steps.push_back(cut_by(pattern("\\s"), CutAs::Nothing, Words::Matches));
    } else if (type == "Whitespace") {
        steps.push_back(cut_by(pattern("\\w+|[^\\w\\s]+"), CutAs::Nothing, Words::Gaps));
    } else {
        throw_unsupported("pre-tokenizer",
                          "Sequence, ByteLevel, Split, Metaspace, Digits, Whitespace or "
                          "WhitespaceSplit",
                          type);
    }
}

}  // namespace

std::vector<NormalStep> normal_steps(const Value* value) {
    std::vector<NormalStep> steps;
    each_step(value, "normalizers", 0,
              [&](const Value& step) { steps.push_back(normal_step(step)); });
    return steps;
}

std::vector<CutStep> cut_steps(const Value* value) {
    std::vector<CutStep> steps;
    each_step(value, "pretokenizers", 0, [&](const Value& step) { append_cut(step, steps); });
    return steps;
}

CutStep cut_at(std::string_view expression) {
    return cut_by(std::make_shared<Pattern>(expression), CutAs::Word, Words::Matches);
}

}  // namespace millrace::ops
