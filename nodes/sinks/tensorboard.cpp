#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "engine/node.hpp"
#include "nodes/ops/training/event_file.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

namespace fs = std::filesystem;
using ops::training::EventFile;

double seconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

bool is_open_elsewhere(const fs::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return false;
    const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0;
    ::close(descriptor);
    return locked;
}

/// Removes the event files of a run that begins anew in its folder: TensorBoard would draw both as
/// one curve. Files that another sink of this run has begun stay.
void remove_old_files(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        const bool own =
            name.starts_with("events.out.tfevents.") && name.find(".millrace") != name.npos;
        std::error_code ignored;
        if (own && entry->is_regular_file(ignored) && !is_open_elsewhere(entry->path()))
            fs::remove(entry->path(), ignored);
    }
}

struct TensorBoard {
    std::string folder = "tensorboard";
    std::string prefix;

    static engine::NodeSpec spec() {
        return {
            .id = "sinks.tensorboard",
            .title = "Save for TensorBoard",
            .group = "Sinks",
            .doc =
                "Writes figures as curves to an event file that TensorBoard reads, in a folder "
                "of the run's artifacts. The names of the figures are the tags, their step is "
                "the place on the axis, and the time is the clock's; NaN and infinity are "
                "written too. A run that goes on continues its file without repeating values; "
                "one that begins anew in its folder removes the event files of before.",
            .inputs = {{"metrics", "named figures of one step"}},
            .params = {{.name = "folder",
                        .field = &TensorBoard::folder,
                        .doc = "Folder inside the artifacts folder; made when needed",
                        .writes = engine::Writes::Folder},
                       {.name = "prefix",
                        .field = &TensorBoard::prefix,
                        .doc = "Put before each name; TensorBoard groups by what stands before a "
                               "slash, as in \"train/\""}},
            .resource = engine::Resource::Disk,
        };
    }

    void start(engine::RunContext& context) {
        file_.reset();
        if (context.resuming()) return;  // load() follows, and opens the file of before
        const fs::path inside = place(context, "events").parent_path();
        remove_old_files(inside);
        file_ = std::make_unique<EventFile>(EventFile::create(inside, seconds_since_1970()));
        path_ = file_->path();
        length_ = file_->length();
    }

    void operator()(const types::Metrics& metrics) {
        cut_to_whole_items();
        const double now = seconds_since_1970();
        for (const auto& [name, value] : metrics.values)
            file_->add_scalar(prefix + name, metrics.step, value, now);
        length_ = file_->length();
    }

    void finish() {
        cut_to_whole_items();
        file_->flush();
        file_.reset();
    }

    engine::State save() const {
        if (file_) file_->flush();
        engine::State state;
        state.values["file"] = path_.filename().string();
        state.values["bytes"] = length_;
        return state;
    }

    void load(const engine::State& state, engine::RunContext& context) {
        file_.reset();
        path_ = place(context, state.values.at("file").as_string());
        length_ = state.values.at("bytes").as_int();
        cut_to_whole_items();
    }

private:
    fs::path place(engine::RunContext& context, std::string_view name) const {
        return context.artifact((fs::path(folder) / name).string());
    }

    /// Opens the file where the last whole item ends. Of an item that failed, when the disk was
    /// full, some figures may stand there: they would come twice when it is tried again.
    void cut_to_whole_items() {
        if (file_ && file_->length() == length_) return;
        file_.reset();  // its lock would keep the next line out
        file_ = std::make_unique<EventFile>(EventFile::reopen(path_, length_));
    }

    std::unique_ptr<EventFile> file_;
    fs::path path_;
    std::int64_t length_ = 0;  ///< of whole items
};

}  // namespace

void register_tensorboard(engine::Registry& registry) { registry.add<TensorBoard>(); }

}  // namespace millrace::nodes
