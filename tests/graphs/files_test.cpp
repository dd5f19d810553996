// Every graph file: valid with the plug-ins that are built, up to date, and in canonical form.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/graph/bends.hpp"
#include "engine/graph/graph.hpp"
#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> graph_files() {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(MILLRACE_SOURCE_DIR "/graphs")) {
        if (entry.path().extension() == ".json") files.push_back(entry.path().string());
    }
    std::ranges::sort(files);
    return files;
}

std::string bytes_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(GraphFiles, AreThere) {
    const std::vector<std::string> files = graph_files();
    for (const char* name : {"fusion/lidar-camera-overlay.json", "points/clean-and-cluster.json",
                             "points/register-two-frames.json"}) {
        EXPECT_TRUE(std::ranges::any_of(files, [&](const std::string& file) {
            return file.ends_with(name);
        })) << name;
    }
}

TEST(GraphFiles, AreValidWithoutAWarning) {
    const Program program;
    std::vector<std::string> words = graph_files();
    const std::size_t count = words.size();
    words.insert(words.begin(), {"validate", "--json"});
    const Outcome outcome = program.run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const engine::Value object = outcome.json();
    const engine::Value* graphs = object.find("graphs");
    ASSERT_TRUE(graphs) << outcome.out;
    EXPECT_EQ(graphs->as_array().size(), count);
    for (const engine::Value& graph : graphs->as_array()) {
        EXPECT_TRUE(graph.find("valid")->as_bool()) << to_json(graph);
        EXPECT_TRUE(graph.find("problems")->as_array().empty()) << to_json(graph);
    }
}

TEST(GraphFiles, CopiesElsewhereFindTheFilesBesideTheOriginal) {
    const Program program;
    std::vector<std::string> words = {"validate", "--json"};
    for (const std::string& file : graph_files()) {
        const fs::path name = fs::relative(file, MILLRACE_SOURCE_DIR "/graphs").replace_extension();
        const std::string copy = std::to_string(words.size()) + ".json";
        const Outcome made = program.run({"new", name.string(), copy});
        ASSERT_EQ(made.code, 0) << made.err;
        words.push_back(copy);
    }
    const Outcome outcome = program.run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.out;
}

TEST(GraphFiles, AreOfThePresentVersions) {
    const Program program;
    for (const std::string& file : graph_files())
        EXPECT_EQ(program.run({"migrate", file}).out, file + ": up to date\n");
}

TEST(GraphFiles, AreWrittenBackToTheSameBytes) {
    for (const std::string& file : graph_files()) {
        const engine::ReadGraph read = engine::load_graph(file);
        EXPECT_TRUE(read.problems.empty()) << file;
        EXPECT_EQ(engine::write_graph(read.graph), bytes_of(file)) << file;
    }
}

TEST(GraphFiles, SayWhatTheyDoAndWhereTheirNodesStand) {
    for (const std::string& file : graph_files()) {
        const engine::Graph graph = engine::load_graph(file).graph;
        for (const char* word : {"title", "about"}) {
            const auto found = graph.meta.find(word);
            ASSERT_TRUE(found != graph.meta.end() && found->second.is_string())
                << file << " " << word;
            EXPECT_FALSE(found->second.as_string().empty()) << file;
        }
        std::vector<std::array<double, 2>> places;
        for (const auto& [id, node] : graph.nodes) {
            ASSERT_TRUE(graph.layout.contains(id)) << file << ": " << id;
            places.push_back(graph.layout.at(id));
        }
        std::ranges::sort(places);
        EXPECT_TRUE(std::ranges::adjacent_find(places) == places.end())
            << file << ": two nodes in one place";
        std::size_t dots = 0;
        const auto bends = engine::all_bends(graph);
        for (const engine::Wire& wire : graph.wires)
            if (const auto led = bends.find(engine::wire_key(wire)); led != bends.end())
                dots += led->second.size();
        EXPECT_EQ(graph.layout.size(), graph.nodes.size() + dots)
            << file << ": a place of nothing that is there";
    }
}

}  // namespace
}  // namespace millrace::tests
