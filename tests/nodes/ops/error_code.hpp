// The code of the problem a call throws, for tests of errors.
#pragma once

#include <string>

#include "engine/problem.hpp"

namespace millrace::testing {

/// The problem's code; "none" when nothing is thrown.
template <class Call>
std::string error_code(const Call& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem().code;
    }
    return "none";
}

}  // namespace millrace::testing
