// What the libFuzzer targets share. A target gets arbitrary bytes; besides the sanitizers'
// findings, broken promises end it: `require` what must hold whatever the bytes are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "engine/problem.hpp"
#include "engine/value.hpp"

namespace millrace::fuzz {

inline void require(bool holds, const char* promise) {
    if (holds) return;
    std::fprintf(stderr, "Broken promise: %s\n", promise);
    std::abort();
}

/// A problem has a code, says what is wrong, and shows foreign bytes so that no terminal acts on
/// them and no report, which is JSON, is spoilt by them.
inline void require_helpful(const engine::Problem& problem) {
    require(problem.code.size() > 2, "a problem has a code");
    require(!problem.what.empty(), "a problem says what is wrong");
    for (const std::string& text : {problem.what, problem.expected, problem.found, problem.where}) {
        const auto harmless = [](char c) {
            return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
        };
        if (!std::ranges::all_of(text, harmless))
            std::fprintf(stderr, "%s\n", to_text(problem).c_str());
        require(std::ranges::all_of(text, harmless), "a message holds no control characters");
        // Not through to_value(), which would mend it.
        engine::parse_json(engine::to_json(text), "message");
    }
}

/// Runs `read`; what it throws must be a helpful engine::Error. Whether it went well.
template <class Read>
bool succeeds(const Read& read) {
    try {
        read();
        return true;
    } catch (const engine::Error& error) {
        require_helpful(error.problem());
        return false;
    }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
    return std::as_bytes(std::span(data, size));
}

}  // namespace millrace::fuzz
