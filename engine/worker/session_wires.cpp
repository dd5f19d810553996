// What passes and has passed on wires: subscriptions, one packet in full, comparing two.
#include <fmt/format.h>

#include "engine/observe/compare.hpp"
#include "engine/observe/raw_packet.hpp"
#include "engine/observe/report.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/worker/live_run.hpp"

namespace millrace::engine::worker {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;
constexpr double kSlowest = 0.01;  ///< packets a second

Error nothing_seen(const std::string& output) {
    return Error(
        {.code = "E-RPC-014",
         .what = "No packet of this output is at hand",
         .expected =
             "an output that is subscribed to and has given a packet, or an item that a run kept",
         .found = output,
         .mend = "Subscribe to the output and run again, or keep its packets (\"keep\" of "
                 "run/start)."});
}

/// As one that was kept is read back.
Packet without_type(const Packet& packet) {
    if (!packet.type().visual) return packet;
    const std::string text = serialise(packet);
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    return raw_packet(std::vector<std::byte>(bytes, bytes + text.size()), "packet");
}

}  // namespace

Object Session::subscribe(const Params& params) {
    Subscription wanted;
    const std::string name = params.text("output");
    const auto output = endpoint_from(name);
    if (!output) params.wrong("output", "NODE.PORT", name);
    wanted.output = *output;
    wanted.visual = params.flag("visual", true);
    wanted.sketch = params.flag("sketch", false);
    wanted.per_second = std::min(params.number("per_second", kSlowest, 10), 1000.0);
    wanted.bytes = static_cast<std::size_t>(
        params.integer_if("bytes", 1, kMostBytes).value_or(std::int64_t{4} << 20));
    return {{"subscription", observer_->subscribe(std::move(wanted))}};
}

Object Session::unsubscribe(const Params& params) {
    const std::int64_t number = params.integer("subscription", 1, std::numeric_limits<int>::max());
    if (!observer_->unsubscribe(static_cast<int>(number)))
        params.wrong("subscription", "one that is open", std::to_string(number));
    return {};
}

Session::Result Session::fetch(const Params& params) {
    const std::string output = params.text("output");
    const auto item = params.integer_if("item", 0, std::numeric_limits<std::int64_t>::max());
    const auto seen = observer_->newest(output);
    std::uint64_t number = seen ? seen->item : 0;
    Packet packet = seen && (!item || static_cast<std::uint64_t>(*item) == seen->item)
                        ? seen->packet
                        : Packet();
    if (!packet && item) {
        if (const auto run = live()) {
            const auto file =
                packet_file(run->options.out, output, static_cast<std::uint64_t>(*item));
            if (std::error_code ignored; std::filesystem::is_regular_file(file, ignored)) {
                const auto bytes = visual::read_file_bytes(file);
                packet = deserialise({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                     registry_);
                number = static_cast<std::uint64_t>(*item);
            }
        }
    }
    if (!packet) throw nothing_seen(item ? fmt::format("{}, item {}", output, *item) : output);
    const auto bytes = params.integer_if("bytes", 1, kMostBytes).value_or(kMostBytes);
    Result result;
    if (params.flag("serialised")) {
        auto text = std::make_shared<const std::string>(serialise(packet));
        result.attachments.push_back({std::as_bytes(std::span(*text)), text});
        result.object = describe(packet, false, true, {}, result.attachments);
        result.object["serialised"] = Object{{"attachment", 0}};
    } else {
        result.object =
            describe(packet, true, true, {static_cast<std::size_t>(bytes)}, result.attachments);
    }
    result.object["output"] = output;
    result.object["item"] = number;
    return result;
}

Session::Side Session::side(const Params& params, std::string_view name) {
    const Object object = params.object(name);
    const std::string method = "wire/compare";
    const Params inner(method, object);
    const std::string output = inner.text("output");
    const auto item = inner.integer_if("item", 0, std::numeric_limits<std::int64_t>::max());
    Side side;
    if (const auto folder = inner.text_if("run")) {
        const auto& all = recorded(*folder);
        const auto found = all.find(output);
        if (found == all.end() || (found->second.sketches.empty() && found->second.packets.empty()))
            throw nothing_seen(output);
        const Recorded& wire = found->second;
        side.item = item                    ? static_cast<std::uint64_t>(*item)
                    : wire.sketches.empty() ? wire.packets.rbegin()->first
                                            : wire.sketches.rbegin()->first;
        if (const auto file = wire.packets.find(side.item); file != wire.packets.end())
            side.packet = raw_packet(file->second);
        if (const auto sketch = wire.sketches.find(side.item); sketch != wire.sketches.end())
            side.sketch = sketch->second;
        if (!side.packet && !side.sketch)
            throw nothing_seen(fmt::format("{}, item {}", output, side.item));
        return side;
    }
    const auto seen = observer_->newest(output);
    if (!seen || (item && static_cast<std::uint64_t>(*item) != seen->item))
        throw nothing_seen(output);
    side.item = seen->item;
    side.packet = seen->packet;
    return side;
}

Object Session::compare(const Params& params) {
    const Side a = side(params, "a");
    const Side b = side(params, "b");
    const Tolerance tolerance{.absolute = params.number("atol", 0, 0),
                              .relative = params.number("rtol", 0, 0)};
    Comparison result;
    if (a.packet && b.packet) {
        // A kept packet is known by its arrays alone; the other is then looked at in the same way.
        const bool raw = !a.packet->type().visual || !b.packet->type().visual;
        result = raw ? engine::compare(without_type(*a.packet), without_type(*b.packet), tolerance)
                     : engine::compare(*a.packet, *b.packet, tolerance);
    } else {
        result = engine::compare(a.sketch ? *a.sketch : a.packet->sketch(),
                                 b.sketch ? *b.sketch : b.packet->sketch(), tolerance);
    }
    return {{"a_item", a.item}, {"b_item", b.item}, {"comparison", to_value(result)}};
}

}  // namespace millrace::engine::worker
