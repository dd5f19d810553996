#include <algorithm>

#include <fmt/format.h>

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/formats.hpp"
#include "engine/visual/io/lzf.hpp"
#include "engine/visual/io/rows.hpp"
#include "engine/visual/io/text.hpp"

namespace millrace::visual::io {
namespace {

struct Header {
    std::vector<Column> columns;
    std::size_t points = 0;
    std::string data;
    std::size_t line = 0;
    std::size_t body = 0;  ///< first byte behind the header
};

std::optional<Number> number_of(std::string_view kind, std::size_t size) {
    const auto pick = [&](Number one, Number two, Number four,
                          Number eight) -> std::optional<Number> {
        return size == 1   ? one
               : size == 2 ? two
               : size == 4 ? four
               : size == 8 ? std::optional(eight)
                           : std::nullopt;
    };
    if (kind == "F")
        return size == 4   ? std::optional(Number::F32)
               : size == 8 ? std::optional(Number::F64)
                           : std::nullopt;
    if (kind == "I") return pick(Number::I8, Number::I16, Number::I32, Number::I64);
    if (kind == "U") return pick(Number::U8, Number::U16, Number::U32, Number::U64);
    return {};
}

class HeaderReader {
public:
    HeaderReader(std::string_view text, std::string_view name) : lines_(text, name) {}

    Header read() {
        while (header_.data.empty()) {
            const auto line = lines_.next_filled();
            if (!line)
                fail(kBadHeader, "The header has no DATA line",
                     "DATA ascii, binary or binary_compressed", "the end of the file",
                     lines_.where());
            std::string_view rest = *line;
            const std::string key(take_word(rest));
            if (key.starts_with('#')) continue;
            take_entry(key, words_of(rest));
        }
        build_columns();
        header_.line = lines_.number();
        header_.body = lines_.offset();
        return std::move(header_);
    }

private:
    void take_entry(const std::string& key, const std::vector<std::string_view>& words) {
        if (key == "FIELDS" || key == "COLUMNS")
            fields_.assign(words.begin(), words.end());
        else if (key == "SIZE")
            sizes_ = numbers(words);
        else if (key == "TYPE")
            kinds_.assign(words.begin(), words.end());
        else if (key == "COUNT")
            counts_ = numbers(words);
        else if (key == "WIDTH")
            width_ = one_number(words);
        else if (key == "HEIGHT")
            height_ = one_number(words);
        else if (key == "POINTS")
            points_ = one_number(words);
        else if (key == "DATA")
            header_.data = words.empty() ? std::string("?") : lower_case(words[0]);
        else if (key != "VERSION" && key != "VIEWPOINT") {
            fail(kBadHeader, "A line of the header can't be understood", "the header of a PCD file",
                 shown(key), lines_.where());
        }
    }
    std::vector<std::uint64_t> numbers(const std::vector<std::string_view>& words) {
        std::vector<std::uint64_t> list;
        for (std::string_view word : words) {
            const auto number = number_from<std::uint64_t>(word);
            if (!number)
                fail(kBadHeader, "The header holds something that is no number", "whole numbers",
                     shown(word), lines_.where());
            list.push_back(*number);
        }
        return list;
    }
    std::uint64_t one_number(const std::vector<std::string_view>& words) {
        const std::vector<std::uint64_t> list = numbers(words);
        if (list.size() != 1)
            fail(kBadHeader, "The header's line needs one number", "one number",
                 std::to_string(list.size()), lines_.where());
        return list[0];
    }
    void build_columns() {
        if (counts_.empty()) counts_.assign(fields_.size(), 1);
        if (fields_.empty() || fields_.size() > kMaxColumns || sizes_.size() != fields_.size() ||
            kinds_.size() != fields_.size() || counts_.size() != fields_.size()) {
            fail(kBadHeaderValue, "FIELDS, SIZE, TYPE and COUNT disagree",
                 "one entry a field in each",
                 fmt::format("{} fields, {} sizes, {} types, {} counts", fields_.size(),
                             sizes_.size(), kinds_.size(), counts_.size()),
                 lines_.where());
        }
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const auto type = number_of(kinds_[i], sizes_[i]);
            if (!type || counts_[i] == 0 || counts_[i] > 65536) {
                fail(kBadHeaderValue, "A field's type is none of PCD's",
                     "I or U of 1, 2, 4 or 8 bytes, F of 4 or 8, COUNT from 1",
                     fmt::format("{} of {} bytes, COUNT {}", shown(kinds_[i]), sizes_[i],
                                 counts_[i]),
                     lines_.where());
            }
            header_.columns.push_back({.name = fields_[i],
                                       .type = *type,
                                       .count = static_cast<std::uint32_t>(counts_[i])});
        }
        if (!points_ && !width_)
            fail(kBadHeaderValue, "The header does not say how many points there are",
                 "POINTS, or WIDTH and HEIGHT", "neither", lines_.where());
        const std::uint64_t raster = saturating_product(width_.value_or(0), height_.value_or(1));
        header_.points = points_.value_or(raster);
        if (width_ && header_.points != raster) {
            fail(kBadHeaderValue, "POINTS contradicts WIDTH and HEIGHT",
                 fmt::format("{} x {} points", *width_, height_.value_or(1)),
                 std::to_string(header_.points), lines_.where());
        }
    }

    Lines lines_;
    Header header_;
    std::vector<std::string> fields_, kinds_;
    std::vector<std::uint64_t> sizes_, counts_;
    std::optional<std::uint64_t> width_, height_, points_;
};

[[noreturn]] void too_short(const Header& header, std::uint64_t needed, std::size_t there,
                            std::string_view name) {
    fail(kTruncated, fmt::format("The file holds less than its {} points", header.points),
         fmt::format("{} bytes of data", needed), fmt::format("{} bytes", there),
         at_byte(name, header.body + there));
}

Cloud read_ascii(Header& header, std::string_view text, std::string_view name) {
    const std::size_t row = lay_out_rows(header.columns);
    // A value takes at least one character and one separator; the last of all may do without.
    std::uint64_t values = 0;
    for (const Column& column : header.columns) values += column.count;
    const std::uint64_t needed = saturating_product(header.points, 2 * values);
    if (needed > text.size() + 1) too_short(header, needed - 1, text.size(), name);
    std::vector<std::byte> data(header.points * row);
    Lines lines(text, name);
    for (std::size_t point = 0; point < header.points; ++point) {
        const auto line = lines.next_filled();
        const std::string where = at_line(name, header.line + lines.number());
        if (!line)
            fail(kTruncated, "The file ends before its last point",
                 std::to_string(header.points) + " points", std::to_string(point), where);
        put_row(*line, header.columns, data.data() + point * row, where);
    }
    return cloud_from_rows({.columns = header.columns, .rows = header.points, .data = data}, name);
}

Cloud read_compressed(Header& header, std::span<const std::byte> body, std::string_view name) {
    std::size_t row = 0;
    for (Column& column : header.columns) {
        column.stride = column.width();
        row += column.width();
    }
    if (body.size() < 8) too_short(header, 8, body.size(), name);
    const auto packed = load<std::uint32_t>(body.data());
    const auto unpacked = load<std::uint32_t>(body.data() + 4);
    const std::uint64_t wanted = saturating_product(header.points, row);
    if (packed > body.size() - 8) too_short(header, packed + std::uint64_t{8}, body.size(), name);
    if (unpacked != wanted || unpacked > lzf_largest(packed)) {
        fail(kBadHeaderValue, "The compressed size does not fit the points",
             fmt::format("{} bytes", wanted), fmt::format("{} bytes", unpacked),
             at_byte(name, header.body + 4));
    }
    // Columns stand one behind the other in compressed files.
    std::size_t offset = 0;
    for (Column& column : header.columns) {
        column.offset = offset;
        offset += column.width() * header.points;
    }
    const LzfResult result = lzf_decompress(body.subspan(8, packed), unpacked);
    if (!result.valid) {
        fail(kBadCompression, "The compressed data are damaged", fmt::format("{} bytes", unpacked),
             "data that end or break off early", at_byte(name, header.body + 8 + result.stop));
    }
    return cloud_from_rows({.columns = header.columns, .rows = header.points, .data = result.bytes},
                           name);
}

}  // namespace

Cloud read_pcd(std::span<const std::byte> bytes, std::string_view name) {
    Header header = HeaderReader(text_of(bytes), name).read();
    const std::span<const std::byte> body = bytes.subspan(std::min(header.body, bytes.size()));
    if (header.data == "ascii") return read_ascii(header, text_of(body), name);
    if (header.data == "binary_compressed") return read_compressed(header, body, name);
    if (header.data != "binary") {
        fail(kBadHeaderValue, "The encoding is none of PCD's", "ascii, binary or binary_compressed",
             shown(header.data), at_line(name, header.line));
    }
    const std::uint64_t needed = saturating_product(header.points, lay_out_rows(header.columns));
    if (needed > body.size()) too_short(header, needed, body.size(), name);
    return cloud_from_rows({.columns = header.columns, .rows = header.points, .data = body}, name);
}

std::string write_pcd(const Cloud& cloud, CloudEncoding encoding) {
    const OwnedRows rows = rows_from_cloud(cloud, Naming::Pcd);
    std::string names;
    std::string sizes;
    std::string kinds;
    std::string counts;
    for (const Column& column : rows.columns) {
        const bool real = column.type == Number::F32 || column.type == Number::F64;
        const bool is_signed = column.type == Number::I8 || column.type == Number::I16 ||
                               column.type == Number::I32 || column.type == Number::I64;
        names += " " + column.name;
        sizes += fmt::format(" {}", size_of(column.type));
        kinds += real ? " F" : is_signed ? " I" : " U";
        counts += fmt::format(" {}", column.count);
    }
    const char* data = encoding == CloudEncoding::Ascii    ? "ascii"
                       : encoding == CloudEncoding::Binary ? "binary"
                                                           : "binary_compressed";
    std::string text = fmt::format(
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION "
        "0.7\nFIELDS{}\nSIZE{}\nTYPE{}\nCOUNT{}\nWIDTH {}\nHEIGHT 1\n"
        "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS {}\nDATA {}\n",
        names, sizes, kinds, counts, rows.rows, rows.rows, data);
    if (encoding == CloudEncoding::Ascii) {
        append_rows(text, rows);
        return text;
    }
    if (encoding == CloudEncoding::Binary)
        return text.append(reinterpret_cast<const char*>(rows.bytes.data()), rows.bytes.size());
    std::vector<std::byte> columns;
    columns.reserve(rows.bytes.size());
    for (const Column& column : rows.columns) {
        for (std::size_t row = 0; row < rows.rows; ++row) {
            const std::byte* at = rows.bytes.data() + row * rows.stride + column.offset;
            columns.insert(columns.end(), at, at + column.width());
        }
    }
    const std::string packed = lzf_compress(columns);
    for (const std::size_t size : {packed.size(), columns.size()}) {
        if (size > std::numeric_limits<std::uint32_t>::max()) {
            fail(kUnsupported, "The cloud is too large for compressed PCD", "less than 4 GiB",
                 fmt::format("{} bytes", size), "", "Write binary PCD instead.");
        }
        const auto length = static_cast<std::uint32_t>(size);
        text.append(reinterpret_cast<const char*>(&length), sizeof length);
    }
    return text + packed;
}

}  // namespace millrace::visual::io
