#include "viewers/text/token_text.hpp"

#include <QChar>
#include <algorithm>
#include <cstdint>
#include <optional>

namespace millrace::viewers {
namespace {

constexpr char32_t kLowLine = 0x2581, kByteBlank = 0x120, kByteLineEnd = 0x10A, kByteTab = 0x109;

/// A character and its length in bytes; without one, a byte that is no UTF-8.
struct Read {
    std::optional<char32_t> character;
    std::size_t bytes = 1;
};

Read read_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return {};
    char32_t character = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80) return {};
        character = character << 6 | (byte(at + i) & 0x3FU);
    }
    constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (character < kLeast[length] || character > 0x10FFFF || surrogate) return {};
    return {character, length};
}

/// Characters that show nothing, or change how others are shown.
bool is_hidden(char32_t character) {
    const auto category = QChar::category(character);
    return category == QChar::Other_Control || category == QChar::Other_Format ||
           category == QChar::Separator_Line || category == QChar::Separator_Paragraph ||
           category == QChar::Other_NotAssigned || category == QChar::Other_PrivateUse ||
           (category == QChar::Separator_Space && character != ' ');
}

QString hex(char32_t number, int digits) {
    return QStringLiteral("%1")
        .arg(static_cast<std::uint32_t>(number), digits, 16, QChar('0'))
        .toUpper();
}

QString escaped(const Read& read, unsigned char byte) {
    if (!read.character) return QStringLiteral("\\x") + hex(byte, 2);
    const char32_t character = *read.character;
    if (character == '\n') return QStringLiteral("\\n");
    if (character == '\r') return QStringLiteral("\\r");
    if (character == '\t') return QStringLiteral("\\t");
    if (character < 0x80) return QStringLiteral("\\x") + hex(character, 2);
    return character < 0x10000 ? QStringLiteral("\\u") + hex(character, 4)
                               : QStringLiteral("\\U") + hex(character, 8);
}

/// The byte of a token such as <0x0A>.
std::optional<unsigned char> byte_token(std::string_view token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return {};
    unsigned value = 0;
    for (const char digit : token.substr(3, 2)) {
        const int number = digit >= '0' && digit <= '9'   ? digit - '0'
                           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                                          : -1;
        if (number < 0) return {};
        value = value * 16 + static_cast<unsigned>(number);
    }
    return static_cast<unsigned char>(value);
}

/// What a character of the vocabulary stands for.
char32_t meant(char32_t character, BlankSign sign) {
    if (sign == BlankSign::LowLine && character == kLowLine) return ' ';
    if (sign == BlankSign::ByteLevel) {
        if (character == kByteBlank) return ' ';
        if (character == kByteLineEnd) return '\n';
        if (character == kByteTab) return '\t';
    }
    return character;
}

}  // namespace

BlankSign blank_sign_of(const std::vector<std::string>& tokens) {
    // The first thousands tell; a text of a million tokens needn't be read for it.
    constexpr std::size_t kMost = 5000;
    std::size_t low = 0, byte = 0, blank = 0;
    for (std::size_t i = 0; i < std::min(kMost, tokens.size()); ++i) {
        low += tokens[i].starts_with("\xE2\x96\x81") ? 1 : 0;
        byte += tokens[i].starts_with("\xC4\xA0") ? 1 : 0;
        blank += tokens[i].starts_with(" ") ? 1 : 0;
    }
    if (low > byte && low > blank) return BlankSign::LowLine;
    return byte > blank ? BlankSign::ByteLevel : BlankSign::None;
}

TokenText shown_token(std::string_view token, BlankSign sign) {
    if (const auto byte = byte_token(token)) {
        if (*byte == '\n')
            return {.shown = QStringLiteral("↵"), .ends_line = true, .special = true};
        return {.shown = QString::fromUtf8(token.data(), 6), .ends_line = false, .special = true};
    }
    if (token.empty()) return {.shown = QStringLiteral("∅"), .ends_line = false, .special = true};
    TokenText text;
    bool seen = false;
    for (std::size_t at = 0; at < token.size();) {
        if (text.shown.size() >= kLongestToken) {
            text.shown += QChar(0x2026);
            break;
        }
        const Read read = read_at(token, at);
        const char32_t character = read.character ? meant(*read.character, sign) : 0;
        if (read.character && character == ' ') {
            text.shown += QChar(0xB7);
        } else if (read.character && character == '\n') {
            text.shown += QStringLiteral("↵");
        } else if (read.character && character == '\t') {
            text.shown += QStringLiteral("⇥");
        } else if (!read.character || is_hidden(character)) {
            text.shown += escaped(read, static_cast<unsigned char>(token[at]));
        } else {
            text.shown += QString::fromUcs4(&character, 1);
            seen = true;
        }
        text.ends_line = read.character && character == '\n';
        at += read.bytes;
    }
    text.special = !seen;
    return text;
}

QString escaped_token(std::string_view token) {
    constexpr std::size_t kMost = 400;
    QString text(QChar('"'));
    for (std::size_t at = 0; at < token.size();) {
        if (at >= kMost) return text + QChar(0x2026);
        const Read read = read_at(token, at);
        if (!read.character || is_hidden(*read.character)) {
            text += escaped(read, static_cast<unsigned char>(token[at]));
        } else if (*read.character == '"' || *read.character == '\\') {
            text += QChar('\\');
            text += QString::fromUcs4(&*read.character, 1);
        } else {
            text += QString::fromUcs4(&*read.character, 1);
        }
        at += read.bytes;
    }
    return text + QChar('"');
}

QString plain_token(std::string_view token, BlankSign sign) {
    if (const auto byte = byte_token(token))
        return *byte < 0x80 ? QString(QChar(*byte)) : QString();
    QString text;
    for (std::size_t at = 0; at < token.size();) {
        const Read read = read_at(token, at);
        if (read.character) {
            const char32_t character = meant(*read.character, sign);
            text += QString::fromUcs4(&character, 1);
        }
        at += read.bytes;
    }
    return text;
}

}  // namespace millrace::viewers
