// Bad graphs and a bad world round the real program with the real node families: one clear error
// and the right exit code for each. Bad data files are in bad_files_test.cpp.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

const std::string kOverlay = MILLRACE_SOURCE_DIR "/graphs/fusion/lidar-camera-overlay.json";

std::string graph(const std::string& nodes, const std::string& wires = "") {
    return R"({"schema": "millrace/1", "nodes": {)" + nodes + R"(}, "wires": [)" + wires + "]}";
}

std::string node(const std::string& id, const std::string& type, const std::string& params = "{}") {
    return "\"" + id + R"(": {"type": ")" + type + R"(", "version": 1, "params": )" + params + "}";
}

std::string wire(const std::string& from, const std::string& to) {
    return R"({"from": ")" + from + R"(", "to": ")" + to + R"("})";
}

struct BadGraph {
    std::string name, text, code;
    int exit;
};

std::vector<BadGraph> bad_graphs() {
    const std::string source = node("source", "loaders.scene");
    const std::string crop = node("crop", "points.range_crop");
    const std::string merge = node("merge", "points.merge");
    const std::string save = node("save", "sinks.cloud");
    const std::string saved = wire("crop.cropped", "save.cloud");
    const std::string fed = wire("source.cloud", "crop.cloud");
    std::string deep;
    for (int i = 0; i < 10'000; ++i) deep += R"({"nodes":)";
    std::string lists = R"({"schema": "millrace/1", "meta": )" + std::string(10'000, '[');
    return {
        {"cycle",
         graph(source + "," + crop + "," + merge, wire("source.cloud", "merge.first") + "," +
                                                      wire("crop.cropped", "merge.second") + "," +
                                                      wire("merge.merged", "crop.cloud")),
         "E-PLAN-006", 3},
        {"wrong_type", graph(source + "," + crop, wire("source.image", "crop.cloud")), "E-PLAN-007",
         3},
        {"two_producers",
         graph(source + "," + node("other", "loaders.scene") + "," + crop,
               fed + "," + wire("other.cloud", "crop.cloud")),
         "E-PLAN-004", 3},
        {"unknown_node", graph(source + "," + crop, fed + "," + wire("crop.cropped", "savv.cloud")),
         "E-PLAN-002", 3},
        {"unknown_output", graph(source + "," + crop, wire("source.clout", "crop.cloud")),
         "E-PLAN-003", 3},
        {"unknown_input", graph(source + "," + crop, wire("source.cloud", "crop.clout")),
         "E-PLAN-003", 3},
        {"unknown_parameter", graph(node("source", "loaders.scene", R"({"frmaes": 3})")),
         "E-PARAM-001", 3},
        {"out_of_range", graph(node("source", "loaders.scene", R"({"rings": 100000})")),
         "E-PARAM-003", 3},
        {"no_choice", graph(node("source", "loaders.scene", R"({"kind": "kiti"})")), "E-PARAM-004",
         3},
        {"wrong_kind", graph(node("source", "loaders.scene", R"({"rings": "many"})")),
         "E-PARAM-002", 3},
        {"empty_band",
         graph(source + "," +
                   node("crop", "points.range_crop", R"({"min_range": 9, "max_range": 3})"),
               fed),
         "", 3},
        {"deep_objects", deep, "E-JSON-003", 3},
        {"deep_lists", lists, "E-JSON-003", 3},
        {"twice", graph(source + "," + source), "E-JSON-002", 3},
        {"huge_number", R"({"schema": "millrace/1", "nodes": {"n": {"version": 1e999}}})", "", 3},
        {"cut_short", graph(source).substr(0, 40), "E-JSON-001", 3},
        {"binary", std::string("\x7f\x45LF\x02\x01\x01\0\0\0", 10), "E-JSON-001", 3},
        {"empty", "", "E-JSON-001", 3},
        {"unknown_type", graph(node("s", "loaders.scnee")), "E-PLAN-001", 4},
        {"climbs_out",
         graph(node("s", "loaders.cloud_files", R"({"path": "${resources}/../../../etc"})")),
         "E-PATH-002", 3},
        {"climbs_from_the_file",
         graph(node("s", "loaders.cloud_files", R"({"path": "../../../../../../etc/passwd"})")),
         "E-PATH-002", 3},
        {"not_there", graph(node("s", "loaders.cloud_files", R"({"path": "absent"})")),
         "E-FILE-001", 4},
    };
}

class BadInput : public ::testing::Test {
protected:
    /// A small overlay run; `frames` 0 is one that never ends by itself.
    static std::vector<std::string> overlay(int frames, const std::vector<std::string>& more = {}) {
        std::vector<std::string> words = {"run", kOverlay, "--out", "o", "--no-cache"};
        for (const std::string& setting :
             {"frames=" + std::to_string(frames > 0 ? frames : 1'000'000), std::string("width=160"),
              std::string("height=48"), std::string("rings=8"), std::string("steps=180")})
            words.insert(words.end(), {"--set", "source." + setting});
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    Program program;
};

TEST_F(BadInput, EachGraphHasItsOneError) {
    std::vector<std::string> words = {"validate", "--json"};
    const std::vector<BadGraph> graphs = bad_graphs();
    for (const BadGraph& bad : graphs) {
        program.write(bad.name + ".json", bad.text);
        words.push_back(bad.name + ".json");
    }
    const Outcome outcome = program.run(words);
    EXPECT_LT(outcome.peak_bytes, std::uint64_t{600} << 20);
    const engine::Value object = outcome.json();
    const engine::Array& checked = object.find("graphs")->as_array();
    ASSERT_EQ(checked.size(), graphs.size());
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        const engine::Array& problems = checked[i].find("problems")->as_array();
        EXPECT_FALSE(checked[i].find("valid")->as_bool()) << graphs[i].name;
        ASSERT_EQ(problems.size(), 1u) << graphs[i].name << "\n" << to_json(checked[i]);
        const engine::Value& problem = problems.front();
        if (!graphs[i].code.empty()) {
            EXPECT_EQ(problem.find("code")->as_string(), graphs[i].code) << graphs[i].name << "\n"
                                                                         << to_json(problem);
        }
        for (const char* part : {"where", "what", "fix"}) {
            const engine::Value* text = problem.find(part);
            EXPECT_TRUE(text && !text->as_string().empty())
                << graphs[i].name << " lacks " << part << "\n"
                << to_json(problem);
        }
    }
    EXPECT_EQ(outcome.code, 4);  // one of them needs a plug-in that is not there
}

TEST_F(BadInput, RunAndPlanRefuseThemJustTheSame) {
    for (const BadGraph& bad : bad_graphs()) {
        if (bad.name != "cycle" && bad.name != "deep_lists" && bad.name != "climbs_out" &&
            bad.name != "unknown_type" && bad.name != "not_there")
            continue;
        program.write("g.json", bad.text);
        for (const char* command : {"run", "plan"}) {
            const Outcome outcome = program.run({command, "g.json"});
            EXPECT_EQ(outcome.code, bad.exit) << bad.name << "\n" << outcome.err;
            EXPECT_EQ(outcome.errors(), std::vector{bad.code}) << outcome.err;
            EXPECT_EQ(outcome.out, "");
        }
    }
    EXPECT_FALSE(program.exists("runs"));
}

TEST_F(BadInput, NamesInArtifactsStayInside) {
    program.write(
        "g.json",
        graph(node("source", "loaders.scene", R"({"frames": 1, "rings": 4, "steps": 60})") + "," +
                  node("save", "sinks.cloud", R"({"folder": "../../outside"})"),
              wire("source.cloud", "save.cloud")));
    const Outcome outcome = program.run({"run", "g.json", "--out", "o"});
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    EXPECT_EQ(outcome.errors(), std::vector<std::string>{"E-PATH-002"}) << outcome.err;
    EXPECT_FALSE(program.exists("o"));
}

TEST_F(BadInput, AFullDiskIsOneError) {
    if (!Program::can_mount()) GTEST_SKIP() << "no right to mount a small disk";
    std::filesystem::create_directories(program.folder / "disk");
    std::vector<std::string> words = overlay(50, {"--json", "--checkpoint-items", "5"});
    words[3] = "disk/o";
    const Outcome outcome = program.run(words, {.full_disk = "disk"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    // Several nodes may meet the full disk at once.
    ASSERT_FALSE(outcome.errors().empty()) << outcome.err;
    for (const std::string& code : outcome.errors()) EXPECT_EQ(code, "E-FILE-003") << outcome.err;
    EXPECT_NE(outcome.err.find("No space left"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.json().find("status")->as_string(), "failed");
}

TEST_F(BadInput, AFolderThatCannotBeMadeIsOneError) {
    program.write("file", "in the way");
    std::vector<std::string> words = overlay(1);
    words[3] = "file/o";
    const Outcome outcome = program.run(words);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.errors(), std::vector<std::string>{"E-FILE-003"}) << outcome.err;
    const Outcome trace = program.run(overlay(1, {"--trace", "absent/t.json"}));
    EXPECT_EQ(trace.code, 2);
    EXPECT_EQ(trace.errors(), std::vector<std::string>{"E-FILE-003"}) << trace.err;
    EXPECT_FALSE(program.exists("o"));
}

TEST_F(BadInput, AFolderWithoutPermissionIsOneError) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
    std::filesystem::create_directories(program.folder / "closed");
    std::filesystem::permissions(program.folder / "closed", std::filesystem::perms::owner_read |
                                                                std::filesystem::perms::owner_exec);
    std::vector<std::string> words = overlay(1);
    words[3] = "closed/o";
    const Outcome outcome = program.run(words);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.errors(), std::vector<std::string>{"E-FILE-003"});
}

TEST_F(BadInput, AFolderOfAnotherRunIsOneError) {
    ASSERT_EQ(program.run(overlay(1)).code, 0);
    const Outcome outcome = program.run(overlay(1));
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.errors(), std::vector<std::string>{"E-CLI-005"}) << outcome.err;
    EXPECT_NE(outcome.err.find("--overwrite"), std::string::npos);
}

TEST_F(BadInput, SignalsStopARunInGoodOrder) {
    for (int number : {SIGINT, SIGTERM}) {
        std::filesystem::remove_all(program.folder / "o");
        const Outcome outcome =
            program.run_and_signal(overlay(0, {"--json"}), number, "o/artifacts/figures.csv", 200);
        EXPECT_EQ(outcome.code, 130) << outcome.err;
        EXPECT_TRUE(outcome.errors().empty()) << outcome.err;
        EXPECT_EQ(outcome.json().find("status")->as_string(), "stopped");
        EXPECT_EQ(program.read_json("o/run.json").find("exit_code")->as_int(), 130);
        EXPECT_TRUE(program.exists("o/metrics.csv"));
    }
}

TEST_F(BadInput, ClosedStreamsChangeNothing) {
    EXPECT_EQ(program
                  .run(overlay(2, {"--json", "--overwrite"}),
                       {.without_stdin = true, .without_stdout = true})
                  .code,
              0);
    EXPECT_EQ(program.read_json("o/run.json").find("status")->as_string(), "succeeded");
    EXPECT_TRUE(program.exists("o/artifacts/overlay/000001.png"));
    const Outcome gone =
        program.run(overlay(20, {"--events", "--overwrite"}), {.reader_gone = true});
    EXPECT_EQ(gone.code, 0) << gone.err;
    EXPECT_EQ(program.read_json("o/run.json").find("status")->as_string(), "succeeded");
    EXPECT_EQ(program.run({"nodes"}, {.reader_gone = true}).code, 0);
}

TEST_F(BadInput, OutputThatCannotBeWrittenIsTold) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"nodes"}, {"plan", kOverlay}, {"man"}}) {
        const Outcome outcome = program.run(words, {.stdout_to = "/dev/full"});
        EXPECT_EQ(outcome.code, 2) << words.front();
        EXPECT_EQ(outcome.errors(), std::vector<std::string>{"E-FILE-003"}) << outcome.err;
    }
}

TEST_F(BadInput, TooLittleAddressSpaceIsTold) {
    // Too little for the plug-ins' libraries: they are reported, and what needs them is missing.
    const Outcome outcome = program.run(overlay(1), {.bytes_free = std::uint64_t{300} << 20});
    EXPECT_EQ(outcome.code, 4) << outcome.err;
    EXPECT_FALSE(outcome.errors().empty());
}

}  // namespace
}  // namespace millrace::tests
