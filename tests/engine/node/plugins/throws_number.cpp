// Throws what is no std::exception.
#include "engine/node.hpp"

namespace millrace::tests {
namespace {

void register_all(engine::Registry&) { throw 42; }

}  // namespace
}  // namespace millrace::tests

MILLRACE_PLUGIN(millrace::tests::register_all)
