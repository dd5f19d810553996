// How a stage takes its next item from its input wires.
#include <algorithm>

#include "engine/run/executor.hpp"
#include "engine/run/stage.hpp"

namespace millrace::engine {
namespace {

const std::shared_ptr<const std::string>& no_latch_reason() {
    static const auto reason =
        std::make_shared<const std::string>("a latch input got no value before its stream ended");
    return reason;
}

void copy_head(Slot& slot, const Message& message) {
    slot.head.item = message.item;
    slot.head.stamp = message.stamp;
    slot.head.answer = message.answer;
    slot.head.group = message.group;
    slot.head.level = message.level;
    slot.head.reason = message.reason;
}

}  // namespace

bool Stage::take(Slot& slot) {
    slot.phase = Phase::Begin;
    slot.given = 0;
    slot.inputs.resize(inputs.size());
    slot.keys.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        slot.inputs[i] = Packet();
        slot.keys[i] = Hash128();
    }
    bool taken = false;
    if (source_) taken = take_source(slot);
    else if (join_ == Join::Zip) taken = take_zip(slot);
    else if (join_ == Join::Alternate) taken = take_alternate(slot);
    else taken = take_aligned(slot);
    if (taken && slot.kind == SlotKind::Item) {
        ++admitted_;
        slot.instances.resize(nodes.size());
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            // The same as for the item before but after a hot parameter: no reference count is touched then.
            if (slot.instances[i] != nodes[i]->instance) slot.instances[i] = nodes[i]->instance;
        }
    }
    return taken;
}

bool Stage::take_source(Slot& slot) {
    if (source_done_) return false;
    if (count_ && admitted_ >= *count_) {
        source_done_ = true;
        slot.kind = SlotKind::End;
        return true;
    }
    // A generator source is called once; its results are the items.
    if (generator_source_ && admitted_ > 0) return false;
    if (!executor.may_issue(admitted_) || executor.rate_full(out_rate_)) return false;
    bool starved = false;
    if (!take_feedback() || !bind_latches(admitted_, admitted_, starved)) return false;
    slot.kind = SlotKind::Item;
    slot.head.item = slot.head.stamp = admitted_;
    slot.head.answer = starved ? Answer::Skipped : Answer::Value;
    if (starved) slot.head.reason = no_latch_reason();
    if (!generator_source_) executor.rates[out_rate_]->issued.store(admitted_ + 1, std::memory_order_relaxed);
    fill_held(slot);
    return true;
}

bool Stage::take_aligned(Slot& slot) {
    const Message* first = nullptr;
    for (InPort& port : inputs) {
        if (!port.queue || port.sync != Sync::Stream) continue;
        const Message* message = port.queue->front();
        if (!message) return false;
        if (!first) first = message;
    }
    copy_head(slot, *first);
    if (first->answer == Answer::End || first->answer == Answer::Mark) {
        slot.kind = first->answer == Answer::End ? SlotKind::End : SlotKind::Mark;
        for (InPort& port : inputs) {
            if (port.queue && port.sync == Sync::Stream) pop(port);
        }
        return true;
    }
    bool starved = false;
    if (!take_feedback() || !bind_latches(slot.head.item, slot.head.stamp, starved)) return false;
    slot.kind = SlotKind::Item;
    slot.head.answer = Answer::Value;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        InPort& port = inputs[i];
        if (!port.queue || port.sync != Sync::Stream) continue;
        Message& message = *port.queue->front();
        if (message.answer == Answer::Skipped && slot.head.answer != Answer::Skipped) {
            slot.head.answer = Answer::Skipped;
            slot.head.reason = message.reason;
        } else if (message.answer == Answer::None && !port.optional && slot.head.answer == Answer::Value) {
            slot.head.answer = Answer::None;
        }
        if (message.answer == Answer::Value) {
            slot.inputs[i] = std::move(message.packet);
            slot.keys[i] = message.key;
        }
        pop(port);
    }
    if (starved && slot.head.answer == Answer::Value) {
        slot.head.answer = Answer::Skipped;
        slot.head.reason = no_latch_reason();
    }
    fill_held(slot);
    return true;
}

bool Stage::take_zip(Slot& slot) {
    bool ready = true;
    bool over = false;
    for (InPort& port : inputs) {
        if (!port.queue || port.sync != Sync::Stream) continue;
        // Values are paired by order, so items without a value are passed over.
        Message* message = port.queue->front();
        while (message && message->answer != Answer::Value && message->answer != Answer::End) {
            pop(port);
            message = port.queue->front();
        }
        if (!message) ready = false;
        else if (message->answer == Answer::End) over = true;
    }
    if (over) {
        slot.kind = SlotKind::End;
        return true;
    }
    bool starved = false;
    if (!ready || !bind_latches(admitted_, admitted_, starved)) return false;
    if (executor.rate_full(out_rate_)) return false;
    slot.kind = SlotKind::Item;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!inputs[i].queue || inputs[i].sync != Sync::Stream) continue;
        Message& message = *inputs[i].queue->front();
        slot.inputs[i] = std::move(message.packet);
        slot.keys[i] = message.key;
        pop(inputs[i]);
    }
    slot.head.item = slot.head.stamp = admitted_;
    slot.head.answer = starved ? Answer::Skipped : Answer::Value;
    if (starved) slot.head.reason = no_latch_reason();
    executor.rates[out_rate_]->issued.store(admitted_ + 1, std::memory_order_relaxed);
    fill_held(slot);
    return true;
}

bool Stage::take_alternate(Slot& slot) {
    // Strictly in turn, whatever arrives first: the order of the result depends on the items alone.
    for (std::size_t tried = 0; tried < inputs.size(); ++tried) {
        InPort& port = inputs[turn_ % inputs.size()];
        if (!port.queue || port.ended || port.sync != Sync::Stream) {
            ++turn_;
            continue;
        }
        Message* message = port.queue->front();
        if (!message || executor.rate_full(out_rate_)) return false;
        if (message->answer == Answer::End) {
            port.ended = true;
            pop(port);
            ++turn_;
            continue;
        }
        if (message->answer == Answer::Mark) {
            pop(port);
            --tried;
            continue;
        }
        slot.kind = SlotKind::Item;
        copy_head(slot, *message);
        const std::size_t index = turn_ % inputs.size();
        if (message->answer == Answer::Value) {
            slot.inputs[index] = std::move(message->packet);
            slot.keys[index] = message->key;
        }
        pop(port);
        ++turn_;
        slot.head.item = slot.head.stamp = admitted_;
        executor.rates[out_rate_]->issued.store(admitted_ + 1, std::memory_order_relaxed);
        return true;
    }
    slot.kind = SlotKind::End;
    return true;
}

bool Stage::bind_latches(std::uint64_t item, std::uint64_t stamp, bool& starved) {
    for (InPort& port : inputs) {
        if (!port.queue || port.sync != Sync::Latch) continue;
        if (!bind_latch(port, item, stamp)) return false;
        if (!port.value && !port.optional) starved = true;
    }
    return true;
}

bool Stage::bind_latch(InPort& port, std::uint64_t item, std::uint64_t stamp) {
    const auto bound = [&] {
        if (port.ended) return true;
        if (!port.value && !port.optional) return false;  // the first value is waited for, however late it comes
        switch (port.bind) {
            case Bind::Item: return port.last_item > item;
            case Bind::Stamp: return port.complete_to > stamp;
            case Bind::Order: return port.taken > admitted_;
        }
        return true;
    };
    while (!bound()) {
        Message* message = port.queue->front();
        if (!message) return false;
        if (message->answer == Answer::End) {
            port.ended = true;
        } else if (message->answer == Answer::Mark) {
            if (message->level == 0) port.complete_to = std::max(port.complete_to, message->stamp + 1);
        } else {
            // A value from later items stays on the wire, unless it is the first one.
            if (port.bind == Bind::Stamp && message->stamp > stamp) {
                port.complete_to = std::max(port.complete_to, message->stamp);
                if (port.value || port.optional) return true;
            }
            if (message->answer == Answer::Value) {
                port.value = std::move(message->packet);
                port.key = message->key;
            }
            ++port.taken;
            port.last_item = message->item + 1;
            port.complete_to = std::max(port.complete_to, message->stamp + (port.root_rate ? 1 : 0));
        }
        pop(port);
    }
    return true;
}

bool Stage::take_feedback() {
    for (InPort& port : inputs) {
        if (!port.queue || port.sync != Sync::Feedback) continue;
        while (port.taken < admitted_ && !port.ended) {
            Message* message = port.queue->front();
            if (!message) return false;
            if (message->answer == Answer::End) {
                port.ended = true;
            } else if (message->answer != Answer::Mark) {
                ++port.taken;
                // None and skipped keep the value of the item before, so that a loop goes on.
                if (message->answer == Answer::Value) {
                    port.value = std::move(message->packet);
                    port.key = message->key;
                }
            }
            pop(port);
        }
    }
    return true;
}

void Stage::fill_held(Slot& slot) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].sync == Sync::Stream) continue;
        slot.inputs[i] = inputs[i].value;
        slot.keys[i] = inputs[i].key;
    }
}

void Stage::pop(InPort& port) {
    port.queue->pop();
    if (port.queue->producer_waits.load(std::memory_order_seq_cst) &&
        port.queue->producer_waits.exchange(false, std::memory_order_seq_cst)) {
        port.producer->activate();
    }
}

void Stage::drain() {
    for (InPort& port : inputs) {
        if (!port.queue) continue;
        while (port.queue->front()) pop(port);
    }
}

}  // namespace millrace::engine
