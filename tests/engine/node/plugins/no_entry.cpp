// A library that has the name of a plug-in and half of its functions.
extern "C" const char* millrace_plugin_abi() { return "anything"; }
