// The plug-in contract: one extern "C" entry that fills a registry, and an ABI string that must match the
// host's before the entry is called. Plug-ins are never unloaded.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/hash.hpp"
#include "engine/problem.hpp"

namespace millrace::engine {

class Registry;

/// Raised when a change of the engine's headers breaks compiled plug-ins.
#define MILLRACE_ENGINE_ABI 1

#define MILLRACE_TEXT_(x) #x
#define MILLRACE_TEXT(x) MILLRACE_TEXT_(x)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MILLRACE_SANITIZER "asan"
#elif __has_feature(thread_sanitizer)
#define MILLRACE_SANITIZER "tsan"
#endif
#endif
#if defined(MILLRACE_SANITIZER)
#elif defined(__SANITIZE_ADDRESS__)
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
#if defined(_GLIBCXX_DEBUG)
#define MILLRACE_CONTAINERS "-debug"
#else
#define MILLRACE_CONTAINERS ""
#endif
#define MILLRACE_ABI                                                          \
    "millrace-" MILLRACE_TEXT(MILLRACE_ENGINE_ABI) " " MILLRACE_COMPILER " libstdc++" \
    MILLRACE_TEXT(_GLIBCXX_RELEASE) "-cxx" MILLRACE_TEXT(_GLIBCXX_USE_CXX11_ABI)      \
    MILLRACE_CONTAINERS " " MILLRACE_SANITIZER

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
    bool loaded = true;             ///< false when its tables were known and its code was left alone
};

/// Folders searched, in order: MILLRACE_PLUGIN_PATH, beside the program, the install folder.
std::vector<std::filesystem::path> plugin_folders();

/// The plug-ins of `folders`, libmillrace-*.so: sorted within a folder; of two of one name the first is taken.
std::vector<std::filesystem::path> find_plugins(const std::vector<std::filesystem::path>& folders);

/// Loads one plug-in into the registry. Whatever is wrong with it is in the report: nothing is thrown. Types that were
/// registered before a failure stay.
PluginReport load_plugin(Registry& registry, const std::filesystem::path& file);

/// Calls `entry`, which registers a plug-in's types; what goes wrong joins the report's problems.
void register_plugin(Registry& registry, PluginReport& report, const Hash128& build,
                     const std::function<void(Registry&)>& entry);

/// Loads every plug-in of `folders`. A broken one is reported and never stops the rest.
std::vector<PluginReport> load_plugins(Registry& registry,
                                       const std::vector<std::filesystem::path>& folders);

/// Hash of the files of a loaded plug-in and of Millrace's libraries that it stands on, which belongs to the cache keys
/// of its nodes.
Hash128 plugin_build(const std::filesystem::path& file);

/// Hash of the plug-in's file alone.
Hash128 plugin_content(const std::filesystem::path& file);

}  // namespace millrace::engine
