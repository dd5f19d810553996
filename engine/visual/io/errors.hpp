// Private to the readers and writers: one place where their problems are built, so that each error
// has a code, a place in the file and a mend, and shows foreign bytes harmlessly. Stateless; any
// thread.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "engine/problem.hpp"

namespace millrace::visual::io {

inline constexpr const char* kTruncated = "E-FILE-030";  ///< fewer or more bytes than promised
inline constexpr const char* kBadHeader =
    "E-FILE-031";  ///< a header line or magic that can't be understood
inline constexpr const char* kBadHeaderValue = "E-FILE-032";  ///< understood, but impossible
inline constexpr const char* kBadRow =
    "E-FILE-033";  ///< a line of text data that is no row of numbers
inline constexpr const char* kBadCompression = "E-FILE-034";
inline constexpr const char* kUnsupported =
    "E-FILE-035";  ///< valid, but not readable or writable here
inline constexpr const char* kNoPositions = "E-FILE-036";
inline constexpr const char* kBadCloud =
    "E-FILE-037";  ///< the cloud to be written contradicts itself

inline constexpr const char* kGetAgain =
    "The file is damaged or incomplete: copy or export it again.";

[[noreturn]] inline void fail(const char* code, std::string what, std::string expected,
                              std::string found, std::string where, std::string mend = kGetAgain) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .where = std::move(where),
                         .mend = std::move(mend)});
}

/// "file, line 12".
inline std::string at_line(std::string_view name, std::uint64_t line) {
    return std::string(name) + ", line " + std::to_string(line);
}

/// "file, byte 348".
inline std::string at_byte(std::string_view name, std::uint64_t offset) {
    return std::string(name) + ", byte " + std::to_string(offset);
}

/// Foreign text in quotes, at most 48 characters of it, anything but printable ASCII as "?".
std::string shown(std::string_view text);

/// a * b, or the largest number when that overflows, so that a comparison with a file's size still
/// fails.
constexpr std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max()
                                                  : product;
}

}  // namespace millrace::visual::io
