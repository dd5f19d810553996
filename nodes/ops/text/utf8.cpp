#include "nodes/ops/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void throw_bytes(std::string_view name, std::size_t at) {
    throw engine::Error({.code = "E-TEXT-001",
                         .what = fmt::format("The {} is not UTF-8 text", name),
                         .expected = "UTF-8",
                         .found = fmt::format("other bytes at position {}", at),
                         .mend = "Convert the file to UTF-8."});
}

/// Length of the character that starts with this byte, and its first bits; 0 for none.
std::size_t length_of(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

std::u32string decoded(std::string_view text, std::string_view name) {
    static constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    std::u32string points;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = length_of(first);
        if (length == 0 || i + length > text.size()) throw_bytes(name, i);
        char32_t point = length == 1 ? first : first & (0x7F >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xC0) != 0x80) throw_bytes(name, i);
            point = point << 6 | (next & 0x3F);
        }
        const bool is_surrogate = point >= 0xD800 && point < 0xE000;
        if (point < kLeast[length] || point > 0x10FFFF || is_surrogate) throw_bytes(name, i);
        points.push_back(point);
        i += length;
    }
    return points;
}

void append(std::string& text, char32_t point) {
    const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3F));
    } else {
        put(0xF0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3F));
        put(0x80 | (point >> 6 & 0x3F));
    }
    put(0x80 | (point & 0x3F));
}

bool is_space(char32_t point) {
    return (point >= 0x09 && point <= 0x0D) || (point >= 0x1C && point <= 0x20) || point == 0x85 ||
           point == 0xA0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) ||
           point == 0x2028 || point == 0x2029 || point == 0x202F || point == 0x205F ||
           point == 0x3000;
}

/// Blocks where capitals and small letters alternate, the capital on even (or odd) numbers.
bool is_alternating_capital(char32_t point) {
    const bool is_even = point % 2 == 0;
    if (point >= 0x100 && point <= 0x137) return is_even && point != 0x130;
    if (point >= 0x139 && point <= 0x148) return !is_even;
    if (point >= 0x14A && point <= 0x177) return is_even;
    if (point >= 0x179 && point <= 0x17E) return !is_even;
    if (point >= 0x1CD && point <= 0x1DC) return !is_even;
    if ((point >= 0x1DE && point <= 0x1EF) || (point >= 0x1F8 && point <= 0x21F)) return is_even;
    if (point >= 0x222 && point <= 0x233) return is_even;
    if ((point >= 0x460 && point <= 0x481) || (point >= 0x48A && point <= 0x4BF)) return is_even;
    if (point >= 0x4C1 && point <= 0x4CE) return !is_even;
    if (point >= 0x4D0 && point <= 0x52F) return is_even;
    return (point >= 0x1E00 && point <= 0x1E95 && is_even) ||
           (point >= 0x1EA0 && point <= 0x1EFF && is_even);
}

char32_t small(char32_t point) {
    struct Run {
        char32_t first, last;
        int shift;
    };
    static constexpr std::array<Run, 15> kRuns = {{{'A', 'Z', 32},
                                                   {0xC0, 0xD6, 32},
                                                   {0xD8, 0xDE, 32},
                                                   {0x178, 0x178, -121},
                                                   {0x386, 0x386, 38},
                                                   {0x388, 0x38A, 37},
                                                   {0x38C, 0x38C, 64},
                                                   {0x38E, 0x38F, 63},
                                                   {0x391, 0x3A1, 32},
                                                   {0x3A3, 0x3AB, 32},
                                                   {0x400, 0x40F, 80},
                                                   {0x410, 0x42F, 32},
                                                   {0x4C0, 0x4C0, 15},
                                                   {0x531, 0x556, 48},
                                                   {0x212A, 0x212A, 'k' - 0x212A}}};
    for (const Run& run : kRuns) {
        if (point >= run.first && point <= run.last) return point + run.shift;
    }
    return is_alternating_capital(point) ? point + 1 : point;
}

}  // namespace

std::vector<char32_t> code_points(std::string_view text, std::string_view name) {
    const std::u32string points = decoded(text, name);
    return {points.begin(), points.end()};
}

std::vector<std::string> split_words(std::string_view text, std::string_view name) {
    std::vector<std::string> words;
    bool is_inside = false;
    for (const char32_t point : decoded(text, name)) {
        if (is_space(point)) {
            is_inside = false;
            continue;
        }
        if (!is_inside) words.emplace_back();
        is_inside = true;
        append(words.back(), point);
    }
    return words;
}

std::string lower_case(std::string_view text, std::string_view name) {
    std::string result;
    for (const char32_t point : decoded(text, name)) {
        append(result, small(point));
        // The one capital that becomes two: i and a dot above.
        if (point == 0x130) {
            result.resize(result.size() - 2);
            result += "i\u0307";
        }
    }
    return result;
}

}  // namespace millrace::ops
