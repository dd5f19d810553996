// SHA-1 of short texts, for the rule by which a corpus of words is split. It protects nothing: the
// rule was published with this hash. Plain function, any thread. Source: FIPS 180-4, section 6.1.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace millrace::ops {

/// The hash as five words, the first one the most significant.
std::array<std::uint32_t, 5> sha1(std::string_view text);

}  // namespace millrace::ops
