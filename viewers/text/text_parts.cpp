#include "viewers/text/text_parts.hpp"

#include <algorithm>
#include <cstring>

namespace millrace::viewers {
namespace {

constexpr std::size_t kPart = std::size_t{1} << 18;  ///< bytes; a frame or two to lay out
constexpr qsizetype kLongestLine = 8192;             ///< characters; wrapping more takes seconds

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

/// How many bytes from here are one character of UTF-8; 0 when they are none.
std::size_t character_at(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(text[i])) return 0;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return wrong ? 0 : length;
}

QString escape(std::string_view part, std::size_t& escaped) {
    QString text;
    std::size_t good = 0;
    const auto flush = [&](std::size_t end) {
        text += QString::fromUtf8(part.data() + good, static_cast<qsizetype>(end - good));
    };
    for (std::size_t at = 0; at < part.size();) {
        const std::size_t length = character_at(part.substr(at));
        if (length > 0 && part[at] != '\0') {
            at += length;
            continue;
        }
        flush(at);
        text += QStringLiteral("\\x%1").arg(
            QString::number(static_cast<unsigned char>(part[at]), 16).toUpper(), 2, QChar('0'));
        ++escaped;
        good = ++at;
    }
    flush(part.size());
    return text;
}

/// Line breaks where a line has none for too long.
std::size_t break_lines(QString& text) {
    std::size_t broken = 0;
    QString kept;
    qsizetype from = 0;
    for (qsizetype begin = 0; begin < text.size();) {
        qsizetype end = text.indexOf('\n', begin);
        if (end < 0) end = text.size();
        broken += end - begin > kLongestLine ? 1 : 0;
        while (end - begin > kLongestLine) {
            begin += kLongestLine;
            if (text[begin].isLowSurrogate()) --begin;
            kept += QStringView(text).mid(from, begin - from);
            kept += '\n';
            from = begin;
        }
        begin = end + 1;
    }
    if (broken > 0) text = kept + text.mid(from);
    return broken;
}

}  // namespace

std::string_view TextParts::part(std::string_view text, std::size_t number) const {
    const std::size_t begin = begins[number],
                      stop = number + 1 < begins.size() ? begins[number + 1] : end;
    return text.substr(begin, stop - begin);
}

TextParts parts_of(std::string_view text) {
    TextParts parts;
    parts.end = text.size();
    std::size_t line = 0;
    for (std::size_t begin = 0; text.size() - begin > kPart;) {
        std::size_t cut = text.rfind('\n', begin + kPart - 1);
        if (cut == text.npos || cut < begin) {
            // No line ends here: between two characters, then.
            cut = begin + kPart;
            while (cut > begin + kPart - 4 && continues(text[cut])) --cut;
        } else {
            ++cut;
        }
        line += static_cast<std::size_t>(
            std::count(text.begin() + static_cast<std::ptrdiff_t>(begin),
                       text.begin() + static_cast<std::ptrdiff_t>(cut), '\n'));
        parts.begins.push_back(cut);
        parts.lines.push_back(line);
        begin = cut;
    }
    const auto last = text.begin() + static_cast<std::ptrdiff_t>(parts.begins.back());
    parts.all_lines = line + static_cast<std::size_t>(std::count(last, text.end(), '\n')) + 1;
    return parts;
}

PartText read_part(std::string_view part) {
    PartText read;
    read.text = QString::fromUtf8(part.data(), static_cast<qsizetype>(part.size()));
    if (read.text.contains(QChar(QChar::ReplacementCharacter)) ||
        std::memchr(part.data(), 0, part.size()) != nullptr)
        read.text = escape(part, read.escaped);
    read.broken = break_lines(read.text);
    return read;
}

std::optional<std::size_t> part_with(std::string_view text, const TextParts& parts,
                                     const QString& wanted, std::size_t from, bool backward,
                                     const std::function<bool()>& stop) {
    const std::size_t count = parts.count();
    for (std::size_t step = 1; step <= count; ++step) {
        if (stop && stop()) return {};
        const std::size_t number = (from + (backward ? count - step : step)) % count;
        if (read_part(parts.part(text, number)).text.contains(wanted, Qt::CaseInsensitive))
            return number;
    }
    return {};
}

}  // namespace millrace::viewers
