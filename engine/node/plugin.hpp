// The plug-in contract: one extern "C" entry that fills a registry, and an ABI string that must match the
// host's before the entry is called. Plug-ins are never unloaded.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/problem.hpp"

namespace millrace::engine {

class Registry;

/// Raised when a change of the engine's headers breaks compiled plug-ins.
constexpr int kEngineAbi = 1;

#define MILLRACE_TEXT_(x) #x
#define MILLRACE_TEXT(x) MILLRACE_TEXT_(x)
#if defined(__SANITIZE_ADDRESS__)
#define MILLRACE_SANITIZER "asan"
#elif defined(__SANITIZE_THREAD__)
#define MILLRACE_SANITIZER "tsan"
#else
#define MILLRACE_SANITIZER "plain"
#endif
#if defined(__clang__)
#define MILLRACE_COMPILER "clang" MILLRACE_TEXT(__clang_major__)
#else
#define MILLRACE_COMPILER "gcc" MILLRACE_TEXT(__GNUC__)
#endif
#define MILLRACE_ABI                                                                     \
    "millrace-1 " MILLRACE_COMPILER " libstdc++" MILLRACE_TEXT(_GLIBCXX_RELEASE) " " MILLRACE_SANITIZER

/// Put once into a plug-in, with the function that adds its node types:
///     MILLRACE_PLUGIN(register_all)
#define MILLRACE_PLUGIN(fill)                                                                   \
    extern "C" __attribute__((visibility("default"))) const char* millrace_plugin_abi() {      \
        return MILLRACE_ABI;                                                                    \
    }                                                                                           \
    extern "C" __attribute__((visibility("default"))) void millrace_plugin_register(           \
        ::millrace::engine::Registry& registry) {                                               \
        fill(registry);                                                                         \
    }

struct PluginReport {
    std::filesystem::path file;
    std::string name;
    std::vector<Problem> problems;  ///< empty when it loaded
};

/// Folders searched, in order: MILLRACE_PLUGIN_PATH, beside the program, the install folder.
std::vector<std::filesystem::path> plugin_folders();

/// Loads every libmillrace-*.so of `folders` into the registry; the first of a name wins. A broken one is
/// reported and never stops the rest.
std::vector<PluginReport> load_plugins(Registry& registry,
                                       const std::vector<std::filesystem::path>& folders);

}  // namespace millrace::engine
