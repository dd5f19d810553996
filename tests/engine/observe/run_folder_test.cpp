// The run folder: who may use it, and what a killed run leaves in it.
#include "engine/observe/run_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <iterator>

#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
protected:
    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((out / name).parent_path());
        std::ofstream(out / name, std::ios::binary) << text;
    }
    std::string read(const std::string& name) const {
        std::ifstream stream(out / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    std::string code_of(FolderUse use) const {
        try {
            const RunFolder folder(out, use);
        } catch (const Error& error) {
            return error.problem().code;
        }
        return "good";
    }
    TemporaryFolder temporary;
    const fs::path out = temporary.path / "deep" / "run";
};

TEST_F(Folder, IsMadeWithItsParents) {
    const RunFolder folder(out, FolderUse::New);
    EXPECT_TRUE(fs::is_directory(out));
    EXPECT_TRUE(folder.path().is_absolute());
    folder.write_report({{"status", "running"}});
    EXPECT_EQ(parse_json(read("run.json"), "run.json").find("status")->as_string(), "running");
    folder.write_graph(graph_of(R"({"n": {"type": "control.counter"}})", {}));
    EXPECT_NE(read("graph.json").find("control.counter"), std::string::npos);
}

TEST_F(Folder, WithAnotherRunIsRefused) {
    for (const char* name :
         {"run.json", "graph.json", "events.ndjson", "metrics.csv", "sketches.ndjson",
          "artifacts/a", "checkpoints/a", "packets/a", "visuals/a"}) {
        write(name, "{}");
        EXPECT_EQ(code_of(FolderUse::New), "E-CLI-005") << name;
        fs::remove_all(out);
    }
    write("notes.txt", "mine");
    EXPECT_EQ(code_of(FolderUse::New), "good");
}

TEST_F(Folder, OverwriteRemovesARunAndNothingElse) {
    write("run.json", "{}");
    write("artifacts/old.png", "old");
    write("visuals/n.value/0.safetensors", "old");
    write("mine/notes.txt", "mine");
    EXPECT_EQ(code_of(FolderUse::Overwrite), "good");
    EXPECT_FALSE(fs::exists(out / "artifacts"));
    EXPECT_FALSE(fs::exists(out / "visuals"));
    EXPECT_EQ(read("mine/notes.txt"), "mine");
    // Without a run.json nothing says that the files are those of a run.
    fs::remove_all(out);
    write("artifacts/precious.txt", "mine");
    EXPECT_EQ(code_of(FolderUse::Overwrite), "E-CLI-005");
    EXPECT_EQ(read("artifacts/precious.txt"), "mine");
}

TEST_F(Folder, BelongsToOneProcessAtATime) {
    const auto first = std::make_unique<RunFolder>(out, FolderUse::New);
    EXPECT_EQ(code_of(FolderUse::Resume), "E-CLI-013");
}

TEST_F(Folder, ThatCannotBeMadeSaysWhy) {
    write("file", "in the way");
    try {
        const RunFolder folder(out / "file" / "run", FolderUse::New);
        FAIL() << "a folder was made inside a file";
    } catch (const Error& error) {
        EXPECT_EQ(error.problem().code, "E-FILE-003");
        EXPECT_NE(error.problem().where.find("file/run"), std::string::npos);
        EXPECT_FALSE(error.problem().mend.empty());
    }
}

TEST_F(Folder, ReportsOfARunThatCanNotGoOnComeBack) {
    write("run.json", "{\"status\": \"stopped\"}");
    write("graph.json", "before");
    const ReportsBefore kept(out, true), nothing(out, false);
    write("run.json", "{\"status\": \"failed\"}");
    write("graph.json", "after");
    nothing.put_back();
    EXPECT_EQ(read("graph.json"), "after");
    kept.put_back();
    EXPECT_EQ(read("run.json"), "{\"status\": \"stopped\"}");
    EXPECT_EQ(read("graph.json"), "before");
}

TEST_F(Folder, ResumeCutsTornLinesAndForgetsHalfWrittenFiles) {
    write("run.json", "{}");
    write("events.ndjson", "{\"event\":\"started\"}\n{\"event\":\"met");
    write("sketches.ndjson", "{\"wi");
    write("artifacts/images/.millrace-123-4.tmp", "half");
    write("artifacts/images/000001.png", "whole");
    write("artifacts/.hidden", "kept");
    {
        RunFolder folder(out, FolderUse::Resume);
        folder.append_event("{\"event\":\"started\"}");
    }
    EXPECT_EQ(read("events.ndjson"), "{\"event\":\"started\"}\n{\"event\":\"started\"}\n");
    EXPECT_EQ(read("sketches.ndjson"), "");
    EXPECT_FALSE(fs::exists(out / "artifacts/images/.millrace-123-4.tmp"));
    EXPECT_EQ(read("artifacts/images/000001.png"), "whole");
    EXPECT_EQ(read("artifacts/.hidden"), "kept");
}

}  // namespace
}  // namespace millrace::engine::testing
