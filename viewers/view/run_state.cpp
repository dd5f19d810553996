#include "viewers/view/run_state.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "engine/problem.hpp"
#include "engine/value.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostReport = std::uint64_t{64} << 20;

/// Whether anything in the folder was written a moment ago: all there is to go by where the kernel
/// knows no lock, because the run is on another machine.
bool written_lately(const fs::path& folder) {
    constexpr std::chrono::seconds kLately{60};
    const auto now = fs::file_time_type::clock::now();
    for (const char* name : {"", "run.json", "events.ndjson", "sketches.ndjson"}) {
        std::error_code error;
        const auto written = fs::last_write_time(folder / name, error);
        if (!error && now - written < kLately) return true;
    }
    return false;
}

std::string first_problem(const engine::Value& report) {
    const engine::Value* problems = report.find("problems");
    if (!problems || !problems->is_array()) return {};
    std::string warning;
    for (const engine::Value& problem : problems->as_array()) {
        const auto text = [&](const char* key) {
            const engine::Value* value = problem.find(key);
            return value && value->is_string() ? value->as_string() : std::string();
        };
        std::string told = text("code").empty() ? text("what") : text("code") + ": " + text("what");
        if (const std::string where = text("where"); !where.empty()) told += " (" + where + ")";
        if (text("severity") != "warning") return told;
        if (warning.empty()) warning = told;
    }
    return warning;
}

}  // namespace

pid_t locking_process(const fs::path& folder) {
    struct stat wanted = {};
    if (::stat(folder.c_str(), &wanted) != 0) return 0;
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        // "4: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF"
        std::array<char, 16> kind = {};
        long process = 0;
        unsigned major_number = 0, minor_number = 0;
        unsigned long long inode = 0;
        if (std::sscanf(line.c_str(), "%*d: %15s %*s %*s %ld %x:%x:%llu", kind.data(), &process,
                        &major_number, &minor_number, &inode) != 5)
            continue;
        if (std::string_view(kind.data()) != "FLOCK" || inode != wanted.st_ino) continue;
        // Some file systems (overlays, btrfs) name another device in the list than to stat.
        const bool same_device =
            major_number == major(wanted.st_dev) && minor_number == minor(wanted.st_dev);
        if (same_device || major_number == 0) return process > 0 ? static_cast<pid_t>(process) : -1;
    }
    return 0;
}

bool on_network(const fs::path& folder) {
    constexpr unsigned kNfs = 0x6969, kSmb = 0x517b, kSmb2 = 0xfe534d42, kCifs = 0xff534d42,
                       kFuse = 0x65735546, kPlan9 = 0x01021997, kCeph = 0x00c36400;
    struct statfs found = {};
    if (::statfs(folder.c_str(), &found) != 0) return false;
    const auto type = static_cast<unsigned>(found.f_type);
    for (const unsigned known : {kNfs, kSmb, kSmb2, kCifs, kFuse, kPlan9, kCeph}) {
        if (type == known) return true;
    }
    return false;
}

RunState run_state(const fs::path& folder) {
    RunState state;
    engine::Value report;
    try {
        const auto bytes = visual::read_file_bytes(folder / "run.json", kMostReport);
        report = engine::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                    "run.json");
    } catch (const engine::Error&) {
        return state;
    }
    const engine::Value* status = report.find("status");
    const std::string word = status && status->is_string() ? status->as_string() : std::string();
    const engine::Value* code = report.find("exit_code");
    if (word == "ready" || word == "running" || word == "paused") {
        state.process = locking_process(folder);
        const bool at_it = state.process != 0 || (on_network(folder) && written_lately(folder));
        state.kind = at_it ? RunState::Kind::Running : RunState::Kind::Killed;
    } else if (word == "succeeded") {
        state.kind = RunState::Kind::Finished;
    } else if (word == "stopped") {
        state.kind = RunState::Kind::Stopped;
    } else if (!word.empty() || code) {
        state.kind = RunState::Kind::Failed;
        state.problem = first_problem(report);
        if (state.problem.empty()) state.problem = word;
    }
    return state;
}

}  // namespace millrace::view
