#include "nodes/ops/text_corpus/messages.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A directive of printf, strftime, Python or Qt begins at the '%'; a blank after it begins none,
/// as in "50 % of".
bool is_directive(std::string_view text) {
    std::size_t at = 1;
    while (at < text.size() &&
           (is_digit(text[at]) || std::string_view("-+#.*$'").find(text[at]) != text.npos))
        ++at;
    if (at == text.size()) return false;
    const bool number = at > 1 && is_digit(text[at - 1]);  // "%1" of Qt
    return number || is_letter(text[at]) || std::string_view("%({<").find(text[at]) != text.npos;
}

bool is_placeholder(std::string_view text) {
    const char next = text.size() > 1 ? text[1] : ' ';
    switch (text.front()) {
        case '%':
            return is_directive(text);
        case '{':
            return true;
        case '$':
            return is_letter(next) || next == '{' || next == '(';
        case '\\':
            return is_letter(next) || is_digit(next);
        default:
            return false;
    }
}

bool is_markup(std::string_view text) {
    if (text.size() < 2) return false;
    if (text.front() == '<') return is_letter(text[1]) || text[1] == '/' || text[1] == '!';
    if (text.front() != '&') return false;
    std::size_t at = 1;
    while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]) || text[at] == '#')) ++at;
    return at > 1 && at < text.size() && text[at] == ';';
}

}  // namespace

std::optional<SkipReason> unfit_message(std::string_view text) {
    text = trimmed_text(text);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view rest = text.substr(at);
        if (is_placeholder(rest)) return SkipReason::Format;
        if (is_markup(rest)) return SkipReason::Markup;
        if (text[at] == '\n' || text[at] == '\t' || rest.starts_with("   "))
            return SkipReason::Layout;
    }
    return std::nullopt;
}

void drop_mnemonics(std::string& source, std::string& target) {
    if (std::ranges::count(source, '_') != 1 || std::ranges::count(target, '_') != 1) return;
    const std::size_t at = source.find('_');
    const bool begins = at == 0 || source[at - 1] == ' ';
    if (!begins || at + 1 == source.size() || !is_letter(source[at + 1])) return;
    source.erase(at, 1);
    target.erase(target.find('_'), 1);
}

std::string comma_below(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLetters = {
        {{"\u015E", "\u0218"}, {"\u015F", "\u0219"}, {"\u0162", "\u021A"}, {"\u0163", "\u021B"}}};
    std::string result;
    while (!text.empty()) {
        const auto found = std::ranges::find_if(
            kLetters, [&](const auto& letter) { return text.starts_with(letter.first); });
        const std::size_t length = found == kLetters.end() ? 1 : found->first.size();
        result += found == kLetters.end() ? text.substr(0, 1) : found->second;
        text.remove_prefix(length);
    }
    return result;
}

}  // namespace millrace::ops
