// What decoding of visuals reads a description with: members by name, arrays by number, each
// checked. Private to it.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/value.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::visual::codec {

using engine::Array;
using engine::Value;

[[noreturn]] inline void malformed(std::string_view member, std::string expected,
                                   std::string found) {
    throw engine::Error({.code = "E-VISUAL-001",
                         .what = fmt::format("The member \"{}\" of a visual is malformed",
                                             engine::shortened(member)),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "It was damaged, or written by another version of Millrace."});
}

class Reader {
public:
    Reader(const Value& value, std::span<const std::span<const std::byte>> arrays)
        : value_(value), arrays_(arrays) {}

    const Value& member(std::string_view name) const {
        const Value* found = value_.find(name);
        if (!found) malformed(name, "a value", "nothing");
        return *found;
    }
    std::string text(std::string_view name) const {
        const Value* found = value_.find(name);
        if (!found) return {};
        if (!found->is_string()) malformed(name, "text", std::string(found->kind()));
        return found->as_string();
    }
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most) const {
        const Value& found = member(name);
        if (!found.is_int()) malformed(name, "an integer", std::string(found.kind()));
        if (found.as_int() < least || found.as_int() > most)
            malformed(name, fmt::format("{} to {}", least, most), std::to_string(found.as_int()));
        return found.as_int();
    }
    std::uint64_t count(std::string_view name) const {
        return static_cast<std::uint64_t>(
            integer(name, 0, std::numeric_limits<std::int64_t>::max()));
    }
    const Array& list(std::string_view name) const {
        const Value& found = member(name);
        if (!found.is_array()) malformed(name, "a list", std::string(found.kind()));
        return found.as_array();
    }
    std::vector<std::string> texts(std::string_view name) const {
        std::vector<std::string> result;
        for (const Value& one : list(name)) {
            if (!one.is_string()) malformed(name, "a list of texts", std::string(one.kind()));
            result.push_back(one.as_string());
        }
        return result;
    }
    std::vector<std::int64_t> integers(std::string_view name) const {
        std::vector<std::int64_t> result;
        for (const Value& one : list(name)) {
            if (!one.is_int()) malformed(name, "a list of integers", std::string(one.kind()));
            result.push_back(one.as_int());
        }
        return result;
    }
    Reader inner(const Value& value) const { return {value, arrays_}; }

    std::span<const std::byte> bytes(std::string_view name) const {
        const Value* number = member(name).find("attachment");
        if (!number || !number->is_int() || number->as_int() < 0 ||
            static_cast<std::uint64_t>(number->as_int()) >= arrays_.size())
            malformed(name, fmt::format("one of {} attachments", arrays_.size()), "none of them");
        return arrays_[static_cast<std::size_t>(number->as_int())];
    }
    /// All numbers of an attachment.
    template <class T>
    std::vector<T> numbers(std::string_view name) const {
        const auto from = bytes(name);
        if (from.size() % sizeof(T) != 0)
            malformed(name, fmt::format("a multiple of {} bytes", sizeof(T)),
                      fmt::format("{}", from.size()));
        std::vector<T> result(from.size() / sizeof(T));
        if (!result.empty()) std::memcpy(result.data(), from.data(), from.size());
        return result;
    }
    /// Exactly so many.
    template <class T>
    std::vector<T> numbers(std::string_view name, std::uint64_t wanted) const {
        const std::size_t found = bytes(name).size();
        if (found % sizeof(T) != 0 || found / sizeof(T) != wanted)
            malformed(name, fmt::format("{} numbers of {} bytes", wanted, sizeof(T)),
                      fmt::format("{} bytes", found));
        return numbers<T>(name);
    }
    template <class T, std::size_t N>
    void fill(std::string_view name, std::array<T, N>& target) const {
        const std::vector<T> values = numbers<T>(name, N);
        std::copy(values.begin(), values.end(), target.begin());
    }

private:
    const Value& value_;
    std::span<const std::span<const std::byte>> arrays_;
};

/// A tensor's block, whose sizes are checked before memory is taken.
TensorBlock tensor_block(const Reader& reader);
/// The same from the slices of two axes that earlier versions recorded.
TensorBlock tensor_slice(const Reader& reader);

}  // namespace millrace::visual::codec
