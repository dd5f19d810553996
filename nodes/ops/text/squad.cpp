#include "nodes/ops/text/squad.hpp"

#include <unicode/uchar.h>

#include <string_view>

#include "nodes/ops/text/utf8.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

bool is_mark(char letter) {
    return std::string_view("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").find(letter) !=
           std::string_view::npos;
}

/// What Python's \w takes; "_" is a mark here.
bool is_of_word(char32_t point) {
    const auto code = static_cast<UChar32>(point);
    return u_isalpha(code) || u_getNumericValue(code) != U_NO_NUMERIC_VALUE;
}

/// Each article that stands between other characters than those of words becomes a blank.
std::string without_articles(std::string_view text) {
    std::string result, word;
    const auto end_word = [&] {
        result += word == "a" || word == "an" || word == "the" ? " " : word;
        word.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view character = text.substr(at, utf8_step(text, at).length);
        at += character.size();
        if (is_of_word(first_code_point(character))) {
            word += character;
        } else {
            end_word();
            result += character;
        }
    }
    end_word();
    return result;
}

}  // namespace

std::string squad_form(std::string_view text) {
    std::string letters = lower_case(text, "text");
    std::erase_if(letters, is_mark);
    std::string form;
    for (const std::string& word : split_words(without_articles(letters), "text")) {
        if (!form.empty()) form += ' ';
        form += word;
    }
    return form;
}

}  // namespace millrace::ops
