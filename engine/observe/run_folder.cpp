#include "engine/observe/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

/// Everything a run writes; nothing else in the folder is ever touched.
constexpr std::array<std::string_view, 11> kOurs = {
    "run.json",    "graph.json", "events.ndjson",   "metrics.csv", "logs",   "artifacts",
    "checkpoints", "trace.json", "sketches.ndjson", "packets",     "visuals"};

/// Files of lines that grow while a run goes on.
constexpr std::array<const char*, 2> kGrowing = {"events.ndjson", "sketches.ndjson"};

/// Drops a last line without an end, which a killed run leaves and the next line would be joined
/// to.
void cut_torn_line(const fs::path& file) {
    const int descriptor = open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    off_t end = lseek(descriptor, 0, SEEK_END);
    for (char last = 0; end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != '\n';)
        --end;
    if (ftruncate(descriptor, end) != 0) errno = 0;  // whoever reads the file will say so
    close(descriptor);
}

Error cannot_make(const fs::path& folder, std::string found) {
    return Error({.code = "E-FILE-003",
                  .what = "The run folder can't be made",
                  .expected = "a folder that can be written to",
                  .found = std::move(found),
                  .where = folder.string(),
                  .mend = "Choose another one with --out."});
}

std::string first_of_ours(const fs::path& folder) {
    std::error_code ignored;
    for (std::string_view name : kOurs) {
        if (fs::exists(folder / name, ignored)) return std::string(name);
    }
    return {};
}

}  // namespace

fs::path new_run_folder(const fs::path& runs, const fs::path& graph_file) {
    const std::string base = fmt::format("{}-{:%Y%m%d-%H%M%S}", graph_file.stem().string(),
                                         fmt::localtime(std::time(nullptr)));
    fs::path folder = runs / base;
    // Two runs may begin in one second.
    for (int more = 2; fs::exists(folder) && more < 1000; ++more)
        folder = runs / fmt::format("{}-{}", base, more);
    return folder;
}

ReportsBefore::ReportsBefore(const fs::path& folder, bool resumed) {
    for (const char* name : {"run.json", "graph.json"}) {
        if (std::error_code ignored; resumed && fs::is_regular_file(folder / name, ignored))
            files_.emplace_back(folder / name, visual::read_file_bytes(folder / name));
    }
}

void ReportsBefore::put_back() const {
    for (const auto& [file, bytes] : files_) {
        visual::write_file_atomically(file,
                                      {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                      visual::Durability::Process);
    }
}

RunFolder::RunFolder(fs::path folder, FolderUse use)
    : path_(fs::absolute(folder).lexically_normal()) {
    std::error_code error;
    fs::create_directories(path_, error);
    if (error) throw cannot_make(path_, error.message());
    if (access(path_.c_str(), W_OK) != 0) throw cannot_make(path_, "no permission");
    lock_ = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // Whoever only looks whether a run goes on holds the lock for a moment.
    constexpr int kTries = 10;
    bool taken = false;
    for (int i = 0; i < kTries; ++i) {
        taken = lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (!taken) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (taken) {
        close(lock_);
        throw Error({.code = "E-CLI-013",
                     .what = "Another process is running in this folder",
                     .expected = "a run folder of its own",
                     .found = path_.string(),
                     .where = path_.string(),
                     .mend = "Wait for it, or choose another folder with --out."});
    }
    if (use == FolderUse::Overwrite) remove_old_run();
    if (use == FolderUse::Resume) {
        visual::remove_temporaries(path_);
        for (const char* name : kGrowing) cut_torn_line(path_ / name);
    }
    if (const std::string found = first_of_ours(path_);
        use != FolderUse::Resume && !found.empty()) {
        close(lock_);
        throw Error({.code = "E-CLI-005",
                     .what = "The folder holds another run",
                     .expected = "an empty or new folder",
                     .found = found,
                     .where = path_.string(),
                     .mend = "Choose another one with --out, go on with --resume, or replace it "
                             "with --overwrite."});
    }
    events_ =
        open((path_ / "events.ndjson").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (events_ < 0) {
        close(lock_);
        throw cannot_make(path_, std::generic_category().message(errno));
    }
}

RunFolder::~RunFolder() {
    close(events_);
    close(lock_);
}

/// Only where a run.json says that this is one: --overwrite on a wrong folder must not cost anybody
/// their files.
void RunFolder::remove_old_run() const {
    std::error_code ignored;
    if (!fs::exists(path_ / "run.json", ignored)) return;
    for (std::string_view name : kOurs) fs::remove_all(path_ / name, ignored);
}

void RunFolder::write_report(const Object& report) const {
    visual::write_file_atomically(path_ / "run.json", to_json(report, JsonLayout::Pretty) + "\n",
                                  visual::Durability::Process);
}

void RunFolder::write_graph(const Graph& graph) const { save_graph(graph, path_ / "graph.json"); }

void RunFolder::append_event(std::string_view line) {
    const std::string whole = std::string(line) + "\n";
    const std::scoped_lock lock(mutex_);
    std::string_view rest = whole;
    while (!rest.empty()) {
        const ssize_t written = ::write(events_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // a full disk ends the record, not the run
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace millrace::engine
