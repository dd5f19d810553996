// The ready-made graphs run small on the synthetic street and on a real frame, and give what they
// promise.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kFrames = 3;
constexpr int kWidth = 414, kHeight = 125, kRings = 32, kSteps = 900;

/// Runs a graph of graphs/ on a few small synthetic frames into the folder "out".
Outcome run_small(const Program& program, const std::string& graph,
                  const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"run", MILLRACE_SOURCE_DIR "/graphs/" + graph, "--out",
                                      "out"};
    for (const auto& [name, value] : std::map<std::string, int>{{"frames", kFrames},
                                                                {"width", kWidth},
                                                                {"height", kHeight},
                                                                {"rings", kRings},
                                                                {"steps", kSteps}}) {
        words.insert(words.end(), {"--set", "source." + name + "=" + std::to_string(value)});
    }
    words.insert(words.end(), more.begin(), more.end());
    return program.run(words);
}

struct Csv {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    std::vector<double> numbers(const std::string& column) const {
        const auto found = std::ranges::find(columns, column);
        EXPECT_TRUE(found != columns.end()) << "no column " << column;
        if (found == columns.end()) return std::vector<double>(rows.size(), std::nan(""));
        std::vector<double> numbers;
        const auto index = static_cast<std::size_t>(found - columns.begin());
        for (const auto& row : rows) numbers.push_back(std::strtod(row.at(index).c_str(), nullptr));
        return numbers;
    }
};

Csv read_csv(const Program& program, const std::string& name) {
    const auto cells = [](std::string line) {
        if (line.ends_with('\r')) line.pop_back();  // RFC 4180
        std::vector<std::string> list;
        std::istringstream stream(line);
        for (std::string cell; std::getline(stream, cell, ',');) list.push_back(cell);
        return list;
    };
    Csv csv;
    std::istringstream stream(program.read(name));
    std::string line;
    if (std::getline(stream, line)) csv.columns = cells(line);
    while (std::getline(stream, line)) csv.rows.push_back(cells(line));
    for (const auto& row : csv.rows) EXPECT_EQ(row.size(), csv.columns.size()) << name;
    return csv;
}

struct Size {
    unsigned width = 0, height = 0;
    friend bool operator==(const Size&, const Size&) = default;
};

/// From the header of a PNG file; nothing of a file that is none.
Size png_size(const Program& program, const std::string& name) {
    const std::string bytes = program.read(name);
    if (bytes.size() < 24 || !bytes.starts_with("\x89PNG\r\n\x1a\n") ||
        !bytes.ends_with("IEND\xae\x42\x60\x82"))
        return {};
    const auto number = [&](std::size_t at) {
        unsigned value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
        return value;
    };
    return {number(16), number(20)};
}

/// "000000.png" and on; exactly `count` of them in the folder, all of one size.
void expect_pictures(const Program& program, const std::string& folder, int count, Size size) {
    const fs::path path = program.folder / folder;
    ASSERT_TRUE(fs::is_directory(path)) << folder;
    EXPECT_EQ(std::distance(fs::directory_iterator(path), {}), count) << folder;
    for (int frame = 0; frame < count; ++frame) {
        const std::string file = folder + "/00000" + std::to_string(frame) + ".png";
        EXPECT_EQ(png_size(program, file), size) << file;
        EXPECT_GT(program.read(file).size(), 1000u) << file << " is empty";
    }
}

/// Number of points that a PLY file's header declares; 0 when a property is missing.
long ply_points(const Program& program, const std::string& name,
                const std::vector<std::string>& properties) {
    const std::string text = program.read(name);
    const std::string header = text.substr(0, text.find("end_header"));
    for (const std::string& property : properties) {
        if (header.find(" " + property + "\n") == std::string::npos) return 0;
    }
    const auto vertex = header.find("element vertex ");
    return vertex == std::string::npos ? 0 : std::strtol(header.c_str() + vertex + 15, nullptr, 10);
}

void expect_good(const Program& program, const Outcome& outcome, int items) {
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const engine::Value report = program.read_json("out/run.json");
    EXPECT_EQ(report.find("status")->as_string(), "succeeded") << outcome.err;
    EXPECT_TRUE(report.find("problems")->as_array().empty()) << outcome.err;
    EXPECT_NE(outcome.err.find(std::to_string(items) + " items"), std::string::npos) << outcome.err;
}

TEST(Overlay, GivesPicturesAndFiguresOfEachFrame) {
    const Program program;
    expect_good(program, run_small(program, "fusion/lidar-camera-overlay.json"), kFrames);
    expect_pictures(program, "out/artifacts/overlay", kFrames, {kWidth, kHeight});
    expect_pictures(program, "out/artifacts/depth", kFrames, {kWidth, kHeight});
    expect_pictures(program, "out/artifacts/birds_eye", kFrames, {600, 800});

    const Csv figures = read_csv(program, "out/artifacts/figures.csv");
    ASSERT_EQ(figures.rows.size(), static_cast<std::size_t>(kFrames));
    const auto points = figures.numbers("points"), front = figures.numbers("points_in_front"),
               inside = figures.numbers("points_inside"), mean = figures.numbers("mean_depth"),
               largest = figures.numbers("max_depth"), item = figures.numbers("item");
    for (int i = 0; i < kFrames; ++i) {
        EXPECT_EQ(item[i], i);
        EXPECT_EQ(figures.rows[i][1], "00000" + std::to_string(i));
        EXPECT_LE(points[i], kRings * kSteps);
        EXPECT_GT(points[i], kRings * kSteps / 2) << "most beams of a street hit something";
        // About half of a turn lies in front of the camera, about a quarter of that in its picture
        // (81 degrees wide).
        EXPECT_NEAR(front[i] / points[i], 0.5, 0.1);
        EXPECT_NEAR(inside[i] / points[i], 0.125, 0.075);
        EXPECT_GT(mean[i], 5);
        EXPECT_LT(mean[i], 40);
        EXPECT_GT(largest[i], mean[i]);
        EXPECT_LE(largest[i], 130) << "farther than the LiDAR reaches";
    }
}

TEST(Overlay, IsTheSameForAnyNumberOfThreads) {
    std::map<std::string, std::string> first;
    for (const char* threads : {"1", "3"}) {
        const Program program;
        expect_good(program,
                    run_small(program, "fusion/lidar-camera-overlay.json",
                              {"-j", threads, "--intra-threads", "1"}),
                    kFrames);
        for (const auto& entry :
             fs::recursive_directory_iterator(program.folder / "out/artifacts")) {
            if (!entry.is_regular_file()) continue;
            const std::string name = entry.path().lexically_relative(program.folder).string();
            const auto [known, added] = first.try_emplace(name, program.read(name));
            EXPECT_TRUE(added || known->second == program.read(name))
                << name << " differs with " << threads << " threads";
        }
    }
    EXPECT_EQ(first.size(), 3u * kFrames + 1);
}

TEST(Overlay, ItsPromotedParametersAreThoseOfTheSource) {
    const Program program;
    EXPECT_EQ(run_small(program, "fusion/lidar-camera-overlay.json",
                        {"--set", "kind=synthetic", "--set", "source.frames=1"})
                  .code,
              0);
    EXPECT_EQ(read_csv(program, "out/artifacts/figures.csv").rows.size(), 1u);
    const Outcome absent =
        program.run({"run", MILLRACE_SOURCE_DIR "/graphs/fusion/lidar-camera-overlay.json", "--out",
                     "other", "--set", "kind=kitti", "--set", "root=no/such/folder"});
    EXPECT_EQ(absent.code, 4) << absent.err;
    EXPECT_NE(absent.err.find("no/such/folder"), std::string::npos) << absent.err;
}

TEST(Overlay, RunsOnRealFrames) {
    const char* given = std::getenv("MILLRACE_SHARED");
    const fs::path shared =
        given ? fs::path(given) : fs::path(MILLRACE_SOURCE_DIR).parent_path() / "shared";
    const fs::path frames = fs::absolute(shared / "data" / "kitti-mini");
    if (!fs::is_directory(frames)) GTEST_SKIP() << frames.string() << " is missing";
    const Program program;
    const Outcome outcome =
        program.run({"run", MILLRACE_SOURCE_DIR "/graphs/fusion/lidar-camera-overlay.json", "--out",
                     "out", "--set", "source.kind=kitti", "--set", "source.root=" + frames.string(),
                     "--set", "source.frames=1"});
    expect_good(program, outcome, 1);
    const Csv figures = read_csv(program, "out/artifacts/figures.csv");
    ASSERT_EQ(figures.rows.size(), 1u);
    EXPECT_GT(figures.numbers("points")[0], 100'000) << "a turn of a 64-ring LiDAR";
    EXPECT_GT(figures.numbers("points_inside")[0], 10'000);
    EXPECT_LT(figures.numbers("max_depth")[0], 130);
}

TEST(CleanAndCluster, GivesBoxesGroundAndClusters) {
    const Program program;
    expect_good(program, run_small(program, "points/clean-and-cluster.json"), kFrames);
    expect_pictures(program, "out/artifacts/overlay", kFrames, {kWidth, kHeight});
    expect_pictures(program, "out/artifacts/birds_eye", kFrames, {600, 800});
    for (int i = 0; i < kFrames; ++i) {
        const std::string file = "out/artifacts/clusters/00000" + std::to_string(i) + ".ply";
        const long points = ply_points(program, file, {"x", "y", "z", "cluster"});
        EXPECT_GT(points, 1000) << file;
        EXPECT_LT(points, kRings * kSteps) << file;
    }
    const Csv ground = read_csv(program, "out/artifacts/ground.csv");
    ASSERT_EQ(ground.rows.size(), static_cast<std::size_t>(kFrames));
    for (int i = 0; i < kFrames; ++i) {
        EXPECT_GT(ground.numbers("normal_z")[i], 0.99) << "the street is level";
        EXPECT_LT(ground.numbers("tilt")[i], 0.05);
        EXPECT_NEAR(ground.numbers("offset")[i], 1.73, 0.25)
            << "the LiDAR stands as high above the street as KITTI's";
        EXPECT_GT(ground.numbers("inliers")[i], 3000);
    }
}

TEST(RegisterTwoFrames, FindsHowFarTheVehicleWent) {
    const Program program;
    expect_good(program, run_small(program, "points/register-two-frames.json"), kFrames);
    expect_pictures(program, "out/artifacts/birds_eye", kFrames - 1, {600, 800});
    for (int i = 0; i < kFrames - 1; ++i) {
        EXPECT_GT(ply_points(program, "out/artifacts/merged/00000" + std::to_string(i) + ".ply",
                             {"x", "y", "z", "intensity"}),
                  2000);
    }
    const Csv registration = read_csv(program, "out/artifacts/registration.csv");
    ASSERT_EQ(registration.rows.size(), static_cast<std::size_t>(kFrames - 1))
        << "one less than frames";
    for (int i = 0; i < kFrames - 1; ++i) {
        EXPECT_EQ(registration.numbers("converged")[i], 1);
        // The synthetic vehicle drives straight on at 10 m/s, a frame every 0.1 s.
        EXPECT_NEAR(registration.numbers("translation")[i], 1.0, 0.05);
        EXPECT_LT(registration.numbers("rotation")[i], 0.01);
        EXPECT_GT(registration.numbers("fitness")[i], 0.9);
        EXPECT_LT(registration.numbers("rmse")[i], 0.3);
    }
}

}  // namespace
}  // namespace millrace::tests
