// A plug-in of another compiler; its entry must never be called.
#include <cstdlib>

extern "C" const char* millrace_plugin_abi() { return "millrace-0 gcc4 libstdc++4-cxx0 plain"; }
extern "C" void millrace_plugin_register(void*) { std::abort(); }
