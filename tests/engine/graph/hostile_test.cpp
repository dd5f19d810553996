// Files nobody meant well with: one clear error each, little time and memory, never a crash.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "engine/graph/migrate.hpp"
#include "engine/plan/plan.hpp"
#include "tests/engine/graph/random_graph.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

/// The problem's text is what people and programs read: short, and UTF-8 whatever the file held.
void expect_readable(const Problem& problem) {
    const std::string text = to_text(problem);
    EXPECT_LT(text.size(), 2000u);
    EXPECT_NO_THROW(parse_json(to_json(Value(text)), "problem")) << problem.code;
    EXPECT_FALSE(problem.what.empty() || problem.expected.empty() || problem.found.empty() ||
                 problem.mend.empty())
        << text;
}

void expect_one(std::string_view text, const std::string& code) {
    const ReadGraph read = read_graph(text, "g.json");
    ASSERT_EQ(read.problems.size(), 1u) << text.substr(0, 200) << "\n"
                                        << problems_text(read.problems).substr(0, 2000);
    EXPECT_EQ(read.problems[0].code, code) << text.substr(0, 200);
    expect_readable(read.problems[0]);
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    all.reserve(text.size() * static_cast<std::size_t>(times));
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Hostile, ATextCutAnywhereIsOneError) {
    std::string text = text_of(MILLRACE_SOURCE_DIR "/graphs/points/register-two-frames.json");
    ASSERT_GT(text.size(), 1000u);
    text += write_graph(random_graph(7));
    const auto second = text.find("}\n{") + 2;
    for (std::string_view whole :
         {std::string_view(text).substr(0, second - 1), std::string_view(text).substr(second)}) {
        ASSERT_TRUE(read_graph(whole, "g.json").problems.empty());
        for (std::size_t end = 0; end + 2 < whole.size(); ++end)
            expect_one(whole.substr(0, end), "E-JSON-001");
    }
}

TEST(Hostile, AByteChangedAnywhereNeverCrashes) {
    std::string text = write_graph(random_graph(11));
    Runner runner;
    const auto plan = [&] {
        ReadGraph read = read_graph(text, "g.json");
        for (const Problem& problem : read.problems) expect_readable(problem);
        std::vector<Problem> problems;
        migrate(read.graph, runner.registry, problems);
        make_plan(read.graph, runner.registry, {});
        EXPECT_EQ(write_graph(read_graph(write_graph(read.graph), "again").graph),
                  write_graph(read.graph));
    };
    for (std::size_t at = 0; at < text.size(); at += 3) {
        const char before = text[at];
        text[at] = "{}[]\",:0-\\\xff"[at % 11];
        plan();
        text[at] = before;
    }
}

TEST(Hostile, ControlCharactersAreNotShownAsTheyAre) {
    for (
        const std::string text :
        {R"({"schema": "millrace/1", "no\u007fde": 1, "no\u007fde": 2})",
         R"({"schema": "millrace/1\u001b[2J"})",
         R"({"schema": "millrace/1", "nodes": {"a\u001b[2J": {"type": "control.counter"}}})",
         R"({"schema": "millrace/1", "nodes": {"a": {"type": "no\u007fsuch"}}})",
         R"({"schema": "millrace/1", "nodes": {"a": {"type": "control.subgraph", "subgraph": "\u007f"}}})"}) {
        const ReadGraph read = read_graph(text, "g.json");
        std::vector<Problem> problems = read.problems;
        for (const Problem& problem : expand(read.graph).problems) problems.push_back(problem);
        for (const Problem& problem : make_plan(read.graph, Registry(), {}).problems)
            problems.push_back(problem);
        ASSERT_FALSE(problems.empty()) << text;
        for (const Problem& problem : problems) {
            for (const std::string& shown : {problem.what, problem.found, problem.where}) {
                EXPECT_TRUE(std::ranges::none_of(shown, [](unsigned char c) {
                    return c < 0x20 || c == 0x7f;
                })) << text;
            }
        }
    }
}

TEST(Hostile, TenThousandLevels) {
    for (const char* open :
         {"[", "{\"a\":", "{\"subgraphs\":{\"s\":", "{\"schema\":\"millrace/1\",\"a\":"}) {
        expect_one(repeated(open, 10'000), "E-JSON-003");
    }
}

TEST(Hostile, BytesThatAreNoUtf8) {
    const std::string overlong = "\xc0\xaf", surrogate = "\xed\xa0\x80", lone = "\x80",
                      cut = "\xe2\x82", large = "\xf4\x90\x80\x80";
    for (const std::string& bytes :
         {overlong, surrogate, lone, cut, large, std::string("\xff\xfe")}) {
        expect_one(R"({"schema": "millrace/1", "meta": {"title": ")" + bytes + "\"}}",
                   "E-JSON-001");
        expect_one(R"({"schema": "millrace/1", "meta": {")" + bytes + "\": 1}}", "E-JSON-001");
        expect_one(bytes, "E-JSON-001");
    }
    expect_one(R"({"schema": "millrace/1", "meta": {"title": "\ud800"}})", "E-JSON-001");
    expect_one(std::string("{\"schema\": \"millrace/1\"\0}", 25), "E-JSON-001");
}

TEST(Hostile, LongTextsMakeShortErrors) {
    const std::string letters = repeated("ä", 2'000'000);
    expect_one("\"" + letters, "E-JSON-001");
    expect_one(R"({"schema": ")" + letters + "\"}", "E-GRAPH-001");
    expect_one(R"({"schema": "millrace/1", "nodes": {")" + letters + R"(": {"type": "t.t"}}})",
               "E-GRAPH-004");
    expect_one(R"({"schema": "millrace/1", "nodes": {"n": {"type": "t.t", "version": ")" + letters +
                   "\"}}}",
               "E-GRAPH-003");
    expect_one(R"({"schema": "millrace/1", "wires": [{"to": "a.b", "from": ")" + letters + "\"}]}",
               "E-GRAPH-003");
    expect_one(R"({"schema": "millrace/1", "parameters": {"p": {"of": ")" + letters + "\"}}}",
               "E-GRAPH-006");
    expect_one(R"({"schema": "millrace/1", ")" + letters + R"(": 1, ")" + letters + "\": 2}",
               "E-JSON-002");
    expect_one(R"({"schema": "millrace/1", "meta": {"n": )" + repeated("9", 1'000'000) + "}}",
               "E-JSON-001");
    expect_one(R"({"schema": "millrace/1", "meta": {"n": )" + repeated("9", 300) + "}}",
               "E-JSON-004");
}

TEST(Hostile, HugeCountsAreRefusedBeforeTheyTakeMemory) {
    expect_one(R"({"schema": "millrace/1", "wires": [)" + repeated("1,", 5'000'000) + "1]}",
               "E-JSON-006");
    expect_one(R"({"schema": "millrace/1", "meta": {"t": ")" + std::string(65u << 20, ' ') + "\"}}",
               "E-JSON-005");
    // A file of nothing but faults lists the first thousand.
    const ReadGraph many = read_graph(
        R"({"schema": "millrace/1", "wires": [)" + repeated("1,", 100'000) + "1]}", "g.json");
    ASSERT_EQ(many.problems.size(), 1001u);
    EXPECT_EQ(many.problems.back().code, "E-GRAPH-007");
    EXPECT_EQ(many.problems.back().found, "99001 more");
}

TEST(Hostile, APipeWithoutAnEndIsCutOff) {
    const TemporaryFolder folder;
    const auto pipe = folder.path / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::thread writer([&] {
        std::ofstream out(pipe);
        out << R"({"schema": "millrace/1", "meta": {"title": "through a pipe"}})";
    });
    const ReadGraph good = load_graph(pipe);
    writer.join();
    EXPECT_TRUE(good.problems.empty()) << problems_text(good.problems);
    EXPECT_EQ(good.graph.meta.at("title").as_string(), "through a pipe");
    const ReadGraph endless = load_graph("/dev/zero");
    ASSERT_EQ(endless.problems.size(), 1u);
    EXPECT_EQ(endless.problems[0].code, "E-JSON-005");
}

TEST(Hostile, ManyWrongWiresAreReportedInReasonableTime) {
    std::string nodes, wires;
    for (int i = 0; i < 20'000; ++i) {
        nodes += R"(,"node)" + std::to_string(i) + R"(":{"type":"control.counter"})";
        wires += R"(,{"from":"nood)" + std::to_string(i) + R"(.value","to":"node)" +
                 std::to_string(i) + ".in\"}";
    }
    const ReadGraph read = read_graph(R"({"schema":"millrace/1","nodes":{)" + nodes.substr(1) +
                                          R"(},"wires":[)" + wires.substr(1) + "]}",
                                      "g.json");
    ASSERT_TRUE(read.problems.empty());
    Runner runner;
    const Plan plan = make_plan(read.graph, runner.registry, {});
    EXPECT_EQ(std::ranges::count(plan.problems, "E-PLAN-002", &Problem::code), 20'000);
    EXPECT_EQ(std::ranges::count(plan.problems, "E-PLAN-003", &Problem::code), 20'000);
}

TEST(Hostile, ALongCycleIsNamedInShort) {
    std::string nodes, wires;
    constexpr int kNodes = 50'000;
    for (int i = 0; i < kNodes; ++i) {
        nodes += R"(,"n)" + std::to_string(i) + R"(":{"type":"test.add"})";
        wires += R"(,{"from":"n)" + std::to_string(i) + R"(.value","to":"n)" +
                 std::to_string((i + 1) % kNodes) + ".value\"}";
    }
    const ReadGraph read = read_graph(R"({"schema":"millrace/1","nodes":{)" + nodes.substr(1) +
                                          R"(},"wires":[)" + wires.substr(1) + "]}",
                                      "g.json");
    Runner runner;
    const Plan plan = make_plan(read.graph, runner.registry, {});
    ASSERT_EQ(plan.problems.size(), 1u);
    EXPECT_EQ(plan.problems[0].code, "E-PLAN-006");
    expect_readable(plan.problems[0]);
}

}  // namespace
}  // namespace millrace::engine::testing
