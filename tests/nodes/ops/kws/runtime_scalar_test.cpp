// The runtime's tests once more for its plain path.
#define MILLRACE_KWS_SCALAR
#include "tests/nodes/ops/kws/runtime_damage_test.cpp"
#include "tests/nodes/ops/kws/runtime_test.cpp"
