#include "engine/run/checkpoint.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "engine/run/call_context.hpp"
#include "engine/run/deferred.hpp"
#include "engine/run/executor.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

// Of a wire: far more than any run needs, far less than what fills the memory.
constexpr std::uint64_t kMostCapacity = 1 << 24;

struct Writer {
    std::vector<std::string> packets;

    /// Number of the packet in the file, or -1 for none.
    Value add(const Packet& packet) {
        const Packet whole = resolved(packet);
        if (!whole) return -1;
        packets.push_back(serialise(whole));
        return static_cast<std::int64_t>(packets.size() - 1);
    }
};

struct Reader {
    std::vector<std::string_view> packets;
    const PayloadLookup& types;

    Packet get(const Value& number) const {
        if (number.as_int() < 0) return {};
        const auto index = static_cast<std::size_t>(number.as_int());
        if (index >= packets.size()) {
            malformed_checkpoint("The checkpoint names a packet it does not hold");
        }
        return deserialise(packets[index], types);
    }
};

std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// What a node has counted: run.json speaks of the whole run, and with --keep-going errors decide the exit code.
constexpr std::pair<const char*, std::atomic<std::uint64_t> NodeState::*> kCounters[] = {
    {"items", &NodeState::items},       {"executed", &NodeState::executed}, {"cached", &NodeState::cached},
    {"deferred", &NodeState::deferred}, {"repeated", &NodeState::repeated}, {"none", &NodeState::none},
    {"skipped", &NodeState::skipped},   {"errors", &NodeState::errors},     {"retries", &NodeState::retries}};

const Value& member(const Value& value, std::string_view name) {
    const Value* found = value.find(name);
    if (!found) malformed_checkpoint(fmt::format("The checkpoint lacks \"{}\"", name));
    return *found;
}

std::uint64_t number(const Value& value, std::string_view name) {
    return static_cast<std::uint64_t>(member(value, name).as_int());
}

Value key_value(const Hash128& key) { return Array{as_signed(key.low), as_signed(key.high)}; }

Hash128 key_from(const Value& value) {
    const Array& halves = value.as_array();
    if (halves.size() != 2) malformed_checkpoint("The checkpoint holds a malformed key");
    return {static_cast<std::uint64_t>(halves[0].as_int()), static_cast<std::uint64_t>(halves[1].as_int())};
}

Value message_value(const Message& message, Writer& writer) {
    Object object{{"answer", static_cast<int>(message.answer)},
                  {"group", static_cast<int>(message.group)},
                  {"level", static_cast<int>(message.level)},
                  {"item", as_signed(message.item)},
                  {"stamp", as_signed(message.stamp)},
                  {"run", as_signed(message.run)},
                  {"key", key_value(message.key)},
                  {"packet", writer.add(message.packet)}};
    if (message.reason) object["reason"] = *message.reason;
    return object;
}

Message message_from(const Value& value, const Reader& reader) {
    Message message;
    message.answer = static_cast<Answer>(std::clamp<std::int64_t>(member(value, "answer").as_int(), 0, 4));
    message.group = static_cast<Answer>(std::clamp<std::int64_t>(member(value, "group").as_int(), 0, 4));
    message.level = static_cast<std::uint16_t>(member(value, "level").as_int());
    message.item = number(value, "item");
    message.stamp = number(value, "stamp");
    message.run = number(value, "run");
    message.key = key_from(member(value, "key"));
    message.packet = reader.get(member(value, "packet"));
    if (const Value* reason = value.find("reason")) {
        message.reason = std::make_shared<const std::string>(reason->as_string());
    }
    return message;
}

Value state_value(const State& state, Writer& writer) {
    Object packets;
    for (const auto& [name, list] : state.packets) {
        Array numbers;
        for (const Packet& packet : list) numbers.push_back(writer.add(packet));
        packets[name] = std::move(numbers);
    }
    return Object{{"values", state.values}, {"packets", std::move(packets)}};
}

std::unique_ptr<Slot> slot_from(const Value& held, const Reader& reader) {
    auto slot = std::make_unique<Slot>();
    slot->kind = static_cast<SlotKind>(std::clamp<std::int64_t>(member(held, "kind").as_int(), 0, 2));
    slot->phase = static_cast<Phase>(std::clamp<std::int64_t>(member(held, "phase").as_int(), 0, 3));
    slot->head = message_from(member(held, "head"), reader);
    for (const Value& packet : member(held, "packets").as_array()) slot->results.packets.push_back(reader.get(packet));
    for (const Value& key : member(held, "keys").as_array()) slot->out_keys.push_back(key_from(key));
    slot->results.ended = member(held, "source_ended").as_bool();
    slot->work = Work::Done;
    return slot;
}

State state_from(const Value& value, const Reader& reader) {
    State state;
    state.values = member(value, "values").as_object();
    for (const auto& [name, list] : member(value, "packets").as_object()) {
        for (const Value& packet : list.as_array()) state.packets[name].push_back(reader.get(packet));
    }
    return state;
}

void append_length(std::string& bytes, std::uint64_t length) {
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
}

/// What must be the same for a checkpoint to fit: the nodes with types, versions, builds and parameters, and the seed.
Hash128 fingerprint(const Executor& executor) {
    Hasher hasher;
    hasher.add(executor.options.seed).add(executor.intra_threads);
    for (const PlanNode& node : executor.plan.nodes) {
        hasher.add(node.id).add(node.type->spec.id).add(node.type->spec.version).add(to_json(node.params));
    }
    for (const PlanWire& wire : executor.plan.wires) hasher.add(wire_name(executor.plan, wire));
    return hasher.digest();
}

std::vector<fs::path> newest_first(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".ckpt") files.push_back(entry.path());
    }
    std::ranges::sort(files, std::greater<>());
    return files;
}

}  // namespace

void Checkpoint::write(Executor& executor) {
    Writer writer;
    Array stages;
    for (const auto& stage : executor.stages) {
        Array ports;
        for (const InPort& port : stage->inputs) {
            Array waiting;
            if (port.queue) {
                for (const Message& message : port.queue->contents()) waiting.push_back(message_value(message, writer));
            }
            ports.push_back(Object{{"ended", port.ended},
                                   {"taken", as_signed(port.taken)},
                                   {"complete_to", as_signed(port.complete_to)},
                                   {"last_item", as_signed(port.last_item)},
                                   {"value", writer.add(port.value)},
                                   {"key", key_value(port.key)},
                                   {"dropped", as_signed(port.queue ? port.queue->dropped() : 0)},
                                   {"capacity", as_signed(port.queue ? port.queue->capacity() : 0)},
                                   {"closed", port.queue && port.queue->closed.load()},
                                   {"waiting", std::move(waiting)}});
        }
        Array nodes;
        for (const NodeState* node : stage->nodes) {
            Object saved{{"params", all_params(*node->plan->type, *node->instance)}};
            for (const auto& [name, counter] : kCounters) saved[name] = as_signed(node->*counter);
            if (node->plan->type->has_save) saved["state"] = state_value(node->instance->save(), writer);
            nodes.push_back(std::move(saved));
        }
        // Finished items that wait for room go along; a generator source is called again instead.
        Array held;
        for (std::size_t i = 0; i < stage->used_ && !stage->generator_source_; ++i) {
            Slot& slot = *stage->slots_[(stage->first_ + i) % stage->slots_.size()];
            Array packets;
            Array keys;
            for (const Packet& packet : slot.results.packets) packets.push_back(writer.add(packet));
            for (const Hash128& key : slot.out_keys) keys.push_back(key_value(key));
            Message head = slot.head;
            held.push_back(Object{{"kind", static_cast<int>(slot.kind)},
                                  {"phase", static_cast<int>(slot.phase)},
                                  {"head", message_value(head, writer)},
                                  {"packets", std::move(packets)},
                                  {"keys", std::move(keys)},
                                  {"source_ended", slot.results.ended}});
        }
        stages.push_back(Object{{"node", stage->nodes.front()->plan->id},
                                {"ended", stage->ended()},
                                {"source_done", stage->source_done_},
                                {"admitted", as_signed(stage->admitted_)},
                                {"out_items", as_signed(stage->out_items_)},
                                {"done", as_signed(stage->done)},
                                {"turn", as_signed(stage->turn_)},
                                {"ports", std::move(ports)},
                                {"nodes", std::move(nodes)},
                                {"held", std::move(held)}});
    }
    Array rates;
    for (const auto& rate : executor.rates) {
        rates.push_back(Object{{"issued", as_signed(rate->issued)}, {"in_flight", rate->in_flight.load()}});
    }
    const Object top{{"fingerprint", to_hex(fingerprint(executor))}, {"stages", std::move(stages)}, {"rates", std::move(rates)},
                     {"metrics", as_signed(executor.metrics_.flush())}, {"told", executor.told()}};

    std::string body;
    const std::string json = to_json(top);
    append_length(body, json.size());
    body += json;
    append_length(body, writer.packets.size());
    for (const std::string& packet : writer.packets) {
        append_length(body, packet.size());
        body += packet;
    }
    std::string bytes(kCheckpointMagic);
    bytes += to_hex(hash_text(body));
    bytes += body;

    const fs::path folder = executor.options.out / "checkpoints";
    visual::make_folders(folder);
    std::vector<fs::path> old = newest_first(folder);
    const int next = old.empty() ? 1 : std::atoi(old.front().stem().c_str()) + 1;
    visual::write_file_atomically(folder / fmt::format("{:06}.ckpt", next), bytes);
    for (std::size_t i = std::max<std::size_t>(executor.options.checkpoints_kept, 1) - 1; i < old.size(); ++i) {
        std::error_code ignored;
        fs::remove(old[i], ignored);
    }
}

void Checkpoint::find(Executor& executor) {
    const std::vector<fs::path> files = newest_first(executor.options.out / "checkpoints");
    std::unique_ptr<CheckpointContents> contents;
    for (const fs::path& file : files) {
        const bool is_common = std::ranges::all_of(executor.options.companions, [&](const fs::path& folder) {
            const fs::path theirs = folder / "checkpoints" / file.filename();
            return fs::exists(theirs) && read_checkpoint(theirs);
        });
        if (is_common && (contents = read_checkpoint(file))) break;
        if (executor.options.companions.empty()) continue;
        // One of several processes wrote it and another did not. Set aside, so that numbers go on alike in all.
        std::error_code ignored;
        fs::rename(file, fs::path(file).replace_extension(".unmatched"), ignored);
    }
    if (!contents) {
        const auto unsavable = std::ranges::find_if(executor.nodes, [](const auto& node) {
            return !node->plan->type->parallel && !node->plan->type->has_save;
        });
        executor.resume_note_ = unsavable != executor.nodes.end()
                                    ? fmt::format("{} keeps state that it can't save, so there is no checkpoint: starting again from item 0",
                                                  (*unsavable)->plan->id)
                                    : "there is no checkpoint in the run folder: starting from item 0";
        return;
    }
    const std::string expected = to_hex(fingerprint(executor));
    if (const std::string found = member(contents->top, "fingerprint").as_string(); found != expected) {
        throw Error({.code = "E-CKPT-002",
                     .what = "The checkpoint belongs to another graph, seed or set of parameters",
                     .expected = expected,
                     .found = found,
                     .where = (executor.options.out / "checkpoints").string(),
                     .mend = "Resume with the graph, --set and --seed of the first run, or choose another --out."});
    }
    executor.checkpoint_ = std::move(contents);
}

std::uint64_t Checkpoint::metrics_length(const Executor& executor) {
    return executor.checkpoint_ ? number(executor.checkpoint_->top, "metrics") : 0;
}

/// A slot is given out by port, so it must have a packet and a key for each, or none at all.
void Checkpoint::check_held(const Stage& stage, Slot& slot) {
    const std::size_t ports = stage.outputs.size();
    const bool gives = slot.kind == SlotKind::Item && slot.phase <= Phase::Values && slot.head.answer == Answer::Value &&
                       !slot.results.ended && !stage.numbers_outputs_ && !stage.closes_groups_;
    const std::size_t packets = slot.results.packets.size();
    if (packets != ports && (packets != 0 || gives)) malformed_checkpoint("The checkpoint holds a result with another number of packets");
    slot.out_keys.resize(ports);
}

void Checkpoint::restore(Executor& executor) {
    const CheckpointContents& contents = *executor.checkpoint_;
    const Reader reader{contents.packets, executor.registry};
    const Array& stages = member(contents.top, "stages").as_array();
    const Array& rates = member(contents.top, "rates").as_array();
    if (stages.size() != executor.stages.size() || rates.size() != executor.rates.size()) {
        malformed_checkpoint("The checkpoint has another number of stages");
    }
    for (std::size_t i = 0; i < stages.size(); ++i) {
        Stage& stage = *executor.stages[i];
        const Value& saved = stages[i];
        stage.ended_ = member(saved, "ended").as_bool();
        stage.source_done_ = member(saved, "source_done").as_bool();
        stage.admitted_ = number(saved, "admitted");
        stage.out_items_ = number(saved, "out_items");
        stage.done = number(saved, "done");
        stage.turn_ = number(saved, "turn");
        if (stage.generator_source_ && !stage.source_done_) {
            // Called again; what it gave before is left out.
            stage.replay_ = stage.out_items_;
            stage.admitted_ = 0;
        }
        const Array& ports = member(saved, "ports").as_array();
        for (std::size_t p = 0; p < ports.size() && p < stage.inputs.size(); ++p) {
            InPort& port = stage.inputs[p];
            port.ended = member(ports[p], "ended").as_bool();
            port.taken = number(ports[p], "taken");
            port.complete_to = number(ports[p], "complete_to");
            port.last_item = number(ports[p], "last_item");
            port.value = reader.get(member(ports[p], "value"));
            port.key = key_from(member(ports[p], "key"));
            if (!port.queue) continue;
            std::vector<Message> waiting;
            for (const Value& message : member(ports[p], "waiting").as_array()) {
                waiting.push_back(message_from(message, reader));
                if (waiting.back().answer == Answer::Value && !waiting.back().packet) malformed_checkpoint("The checkpoint holds a value that is none");
            }
            const std::uint64_t capacity = number(ports[p], "capacity");
            if (capacity > kMostCapacity) malformed_checkpoint("The checkpoint holds a wire of impossible capacity");
            port.queue->grow(capacity);
            port.queue->restore(std::move(waiting), number(ports[p], "dropped"));
            port.queue->closed = member(ports[p], "closed").as_bool();
        }
        const Array& nodes = member(saved, "nodes").as_array();
        for (std::size_t n = 0; n < nodes.size() && n < stage.nodes.size(); ++n) {
            NodeState& node = *stage.nodes[n];
            for (const auto& [name, counter] : kCounters) node.*counter = number(nodes[n], name);
            for (const auto& [name, value] : member(nodes[n], "params").as_object()) {
                // Hot parameters may have changed before the checkpoint; paths are resolved anew.
                const ParamSpec* param = node.plan->type->spec.param(name);
                if (param && param->change == Change::Hot) set_param(*param, node.instance->object(), value);
            }
            if (const Value* state = nodes[n].find("state")) {
                CallContext context(executor, node, stage.admitted_);
                node.instance->load(state_from(*state, reader), context);
            }
        }
        for (const Value& held : member(saved, "held").as_array()) {
            std::unique_ptr<Slot> slot = slot_from(held, reader);
            check_held(stage, *slot);
            if (stage.used_ == stage.slots_.size()) stage.slots_.push_back(std::move(slot));
            else stage.slots_[stage.used_] = std::move(slot);
            ++stage.used_;
        }
    }
    executor.restore_told(member(contents.top, "told"));
    for (std::size_t i = 0; i < rates.size(); ++i) {
        executor.rates[i]->issued = number(rates[i], "issued");
        executor.rates[i]->in_flight = static_cast<int>(number(rates[i], "in_flight"));
    }
    for (const auto& stage : executor.stages) {
        auto& due = executor.checkpoint_due_item_;
        if (due == 0 || !stage->is_source() || stage->admitted_ < due) continue;
        const std::uint64_t every = executor.options.checkpoint_items;
        due += ((stage->admitted_ - due) / every + 1) * every;
    }
}

}  // namespace millrace::engine
