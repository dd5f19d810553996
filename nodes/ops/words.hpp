// Lists of names as people write them into one field. Plain function, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::ops {

/// Words parted by blanks, commas or line ends.
inline std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char letter : text) {
        if (letter != ' ' && letter != ',' && letter != '\n' && letter != '\t') word += letter;
        else if (!word.empty()) words.push_back(std::exchange(word, {}));
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

}  // namespace millrace::ops
