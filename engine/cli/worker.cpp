// millrace worker
#include <fcntl.h>
#include <unistd.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/session.hpp"
#include "engine/run/cache.hpp"
#include "engine/run/cores.hpp"
#include "engine/worker/server.hpp"

namespace millrace::cli {
namespace {

/// When memory runs out the worker goes first, not the editor that has the user's work.
void be_first_to_go() {
    const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    [[maybe_unused]] const ssize_t written = write(file, "800", 3);
    close(file);
}

}  // namespace

int worker_command(const Call& call) {
    be_first_to_go();
    engine::worker::Setup setup{
        .load =
            [](engine::Registry& registry) {
                engine::set_library_environment(engine::available_cores());
                engine::keep_freed_memory();
                return engine::load_plugins(registry, engine::plugin_folders());
            },
        .roots = roots_of(call, {}, {}),
        .cache = call.flag("no-cache") ? std::filesystem::path()
                                       : std::filesystem::path(call.text("cache").value_or(
                                             engine::default_cache_folder().string())),
        .runs = std::filesystem::absolute(call.text("runs").value_or("runs"))};
    const bool good = engine::worker::serve(call.output().take_input(), call.output().take_data(),
                                            std::move(setup));
    return good ? kGood : kUsage;
}

}  // namespace millrace::cli
