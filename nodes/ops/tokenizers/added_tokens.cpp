#include "nodes/ops/tokenizers/added_tokens.hpp"

#include <unicode/uchar.h>

#include <algorithm>

#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

bool is_white(char32_t point) { return u_isUWhiteSpace(static_cast<UChar32>(point)); }

/// What \w of Unicode regular expressions takes.
bool is_of_word(char32_t point) {
    const auto code = static_cast<UChar32>(point);
    const auto mask = U_GET_GC_MASK(code);
    return u_isUAlphabetic(code) || (mask & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0 ||
           code == 0x200C || code == 0x200D;
}

/// Where the last character before `end` begins.
std::size_t character_before(std::string_view text, std::size_t end) {
    std::size_t at = end - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    return at;
}

/// Bytes of a file that takes any; their parts are of no class.
bool is_before(std::string_view text, std::size_t end, bool (*is_of_class)(char32_t)) {
    if (end == 0) return false;
    const std::size_t at = character_before(text, end);
    return utf8_step(text, at).is_well_formed && is_of_class(first_code_point(text.substr(at)));
}

bool is_after(std::string_view text, std::size_t at, bool (*is_of_class)(char32_t)) {
    return at < text.size() && utf8_step(text, at).is_well_formed &&
           is_of_class(first_code_point(text.substr(at)));
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
    std::vector<PrefixTrie::Entry> all, ordinary;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        all.emplace_back(tokens_[i].content, static_cast<std::int32_t>(i));
        if (!tokens_[i].is_special) ordinary.push_back(all.back());
    }
    all_ = PrefixTrie(std::move(all));
    ordinary_ = PrefixTrie(std::move(ordinary));
}

std::vector<TextPart> AddedTokens::split(std::string_view text, SpecialText special) const {
    const PrefixTrie& trie = special == SpecialText::Recognise ? all_ : ordinary_;
    std::vector<TextPart> parts;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size() && !trie.is_empty();) {
        const auto match = trie.longest(text.substr(at));
        if (!match) {
            ++at;
            continue;
        }
        const AddedToken& token = tokens_[static_cast<std::size_t>(match->value)];
        std::size_t begin = at, end = at + match->length;
        at = end;
        if (token.is_single_word &&
            (is_before(text, begin, is_of_word) || is_after(text, end, is_of_word))) {
            continue;
        }
        while (token.takes_left && begin > done && is_before(text, begin, is_white))
            begin = character_before(text, begin);
        while (token.takes_right && is_after(text, end, is_white))
            end += utf8_step(text, end).length;
        if (begin > done) parts.push_back({text.substr(done, begin - done), {}});
        parts.push_back({text.substr(begin, end - begin), token.id});
        at = done = end;
    }
    if (done < text.size()) parts.push_back({text.substr(done), {}});
    return parts;
}

}  // namespace millrace::ops
