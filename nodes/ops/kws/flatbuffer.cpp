#include "nodes/ops/kws/flatbuffer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

[[noreturn]] void throw_damaged(const std::string& found) {
    throw engine::Error({.code = "E-TFL-002",
                         .what = "A .tflite file is damaged or cut off",
                         .expected = "offsets and lists within the file",
                         .found = found,
                         .mend = "Copy or export the model again."});
}

}  // namespace

std::span<const std::byte> FlatBuffer::range(std::size_t position, std::size_t count) const {
    if (position > all_.size() || all_.size() - position < count)
        throw_damaged(fmt::format("{} bytes at {} in a file of {}", count, position, all_.size()));
    return all_.subspan(position, count);
}

FlatTable::FlatTable(const FlatBuffer& bytes, std::size_t position)
    : bytes_(&bytes), position_(position) {
    const std::int64_t fields = std::int64_t(position) - bytes.at<std::int32_t>(position);
    if (fields < 0) throw_damaged(fmt::format("a table at {} with fields before 0", position));
    fields_ = static_cast<std::size_t>(fields);
    fields_size_ = bytes.at<std::uint16_t>(fields_);
    size_ = bytes.at<std::uint16_t>(fields_ + 2);
    if (fields_size_ < 4 || size_ < 4)
        throw_damaged(fmt::format("a table at {} of {} bytes", position, size_));
    bytes.range(fields_, fields_size_);
    bytes.range(position, size_);
}

FlatList FlatTable::list(std::size_t field, std::size_t element) const {
    const std::optional<std::size_t> at = find(field, 4);
    if (!at) return {};
    const std::size_t start = bytes_->follow(*at);
    const std::size_t count = bytes_->at<std::uint32_t>(start);
    // At most 2^32 elements of 8 bytes: no overflow.
    bytes_->range(start + 4, count * element);
    return {start + 4, count};
}

std::optional<FlatTable> FlatTable::table(std::size_t field) const {
    const std::optional<std::size_t> at = find(field, 4);
    if (!at) return std::nullopt;
    return FlatTable(*bytes_, bytes_->follow(*at));
}

std::string FlatTable::text(std::size_t field, std::size_t most) const {
    const FlatList list = this->list(field, 1);
    const auto part = bytes_->range(list.start, std::min(list.count, most));
    return {reinterpret_cast<const char*>(part.data()), part.size()};
}

std::optional<std::size_t> FlatTable::find(std::size_t field, std::size_t width) const {
    const std::size_t slot = 4 + 2 * field;
    if (slot + 2 > fields_size_) return std::nullopt;
    const std::size_t offset = bytes_->at<std::uint16_t>(fields_ + slot);
    if (offset == 0) return std::nullopt;
    if (offset < 4 || offset + width > size_)
        throw_damaged(fmt::format("a field at {} of a table of {} bytes", offset, size_));
    return position_ + offset;
}

}  // namespace millrace::ops
