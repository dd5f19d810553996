#include "engine/node/plugin.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "engine/node/registry.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

Problem broken(const fs::path& file, std::string code, std::string what, std::string expected, std::string found) {
    return {.code = std::move(code),
            .what = std::move(what),
            .expected = std::move(expected),
            .found = std::move(found),
            .where = file.string(),
            .mend = "Rebuild the plug-in against this version, or remove it."};
}

/// Why the file can't be handed to dlopen(), which trusts sizes in the file: a truncated library would end the program.
std::optional<Problem> check_elf(const fs::path& file) {
    const auto wrong = [&](std::string found) {
        return broken(file, "E-PLUGIN-001", "The plug-in can't be loaded", "a shared library", std::move(found));
    };
    std::error_code error;
    if (!fs::is_regular_file(file, error)) return wrong(error ? error.message() : "no regular file");
    const std::uint64_t size = fs::file_size(file, error);
    std::ifstream stream(file, std::ios::binary);
    ElfW(Ehdr) head = {};
    stream.read(reinterpret_cast<char*>(&head), sizeof head);
    if (!stream) return wrong(size == 0 ? "an empty file" : "a file that is too short");
    if (std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) return wrong("another kind of file");
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_phentsize != sizeof(ElfW(Phdr))) return wrong("another kind of library");
    std::vector<ElfW(Phdr)> segments(head.e_phnum);
    const std::uint64_t bytes = segments.size() * sizeof(ElfW(Phdr));
    bool whole = head.e_phoff <= size && bytes <= size - head.e_phoff;
    if (whole) {
        stream.seekg(static_cast<std::streamoff>(head.e_phoff));
        stream.read(reinterpret_cast<char*>(segments.data()), static_cast<std::streamsize>(bytes));
        whole = static_cast<bool>(stream);
    }
    for (const ElfW(Phdr)& segment : segments) {
        if (segment.p_type != PT_LOAD) continue;
        whole = whole && segment.p_offset <= size && segment.p_filesz <= size - segment.p_offset;
    }
    if (!whole) return wrong(fmt::format("a truncated library of {} bytes", size));
    return {};
}

/// What dlerror() says, without the file's name, which the problem has already.
std::string loader_message(const fs::path& file) {
    std::string text = dlerror();
    if (const std::string prefix = file.string() + ": "; text.starts_with(prefix)) text.erase(0, prefix.size());
    return text;
}

/// Millrace's own libraries that a loaded one stands on, directly or by others, itself left out.
std::set<fs::path> libraries_below(const fs::path& file) {
    void* handle = dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_NOLOAD);
    link_map* top = nullptr;
    if (!handle || dlinfo(handle, RTLD_DI_LINKMAP, &top) != 0) return {};
    std::map<std::string, const link_map*> loaded;
    const link_map* first = top;
    while (first->l_prev) first = first->l_prev;
    for (const link_map* one = first; one; one = one->l_next) {
        std::string name = fs::path(one->l_name).filename().string();
        if (name.starts_with("libmillrace-")) loaded.emplace(std::move(name), one);
    }
    std::set<fs::path> found;
    std::vector<const link_map*> waiting = {top};
    while (!waiting.empty()) {
        const link_map* one = waiting.back();
        waiting.pop_back();
        const char* names = nullptr;
        for (const ElfW(Dyn)* entry = one->l_ld; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag != DT_STRTAB) continue;
            // Where the section can't be written, as on RISC-V, the loader leaves an offset in it.
            const ElfW(Addr) at = entry->d_un.d_ptr;
            names = reinterpret_cast<const char*>(at < one->l_addr ? one->l_addr + at : at);
        }
        for (const ElfW(Dyn)* entry = one->l_ld; names && entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag != DT_NEEDED) continue;
            const auto below = loaded.find(names + entry->d_un.d_val);
            if (below != loaded.end() && found.insert(below->second->l_name).second) waiting.push_back(below->second);
        }
    }
    dlclose(handle);
    return found;
}

/// Libraries don't change under a program that has them loaded, and a dozen plug-ins stand on the same.
Hash128 library_content(const fs::path& file) {
    static std::mutex mutex;
    static std::map<fs::path, Hash128> known;
    const std::scoped_lock lock(mutex);
    const auto [at, is_new] = known.emplace(file, Hash128());
    if (is_new) at->second = plugin_content(file);
    return at->second;
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
        folders.push_back(program.parent_path().parent_path() / MILLRACE_PLUGIN_RELATIVE_DIR);
    }
    folders.emplace_back(MILLRACE_PLUGIN_INSTALL_DIR);
    return folders;
}

std::vector<fs::path> find_plugins(const std::vector<fs::path>& folders) {
    std::vector<fs::path> found;
    std::set<std::string> seen;
    for (const fs::path& folder : folders) {
        std::error_code error;
        std::vector<fs::path> files;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
            const std::string name = entry->path().filename().string();
            if (name.starts_with("libmillrace-") && name.ends_with(".so") && name != "libmillrace-engine.so" &&
                name != "libmillrace-types.so" && name != "libmillrace-ops.so") {
                files.push_back(entry->path());
            }
        }
        std::ranges::sort(files);
        for (fs::path& file : files) {
            if (seen.insert(file.filename().string()).second) found.push_back(std::move(file));
        }
    }
    return found;
}

void register_plugin(Registry& registry, PluginReport& report, const Hash128& build,
                     const std::function<void(Registry&)>& entry) {
    const auto failed = [&](std::string found) {
        report.problems.push_back(broken(report.file, "E-PLUGIN-004", "The plug-in failed while registering",
                                         "no exception", std::move(found)));
    };
    registry.begin_plugin(report.name, build);
    try {
        entry(registry);
    } catch (const Error& error) {
        Problem problem = error.problem();
        problem.where = problem.where.empty() ? report.file.string()
                                              : fmt::format("{} ({})", problem.where, report.file.string());
        report.problems.push_back(std::move(problem));
    } catch (const std::exception& error) {
        failed(error.what());
    } catch (...) {
        failed("something that is no std::exception");
    }
    registry.end_plugin();
}

PluginReport load_plugin(Registry& registry, const fs::path& file) {
    PluginReport report{.file = file, .name = file.stem().string(), .problems = {}};
    if (auto problem = check_elf(file)) {
        report.problems.push_back(*std::move(problem));
        return report;
    }
    // Local, so that two plug-ins with a function of one name don't meet; kept for ever, since packets point into it.
    void* library = dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        report.problems.push_back(broken(file, "E-PLUGIN-001", "The plug-in can't be loaded", "a shared library",
                                         loader_message(fs::absolute(file))));
        return report;
    }
    auto abi = reinterpret_cast<const char* (*)()>(dlsym(library, "millrace_plugin_abi"));
    auto entry = reinterpret_cast<void (*)(Registry&)>(dlsym(library, "millrace_plugin_register"));
    if (!abi || !entry) {
        report.problems.push_back(broken(file, "E-PLUGIN-002", "The library is no plug-in",
                                         "millrace_plugin_abi and millrace_plugin_register",
                                         abi || entry ? "one of them" : "neither"));
        return report;
    }
    const char* found = abi();
    if (!found || std::string_view(found) != MILLRACE_ABI) {
        report.problems.push_back(broken(file, "E-PLUGIN-003", "The plug-in was built for another Millrace or compiler",
                                         MILLRACE_ABI, found ? found : "no text"));
        return report;
    }
    register_plugin(registry, report, plugin_build(file), entry);
    return report;
}

std::vector<PluginReport> load_plugins(Registry& registry, const std::vector<fs::path>& folders) {
    std::vector<PluginReport> reports;
    for (const fs::path& file : find_plugins(folders)) reports.push_back(load_plugin(registry, file));
    return reports;
}

Hash128 plugin_build(const fs::path& file) {
    const std::set<fs::path> libraries = libraries_below(file);
    const Hash128 own = plugin_content(file);
    if (libraries.empty()) return own;
    Hasher hasher;
    hasher.add(own);
    for (const fs::path& library : libraries) hasher.add(library_content(library));
    return hasher.digest();
}

Hash128 plugin_content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return hash_text(bytes.view());
}

}  // namespace millrace::engine
