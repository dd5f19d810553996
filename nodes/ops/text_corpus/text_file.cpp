#include "nodes/ops/text_corpus/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/text_corpus/unpack.hpp"

namespace millrace::ops {
namespace {

void check_text(std::string_view bytes, const std::filesystem::path& file) {
    const bool wide = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
    const std::size_t zero = bytes.find('\0');
    if (!wide && zero == std::string_view::npos) return;
    throw engine::Error({.code = "E-TEXT-022",
                         .what = "The file is no UTF-8 text",
                         .expected = "UTF-8",
                         .found = wide ? "UTF-16" : fmt::format("a zero byte at {}", zero),
                         .where = file.string(),
                         .mend = "Convert it to UTF-8, as by iconv, or name another file."});
}

}  // namespace

std::string read_bytes(const std::filesystem::path& file, std::uint64_t most) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(file, most);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string read_text_file(const std::filesystem::path& file, std::uint64_t most) {
    std::string text = read_bytes(file, most);
    if (is_packed(text)) text = unpacked(text, most, file);
    check_text(text, file);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    return text;
}

std::string_view Lines::Iterator::operator*() const {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Lines::Iterator& Lines::Iterator::operator++() {
    rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size() - 1) + 1);
    return *this;
}

std::string_view trimmed_text(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\r\f\v";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace millrace::ops
