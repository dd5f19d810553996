#include "nodes/sinks/csv_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "engine/problem.hpp"

namespace millrace::nodes {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

std::string csv_number(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

void CsvFile::failed() const {
    throw engine::Error({.code = "E-FILE-003",
                         .what = "The file can't be written",
                         .expected = "a folder with room that may be written to",
                         .found = std::strerror(errno),
                         .where = path_.string(),
                         .mend = "Free some space, or choose another --out."});
}

void CsvFile::open(const std::filesystem::path& file, bool keep) {
    path_ = file;
    file_.reset(std::fopen(file.c_str(), keep ? "ab" : "wb"));
    if (!file_) failed();
    bytes_ = keep ? static_cast<std::int64_t>(std::filesystem::file_size(file)) : 0;
}

void CsvFile::row(const std::vector<std::string>& fields) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) line += (i ? "," : "") + fields[i];
    line += "\r\n";
    if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0) failed();
    bytes_ += static_cast<std::int64_t>(line.size());
}

void CsvFile::close() {
    if (file_ && std::fflush(file_.get()) != 0) failed();
    file_.reset();
}

std::int64_t CsvFile::save() const {
    if (file_ && (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0)) failed();
    return bytes_;
}

void CsvFile::load(std::int64_t bytes) {
    if (std::fflush(file_.get()) != 0 || ftruncate(fileno(file_.get()), bytes) != 0) failed();
    bytes_ = bytes;
}

}  // namespace millrace::nodes
