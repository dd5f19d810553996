// The bounded queue of one wire. One producer stage, one consumer stage; both are serial in themselves. Blocking wires
// are lock-free rings; dropping wires, where the producer reaches into what waits, take a mutex.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/run/message.hpp"

namespace millrace::engine {

class WireQueue {
public:
    WireQueue(int capacity, Policy policy);

    /// Producer: whether a push must wait. A dropping wire is never full.
    bool full() const {
        return policy_ == Policy::Block &&
               tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_seq_cst) >=
                   capacity_.load(std::memory_order_relaxed);
    }
    void push(Message&& message);

    /// Consumer: the oldest message, or nullptr. It stays until pop().
    Message* front();
    void pop();

    /// Set by a producer that found the wire full; the consumer clears it and wakes the producer.
    std::atomic<bool> producer_waits = false;
    /// Set by a consumer that wants no more.
    std::atomic<bool> closed = false;

    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
    std::size_t size() const;
    std::size_t capacity() const { return capacity_.load(std::memory_order_relaxed); }
    /// Only while neither side is at work.
    void grow(std::size_t capacity);
    std::vector<Message> contents() const;
    void restore(std::vector<Message> messages, std::uint64_t dropped);

private:
    void push_dropping(Message&& message);
    void drop_oldest();

    const Policy policy_;
    std::vector<Message> ring_;  ///< a power of two, at least the capacity
    std::atomic<std::size_t> capacity_;
    alignas(64) std::atomic<std::size_t> head_ = 0;
    alignas(64) std::atomic<std::size_t> tail_ = 0;

    mutable std::mutex mutex_;       ///< dropping wires only, from here on
    std::deque<Message> waiting_;
    std::size_t values_ = 0;         ///< values in waiting_
    Message taken_;
    bool has_taken_ = false;
    std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace millrace::engine
