// 128-bit content hashes (XXH3) for packets, cache keys and plug-in builds. Not cryptographic.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace millrace::engine {

struct Hash128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    friend auto operator<=>(const Hash128&, const Hash128&) = default;
    explicit operator bool() const { return (low | high) != 0; }
};

/// 32 lower-case hexadecimal digits, high half first.
std::string to_hex(const Hash128& hash);

Hash128 hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed = 0);
Hash128 hash_text(std::string_view text);

/// Incremental hash; each text and span is length-prefixed, so that parts can't run into one another.
class Hasher {
public:
    Hasher();
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;

    Hasher& add(std::span<const std::byte> bytes);
    Hasher& add(std::string_view text);
    Hasher& add(const Hash128& hash);
    template <class T>
        requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    Hasher& add(T value) {
        return add(std::as_bytes(std::span<const T, 1>(&value, 1)));
    }
    Hash128 digest() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace millrace::engine
