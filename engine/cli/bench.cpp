// millrace bench: hands over to a benchmark program, which prints its own figures.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "engine/cli/parse.hpp"
#include "engine/cli/session.hpp"

namespace millrace::cli {

namespace fs = std::filesystem;

int bench_command(const Call& call) {
    const std::string suite = call.arguments().empty() ? "engine" : call.arguments().front();
    const fs::path folder = program_file().parent_path();
    const bool plain = std::ranges::all_of(
        suite, [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
    const fs::path program = folder / ("millrace-bench-" + suite);
    std::error_code ignored;
    if (!plain || !fs::exists(program, ignored)) {
        std::vector<std::string> known;
        for (const auto& entry : fs::directory_iterator(folder, ignored)) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with("millrace-bench-")) known.push_back(name.substr(15));
        }
        std::ranges::sort(known);
        throw usage_error("E-CLI-011", fmt::format("There is no benchmark suite \"{}\"", suite),
                          known.empty() ? "a suite beside the program"
                                        : fmt::format("one of {}", fmt::join(known, ", ")),
                          suite,
                          did_you_mean(suite, known,
                                       known.empty() ? "Build with MILLRACE_BENCH, or install the "
                                                       "benchmark programs."
                                                     : "Name one of these."));
    }
    std::string path = program.string();
    std::string json = "--json";
    char* words[] = {path.data(), call.json() ? json.data() : nullptr, nullptr};
    call.output().give_back();
    execv(path.c_str(), words);
    throw usage_error("E-CLI-011", "The benchmark program can't be started",
                      "a program that can be run",
                      fmt::format("{}: {}", path, std::strerror(errno)), "Check its permissions.");
}

}  // namespace millrace::cli
