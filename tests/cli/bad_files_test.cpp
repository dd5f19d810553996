// Damaged, cut, oversized and missing data files, through the real loaders: each gets one clear
// error, nothing crashes, hangs, or takes memory for what a header promises.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <random>

#include "nodes/ops/image/image_codec.hpp"
#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

constexpr std::uint64_t kMega = std::uint64_t{1} << 20, kGiga = std::uint64_t{1} << 30;
/// The libraries take about 200 MB before anything is read.
constexpr std::uint64_t kMostMemory = 600 * kMega;

struct BadFile {
    std::string name;
    std::string content;
    std::string code;        ///< of the error it gets; empty: none
    std::uint64_t size = 0;  ///< made so long by a hole at its end
};

std::string floats(const std::vector<float>& values) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

std::string points(std::size_t count) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i)
        values.insert(values.end(), {static_cast<float>(i) + 5, 1, 0.5f, 0.25f});
    return floats(values);
}

std::string random_bytes(std::size_t count) {
    std::mt19937 random(4);
    std::string bytes(count, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

std::string pcd(const std::string& count, const std::string& encoding, const std::string& data) {
    return "VERSION .7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\nWIDTH " +
           count + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + count + "\nDATA " + encoding +
           "\n" + data;
}

std::string ply(const std::string& format, const std::string& count, const std::string& data) {
    return "ply\nformat " + format + " 1.0\nelement vertex " + count +
           "\nproperty float x\nproperty float y\nproperty float z\nend_header\n" + data;
}

std::string png(int width, int height) { return ops::encode_png(types::Image(width, height, 3)); }

/// The picture with another width and height in its header.
std::string png_claiming(std::string file, std::uint32_t width, std::uint32_t height) {
    for (int byte = 0; byte < 4; ++byte) {
        file[static_cast<std::size_t>(16 + byte)] = static_cast<char>(width >> (24 - 8 * byte));
        file[static_cast<std::size_t>(20 + byte)] = static_cast<char>(height >> (24 - 8 * byte));
    }
    return file;
}

const std::string kCalibration =
    "P0: 700 0 30 0 0 700 18 0 0 0 1 0\nP1: 700 0 30 0 0 700 18 0 0 0 1 0\n"
    "P2: 700 0 30 0 0 700 18 0 0 0 1 0\nP3: 700 0 30 0 0 700 18 0 0 0 1 0\n"
    "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
    "Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n";

std::string replaced(std::string text, const std::string& part, const std::string& by) {
    return text.replace(text.find(part), part.size(), by);
}

const char* const kClouds = R"({"schema": "millrace/1",
"nodes": {"source": {"type": "loaders.cloud_files", "version": 1, "params": {"path": "data"}},
"save": {"type": "sinks.cloud", "version": 1}},
"wires": [{"from": "source.cloud", "to": "save.cloud"}, {"from": "source.name", "to": "save.name"}]})";

const char* const kPictures = R"({"schema": "millrace/1",
"nodes": {"source": {"type": "loaders.image_folder", "version": 1, "params": {"path": "data"}},
"save": {"type": "sinks.image", "version": 1}},
"wires": [{"from": "source.image", "to": "save.image"}, {"from": "source.name", "to": "save.name"}]})";

const std::string kOverlay = MILLRACE_SOURCE_DIR "/graphs/fusion/lidar-camera-overlay.json";

class BadFiles : public ::testing::Test {
protected:
    void put(const std::string& folder, const BadFile& file) const {
        program.write(folder + "/" + file.name, file.content);
        if (file.size > 0)
            std::filesystem::resize_file(program.folder / folder / file.name, file.size);
    }
    /// All of them in one run that keeps going: each has its one problem with all that a reader
    /// needs.
    void expect_each(const std::string& graph, const std::vector<BadFile>& files) const {
        program.write("g.json", graph);
        for (const BadFile& file : files) put("data", file);
        expect_problems(
            program.run({"run", "g.json", "--out", "o", "--keep-going", "--no-cache", "--json"}),
            files);
    }
    static void expect_problems(const Outcome& outcome, const std::vector<BadFile>& files) {
        EXPECT_EQ(outcome.code, 1) << outcome.err;
        EXPECT_LT(outcome.peak_bytes, kMostMemory);
        std::map<std::string, std::vector<std::string>> found;
        const engine::Value report = outcome.json();
        for (const engine::Value& problem : report.find("problems")->as_array()) {
            const std::string& where = problem.find("where")->as_string();
            for (const BadFile& file : files) {
                if (where.find(file.name) == std::string::npos) continue;
                found[file.name].push_back(problem.find("code")->as_string());
                for (const char* part : {"what", "expected", "found", "fix"}) {
                    const engine::Value* text = problem.find(part);
                    EXPECT_TRUE(text && !text->as_string().empty())
                        << file.name << " lacks " << part;
                }
                EXPECT_EQ(where.rfind("source, item ", 0), 0u) << where;
            }
        }
        for (const BadFile& file : files) {
            const auto expected =
                file.code.empty() ? std::vector<std::string>() : std::vector{file.code};
            EXPECT_EQ(found[file.name], expected) << file.name << "\n" << outcome.err;
        }
    }
    Program program;
};

TEST_F(BadFiles, EachCloudHasItsOneError) {
    const std::string four = points(4);
    expect_each(
        kClouds,
        {{"a_good.bin", four, ""},
         {"cut.bin", four.substr(0, 61), "E-FILE-030"},
         {"large.bin", four, "E-FILE-005", 8 * kGiga},
         {"cut.pcd.bin", points(5).substr(0, 79), "E-FILE-030"},
         {"cut_text.pcd", pcd("4", "ascii", "0 0 0 1\n1 1 1 1\n"), "E-FILE-030"},
         {"cut_binary.pcd", pcd("4", "binary", four.substr(0, 40)), "E-FILE-030"},
         {"cut_packed.pcd",
          pcd("4", "binary_compressed", std::string("\x3c\0\0\0\x40\0\0\0abc", 11)), "E-FILE-030"},
         {"huge_count.pcd", pcd("1000000000000000000", "binary", four), "E-FILE-030"},
         {"huge_text.pcd", pcd("4000000000", "ascii", "0 0 0 1\n"), "E-FILE-030"},
         {"huge_packed.pcd",
          pcd("4000000000", "binary_compressed",
              std::string("\x3c\0\0\0\xff\xff\xff\xff", 8) + std::string(60, 'a')),
          "E-FILE-032"},
         {"overflow.pcd", pcd("99999999999999999999999", "binary", four), "E-FILE-031"},
         {"large.pcd", pcd("4", "binary", four), "E-FILE-005", 10 * kGiga},
         {"no_header.pcd", random_bytes(300), "E-FILE-031"},
         {"cut.ply", ply("binary_little_endian", "4", four.substr(0, 40)), "E-FILE-030"},
         {"cut_text.ply", ply("ascii", "4", "0 0 0\n1 1 1\n"), "E-FILE-030"},
         {"cut_header.ply", "ply\nformat ascii 1.0\nelement vertex 3\n", "E-FILE-031"},
         {"huge_count.ply", ply("binary_little_endian", "1000000000000000", four), "E-FILE-030"},
         {"huge_text.ply", ply("ascii", "4000000000", "0 0 0\n"), "E-FILE-030"},
         {"letters.xyz", "1 2 3\n4 five 6\n", "E-FILE-033"},
         {"cut.las", "LASF" + std::string(100, '\0'), "E-FILE-030"},
         {"z_good.ply", ply("ascii", "1", "1 2 3\n"), ""}});
    EXPECT_TRUE(program.exists("o/artifacts/clouds/a_good.ply"));
    EXPECT_TRUE(program.exists("o/artifacts/clouds/z_good.ply"));
}

TEST_F(BadFiles, EachPictureHasItsOneError) {
    const std::string good = png(64, 48);
    std::string bad_content = good;
    for (std::size_t at = 45; at < 60; ++at) bad_content[at] = static_cast<char>(~bad_content[at]);
    expect_each(kPictures,
                {{"a_good.png", good, ""},
                 {"cut_header.png", good.substr(0, 20), "E-FILE-030"},
                 {"cut_late.png", good.substr(0, good.size() - 14), "E-FILE-030"},
                 {"bad_content.png", bad_content, "E-FILE-034"},
                 {"bomb.png", png_claiming(good, 100'000, 100'000), "E-FILE-032"},
                 {"wide.png", png_claiming(good, 0x7fffffff, 1), "E-FILE-032"},
                 {"empty_size.png", png_claiming(good, 0, 0), "E-FILE-032"},
                 {"large.png", good, "E-FILE-005", 6 * kGiga},
                 {"words.png", "no picture at all", "E-FILE-031"},
                 {"nothing.png", "", "E-FILE-031"},
                 {"cut.jpg", std::string("\xff\xd8\xff\xe0\0\x10JFIF", 10), "E-FILE-030"}});
    EXPECT_TRUE(program.exists("o/artifacts/images/a_good.png"));
}

TEST_F(BadFiles, EachFrameOfADataSetHasItsOneError) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    struct Fault {
        std::string file;  ///< folder and ending
        BadFile bad;       ///< an empty name: the file is missing
    };
    const std::vector<Fault> faults = {
        {"calib/.txt", {"x", kCalibration.substr(0, 100), "E-FILE-051"}},
        {"calib/.txt", {"x", "", "E-FILE-050"}},
        {"calib/.txt", {"x", replaced(kCalibration, "P2: 700", "P2: nan"), "E-FILE-051"}},
        {"calib/.txt", {"x", replaced(kCalibration, "P2: 700", "P2: 7oo"), "E-FILE-051"}},
        {"calib/.txt", {"x", replaced(kCalibration, "P2: 700 0", "P2: 700 0 0"), "E-FILE-051"}},
        {"calib/.txt", {"x", random_bytes(1000), "E-FILE-050"}},
        {"calib/.txt", {"x", kCalibration, "E-FILE-005", 5 * kGiga}},
        {"calib/.txt", {"", "", "E-FILE-001"}},
        {"velodyne/.bin", {"x", points(4).substr(1), "E-FILE-030"}},
        {"velodyne/.bin", {"x", points(4), "E-FILE-005", 8 * kGiga}},
        {"velodyne/.bin", {"", "", "E-FILE-001"}},
        {"velodyne/.bin", {"x", floats({nan, nan, nan, nan}) + points(3), ""}},
        {"image_2/.png", {"x", png(64, 48).substr(0, 90), "E-FILE-030"}},
        {"image_2/.png", {"", "", "E-FILE-001"}},
        {"label_2/.txt", {"x", "Car 0 0\n", "E-FILE-052"}},
        {"label_2/.txt", {"x", "Car 0 0 -1.6 1 1 9 9 nan 1.6 3.9 1 1 8 1.6\n", "E-FILE-052"}},
    };
    std::vector<BadFile> expected;
    for (std::size_t frame = 0; frame < faults.size(); ++frame) {
        const std::string number =
            std::string(frame < 10 ? "00000" : "0000") + std::to_string(frame);
        program.write("data/velodyne/" + number + ".bin", points(4));
        program.write("data/image_2/" + number + ".png", png(64, 48));
        program.write("data/calib/" + number + ".txt", kCalibration);
        const Fault& fault = faults[frame];
        const auto dot = fault.file.find('.');
        BadFile file = fault.bad;
        const bool missing = file.name.empty();
        file.name = fault.file.substr(0, dot) + number + fault.file.substr(dot);
        if (missing)
            std::filesystem::remove(program.folder / "data" / file.name);
        else
            put("data", file);
        expected.push_back(file);
    }
    const Outcome outcome =
        program.run({"run", kOverlay, "--out", "o", "--set", "source.kind=kitti", "--set",
                     "source.root=data", "--keep-going", "--no-cache", "--json"});
    expect_problems(outcome, expected);
    // Points without a position are no reason to stop, but are told once.
    EXPECT_NE(outcome.err.find("no finite position"), std::string::npos) << outcome.err;
    EXPECT_TRUE(program.exists("o/artifacts/overlay/000011.png"));
}

/// Each ends the run with its one error and the exit code.
TEST_F(BadFiles, WithoutKeepGoingTheFirstEndsTheRun) {
    const auto code_of = [&](const char* graph, const BadFile& file) {
        std::filesystem::remove_all(program.folder / "data");
        std::filesystem::remove_all(program.folder / "o");
        program.write("g.json", graph);
        put("data", file);
        const Outcome outcome = program.run({"run", "g.json", "--out", "o"});
        EXPECT_EQ(outcome.errors(), std::vector{file.code}) << outcome.err;
        EXPECT_NE(outcome.err.find("\n  fix "), std::string::npos) << outcome.err;
        EXPECT_EQ(program.read_json("o/run.json").find("exit_code")->as_int(), outcome.code);
        return outcome.code;
    };
    EXPECT_EQ(code_of(kClouds, {"cut.bin", points(4).substr(2), "E-FILE-030"}), 1);
    EXPECT_EQ(code_of(kPictures, {"cut.png", png(9, 9).substr(0, 50), "E-FILE-030"}), 1);
    EXPECT_EQ(code_of(kClouds, {"words.doc", "no cloud", "E-FILE-040"}), 4);
}

TEST_F(BadFiles, MissingDataIsExitCodeFour) {
    program.write("g.json", kClouds);
    const Outcome path = program.run({"run", "g.json", "--out", "o"});
    EXPECT_EQ(path.code, 4);
    EXPECT_EQ(path.errors(), std::vector<std::string>{"E-FILE-001"});
    EXPECT_FALSE(program.exists("o"));
    program.write("data/velodyne/000000.bin", points(4));
    program.write("data/image_2/000000.png", png(8, 8));
    const Outcome frame = program.run(
        {"run", kOverlay, "--out", "o", "--set", "source.kind=kitti", "--set", "source.root=data"});
    EXPECT_EQ(frame.code, 4);
    EXPECT_EQ(frame.errors(), std::vector<std::string>{"E-FILE-001"});
    EXPECT_NE(frame.err.find("calib/000000.txt"), std::string::npos) << frame.err;
}

}  // namespace
}  // namespace millrace::tests
