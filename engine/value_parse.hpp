// Reading JSON that people wrote: faults that need not end the reading are collected, so that one
// of them hides no other. For documents; everything else takes parse_json() of value.hpp, which
// throws at the first fault.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/problem.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// Limits on an untrusted document, checked while parsing. A value takes some 40 bytes of memory,
/// so a text of nothing but "1," would grow twentyfold without the last of them.
struct DocumentLimits {
    JsonLimits text = {.max_bytes = 64u << 20, .max_depth = 200};
    std::size_t max_values = 4'000'000;
};

/// Parses strict JSON. A name that stands twice in one object (E-JSON-002; the first is kept) and
/// an integer beyond 64 bits (E-JSON-004; read as a floating-point number) are added to `faults`;
/// anything else that is wrong throws Error: E-JSON-001 no JSON or no UTF-8, 003 too deep, 005 too
/// long, 006 too many values. Each says line and column.
Value parse_document(std::string_view text, std::string_view name, std::vector<Problem>& faults,
                     const DocumentLimits& limits = {});

/// At most `most` bytes of a text for a message, cut between UTF-8 characters, with "..." where it
/// was cut, and "?" for control characters.
std::string shortened(std::string_view text, std::size_t most = 80);

/// Names of files and what stands in them may be any bytes, but a report is JSON: what is no UTF-8 becomes U+FFFD.
std::string as_utf8(std::string_view text);

}  // namespace millrace::engine
