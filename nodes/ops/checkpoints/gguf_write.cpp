#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/errors.hpp"
#include "nodes/ops/checkpoints/gguf.hpp"

namespace millrace::ops {
namespace gguf {

bool is_key(std::string_view key) {
    const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
    return !key.empty() && key.size() <= kMostKey && std::ranges::all_of(key, printable);
}

std::optional<std::uint64_t> bytes_of(GgmlType type, const std::vector<std::int64_t>& shape) {
    const GgmlBlock block = block_of(type);
    const std::int64_t row = shape.empty() ? 1 : shape.back();
    if (row % block.values != 0) return {};
    std::int64_t bytes = block.bytes;
    // Empty tensors too must have a product without their 0, so that no order of extents overflows.
    bool empty = false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool last = i + 1 == shape.size();
        const std::int64_t extent = last ? row / block.values : shape[i];
        if (extent < 0) return {};
        empty = empty || extent == 0;
        if (extent > 0 && __builtin_mul_overflow(bytes, extent, &bytes)) return {};
    }
    if (empty) return 0;
    return static_cast<std::uint64_t>(bytes);
}

}  // namespace gguf

namespace {

[[noreturn]] void fail(std::string expected, std::string found) {
    fail_checkpoint("E-CKPT-047", "The model can't be written as GGUF", std::move(expected),
                    std::move(found), {}, "Correct the metadata or tensors that are written.");
}

class Writer {
public:
    template <class T>
    void put(const T& value) {
        static_assert(std::is_arithmetic_v<T>);
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void put(const bool& value) { bytes_ += value ? '\1' : '\0'; }
    void put(const std::string& text) {
        put(std::uint64_t{text.size()});
        bytes_ += text;
    }
    void put(const GgufArray& list) { put_list(list, 1); }

    void put_value(const GgufValue& value) {
        put(static_cast<std::uint32_t>(value.index()));
        std::visit([this](const auto& held) { put(held); }, value);
    }

    void pad(std::uint64_t alignment) { bytes_.resize(gguf::padded(bytes_.size(), alignment)); }

    std::string bytes_;

private:
    void put_list(const GgufArray& list, int depth) {
        if (depth > gguf::kMostDepth)
            fail(fmt::format("lists at most {} deep", gguf::kMostDepth), "more");
        put(static_cast<std::uint32_t>(list.items.index()));
        std::visit(
            [&]<class T>(const std::vector<T>& items) {
                put(std::uint64_t{items.size()});
                for (const auto& item : items) {
                    if constexpr (std::is_same_v<T, GgufArray>)
                        put_list(item, depth + 1);
                    else
                        put(static_cast<const T&>(item));
                }
            },
            list.items);
    }
};

std::uint64_t alignment_of(const GgufMetadata& metadata) {
    const auto place =
        std::ranges::find(metadata, gguf::kAlignmentKey, &GgufMetadata::value_type::first);
    if (place == metadata.end()) return Gguf().alignment;
    const auto* number = std::get_if<std::uint32_t>(&place->second);
    if (!number || *number == 0 || *number % 8 != 0 || *number > gguf::kMostAlignment)
        fail(fmt::format("an alignment that is a u32, a multiple of 8 up to {}",
                         gguf::kMostAlignment),
             number ? fmt::format("{}", *number) : "another type");
    return *number;
}

void check_tensor(const GgufData& tensor, std::set<std::string_view>& names) {
    const std::string shown = engine::shortened(tensor.name);
    if (tensor.name.empty() || tensor.name.size() > gguf::kMostName ||
        !names.insert(tensor.name).second)
        fail(fmt::format("each tensor's name once, of 1 to {} bytes", gguf::kMostName),
             fmt::format("\"{}\"", shown));
    const auto bytes = gguf::bytes_of(tensor.type, tensor.shape);
    if (tensor.shape.size() > gguf::kMostExtents || !bytes || *bytes != tensor.bytes.size())
        fail(fmt::format("at most {} extents, whole blocks in rows and {} bytes for \"{}\"",
                         gguf::kMostExtents, bytes ? std::to_string(*bytes) : "their", shown),
             fmt::format("{} extents, {} bytes", tensor.shape.size(), tensor.bytes.size()));
}

}  // namespace

std::string write_gguf(const GgufMetadata& metadata, const std::vector<GgufData>& tensors) {
    const std::uint64_t alignment = alignment_of(metadata);
    Writer out;
    out.bytes_ = "GGUF";
    out.put(std::uint32_t{3});
    out.put(std::uint64_t{tensors.size()});
    out.put(std::uint64_t{metadata.size()});
    std::set<std::string_view> keys, names;
    for (const auto& [key, value] : metadata) {
        if (!gguf::is_key(key) || !keys.insert(key).second)
            fail("each key once, of printable ASCII", engine::shortened(engine::as_utf8(key)));
        out.put(key);
        out.put_value(value);
    }
    std::uint64_t offset = 0;
    for (const GgufData& tensor : tensors) {
        check_tensor(tensor, names);
        out.put(tensor.name);
        out.put(static_cast<std::uint32_t>(tensor.shape.size()));
        for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
            out.put(static_cast<std::uint64_t>(*extent));
        out.put(static_cast<std::uint32_t>(tensor.type));
        out.put(offset);
        offset = gguf::padded(offset + tensor.bytes.size(), alignment);
    }
    out.pad(alignment);
    out.bytes_.reserve(out.bytes_.size() + offset);
    for (const GgufData& tensor : tensors) {
        out.bytes_ += tensor.bytes;
        out.pad(alignment);
    }
    return std::move(out.bytes_);
}

}  // namespace millrace::ops
