#include "nodes/ops/tokenizers/wire.hpp"

#include <fmt/format.h>

#include <bit>

#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {
namespace {

void check_kind(const WireField& field, WireField::Kind wanted) {
    if (field.kind == wanted) return;
    throw_token_error("E-TOKEN-004", "A field of the model file has another type",
                      "the types of SentencePiece's schema",
                      fmt::format("another type for field {}", field.tag), "",
                      "Check that the file is a SentencePiece model.");
}

}  // namespace

bool WireField::flag() const {
    check_kind(*this, Kind::Varint);
    return number != 0;
}

std::int32_t WireField::integer() const {
    check_kind(*this, Kind::Varint);
    return static_cast<std::int32_t>(number);  // the wire extends negative ones to 64 bits
}

float WireField::real() const {
    check_kind(*this, Kind::Fixed32);
    return std::bit_cast<float>(static_cast<std::uint32_t>(number));
}

std::string_view WireField::text() const {
    check_kind(*this, Kind::Bytes);
    return bytes;
}

std::optional<WireField> WireReader::next() {
    if (rest_.empty()) return {};
    const std::uint64_t key = varint();
    if (key >> 3 == 0 || key >> 3 > 0x1FFFFFFF) refuse("a field number out of range");
    WireField field{.tag = static_cast<std::uint32_t>(key >> 3)};
    switch (key & 7) {
        case 0:
            field.number = varint();
            return field;
        case 1:
            field.kind = WireField::Kind::Fixed64;
            field.number = fixed(8);
            return field;
        case 2:
            field.kind = WireField::Kind::Bytes;
            field.bytes = take(varint());
            return field;
        case 5:
            field.kind = WireField::Kind::Fixed32;
            field.number = fixed(4);
            return field;
        default:
            refuse("a wire type that is none");
    }
}

void WireReader::refuse(const char* found) const {
    throw_token_error("E-TOKEN-004", "A file is no SentencePiece model",
                      "fields of a protocol buffer",
                      fmt::format("{} at byte {} of a message", found, size_ - rest_.size()), "",
                      "Check that the file is a SentencePiece model, and whole.");
}

std::uint64_t WireReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(take(1)[0]);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    refuse("a number of more than ten bytes");
}

std::string_view WireReader::take(std::uint64_t count) {
    if (count > rest_.size()) refuse("a field that goes beyond the end");
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(taken.size());
    return taken;
}

std::uint64_t WireReader::fixed(std::size_t count) {
    const std::string_view bytes = take(count);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return value;
}

}  // namespace millrace::ops
