#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <set>
#include <type_traits>

#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/errors.hpp"
#include "nodes/ops/checkpoints/gguf.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kTypes = std::variant_size_v<GgufValue>;
constexpr std::size_t kLeastText = 8, kLeastList = 12;

/// Types of tensors that others write, for the message.
std::string name_of_type(std::uint32_t code) {
    constexpr std::array<std::string_view, 40> kNames = {
        "",        "",       "",        "Q4_1",  "",       "",      "Q5_0",  "Q5_1",
        "",        "Q8_1",   "Q2_K",    "Q3_K",  "Q4_K",   "Q5_K",  "Q6_K",  "Q8_K",
        "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS",
        "I8",      "I16",    "I32",     "I64",   "F64",    "IQ1_M", "",      "",
        "",        "",       "",        "",      "",       "",      "",      "MXFP4"};
    const std::string_view known = code < kNames.size() ? kNames[code] : "";
    return known.empty() ? fmt::format("type {}", code) : fmt::format("{} ({})", known, code);
}

class Parser {
public:
    Parser(std::span<const std::byte> bytes, std::string_view name) : bytes_(bytes), name_(name) {}

    Gguf parse() {
        read_magic();
        const auto tensors = take<std::uint64_t>(), values = take<std::uint64_t>();
        // Checked before anything is read, so that a large count costs nothing.
        constexpr std::size_t kLeastValue = 8 + 1 + 4 + 1, kLeastTensor = 8 + 1 + 4 + 4 + 8;
        check_count(values, kLeastValue, "metadata");
        check_count(tensors, kLeastTensor, "tensors");
        for (std::uint64_t i = 0; i < values; ++i) read_metadata();
        read_alignment();
        for (std::uint64_t i = 0; i < tensors; ++i) read_tensor();
        place_data();
        return std::move(file_);
    }

private:
    [[noreturn]] void fail(const char* code, std::string what, std::string expected,
                           std::string found, std::string mend = kGetCheckpointAgain) const {
        fail_checkpoint(code, std::move(what), std::move(expected), std::move(found),
                        fmt::format("{}, byte {}", name_, at_), std::move(mend));
    }

    std::size_t left() const { return bytes_.size() - at_; }

    void check_count(std::uint64_t count, std::size_t least, std::string_view what) const {
        if (count <= left() / least) return;
        fail("E-CKPT-041", fmt::format("The file counts more {} than it has room for", what),
             fmt::format("at most {} in {} bytes", left() / least, left()),
             fmt::format("{}", count));
    }

    const std::byte* take_bytes(std::uint64_t count) {
        check_count(count, 1, "bytes");
        const std::byte* start = bytes_.data() + at_;
        at_ += count;
        return start;
    }

    template <class T>
    T take() {
        T value;
        std::memcpy(&value, take_bytes(sizeof(T)), sizeof(T));
        return value;
    }

    bool take_bool() {
        const auto byte = take<std::uint8_t>();
        if (byte > 1)
            fail("E-CKPT-042", "A truth value of the metadata is malformed", "0 or 1",
                 fmt::format("{}", byte));
        return byte == 1;
    }

    std::string take_text() {
        const auto length = take<std::uint64_t>();
        const std::byte* start = take_bytes(length);
        return {reinterpret_cast<const char*>(start), static_cast<std::size_t>(length)};
    }

    void read_magic() {
        std::array<char, 4> magic{};
        std::memcpy(magic.data(), take_bytes(magic.size()), magic.size());
        const std::string_view word(magic.data(), magic.size());
        if (word != "GGUF")
            fail("E-CKPT-040", "The file is no GGUF file", "\"GGUF\" at its beginning",
                 engine::shortened(engine::as_utf8(word)), "Give a .gguf file.");
        file_.version = take<std::uint32_t>();
        if (file_.version == 2 || file_.version == 3) return;
        const bool swapped = file_.version != 0 && (file_.version & 0xffffU) == 0;
        fail("E-CKPT-040", "This kind of GGUF is not read", "version 2 or 3, little endian",
             swapped ? "a big-endian file" : fmt::format("version {}", file_.version),
             "Convert the model again with today's llama.cpp.");
    }

    std::uint32_t take_type() {
        const auto type = take<std::uint32_t>();
        if (type >= kTypes)
            fail("E-CKPT-042", "A type in the metadata is unknown",
                 fmt::format("0 to {}", kTypes - 1), fmt::format("{}", type));
        return type;
    }

    /// Calls `read` with an element of the variant's type number `type`.
    template <class Variant, std::size_t I = 0, class Read>
    void dispatch(std::uint32_t type, const Read& read) {
        if constexpr (I < std::variant_size_v<Variant>) {
            if (type == I) return read(std::variant_alternative_t<I, Variant>{});
            dispatch<Variant, I + 1>(type, read);
        }
    }

    template <class T>
    T take_value(int depth) {
        if constexpr (std::is_same_v<T, bool>)
            return take_bool();
        else if constexpr (std::is_same_v<T, std::string>)
            return take_text();
        else if constexpr (std::is_same_v<T, GgufArray>)
            return take_list(depth + 1);
        else
            return take<T>();
    }

    template <class T>
    static constexpr std::size_t least_bytes() {
        if (std::is_same_v<T, std::string>) return kLeastText;
        if (std::is_same_v<T, GgufArray>) return kLeastList;
        return sizeof(T);
    }

    GgufArray take_list(int depth) {
        if (depth > gguf::kMostDepth)
            fail("E-CKPT-042", "Lists of the metadata are nested too deeply",
                 fmt::format("at most {} levels", gguf::kMostDepth), "more");
        const std::uint32_t type = take_type();
        const auto count = take<std::uint64_t>();
        GgufArray list;
        dispatch<GgufValue>(type, [&]<class T>(const T&) {
            check_count(count, least_bytes<T>(), "elements of a list");
            std::vector<T> items;
            if constexpr (std::is_arithmetic_v<T>) items.reserve(count);
            for (std::uint64_t i = 0; i < count; ++i) items.push_back(take_value<T>(depth));
            list.items = std::move(items);
        });
        return list;
    }

    void read_metadata() {
        std::string key = take_text();
        if (!gguf::is_key(key))
            fail("E-CKPT-042", "A key of the metadata is malformed",
                 fmt::format("1 to {} printable ASCII characters", gguf::kMostKey),
                 fmt::format("\"{}\"", engine::shortened(engine::as_utf8(key.substr(0, 200)))));
        if (!keys_.insert(key).second)
            fail("E-CKPT-042", "A key stands twice in the metadata", "each key once",
                 engine::shortened(key));
        GgufValue value;
        dispatch<GgufValue>(take_type(), [&]<class T>(const T&) { value = take_value<T>(0); });
        file_.metadata.emplace_back(std::move(key), std::move(value));
    }

    void read_alignment() {
        const GgufValue* value = file_.find(gguf::kAlignmentKey);
        if (!value) return;
        const auto* number = std::get_if<std::uint32_t>(value);
        if (!number || *number == 0 || *number % 8 != 0 || *number > gguf::kMostAlignment)
            fail("E-CKPT-042", "\"general.alignment\" is malformed",
                 fmt::format("a u32, a multiple of 8 up to {}", gguf::kMostAlignment),
                 number ? fmt::format("{}", *number) : "another type");
        file_.alignment = *number;
    }

    void read_tensor() {
        GgufTensor tensor;
        tensor.name = take_text();
        const std::string shown = engine::shortened(engine::as_utf8(tensor.name.substr(0, 200)));
        if (tensor.name.empty() || tensor.name.size() > gguf::kMostName)
            fail("E-CKPT-043", "A tensor's name is malformed",
                 fmt::format("1 to {} bytes", gguf::kMostName),
                 fmt::format("{} bytes: \"{}\"", tensor.name.size(), shown));
        if (!names_.insert(tensor.name).second)
            fail("E-CKPT-043", "A tensor's name stands twice", "each name once", shown);
        const auto extents = take<std::uint32_t>();
        if (extents > gguf::kMostExtents)
            fail("E-CKPT-043", fmt::format("The tensor \"{}\" is malformed", shown),
                 fmt::format("at most {} dimensions", gguf::kMostExtents),
                 fmt::format("{}", extents));
        for (std::uint32_t i = 0; i < extents; ++i)
            tensor.shape.push_back(static_cast<std::int64_t>(take<std::uint64_t>()));
        std::ranges::reverse(tensor.shape);
        const auto code = take<std::uint32_t>();
        const std::optional<GgmlType> type = ggml_type(code);
        if (!type)
            fail("E-CKPT-044",
                 fmt::format("The tensor \"{}\" is of a type that is not read", shown),
                 "F32, F16, BF16, Q8_0, Q4_0, TQ1_0 or TQ2_0", name_of_type(code),
                 "Convert the model to one of these types, for example F16.");
        tensor.type = *type;
        const std::optional<std::uint64_t> bytes = gguf::bytes_of(*type, tensor.shape);
        if (!bytes)
            fail("E-CKPT-043", fmt::format("The extents of \"{}\" are malformed", shown),
                 fmt::format("rows of whole blocks of {}, in fewer than 2^63 bytes",
                             block_of(*type).values),
                 fmt::format("{} extents, the innermost {}", extents,
                             tensor.shape.empty() ? 1 : tensor.shape.back()));
        tensor.bytes = *bytes;
        tensor.offset = take<std::uint64_t>();
        file_.tensors.push_back(std::move(tensor));
    }

    [[noreturn]] void misplaced(const GgufTensor& tensor, std::string expected) const {
        fail("E-CKPT-045",
             fmt::format("The data of \"{}\" are not where they can be",
                         engine::shortened(engine::as_utf8(tensor.name))),
             std::move(expected),
             fmt::format("{} bytes at offset {}", tensor.bytes, tensor.offset));
    }

    /// Checks offsets, which count from the data's beginning, and makes them count from the file's.
    void place_data() {
        std::uint64_t start = gguf::padded(at_, file_.alignment);
        const std::uint64_t size = start < bytes_.size() ? bytes_.size() - start : 0;
        std::vector<const GgufTensor*> order;
        for (const GgufTensor& tensor : file_.tensors) {
            if (tensor.offset % file_.alignment != 0)
                misplaced(tensor, fmt::format("a multiple of {}", file_.alignment));
            if (tensor.offset > size || tensor.bytes > size - tensor.offset)
                misplaced(tensor, fmt::format("inside {} bytes of data", size));
            order.push_back(&tensor);
        }
        std::ranges::sort(order, {}, [](const GgufTensor* tensor) {
            return std::pair(tensor->offset, tensor->bytes);
        });
        std::uint64_t end = 0;
        for (const GgufTensor* tensor : order) {
            if (tensor->offset < end || tensor->offset != gguf::padded(end, file_.alignment))
                misplaced(*tensor, fmt::format("no overlap or gap: offset {}",
                                               gguf::padded(end, file_.alignment)));
            end = tensor->offset + tensor->bytes;
        }
        if (order.empty()) start = at_;
        for (GgufTensor& tensor : file_.tensors) tensor.offset += start;
    }

    std::span<const std::byte> bytes_;
    std::string_view name_;
    std::size_t at_ = 0;
    Gguf file_;
    std::set<std::string> keys_, names_;
};

}  // namespace

Gguf read_gguf(std::span<const std::byte> bytes, std::string_view name) {
    return Parser(bytes, name).parse();
}

const GgufValue* Gguf::find(std::string_view key) const {
    const auto place = std::ranges::find(metadata, key, &GgufMetadata::value_type::first);
    return place == metadata.end() ? nullptr : &place->second;
}

const GgufTensor* Gguf::tensor(std::string_view name) const {
    const auto place = std::ranges::find(tensors, name, &GgufTensor::name);
    return place == tensors.end() ? nullptr : &*place;
}

std::optional<std::int64_t> Gguf::integer(std::string_view key) const {
    const GgufValue* value = find(key);
    if (!value) return {};
    return std::visit(
        []<class T>(const T& number) -> std::optional<std::int64_t> {
            if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
                if (std::in_range<std::int64_t>(number)) return static_cast<std::int64_t>(number);
            }
            return {};
        },
        *value);
}

std::optional<double> Gguf::number(std::string_view key) const {
    const GgufValue* value = find(key);
    if (!value) return {};
    if (const auto* single = std::get_if<float>(value)) {
        std::array<char, 32> text{};
        double result = *single;
        const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), *single);
        if (error == std::errc()) std::from_chars(text.data(), end, result);
        return result;
    }
    if (const auto* real = std::get_if<double>(value)) return *real;
    if (const auto whole = integer(key)) return static_cast<double>(*whole);
    return {};
}

std::optional<std::string> Gguf::text(std::string_view key) const {
    const GgufValue* value = find(key);
    const auto* found = value ? std::get_if<std::string>(value) : nullptr;
    return found ? std::optional(*found) : std::nullopt;
}

}  // namespace millrace::ops
