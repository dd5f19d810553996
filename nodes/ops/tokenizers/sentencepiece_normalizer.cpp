#include "nodes/ops/tokenizers/sentencepiece_normalizer.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

/// Where a unit's children lie, relative to it by exclusive or.
std::uint32_t offset_of(std::uint32_t unit) { return (unit >> 10) << ((unit & 0x200) >> 6); }
bool has_value(std::uint32_t unit) { return (unit & 0x100) != 0; }
std::uint32_t value_of(std::uint32_t unit) { return unit & 0x7FFFFFFF; }
/// The byte that leads to a unit; a unit that holds a value has none of them.
std::uint32_t label_of(std::uint32_t unit) { return unit & 0x800000FF; }

}  // namespace

CharacterMap::CharacterMap(std::string_view blob, std::string_view name) {
    if (blob.empty()) return;
    const auto refuse = [&] {
        throw_token_error("E-TOKEN-005", "A SentencePiece model's character map is broken",
                          "a trie and replacements within the map", "a size beyond its end", name,
                          "Get the file anew from where it was published.");
    };
    std::uint32_t size = 0;
    if (blob.size() < sizeof(size)) refuse();
    std::memcpy(&size, blob.data(), sizeof(size));
    blob.remove_prefix(sizeof(size));
    if (size % sizeof(std::uint32_t) != 0 || size == 0 || size >= blob.size()) refuse();
    units_.resize(size / sizeof(std::uint32_t));
    std::memcpy(units_.data(), blob.data(), size);
    replacements_ = blob.substr(size);
    if (replacements_.back() != '\0') refuse();
}

CharacterMap::Replacement CharacterMap::find(std::string_view text) const {
    Replacement found;
    if (units_.empty()) return found;
    std::uint32_t node = offset_of(units_[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        node ^= byte;
        if (node >= units_.size() || label_of(units_[node]) != byte) break;
        const std::uint32_t unit = units_[node];
        node ^= offset_of(unit);
        if (!has_value(unit) || node >= units_.size()) continue;
        const std::uint32_t value = value_of(units_[node]);
        if (value >= replacements_.size()) continue;
        found = {i + 1, std::string_view(replacements_.c_str() + value)};
    }
    return found;
}

SentencePieceNormalizer::SentencePieceNormalizer(const SentencePieceFile& file,
                                                 std::string_view name)
    : map_(file.character_map, name),
      adds_blank_(file.adds_blank),
      puts_blank_last_(file.puts_blank_last),
      drops_extra_blanks_(file.drops_extra_blanks),
      blank_(file.escapes_blanks ? kBlankSymbol : " ") {}

std::string SentencePieceNormalizer::normalize(std::string_view text,
                                               const PrefixTrie& user_defined) const {
    const auto next = [&]() -> CharacterMap::Replacement {
        if (const auto match = user_defined.longest(text))
            return {match->length, text.substr(0, match->length)};
        if (const auto replacement = map_.find(text); replacement.length > 0) return replacement;
        const std::size_t length = utf8_step(text, 0).length;
        return {length, text.substr(0, length)};
    };
    while (drops_extra_blanks_ && !text.empty()) {
        const auto step = next();
        if (step.text != " ") break;
        text.remove_prefix(step.length);
    }
    std::string result;
    if (text.empty()) return result;
    if (adds_blank_ && !puts_blank_last_) result += blank_;
    bool follows_blank = drops_extra_blanks_;
    while (!text.empty()) {
        auto step = next();
        text.remove_prefix(step.length);
        while (follows_blank && step.text.starts_with(' ')) step.text.remove_prefix(1);
        if (step.text.empty()) continue;
        for (const char c : step.text) {
            if (c == ' ') {
                result += blank_;
            } else {
                result += c;
            }
        }
        follows_blank = drops_extra_blanks_ && step.text.ends_with(' ');
        check_normal_size(result.size());
    }
    while (drops_extra_blanks_ && result.ends_with(blank_))
        result.resize(result.size() - blank_.size());
    if (adds_blank_ && puts_blank_last_) result += blank_;
    return result;
}

}  // namespace millrace::ops
