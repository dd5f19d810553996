#include "engine/cli/session.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>

#include "engine/cli/overrides.hpp"
#include "engine/graph/migrate.hpp"
#include "engine/node/catalogue.hpp"
#include "engine/run/cache.hpp"
#include "engine/run/cores.hpp"

extern char** environ;

namespace millrace::cli {

namespace fs = std::filesystem;

namespace {

void report_plugins(const Catalogue& catalogue) {
    for (const engine::PluginReport& plugin : catalogue.plugins) {
        for (const engine::Problem& problem : plugin.problems) message(to_text(problem));
    }
}

}  // namespace

std::unique_ptr<Catalogue> load_catalogue(int library_threads) {
    engine::set_library_environment(library_threads);
    engine::keep_freed_memory();
    auto catalogue = std::make_unique<Catalogue>();
    catalogue->plugins = engine::load_plugins(catalogue->registry, engine::plugin_folders());
    report_plugins(*catalogue);
    return catalogue;
}

std::unique_ptr<Catalogue> known_catalogue() {
    engine::set_library_environment(1);
    auto catalogue = std::make_unique<Catalogue>();
    catalogue->plugins = engine::load_catalogue(catalogue->registry, engine::plugin_folders(),
                                                engine::default_cache_folder() / "catalogue");
    report_plugins(*catalogue);
    return catalogue;
}

Document open_document(const Call& call, const std::string& file,
                       const engine::Registry& registry) {
    Document document;
    document.file = fs::absolute(file).lexically_normal();
    engine::ReadGraph read = engine::load_graph(file);
    document.graph = std::move(read.graph);
    document.problems = std::move(read.problems);
    if (engine::any_errors(document.problems)) return document;
    engine::migrate(document.graph, registry, document.problems);
    apply_overrides(document.graph, call.texts("set"), registry);
    return document;
}

void stop_on_errors(const std::vector<engine::Problem>& problems) {
    if (engine::any_errors(problems)) throw Problems(problems);
    for (const engine::Problem& problem : problems) message(to_text(problem));
}

fs::path program_file() {
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored);
}

fs::path resources_folder() {
    std::error_code ignored;
    if (const char* given = std::getenv("MILLRACE_RESOURCES"); given && *given)
        return fs::absolute(given);
    const fs::path bin = program_file().parent_path();
    if (const fs::path installed = bin.parent_path() / "share" / "millrace";
        fs::is_directory(installed, ignored))
        return installed;
    // In a build tree the sources lie some folders up.
    fs::path above = bin;
    for (int level = 0; level < 4 && above.has_relative_path(); ++level) {
        above = above.parent_path();
        if (fs::is_directory(above / "resources", ignored) &&
            fs::is_directory(above / "graphs", ignored))
            return above / "resources";
    }
    return {};
}

std::vector<std::pair<std::string, fs::path>> templates() {
    std::vector<std::pair<std::string, fs::path>> found;
    const fs::path resources = resources_folder();
    if (resources.empty()) return found;
    std::error_code ignored;
    for (const fs::path& folder :
         {resources / "templates", resources / "graphs", resources.parent_path() / "graphs"}) {
        for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
            if (entry.path().extension() != ".json" || !entry.is_regular_file(ignored)) continue;
            found.emplace_back(entry.path().lexically_relative(folder).replace_extension().string(),
                               entry.path());
        }
    }
    std::ranges::sort(found);
    return found;
}

namespace {

void add_root(engine::PathRoots& roots, const std::string& given) {
    const auto equals = given.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == given.size()) {
        throw usage_error("E-CLI-004", "--root needs a name and a folder", "NAME=DIR", given,
                          "Write --root data=DIR.");
    }
    roots.named[given.substr(0, equals)] =
        fs::absolute(given.substr(equals + 1)).lexically_normal();
}

}  // namespace

engine::PathRoots roots_of(const Call& call, const fs::path& graph_file, const fs::path& out) {
    constexpr std::string_view kPrefix = "MILLRACE_ROOT_";
    engine::PathRoots roots;
    roots.document = graph_file.parent_path();
    if (const fs::path resources = resources_folder(); !resources.empty())
        roots.named["resources"] = resources;
    if (!out.empty()) roots.named["out"] = fs::absolute(out).lexically_normal();
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text = *variable;
        const auto equals = text.find('=');
        if (!text.starts_with(kPrefix) || equals == std::string_view::npos ||
            equals + 1 == text.size())
            continue;
        std::string name(text.substr(kPrefix.size(), equals - kPrefix.size()));
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!name.empty())
            roots.named[name] = fs::absolute(text.substr(equals + 1)).lexically_normal();
    }
    for (const std::string& given : call.texts("root")) add_root(roots, given);
    return roots;
}

engine::RunOptions run_options(const Call& call, const fs::path& graph_file, const fs::path& out) {
    constexpr std::int64_t kMost = 1 << 20;
    const auto integer = [&](std::string_view name, std::int64_t otherwise) {
        return static_cast<int>(std::min(call.integer(name, 1).value_or(otherwise), kMost));
    };
    engine::RunOptions options;
    options.threads = integer("threads", engine::available_cores());
    options.intra_threads =
        integer("intra-threads", engine::library_threads_at_most(options.threads));
    options.in_flight = integer("in-flight", 0);
    options.seed = static_cast<std::uint64_t>(call.integer("seed", 0).value_or(0));
    options.until = call.texts("until");
    options.inline_chains = !call.flag("no-inline");
    options.roots = roots_of(call, graph_file, out);
    options.out = out;
    return options;
}

}  // namespace millrace::cli
