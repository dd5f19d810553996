#include "nodes/ops/tokenizers/unicode.hpp"

#include <algorithm>

namespace millrace::ops {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

struct Lead {
    std::size_t length;
    unsigned char least, most;  ///< of the second byte
};

Lead lead_of(unsigned char first) {
    if (first < 0x80) return {1, 0, 0};
    if (first < 0xC2) return {0, 0, 0};
    if (first < 0xE0) return {2, 0x80, 0xBF};
    if (first == 0xE0) return {3, 0xA0, 0xBF};
    if (first == 0xED) return {3, 0x80, 0x9F};
    if (first < 0xF0) return {3, 0x80, 0xBF};
    if (first == 0xF0) return {4, 0x90, 0xBF};
    if (first < 0xF4) return {4, 0x80, 0xBF};
    if (first == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return {};
}

}  // namespace

Utf8Step utf8_step(std::string_view text, std::size_t at) {
    Lead lead = lead_of(byte_at(text, at));
    if (lead.length == 0) return {1, false};
    for (std::size_t k = 1; k < lead.length; ++k) {
        if (at + k >= text.size()) return {k, false};
        const unsigned char next = byte_at(text, at + k);
        if (next < lead.least || next > lead.most) return {k, false};
        lead.least = 0x80;
        lead.most = 0xBF;
    }
    return {lead.length, true};
}

std::optional<std::size_t> first_ill_formed(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_step(text, at);
        if (!step.is_well_formed) return at;
        at += step.length;
    }
    return {};
}

std::string replace_ill_formed(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_step(text, at);
        result += step.is_well_formed ? text.substr(at, step.length) : kReplacementCharacter;
        at += step.length;
    }
    return result;
}

char32_t first_code_point(std::string_view text) {
    const Lead lead = lead_of(byte_at(text, 0));
    char32_t point = lead.length == 1 ? byte_at(text, 0) : byte_at(text, 0) & (0x7F >> lead.length);
    for (std::size_t k = 1; k < lead.length; ++k) point = point << 6 | (byte_at(text, k) & 0x3F);
    return point;
}

void append_short_character(std::string& text, char32_t point) {
    if (point < 0x80) {
        text += static_cast<char>(point);
        return;
    }
    text += static_cast<char>(0xC0 | point >> 6);
    text += static_cast<char>(0x80 | (point & 0x3F));
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0;;) {
        const std::size_t found = text.find(from, at);
        result += text.substr(at, found - at);
        if (found == std::string_view::npos) return result;
        result += to;
        at = found + from.size();
    }
}

std::optional<unsigned char> spelled_byte(std::string_view piece) {
    if (piece.size() != 6 || !piece.starts_with("<0x") || piece.back() != '>') return {};
    const auto high = hex_digit(piece[3]), low = hex_digit(piece[4]);
    if (!high || !low) return {};
    return static_cast<unsigned char>(*high << 4 | *low);
}

}  // namespace millrace::ops
