// millrace doctor
#include <dlfcn.h>
#include <link.h>
#include <sys/statvfs.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/parse.hpp"
#include "engine/cli/session.hpp"
#include "engine/observe/report.hpp"
#include "engine/observe/run_report.hpp"
#include "engine/run/cache.hpp"
#include "engine/run/cores.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;
using engine::Array;
using engine::Object;

enum class State { Good, Warning, Bad };

struct Finding {
    std::string name;
    State state = State::Good;
    std::string text;
    std::string mend = {};
};

std::string_view to_text(State state) {
    return state == State::Good ? "good" : state == State::Warning ? "warning" : "bad";
}

/// Files of the shared libraries this process has loaded, links followed.
std::set<std::string> loaded_libraries() {
    std::set<std::string> files;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* to) {
            std::error_code error;
            const fs::path file = fs::canonical(info->dlpi_name, error);
            if (!error) static_cast<std::set<std::string>*>(to)->insert(file.string());
            return 0;
        },
        &files);
    return files;
}

std::string library_with(const std::set<std::string>& files,
                         std::initializer_list<std::string_view> names) {
    for (const std::string& file : files) {
        for (std::string_view name : names) {
            if (fs::path(file).filename().string().starts_with(name)) return file;
        }
    }
    return {};
}

/// What `name` resolves to on this machine, loading it when nothing has.
std::string resolved_library(const char* name) {
    void* library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (!library) return {};
    link_map* map = nullptr;
    if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || !map) return {};
    std::error_code error;
    const fs::path file = fs::canonical(map->l_name, error);
    return error ? std::string(map->l_name) : file.string();
}

std::uint64_t memory_line(std::string_view key) {
    std::ifstream file("/proc/meminfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(key))
            return std::strtoull(line.c_str() + key.size(), nullptr, 10) << 10;
    }
    return 0;
}

double gigabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1u << 30); }

Finding check_memory() {
    const std::uint64_t free = memory_line("MemAvailable:");
    Finding finding{"memory", State::Good,
                    fmt::format("{:.1f} GB, {:.1f} GB available",
                                gigabytes(memory_line("MemTotal:")), gigabytes(free))};
    std::uint64_t limit = 0;
    if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit && limit > 0)
        finding.text += fmt::format(", limited to {:.1f} GB", gigabytes(limit));
    if (free < (std::uint64_t{2} << 30)) {
        finding.state = State::Warning;
        finding.mend = "Close other programs, or give runs a --memory budget.";
    }
    return finding;
}

Finding check_blas(const std::set<std::string>& files) {
    std::string file =
        library_with(files, {"libopenblas", "libmkl_core", "libmkl_rt", "libblis", "libblas"});
    if (file.empty()) file = resolved_library("libblas.so.3");
    if (file.empty())
        return {"BLAS", State::Warning, "no libblas.so.3", "Install libopenblas0-pthread."};
    const bool reference = fs::path(file).filename().string().starts_with("libblas") &&
                           fs::path(file).parent_path().filename() == "blas";
    if (!reference) return {"BLAS", State::Good, file};
    return {"BLAS", State::Warning,
            fmt::format(
                "{} is the reference BLAS; LibTorch on the reference BLAS is about 15 times slower",
                file),
            "Install libopenblas0-pthread."};
}

Finding check_openmp(const std::set<std::string>& files) {
    const std::string gnu = library_with(files, {"libgomp"});
    const std::string other = library_with(files, {"libomp", "libiomp"});
    if (gnu.empty() && other.empty()) return {"OpenMP", State::Good, "no runtime loaded"};
    if (gnu.empty() || other.empty()) return {"OpenMP", State::Good, gnu.empty() ? other : gnu};
    return {"OpenMP", State::Warning, fmt::format("two runtimes are loaded: {} and {}", gnu, other),
            "Build plug-ins with one OpenMP runtime; two take twice the threads."};
}

Finding check_cache() {
    const fs::path folder = engine::default_cache_folder();
    try {
        const engine::CacheStore store(folder, engine::default_cache_limit());
        const auto usage = store.usage();
        return {"content store", State::Good,
                fmt::format("{}, {:.2f} GB of at most {:.0f} GB", folder.string(),
                            gigabytes(usage.bytes), gigabytes(store.limit()))};
    } catch (const engine::Error& error) {
        return {"content store", State::Warning,
                fmt::format("{}: {}", folder.string(), error.problem().found),
                error.problem().mend};
    }
}

Finding check_disk(const std::string& name, const fs::path& folder) {
    struct statvfs facts = {};
    if (statvfs(folder.c_str(), &facts) != 0)
        return {name, State::Warning, folder.string() + ": not there", ""};
    const std::uint64_t free = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
    const bool low = free < (std::uint64_t{1} << 30);
    return {name, low ? State::Warning : State::Good,
            fmt::format("{}: {:.1f} GB free", folder.string(), gigabytes(free)),
            low ? "Make room: runs and the content store need some." : ""};
}

Finding check_display() {
    const auto variable = [](const char* name) {
        return std::string(std::getenv(name) ? std::getenv(name) : "");
    };
    std::string text;
    for (const char* name :
         {"WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM", "LIBGL_ALWAYS_SOFTWARE"}) {
        if (const std::string value = variable(name); !value.empty())
            text += fmt::format("{}={} ", name, value);
    }
    if (text.empty()) text = "no display; the command line needs none ";
    std::error_code ignored;
    text += fs::exists("/dev/dri", ignored) ? "(graphics device present"
                                            : "(no graphics device: OpenGL in software";
    text += resolved_library("libGL.so.1").empty() ? ", no libGL.so.1)" : ")";
    return {"display", State::Good, text};
}

void add_plugins(const Catalogue& catalogue, std::vector<Finding>& findings, Array& list,
                 std::vector<engine::Problem>& problems) {
    for (const engine::PluginReport& plugin : catalogue.plugins) {
        std::int64_t types = 0;
        for (const engine::NodeType* type : catalogue.registry.types())
            types += type->plugin == plugin.name ? 1 : 0;
        list.push_back(Object{{"name", plugin.name},
                              {"file", plugin.file.string()},
                              {"types", types},
                              {"problems", engine::to_value(plugin.problems)}});
        Finding finding{"plug-in", State::Good,
                        fmt::format("{} ({} node types)", plugin.file.string(), types)};
        if (!plugin.problems.empty()) {
            const engine::Problem& problem = plugin.problems.front();
            finding = {"plug-in", State::Bad,
                       fmt::format("{}: {}: {}", plugin.file.string(), problem.what, problem.found),
                       problem.mend};
            problems.insert(problems.end(), plugin.problems.begin(), plugin.problems.end());
        }
        findings.push_back(std::move(finding));
    }
    if (!catalogue.plugins.empty()) return;
    std::string folders;
    for (const fs::path& folder : engine::plugin_folders())
        folders += (folders.empty() ? "" : ", ") + folder.string();
    findings.push_back({"plug-ins", State::Warning, "none found in " + folders,
                        "Install Millrace's, or name their folder in MILLRACE_PLUGIN_PATH."});
}

}  // namespace

int doctor_command(const Call& call) {
    const auto catalogue = load_catalogue();
    const std::set<std::string> files = loaded_libraries();
    const Object host = engine::host_facts();
    std::vector<Finding> findings = {
        {"millrace", State::Good, version_text() + ", " + program_file().string()},
        {"system", State::Good, host.at("system").as_string()},
        {"cores", State::Good, fmt::format("{}", engine::available_cores())},
        check_memory(),
        check_blas(files),
        check_openmp(files)};
    const fs::path resources = resources_folder();
    findings.push_back(resources.empty() ? Finding{"resources", State::Warning, "not found",
                                                   "Name their folder in MILLRACE_RESOURCES."}
                                         : Finding{"resources", State::Good, resources.string()});
    Array plugins;
    std::vector<engine::Problem> problems;
    add_plugins(*catalogue, findings, plugins, problems);
    findings.push_back(check_cache());
    findings.push_back(check_disk("disk here", fs::current_path()));
    findings.push_back(check_disk("disk of the store", engine::default_cache_folder()));
    findings.push_back(check_display());

    const int code = problems.empty() ? kGood : kMissing;
    if (call.json()) {
        Array list;
        for (const Finding& finding : findings) {
            Object object{
                {"name", finding.name}, {"state", to_text(finding.state)}, {"text", finding.text}};
            if (!finding.mend.empty()) object["fix"] = finding.mend;
            list.emplace_back(std::move(object));
        }
        call.print_json(
            {{"host", host}, {"findings", std::move(list)}, {"plugins", std::move(plugins)}}, code);
        return code;
    }
    for (const Finding& finding : findings) {
        const char* mark = finding.state == State::Good      ? "ok     "
                           : finding.state == State::Warning ? "warning"
                                                             : "BAD    ";
        call.output().print("{}  {:<18} {}\n", mark, finding.name, finding.text);
        if (!finding.mend.empty()) call.output().print("{:28} -> {}\n", "", finding.mend);
    }
    return code;
}

}  // namespace millrace::cli
