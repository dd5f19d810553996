#include "nodes/ops/training/ranks.hpp"

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "engine/hash.hpp"
#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// What one launcher sets: rank, size, how many ranks this host has (Slurm: how many hosts there
/// are), and a name that no other job on this host has.
struct Launcher {
    const char *rank, *size, *local, *job;
};
constexpr std::array<Launcher, 4> kLaunchers = {{
    {"RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "TORCHELASTIC_RUN_ID"},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE",
     "PMIX_NAMESPACE"},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", "PMI_JOBID"},
    {"SLURM_PROCID", "SLURM_NTASKS", "SLURM_NNODES", "SLURM_JOB_ID"},
}};

class Environment {
public:
    explicit Environment(const std::function<const char*(const char*)>& lookup) : lookup_(lookup) {}

    std::string text(const char* name) const {
        const char* value = lookup_(name);
        return value ? value : "";
    }
    bool has(const char* name) const { return !text(name).empty(); }

    int number(const char* name, int least, int most) const {
        const std::string value = text(name);
        int number = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc() || end != value.data() + value.size() || number < least ||
            number > most)
            contradiction(fmt::format("{} from {} to {}", name, least, most), shown(name));
        return number;
    }

    std::string shown(const char* name) const {
        return has(name) ? fmt::format("{}={}", name, text(name)) : fmt::format("no {}", name);
    }

    [[noreturn]] static void contradiction(std::string expected, std::string found) {
        throw engine::Error(
            {.code = "E-DIST-001",
             .what = "The environment does not say which rank this process is",
             .expected = std::move(expected),
             .found = std::move(found),
             .mend = "Start all ranks with one launcher, or set RANK and WORLD_SIZE for each."});
    }

private:
    const std::function<const char*(const char*)>& lookup_;
};

/// The first host of "node[07-09,12],other"; none of forms with more than one bracket.
std::string first_host(const std::string& list) {
    const auto bracket = list.find_first_of("[,");
    if (bracket == std::string::npos || list[bracket] == ',') return list.substr(0, bracket);
    const auto digits_end = list.find_first_of("-,]", bracket), end = list.find(']', bracket);
    if (end == std::string::npos || (end + 1 < list.size() && list[end + 1] != ',')) return "";
    return list.substr(0, bracket) + list.substr(bracket + 1, digits_end - bracket - 1);
}

/// Below the ports that Linux gives to outgoing connections, which start at 32768.
int port_of(const std::string& job) {
    return 20000 + static_cast<int>(engine::hash_text(job).low % 12000);
}

}  // namespace

std::optional<Ranks> ranks_from_environment(const std::function<const char*(const char*)>& lookup) {
    const Environment environment(lookup);
    const Launcher* first = nullptr;
    const Launcher* launcher = nullptr;
    Ranks ranks;
    for (const Launcher& each : kLaunchers) {
        // Only srun's own tasks have a step; a batch script itself, and what mpirun starts in it,
        // see numbers of Slurm that are not theirs.
        const bool is_slurm = &each == &kLaunchers.back();
        if (is_slurm &&
            (!environment.has("SLURM_STEP_ID") || (launcher && launcher != &kLaunchers.front())))
            continue;
        if (!environment.has(each.rank) && !environment.has(each.size)) continue;
        if (!environment.has(each.rank) || !environment.has(each.size))
            Environment::contradiction(
                fmt::format("both {} and {}, or neither", each.rank, each.size),
                environment.shown(each.rank) + ", " + environment.shown(each.size));
        const int size = environment.number(each.size, 1, kMostRanks),
                  rank = environment.number(each.rank, 0, kMostRanks);
        if (rank >= size)
            Environment::contradiction(
                fmt::format("{} below {}", each.rank, each.size),
                environment.shown(each.rank) + ", " + environment.shown(each.size));
        if (first && (rank != ranks.rank || size != ranks.world_size))
            Environment::contradiction(
                "the same rank and size from both launchers",
                fmt::format("{}, {}, but {}, {}", environment.shown(first->rank),
                            environment.shown(first->size), environment.shown(each.rank),
                            environment.shown(each.size)));
        if (!first) first = &each;
        launcher = &each;
        ranks.rank = rank;
        ranks.world_size = size;
    }
    if (!launcher || ranks.world_size == 1) return std::nullopt;

    const bool is_slurm = launcher == &kLaunchers.back();
    const std::string local_on_one_host = is_slurm ? "1" : environment.text(launcher->size);
    const bool one_host = environment.text(launcher->local) == local_on_one_host;
    if (environment.has("MASTER_ADDR"))
        ranks.master_address = environment.text("MASTER_ADDR");
    else if (!one_host)
        ranks.master_address =
            is_slurm ? first_host(environment.text(environment.has("SLURM_STEP_NODELIST")
                                                       ? "SLURM_STEP_NODELIST"
                                                       : "SLURM_JOB_NODELIST"))
                     : std::string();
    if (ranks.master_address.empty())
        throw engine::Error(
            {.code = "E-DIST-002",
             .what = "The address of rank 0 is not known",
             .expected = "MASTER_ADDR",
             .found = "none",
             .mend = "Set MASTER_ADDR to rank 0's address, as all other ranks reach it."});

    if (environment.has("MASTER_PORT"))
        ranks.master_port = environment.number("MASTER_PORT", 1, 65535);
    else if (environment.has(launcher->job))
        ranks.master_port = port_of(environment.text(launcher->job) + "." +
                                    (is_slurm ? environment.text("SLURM_STEP_ID") : ""));
    return ranks;
}

}  // namespace millrace::ops
