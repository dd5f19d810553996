// The node reference: resources/help/nodes holds the pages that the program writes from the tables
// of all node types, and each of them tells a user enough.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "engine/value.hpp"
#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;
using engine::Value;

const fs::path kPages = fs::path(MILLRACE_SOURCE_DIR) / "resources/help/nodes";

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none))
        names.insert(entry.path().filename().string());
    return names;
}

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

/// "line 12: \"old\", now \"new\"".
std::string first_difference(const std::string& old, const std::string& now) {
    std::istringstream olds(old), nows(now);
    std::string before, after;
    for (int line = 1;; ++line) {
        const bool more_old = static_cast<bool>(std::getline(olds, before));
        const bool more_now = static_cast<bool>(std::getline(nows, after));
        if (!more_old && !more_now) return "line endings";
        if (before != after || more_old != more_now)
            return "line " + std::to_string(line) + ":\n  page  " + (more_old ? before : "(ends)") +
                   "\n  now   " + (more_now ? after : "(ends)");
    }
}

TEST(Pages, AreUpToDate) {
    const Program program;
    const Outcome outcome = program.run({"nodes", "--markdown", "pages"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const std::string renew =
        "\nRenew the pages with\n    rm -f resources/help/nodes/*.md && " +
        fs::path(MILLRACE_PROGRAM).lexically_relative(MILLRACE_SOURCE_DIR).string() +
        " nodes --markdown resources/help/nodes";
    const auto now = names_in(program.folder / "pages");
    for (const std::string& name : names_in(kPages)) {
        EXPECT_TRUE(now.contains(name))
            << "resources/help/nodes/" << name << " is of a node type that is gone." << renew;
    }
    for (const std::string& name : now) {
        if (!fs::exists(kPages / name)) {
            ADD_FAILURE() << "resources/help/nodes/" << name << " is missing." << renew;
            continue;
        }
        const std::string page = content_of(kPages / name);
        const std::string fresh = program.read("pages/" + name);
        if (page != fresh) {
            ADD_FAILURE() << "resources/help/nodes/" << name << " is out of date, "
                          << first_difference(page, fresh) << renew;
        }
    }
}

class Tables : public ::testing::Test {
protected:
    Tables() : nodes(program.run({"nodes", "--json"}).json()) {}

    const engine::Array& all() const { return nodes.find("nodes")->as_array(); }

    Program program;
    Value nodes;
};

TEST_F(Tables, SayWhatEveryPartIs) {
    ASSERT_GT(all().size(), 40u);
    for (const Value& node : all()) {
        const std::string id = node.find("id")->as_string();
        const std::string doc = node.find("doc")->as_string();
        EXPECT_FALSE(node.find("title")->as_string().empty()) << id;
        EXPECT_FALSE(node.find("group")->as_string().empty()) << id;
        ASSERT_GT(doc.size(), 20u) << id;
        EXPECT_EQ(doc.back(), '.') << id << ": whole sentences";
        EXPECT_LE(doc.substr(0, doc.find(". ")).size(), 140u)
            << id << ": a short first sentence, as lists show it";
        for (const char* part : {"inputs", "outputs", "params"}) {
            for (const Value& item : node.find(part)->as_array()) {
                const std::string name = id + "." + item.find("name")->as_string();
                EXPECT_FALSE(item.find("doc")->as_string().empty()) << name;
                EXPECT_EQ(item.find("doc")->as_string().find("TODO"), std::string::npos) << name;
            }
        }
    }
}

/// A graph that stands on the page must be one.
TEST_F(Tables, HaveExamplesThatAreValid) {
    std::vector<std::string> words = {"validate", "--json"};
    for (const Value& node : all()) {
        const std::string id = node.find("id")->as_string();
        const Value page = program.run({"nodes", id, "--json"}).json();
        const Value* example = page.find("example");
        ASSERT_TRUE(example) << id << " has no example";
        program.write(id + ".json", to_json(*example));
        words.push_back(id + ".json");
        bool there = false;
        for (const auto& [name, used] : example->find("nodes")->as_object())
            there = there || used.find("type")->as_string() == id;
        EXPECT_TRUE(there) << id << " is not in its own example";
    }
    const Value report = program.run(words).json();
    for (const Value& graph : report.find("graphs")->as_array()) {
        for (const Value& problem : graph.find("problems")->as_array()) {
            // A file that the reader has to name.
            const bool file = problem.find("code")->as_string() == "E-FILE-001";
            EXPECT_TRUE(file) << graph.find("graph")->as_string() << ": " << to_json(problem);
        }
    }
}

}  // namespace
}  // namespace millrace::tests
