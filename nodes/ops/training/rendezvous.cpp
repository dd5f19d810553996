#include "nodes/ops/training/rendezvous.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/training/optimizer_state.hpp"

namespace millrace::ops::training {
namespace {

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
    std::string name;
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
    options.multiTenant = true;  // groups of one process share the server
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
        if (!meeting.name.empty())
            store = c10::make_intrusive<c10d::PrefixStore>(meeting.name, store);
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

}  // namespace

std::string first_line(const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
}

void fail_stopped() {
    fail("E-DIST-008", "The run was stopped while it waited for other ranks", "", "",
         "Start all ranks again to go on.");
}

/// Connects in a thread of its own, as the libraries' calls cannot be interrupted; one that is
/// given up ends by itself, at the latest after its own timeouts.
Connections connect(const Ranks& ranks, milliseconds timeout, const Stop& stop,
                    const std::string& name) {
    // Gloo writes to connections that another rank may just have closed: the error is enough.
    struct sigaction pipe = {};
    if (::sigaction(SIGPIPE, nullptr, &pipe) == 0 && pipe.sa_handler == SIG_DFL)
        ::signal(SIGPIPE, SIG_IGN);
    const auto meeting = std::make_shared<Rendezvous>();
    meeting->ranks = ranks;
    meeting->name = name;
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
    c10::intrusive_ptr<Gloo> group = result.get();
    gloo::Context& context = group->context();
    return {std::shared_ptr<c10d::ProcessGroupGloo>(group.get(),
                                                    [group](auto*) mutable { group.reset(); }),
            &context};
}

}  // namespace millrace::ops::training
