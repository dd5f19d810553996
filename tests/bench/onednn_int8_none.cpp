#include "tests/bench/onednn_int8.hpp"

namespace millrace::bench {

std::function<void()> onednn_int8(std::int64_t, std::int64_t, std::int64_t) { return {}; }

}  // namespace millrace::bench
