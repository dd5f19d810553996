// Nodes that are no source but read files: their results are found by what a path leads to now.
#include <sys/stat.h>

#include <chrono>

#include "engine/run/cache.hpp"
#include "engine/run/keys.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

/// The numbers of a file, or of all files of a folder, added up.
double sum_of(const fs::path& path) {
    double sum = 0, number = 0;
    const auto files = files_below(path);
    for (const fs::path& file : files.value()) {
        std::ifstream stream(file);
        while (stream >> number) sum += number;
    }
    return sum;
}

struct AddFile {
    Path path;
    static NodeSpec spec() {
        return {.id = "test.add_file",
                .title = "Add a file",
                .group = "Test",
                .doc = "Adds the numbers of a file or folder.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "its sum with them"}},
                .params = {{.name = "path", .field = &AddFile::path, .doc = "Of numbers"}}};
    }
    void start() { sum_ = sum_of(path.text); }
    double operator()(const double& value) const { return value + sum_; }

private:
    double sum_ = 0;
};

class PathKeys : public ::testing::Test {
protected:
    PathKeys() : store_(folder_.path / "cache", 64 << 20) { runner_.registry.add<AddFile>(); }

    /// Of three items, how many were computed; the first result is left in `first_`.
    std::uint64_t executed(const fs::path& path) {
        RunOptions options;
        options.cache = &store_;
        const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 3}},
            "a": {"type": "test.add_file", "params": {"path": ")" +
                                         path.string() + R"("}}})",
                                     {{"n.value", "a.value"}});
        const RunResult result = runner_.run(graph, {"a.value"}, options);
        EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
        first_ = runner_.numbers("a.value").at(0);
        return figures_of(result, "a").executed;
    }

    TemporaryFolder folder_;
    CacheStore store_;
    Runner runner_;
    double first_ = 0;
};

TEST_F(PathKeys, AChangedFileIsReadAnew) {
    const fs::path file = folder_.path / "numbers.txt";
    write(file, "10");
    EXPECT_EQ(executed(file), 3U);
    EXPECT_EQ(executed(file), 0U);
    const auto time = fs::last_write_time(file);
    write(file, "20");  // of the same size
    fs::last_write_time(file, time + std::chrono::seconds(1));
    EXPECT_EQ(executed(file), 3U);
    EXPECT_EQ(first_, 20);
    write(file, "10");
    fs::last_write_time(file, time + std::chrono::seconds(2));
    EXPECT_EQ(executed(file), 0U) << "as it was";
    EXPECT_EQ(first_, 10);
}

TEST_F(PathKeys, ThePlaceOfAFileDoesNotMatterButItsNameDoes) {
    write(folder_.path / "a/numbers.txt", "10");
    write(folder_.path / "b/numbers.txt", "10");
    write(folder_.path / "b/numbers.csv", "10");
    EXPECT_EQ(executed(folder_.path / "a/numbers.txt"), 3U);
    EXPECT_EQ(executed(folder_.path / "b/numbers.txt"), 0U);
    EXPECT_EQ(executed(folder_.path / "b/numbers.csv"), 3U);
}

TEST_F(PathKeys, AFolderCountsWithAllThatIsInIt) {
    const fs::path data = folder_.path / "data";
    write(data / "one.txt", "1");
    write(data / "in/two.txt", "2");
    EXPECT_EQ(executed(data), 3U);
    EXPECT_EQ(executed(data), 0U);
    write(data / "in/deeper/three.txt", "4");
    EXPECT_EQ(executed(data), 3U) << "a file more";
    EXPECT_EQ(first_, 7);
    fs::rename(data / "one.txt", data / "other.txt");
    EXPECT_EQ(executed(data), 3U) << "a file of another name";
    fs::remove(data / "in/two.txt");
    EXPECT_EQ(executed(data), 3U);
    EXPECT_EQ(first_, 5);
    fs::create_directory_symlink(data, data / "round");
    EXPECT_EQ(executed(data), 0U) << "links to folders are not followed";
}

TEST_F(PathKeys, NothingThereIsAContentToo) {
    const fs::path file = folder_.path / "later.txt";
    EXPECT_EQ(executed(file), 3U);
    EXPECT_EQ(executed(file), 0U);
    write(file, "5");
    EXPECT_EQ(executed(file), 3U);
    EXPECT_EQ(executed({}), 3U);
}

TEST_F(PathKeys, FilesBelowAreSortedAndRegular) {
    const fs::path data = folder_.path / "data";
    write(data / "b", "");
    write(data / "a/c", "");
    ASSERT_EQ(mkfifo((data / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(files_below(data), (std::vector{data / "a/c", data / "b"}));
    EXPECT_EQ(files_below(data / "b"), (std::vector{data / "b"}));
    EXPECT_EQ(files_below(data / "none"), (std::vector{data / "none"}));
}

}  // namespace
}  // namespace millrace::engine::testing
