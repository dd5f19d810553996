#include "nodes/ops/text_corpus/charset.hpp"

#include <iconv.h>

#include <array>
#include <cstdint>
#include <optional>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// iconv's name of it; empty for UTF-8 and what is a part of it.
std::optional<const char*> known(std::string_view charset) {
    std::string upper(charset);
    for (char& letter : upper) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    // "CHARSET" stands in headers that were never filled in.
    for (const char* same : {"", "UTF-8", "UTF8", "ASCII", "US-ASCII", "ANSI_X3.4-1968", "CHARSET"})
        if (upper == same) return "";
    static constexpr std::array<const char*, 6> kOthers = {
        "ISO-8859-1", "ISO-8859-2", "ISO-8859-15", "ISO-8859-16", "WINDOWS-1250", "WINDOWS-1252"};
    for (const char* other : kOthers)
        if (upper == other) return other;
    if (upper.starts_with("CP125")) return known("WINDOWS-" + upper.substr(2));
    return std::nullopt;
}

}  // namespace

CharsetReader::CharsetReader(std::string_view charset, const std::string& name) {
    const std::optional<const char*> from = known(charset);
    if (from && **from == '\0') return;
    // iconv_open() marks failure by a pointer of -1.
    iconv_t opened = from ? iconv_open("UTF-8", *from) : reinterpret_cast<iconv_t>(-1);
    if (reinterpret_cast<std::intptr_t>(opened) != -1) {
        descriptor_.reset(opened);
        return;
    }
    throw engine::Error({.code = "E-TEXT-025",
                         .what = "The character set is not known",
                         .expected = "UTF-8, ISO-8859-1, -2, -15, -16, Windows-1250 or -1252",
                         .found = std::string(charset.substr(0, 40)),
                         .where = name,
                         .mend = "Convert the catalogue by msgconv -t UTF-8, or leave it out."});
}

std::string CharsetReader::utf8(std::string_view text) const {
    if (!descriptor_ || text.empty()) return std::string(text);
    // A byte of these sets becomes three of UTF-8 at most.
    std::string result(text.size() * 3, '\0');
    char* in = const_cast<char*>(text.data());  // iconv() reads only
    char* out = result.data();
    std::size_t in_left = text.size(), out_left = result.size();
    iconv(descriptor_.get(), nullptr, nullptr, nullptr, nullptr);
    const auto failed = static_cast<std::size_t>(-1);
    if (iconv(descriptor_.get(), &in, &in_left, &out, &out_left) == failed)
        return std::string(text);
    result.resize(result.size() - out_left);
    return result;
}

void CharsetReader::Close::operator()(void* descriptor) const { iconv_close(descriptor); }

}  // namespace millrace::ops
