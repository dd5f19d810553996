// run.json: what a run was and how it went.
#pragma once

#include <string>
#include <vector>

#include "engine/hash.hpp"
#include "engine/node/plugin.hpp"
#include "engine/run/run.hpp"

namespace millrace::engine {

/// What is known before the run begins and stays so.
struct RunFacts {
    std::string graph_file;
    std::string started;  ///< UTC, ISO 8601
    std::vector<std::string> words;
    Hash128 meaning;
    const RunOptions* options = nullptr;
    const Plan* plan = nullptr;
    const std::vector<PluginReport>* plugins = nullptr;
};

/// The report; `exit_code` is left out while the run goes on.
Object run_report(const RunFacts& facts, const RunResult& result, std::optional<int> exit_code);

/// Now, as run.json writes times: "2024-05-17T09:30:00Z".
std::string utc_now();

/// The machine: name, system, cores and memory.
Object host_facts();

}  // namespace millrace::engine
