#include "nodes/ops/training/rendezvous.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "engine/hash.hpp"
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

[[noreturn]] void fail_to_come(const Ranks& ranks, int other) {
    fail_to_meet(ranks, fmt::format("all {} ranks in time", ranks.world_size),
                 fmt::format("rank {} has not come", other));
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

struct Free {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, Free>;

/// None where there is no such host; `trouble` then says why.
Addresses look_up(const std::string& host, int port, std::string& trouble) {
    const addrinfo hints{.ai_socktype = SOCK_STREAM};
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (error == 0) return Addresses(list);
    trouble = ::gai_strerror(error);
    return nullptr;
}

Socket open_socket(const addrinfo& target) {
    return Socket(::socket(target.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// None while nobody listens there.
Socket connected(const addrinfo& target) {
    Socket socket = open_socket(target);
    if (!socket) return socket;
    pollfd ready{.fd = socket.descriptor(), .events = POLLOUT, .revents = 0};
    int error = 0;
    socklen_t length = sizeof error;
    const bool started = ::connect(socket.descriptor(), target.ai_addr, target.ai_addrlen) == 0 ||
                         errno == EINPROGRESS;
    const bool done =
        started && ::poll(&ready, 1, 1000) == 1 &&
        ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
    return done ? std::move(socket) : Socket();
}

/// Tries until somebody listens at one of the host's addresses; none when the time is over.
Socket connected(const std::string& host, int port, const Rendezvous& meeting,
                 std::string& trouble) {
    while (!meeting.over()) {
        const Addresses list = look_up(host, port, trouble);
        for (const addrinfo* each = list.get(); each; each = each->ai_next) {
            if (Socket socket = connected(*each)) return socket;
        }
        std::this_thread::sleep_for(milliseconds(20));
    }
    return Socket();
}

/// A socket's own, as numbers.
struct Address {
    std::string host;
    int port = 0;
};

Address own_end(const Socket& socket) {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    auto* address = reinterpret_cast<sockaddr*>(&own);
    if (::getsockname(socket.descriptor(), address, &length) != 0 ||
        ::getnameinfo(address, length, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return {};
    return {host.data(), std::atoi(port.data())};
}

/// This host's address on the way to rank 0's port.
std::string own_address(const Rendezvous& meeting) {
    const auto& [rank, size, master, port] = meeting.ranks;
    std::string trouble = "nobody listens there";
    const Socket socket = connected(master, port, meeting, trouble);
    const std::string own = socket ? own_end(socket).host : "";
    if (own.empty())
        fail_to_meet(meeting.ranks, fmt::format("rank 0 at {}:{}", master, port), trouble);
    return own;
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

/// Where a rank listens for the lines of those after it, and of what world it is.
std::string entry_of(int size, const Address& address) {
    return fmt::format("{} {} {}", size, address.host, address.port);
}

/// Enters this rank under its number, and waits for the entries of all others.
std::vector<Address> join(c10d::Store& store, const Rendezvous& meeting, const Address& own) {
    const auto& [rank, size, master, port] = meeting.ranks;
    if (store.add(fmt::format("count/{}", rank), 1) != 1)
        fail_to_belong("one process for each rank", fmt::format("two with rank {}", rank));
    const std::string entry = entry_of(size, own);
    store.set(fmt::format("rank/{}", rank), std::vector<std::uint8_t>(entry.begin(), entry.end()));
    std::vector<Address> addresses;
    for (int other = 0; other < size; ++other) {
        const std::string key = fmt::format("rank/{}", other);
        while (!store.check({key})) {
            if (meeting.over()) fail_to_come(meeting.ranks, other);
            std::this_thread::sleep_for(milliseconds(5));
        }
        const auto bytes = store.get(key);
        const std::string theirs(bytes.begin(), bytes.end());
        std::istringstream words(theirs);
        int their_size = 0;
        Address address;
        if (!(words >> their_size >> address.host >> address.port) || their_size != size ||
            is_loopback(address.host) != is_loopback(own.host))
            fail_to_belong(fmt::format("rank {}: world size, address and port {}", rank, entry),
                           fmt::format("rank {}: {}", other, theirs));
        addresses.push_back(std::move(address));
    }
    return addresses;
}

/// On a port of the system's choice.
Socket listening(const std::string& host, const Ranks& ranks) {
    std::string trouble;
    const Addresses list = look_up(host, 0, trouble);
    if (list) {
        Socket socket = open_socket(*list);
        if (socket && ::bind(socket.descriptor(), list->ai_addr, list->ai_addrlen) == 0 &&
            ::listen(socket.descriptor(), ranks.world_size) == 0)
            return socket;
        trouble = std::generic_category().message(errno);
    }
    fail_to_meet(ranks, fmt::format("a port to listen on at {}", host), trouble);
}

/// What opens a line: a mark of whom it is meant for, and the rank that comes.
struct Greeting {
    std::uint64_t mark, rank;
};

std::uint64_t mark_of(const Rendezvous& meeting, const Address& listener) {
    return engine::hash_text(entry_of(meeting.ranks.world_size, listener) + " " + meeting.name).low;
}

/// Puts the greeting's line where it belongs; false while the greeting has not come as a whole.
bool is_settled(Socket& line, std::uint64_t mark, int rank, std::vector<Socket>& lines) {
    Greeting greeting{};
    const auto length = ::recv(line.descriptor(), &greeting, sizeof greeting, MSG_PEEK);
    if (length < 0) return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
    if (length > 0 && length < static_cast<ssize_t>(sizeof greeting)) return false;
    if (length == 0 || greeting.mark != mark || greeting.rank <= static_cast<std::uint64_t>(rank) ||
        greeting.rank >= lines.size() || lines[greeting.rank])
        return true;
    ::recv(line.descriptor(), &greeting, sizeof greeting, 0);
    lines[greeting.rank] = std::move(line);
    return true;
}

/// Waits for the lines of all ranks after this one; those of strangers are closed.
void accept_lines(const Socket& listener, const Address& own, const Rendezvous& meeting,
                  std::vector<Socket>& lines) {
    const int rank = meeting.ranks.rank;
    const std::uint64_t mark = mark_of(meeting, own);
    std::vector<Socket> unknown;
    while (true) {
        const auto missing = std::find_if(lines.begin() + rank + 1, lines.end(),
                                          [](const Socket& line) { return !line; });
        if (missing == lines.end()) return;
        if (meeting.over()) fail_to_come(meeting.ranks, static_cast<int>(missing - lines.begin()));
        while (Socket next{
            ::accept4(listener.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)})
            unknown.push_back(std::move(next));
        std::erase_if(unknown, [&](Socket& line) { return is_settled(line, mark, rank, lines); });
        std::this_thread::sleep_for(milliseconds(5));
    }
}

/// Firewalls forget a connection that is silent for long, and a host may vanish without a word.
void keep_alive(const Socket& line) {
    const auto set = [&](int level, int option, int value) {
        ::setsockopt(line.descriptor(), level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set(IPPROTO_TCP, TCP_KEEPCNT, 6);
}

/// Each rank calls those before it, which all listen by now.
std::vector<Socket> open_lines(const Socket& listener, const std::vector<Address>& addresses,
                               const Rendezvous& meeting) {
    const Ranks& ranks = meeting.ranks;
    std::vector<Socket> lines(addresses.size());
    for (int other = 0; other < ranks.rank; ++other) {
        const Address& theirs = addresses[other];
        std::string trouble = "nobody listens there";
        lines[other] = connected(theirs.host, theirs.port, meeting, trouble);
        const Greeting greeting{mark_of(meeting, theirs), static_cast<std::uint64_t>(ranks.rank)};
        if (!lines[other] || ::send(lines[other].descriptor(), &greeting, sizeof greeting,
                                    MSG_NOSIGNAL) != sizeof greeting)
            fail_to_meet(ranks, fmt::format("rank {} at {}:{}", other, theirs.host, theirs.port),
                         trouble);
    }
    accept_lines(listener, addresses[ranks.rank], meeting, lines);
    for (const Socket& line : lines)
        if (line) keep_alive(line);
    return lines;
}

class Gloo : public c10d::ProcessGroupGloo {
public:
    using ProcessGroupGloo::ProcessGroupGloo;
    gloo::Context& context() { return *contexts_.front(); }
};

struct Met {
    std::vector<Socket> lines;
    c10::intrusive_ptr<Gloo> group;
};

Met connect(const Rendezvous& meeting) {
    const Ranks& ranks = meeting.ranks;
    try {
        c10::intrusive_ptr<c10d::Store> store;
        if (ranks.rank == 0) store = open_store(ranks, meeting.timeout);
        const std::string address = own_address(meeting);
        if (!store) store = open_store(ranks, meeting.timeout);
        if (!meeting.name.empty())
            store = c10::make_intrusive<c10d::PrefixStore>(meeting.name, store);
        const Socket listener = listening(address, ranks);
        const std::vector<Address> addresses = join(*store, meeting, own_end(listener));
        Met met{.lines = open_lines(listener, addresses, meeting), .group = {}};
        // Gloo's own limit comes after ours, for it breaks connections before anybody can say why.
        auto options = Gloo::Options::create(meeting.timeout + std::chrono::seconds(10));
        options->threads = 1;
        options->devices.push_back(Gloo::createDeviceForHostname(address));
        met.group = c10::make_intrusive<Gloo>(store, ranks.rank, ranks.world_size, options);
        return met;
    } catch (const engine::Error&) {
        throw;
    } catch (const std::exception& error) {
        // Also where rank 0 gives up first and takes the store with it.
        fail_to_meet(ranks, "connections between all ranks", first_line(error));
    }
}

}  // namespace

Socket::~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

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
    std::packaged_task<Met()> task([meeting] { return connect(*meeting); });
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
    Met met = result.get();
    c10::intrusive_ptr<Gloo> group = std::move(met.group);
    gloo::Context& context = group->context();
    return {.group = std::shared_ptr<c10d::ProcessGroupGloo>(
                group.get(), [group](auto*) mutable { group.reset(); }),
            .context = &context,
            .lines = std::move(met.lines)};
}

}  // namespace millrace::ops::training
