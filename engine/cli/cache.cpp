// millrace cache
#include "engine/run/cache.hpp"

#include <fmt/format.h>

#include "engine/cli/call.hpp"

namespace millrace::cli {

int cache_command(const Call& call) {
    engine::CacheStore store(call.text("cache").value_or(engine::default_cache_folder().string()),
                             engine::default_cache_limit());
    std::uint64_t removed = 0;
    if (call.flag("clear"))
        removed = store.shrink(0);
    else if (const auto gigabytes = call.number("shrink", 0))
        removed = store.shrink(static_cast<std::uint64_t>(*gigabytes * (1u << 30)));
    const engine::CacheStore::Usage usage = store.usage();
    if (call.json()) {
        call.print_json({{"folder", store.folder().string()},
                         {"files", static_cast<std::int64_t>(usage.files)},
                         {"bytes", static_cast<std::int64_t>(usage.bytes)},
                         {"limit_bytes", static_cast<std::int64_t>(store.limit())},
                         {"removed", static_cast<std::int64_t>(removed)}},
                        0);
        return 0;
    }
    if (call.flag("clear") || call.flag("shrink"))
        message(fmt::format("{} files removed", removed));
    call.output().print("{}\n{} files, {:.1f} MB of at most {:.1f} MB\n", store.folder().string(),
                        usage.files, static_cast<double>(usage.bytes) / (1 << 20),
                        static_cast<double>(store.limit()) / (1 << 20));
    return 0;
}

}  // namespace millrace::cli
