// Stored packets, as caches, checkpoints and run folders hold them: of the engine's payloads and of
// those of nodes/types that need no library. What is restored can be shown, and stored again with
// the same hash.
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/payloads.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace engine = millrace::engine;
    namespace fuzz = millrace::fuzz;
    using fuzz::require;
    static const fuzz::Payloads payloads;
    engine::Packet packet;
    if (!fuzz::succeeds([&] { packet = engine::deserialise(fuzz::text_of(data, size), payloads); }))
        return 0;
    packet.bytes();
    packet.visual({.bytes = 1 << 16});
    const engine::Sketch sketch = packet.sketch();
    require(sketch.hash == packet.hash(), "a sketch has the packet's hash");
    const engine::Sketch back =
        engine::sketch_from(engine::parse_json(to_json(to_value(sketch)), "sketch"));
    require(back.hash == sketch.hash && back.count == sketch.count, "a sketch is recorded whole");
    std::string stored;
    // Lists may be nested too deeply to be stored.
    if (!fuzz::succeeds([&] { stored = serialise(packet); })) return 0;
    require(engine::deserialise(stored, payloads).hash() == packet.hash(),
            "a stored packet is restored whole");
    return 0;
}
