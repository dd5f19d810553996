#include "nodes/ops/text_corpus/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

struct Packing {
    std::string_view begins;
    int (*support)(archive*);
};

using std::string_view_literals::operator""sv;
// None of these calls another program, as libarchive does for rarer ones.
constexpr std::array<Packing, 5> kPackings = {
    {{"\x1F\x8B"sv, archive_read_support_filter_gzip},
     {"\xFD\x37zXZ\0"sv, archive_read_support_filter_xz},
     {"BZh"sv, archive_read_support_filter_bzip2},
     {"\x04\x22\x4D\x18"sv, archive_read_support_filter_lz4},
     {"\x28\xB5\x2F\xFD"sv, archive_read_support_filter_zstd}}};

const Packing* packing_of(std::string_view bytes) {
    const auto found = std::ranges::find_if(
        kPackings, [&](const Packing& packing) { return bytes.starts_with(packing.begins); });
    return found == kPackings.end() ? nullptr : &*found;
}

[[noreturn]] void fail_damaged(std::string found, const std::filesystem::path& file) {
    throw engine::Error({.code = "E-TEXT-021",
                         .what = "The compressed file can't be unpacked",
                         .expected = "a whole file, compressed once",
                         .found = std::move(found),
                         .where = file.string(),
                         .mend = "Fetch or make the file again, or name an unpacked one."});
}

[[noreturn]] void fail_library(archive* reader, const std::filesystem::path& file) {
    const char* text = archive_error_string(reader);
    fail_damaged(text ? text : "an unknown fault", file);
}

}  // namespace

bool is_packed(std::string_view bytes) { return packing_of(bytes) != nullptr; }

std::string unpacked(std::string_view bytes, std::uint64_t most,
                     const std::filesystem::path& file) {
    const Packing* packing = packing_of(bytes);
    if (!packing) fail_damaged("no compressed file", file);
    const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), archive_read_free);
    packing->support(reader.get());
    archive_read_support_format_raw(reader.get());
    archive_read_support_format_empty(reader.get());
    archive_entry* entry = nullptr;
    if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
        fail_library(reader.get(), file);
    const int opened = archive_read_next_header(reader.get(), &entry);
    // The filter and "none". A cut header is none that libarchive knows; of files that are
    // compressed again and again the size says nothing of the time that they take.
    const int filters = archive_filter_count(reader.get());
    if (filters != 2) fail_damaged(filters < 2 ? "a cut header" : "a file compressed twice", file);
    if (opened == ARCHIVE_EOF) return {};
    if (opened != ARCHIVE_OK) fail_library(reader.get(), file);
    std::string text;
    std::array<char, std::size_t{1} << 16> block;
    for (;;) {
        const la_ssize_t size = archive_read_data(reader.get(), block.data(), block.size());
        if (size == 0) return text;
        if (size < 0) fail_library(reader.get(), file);
        if (text.size() + static_cast<std::size_t>(size) > most) {
            throw engine::Error({.code = "E-FILE-005",
                                 .what = "The file is too large once it is unpacked",
                                 .expected = fmt::format("at most {} bytes", most),
                                 .found = fmt::format("more, of {} compressed ones", bytes.size()),
                                 .where = file.string(),
                                 .mend = "Split it, or name another file."});
        }
        text.append(block.data(), static_cast<std::size_t>(size));
    }
}

}  // namespace millrace::ops
