// The tests of the runtime for its AVX2 path.
#include "tests/nodes/ops/kws/runtime_damage_test.cpp"
#include "tests/nodes/ops/kws/runtime_test.cpp"
