#include "engine/worker/observer.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "engine/visual/codec.hpp"
#include "engine/worker/protocol.hpp"

namespace millrace::engine::worker {
namespace {

constexpr auto kTick = std::chrono::milliseconds(250);
constexpr int kNice = 10;

}  // namespace

Array describe(std::vector<visual::Visual> visuals, std::vector<Attachment>& attachments) {
    struct Kept {
        std::vector<visual::Visual> visuals;
        visual::EncodedArrays encoded;
    };
    auto kept = std::make_shared<Kept>();
    kept->visuals = std::move(visuals);
    Array list;
    // Numbers of arrays count on from those of attachments that are there.
    kept->encoded.arrays.resize(attachments.size());
    const std::size_t before = attachments.size();
    for (const visual::Visual& visual : kept->visuals)
        list.push_back(encode(visual, kept->encoded));
    for (std::size_t i = before; i < kept->encoded.arrays.size(); ++i)
        attachments.push_back({kept->encoded.arrays[i], kept});
    return list;
}

Object describe(const Packet& packet, bool visual, bool sketch, visual::Budget budget,
                std::vector<Attachment>& attachments) {
    Object object{{"type", packet.type().name}, {"bytes", packet.bytes()}};
    if (sketch) object["sketch"] = to_value(packet.sketch());
    if (visual && packet.type().visual)
        object["visuals"] = describe(packet.visual(budget), attachments);
    return object;
}

Observer::Observer(Channel& channel, std::function<void()> tick)
    : channel_(channel), tick_(std::move(tick)) {
    thread_ = std::thread([this] { loop(); });
}

Observer::~Observer() {
    detach();
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

int Observer::subscribe(Subscription subscription) {
    int number = 0;
    {
        const std::scoped_lock lock(mutex_);
        number = next_++;
        Slot& slot = slots_[number];
        slot.wanted = std::move(subscription);
        // Who begins to look after packets have passed sees the one that passed last.
        for (const auto& [other, seen] : slots_) {
            if (other == number || !(seen.wanted.output == slot.wanted.output)) continue;
            slot.waiting = seen.waiting ? seen.waiting : seen.shown;
        }
        if (const auto kept = kept_.find(to_text(slot.wanted.output));
            kept != kept_.end() && !slot.waiting)
            slot.waiting = kept->second;
    }
    try {
        if (run_) tap(number);
    } catch (...) {
        const std::scoped_lock lock(mutex_);
        slots_.erase(number);
        throw;
    }
    changed_.notify_all();
    return number;
}

bool Observer::unsubscribe(int number) {
    int tap = 0;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = slots_.find(number);
        if (found == slots_.end()) return false;
        tap = found->second.tap;
        slots_.erase(found);
    }
    if (run_ && tap > 0) run_->untap(tap);
    return true;
}

void Observer::tap(int number) {
    Endpoint output;
    {
        const std::scoped_lock lock(mutex_);
        output = slots_[number].wanted.output;
    }
    // Without the lock: the run feeds its taps under one of its own, and a tap takes this one.
    const int tap = run_->tap(output, {.deferred = true},
                              [this, number](std::uint64_t item, const Packet& packet) {
                                  const std::scoped_lock lock(mutex_);
                                  const auto found = slots_.find(number);
                                  if (found == slots_.end()) return;
                                  Slot& slot = found->second;
                                  // Nodes that work on several items at once may end a later one
                                  // first.
                                  if (slot.newest && *slot.newest > item) return;
                                  slot.newest = item;
                                  slot.waiting = Seen{item, packet};
                                  if (!slot.in_flight) changed_.notify_all();
                              });
    const std::scoped_lock lock(mutex_);
    slots_[number].tap = tap;
}

void Observer::attach(Run& run) {
    detach();
    run_ = &run;
    std::vector<int> numbers;
    {
        const std::scoped_lock lock(mutex_);
        kept_.clear();
        for (auto& [number, slot] : slots_) {
            slot.waiting.reset();
            slot.shown.reset();
            slot.newest.reset();
            numbers.push_back(number);
        }
    }
    for (const int number : numbers) {
        try {
            tap(number);
        } catch (const Error& error) {
            channel_.send(make_notice("wire/missing", {{"subscription", number},
                                                       {"problem", to_value(error.problem())}}));
        }
    }
}

void Observer::detach() {
    if (!run_) return;
    std::vector<int> taps;
    {
        const std::scoped_lock lock(mutex_);
        for (auto& [number, slot] : slots_) {
            if (slot.tap > 0) taps.push_back(std::exchange(slot.tap, 0));
        }
    }
    for (const int tap : taps) run_->untap(tap);
    run_ = nullptr;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
        return std::ranges::none_of(slots_, [](const auto& slot) { return slot.second.rendering; });
    });
    // What is deferred can't be had once the run is gone.
    for (auto& [number, slot] : slots_) {
        if (slot.waiting) {
            try {
                slot.waiting->packet = Run::whole(slot.waiting->packet);
            } catch (const std::exception&) {
                slot.waiting.reset();
            }
        }
        if (const auto& newest = slot.waiting ? slot.waiting : slot.shown)
            kept_[to_text(slot.wanted.output)] = *newest;
    }
}

std::optional<Seen> Observer::newest(const std::string& output) {
    std::optional<Seen> best;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& [number, slot] : slots_) {
            if (to_text(slot.wanted.output) != output) continue;
            const auto& seen = slot.waiting ? slot.waiting : slot.shown;
            if (seen && (!best || seen->item > best->item)) best = seen;
        }
        if (const auto kept = kept_.find(output); !best && kept != kept_.end()) best = kept->second;
    }
    if (best) best->packet = Run::whole(best->packet);
    return best && best->packet ? best : std::nullopt;
}

void Observer::loop() {
    // Looking must not slow what is looked at.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
    auto next_tick = Clock::now() + kTick;
    std::unique_lock lock(mutex_);
    while (!ending_) {
        const auto now = Clock::now();
        auto wake = next_tick;
        int due = 0;
        for (auto& [number, slot] : slots_) {
            if (!slot.waiting || slot.in_flight) continue;
            const auto at =
                slot.last +
                std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / slot.wanted.per_second));
            if (at <= now)
                due = number;
            else
                wake = std::min(wake, at);
        }
        if (due > 0) {
            show(lock, due);
        } else if (now >= next_tick) {
            next_tick = now + kTick;
            lock.unlock();
            tick_();
            lock.lock();
        } else {
            changed_.wait_until(lock, wake);
        }
    }
}

void Observer::show(std::unique_lock<std::mutex>& lock, int number) {
    Slot& slot = slots_.at(number);
    Seen seen = *std::exchange(slot.waiting, std::nullopt);
    const Subscription wanted = slot.wanted;
    slot.last = Clock::now();
    slot.in_flight = slot.rendering = true;
    lock.unlock();
    Object params{
        {"subscription", number}, {"output", to_text(wanted.output)}, {"item", seen.item}};
    std::vector<Attachment> attachments;
    bool something = false;
    try {
        seen.packet = Run::whole(seen.packet);
        if (seen.packet) {
            params.merge(
                describe(seen.packet, wanted.visual, wanted.sketch, {wanted.bytes}, attachments));
            something = true;
        }
    } catch (const Error& error) {
        params["problem"] = to_value(error.problem());
    } catch (const std::exception& error) {
        params["problem"] = to_value(Problem{.code = "E-VISUAL-003",
                                             .what = "The packet could not be shown",
                                             .found = error.what()});
    }
    lock.lock();
    const auto found = slots_.find(number);
    if (found != slots_.end()) {
        found->second.rendering = false;
        if (something) found->second.shown = seen;
    }
    changed_.notify_all();
    lock.unlock();
    channel_.send(make_notice("wire/packet", std::move(params), std::move(attachments)), false,
                  [this, number] { done(number); });
    lock.lock();
}

void Observer::done(int number) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = slots_.find(number); found != slots_.end())
        found->second.in_flight = false;
    changed_.notify_all();
}

}  // namespace millrace::engine::worker
