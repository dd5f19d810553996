#include "viewers/view/csv.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRows = 100'000;
constexpr std::string_view kMetricsHead = "item,node,name,value";

/// Words of the first row that is no comment, in lower case, whatever parts them.
std::vector<std::string> first_words(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty() && words.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.starts_with('#')) continue;
        std::string word;
        for (const char c : line) {
            const bool part = std::string_view(",;\" \t\r").find(c) != std::string_view::npos;
            if (!part) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            if (part && !word.empty()) words.push_back(std::exchange(word, {}));
        }
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

template <class T>
std::optional<T> number_in(std::string_view text) {
    T value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc::result_out_of_range && std::is_floating_point_v<T>) return value;
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
    return value;
}

class MetricSeries {
public:
    void add(std::uint64_t item, const std::string& node, const std::string& name, double value) {
        const auto [at, added] = series_.try_emplace(name, all_.size());
        if (added) {
            all_.push_back({.title = name, .x_label = "item", .y_label = {}, .lines = {}});
        }
        auto& lines = all_[at->second].lines;
        const auto [line, fresh] = lines_.try_emplace({name, node}, lines.size());
        if (fresh) lines.push_back({.name = node, .x = {}, .y = {}});
        lines[line->second].x.push_back(static_cast<double>(item));
        lines[line->second].y.push_back(value);
    }
    std::vector<visual::Series> finished() { return std::move(all_); }

private:
    std::vector<visual::Series> all_;
    std::map<std::string, std::size_t> series_;
    std::map<std::pair<std::string, std::string>, std::size_t> lines_;
};

}  // namespace

void read_csv(std::string_view text, const std::function<bool(std::vector<std::string>&)>& row) {
    std::vector<std::string> cells(1);
    std::size_t used = 1;
    bool quoted = false;
    const auto end_row = [&] {
        cells.resize(used);
        const bool empty = used == 1 && cells[0].empty();
        const bool on = empty || row(cells);
        cells.resize(std::max<std::size_t>(1, cells.size()));
        for (std::string& cell : cells) cell.clear();
        used = 1;
        return on;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        std::string& cell = cells[used - 1];
        if (quoted) {
            if (c != '"') {
                cell += c;
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                cell += c;
                ++i;
            } else {
                quoted = false;
            }
        } else if (c == '"' && cell.empty()) {
            quoted = true;
        } else if (c == ',') {
            if (++used > cells.size()) cells.emplace_back();
        } else if (c == '\n') {
            if (!cell.empty() && cell.back() == '\r') cell.pop_back();
            if (!end_row()) return;
        } else {
            cell += c;
        }
    }
    end_row();
}

bool holds_points(std::string_view text) {
    const std::vector<std::string> words = first_words(text);
    if (words.empty() || words.front().starts_with("//")) return true;  // as clouds always were
    const auto named = [&words](const char* name) {
        return std::ranges::find(words, name) != words.end();
    };
    return number_in<double>(words.front()) || (named("x") && named("y") && named("z"));
}

bool holds_metrics(std::string_view text) {
    return text.starts_with(kMetricsHead) &&
           (text.size() == kMetricsHead.size() || text[kMetricsHead.size()] == '\n' ||
            text[kMetricsHead.size()] == '\r');
}

visual::Table table_from_csv(std::string_view text) {
    visual::Table table;
    std::uint64_t rows = 0;
    bool first = true;
    read_csv(text, [&](std::vector<std::string>& cells) {
        if (first) {
            table.columns = cells;
        } else if (++rows <= kMostRows) {
            // Cells beyond the named columns are kept, under no name.
            if (cells.size() > table.columns.size()) table.columns.resize(cells.size());
            table.rows.push_back(cells);
        }
        first = false;
        return true;
    });
    table.full_rows = rows;
    return table;
}

std::vector<visual::Series> metrics_from_csv(std::string_view text, bool running,
                                             const std::string& file) {
    if (running) text = text.substr(0, text.rfind('\n') + 1);
    MetricSeries series;
    std::uint64_t number = 0;
    const bool headed = holds_metrics(text);
    read_csv(text, [&](std::vector<std::string>& cells) {
        ++number;
        if (number == 1 && headed) return true;
        const auto item =
            cells.size() == 4 ? number_in<std::uint64_t>(cells[0]) : std::optional<std::uint64_t>();
        const auto value = item ? number_in<double>(cells[3]) : std::optional<double>();
        if (!value) {
            throw engine::Error({.code = "E-VIEW-013",
                                 .what = "The row is no metric",
                                 .expected = "item,node,name,value",
                                 .found = fmt::format("{}", fmt::join(cells, ",")).substr(0, 200),
                                 .where = fmt::format("{}, row {}", file, number),
                                 .mend = "Remove the row, or run again."});
        }
        series.add(*item, cells[1], cells[2], *value);
        return true;
    });
    return series.finished();
}

fs::path metrics_file(const fs::path& run) {
    std::error_code ignored;
    for (const fs::path& file : {run / "metrics.csv", run / "checkpoints" / "metrics.rows"}) {
        if (fs::is_regular_file(file, ignored) && fs::file_size(file, ignored) > 0) return file;
    }
    return {};
}

std::vector<Shared> load_metrics(const fs::path& file) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(file);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<Shared> result;
    for (visual::Series& one : metrics_from_csv(text, file.extension() == ".rows", file.string()))
        result.push_back(std::make_shared<const visual::Visual>(std::move(one)));
    return result;
}

}  // namespace millrace::view
