#include <algorithm>

#include <fmt/format.h>

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/formats.hpp"
#include "engine/visual/io/rows.hpp"
#include "engine/visual/io/text.hpp"

namespace millrace::visual::io {
namespace {

struct Property {
    std::string name;
    Number type = Number::F32;
    std::optional<Number> list_count;  ///< a list: type of its length
};

struct Element {
    std::string name;
    std::uint64_t count = 0;
    std::vector<Property> properties;

    bool has_lists() const {
        return std::ranges::any_of(
            properties, [](const Property& property) { return property.list_count.has_value(); });
    }
};

enum class Encoding { Ascii, Little, Big };

struct Header {
    Encoding encoding = Encoding::Ascii;
    std::vector<Element> elements;
    std::size_t line = 0, body = 0;
};

std::optional<Number> number_of(std::string_view word) {
    constexpr std::pair<std::string_view, Number> kNames[] = {
        {"char", Number::I8},    {"int8", Number::I8},     {"uchar", Number::U8},
        {"uint8", Number::U8},   {"short", Number::I16},   {"int16", Number::I16},
        {"ushort", Number::U16}, {"uint16", Number::U16},  {"int", Number::I32},
        {"int32", Number::I32},  {"uint", Number::U32},    {"uint32", Number::U32},
        {"float", Number::F32},  {"float32", Number::F32}, {"double", Number::F64},
        {"float64", Number::F64}};
    for (const auto& [name, type] : kNames) {
        if (name == word) return type;
    }
    return {};
}

Header read_header(std::string_view text, std::string_view name) {
    Lines lines(text, name);
    const auto bad = [&](std::string_view expected, std::string_view found) {
        fail(kBadHeader, "A line of the header can't be understood", std::string(expected),
             shown(found), lines.where());
    };
    const auto first = lines.next();
    if (!first || words_of(*first) != std::vector<std::string_view>{"ply"})
        bad("ply", first.value_or("nothing"));
    Header header;
    bool format_known = false;
    while (const auto line = lines.next()) {
        const std::vector<std::string_view> words = words_of(*line);
        if (words.empty() || words[0] == "comment" || words[0] == "obj_info") continue;
        if (words[0] == "end_header") {
            if (!format_known) bad("a format line before the header's end", *line);
            header.line = lines.number();
            header.body = lines.offset();
            return header;
        }
        if (words[0] == "format" && words.size() == 3) {
            format_known = true;
            if (words[1] == "ascii")
                header.encoding = Encoding::Ascii;
            else if (words[1] == "binary_little_endian")
                header.encoding = Encoding::Little;
            else if (words[1] == "binary_big_endian")
                header.encoding = Encoding::Big;
            else
                bad("ascii, binary_little_endian or binary_big_endian", words[1]);
        } else if (words[0] == "element" && words.size() == 3) {
            const auto count = number_from<std::uint64_t>(words[2]);
            if (!count || header.elements.size() > 64) bad("element NAME COUNT", *line);
            header.elements.push_back({std::string(words[1]), *count, {}});
        } else if (words[0] == "property" && words.size() == 3 && !header.elements.empty()) {
            const auto type = number_of(words[1]);
            if (!type || header.elements.back().properties.size() >= kMaxColumns)
                bad("property TYPE NAME", *line);
            header.elements.back().properties.push_back({std::string(words[2]), *type, {}});
        } else if (words[0] == "property" && words.size() == 5 && words[1] == "list" &&
                   !header.elements.empty()) {
            const auto length = number_of(words[2]);
            const auto type = number_of(words[3]);
            if (!length || !type || *length == Number::F32 || *length == Number::F64)
                bad("property list TYPE TYPE NAME", *line);
            header.elements.back().properties.push_back({std::string(words[4]), *type, length});
        } else {
            bad("a line of a PLY header", *line);
        }
    }
    fail(kBadHeader, "The header has no end", "end_header", "the end of the file", lines.where());
}

/// Vertices are read as rows, which lists have not.
void check_vertex(const Element& element, std::string where) {
    if (element.name != "vertex" || !element.has_lists()) return;
    fail(kUnsupported, "Vertices with lists are not read", "vertices with plain properties",
         "a list property", std::move(where), "Export the file without lists at its vertices.");
}

[[noreturn]] void too_short(const Element& element, std::string_view name, std::size_t at) {
    fail(kTruncated, "The file ends before its last element " + shown(element.name),
         std::to_string(element.count) + " of them", "fewer", at_byte(name, at));
}

std::vector<Column> columns_of(const Element& element) {
    std::vector<Column> columns;
    for (const Property& property : element.properties)
        columns.push_back({.name = property.name, .type = property.type});
    return columns;
}

/// Bytes of one element with lists, at the front of `rest`.
std::size_t skip_lists(const Element& element, std::span<const std::byte> rest, bool swap,
                       std::string_view name, std::size_t at) {
    std::size_t used = 0;
    for (const Property& property : element.properties) {
        std::uint64_t length = 1;
        if (property.list_count) {
            const std::size_t size = size_of(*property.list_count);
            if (rest.size() - used < size) too_short(element, name, at + used);
            length = with_type(*property.list_count, [&](auto zero) {
                const auto count = load<decltype(zero)>(rest.data() + used, swap);
                if (count < 0) {
                    fail(kBadHeaderValue, "The length of a list is negative", "0 or more",
                         fmt::format("{}", count), at_byte(name, at + used));
                }
                return static_cast<std::uint64_t>(count);
            });
            used += size;
        }
        const std::uint64_t bytes = saturating_product(length, size_of(property.type));
        if (bytes > rest.size() - used) too_short(element, name, at + used);
        used += bytes;
    }
    return used;
}

Cloud read_binary(const Header& header, std::span<const std::byte> bytes, std::string_view name) {
    const bool swap = header.encoding == Encoding::Big;
    std::size_t at = header.body;
    for (const Element& element : header.elements) {
        if (!element.has_lists()) {
            std::vector<Column> columns = columns_of(element);
            const std::size_t row = lay_out_rows(columns);
            const std::uint64_t needed = saturating_product(element.count, row);
            if (needed > bytes.size() - at) too_short(element, name, bytes.size());
            if (element.name == "vertex") {
                return cloud_from_rows({.columns = columns,
                                        .rows = element.count,
                                        .data = bytes.subspan(at, needed),
                                        .big_endian = swap,
                                        .group_numbered = true},
                                       name);
            }
            at += needed;
            continue;
        }
        check_vertex(element, at_byte(name, at));
        for (std::uint64_t i = 0; i < element.count; ++i)
            at += skip_lists(element, bytes.subspan(at), swap, name, at);
    }
    fail(kNoPositions, "The file has no vertices", "an element named vertex", "none",
         std::string(name));
}

Cloud read_ascii(const Header& header, std::string_view text, std::string_view name) {
    Lines lines(text.substr(header.body), name);
    for (const Element& element : header.elements) {
        check_vertex(element, at_line(name, header.line + lines.number() + 1));
        // Each element takes a line, so a huge count is found out before memory is taken.
        if (element.count > lines.remaining() + 1) too_short(element, name, text.size());
        std::vector<Column> columns = columns_of(element);
        const std::size_t row = lay_out_rows(columns);
        const bool vertex = element.name == "vertex";
        if (vertex &&
            saturating_product(element.count, 2 * std::max<std::size_t>(columns.size(), 1)) >
                lines.remaining() + 1) {
            too_short(element, name, text.size());
        }
        std::vector<std::byte> data(vertex ? element.count * row : 0);
        for (std::uint64_t i = 0; i < element.count; ++i) {
            const auto line = lines.next_filled();
            const std::string where = at_line(name, header.line + lines.number());
            if (!line) too_short(element, name, text.size());
            if (vertex) put_row(*line, columns, data.data() + i * row, where);
        }
        if (vertex)
            return cloud_from_rows(
                {.columns = columns, .rows = element.count, .data = data, .group_numbered = true},
                name);
    }
    fail(kNoPositions, "The file has no vertices", "an element named vertex", "none",
         std::string(name));
}

std::string_view ply_name(Number type) {
    constexpr std::string_view kNames[] = {"char", "uchar", "short",  "ushort", "int",
                                           "uint", "int64", "uint64", "float",  "double"};
    return kNames[static_cast<std::size_t>(type)];
}

}  // namespace

Cloud read_ply(std::span<const std::byte> bytes, std::string_view name) {
    const Header header = read_header(text_of(bytes), name);
    return header.encoding == Encoding::Ascii ? read_ascii(header, text_of(bytes), name)
                                              : read_binary(header, bytes, name);
}

std::string write_ply(const Cloud& cloud, CloudEncoding encoding) {
    if (encoding == CloudEncoding::BinaryCompressed) {
        fail(kUnsupported, "PLY has no compressed encoding", "ascii or binary", "compressed", "",
             "Write binary PLY, or compressed PCD.");
    }
    const OwnedRows rows = rows_from_cloud(cloud, Naming::Ply);
    const bool ascii = encoding == CloudEncoding::Ascii;
    std::string text = fmt::format("ply\nformat {} 1.0\nelement vertex {}\n",
                                   ascii ? "ascii" : "binary_little_endian", rows.rows);
    for (const Column& column : rows.columns)
        text += fmt::format("property {} {}\n", ply_name(column.type), column.name);
    text += "end_header\n";
    if (ascii)
        append_rows(text, rows);
    else
        text.append(reinterpret_cast<const char*>(rows.bytes.data()), rows.bytes.size());
    return text;
}

}  // namespace millrace::visual::io
