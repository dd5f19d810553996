// Needs a function that no library has.
extern "C" int millrace_test_function_that_is_nowhere();
extern "C" int millrace_test_use() { return millrace_test_function_that_is_nowhere(); }
