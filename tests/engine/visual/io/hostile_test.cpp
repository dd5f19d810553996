// Headers that promise more than there is: refused before memory is taken for it. And files cut at
// every byte.
#include <fmt/format.h>

#include <algorithm>

#include "engine/visual/io/lzf.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "tests/engine/visual/io/memory_probe.hpp"
#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

/// Room for messages and a few lines, far below what any of the headers promises.
constexpr std::size_t kSmall = 1 << 20;

void expect_refused(std::string_view file, CloudFormat format, std::string_view code) {
    SCOPED_TRACE(file.substr(0, 300));
    const MemoryProbe probe;
    const engine::Problem problem = problem_of(file, format);
    EXPECT_LT(probe.peak(), kSmall);
    EXPECT_EQ(problem.code, code);
    expect_helpful(problem);
}

TEST(MemoryProbe, SeesWhatReadersTake) {
    const std::string file = raw<float>({1, 2, 3, 4}) + std::string(1 << 20, '\0');
    const MemoryProbe probe;
    { const Cloud cloud = read(file, CloudFormat::KittiBin); }
    EXPECT_GE(probe.peak(), file.size());
    EXPECT_LT(probe.peak(), 3 * file.size());
    EXPECT_LT(MemoryProbe().peak(), kSmall);
}

TEST(HostilePcd, Counts) {
    for (const char* data : {"ascii", "binary", "binary_compressed"}) {
        for (const char* count :
             {"POINTS 1152921504606846976", "POINTS 18446744073709551615",
              "POINTS 4611686018427387904", "POINTS 6148914691236517206", "POINTS 100000000",
              "WIDTH 4294967296\nHEIGHT 4294967296", "WIDTH 1099511627776\nHEIGHT 1099511627776",
              "WIDTH 3\nHEIGHT 6148914691236517206"}) {
            const std::string file =
                fmt::format("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\n{}\nDATA {}\n", count, data) +
                raw<std::uint32_t>({12, 0xffffffff}) + "1 2 3\n1 2 3\n";
            expect_refused(
                file, CloudFormat::Pcd,
                std::string_view(data) == "binary_compressed" ? "E-FILE-032" : "E-FILE-030");
        }
    }
}

TEST(HostilePcd, ManyValuesAPoint) {
    // 4096 fields of 65536 values each for 100 points, in a text of a few thousand.
    std::string fields = "x y z", sizes = "4 4 4", types = "F F F", counts = "1 1 1", body;
    for (int i = 0; i < 4093; ++i) {
        fields += fmt::format(" f{}", i);
        sizes += " 8";
        types += " F";
        counts += " 65536";
    }
    for (int i = 0; i < 3000; ++i) body += "1 ";
    for (const char* data : {"ascii", "binary"}) {
        const std::string file =
            fmt::format("FIELDS {}\nSIZE {}\nTYPE {}\nCOUNT {}\nPOINTS 100\nDATA {}\n{}", fields,
                        sizes, types, counts, data, body);
        const MemoryProbe probe;
        EXPECT_EQ(problem_of(file, CloudFormat::Pcd).code, "E-FILE-030");
        EXPECT_LT(probe.peak(), 4 * kSmall);
    }
}

TEST(HostilePcd, CompressedDataThatWouldGrowTooMuch) {
    // 1431655765 points of three bytes are the 4 GiB that the length says; 16 packed bytes can't
    // hold them.
    std::string file =
        "FIELDS x y z\nSIZE 1 1 1\nTYPE U U U\nPOINTS 1431655765\nDATA binary_compressed\n";
    file += raw<std::uint32_t>({16, 0xffffffff}) + std::string(16, '\xff');
    expect_refused(file, CloudFormat::Pcd, "E-FILE-032");
}

TEST(HostilePly, Counts) {
    for (const char* format : {"ascii", "binary_little_endian", "binary_big_endian"}) {
        for (const char* count : {"1152921504606846976", "18446744073709551615",
                                  "4611686018427387904", "6148914691236517206", "100000000"}) {
            const std::string head = fmt::format("ply\nformat {} 1.0\n", format);
            const std::string xyz = "property float x\nproperty float y\nproperty float z\n";
            const std::string body = "end_header\n1 2 3\n4 5 6\n1 2 3\n4 5 6\n";
            expect_refused(fmt::format("{}element vertex {}\n{}{}", head, count, xyz, body),
                           CloudFormat::Ply, "E-FILE-030");
            expect_refused(
                fmt::format("{}element face {}\nproperty list uchar int i\nelement vertex 1\n{}{}",
                            head, count, xyz, body),
                CloudFormat::Ply, "E-FILE-030");
            expect_refused(
                fmt::format("{}element camera {}\nproperty float f\nelement vertex 1\n{}{}", head,
                            count, xyz, body),
                CloudFormat::Ply, "E-FILE-030");
            // Vertices without properties take no bytes.
            expect_refused(fmt::format("{}element vertex {}\n{}", head, count, body),
                           CloudFormat::Ply,
                           std::string_view(format) == "ascii" ? "E-FILE-030" : "E-FILE-036");
            expect_refused(
                fmt::format("{}element vertex {}\nproperty float x\n{}", head, count, body),
                CloudFormat::Ply, "E-FILE-030");
        }
    }
}

TEST(HostileLas, Counts) {
    std::string file(375 + 30, '\0');
    file.replace(0, 4, "LASF");
    file[25] = 4;
    const auto put = [&](std::size_t at, auto value) {
        std::memcpy(file.data() + at, &value, sizeof value);
    };
    put(96, std::uint32_t{375});
    put(104, std::uint8_t{6});
    put(105, std::uint16_t{30});
    for (int axis = 0; axis < 3; ++axis) put(131 + axis * 8, 1.0);
    for (const std::uint64_t points : {std::uint64_t{2}, std::uint64_t{1} << 60, ~std::uint64_t{0},
                                       std::uint64_t{614891469123651721}}) {
        put(247, points);
        expect_refused(file, CloudFormat::Las, "E-FILE-030");
    }
    put(247, std::uint64_t{1});
    EXPECT_EQ(read(file, CloudFormat::Las).points.size(), 1U);
}

TEST(HostileSafetensors, LengthsAndShapes) {
    const std::string shapes =
        R"({"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,9223372036854775807]}})";
    for (const std::string& file : {raw<std::uint64_t>({std::uint64_t{1} << 63}) + "{}",
                                    raw<std::uint64_t>({100 << 20}) + "{}",
                                    raw<std::uint64_t>({shapes.size()}) + shapes + "data"}) {
        const MemoryProbe probe;
        EXPECT_NE(problem_of([&] { read_safetensors(bytes_of(file), "file"); }).code, "none");
        EXPECT_LT(probe.peak(), kSmall);
    }
}

struct Sample {
    std::string name;
    CloudFormat format;
    std::string bytes;
    /// From so many bytes on the cut is not noticed: only the last number loses digits, or all
    /// points are there.
    std::size_t enough;
};

std::vector<Sample> samples() {
    Cloud cloud;
    for (int i = 0; i < 5; ++i)
        cloud.points.push_back({1.25F + static_cast<float>(i), -20.5F, 300.75F});
    cloud.fields = {{"intensity", 1, std::vector<float>(5, 0.125F)},
                    {"rgb", 3, std::vector<std::uint8_t>(15, 200)},
                    {"time", 1, std::vector<double>(5, 1234.5)}};
    std::vector<Sample> all;
    const auto add = [&](const char* name, CloudFormat format, CloudEncoding encoding) {
        std::string bytes = write_cloud(cloud, format, encoding);
        const bool text = encoding == CloudEncoding::Ascii;
        const std::size_t enough = text ? bytes.find_last_of(" ") + 2 : bytes.size();
        all.push_back({name, format, std::move(bytes), enough});
    };
    add("PCD ascii", CloudFormat::Pcd, CloudEncoding::Ascii);
    add("PCD binary", CloudFormat::Pcd, CloudEncoding::Binary);
    add("PCD compressed", CloudFormat::Pcd, CloudEncoding::BinaryCompressed);
    add("PLY ascii", CloudFormat::Ply, CloudEncoding::Ascii);
    add("PLY binary", CloudFormat::Ply, CloudEncoding::Binary);
    const std::string faces =
        "ply\nformat binary_big_endian 1.0\nelement face 2\nproperty list uchar int i\nelement "
        "vertex 2\n"
        "property float x\nproperty float y\nproperty float z\nend_header\n" +
        raw<std::uint8_t>({1, 0, 0, 0, 7, 0}) + raw_big<float>({1, 2, 3, 4, 5, 6});
    all.push_back({"PLY with faces", CloudFormat::Ply, faces, faces.size()});
    std::string las(227 + 40, '\0');
    las.replace(0, 4, "LASF");
    las[25] = 2;
    las[96] = '\xe3';
    las[105] = 20;
    las[107] = 2;
    all.push_back({"LAS", CloudFormat::Las, las, las.size()});
    return all;
}

TEST(Truncated, AtEveryByteIsAnErrorThatHelps) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name);
        const Cloud whole = read(sample.bytes, sample.format);
        ASSERT_GE(whole.points.size(), 2U);
        for_each_cut(sample.bytes, [&](std::string_view part, std::size_t size) {
            SCOPED_TRACE(size);
            const engine::Problem problem = problem_of(part, sample.format);
            if (problem.code == "none") {
                EXPECT_GE(size, sample.enough);
                EXPECT_EQ(read(part, sample.format).points.size(), whole.points.size());
            } else {
                EXPECT_TRUE(problem.code >= "E-FILE-030" && problem.code <= "E-FILE-036")
                    << problem.code;
                expect_helpful(problem);
            }
        });
    }
}

TEST(Truncated, TextWithoutACountLosesWholeLinesOnly) {
    const std::string text = "1.25 2.5 3.75\n4.25 5.5 6.75\n7.25 8.5 9.75\n";
    const Cloud whole = read(text, CloudFormat::Xyz);
    for_each_cut(text, [&](std::string_view part, std::size_t size) {
        const std::size_t lines = static_cast<std::size_t>(std::ranges::count(part, '\n'));
        const std::string_view rest = part.substr(part.rfind('\n') + 1);
        const engine::Problem problem = problem_of(part, CloudFormat::Xyz);
        if (problem.code != "none") {
            EXPECT_TRUE(problem.code == "E-FILE-033" || problem.code == "E-FILE-030")
                << problem.code;
            return expect_helpful(problem);
        }
        // Accepted at the end of a line, or within a line's last number.
        EXPECT_TRUE(rest.empty() || std::ranges::count(rest, ' ') == 2) << size;
        const Cloud cloud = read(part, CloudFormat::Xyz);
        ASSERT_EQ(cloud.points.size(), lines + (rest.empty() ? 0 : 1)) << size;
        for (std::size_t i = 0; i < lines; ++i) EXPECT_EQ(cloud.points[i], whole.points[i]);
    });
}

TEST(Truncated, AByteChangedAnywhereNeverCrashes) {
    for (const Sample& sample : samples()) {
        for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
            for (const unsigned char value : {0x00, 0x0a, 0x20, 0x2d, 0x39, 0x7f, 0x80, 0xff}) {
                std::vector<char> bytes(sample.bytes.begin(), sample.bytes.end());
                bytes[at] = static_cast<char>(value);
                const engine::Problem problem =
                    problem_of(std::string_view(bytes.data(), bytes.size()), sample.format);
                if (problem.code == "none") continue;
                EXPECT_EQ(problem.code.substr(0, 8), "E-FILE-0") << sample.name << " " << at;
                EXPECT_FALSE(problem.mend.empty()) << sample.name << " " << at;
            }
        }
    }
}

}  // namespace
}  // namespace millrace::visual::testing
