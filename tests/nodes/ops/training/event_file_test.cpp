// Event files, read back by a reader that shares nothing with the writer.
#include "nodes/ops/training/event_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/problem.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops::training {
namespace {

namespace fs = std::filesystem;
using testing::error_code;

constexpr double kTime = 1700000000.25;

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "millrace-events-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        path = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

/// As if the disk were full at files of so many bytes, while it lives.
class SmallDisk {
public:
    explicit SmallDisk(rlim_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &limit_);
        rlimit small = limit_;
        small.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &small);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        setrlimit(RLIMIT_FSIZE, &limit_);
        std::signal(SIGXFSZ, before_);
    }

private:
    void (*before_)(int);
    rlimit limit_{};
};

std::string text_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Bit by bit, from the polynomial x^32 + x^28 + ... of RFC 3720 as it is printed there.
std::uint32_t bitwise_crc32c(const std::string& bytes) {
    std::uint32_t remainder = 0xffffffff;
    for (const char byte : bytes) {
        for (int bit = 0; bit < 8; ++bit) {
            const std::uint32_t in = (static_cast<unsigned char>(byte) >> bit) & 1U;
            const std::uint32_t top = (remainder >> 31) & 1U;
            remainder <<= 1;
            if (in != top) remainder ^= 0x1edc6f41;
        }
    }
    std::uint32_t mirrored = 0;
    for (int bit = 0; bit < 32; ++bit) mirrored |= ((remainder >> bit) & 1U) << (31 - bit);
    return ~mirrored;
}

template <class T>
T number_at(const std::string& bytes, std::size_t at) {
    T value;
    if (at + sizeof value > bytes.size()) throw std::runtime_error("cut");
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::uint32_t unmasked(std::uint32_t masked) {
    const std::uint32_t turned = masked - 0xa282ead8U;
    return (turned >> 17) | (turned << 15);
}

/// One field of a message: a number or the bytes of its value.
struct Field {
    std::uint64_t number = 0, wire_type = 0, varint = 0;
    std::string bytes;
};

std::vector<Field> fields_of(const std::string& message) {
    std::size_t at = 0;
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(message.at(at++));
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if (byte < 0x80) return value;
        }
    };
    std::vector<Field> fields;
    while (at < message.size()) {
        const std::uint64_t key = varint();
        Field field{.number = key >> 3, .wire_type = key & 7, .varint = 0, .bytes = {}};
        std::size_t length = 0;
        if (field.wire_type == 0) field.varint = varint();
        if (field.wire_type == 1) length = 8;
        if (field.wire_type == 2) length = varint();
        if (field.wire_type == 5) length = 4;
        if (length > message.size() - at) throw std::runtime_error("a field beyond its message");
        field.bytes = message.substr(at, length);
        at += length;
        fields.push_back(field);
    }
    return fields;
}

struct Event {
    double wall_time = 0;
    std::int64_t step = 0;
    std::string version, tag;
    std::optional<float> value;
};

Event event_of(const std::string& message) {
    Event event;
    for (const Field& field : fields_of(message)) {
        if (field.number == 1) event.wall_time = number_at<double>(field.bytes, 0);
        if (field.number == 2) event.step = static_cast<std::int64_t>(field.varint);
        if (field.number == 3) event.version = field.bytes;
        if (field.number != 5) continue;
        for (const Field& value : fields_of(field.bytes)) {
            EXPECT_EQ(value.number, 1U);
            for (const Field& part : fields_of(value.bytes)) {
                if (part.number == 1) event.tag = part.bytes;
                if (part.number == 2) event.value = number_at<float>(part.bytes, 0);
            }
        }
    }
    return event;
}

/// Throws at the first byte that is wrong.
std::vector<Event> events_of(const std::string& file) {
    std::vector<Event> events;
    for (std::size_t at = 0; at < file.size();) {
        const auto length = number_at<std::uint64_t>(file, at);
        if (unmasked(number_at<std::uint32_t>(file, at + 8)) != bitwise_crc32c(file.substr(at, 8)))
            throw std::runtime_error("the CRC of a length is wrong");
        const std::string data = file.substr(at + 12, length);
        if (unmasked(number_at<std::uint32_t>(file, at + 12 + length)) != bitwise_crc32c(data))
            throw std::runtime_error("the CRC of data is wrong");
        events.push_back(event_of(data));
        at += 12 + length + 4;
    }
    return events;
}

TEST(EventFile, CrcHasTheVectorsOfRfc3720) {
    std::string rising, falling;
    for (int i = 0; i < 32; ++i) {
        rising += static_cast<char>(i);
        falling += static_cast<char>(31 - i);
    }
    EXPECT_EQ(crc32c(""), 0U);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
    EXPECT_EQ(crc32c(rising), 0x46dd794eU);
    EXPECT_EQ(crc32c(falling), 0x113fdb5cU);
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
    for (const std::string& bytes : {rising, falling, std::string("123456789")})
        EXPECT_EQ(crc32c(bytes), bitwise_crc32c(bytes));
}

TEST(EventFile, BeginsWithItsVersion) {
    const Folder folder;
    const EventFile file = EventFile::create(folder.path / "a" / "b", kTime);
    EXPECT_EQ(file.path(), folder.path / "a/b/events.out.tfevents.1700000000.millrace");
    const std::string text = text_of(file.path());
    // 8 + 4 of framing, 9 of wall time, 2 + 13 of version, 4 of framing.
    EXPECT_EQ(text.size(), 40U);
    EXPECT_EQ(file.length(), 40);
    const std::vector<Event> events = events_of(text);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].version, "brain.Event:2");
    EXPECT_EQ(events[0].wall_time, kTime);
    EXPECT_FALSE(events[0].value);
}

TEST(EventFile, OneScalarByteByByte) {
    const Folder folder;
    EventFile file = EventFile::create(folder.path, 0);
    file.add_scalar("x", 300, 1.5, 2.0);
    EXPECT_EQ(file.path().filename(), "events.out.tfevents.0000000000.millrace");
    const std::string data = text_of(file.path()).substr(40 + 12);
    const std::string expected(
        "\x09\x00\x00\x00\x00\x00\x00\x00\x40"  // wall time 2.0
        "\x10\xac\x02"                          // step 300
        "\x2a\x0a\x0a\x08\x0a\x01x"             // summary, its value, its tag
        "\x15\x00\x00\xc0\x3f",                 // 1.5
        24);
    EXPECT_EQ(data.substr(0, data.size() - 4), expected);
}

TEST(EventFile, ManyScalarsComeBack) {
    const Folder folder;
    EventFile file = EventFile::create(folder.path, kTime);
    constexpr int kCount = 3000;
    for (int i = 0; i < kCount; ++i)
        file.add_scalar("loss/" + std::to_string(i % 7), i * 1000003LL, i / 3.0, kTime + i);
    file.flush();
    EXPECT_EQ(fs::file_size(file.path()), static_cast<std::uintmax_t>(file.length()));
    const std::vector<Event> events = events_of(text_of(file.path()));
    ASSERT_EQ(events.size(), kCount + 1U);
    for (int i = 0; i < kCount; ++i) {
        const Event& event = events[i + 1];
        ASSERT_EQ(event.tag, "loss/" + std::to_string(i % 7));
        ASSERT_EQ(event.step, i * 1000003LL);
        ASSERT_EQ(event.value, static_cast<float>(i / 3.0));
        ASSERT_EQ(event.wall_time, kTime + i);
    }
}

TEST(EventFile, EveryNumberAndTagCanBeWritten) {
    using Limits = std::numeric_limits<std::int64_t>;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const Folder folder;
    EventFile file = EventFile::create(folder.path, kTime);
    file.add_scalar("nan", -1, std::nan(""), kTime);
    file.add_scalar("", Limits::max(), kInfinity, kTime);
    file.add_scalar(std::string(100000, 'x'), Limits::min(), -kInfinity, kTime);
    file.add_scalar("\xc3\xa9", 0, 1e300, kTime);
    file.add_scalar("\xff", 127, -0.0, kTime);
    const std::vector<Event> events = events_of(text_of(file.path()));
    ASSERT_EQ(events.size(), 6U);
    EXPECT_TRUE(std::isnan(events[1].value.value()));
    EXPECT_EQ(events[1].step, -1);
    EXPECT_EQ(events[2].value, std::numeric_limits<float>::infinity());
    EXPECT_EQ(events[2].step, Limits::max());
    EXPECT_EQ(events[2].tag, "");
    EXPECT_EQ(events[3].value, -std::numeric_limits<float>::infinity());
    EXPECT_EQ(events[3].step, Limits::min());
    EXPECT_EQ(events[3].tag.size(), 100000U);
    EXPECT_EQ(events[4].tag, "\xc3\xa9");
    EXPECT_EQ(events[4].value, std::numeric_limits<float>::infinity()) << "more than a float32";
    EXPECT_EQ(events[5].tag, "\xef\xbf\xbd") << "protobuf texts are UTF-8";
    EXPECT_TRUE(std::signbit(events[5].value.value()));
}

TEST(EventFile, GoesOnAtACutWithoutDuplicates) {
    const Folder folder;
    fs::path path;
    std::int64_t saved = 0;
    {
        EventFile file = EventFile::create(folder.path, kTime);
        path = file.path();
        for (int step = 0; step < 5; ++step) file.add_scalar("loss", step, step, kTime);
        saved = file.length();
        for (int step = 5; step < 9; ++step) file.add_scalar("loss", step, -1, kTime);
    }
    EventFile file = EventFile::reopen(path, saved);
    EXPECT_EQ(file.length(), saved);
    for (int step = 5; step < 10; ++step) file.add_scalar("loss", step, step, kTime);
    const std::vector<Event> events = events_of(text_of(path));
    ASSERT_EQ(events.size(), 11U);
    for (int step = 0; step < 10; ++step) {
        EXPECT_EQ(events[step + 1].step, step);
        EXPECT_EQ(events[step + 1].value, static_cast<float>(step));
    }
}

TEST(EventFile, HalfARecordOfAKilledRunIsCutOff) {
    const Folder folder;
    fs::path path;
    std::int64_t saved = 0;
    {
        EventFile file = EventFile::create(folder.path, kTime);
        path = file.path();
        file.add_scalar("a", 1, 1, kTime);
        saved = file.length();
        file.add_scalar("a", 2, 2, kTime);
        fs::resize_file(path, file.length() - 3);
    }
    EXPECT_THROW(events_of(text_of(path)), std::runtime_error);
    EventFile::reopen(path, saved);
    EXPECT_EQ(events_of(text_of(path)).size(), 2U);
}

TEST(EventFile, IsCutOnlyWhereARecordEnds) {
    const Folder folder;
    fs::path path;
    {
        EventFile file = EventFile::create(folder.path, kTime);
        path = file.path();
        file.add_scalar("a", 1, 1, kTime);
    }
    const auto size = static_cast<std::int64_t>(fs::file_size(path));
    const std::string whole = text_of(path);
    for (std::int64_t length = -1; length < size; ++length) {
        if (length == 40) continue;
        ASSERT_EQ(error_code([&] { EventFile::reopen(path, length); }), "E-METRIC-003") << length;
    }
    EXPECT_EQ(error_code([&] { EventFile::reopen(path, size + 1); }), "E-METRIC-002");
    EXPECT_EQ(text_of(path), whole) << "a refused cut changes nothing";
    EXPECT_EQ(EventFile::reopen(path, size).length(), size);

    // A length that would wrap round, its CRC correct.
    std::string hostile(8, '\xff');
    const std::uint32_t crc = bitwise_crc32c(hostile);
    const std::uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
    hostile.append(reinterpret_cast<const char*>(&masked), 4).append(20, 'x');
    std::ofstream(path, std::ios::binary) << hostile;
    EXPECT_EQ(error_code([&] { EventFile::reopen(path, 32); }), "E-METRIC-003");
    std::ofstream(path, std::ios::binary) << std::string(64, 'x');
    EXPECT_EQ(error_code([&] { EventFile::reopen(path, 64); }), "E-METRIC-003");
}

TEST(EventFile, OneWriterForAFile) {
    const Folder folder;
    const EventFile first = EventFile::create(folder.path, kTime);
    const EventFile second = EventFile::create(folder.path, kTime + 0.5);
    EXPECT_EQ(second.path(), folder.path / "events.out.tfevents.1700000000.millrace.1");
    EXPECT_EQ(events_of(text_of(first.path())).size(), 1U);
    EXPECT_EQ(error_code([&] { EventFile::reopen(first.path(), 40); }), "E-METRIC-004");
}

TEST(EventFile, CanBeMoved) {
    const Folder folder;
    std::optional<EventFile> kept;
    {
        EventFile file = EventFile::create(folder.path, kTime);
        kept = std::move(file);
    }
    kept->add_scalar("a", 1, 1, kTime);
    *kept = EventFile::create(folder.path, kTime + 1);
    EXPECT_EQ(events_of(text_of(kept->path())).size(), 1U);
    EXPECT_EQ(events_of(text_of(folder.path / "events.out.tfevents.1700000000.millrace")).size(),
              2U);
}

TEST(EventFile, AFullDiskLeavesWholeRecords) {
    const Folder folder;
    EventFile file = EventFile::create(folder.path, kTime);
    int written = 0;
    engine::Problem problem;
    {
        const SmallDisk disk(200);
        try {
            for (; written < 100; ++written) file.add_scalar("loss", written, 1, kTime);
        } catch (const engine::Error& error) {
            problem = error.problem();
        }
    }
    EXPECT_EQ(problem.code, "E-FILE-003");
    EXPECT_NE(problem.found.find("MB free"), std::string::npos) << problem.found;
    EXPECT_EQ(problem.where, file.path().string());
    // 42 bytes each: wall time 9, step 2, summary 2 + 2 + 6 + 5, framing 16.
    EXPECT_EQ(written, 3);
    EXPECT_EQ(file.length(), 40 + 3 * 42);
    EXPECT_EQ(events_of(text_of(file.path())).size(), 4U);
    file.add_scalar("loss", 3, 1, kTime);
    EXPECT_EQ(events_of(text_of(file.path())).size(), 5U);
}

TEST(EventFile, WhatCannotBeWrittenIsOneClearError) {
    const Folder folder;
    std::ofstream(folder.path / "file") << "x";
    const auto code = [](const fs::path& at, double time) {
        return error_code([&] { EventFile::create(at, time); });
    };
    EXPECT_EQ(code(folder.path / "file", kTime), "E-FILE-003");
    EXPECT_EQ(code("/proc/nowhere", kTime), "E-FILE-003");
    EXPECT_EQ(code("/proc", kTime), "E-FILE-003");
    for (const double time : {-1.0, 1e10, std::nan("")})
        EXPECT_EQ(code(folder.path, time), "E-METRIC-001");
    EXPECT_EQ(error_code([&] { EventFile::reopen(folder.path / "none", 40); }), "E-FILE-003");
    EXPECT_EQ(error_code([&] { EventFile::reopen(folder.path, 40); }), "E-FILE-003");
}

}  // namespace
}  // namespace millrace::ops::training
