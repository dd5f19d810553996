#include "engine/version.hpp"

namespace millrace::engine {

std::string_view version() { return MILLRACE_VERSION; }

}  // namespace millrace::engine
