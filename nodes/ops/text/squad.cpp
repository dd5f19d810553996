#include "nodes/ops/text/squad.hpp"

#include <cctype>

#include "nodes/ops/text/utf8.hpp"

namespace millrace::ops {

std::string squad_form(std::string_view text) {
    std::string letters = lower_case(text, "text");
    std::erase_if(letters, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte < 0x80 && std::ispunct(byte) != 0;
    });
    std::string form;
    for (const std::string& word : split_words(letters, "text")) {
        if (word == "a" || word == "an" || word == "the") continue;
        if (!form.empty()) form += ' ';
        form += word;
    }
    return form;
}

}  // namespace millrace::ops
