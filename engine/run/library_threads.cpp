#include "engine/run/library_threads.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace millrace::engine {

int library_threads_at_most(int threads) {
    const char* variable = getenv("OMP_NUM_THREADS");
    const std::string_view given = variable ? variable : "";
    int number = 0;
    const auto read = std::from_chars(given.data(), given.data() + given.size(), number);
    return read.ec == std::errc() && number > 0 ? std::min(number, threads) : threads;
}

}  // namespace millrace::engine
