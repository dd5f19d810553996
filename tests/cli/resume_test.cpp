// A run that is killed again and again and resumed ends with the same metrics, tables, pictures and
// records as one that was never killed.
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <random>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kFrames = 40;

/// Every sink of the families, a window and a batch that checkpoints cut through.
const char* const kSinks = R"({"schema": "millrace/1", "nodes": {
"source": {"type": "loaders.scene", "version": 1,
           "params": {"width": 160, "height": 48, "rings": 8, "steps": 180, "frames": 40}},
"pace": {"type": "control.rate_limit", "version": 1, "params": {"per_second": 100}},
"project": {"type": "fusion.project_points", "version": 1},
"overlay": {"type": "fusion.overlay", "version": 1},
"pictures": {"type": "sinks.image", "version": 1},
"figures": {"type": "sinks.metrics", "version": 1},
"ground": {"type": "points.remove_ground", "version": 1},
"clouds": {"type": "sinks.cloud", "version": 1, "params": {"format": "pcd"}},
"planes": {"type": "sinks.table", "version": 1},
"batch": {"type": "control.batch", "version": 1, "params": {"size": 7}},
"statistics": {"type": "sinks.run_statistics", "version": 1}},
"wires": [{"from": "source.cloud", "to": "pace.item"}, {"from": "pace.item", "to": "project.cloud"},
{"from": "source.image", "to": "project.image"}, {"from": "source.calibration", "to": "project.calibration"},
{"from": "project.projected", "to": "overlay.projected"}, {"from": "source.image", "to": "overlay.image"},
{"from": "overlay.image", "to": "pictures.image"}, {"from": "project.metrics", "to": "figures.metrics"},
{"from": "pace.item", "to": "ground.cloud"}, {"from": "ground.objects", "to": "clouds.cloud"},
{"from": "ground.plane", "to": "planes.table"}, {"from": "ground.objects", "to": "batch.item"},
{"from": "batch.items", "to": "statistics.item"}]})";

std::map<std::string, std::string> files_of(const Program& program, const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(program.folder / folder)) {
        if (!entry.is_regular_file()) continue;
        const std::string name = entry.path().lexically_relative(program.folder / folder).string();
        files[name] = program.read(folder + "/" + name);
    }
    return files;
}

TEST(ResumedRun, EndsAsOneThatWasNeverKilled) {
    const Program program;
    program.write("g.json", kSinks);
    const auto words = [](const std::string& out) {
        return std::vector<std::string>{
            "run",    "g.json", "--out",    out,   "--checkpoint-items", "5",
            "--seed", "3",      "--record", "all", "--no-cache"};
    };
    const Outcome whole = program.run(words("whole"));
    ASSERT_EQ(whole.code, 0) << whole.err;
    const auto expected = files_of(program, "whole/artifacts");
    ASSERT_EQ(expected.size(), 2 * kFrames + 3u);
    const std::size_t events = program.read("whole/events.ndjson").size();
    std::mt19937 random(11);
    int resumed = 0;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const std::string out = "killed" + std::to_string(attempt);
        std::vector<std::string> line = words(out);
        // Each life ends once some more of the events have been written.
        std::size_t written = 0;
        for (int life = 0; life < 3; ++life) {
            written += events * (10 + random() % 25) / 100;
            EXPECT_EQ(program.run_and_signal(line, SIGKILL, out + "/events.ndjson", written).code,
                      128 + SIGKILL);
            if (life == 0) line.emplace_back("--resume");
        }
        const Outcome last = program.run(line);
        ASSERT_EQ(last.code, 0) << last.err;
        resumed += program.read_json(out + "/run.json").find("resumed")->as_bool() ? 1 : 0;
        const auto files = files_of(program, out + "/artifacts");
        for (const auto& [name, bytes] : expected) {
            ASSERT_TRUE(files.contains(name)) << name;
            EXPECT_EQ(files.at(name) == bytes, true) << name << " differs";
        }
        EXPECT_EQ(files.size(), expected.size());
        EXPECT_EQ(program.read(out + "/metrics.csv"), program.read("whole/metrics.csv"));
        const Outcome compared = program.run({"compare", "whole", out});
        EXPECT_EQ(compared.code, 0) << compared.out << compared.err;
        // What was counted is of the whole run.
        const engine::Value report = program.read_json(out + "/run.json");
        for (const char* id : {"source", "pictures", "figures", "batch"}) {
            EXPECT_EQ(report.find("nodes")->find(id)->find("figures")->find("items")->as_int(),
                      kFrames)
                << id;
        }
    }
    EXPECT_GT(resumed, 0);
}

TEST(Checkpoints, AsManyStayAsAreAskedFor) {
    const Program program;
    program.write("g.json", kSinks);
    for (const std::size_t kept : {std::size_t{1}, std::size_t{3}}) {
        const std::string out = "o" + std::to_string(kept);
        const Outcome outcome =
            program.run({"run", "g.json", "--out", out, "--checkpoint-items", "2",
                         "--checkpoints-kept", std::to_string(kept), "--no-cache"});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        std::size_t files = 0;
        for (const auto& entry : fs::directory_iterator(program.folder / out / "checkpoints"))
            files += entry.path().extension() == ".ckpt" ? 1 : 0;
        EXPECT_EQ(files, kept);
    }
    EXPECT_EQ(program.run({"run", "g.json", "--checkpoints-kept", "0"}).code, 2);
}

/// Errors of before the kill still decide the exit code, and are still told.
TEST(ResumedRun, RemembersWhatFailedBefore) {
    const Program program;
    for (int frame = 0; frame < 60; ++frame) {
        const std::string name = std::string(frame < 10 ? "0" : "") + std::to_string(frame);
        program.write("data/" + name + ".xyz", frame == 2 ? "1 2 3\n4 five 6\n" : "1 2 3\n");
    }
    program.write("g.json", R"({"schema": "millrace/1", "nodes": {
"source": {"type": "loaders.cloud_files", "version": 1, "params": {"path": "data"}},
"pace": {"type": "control.rate_limit", "version": 1, "params": {"per_second": 60}},
"save": {"type": "sinks.cloud", "version": 1}},
"wires": [{"from": "source.cloud", "to": "pace.item"}, {"from": "pace.item", "to": "save.cloud"}]})");
    std::vector<std::string> words = {
        "run", "g.json", "--out", "o", "--keep-going", "--checkpoint-items", "10"};
    EXPECT_EQ(program.run_and_signal(words, SIGKILL, "o/artifacts/clouds/000030.ply", 1).code,
              128 + SIGKILL);
    words.emplace_back("--resume");
    const Outcome outcome = program.run(words);
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    const engine::Value report = program.read_json("o/run.json");
    EXPECT_TRUE(report.find("resumed")->as_bool());
    const engine::Value& figures = *report.find("nodes")->find("source")->find("figures");
    EXPECT_EQ(figures.find("errors")->as_int(), 1);
    EXPECT_EQ(figures.find("items")->as_int(), 60);
    ASSERT_EQ(report.find("problems")->as_array().size(), 1u);
    EXPECT_NE(report.find("problems")->as_array().front().find("where")->as_string().find("02.xyz"),
              std::string::npos);
}

}  // namespace
}  // namespace millrace::tests
