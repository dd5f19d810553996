// Bounded reading of a flatbuffer, whose tables and lists refer to each other by offsets: each is
// held against the file's end before it is read. Views into bytes that the caller keeps; any
// thread. (Layout: flatbuffers.dev, "FlatBuffer Internals".)
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace millrace::ops {

/// All members throw Error E-TFL-002 for what lies beyond the end.
class FlatBuffer {
public:
    explicit FlatBuffer(std::span<const std::byte> all) : all_(all) {}

    template <class T>
    T at(std::size_t position) const {
        static_assert(std::is_arithmetic_v<T>);
        T value;
        std::memcpy(&value, range(position, sizeof(T)).data(), sizeof(T));
        return value;
    }

    std::span<const std::byte> range(std::size_t position, std::size_t count) const;

    /// Where the offset at `position` leads.
    std::size_t follow(std::size_t position) const {
        return position + at<std::uint32_t>(position);
    }

private:
    std::span<const std::byte> all_;
};

/// `count` elements from `start` on, known to lie within the file.
struct FlatList {
    std::size_t start = 0, count = 0;
};

/// Fields are numbered as the schema declares them; an absent one has its default.
class FlatTable {
public:
    /// Throws Error E-TFL-002, as all members do.
    FlatTable(const FlatBuffer& bytes, std::size_t position);

    template <class T>
    T scalar(std::size_t field, T otherwise) const {
        const std::optional<std::size_t> at = find(field, sizeof(T));
        return at ? bytes_->at<T>(*at) : otherwise;
    }

    /// A list of elements of so many bytes; empty where the field is absent.
    FlatList list(std::size_t field, std::size_t element) const;

    std::optional<FlatTable> table(std::size_t field) const;

    /// The table that element `index` of a list of offsets leads to.
    FlatTable element(const FlatList& list, std::size_t index) const {
        return FlatTable(*bytes_, bytes_->follow(list.start + 4 * index));
    }

    template <class T>
    std::vector<T> values(const FlatList& list) const {
        const auto part = bytes_->range(list.start, list.count * sizeof(T));
        std::vector<T> result(list.count);
        if (!part.empty()) std::memcpy(result.data(), part.data(), part.size());
        return result;
    }

    /// At most the first `most` bytes.
    std::string text(std::size_t field, std::size_t most) const;

private:
    std::optional<std::size_t> find(std::size_t field, std::size_t width) const;

    const FlatBuffer* bytes_;
    std::size_t position_, fields_ = 0, fields_size_ = 0, size_ = 0;
};

}  // namespace millrace::ops
