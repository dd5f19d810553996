#include "engine/node/plugin.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "engine/hash.hpp"
#include "engine/node/registry.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

Hash128 hash_file(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return hash_text(bytes.view());
}

Problem broken(const fs::path& file, std::string code, std::string what, std::string expected, std::string found) {
    return {.code = std::move(code),
            .what = std::move(what),
            .expected = std::move(expected),
            .found = std::move(found),
            .where = file.string(),
            .mend = "Rebuild the plug-in against this version, or remove it."};
}

/// What was registered before a failure stays: those types are whole.
void fill(Registry& registry, PluginReport& report, void (*entry)(Registry&)) {
    const Hash128 build = hash_file(report.file);
    registry.begin_plugin(report.name, build);
    try {
        entry(registry);
    } catch (const Error& error) {
        report.problems.push_back(error.problem());
    } catch (const std::exception& error) {
        report.problems.push_back(
            broken(report.file, "E-PLUGIN-004", "The plug-in failed while registering", "no exception", error.what()));
    }
    registry.end_plugin();
}

PluginReport load(Registry& registry, const fs::path& file) {
    PluginReport report{.file = file, .name = file.stem().string(), .problems = {}};
    // Local, so that two plug-ins with a function of one name don't meet; kept for ever, since packets point into it.
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        report.problems.push_back(
            broken(file, "E-PLUGIN-001", "The plug-in can't be loaded", "a shared library", dlerror()));
        return report;
    }
    auto abi = reinterpret_cast<const char* (*)()>(dlsym(library, "millrace_plugin_abi"));
    auto entry = reinterpret_cast<void (*)(Registry&)>(dlsym(library, "millrace_plugin_register"));
    if (!abi || !entry) {
        report.problems.push_back(broken(file, "E-PLUGIN-002", "The library is no plug-in",
                                         "millrace_plugin_abi and millrace_plugin_register", "no such functions"));
    } else if (const std::string found = abi(); found != MILLRACE_ABI) {
        report.problems.push_back(broken(file, "E-PLUGIN-003", "The plug-in was built for another Millrace or compiler",
                                         MILLRACE_ABI, found));
    } else {
        fill(registry, report, entry);
    }
    return report;
}

}  // namespace

std::vector<fs::path> plugin_folders() {
    std::vector<fs::path> folders;
    if (const char* listed = std::getenv("MILLRACE_PLUGIN_PATH")) {
        std::istringstream parts(listed);
        for (std::string part; std::getline(parts, part, ':');) {
            if (!part.empty()) folders.emplace_back(part);
        }
    }
    std::error_code error;
    if (const fs::path program = fs::read_symlink("/proc/self/exe", error); !error) {
        folders.push_back(program.parent_path());
        folders.push_back(program.parent_path().parent_path() / "lib" / "millrace");
    }
    folders.emplace_back(MILLRACE_PLUGIN_INSTALL_DIR);
    return folders;
}

std::vector<PluginReport> load_plugins(Registry& registry, const std::vector<fs::path>& folders) {
    std::vector<PluginReport> reports;
    std::set<std::string> seen;
    for (const fs::path& folder : folders) {
        std::error_code error;
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with("libmillrace-") && name.ends_with(".so") && name != "libmillrace-engine.so" &&
                name != "libmillrace-types.so" && name != "libmillrace-ops.so") {
                files.push_back(entry.path());
            }
        }
        std::ranges::sort(files);
        for (const fs::path& file : files) {
            if (seen.insert(file.filename().string()).second) reports.push_back(load(registry, file));
        }
    }
    return reports;
}

}  // namespace millrace::engine
