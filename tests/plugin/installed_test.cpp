// The installed program with a third party's plug-in.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <sstream>

#include "engine/graph/graph.hpp"
#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;

const fs::path kPrefix = MILLRACE_PREFIX;
const fs::path kPlugin = fs::path(MILLRACE_TEST_PLUGINS) / "libmillrace-tracks.so";
const fs::path kGraph = fs::path(MILLRACE_SOURCE_DIR) / "tests/plugin/example/round.json";

class Installed : public ::testing::Test {
protected:
    /// The installed program with its own resources, and with the plug-in unless `variables` take
    /// it away.
    Outcome run(const std::vector<std::string>& words,
                std::vector<std::string> variables = {}) const {
        std::vector<std::string> all = {"-u", "MILLRACE_RESOURCES"};
        all.insert(all.end(), variables.begin(), variables.end());
        all.push_back((kPrefix / "bin/millrace").string());
        all.insert(all.end(), words.begin(), words.end());
        return program.run(all);
    }
    bool has_tracks(const Outcome& names) const {
        return names.out.find("tracks.drive\ntracks.legs\n") != std::string::npos;
    }

    Program program;
};

TEST_F(Installed, KnowsNothingOfTheBuildTree) {
    for (const fs::path& file :
         {kPrefix / "bin/millrace", kPrefix / MILLRACE_LIBDIR / "libmillrace-engine.so.1"}) {
        std::ifstream stream(file, std::ios::binary);
        std::ostringstream bytes;
        bytes << stream.rdbuf();
        EXPECT_FALSE(bytes.view().empty()) << file;
        EXPECT_EQ(bytes.view().find(MILLRACE_BINARY_DIR), std::string_view::npos) << file;
    }
}

TEST_F(Installed, FindsThePlugInOnThePathBesideItAndInItsFolder) {
    EXPECT_TRUE(has_tracks(run({"nodes", "--names"})));
    // An installation can be moved; this one is changed, so it is a copy.
    const fs::path moved = program.folder / "moved";
    for (const fs::path& part : {fs::path("bin"), fs::path(MILLRACE_LIBDIR)}) {
        fs::create_directories(moved / part);
        fs::copy(kPrefix / part, moved / part,
                 fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    }
    for (const fs::path& folder : {moved / "bin", moved / MILLRACE_LIBDIR / "millrace"}) {
        const std::vector<std::string> names = {"-u",
                                                "MILLRACE_RESOURCES",
                                                "-u",
                                                "MILLRACE_PLUGIN_PATH",
                                                (moved / "bin/millrace").string(),
                                                "nodes",
                                                "--names"};
        EXPECT_FALSE(has_tracks(program.run(names)));
        fs::create_directories(folder);
        const fs::path copy = folder / "libmillrace-tracks.so";
        fs::copy_file(kPlugin, copy);
        const Outcome found = program.run(names);
        fs::remove(copy);
        EXPECT_TRUE(has_tracks(found)) << folder << found.err;
    }
}

TEST_F(Installed, ShowsThePlugInsReferencePage) {
    const Outcome page = run({"nodes", "tracks.drive"});
    EXPECT_EQ(page.code, 0) << page.err;
    for (const char* part : {"Drive in circles", "libmillrace-tracks", "tracks.track/1", "vehicles",
                             "0.1 to 1000", "hot", "left, right"})
        EXPECT_NE(page.out.find(part), std::string::npos) << part << "\n" << page.out;
}

TEST_F(Installed, RunsAGraphOfIt) {
    const Outcome outcome =
        run({"run", kGraph.string(), "--out", "out", "--keep", "all", "--json"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const engine::Value report = outcome.json();
    EXPECT_EQ(report.find("status")->as_string(), "succeeded") << outcome.out;

    // 360 chords of a circle of 10, 20 and 30 metres.
    std::istringstream metrics(program.read("out/metrics.csv"));
    std::string line;
    std::getline(metrics, line);
    for (int item = 0; item < 3; ++item) {
        ASSERT_TRUE(std::getline(metrics, line)) << item;
        const double length = std::stod(line.substr(line.rfind(',') + 1));
        EXPECT_NEAR(length, 720 * 10 * (item + 1) * std::sin(std::numbers::pi / 360), 1e-9) << line;
    }
}

TEST_F(Installed, ComparesRunsOfIt) {
    for (const std::string name : {"one", "two"})
        ASSERT_EQ(run({"run", kGraph.string(), "--out", name, "--keep", "all", "--threads",
                       name == "one" ? "1" : "2"})
                      .code,
                  0);
    EXPECT_EQ(run({"compare", "one", "two"}).code, 0) << "bit for bit, whatever the threads";
    ASSERT_EQ(run({"run", kGraph.string(), "--out", "wide", "--keep", "all", "--set",
                   "drive.radius=10.5"})
                  .code,
              0);
    const Outcome differs = run({"compare", "one", "wide"});
    EXPECT_EQ(differs.code, 5);
    EXPECT_NE(differs.out.find("drive"), std::string::npos) << differs.out;
    EXPECT_EQ(run({"compare", "one", "wide", "--rtol", "0.1"}).code, 0)
        << "the payload's record is compared by its numbers";
}

TEST_F(Installed, ChecksItsParameters) {
    const auto refused = [&](const std::string& setting) {
        const Outcome outcome =
            run({"validate", kGraph.string(), "--set", "drive.vehicles=20", "--set", setting});
        EXPECT_EQ(outcome.code, 3) << setting << outcome.err;
        return outcome.err;
    };
    EXPECT_NE(refused("drive.radius=900").find("The circles grow too large"), std::string::npos);
    EXPECT_NE(refused("drive.radius=-1").find("0.1 to 1000 m"), std::string::npos);
    EXPECT_NE(refused("drive.turn=lift").find("Did you mean \"left\"?"), std::string::npos);
    const Outcome good = run({"validate", kGraph.string()});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_EQ(run({"validate", kGraph.string()}, {"-u", "MILLRACE_PLUGIN_PATH"}).code, 4)
        << "without the plug-in";
}

TEST_F(Installed, DoctorSeesIt) {
    const Outcome doctor = run({"doctor", "--json"});
    EXPECT_EQ(doctor.code, 0) << doctor.err << doctor.out;
    const engine::Value report = doctor.json();
    bool found = false;
    for (const engine::Value& plugin : report.find("plugins")->as_array()) {
        if (plugin.find("name")->as_string() != "libmillrace-tracks") continue;
        found = true;
        EXPECT_EQ(plugin.find("types")->as_int(), 2);
        EXPECT_EQ(plugin.find("file")->as_string(), kPlugin.string());
    }
    EXPECT_TRUE(found) << doctor.out;
}

TEST_F(Installed, HasItsResources) {
    const fs::path shared = kPrefix / "share/millrace";
    const Outcome doctor = run({"doctor"});
    EXPECT_NE(doctor.out.find(shared.string()), std::string::npos) << doctor.out;
    EXPECT_TRUE(fs::exists(shared / "help/nodes/README.md"));
    EXPECT_TRUE(fs::exists(kPrefix / "share/man/man1/millrace.1"));
    const Outcome templates = run({"new"});
    EXPECT_NE(templates.out.find("fusion/lidar-camera-overlay"), std::string::npos)
        << templates.out;
    ASSERT_EQ(run({"new", "points/clean-and-cluster", "mine.json"}).code, 0);
    const Outcome valid = run({"validate", "mine.json"});
    EXPECT_EQ(valid.code, MILLRACE_HAS_NODES ? 0 : 4) << valid.err;
}

}  // namespace
}  // namespace millrace::tests
