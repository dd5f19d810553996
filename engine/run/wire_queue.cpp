#include "engine/run/wire_queue.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace millrace::engine {
namespace {

const std::shared_ptr<const std::string>& drop_reason() {
    static const auto reason = std::make_shared<const std::string>("dropped by the wire, which was full");
    return reason;
}

/// Whether `later` can be counted into `earlier` as one run of equal answers.
bool continues(const Message& earlier, const Message& later) {
    return earlier.answer == later.answer && (later.answer == Answer::None || later.answer == Answer::Skipped) &&
           earlier.reason == later.reason && earlier.item + earlier.run == later.item &&
           earlier.stamp + earlier.run == later.stamp;
}

}  // namespace

WireQueue::WireQueue(int capacity, Policy policy)
    : policy_(policy), capacity_(static_cast<std::size_t>(std::max(1, capacity))) {
    if (policy_ == Policy::Block) ring_.resize(std::bit_ceil(capacity_.load()));
}

void WireQueue::push(Message&& message) {
    if (policy_ != Policy::Block) return push_dropping(std::move(message));
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    ring_[tail & (ring_.size() - 1)] = std::move(message);
    tail_.store(tail + 1, std::memory_order_release);
}

Message* WireQueue::front() {
    if (policy_ == Policy::Block) {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) return nullptr;
        return &ring_[head & (ring_.size() - 1)];
    }
    if (has_taken_) return &taken_;
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) return nullptr;
    taken_ = std::move(waiting_.front());
    waiting_.pop_front();
    if (taken_.answer == Answer::Value) --values_;
    has_taken_ = true;
    return &taken_;
}

void WireQueue::pop() {
    if (policy_ == Policy::Block) {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        Message& message = ring_[head & (ring_.size() - 1)];
        // The payload must go now, not when the slot is used again: that is what bounds the memory.
        message.packet = Packet();
        message.reason.reset();
        // Sequentially consistent together with producer_waits: see Stage::room().
        head_.store(head + 1, std::memory_order_seq_cst);
        return;
    }
    if (taken_.run > 1) {
        --taken_.run;
        ++taken_.item;
        ++taken_.stamp;
        return;
    }
    taken_ = Message();
    has_taken_ = false;
}

void WireQueue::push_dropping(Message&& message) {
    const std::scoped_lock lock(mutex_);
    if (message.answer == Answer::Value) {
        if (values_ >= capacity_.load(std::memory_order_relaxed)) drop_oldest();
        ++values_;
    }
    if (!waiting_.empty() && continues(waiting_.back(), message)) {
        waiting_.back().run += message.run;
    } else {
        waiting_.push_back(std::move(message));
    }
}

void WireQueue::drop_oldest() {
    const auto oldest = std::ranges::find(waiting_, Answer::Value, &Message::answer);
    oldest->answer = Answer::Skipped;
    oldest->packet = Packet();
    oldest->reason = drop_reason();
    --values_;
    dropped_.fetch_add(1, std::memory_order_relaxed);
    if (oldest != waiting_.begin() && continues(*std::prev(oldest), *oldest)) {
        std::prev(oldest)->run += oldest->run;
        waiting_.erase(oldest);
    }
}

std::size_t WireQueue::size() const {
    if (policy_ == Policy::Block) {
        return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
    }
    const std::scoped_lock lock(mutex_);
    return values_;
}

void WireQueue::grow(std::size_t capacity) {
    if (capacity <= capacity_.load() || policy_ != Policy::Block) return;
    std::vector<Message> messages = contents();
    capacity_ = capacity;
    restore(std::move(messages), dropped());
}

std::vector<Message> WireQueue::contents() const {
    std::vector<Message> messages;
    if (policy_ == Policy::Block) {
        for (std::size_t i = head_.load(); i != tail_.load(); ++i) messages.push_back(ring_[i & (ring_.size() - 1)]);
        return messages;
    }
    const std::scoped_lock lock(mutex_);
    if (has_taken_) messages.push_back(taken_);
    messages.insert(messages.end(), waiting_.begin(), waiting_.end());
    return messages;
}

void WireQueue::restore(std::vector<Message> messages, std::uint64_t dropped) {
    dropped_ = dropped;
    if (policy_ != Policy::Block) {
        waiting_.assign(messages.begin(), messages.end());
        values_ = static_cast<std::size_t>(std::ranges::count(waiting_, Answer::Value, &Message::answer));
        has_taken_ = false;
        return;
    }
    capacity_ = std::max(capacity_.load(), messages.size());
    ring_.assign(std::bit_ceil(capacity_.load()), Message());
    head_ = 0;
    tail_ = messages.size();
    std::ranges::move(messages, ring_.begin());
}

}  // namespace millrace::engine
