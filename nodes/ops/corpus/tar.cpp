#include "nodes/ops/corpus/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string_view>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::uint64_t kBlock = 512;

[[noreturn]] void damaged(const std::filesystem::path& file, std::uint64_t at, std::string found) {
    throw engine::Error({.code = "E-CORPUS-003",
                         .what = "The archive is damaged or no plain tar",
                         .expected = "a plain tar (ustar), neither compressed nor extended",
                         .found = fmt::format("{}, at byte {}", found, at),
                         .where = file.string(),
                         .mend = "Copy it again, or pack it with tar --format=ustar."});
}

/// The text up to the first NUL, or all of the field.
std::string_view text_of(std::string_view field) { return field.substr(0, field.find('\0')); }

/// Octal digits, with blanks before them, and a blank or NUL or nothing after them.
std::optional<std::uint64_t> octal(std::string_view field) {
    const auto first = field.find_first_not_of(' ');
    if (first == std::string_view::npos) return std::nullopt;
    std::uint64_t number = 0;
    std::size_t at = first;
    for (; at < field.size() && field[at] >= '0' && field[at] <= '7'; ++at)
        number = number * 8 + static_cast<std::uint64_t>(field[at] - '0');  // 36 bits at most
    if (at == first || (at < field.size() && field[at] != ' ' && field[at] != '\0'))
        return std::nullopt;
    return number;
}

/// The sum of the header's bytes, those of the sum itself counted as blanks.
std::uint64_t sum_of(std::string_view header) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < header.size(); ++at)
        sum += at >= 148 && at < 156 ? ' ' : static_cast<unsigned char>(header[at]);
    return sum;
}

std::string name_of(std::string_view header) {
    const std::string name(text_of(header.substr(0, 100)));
    // Only POSIX's form has a prefix; GNU's has times there.
    const bool posix = header.substr(257, 6) == std::string_view("ustar\0", 6);
    const std::string_view prefix = posix ? text_of(header.substr(345, 155)) : std::string_view();
    return prefix.empty() ? name : std::string(prefix) + '/' + name;
}

bool is_safe(const std::string& name) {
    const std::filesystem::path path(name);
    return !name.empty() && !path.is_absolute() && std::ranges::find(path, "..") == path.end() &&
           std::ranges::none_of(name, [](unsigned char c) { return c < 32 || c == 127; });
}

}  // namespace

std::vector<TarMember> list_tar(const std::filesystem::path& file, std::uint64_t most) {
    std::error_code failed;
    const bool regular = std::filesystem::is_regular_file(file, failed);
    const std::uint64_t size = regular ? std::filesystem::file_size(file, failed) : 0;
    std::ifstream stream(file, std::ios::binary);
    if (!regular || failed || !stream) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "There is no such file",
                             .expected = "a tar archive",
                             .found = file.string(),
                             .where = file.string(),
                             .mend = "Check the path."});
    }
    std::vector<TarMember> members;
    std::uint64_t headers = 0;
    for (std::uint64_t at = 0;;) {
        std::array<char, kBlock> block;
        if (size - at < kBlock) damaged(file, at, "the archive's end without its end mark");
        stream.seekg(static_cast<std::streamoff>(at));
        if (!stream.read(block.data(), kBlock)) damaged(file, at, "a part that can't be read");
        const std::string_view header(block.data(), block.size());
        if (std::ranges::all_of(header, [](char c) { return c == '\0'; })) break;
        if (octal(header.substr(148, 8)) != sum_of(header))
            damaged(file, at, "a header whose check sum is wrong");
        if (++headers > most) {
            throw engine::Error({.code = "E-CORPUS-002",
                                 .what = "The corpus has too many entries",
                                 .expected = fmt::format("at most {}", most),
                                 .found = "more",
                                 .where = file.string(),
                                 .mend = "Name a part of it."});
        }
        const std::optional<std::uint64_t> bytes = octal(header.substr(124, 12));
        if (!bytes) damaged(file, at, "a header without the size of its file");
        std::string name = name_of(header);
        if (!is_safe(name)) damaged(file, at, "a name that leads out of the archive");
        const char kind = header[156];
        // Long names and extended headers change what follows; a global comment does not.
        if (kind == 'x' || kind == 'L' || kind == 'K' || kind == 'S')
            damaged(file, at, fmt::format("an extended header ({})", kind));
        if (*bytes > size - at - kBlock)
            damaged(file, at, fmt::format("a file of {} bytes, more than are left", *bytes));
        const std::uint64_t padded = (*bytes + kBlock - 1) / kBlock * kBlock;
        if (kind == '0' || kind == '\0') members.push_back({std::move(name), at + kBlock, *bytes});
        if (padded > size - at - kBlock) damaged(file, at, "the archive's end within a file");
        at += kBlock + padded;
    }
    return members;
}

}  // namespace millrace::ops
