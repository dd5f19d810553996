#include "engine/visual/io/safetensors.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/value_parse.hpp"

namespace millrace::visual {
namespace {

constexpr const char* kGetAgain = "The file is damaged or no safetensors file; get it again.";
constexpr std::string_view kMetadata = "__metadata__";
constexpr std::uint64_t kMaxHeader = 100u << 20;  // the format's own limit

[[noreturn]] void broken(std::string_view name, std::string code, std::string what,
                         std::string expected, std::string found) {
    throw engine::Error({.code = std::move(code),
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .where = std::string(name),
                         .mend = kGetAgain});
}

/// Elements of a shape, or -1 when the product is not representable.
std::int64_t elements(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (std::int64_t extent : shape) {
        if (extent < 0 || __builtin_mul_overflow(count, extent, &count)) return -1;
    }
    return count;
}

engine::ArrayView read_entry(const std::string& key, const engine::Value& entry,
                             std::span<const std::byte> data, std::string_view name) {
    const engine::Value* dtype = entry.find("dtype");
    const engine::Value* shape = entry.find("shape");
    const engine::Value* offsets = entry.find("data_offsets");
    if (!dtype || !dtype->is_string() || !shape || !shape->is_array() || !offsets ||
        !offsets->is_array() || offsets->as_array().size() != 2 || shape->as_array().size() > 64) {
        broken(name, "E-FILE-022",
               fmt::format("The entry \"{}\" is malformed", engine::shortened(key)),
               "dtype, shape and two data_offsets", engine::shortened(to_json(entry)));
    }
    engine::ArrayView array;
    array.name = key;
    array.type = engine::dtype_from(dtype->as_string());
    for (const engine::Value& extent : shape->as_array()) array.shape.push_back(extent.as_int());
    const std::int64_t begin = offsets->as_array()[0].as_int();
    const std::int64_t end = offsets->as_array()[1].as_int();
    const std::int64_t count = elements(array.shape);
    std::int64_t bytes = 0;
    const bool fits =
        count >= 0 &&
        !__builtin_mul_overflow(count, static_cast<std::int64_t>(size_of(array.type)), &bytes) &&
        begin >= 0 && end >= begin && end <= static_cast<std::int64_t>(data.size()) &&
        end - begin == bytes;
    if (!fits) {
        broken(name, "E-FILE-023",
               fmt::format("The data of \"{}\" do not fit its shape or the file",
                           engine::shortened(key)),
               fmt::format("{} bytes inside {} bytes of data",
                           count < 0 ? "fewer" : std::to_string(bytes), data.size()),
               fmt::format("bytes {} to {}", begin, end));
    }
    array.bytes = data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(bytes));
    return array;
}

}  // namespace

Safetensors read_safetensors(std::span<const std::byte> bytes, std::string_view name) {
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length) {
        broken(name, "E-FILE-020", "The file is too short", "at least 8 bytes",
               fmt::format("{} bytes", bytes.size()));
    }
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > bytes.size() - sizeof length || length > kMaxHeader) {
        broken(name, "E-FILE-021", "The header's length does not fit the file",
               fmt::format("at most {} bytes",
                           std::min<std::uint64_t>(kMaxHeader, bytes.size() - sizeof length)),
               fmt::format("{} bytes", length));
    }
    const std::string_view header(reinterpret_cast<const char*>(bytes.data()) + sizeof length,
                                  length);
    const std::span<const std::byte> data = bytes.subspan(sizeof length + length);
    Safetensors file;
    try {
        const engine::Value top =
            engine::parse_json(header, name, {.max_bytes = kMaxHeader, .max_depth = 8});
        for (const auto& [key, entry] : top.as_object()) {
            if (key != kMetadata) {
                file.arrays.push_back(read_entry(key, entry, data, name));
                continue;
            }
            for (const auto& [text, value] : entry.as_object())
                file.metadata[text] = value.as_string();
        }
    } catch (const engine::Error& error) {
        engine::Problem problem = error.problem();
        if (problem.where.empty()) problem.where = std::string(name);
        if (problem.mend.empty()) problem.mend = kGetAgain;
        if (!problem.code.starts_with("E-FILE")) problem.code = "E-FILE-022";
        throw engine::Error(problem);
    }
    std::ranges::stable_sort(file.arrays, {}, [](const engine::ArrayView& array) {
        return std::pair(array.bytes.data(), array.bytes.size());
    });
    const std::byte* expected = data.data();
    for (const engine::ArrayView& array : file.arrays) {
        if (array.bytes.data() != expected) {
            broken(name, "E-FILE-024",
                   fmt::format("The data of \"{}\" overlap others or leave a gap",
                               engine::shortened(array.name)),
                   fmt::format("offset {}", expected - data.data()),
                   fmt::format("offset {}", array.bytes.data() - data.data()));
        }
        expected += array.bytes.size();
    }
    if (expected != data.data() + data.size()) {
        broken(name, "E-FILE-024", "Data follow that no entry names",
               fmt::format("{} bytes of data", expected - data.data()),
               fmt::format("{} bytes", data.size()));
    }
    return file;
}

std::string write_safetensors(const std::vector<engine::ArrayView>& arrays,
                              const std::map<std::string, std::string>& metadata) {
    engine::Object top;
    std::uint64_t offset = 0;
    for (const engine::ArrayView& array : arrays) {
        const std::uint64_t end = offset + array.bytes.size();
        engine::Object entry{{"dtype", to_text(array.type)},
                             {"shape", engine::Array(array.shape.begin(), array.shape.end())},
                             {"data_offsets", engine::Array{static_cast<std::int64_t>(offset),
                                                            static_cast<std::int64_t>(end)}}};
        if (array.name == kMetadata || !top.emplace(array.name, std::move(entry)).second) {
            throw engine::Error({.code = "E-FILE-025",
                                 .what = "An array can't be stored under its name",
                                 .expected = "each name once, and none of the format's own",
                                 .found = engine::shortened(array.name),
                                 .mend = "Correct the payload's record()."});
        }
        offset = end;
    }
    if (!metadata.empty())
        top[std::string(kMetadata)] = engine::Object(metadata.begin(), metadata.end());
    std::string header = to_json(top);
    header.append((8 - header.size() % 8) % 8, ' ');
    const std::uint64_t length = header.size();
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    bytes.reserve(sizeof length + length + offset);
    bytes += header;
    for (const engine::ArrayView& array : arrays) {
        bytes.append(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    }
    return bytes;
}

}  // namespace millrace::visual
