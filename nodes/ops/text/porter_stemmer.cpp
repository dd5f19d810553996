#include "nodes/ops/text/porter_stemmer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace millrace::ops {
namespace {

/// y is a vowel after a consonant.
bool is_consonant(char letter, bool follows_consonant) {
    if (std::string_view("aeiou").find(letter) != std::string_view::npos) return false;
    return letter != 'y' || !follows_consonant;
}

bool is_consonant(std::string_view word, std::size_t i) {
    // Only a run of y asks what stands before it.
    std::size_t first = i;
    while (first > 0 && word[first] == 'y') --first;
    bool is = is_consonant(word[first], false);
    while (first < i) is = is_consonant(word[++first], is);
    return is;
}

/// How often a vowel is followed by a consonant: Porter's m.
int measure(std::string_view stem) {
    int count = 0;
    bool follows_consonant = false, follows_vowel = false;
    for (const char letter : stem) {
        const bool is = is_consonant(letter, follows_consonant);
        count += follows_vowel && is;
        follows_consonant = is;
        follows_vowel = !is;
    }
    return count;
}

bool has_vowel(std::string_view stem) {
    bool follows_consonant = false;
    for (const char letter : stem) {
        follows_consonant = is_consonant(letter, follows_consonant);
        if (!follows_consonant) return true;
    }
    return false;
}

bool ends_in_double_consonant(std::string_view word) {
    return word.size() >= 2 && word.back() == word[word.size() - 2] &&
           is_consonant(word, word.size() - 1);
}

/// Consonant, vowel, consonant other than w, x, y; NLTK also takes a whole word of vowel,
/// consonant.
bool ends_short(std::string_view word) {
    const std::size_t n = word.size();
    if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
    return n >= 3 && is_consonant(word, n - 3) && !is_consonant(word, n - 2) &&
           is_consonant(word, n - 1) && word.back() != 'w' && word.back() != 'x' &&
           word.back() != 'y';
}

struct Rule {
    std::string_view suffix, replacement;
};

/// The first rule whose suffix fits decides: replaced where the measure of what is left exceeds
/// `above`, else unchanged.
std::string by_rules(std::string_view word, std::initializer_list<Rule> rules, int above) {
    for (const auto& [suffix, replacement] : rules) {
        if (!word.ends_with(suffix)) continue;
        const std::string_view stem = word.substr(0, word.size() - suffix.size());
        if (measure(stem) > above) return std::string(stem).append(replacement);
        break;
    }
    return std::string(word);
}

constexpr int kAlways = -1;

std::string plural(std::string_view word) {
    if (word.size() == 4 && word.ends_with("ies")) return std::string(word.substr(0, 3));
    return by_rules(word, {{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}}, kAlways);
}

std::string past_and_progressive(std::string_view word) {
    if (word.ends_with("ied")) {
        return std::string(word.substr(0, word.size() - (word.size() == 4 ? 1 : 2)));
    }
    if (word.ends_with("eed")) return by_rules(word, {{"eed", "ee"}}, 0);
    std::size_t cut = word.ends_with("ed") ? 2 : word.ends_with("ing") ? 3 : 0;
    if (cut == 0 || !has_vowel(word.substr(0, word.size() - cut))) return std::string(word);
    const std::string_view stem = word.substr(0, word.size() - cut);
    if (stem.ends_with("at") || stem.ends_with("bl") || stem.ends_with("iz")) {
        return std::string(stem) + "e";
    }
    if (ends_in_double_consonant(stem)) {
        const char last = stem.back();
        const bool stays = last == 'l' || last == 's' || last == 'z';
        return std::string(stem.substr(0, stem.size() - (stays ? 0 : 1)));
    }
    return std::string(stem) + (measure(stem) == 1 && ends_short(stem) ? "e" : "");
}

std::string y_to_i(std::string_view word) {
    const std::size_t n = word.size();
    if (n > 2 && word.back() == 'y' && is_consonant(word, n - 2)) {
        return std::string(word.substr(0, n - 1)) + "i";
    }
    return std::string(word);
}

std::string double_suffixes(std::string_view word) {
    if (word.ends_with("alli") && measure(word.substr(0, word.size() - 4)) > 0) {
        return double_suffixes(word.substr(0, word.size() - 2));
    }
    if (word.ends_with("logi")) {
        // NLTK measures with the l left on.
        const bool fits = measure(word.substr(0, word.size() - 3)) > 0;
        return std::string(word.substr(0, word.size() - (fits ? 1 : 0)));
    }
    return by_rules(word,
                    {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},
                     {"izer", "ize"},    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"},
                     {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
                     {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"},
                     {"ousness", "ous"}, {"aliti", "al"},    {"iviti", "ive"},   {"biliti", "ble"},
                     {"fulli", "ful"}},
                    0);
}

std::string single_suffixes(std::string_view word) {
    return by_rules(word,
                    {{"icate", "ic"},
                     {"ative", ""},
                     {"alize", "al"},
                     {"iciti", "ic"},
                     {"ical", "ic"},
                     {"ful", ""},
                     {"ness", ""}},
                    0);
}

std::string bare_suffixes(std::string_view word) {
    const auto before_ion = word.size() >= 4 ? word[word.size() - 4] : ' ';
    if (word.ends_with("ion") && before_ion != 's' && before_ion != 't') return std::string(word);
    return by_rules(word,
                    {{"al", ""},
                     {"ance", ""},
                     {"ence", ""},
                     {"er", ""},
                     {"ic", ""},
                     {"able", ""},
                     {"ible", ""},
                     {"ant", ""},
                     {"ement", ""},
                     {"ment", ""},
                     {"ent", ""},
                     {"ion", ""},
                     {"ou", ""},
                     {"ism", ""},
                     {"ate", ""},
                     {"iti", ""},
                     {"ous", ""},
                     {"ive", ""},
                     {"ize", ""}},
                    1);
}

std::string final_letters(std::string word) {
    if (word.ends_with("e")) {
        const std::string_view stem = std::string_view(word).substr(0, word.size() - 1);
        const int m = measure(stem);
        if (m > 1 || (m == 1 && !ends_short(stem))) word.pop_back();
    }
    if (word.ends_with("ll") && measure(std::string_view(word).substr(0, word.size() - 1)) > 1) {
        word.pop_back();
    }
    return word;
}

/// Words that the rules would spoil, with their stems.
constexpr std::array<Rule, 16> kIrregular = {{{"sky", "sky"},
                                              {"skies", "sky"},
                                              {"dying", "die"},
                                              {"lying", "lie"},
                                              {"tying", "tie"},
                                              {"news", "news"},
                                              {"innings", "inning"},
                                              {"inning", "inning"},
                                              {"outings", "outing"},
                                              {"outing", "outing"},
                                              {"cannings", "canning"},
                                              {"canning", "canning"},
                                              {"howe", "howe"},
                                              {"proceed", "proceed"},
                                              {"exceed", "exceed"},
                                              {"succeed", "succeed"}}};

}  // namespace

std::string porter_stem(std::string_view word) {
    if (word.size() <= 2) return std::string(word);
    for (const Rule& irregular : kIrregular) {
        if (word == irregular.suffix) return std::string(irregular.replacement);
    }
    return final_letters(bare_suffixes(
        single_suffixes(double_suffixes(y_to_i(past_and_progressive(plural(word)))))));
}

}  // namespace millrace::ops
