// The client's end of a worker: starts the process, sends requests, tells of notices and of the
// worker's end. Plain std, so that any program can have one; callbacks come from the client's own
// threads. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/visual/visual.hpp"
#include "engine/worker/channel.hpp"
#include "engine/worker/process.hpp"

namespace millrace::engine::worker {

/// What came of a request.
struct Answer {
    std::optional<Problem> problem;  ///< none when it went well
    int code = 0;                    ///< of JSON-RPC; 0 when it went well
    Value result;
    std::vector<Attachment> attachments;
};

class Client {
public:
    struct Events {
        std::function<void(const std::string& method, const Value& params,
                           const std::vector<Attachment>& attachments)>
            notice;
        /// What the worker, or the program that reaches it, wrote for people.
        std::function<void(std::string_view text)> log;
        /// The worker is gone: why, or none when it was asked to end. Once, last.
        std::function<void(const std::optional<Problem>&)> ended;
    };
    using Done = std::function<void(const Answer&)>;

    /// Starts `command`: {"millrace", "worker"}, or {"ssh", "host", "millrace", "worker"}. Throws
    /// Error E-WORKER-002.
    Client(const std::vector<std::string>& command, Events events);
    /// Asks the worker to end, then makes it.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends a request; `done` is called once, with a problem (E-WORKER-001) when the worker ends
    /// first. Not to be waited for in a callback.
    void call(std::string_view method, Object params, Done done);
    /// The same, waiting; a problem (E-WORKER-003) when no answer comes in time.
    Answer call_and_wait(std::string_view method, Object params,
                         std::chrono::milliseconds patience = std::chrono::seconds(60));

    pid_t process() const { return process_.number(); }
    bool alive() const;

private:
    void received(Message message);
    void lost(const std::optional<Problem>& problem);
    void read_log(int file);
    Problem death_problem(const std::optional<Problem>& stream);

    Events events_;
    Process process_;
    mutable std::mutex mutex_;
    std::map<std::int64_t, Done> waiting_;
    std::int64_t next_ = 1;
    bool asked_to_end_ = false, gone_ = false;
    std::string last_words_;  ///< end of what was written for people
    bool log_ended_ = false;
    std::condition_variable log_over_;  ///< log_ended_ was set
    std::unique_ptr<Channel> channel_;
    std::thread log_;
};

/// Visuals that an answer, a notice or one of its members describes in "visuals". Throws Error
/// E-VISUAL-00x.
std::vector<visual::Visual> visuals_of(const Value& description,
                                       const std::vector<Attachment>& attachments);

}  // namespace millrace::engine::worker
