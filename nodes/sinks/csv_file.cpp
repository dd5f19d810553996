#include "nodes/sinks/csv_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"

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

std::string csv_number(double value) {
    return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

std::string csv_row(const std::vector<std::string>& fields) {
    if (fields.size() == 1 && fields.front().empty()) return "\"\"\r\n";
    std::string row;
    for (std::size_t i = 0; i < fields.size(); ++i) row += (i ? "," : "") + fields[i];
    return row + "\r\n";
}

CsvFile::~CsvFile() { close(); }

void CsvFile::open(const std::filesystem::path& file, bool keep) {
    close();
    path_ = file;
    descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor_ < 0) visual::fail_writing(file, 0, errno);
    // Before anything is cut, or the second of two sinks would empty what the first has written.
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close();
        throw engine::Error({.code = "E-SINK-003",
                             .what = "Another sink writes to this file",
                             .expected = "a file of its own for each sink",
                             .found = "a file that is open already",
                             .where = file.string(),
                             .mend = "Set another file in one of them."});
    }
    struct stat status = {};
    if (!keep && ::ftruncate(descriptor_, 0) != 0) visual::fail_writing(file, 0, errno);
    if (::fstat(descriptor_, &status) != 0) visual::fail_writing(file, 0, errno);
    bytes_ = status.st_size;
}

void CsvFile::append(std::string_view rows) {
    std::string_view rest = rows;
    while (!rest.empty()) {
        const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
        if (count >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno == EINTR) continue;
        const int error = errno;
        // Half a row would be joined to the next; when cutting fails too, the error says enough.
        if (::ftruncate(descriptor_, bytes_) != 0) errno = error;
        visual::fail_writing(path_, rows.size(), error);
    }
    bytes_ += static_cast<std::int64_t>(rows.size());
}

void CsvFile::close() {
    if (descriptor_ < 0) return;
    const int descriptor = descriptor_;
    descriptor_ = -1;
    ::close(descriptor);
}

std::int64_t CsvFile::save() const {
    if (descriptor_ >= 0 && ::fsync(descriptor_) != 0) visual::fail_writing(path_, 0, errno);
    return bytes_;
}

void CsvFile::load(std::int64_t bytes) {
    if (bytes < 0 || bytes > bytes_) {
        throw engine::Error({.code = "E-SINK-004",
                             .what = "The file has lost rows that were in it at the checkpoint",
                             .expected = fmt::format("at least {} bytes", bytes),
                             .found = fmt::format("{} bytes", bytes_),
                             .where = path_.string(),
                             .mend = "Put the file back, or run again without --resume."});
    }
    if (::ftruncate(descriptor_, bytes) != 0) visual::fail_writing(path_, 0, errno);
    bytes_ = bytes;
}

}  // namespace millrace::nodes
