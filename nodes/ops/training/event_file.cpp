#include "nodes/ops/training/event_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "engine/value_parse.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::ops::training {
namespace {

constexpr std::size_t kHeader = 12, kFooter = 4;  // length and its CRC; CRC of the data

constexpr auto kTable = [] {
    constexpr std::uint32_t kReflected = 0x82f63b78;
    std::array<std::uint32_t, 256> table = {};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ (rest & 1 ? kReflected : 0);
        table[byte] = rest;
    }
    return table;
}();

/// TFRecord turns the CRC and adds a number, since CRCs of data that holds CRCs are weak.
std::uint32_t masked_crc32c(std::string_view bytes) {
    return std::rotr(crc32c(bytes), 15) + 0xa282ead8U;
}

template <class Word>
void put_fixed(std::string& out, Word word) {
    for (std::size_t i = 0; i < sizeof word; ++i) out += static_cast<char>(word >> (8 * i));
}

void put_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

// Keys of fields: number << 3 | wire type.
constexpr char kEventWallTime = 0x09, kEventStep = 0x10, kEventFileVersion = 0x1a,
               kEventSummary = 0x2a, kSummaryValue = 0x0a, kValueTag = 0x0a,
               kValueSimpleValue = 0x15;

void put_bytes(std::string& out, char key, std::string_view bytes) {
    out += key;
    put_varint(out, bytes.size());
    out += bytes;
}

std::string event_at(double wall_time) {
    std::string event(1, kEventWallTime);
    put_fixed(event, std::bit_cast<std::uint64_t>(wall_time));
    return event;
}

std::int64_t size_of(int descriptor, const std::filesystem::path& path) {
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0) visual::fail_writing(path, 0, errno);
    return status.st_size;
}

/// The end of the record that begins at `at`; -1 where none begins or it is cut by `length`.
std::int64_t end_of_record(int descriptor, std::int64_t at, std::int64_t length) {
    std::array<char, kHeader> header = {};
    if (::pread(descriptor, header.data(), kHeader, at) != static_cast<ssize_t>(kHeader)) return -1;
    const auto word = [&header](std::size_t first, std::size_t count) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i)
            value |= std::uint64_t{static_cast<unsigned char>(header[first + i])} << (8 * i);
        return value;
    };
    const std::uint64_t bytes = word(0, 8);
    const std::string_view length_bytes(header.data(), 8);
    const std::int64_t left = length - at - static_cast<std::int64_t>(kHeader + kFooter);
    if (word(8, 4) != masked_crc32c(length_bytes) || left < 0 || std::cmp_greater(bytes, left))
        return -1;
    return at + static_cast<std::int64_t>(kHeader + bytes + kFooter);
}

void check_whole(int descriptor, const std::filesystem::path& path, std::int64_t length) {
    std::int64_t at = 0;
    while (at >= 0 && at < length) at = end_of_record(descriptor, at, length);
    if (at == length && length > 0) return;
    throw engine::Error({.code = "E-METRIC-003",
                         .what = "The event file can't be cut here",
                         .expected = "a length at which a record ends",
                         .found = fmt::format("{} bytes", length),
                         .where = path.string(),
                         .mend = "Put the file of the checkpoint back, or run again without "
                                 "--resume."});
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    std::uint32_t rest = 0xffffffff;
    for (const char byte : bytes)
        rest = (rest >> 8) ^ kTable[(rest ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~rest;
}

EventFile::EventFile(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

EventFile::EventFile(EventFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      length_(std::exchange(other.length_, 0)) {}

EventFile& EventFile::operator=(EventFile&& other) noexcept {
    if (this == &other) return *this;
    close();
    path_ = std::move(other.path_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    length_ = std::exchange(other.length_, 0);
    return *this;
}

EventFile::~EventFile() { close(); }

EventFile EventFile::create(const std::filesystem::path& folder, double wall_time) {
    constexpr double kMostSeconds = 9999999999;  // ten digits, so that names sort by time
    if (!(wall_time >= 0 && wall_time <= kMostSeconds)) {
        throw engine::Error({.code = "E-METRIC-001",
                             .what = "The time of an event file is impossible",
                             .expected = fmt::format("0 to {:.0f} s since 1970", kMostSeconds),
                             .found = fmt::format("{}", wall_time),
                             .mend = "Give the time of the clock, and check the clock."});
    }
    visual::make_folders(folder);
    const std::string name =
        fmt::format("events.out.tfevents.{:010}.millrace", static_cast<std::int64_t>(wall_time));
    std::filesystem::path path = folder / name;
    int descriptor = -1;
    for (int number = 1;; ++number) {
        descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) break;
        path = folder / fmt::format("{}.{}", name, number);
    }
    if (descriptor < 0) visual::fail_writing(path, 0, errno);
    EventFile file(std::move(path), descriptor);
    file.lock();
    std::string event = event_at(wall_time);
    put_bytes(event, kEventFileVersion, "brain.Event:2");
    file.append_record(event);
    return file;
}

EventFile EventFile::reopen(const std::filesystem::path& path, std::int64_t length) {
    // Non-blocking, since opening a pipe would hang; regular files don't mind.
    const int descriptor = ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) visual::fail_writing(path, 0, errno);
    EventFile file(path, descriptor);
    file.lock();
    const std::int64_t size = size_of(descriptor, path);
    if (length > size) {
        throw engine::Error({.code = "E-METRIC-002",
                             .what = "The event file has lost values that were in it",
                             .expected = fmt::format("at least {} bytes", length),
                             .found = fmt::format("{} bytes", size),
                             .where = path.string(),
                             .mend = "Put the file back, or run again without --resume."});
    }
    check_whole(descriptor, path, length);
    file.cut(length);
    return file;
}

void EventFile::lock() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    throw engine::Error({.code = "E-METRIC-004",
                         .what = "Another writer has this event file open",
                         .expected = "a file of its own for each writer",
                         .found = "a file that is open already",
                         .where = path_.string(),
                         .mend = "Wait for the other run to end, or write to another folder."});
}

void EventFile::cut(std::int64_t length) {
    if (::ftruncate(descriptor_, length) != 0) visual::fail_writing(path_, 0, errno);
    length_ = length;
}

void EventFile::add_scalar(std::string_view tag, std::int64_t step, double value,
                           double wall_time) {
    std::string scalar;
    put_bytes(scalar, kValueTag, engine::as_utf8(tag));
    scalar += kValueSimpleValue;
    put_fixed(scalar, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    std::string summary;
    put_bytes(summary, kSummaryValue, scalar);
    std::string event = event_at(wall_time);
    event += kEventStep;
    put_varint(event, static_cast<std::uint64_t>(step));
    put_bytes(event, kEventSummary, summary);
    append_record(event);
}

void EventFile::append_record(std::string_view data) {
    std::string record;
    put_fixed(record, std::uint64_t{data.size()});
    put_fixed(record, masked_crc32c(record));
    record += data;
    put_fixed(record, masked_crc32c(data));
    std::string_view rest = record;
    while (!rest.empty()) {
        const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
        if (count >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno == EINTR) continue;
        const int error = errno;
        // Readers stop at half a record; when cutting fails too, the error says enough.
        if (::ftruncate(descriptor_, length_) != 0) errno = error;
        visual::fail_writing(path_, record.size(), error);
    }
    length_ += static_cast<std::int64_t>(record.size());
}

void EventFile::flush() {
    if (::fsync(descriptor_) != 0) visual::fail_writing(path_, 0, errno);
}

void EventFile::close() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace millrace::ops::training
