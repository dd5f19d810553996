// Text files as the readers of corpora take them: whole, checked for what is no text, in lines.
// Files are untrusted; their size is bounded. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>

namespace millrace::ops {

/// Most bytes of one file, as it is and unpacked.
inline constexpr std::uint64_t kMostFileText = std::uint64_t{1} << 30;
/// Longer lines of records (JSON, package indices) are counted as too long, and not taken apart.
inline constexpr std::size_t kMostLineBytes = std::size_t{1} << 20;

/// The file's bytes. Throws Error E-FILE-001, E-FILE-004, E-FILE-005 as visual::read_file_bytes().
std::string read_bytes(const std::filesystem::path& file, std::uint64_t most = kMostFileText);

/// The file's text, unpacked where the file is compressed (gzip, bzip2, xz, lz4, zstd), without a
/// byte order mark; single lines may still be no UTF-8. Throws also Error E-TEXT-021 (compressed
/// data that are damaged) and E-TEXT-022 (UTF-16, or zero bytes, which no text has).
std::string read_text_file(const std::filesystem::path& file, std::uint64_t most = kMostFileText);

/// Lines without their ends (\n or \r\n), one after the other, so that a file of nothing but line
/// ends takes no memory; the end of the last line begins no other. Borrows the text.
class Lines {
public:
    class Iterator {
    public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(std::string_view rest) : rest_(rest) {}

        std::string_view operator*() const;
        Iterator& operator++();
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const { return rest_.empty(); }

    private:
        std::string_view rest_;
    };

    explicit Lines(std::string_view text) : text_(text) {}
    Iterator begin() const { return Iterator(text_); }
    static std::default_sentinel_t end() { return {}; }

private:
    std::string_view text_;
};

inline Lines lines_of(std::string_view text) { return Lines(text); }

/// Without blanks, tabs and line ends at both ends.
std::string_view trimmed_text(std::string_view text);

}  // namespace millrace::ops
