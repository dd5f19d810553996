#include "nodes/ops/training/process_group.hpp"

#include <ATen/ATen.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <future>
#include <map>
#include <thread>
#include <utility>

#include "engine/hash.hpp"
#include "engine/problem.hpp"
#include "nodes/ops/training/optimizer_state.hpp"

namespace millrace::ops {
namespace {

using training::fail;

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
constexpr int kMostRanks = 4096;

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
        fail("E-DIST-001", "The environment does not say which rank this process is",
             std::move(expected), std::move(found),
             "Start all ranks with one launcher, or set RANK and WORLD_SIZE for each.");
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

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Stop = std::function<bool()>;
using WorkPointer = c10::intrusive_ptr<c10d::Work>;

constexpr milliseconds kSlice{50};
constexpr std::size_t kBucketBytes = 32 << 20;
constexpr std::int64_t kMostTextBytes = 64 << 20;
// Beside the numbers 1 to 8, with which Gloo marks its collectives.
constexpr std::uint64_t kFarewellSlot = 0x40ull << 56, kProbeSlot = 0x41ull << 56;

/// The first line of what LibTorch or Gloo says, without its backtrace.
std::string first_line(const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
}

[[noreturn]] void fail_to_meet(const Ranks& ranks, std::string expected, std::string found) {
    fail("E-DIST-003",
         fmt::format("Rank {} of {} cannot join the others at MASTER_ADDR={}, MASTER_PORT={}",
                     ranks.rank, ranks.world_size, ranks.master_address, ranks.master_port),
         std::move(expected), std::move(found),
         "Start all ranks, give all of them the same address and port, and let no firewall stand "
         "between.");
}

/// What the constructor's thread and its starter share.
struct Rendezvous {
    Ranks ranks;
    Clock::time_point deadline;
    milliseconds timeout;
    std::atomic<bool> cancelled = false;

    bool over() const { return cancelled || Clock::now() >= deadline; }
};

/// Connects to rank 0's port; this host's address on that way, or nothing while nobody listens.
std::string address_towards(const addrinfo& target) {
    const int socket = ::socket(target.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return "";
    std::array<char, NI_MAXHOST> host{};
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    auto* address = reinterpret_cast<sockaddr*>(&own);
    pollfd ready{.fd = socket, .events = POLLOUT, .revents = 0};
    int error = 0;
    socklen_t error_length = sizeof error;
    const bool started =
        ::connect(socket, target.ai_addr, target.ai_addrlen) == 0 || errno == EINPROGRESS;
    const bool connected =
        started && ::poll(&ready, 1, 1000) == 1 &&
        ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &error_length) == 0 && error == 0 &&
        ::getsockname(socket, address, &length) == 0 &&
        ::getnameinfo(address, length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) == 0;
    ::close(socket);
    return connected ? host.data() : "";
}

std::string own_address(const Rendezvous& meeting) {
    const Ranks& ranks = meeting.ranks;
    const addrinfo hints{.ai_socktype = SOCK_STREAM};
    std::string found = "nobody listens there";
    while (!meeting.over()) {
        addrinfo* list = nullptr;
        const int error = ::getaddrinfo(ranks.master_address.c_str(),
                                        std::to_string(ranks.master_port).c_str(), &hints, &list);
        const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
        if (error != 0) found = ::gai_strerror(error);
        for (const addrinfo* each = list; each; each = each->ai_next) {
            const std::string own = address_towards(*each);
            if (!own.empty()) return own;
        }
        std::this_thread::sleep_for(milliseconds(20));
    }
    fail_to_meet(ranks, fmt::format("rank 0 at {}:{}", ranks.master_address, ranks.master_port),
                 found);
}

c10::intrusive_ptr<c10d::Store> open_store(const Ranks& ranks, milliseconds timeout) {
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(ranks.master_port);
    options.isServer = ranks.rank == 0;
    options.numWorkers = ranks.world_size;
    options.waitWorkers = false;
    // The store counts whole seconds.
    options.timeout = std::chrono::ceil<std::chrono::seconds>(timeout) + std::chrono::seconds(1);
    try {
        return c10::make_intrusive<c10d::TCPStore>(ranks.master_address, options);
    } catch (const std::exception& error) {
        const std::string text = first_line(error);
        if (text.find("Address already in use") != std::string::npos)
            fail("E-DIST-004", "Rank 0 cannot listen on its port", "a free port",
                 fmt::format("port {} is in use", ranks.master_port),
                 "Set MASTER_PORT to another port for all ranks, or end the other job.");
        fail_to_meet(ranks, fmt::format("rank 0 at {}:{}", ranks.master_address, ranks.master_port),
                     text);
    }
}

bool is_loopback(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

[[noreturn]] void fail_to_belong(std::string expected, std::string found) {
    fail("E-DIST-005", "Processes that do not belong together have met", std::move(expected),
         std::move(found),
         "Start each rank once, with the same WORLD_SIZE and a MASTER_PORT of this job's own; "
         "across hosts, give MASTER_ADDR as a number that all hosts reach.");
}

/// Enters this rank under its number, and waits for the entries of all others.
void join(c10d::Store& store, const Rendezvous& meeting, const std::string& address) {
    const auto& [rank, size, master, port] = meeting.ranks;
    if (store.add(fmt::format("count/{}", rank), 1) != 1)
        fail_to_belong("one process for each rank", fmt::format("two with rank {}", rank));
    const std::string entry = fmt::format("{} {}", size, address);
    store.set(fmt::format("rank/{}", rank), std::vector<std::uint8_t>(entry.begin(), entry.end()));
    for (int other = 0; other < size; ++other) {
        const std::string key = fmt::format("rank/{}", other);
        while (!store.check({key})) {
            if (meeting.over())
                fail_to_meet(meeting.ranks, fmt::format("all {} ranks in time", size),
                             fmt::format("rank {} has not come", other));
            std::this_thread::sleep_for(milliseconds(5));
        }
        const auto bytes = store.get(key);
        const std::string theirs(bytes.begin(), bytes.end());
        const std::string their_address = theirs.substr(theirs.find(' ') + 1);
        if (!theirs.starts_with(fmt::format("{} ", size)) ||
            is_loopback(their_address) != is_loopback(address))
            fail_to_belong(fmt::format("rank {}: world size and address {}", rank, entry),
                           fmt::format("rank {}: {}", other, theirs));
    }
}

/// A process group whose connections its owner may watch and break.
class Gloo : public c10d::ProcessGroupGloo {
public:
    using ProcessGroupGloo::ProcessGroupGloo;
    gloo::Context& context() { return *contexts_.front(); }
};

c10::intrusive_ptr<Gloo> connect(const Rendezvous& meeting) {
    const Ranks& ranks = meeting.ranks;
    try {
        c10::intrusive_ptr<c10d::Store> store;
        if (ranks.rank == 0) store = open_store(ranks, meeting.timeout);
        const std::string address = own_address(meeting);
        if (!store) store = open_store(ranks, meeting.timeout);
        join(*store, meeting, address);
        // Gloo's own limit comes after ours, for it breaks connections before anybody can say why.
        auto options = Gloo::Options::create(meeting.timeout + std::chrono::seconds(10));
        options->threads = 1;
        options->devices.push_back(Gloo::createDeviceForHostname(address));
        return c10::make_intrusive<Gloo>(store, ranks.rank, ranks.world_size, options);
    } catch (const engine::Error&) {
        throw;
    } catch (const std::exception& error) {
        // Also where rank 0 gives up first and takes the store with it.
        fail_to_meet(ranks, "connections between all ranks", first_line(error));
    }
}

[[noreturn]] void fail_stopped() {
    fail("E-DIST-008", "The run was stopped while it waited for other ranks", "", "",
         "Start all ranks again to go on.");
}

/// Connects in a thread of its own, as the libraries' calls cannot be interrupted; one that is
/// given up ends by itself, at the latest after its own timeouts.
c10::intrusive_ptr<Gloo> connect(const Ranks& ranks, milliseconds timeout, const Stop& stop) {
    const auto meeting = std::make_shared<Rendezvous>();
    meeting->ranks = ranks;
    meeting->timeout = timeout;
    meeting->deadline = Clock::now() + timeout;
    std::packaged_task<c10::intrusive_ptr<Gloo>()> task([meeting] { return connect(*meeting); });
    auto result = task.get_future();
    std::thread(std::move(task)).detach();
    while (result.wait_for(kSlice) != std::future_status::ready) {
        const bool stopped = stop && stop();
        if (!stopped && Clock::now() < meeting->deadline + std::chrono::seconds(2)) continue;
        meeting->cancelled = true;
        if (stopped) fail_stopped();
        fail_to_meet(ranks, "connections between all ranks",
                     fmt::format("none after {} s", timeout.count() / 1000.0));
    }
    return result.get();
}

/// Names, types and shapes, in their order.
std::string signature(const NamedTensors& tensors) {
    std::string text;
    for (const auto& [name, tensor] : tensors) {
        if (!tensor.defined() || !tensor.device().is_cpu() || tensor.layout() != at::kStrided)
            fail("E-DIST-010", fmt::format("The tensor {} cannot travel between ranks", name),
                 "a dense tensor on the CPU",
                 tensor.defined() ? std::string(tensor.toString()) : "no tensor", "Convert it.");
        text += fmt::format("{} {} [{}], ", name, tensor.toString(),
                            fmt::join(tensor.sizes().vec(), ", "));
    }
    return text;
}

void check_types(const NamedTensors& tensors) {
    for (const auto& [name, tensor] : tensors) {
        const auto type = tensor.scalar_type();
        if (type == at::kFloat || type == at::kDouble || type == at::kHalf || type == at::kLong ||
            type == at::kInt || type == at::kChar || type == at::kByte)
            continue;
        fail("E-DIST-010", fmt::format("The tensor {} cannot be summed over ranks", name),
             "float16, 32, 64, int8, 32, 64 or uint8", std::string(tensor.toString()),
             "Convert it.");
    }
}

/// Joins tensors of one type into few buckets, in the order of names, and writes back what `call`
/// makes of each bucket. `part` gives the flat form that travels.
template <class Part, class Call>
void in_buckets(const NamedTensors& tensors, const Part& part, const Call& call) {
    const at::NoGradGuard no_grad;
    struct Bucket {
        std::vector<at::Tensor> targets, parts;
        std::size_t bytes = 0;
    };
    std::map<at::ScalarType, Bucket> open;
    const auto send = [&](Bucket& bucket) {
        at::Tensor flat = at::cat(bucket.parts);
        call(flat);
        std::int64_t start = 0;
        for (std::size_t index = 0; index < bucket.parts.size(); ++index) {
            const std::int64_t count = bucket.parts[index].numel();
            at::Tensor& target = bucket.targets[index];
            at::Tensor result = flat.narrow(0, start, count);
            // Bytes become numbers only where numbers may start.
            if (result.scalar_type() != target.scalar_type())
                result = result.clone().view(target.scalar_type());
            target.copy_(result.view(target.sizes()));
            start += count;
        }
        bucket = {};
    };
    for (const auto& [name, tensor] : tensors) {
        if (tensor.numel() == 0) continue;
        at::Tensor flat = part(tensor.detach().reshape({-1}));
        Bucket& bucket = open[flat.scalar_type()];
        bucket.targets.push_back(tensor.detach());
        bucket.bytes += flat.nbytes();
        bucket.parts.push_back(std::move(flat));
        if (bucket.bytes >= kBucketBytes) send(bucket);
    }
    for (auto& [type, bucket] : open)
        if (!bucket.parts.empty()) send(bucket);
}

at::Tensor as_tensor(std::vector<double>& values) {
    return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kDouble);
}

void check_numbers(const std::vector<double>& values) {
    if (std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }))
        return;
    fail("E-DIST-010", "A number to compare between ranks is NaN", "numbers", "NaN",
         "Leave out the batch that gave it.");
}

milliseconds checked_timeout(double seconds) {
    if (seconds > 0 && seconds <= 86400) return milliseconds(std::lround(seconds * 1000));
    fail("E-DIST-003", "The timeout for other ranks is out of range", "above 0 to 86400 s",
         fmt::format("{} s", seconds), "Set it within that range.");
}

const Ranks& checked(const Ranks& ranks) {
    if (ranks.world_size >= 1 && ranks.world_size <= kMostRanks && ranks.rank >= 0 &&
        ranks.rank < ranks.world_size && ranks.master_port >= 1 && ranks.master_port <= 65535)
        return ranks;
    fail("E-DIST-001", "There is no such rank",
         fmt::format("a rank below the world size of at most {}, port 1 to 65535", kMostRanks),
         fmt::format("rank {} of {}, port {}", ranks.rank, ranks.world_size, ranks.master_port),
         "Correct them.");
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
        fail("E-DIST-002", "The address of rank 0 is not known", "MASTER_ADDR", "none",
             "Set MASTER_ADDR to rank 0's address, as all other ranks reach it.");

    if (environment.has("MASTER_PORT"))
        ranks.master_port = environment.number("MASTER_PORT", 1, 65535);
    else if (environment.has(launcher->job))
        ranks.master_port = port_of(environment.text(launcher->job) + "." +
                                    (is_slurm ? environment.text("SLURM_STEP_ID") : ""));
    return ranks;
}

/// What a rank tells the others before it closes its connections; one byte, so that it is there as
/// a whole or not at all.
enum class Farewell : unsigned char { None, Left, Stopped, Failed, TimedOut };

/// The connections to all other ranks, and what is known of those ranks.
class ProcessGroup::Peers {
public:
    Peers(const Ranks& ranks, milliseconds timeout, Stop stop)
        : ranks_(ranks), timeout_(timeout), stop_(std::move(stop)), heard_(ranks.world_size) {
        if (ranks.world_size == 1) return;
        gloo_ = connect(ranks, timeout, stop_);
        gloo::Context& context = gloo_->context();
        said_buffer_ = context.createUnboundBuffer(&said_, sizeof said_);
        probe_buffer_ = context.createUnboundBuffer(&probe_, sizeof probe_);
        try {
            for_each_other([&](int rank) {
                ears_.push_back(context.createUnboundBuffer(&heard_[rank], sizeof heard_[rank]));
                ears_.back()->recv(rank, kFarewellSlot);
            });
        } catch (const std::exception& error) {
            fail(Farewell::Failed, "the start", first_line(error));
        }
    }
    ~Peers() {
        say(Farewell::Left);
        close();
    }
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;

    const Ranks& ranks() const { return ranks_; }

    /// Starts a collective and waits for its end, for a stop, a farewell or the timeout.
    void run(const std::string& name, const std::function<WorkPointer(Gloo&)>& start) {
        const auto deadline = Clock::now() + timeout_;
        WorkPointer work;
        std::string trouble;
        try {
            work = start(*gloo_);
            const auto done = std::make_shared<std::promise<void>>();
            work->getFuture()->addCallback([done](c10::ivalue::Future&) { done->set_value(); });
            const auto ended = done->get_future();
            while (ended.wait_for(kSlice) != std::future_status::ready) {
                if (stop_ && stop_()) fail(Farewell::Stopped, name, "");
                if (Clock::now() >= deadline) fail(Farewell::TimedOut, name, "");
                if (is_over()) fail(Farewell::Failed, name, "");
            }
            work->wait();
            return;
        } catch (const engine::Error&) {
            throw;
        } catch (const std::exception& error) {
            trouble = first_line(error);
        }
        fail(Farewell::Failed, name, trouble);
    }

    void reduce(const std::string& name, at::Tensor flat, c10d::ReduceOp operation) {
        if (flat.numel() == 0) return;
        std::vector<at::Tensor> tensors{std::move(flat)};
        run(name, [&](Gloo& gloo) {
            c10d::AllreduceOptions options;
            options.reduceOp = operation;
            return gloo.allreduce(tensors, options);
        });
    }

    std::vector<at::Tensor> all(const std::string& name, at::Tensor own) {
        std::vector<at::Tensor> inputs{own};
        std::vector<std::vector<at::Tensor>> outputs(1);
        for (int rank = 0; rank < ranks_.world_size; ++rank)
            outputs[0].push_back(at::empty_like(own));
        run(name, [&](Gloo& gloo) { return gloo.allgather(outputs, inputs); });
        return outputs[0];
    }

    std::vector<std::string> gather(std::string_view text) {
        const auto length = static_cast<std::int64_t>(text.size());
        const auto lengths = all("gather", at::full({1}, length, at::kLong));
        std::int64_t longest = 0;
        for (const auto& each : lengths) longest = std::max(longest, each.item<std::int64_t>());
        if (longest * ranks_.world_size > kMostTextBytes)
            training::fail("E-DIST-010", "The ranks' texts are too long to gather",
                           fmt::format("{} bytes for all", kMostTextBytes),
                           fmt::format("{} bytes from one", longest), "Gather less.");
        at::Tensor padded = at::zeros({std::max<std::int64_t>(longest, 1)}, at::kByte);
        std::copy(text.begin(), text.end(), padded.data_ptr<std::uint8_t>());
        std::vector<std::string> texts;
        for (const auto& each : all("gather", padded)) {
            const auto* bytes = each.data_ptr<std::uint8_t>();
            texts.emplace_back(bytes, bytes + lengths[texts.size()].item<std::int64_t>());
        }
        return texts;
    }

    /// Every call starts here: a collective of other sizes than the peers' would end the process
    /// inside Gloo. Gives whether all ranks came with the same call and the same text.
    bool meet(const std::string& call, std::string_view text) {
        if (ranks_.world_size == 1) return true;
        if (!gloo_)
            training::fail("E-DIST-011", "The ranks are no longer connected", "", "",
                           "See the error before this one.");
        const auto hash = static_cast<std::int64_t>(
            engine::Hasher().add(std::string_view(call)).add(text).digest().low);
        // The greatest of the complements is the complement of the least.
        at::Tensor both = at::tensor({hash, ~hash}, at::kLong);
        reduce(call, both, c10d::ReduceOp::MAX);
        return both[0].item<std::int64_t>() == ~both[1].item<std::int64_t>();
    }

    /// As meet(), for calls that must not differ.
    void begin(const std::string& call, std::string_view text) {
        if (!meet(call, text)) fail_to_agree(call, text);
    }

    [[noreturn]] void fail_to_agree(const std::string& call, std::string_view text) {
        const auto theirs = gather(fmt::format("{} {}", call, text.substr(0, 200)));
        std::string found;
        for (std::size_t rank = 0; rank < theirs.size() && rank < 16; ++rank)
            found += fmt::format("{}rank {}: {}", rank ? "; " : "", rank, theirs[rank]);
        training::fail("E-DIST-009", fmt::format("The ranks differ in {}", call),
                       "the same on every rank", found,
                       "Start all ranks with the same graph, parameters and data.");
    }

private:
    template <class Call>
    void for_each_other(const Call& call) const {
        for (int rank = 0; rank < ranks_.world_size; ++rank)
            if (rank != ranks_.rank) call(rank);
    }

    /// Gloo's thread writes that byte by a system call, at any time.
    Farewell heard(int rank) {
        return static_cast<Farewell>(std::atomic_ref(heard_[rank]).load(std::memory_order_acquire));
    }

    bool is_over() {
        bool over = false;
        for_each_other([&](int rank) { over |= heard(rank) > Farewell::Left; });
        return over;
    }

    /// A closed connection refuses any further order.
    bool is_closed(int rank) {
        try {
            probe_buffer_->recv(rank, kProbeSlot);
            return false;
        } catch (const std::exception&) {
            return true;
        }
    }

    void say(Farewell farewell) {
        if (!gloo_ || said_ != 0) return;
        said_ = static_cast<unsigned char>(farewell);
        for_each_other([&](int rank) {
            try {
                said_buffer_->send(rank, kFarewellSlot);
            } catch (const std::exception&) {
                // That connection is closed already, which is what is to be told.
            }
        });
    }

    /// Gloo closes all connections of a context when a wait times out, which ends the collective
    /// under way; without that, destroying the group would wait for it.
    void close() {
        if (!gloo_) return;
        try {
            probe_buffer_->waitRecv(milliseconds(1));
        } catch (const std::exception&) {
            // This is the timeout.
        }
        gloo_.reset();
        ears_.clear();
        said_buffer_.reset();
        probe_buffer_.reset();
    }

    [[noreturn]] void fail(Farewell farewell, const std::string& call, const std::string& cause);

    Ranks ranks_;
    milliseconds timeout_;
    Stop stop_;
    unsigned char said_ = 0, probe_ = 0;
    std::vector<unsigned char> heard_;
    std::unique_ptr<gloo::transport::UnboundBuffer> said_buffer_, probe_buffer_;
    std::vector<std::unique_ptr<gloo::transport::UnboundBuffer>> ears_;
    c10::intrusive_ptr<Gloo> gloo_;
};

/// Waits a moment for what the others know, closes the connections and says whose fault it is: a
/// rank that vanished without a farewell rather than those that left because of it.
void ProcessGroup::Peers::fail(Farewell farewell, const std::string& call,
                               const std::string& cause) {
    say(farewell);
    const auto until = Clock::now() + milliseconds(farewell == Farewell::TimedOut  ? 1000
                                                   : farewell == Farewell::Stopped ? 100
                                                                                   : 500);
    std::vector<int> lost, silent, stopped, left;
    bool timed_out = farewell == Farewell::TimedOut;
    do {
        std::this_thread::sleep_for(milliseconds(20));
        lost.clear(), silent.clear(), stopped.clear(), left.clear();
        for_each_other([&](int rank) {
            const bool closed = is_closed(rank);
            const Farewell word = heard(rank);
            timed_out |= word == Farewell::TimedOut;
            if (word == Farewell::Stopped)
                stopped.push_back(rank);
            else if (word != Farewell::None)
                left.push_back(rank);
            else
                (closed ? lost : silent).push_back(rank);
        });
    } while (!silent.empty() && Clock::now() < until);
    close();
    if (farewell == Farewell::Stopped) fail_stopped();
    const auto named = [](const std::vector<int>& ranks) {
        return fmt::format("{} {}", ranks.size() == 1 ? "rank" : "ranks", fmt::join(ranks, ", "));
    };
    const std::string expected = fmt::format("all {} ranks in {}", ranks_.world_size, call);
    const char* mend = "See that rank's own error, then start all ranks again from a checkpoint.";
    if (!lost.empty())
        training::fail("E-DIST-006", fmt::format("The connection to {} was lost", named(lost)),
                       expected, cause, mend);
    if (timed_out && !silent.empty())
        training::fail("E-DIST-007", fmt::format("No answer from {}", named(silent)), expected,
                       fmt::format("none within {} s", timeout_.count() / 1000.0),
                       "See whether it hangs; a longer timeout bears slower ranks.");
    if (!stopped.empty())
        training::fail("E-DIST-011", fmt::format("The run was stopped on {}", named(stopped)),
                       expected, cause, "Start all ranks again to go on.");
    if (!left.empty())
        training::fail("E-DIST-011", fmt::format("The run has ended on {}", named(left)), expected,
                       cause, mend);
    training::fail(timed_out ? "E-DIST-007" : "E-DIST-006", "The ranks have lost each other",
                   expected, cause, mend);
}

ProcessGroup::ProcessGroup(const Ranks& ranks, double timeout_seconds, std::function<bool()> stop)
    : peers_(std::make_unique<Peers>(checked(ranks), checked_timeout(timeout_seconds),
                                     std::move(stop))) {}

ProcessGroup::~ProcessGroup() = default;

int ProcessGroup::rank() const { return peers_->ranks().rank; }
int ProcessGroup::size() const { return peers_->ranks().world_size; }

void ProcessGroup::agree(std::string_view what, std::string_view text) {
    peers_->begin(std::string(what), text);
}

void ProcessGroup::sum(NamedTensors& tensors) {
    const std::string described = signature(tensors);
    check_types(tensors);
    peers_->begin("a sum of tensors", described);
    if (size() == 1) return;
    in_buckets(
        tensors, [](const at::Tensor& flat) { return flat; },
        [&](at::Tensor& flat) { peers_->reduce("a sum of tensors", flat, c10d::ReduceOp::SUM); });
}

void ProcessGroup::sum(std::vector<double>& values) {
    peers_->begin("a sum of numbers", std::to_string(values.size()));
    if (size() > 1) peers_->reduce("a sum of numbers", as_tensor(values), c10d::ReduceOp::SUM);
}

void ProcessGroup::minimum(std::vector<double>& values) {
    check_numbers(values);
    peers_->begin("a minimum of numbers", std::to_string(values.size()));
    if (size() > 1) peers_->reduce("a minimum of numbers", as_tensor(values), c10d::ReduceOp::MIN);
}

void ProcessGroup::maximum(std::vector<double>& values) {
    check_numbers(values);
    peers_->begin("a maximum of numbers", std::to_string(values.size()));
    if (size() > 1) peers_->reduce("a maximum of numbers", as_tensor(values), c10d::ReduceOp::MAX);
}

void ProcessGroup::broadcast(NamedTensors& tensors, int root) {
    if (root < 0 || root >= size())
        training::fail("E-DIST-010", "There is no such rank to broadcast from",
                       fmt::format("0 to {}", size() - 1), std::to_string(root), "Correct it.");
    peers_->begin(fmt::format("a broadcast from rank {}", root), signature(tensors));
    if (size() == 1) return;
    in_buckets(
        tensors, [](const at::Tensor& flat) { return flat.contiguous().view(at::kByte); },
        [&](at::Tensor& flat) {
            std::vector<at::Tensor> one{flat};
            peers_->run("a broadcast", [&](Gloo& gloo) {
                c10d::BroadcastOptions options;
                options.rootRank = root;
                return gloo.broadcast(one, options);
            });
        });
}

void ProcessGroup::barrier() { peers_->begin("a barrier", ""); }

std::vector<std::string> ProcessGroup::gather(std::string_view text) {
    if (size() == 1) return {std::string(text)};
    peers_->begin("a gathering of texts", "");
    return peers_->gather(text);
}

}  // namespace millrace::ops
