#include "engine/run/metric_log.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWaiting = 1 << 16;

/// Names of metrics come from nodes, so they may hold what CSV gives a meaning (RFC 4180).
std::string field(std::string_view text) {
    if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '\n' || c == '\r') {
            quoted += ' ';  // a row is a line here
            continue;
        }
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

struct Row {
    std::uint64_t item = 0;
    std::string_view line, rest;  ///< the whole, and what follows the number
};

}  // namespace

void MetricLog::open(const fs::path& out, std::uint64_t length) {
    const std::scoped_lock lock(mutex_);
    out_ = out;
    if (out_.empty()) return;
    file_ = out_ / "checkpoints" / "metrics.rows";
    std::error_code error;
    if (length == 0) fs::remove(file_, error);
    else if (fs::file_size(file_, error) >= length && !error) fs::resize_file(file_, length);
}

void MetricLog::add(std::uint64_t item, std::string_view node, std::string_view name, double value) {
    const std::scoped_lock lock(mutex_);
    if (out_.empty()) return;
    waiting_ += fmt::format("{},{},{},{}\n", item, field(node), field(name), value);
    if (waiting_.size() >= kWaiting) flush_locked();
}

std::uint64_t MetricLog::flush() {
    const std::scoped_lock lock(mutex_);
    flush_locked();
    std::error_code error;
    const auto length = file_.empty() ? 0 : fs::file_size(file_, error);
    return error ? 0 : length;
}

void MetricLog::flush_locked() {
    if (waiting_.empty()) return;
    visual::make_folders(file_.parent_path());
    std::ofstream stream(file_, std::ios::binary | std::ios::app);
    stream << waiting_ << std::flush;
    if (!stream) {
        throw Error({.code = "E-FILE-003",
                     .what = "The file can't be written",
                     .expected = fmt::format("room for {} bytes of metrics", waiting_.size()),
                     .found = std::strerror(errno),
                     .where = file_.string(),
                     .mend = "Make room on the disk, or choose another --out."});
    }
    waiting_.clear();
}

void MetricLog::finish() {
    const std::scoped_lock lock(mutex_);
    if (out_.empty()) return;
    flush_locked();
    std::error_code ignored;
    if (!fs::exists(file_, ignored)) return;
    const std::vector<std::byte> bytes = visual::read_file_bytes(file_);
    std::string_view left(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<Row> rows;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find('\n'), left.size() - 1) + 1;
        const std::string_view line = left.substr(0, end);
        Row row{.line = line};
        const auto number = std::from_chars(line.data(), line.data() + line.size(), row.item);
        row.rest = line.substr(static_cast<std::size_t>(number.ptr - line.data()));
        rows.push_back(row);
        left.remove_prefix(end);
    }
    std::ranges::sort(rows, {}, [](const Row& row) { return std::tuple(row.item, row.rest); });
    std::string csv = "item,node,name,value\n";
    csv.reserve(csv.size() + bytes.size());
    for (const Row& row : rows) csv += row.line;
    visual::write_file_atomically(out_ / "metrics.csv", csv);
    const fs::directory_iterator entries(file_.parent_path(), ignored);
    const bool resumable = std::ranges::any_of(
        entries, [](const fs::directory_entry& entry) { return entry.path().extension() == ".ckpt"; });
    if (resumable) return;
    fs::remove(file_, ignored);
    fs::remove(file_.parent_path(), ignored);  // only when it is empty
}

}  // namespace millrace::engine
