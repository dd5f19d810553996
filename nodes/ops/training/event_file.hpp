// An event file of TensorBoard, for the curves of a run. Owned by one writer, which calls it from
// one thread at a time. Framing as TFRecord, masked CRC-32C (RFC 3720, B.4); messages Event and
// Summary of tensorflow/core/util/event.proto and framework/summary.proto, written by hand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace millrace::ops::training {

/// CRC-32C (Castagnoli) of the bytes.
std::uint32_t crc32c(std::string_view bytes);

class EventFile {
public:
    /// A new file "events.out.tfevents.SECONDS.millrace" in `folder`, which is made when missing;
    /// ".1", ".2" ... follow where that name is taken. `wall_time` is in seconds since 1970. Throws
    /// Error: E-FILE-003 when it can't be written, E-METRIC-001 for an impossible time.
    static EventFile create(const std::filesystem::path& folder, double wall_time);

    /// An old file, cut to its first `length` bytes, to go on behind them. Throws Error: E-FILE-003
    /// when it can't be written, E-METRIC-002 when it is shorter, E-METRIC-003 when these bytes are
    /// no whole records, E-METRIC-004 when another writer has it open.
    static EventFile reopen(const std::filesystem::path& file, std::int64_t length);

    EventFile(EventFile&& other) noexcept;
    EventFile& operator=(EventFile&& other) noexcept;
    ~EventFile();

    /// Appends one value, which is kept as float32; bytes of the tag that are no UTF-8 are
    /// replaced. Throws Error E-FILE-003 when the disk is full; nothing of it is in the file then.
    void add_scalar(std::string_view tag, std::int64_t step, double value, double wall_time);
    /// Brings all to the disk. Throws Error E-FILE-003.
    void flush();
    /// Bytes so far: what reopen() takes.
    std::int64_t length() const { return length_; }
    const std::filesystem::path& path() const { return path_; }

private:
    EventFile(std::filesystem::path path, int descriptor);
    void lock();
    void cut(std::int64_t length);
    void append_record(std::string_view data);
    void close() noexcept;

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::int64_t length_ = 0;
};

}  // namespace millrace::ops::training
