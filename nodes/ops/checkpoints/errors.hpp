// How the sources of this folder throw. Plain function, any thread.
#pragma once

#include <string>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {

inline constexpr const char* kGetCheckpointAgain =
    "The checkpoint is damaged or was made wrongly; get it again.";

[[noreturn]] inline void fail_checkpoint(const char* code, std::string what, std::string expected,
                                         std::string found, std::string where,
                                         std::string mend = kGetCheckpointAgain) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .where = std::move(where),
                         .mend = std::move(mend)});
}

}  // namespace millrace::ops
