// UTF-8 as the Unicode standard defines it (table 3-7), ill-formed parts included: each maximal one
// counts as one replacement. For the sources of this folder; plain functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::ops {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

struct Utf8Step {
    std::size_t length = 0;  ///< bytes of the character, or of the maximal ill-formed part
    bool is_well_formed = false;
};

/// What begins at `at`, which lies within the text.
Utf8Step utf8_step(std::string_view text, std::size_t at);

/// Where the first ill-formed part begins.
std::optional<std::size_t> first_ill_formed(std::string_view text);

/// Each maximal ill-formed part becomes U+FFFD.
std::string replace_ill_formed(std::string_view text);

/// Code point of the well-formed character at the text's start.
char32_t first_code_point(std::string_view text);

/// `point` is a code point below U+0800.
void append_short_character(std::string& text, char32_t point);

/// Every `from` becomes `to`; `from` is not empty.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

/// The byte that a spelling as "<0x0A>" stands for.
std::optional<unsigned char> spelled_byte(std::string_view piece);

}  // namespace millrace::ops
