// The graphs of keyword spotting, run small on words that espeak-ng speaks.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>

#include <sys/wait.h>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;

bool speaks() { return fs::exists("/usr/bin/espeak-ng"); }

#define SKIP_WHERE_SILENT() \
    if (!speaks()) GTEST_SKIP() << "the program espeak-ng is not installed"

Outcome run(const Program& program, const std::string& graph, const std::vector<std::string>& set,
            const std::string& out = "out") {
    std::vector<std::string> words = {"run",
                                      MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/" + graph,
                                      "--out",
                                      out,
                                      "--intra-threads",
                                      "1"};
    for (const std::string& value : set) words.insert(words.end(), {"--set", value});
    return program.run(words);
}

std::vector<std::vector<std::string>> rows_of(const Program& program, const std::string& name) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream stream(program.read(name));
    for (std::string line; std::getline(stream, line);) {
        if (line.ends_with('\r')) line.pop_back();
        std::istringstream cells(line);
        rows.emplace_back();
        for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    }
    return rows;
}

/// The last value of each metric.
std::map<std::string, double> metrics_of(const Program& program, const std::string& out = "out") {
    std::map<std::string, double> metrics;
    for (const auto& row : rows_of(program, out + "/metrics.csv")) {
        if (row.size() == 4) metrics[row[1] + "." + row[2]] = std::strtod(row[3].c_str(), nullptr);
    }
    return metrics;
}

constexpr const char* kTrain = MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/train.json";

const std::vector<std::string> kSmall = {"corpus.words=yes no",
                                         "corpus.voices=en-us en-gb en-029 en-us+f2",
                                         "corpus.held_out=en-gb",
                                         "corpus.takes=6",
                                         "corpus.epochs=6",
                                         "batch.size=8",
                                         "model.classes=yes no _silence_",
                                         "model.channels=12",
                                         "model.blocks=1",
                                         "optimizer.steps=30"};

TEST(Spotting, TrainsAModelThatHearsUnheardVoices) {
    SKIP_WHERE_SILENT();
    const Program program;
    const Outcome outcome = run(program, "train.json", kSmall);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto metrics = metrics_of(program);
    EXPECT_GT(metrics.at("best.test_accuracy"), 0.6) << "two words and silence";
    EXPECT_LT(metrics.at("best.train_loss"), 1);
    EXPECT_TRUE(program.exists("out/artifacts/model.safetensors"));

    const Outcome converted =
        run(program, "convert.json",
            {"model.path=" + (program.folder / "out/artifacts/model.safetensors").string(),
             "corpus.words=yes no", "corpus.takes=2", "corpus.items=10"},
            "converted");
    ASSERT_EQ(converted.code, 0) << converted.err;
    EXPECT_EQ(rows_of(program, "converted/artifacts/report.csv").size(), 1u + 6 + 1);
    EXPECT_TRUE(program.read("converted/artifacts/keyword.mkws").starts_with("MKWS"));
    EXPECT_NE(program.read("converted/artifacts/keyword.h").find("keyword_bytes"),
              std::string::npos);
}

TEST(Spotting, GoesOnAfterAKillToTheSameModel) {
    SKIP_WHERE_SILENT();
    const Program program;
    ASSERT_EQ(run(program, "train.json", kSmall, "whole").code, 0);
    std::vector<std::string> words = {
        "run", kTrain, "--out", "killed", "--intra-threads", "1", "--checkpoint-items", "40"};
    for (const std::string& value : kSmall) words.insert(words.end(), {"--set", value});
    program.run_and_signal(words, SIGKILL, "killed/checkpoints/metrics.rows", 200);
    ASSERT_FALSE(program.exists("killed/run.json") &&
                 program.read("killed/run.json").find("succeeded") != std::string::npos)
        << "it ended before it could be killed";
    words.emplace_back("--resume");
    const Outcome resumed = program.run(words);
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_TRUE(program.read("killed/artifacts/model.safetensors") ==
                program.read("whole/artifacts/model.safetensors"));
}

/// Runs the words with a run folder "disk/o" on a disk of 650 kB, and copies it to `copy` before
/// the disk goes with its process. None where the system gives no disk.
std::optional<Outcome> run_on_small_disk(const Program& program, std::vector<std::string> words,
                                         const std::string& copy) {
    fs::create_directories(program.folder / "disk");
    std::string command;
    for (const std::string& word : words) command += " '" + word + "'";
    program.write("go.sh",
                  "mount -t tmpfs -o size=650k none disk || exit 125\n"
                  "MILLRACE_RESOURCES=" MILLRACE_SOURCE_DIR
                  "/resources MILLRACE_CACHE=cache "
                  "MILLRACE_PLUGIN_PATH='" MILLRACE_TEST_PLUGINS "' '" MILLRACE_PROGRAM "'" +
                      command + " 2> full.err\ncode=$?\ncp -r disk/o " + copy + "\nexit $code\n");
    const std::string line =
        "cd '" + program.folder.string() + "' && unshare -rm sh go.sh > go.out 2>&1";
    const int status = std::system(line.c_str());
    if (!WIFEXITED(status) || !program.exists(copy)) return std::nullopt;
    Outcome outcome;
    outcome.code = WEXITSTATUS(status);
    outcome.err = program.read("full.err");
    return outcome;
}

TEST(Spotting, AFullDiskLeavesTheLastGoodCheckpoint) {
    SKIP_WHERE_SILENT();
    const Program program;
    ASSERT_EQ(run(program, "train.json", kSmall, "whole").code, 0);
    std::vector<std::string> words = {
        "run", kTrain, "--out", "disk/o", "--intra-threads", "1", "--checkpoint-items", "40"};
    for (const std::string& value : kSmall) words.insert(words.end(), {"--set", value});
    const auto full = run_on_small_disk(program, words, "copy");
    if (!full) GTEST_SKIP() << "this system gives tests no disk of their own";
    EXPECT_NE(full->err.find("No space left"), std::string::npos) << full->err;
    EXPECT_NE(full->err.find(".ckpt"), std::string::npos) << full->err;
    words[3] = "copy";
    words.emplace_back("--resume");
    const Outcome resumed = program.run(words);
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(resumed.err.find("starting from item 0"), std::string::npos) << resumed.err;
    EXPECT_TRUE(program.read("copy/artifacts/model.safetensors") ==
                program.read("whole/artifacts/model.safetensors"));
}

TEST(Spotting, TheShippedNetworkHearsInFloatAndOnTheDevice) {
    SKIP_WHERE_SILENT();
    const Program program;
    const Outcome outcome = run(program, "evaluate.json", {"corpus.takes=4"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto metrics = metrics_of(program);
    EXPECT_GT(metrics.at("confusion_float.accuracy"), 0.85);
    EXPECT_NEAR(metrics.at("confusion_int8.accuracy"), metrics.at("confusion_float.accuracy"),
                0.05);
    EXPECT_EQ(rows_of(program, "out/artifacts/confusion-int8.csv").size(), 1u + 11 + 1);
}

TEST(Spotting, TheDeviceHearsWordsInALongRecording) {
    SKIP_WHERE_SILENT();
    const Program program;
    const Outcome outcome = run(program, "stream.json", {"corpus.takes=2"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto truth = rows_of(program, "out/artifacts/truth.csv");
    const auto heard = rows_of(program, "out/artifacts/detections.csv");
    ASSERT_EQ(truth.size(), 41u) << "ten words by two voices, twice";
    // Several recordings begin anew in the truth and go on in what was heard: counts are compared.
    std::map<std::string, int> said, told;
    for (std::size_t i = 1; i < truth.size(); ++i) ++said[truth[i].at(0)];
    for (std::size_t i = 1; i < heard.size(); ++i) ++told[heard[i].at(0)];
    int common = 0;
    for (const auto& [word, count] : said) common += std::min(count, told[word]);
    EXPECT_GE(common, 26) << "of 40";
    EXPECT_LE(heard.size(), 55u) << "false alarms";
    const auto metrics = metrics_of(program);
    EXPECT_LT(metrics.at("latency.misses"), 0.35);
    EXPECT_GT(metrics.at("latency.median_latency"), 0.05);
    EXPECT_LT(metrics.at("latency.median_latency"), 1);
}

TEST(Spotting, WrongCorporaAndModelsAreToldBeforeTraining) {
    const Program program;
    const Outcome nowhere = run(program, "train.json", {"corpus.kind=fsdd", "corpus.root=nowhere"});
    EXPECT_EQ(nowhere.code, 4) << nowhere.err;
    program.write("noise.safetensors", "no model");
    const Outcome broken =
        run(program, "convert.json",
            {"model.path=" + (program.folder / "noise.safetensors").string()}, "broken");
    EXPECT_NE(broken.code, 0);
    EXPECT_FALSE(broken.errors().empty()) << broken.err;
}

}  // namespace
}  // namespace millrace::tests
