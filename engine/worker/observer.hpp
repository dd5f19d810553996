// What the client looks at: subscriptions to outputs, each with the newest packet that passed,
// turned into visuals and sketches on a thread of its own, so that neither a run nor an answer
// waits for a slow viewer. A packet that is replaced before its turn is never rendered. One thread
// calls it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/run/run.hpp"
#include "engine/worker/channel.hpp"

namespace millrace::engine::worker {

struct Subscription {
    Endpoint output;
    bool visual = true, sketch = false;
    double per_second = 10;
    std::size_t bytes = std::size_t{4} << 20;  ///< budget of the visuals of one packet
};

struct Seen {
    std::uint64_t item = 0;
    Packet packet;
};

class Observer {
public:
    /// Messages go to `channel`; `tick` is called about four times a second.
    Observer(Channel& channel, std::function<void()> tick);
    ~Observer();
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    /// Gives a number; throws Error E-PLAN-003 while a run is attached that has no such output.
    int subscribe(Subscription subscription);
    bool unsubscribe(int number);

    /// Watches `run`, which must not have started; outputs it lacks are told in `wire/missing`.
    void attach(Run& run);
    /// Lets go of the run, which must exist still; what is to be shown of it is made whole.
    void detach();

    /// The newest packet that passed a subscribed output, of this or the last run.
    std::optional<Seen> newest(const std::string& output);

private:
    using Clock = std::chrono::steady_clock;
    struct Slot {
        Subscription wanted;
        int tap = 0;
        std::optional<Seen> waiting;  ///< not shown yet; may be deferred
        std::optional<Seen> shown;
        std::optional<std::uint64_t> newest;  ///< item that passed in this run
        bool in_flight = false;               ///< its last message has not left yet
        bool rendering = false;
        Clock::time_point last{};
    };
    void loop();
    void tap(int number);
    void show(std::unique_lock<std::mutex>& lock, int number);
    void done(int number);

    Channel& channel_;
    std::function<void()> tick_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<int, Slot> slots_;
    std::map<std::string, Seen> kept_;  ///< of outputs whose run has gone
    Run* run_ = nullptr;                ///< of the calling thread alone
    int next_ = 1;
    bool ending_ = false;
    std::thread thread_;
};

/// Members type, bytes and, as wanted, sketch and visuals of a packet; the visuals' arrays are
/// appended to `attachments`.
Object describe(const Packet& packet, bool visual, bool sketch, visual::Budget budget,
                std::vector<Attachment>& attachments);

/// Descriptions of visuals, which the attachments share.
Array describe(std::vector<visual::Visual> visuals, std::vector<Attachment>& attachments);

}  // namespace millrace::engine::worker
