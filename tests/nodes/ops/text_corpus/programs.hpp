// Texts as the programs that compress files write them, for tests.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstddef>
#include <string>

namespace millrace::testing {

struct Program {
    const char* name;
    int (*filter)(archive*);
};

inline constexpr std::array<Program, 5> kPrograms = {{{"gzip", archive_write_add_filter_gzip},
                                                      {"bzip2", archive_write_add_filter_bzip2},
                                                      {"xz", archive_write_add_filter_xz},
                                                      {"lz4", archive_write_add_filter_lz4},
                                                      {"zstd", archive_write_add_filter_zstd}}};

inline std::string packed(const std::string& text, const Program& program) {
    std::string bytes(text.size() + (std::size_t{1} << 20), '\0');
    std::size_t used = 0;
    archive* writer = archive_write_new();
    program.filter(writer);
    archive_write_set_format_raw(writer);
    archive_write_set_bytes_per_block(writer, 0);
    archive_write_open_memory(writer, bytes.data(), bytes.size(), &used);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(writer, entry);
    archive_write_data(writer, text.data(), text.size());
    archive_entry_free(entry);
    archive_write_close(writer);
    archive_write_free(writer);
    bytes.resize(used);
    return bytes;
}

}  // namespace millrace::testing
