#include "engine/hash.hpp"

#include <fmt/format.h>

#include <new>

// The library's SSE2 code, its default on x86, takes half of what a whole sketch may cost; the
// dispatching entry points choose AVX2 or AVX-512 where the processor has them. They don't exist
// for other processors. The hashes are the same.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

namespace millrace::engine {
namespace {

Hash128 from(const XXH128_hash_t& hash) { return {.low = hash.low64, .high = hash.high64}; }

}  // namespace

std::string to_hex(const Hash128& hash) {
    return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

Hash128 hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
    return from(XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed));
}

Hash128 hash_text(std::string_view text) { return hash_bytes(std::as_bytes(std::span(text))); }

struct Hasher::State {
    State() : stream(XXH3_createState()) {
        if (!stream) throw std::bad_alloc();
        XXH3_128bits_reset(stream);
    }
    ~State() { XXH3_freeState(stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    XXH3_state_t* stream;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Hasher& Hasher::add(std::span<const std::byte> bytes) {
    const std::uint64_t length = bytes.size();
    XXH3_128bits_update(state_->stream, &length, sizeof length);
    if (length > 0) XXH3_128bits_update(state_->stream, bytes.data(), bytes.size());
    return *this;
}

Hasher& Hasher::add(std::string_view text) { return add(std::as_bytes(std::span(text))); }

Hasher& Hasher::add(const Hash128& hash) {
    const std::uint64_t halves[2] = {hash.low, hash.high};
    return add(std::as_bytes(std::span(halves)));
}

Hash128 Hasher::digest() const { return from(XXH3_128bits_digest(state_->stream)); }

}  // namespace millrace::engine
