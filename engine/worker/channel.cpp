#include "engine/worker/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace millrace::engine::worker {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10;

/// Waits until `file` is ready for `events`, or `wake` is; whether `file` is.
bool wait_for(int file, short events, int wake) {
    while (true) {
        std::array<pollfd, 2> files = {{{file, events, 0}, {wake, POLLIN, 0}}};
        const int ready = poll(files.data(), files.size(), -1);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0 || files[1].revents != 0) return false;
        if (files[0].revents != 0) return true;
    }
}

}  // namespace

Channel::Channel(int in, int out, MessageLimits limits, Events events)
    : in_(in),
      out_(out),
      wake_(eventfd(0, EFD_CLOEXEC)),
      limits_(limits),
      events_(std::move(events)) {
    // Never stuck in a write to a peer that doesn't read.
    fcntl(out_, F_SETFL, fcntl(out_, F_GETFL) | O_NONBLOCK);
    writer_ = std::thread([this] { write(); });
    reader_ = std::thread([this] { read(); });
}

Channel::~Channel() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
    reader_.join();
    writer_.join();
    if (in_ >= 0) close(in_);
    if (out_ >= 0 && out_ != in_) close(out_);
    close(wake_);
}

void Channel::read() {
    MessageReader reader(limits_);
    std::vector<std::byte> buffer(kBuffer);
    std::optional<Problem> problem;
    while (!problem) {
        if (!wait_for(in_, POLLIN, wake_)) return;  // closed from this side: nobody is told
        const ssize_t count = ::read(in_, buffer.data(), buffer.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count <= 0) {
            if (reader.within()) {
                problem = Problem{.code = "E-RPC-004",
                                  .what = "The stream ended within a message",
                                  .expected = "whole messages",
                                  .found = "the end",
                                  .mend = "Send the whole message before closing."};
            }
            break;
        }
        std::span<const std::byte> input(buffer.data(), static_cast<std::size_t>(count));
        while (!input.empty() && !problem) {
            try {
                if (auto message = reader.take(input)) events_.received(std::move(*message));
            } catch (const Error& error) {
                if (error.problem().code == "E-RPC-003")
                    events_.misunderstood(error.problem());
                else
                    problem = error.problem();
            } catch (const std::bad_alloc&) {
                problem = Problem{.code = "E-MEM-001",
                                  .what = "There is not enough memory for the message",
                                  .mend = "Send less in one message."};
            }
        }
    }
    events_.ended(problem);
}

void Channel::send(Message message, bool droppable, std::function<void()> sent) {
    Waiting waiting{std::move(message), {}, 0, std::move(sent)};
    waiting.head = frame_head(waiting.message);
    waiting.size = waiting.head.size();
    for (const Attachment& attachment : waiting.message.attachments)
        waiting.size += attachment.bytes.size();
    {
        const std::scoped_lock lock(mutex_);
        const bool refuse =
            closed_ || broken_ || finishing_ || (droppable && waiting_ > kMostWaiting);
        if (!refuse) {
            waiting_ += waiting.size;
            queue_.push_back(std::move(waiting));
            changed_.notify_all();
            return;
        }
        ++dropped_;
    }
    if (waiting.sent) waiting.sent();
}

std::uint64_t Channel::dropped() const {
    const std::scoped_lock lock(mutex_);
    return dropped_;
}

void Channel::flush(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience,
                      [this] { return (queue_.empty() && !writing_) || broken_ || closed_; });
}

void Channel::finish() {
    const std::scoped_lock lock(mutex_);
    finishing_ = true;
    changed_.notify_all();
}

void Channel::write() {
    while (true) {
        Waiting waiting;
        {
            std::unique_lock lock(mutex_);
            writing_ = false;
            changed_.notify_all();
            changed_.wait(lock,
                          [this] { return closed_ || broken_ || finishing_ || !queue_.empty(); });
            if (closed_ || broken_ || queue_.empty()) break;
            writing_ = true;
            waiting = std::move(queue_.front());
            queue_.pop_front();
        }
        bool good = write_all(std::as_bytes(std::span(waiting.head)));
        for (const Attachment& attachment : waiting.message.attachments)
            good = good && write_all(attachment.bytes);
        if (waiting.sent) waiting.sent();
        const std::scoped_lock lock(mutex_);
        waiting_ -= waiting.size;
        broken_ = broken_ || !good;
    }
    std::deque<Waiting> left;
    {
        const std::scoped_lock lock(mutex_);
        left.swap(queue_);
        writing_ = false;
        if (!closed_ && out_ != in_) {  // finished, or the peer is gone
            close(out_);
            out_ = -1;
        }
        broken_ = true;
        changed_.notify_all();
    }
    for (const Waiting& waiting : left) {
        if (waiting.sent) waiting.sent();
    }
}

bool Channel::write_all(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(out_, bytes.data(), bytes.size());
        if (count > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        } else if (count < 0 && errno == EAGAIN) {
            if (!wait_for(out_, POLLOUT, wake_)) return false;
        } else if (count < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace millrace::engine::worker
