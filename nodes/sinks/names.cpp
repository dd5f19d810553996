#include "nodes/sinks/names.hpp"

#include <fmt/format.h>

namespace millrace::nodes {
namespace {

constexpr std::size_t kLongest = 200;  // file systems end at 255 bytes, the ending included

bool is_kept(char c, bool first) {
    if (c == '.') return !first;  // a name that begins with one is hidden, or climbs
    return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" -_+=@,()").find(c) != std::string_view::npos;
}

}  // namespace

std::string artifact_name(const types::Text* name, std::uint64_t item) {
    std::string text;
    for (const char c : name ? std::string_view(name->text) : std::string_view()) {
        if (is_kept(c, text.empty()))
            text += c;
        else
            text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        if (text.size() > kLongest) break;
    }
    if (text.empty()) return fmt::format("{:06}", item);
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    // Not within a character of UTF-8 or an escape; two long names may begin alike, so the number
    // follows.
    while (end > kLongest - 4 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80) --end;
    while (end > kLongest - 4 && (text[end - 1] == '%' || (end > 1 && text[end - 2] == '%'))) --end;
    return fmt::format("{}-{:06}", text.substr(0, end), item);
}

}  // namespace millrace::nodes
