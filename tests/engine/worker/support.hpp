// A worker within the test program, reached over a socket pair, with the test nodes; and bytes as a
// foreign client would write them.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "engine/worker/protocol.hpp"
#include "engine/worker/server.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {

inline std::string framed(std::string_view json) {
    return "Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + std::string(json);
}

/// One number an item, each no sooner than `milliseconds` after the last; asks whether to stop.
struct Slow {
    double items = 5;
    double milliseconds = 0;
    static NodeSpec spec() {
        return {.id = "test.slow",
                .title = "Slow",
                .group = "Test",
                .doc = "Counts slowly.",
                .outputs = {{"value", "numbers"}},
                .params = {{.name = "items", .field = &Slow::items, .doc = "How many"},
                           {.name = "milliseconds",
                            .field = &Slow::milliseconds,
                            .doc = "Between two",
                            .change = Change::Hot}}};
    }
    std::optional<double> operator()(Item item, RunContext& context) {
        if (static_cast<double>(item.number) >= items) return {};
        const auto until = std::chrono::steady_clock::now() +
                           std::chrono::duration<double, std::milli>(milliseconds);
        while (std::chrono::steady_clock::now() < until && !context.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return static_cast<double>(item.number);
    }
};

class Peer {
public:
    explicit Peer(const std::filesystem::path& runs) {
        signal(SIGPIPE, SIG_IGN);
        int ends[2] = {-1, -1};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        near_ = ends[0];
        const int far_in = ends[1];
        const int far_out = fcntl(far_in, F_DUPFD_CLOEXEC, 3);
        thread_ = std::thread([this, far_in, far_out, runs] {
            good_ = worker::serve(far_in, far_out,
                                  {.load =
                                       [](Registry& registry) {
                                           add_test_nodes(registry);
                                           return std::vector<PluginReport>();
                                       },
                                   .roots = {},
                                   .cache = {},
                                   .runs = runs});
            over_ = true;
        });
    }
    ~Peer() { close_end(); }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::write(near_, bytes.data(), bytes.size());
            if (count <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    /// Sends a request; gives its id.
    std::int64_t send(std::string_view method, Object params = {}) {
        write(frame_head(worker::make_request(++id_, method, std::move(params))));
        return id_;
    }
    /// The next message; none at the end of the stream.
    std::optional<worker::Message> receive(int milliseconds = 20'000) {
        while (true) {
            std::span<const std::byte> rest(buffer_);
            auto message = reader_.take(rest);
            buffer_.assign(rest.begin(), rest.end());
            if (message) return message;
            pollfd wait = {near_, POLLIN, 0};
            if (poll(&wait, 1, milliseconds) <= 0) {
                ADD_FAILURE() << "nothing came";
                return {};
            }
            std::byte bytes[1 << 16];
            const ssize_t count = ::read(near_, bytes, sizeof bytes);
            if (count <= 0) return {};
            buffer_.insert(buffer_.end(), bytes, bytes + count);
        }
    }
    /// The answer to a request; notices that come before it are kept in `notices`.
    worker::Message answer(std::int64_t id) {
        while (auto message = receive()) {
            const Value* found = message->json.find("id");
            if (found && *found == Value(id)) return *std::move(message);
            notices.push_back(*std::move(message));
        }
        ADD_FAILURE() << "the stream ended before the answer to " << id;
        return {};
    }
    worker::Message ask(std::string_view method, Object params = {}) {
        return answer(send(method, std::move(params)));
    }
    Value result(std::string_view method, Object params = {}) {
        const worker::Message message = ask(method, std::move(params));
        const Value* found = message.json.find("result");
        if (!found) ADD_FAILURE() << method << ": " << to_json(message.json);
        return found ? *found : Value(Object());
    }
    /// Code of the problem that a request ends with.
    std::string failure(std::string_view method, Object params = {}) {
        const worker::Message message = ask(method, std::move(params));
        const Value* error = message.json.find("error");
        const Value* data = error ? error->find("data") : nullptr;
        return data ? data->find("code")->as_string() : to_json(message.json);
    }
    /// The first notice of that name, kept or still to come; it is taken.
    worker::Message notice(std::string_view method) {
        for (auto kept = notices.begin(); kept != notices.end(); ++kept) {
            if (*kept->json.find("method") != Value(method)) continue;
            worker::Message message = std::move(*kept);
            notices.erase(kept);
            return message;
        }
        while (auto message = receive()) {
            if (const Value* name = message->json.find("method"); name && *name == Value(method))
                return *std::move(message);
            notices.push_back(*std::move(message));
        }
        ADD_FAILURE() << "no " << method;
        return {};
    }
    void begin(const std::string& graph) {
        result("initialise", {{"protocol", 1}});
        result("graph/open", {{"text", graph}});
    }
    /// Closes this end and waits for the worker's.
    bool close_end() {
        if (near_ >= 0) close(std::exchange(near_, -1));
        if (thread_.joinable()) thread_.join();
        return good_;
    }
    bool over() const { return over_; }
    int near_end() const { return near_; }

    std::vector<worker::Message> notices;

private:
    static void add_test_nodes(Registry& registry) {
        register_test_nodes(registry);
        registry.add<Slow>();
    }
    int near_ = -1;
    std::int64_t id_ = 0;
    worker::MessageReader reader_;
    std::vector<std::byte> buffer_;
    std::atomic<bool> good_ = false, over_ = false;
    std::thread thread_;
};

}  // namespace millrace::engine::testing
