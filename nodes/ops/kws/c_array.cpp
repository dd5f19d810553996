#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/kws/network_file.hpp"

namespace millrace::ops {

std::string c_array(std::string_view bytes, std::string_view symbol) {
    const auto is_word = [](unsigned char c) { return c == '_' || (c < 128 && std::isalnum(c)); };
    if (symbol.empty() || !std::ranges::all_of(symbol, is_word) ||
        std::isdigit(static_cast<unsigned char>(symbol.front()))) {
        throw engine::Error({.code = "E-KWS-036",
                             .what = "The array's name is no identifier of C",
                             .expected = "letters, digits and _, no digit first",
                             .found = std::string(symbol),
                             .mend = "Choose another name."});
    }
    std::string text = fmt::format(
        "// A keyword spotter of {1} bytes. Beside kws_runtime.hpp, in one C++ source:\n"
        "//\n"
        "//     #include \"kws_runtime.hpp\"\n"
        "//     millrace::kws::Network network;\n"
        "//     if (millrace::kws::open({0}, {0}_bytes, network) == millrace::kws::Status::Ok) "
        "...\n"
        "//     if (millrace::kws::start(network, arena, sizeof arena) == ...) ...\n"
        "//     const int8_t* scores = millrace::kws::step(network, frame);\n"
        "//\n"
        "// The arena is aligned to 32 bytes and millrace::kws::arena_bytes(network) long.\n"
        "#pragma once\n\n"
        "#ifdef __cplusplus\n"
        "alignas(16)\n"
        "#else\n"
        "_Alignas(16)\n"
        "#endif\n"
        "static const unsigned char {0}[{1}] = {{",
        symbol, bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text.append(i % 20 == 0 ? "\n    " : "");
        fmt::format_to(std::back_inserter(text), "{},", static_cast<unsigned char>(bytes[i]));
    }
    return text +
           fmt::format("\n}};\nstatic const unsigned long {}_bytes = {};\n", symbol, bytes.size());
}

}  // namespace millrace::ops
