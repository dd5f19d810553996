// Both ends of the worker's protocol talk through a channel: a thread that reads messages from one
// descriptor, and one that writes those that wait to the other, so that nobody who sends waits for
// the peer. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/worker/message.hpp"

namespace millrace::engine::worker {

class Channel {
public:
    struct Events {
        /// A whole message; on the reading thread, in order.
        std::function<void(Message)> received;
        /// What came was no message, but what follows may be (E-RPC-003); on the reading thread.
        std::function<void(const Problem&)> misunderstood;
        /// Nothing more will come: the peer has closed (no problem), cut a message short
        /// (E-RPC-004), or sent what can't be followed (E-RPC-001, 002). Once, on the reading
        /// thread, last.
        std::function<void(const std::optional<Problem>&)> ended;
    };

    /// Takes both descriptors, and closes them in the end. SIGPIPE must be ignored by the process.
    Channel(int in, int out, MessageLimits limits, Events events);
    /// Closes at once; what still waits is not sent.
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Queues a message; `sent` is called on the writing thread when its last byte was taken, or
    /// will never be. Messages whose `droppable` is set are dropped while more than kMostWaiting
    /// bytes wait.
    void send(Message message, bool droppable = false, std::function<void()> sent = {});
    /// Messages dropped so far.
    std::uint64_t dropped() const;
    /// Waits until all that was queued is written, or the peer is gone, or `patience` is over.
    void flush(std::chrono::milliseconds patience);
    /// Closes the writing end once the queue is empty; the peer sees the end of the stream.
    void finish();

    static constexpr std::size_t kMostWaiting = std::size_t{32} << 20;

private:
    struct Waiting {
        Message message;
        std::string head;
        std::size_t size = 0;
        std::function<void()> sent;
    };
    void read();
    void write();
    bool write_all(std::span<const std::byte> bytes);

    int in_, out_;
    int wake_ = -1;  ///< an eventfd that ends waiting
    MessageLimits limits_;
    Events events_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> queue_;
    std::size_t waiting_ = 0;  ///< bytes in queue_
    std::uint64_t dropped_ = 0;
    bool writing_ = false, finishing_ = false, closed_ = false, broken_ = false;
    std::thread reader_, writer_;
};

}  // namespace millrace::engine::worker
