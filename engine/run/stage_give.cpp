// How a stage gives results out: in order, when every output wire has room.
#include "engine/run/executor.hpp"
#include "engine/run/stage.hpp"

namespace millrace::engine {

bool Stage::room() {
    for (auto& port : outputs) {
        for (OutWire& wire : port) {
            if (!wire.queue->full()) continue;
            // Announced first and looked at again: the consumer takes first and looks at the announcement then, so one
            // of the two sees the other.
            wire.queue->producer_waits.store(true, std::memory_order_seq_cst);
            if (wire.queue->full()) {
                if (blocked_since_ == 0) blocked_since_ = now_ns();
                return false;
            }
        }
    }
    if (blocked_since_ != 0) {
        count(nodes.back()->blocked_ns, static_cast<std::uint64_t>(now_ns() - blocked_since_), false);
        blocked_since_ = 0;
    }
    return true;
}

bool Stage::rate_room() { return !executor.rate_full(out_rate_); }

void Stage::push_all(const Message& pattern, std::vector<Packet>* packets, const std::vector<Hash128>* keys) {
    for (std::size_t port = 0; port < outputs.size(); ++port) {
        auto& wires = outputs[port];
        for (std::size_t i = 0; i < wires.size(); ++i) {
            Message message = pattern;
            if (packets) {
                Packet& packet = (*packets)[port];
                if (packet) {
                    message.packet = i + 1 == wires.size() ? std::move(packet) : packet;
                    message.key = (*keys)[port];
                } else {
                    message.answer = Answer::None;
                }
            }
            wires[i].queue->push(std::move(message));
        }
    }
    woke_ = true;
}

bool Stage::give(Slot& slot) {
    if (slot.phase == Phase::Begin) {
        if (slot.kind == SlotKind::End && !finishes_apart_) finish_nodes(slot);
        if (slot.kind == SlotKind::Mark && closes_groups_) close_group(slot);
        slot.phase = Phase::Values;
    }
    if (slot.phase == Phase::Values) {
        if (!give_values(slot)) return false;
        slot.phase = Phase::Border;
    }
    if (slot.phase == Phase::Border) {
        const bool marks = out_rate_ >= 0 && executor.plan.rates[out_rate_].marks;
        const bool forward = slot.kind == SlotKind::Mark &&
                             !(closes_groups_ && slot.head.level + 1 == executor.plan.rates[call_rate_].depth);
        if (marks && (forward || (slot.kind == SlotKind::Item && numbers_outputs_))) {
            if (!room()) return false;
            Message mark = slot.head;
            if (slot.kind == SlotKind::Item) {
                mark.group = slot.head.answer;
                mark.level = static_cast<std::uint16_t>(executor.plan.rates[call_rate_].depth);
            }
            mark.answer = Answer::Mark;
            push_all(mark, nullptr, nullptr);
        }
        slot.phase = Phase::Ending;
    }
    if (slot.kind == SlotKind::End || (slot.results.ended && source_)) {
        if (!room()) return false;
        Message end;
        end.answer = Answer::End;
        push_all(end, nullptr, nullptr);
        source_done_ = true;
        become_ended();
    }
    return true;
}

/// Everything the slot has to give as items: one answer, or a generator's many.
bool Stage::give_values(Slot& slot) {
    if (slot.results.ended) return true;
    if (slot.results.generator) {
        while (slot.results.generator) {
            if (executor.stopping()) return false;
            if (generator_source_ && !executor.may_issue(out_items_)) return false;
            if (!room() || !rate_room()) return false;
            slot.results.packets.assign(outputs.size(), Packet());
            bool more = false;
            try {
                more = slot.results.generator->next(slot.results.packets);
            } catch (const Error& error) {
                fail(slot, *nodes.back(), error.problem());
            } catch (const std::exception& error) {
                fail(slot, *nodes.back(), {.code = "E-NODE-020", .what = error.what()});
            }
            if (!more) {
                slot.results.generator.reset();
                slot.results.ended = source_;
                return true;
            }
            if (slot.given++ < replay_) continue;
            slot.out_keys.assign(outputs.size(), Hash128());
            if (!give_one(slot)) return false;
        }
        return true;
    }
    if (slot.kind == SlotKind::Item && !numbers_outputs_ && !closes_groups_) {
        if (!room()) return false;
        if (slot.head.answer == Answer::Value) {
            push_all(slot.head, &slot.results.packets, &slot.out_keys);
        } else {
            push_all(slot.head, nullptr, nullptr);
        }
        return true;
    }
    if (slot.results.packets.empty()) return true;
    return give_one(slot);
}

/// One answer of a node that numbers its outputs itself, or that closes a group.
bool Stage::give_one(Slot& slot) {
    bool any = false;
    for (const Packet& packet : slot.results.packets) any = any || packet;
    const bool group = closes_groups_ && slot.kind == SlotKind::Mark;
    if (!any && !group) return true;
    if (!room() || (numbers_outputs_ && !rate_room())) return false;
    Message message;
    message.stamp = source_ ? out_items_ : slot.head.stamp;
    message.answer = Answer::Value;
    if (group) {
        message.item = slot.head.item;
        message.answer = slot.head.group;
        message.reason = slot.head.reason;
    } else {
        message.item = out_items_++;
        executor.rates[out_rate_]->issued.store(out_items_, std::memory_order_relaxed);
    }
    NodeState& node = *nodes.back();
    if (node.watched) {
        for (std::size_t port = 0; port < outputs.size(); ++port) {
            if (slot.results.packets[port]) slot.out_keys[port] = slot.results.packets[port].hash();
        }
    }
    if (node.tapped.load(std::memory_order_relaxed)) executor.feed_taps(node, message.item, slot.results.packets);
    if (message.answer == Answer::Value) push_all(message, &slot.results.packets, &slot.out_keys);
    else push_all(message, nullptr, nullptr);
    slot.results.packets.clear();
    return true;
}

void Stage::complete(Slot& slot) {
    for (Packet& packet : slot.inputs) packet = Packet();
    slot.results.packets.clear();
    slot.results.generator.reset();
    slot.results.ended = false;
    slot.head.reason.reset();
    if (slot.kind == SlotKind::Item) {
        done.store(done.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
        executor.item_done(call_rate_);
    }
    slot.work.store(Work::Free, std::memory_order_release);
    first_ = (first_ + 1) % slots_.size();
    --used_;
}

void Stage::become_ended() {
    ended_.store(true, std::memory_order_release);
    for (InPort& port : inputs) {
        // A loop's end is no reason for the loop's body to leave its last items undone.
        if (!port.queue || port.sync == Sync::Feedback) continue;
        port.queue->closed.store(true, std::memory_order_release);
        port.producer->activate();
    }
    // A source that never completes more items must not hold up others of its rate.
    executor.item_done(call_rate_);
}

bool Stage::outputs_closed() const {
    bool any = false;
    for (const auto& port : outputs) {
        for (const OutWire& wire : port) {
            if (!wire.queue->closed.load(std::memory_order_acquire)) return false;
            any = true;
        }
    }
    return any;
}

void Stage::wake_consumers() {
    if (!woke_) return;
    woke_ = false;
    for (auto& port : outputs) {
        for (OutWire& wire : port) wire.consumer->activate();
    }
}

}  // namespace millrace::engine
