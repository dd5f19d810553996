// Metrics of two processes that share the items against those of one.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "tests/graphs/ranks.hpp"

namespace millrace::tests {
namespace {

const char* const kTexts = R"({"schema": "millrace/1", "nodes": {
    "texts": {"type": "loaders.text_corpus", "version": 1,
        "params": {"task": "summary", "split": "train"}},
    "bleu": {"type": "metrics.bleu", "version": 1},
    "rouge": {"type": "metrics.rouge", "version": 1},
    "chrf": {"type": "metrics.chrf", "version": 1},
    "match": {"type": "metrics.text_match", "version": 1}},
"wires": [
    {"from": "texts.source", "to": "bleu.hypothesis"},
    {"from": "texts.target", "to": "bleu.reference"},
    {"from": "texts.source", "to": "rouge.hypothesis"},
    {"from": "texts.target", "to": "rouge.reference"},
    {"from": "texts.source", "to": "chrf.hypothesis"},
    {"from": "texts.target", "to": "chrf.reference"},
    {"from": "texts.source", "to": "match.hypothesis"},
    {"from": "texts.target", "to": "match.reference"}]})";

const char* const kChoices = R"({"schema": "millrace/1", "nodes": {
    "questions": {"type": "loaders.questions", "version": 1, "params": {"items": 11}},
    "model": {"type": "backbones.language_file", "version": 1,
        "params": {"path": "SOURCE/graphs/llm-qat/teacher.safetensors"}},
    "choice": {"type": "metrics.multiple_choice", "version": 1,
        "params": {"tokenizer": "SOURCE/graphs/llm-qat/small-text.tokenizer"}}},
"wires": [
    {"from": "questions.question", "to": "choice.question"},
    {"from": "model.model", "to": "choice.model"}]})";

/// By node and name; the number of items that a process has seen is its own.
std::map<std::string, double> metrics_in(const Program& program, const std::string& file) {
    std::map<std::string, double> metrics;
    std::istringstream lines(program.read(file));
    std::string item, node, name, value;
    std::getline(lines, item);  // the names of the columns
    while (std::getline(lines, item, ',') && std::getline(lines, node, ',') &&
           std::getline(lines, name, ',') && std::getline(lines, value))
        metrics[node + " " + name] = std::stod(value);
    return metrics;
}

class MetricsOfRanks : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Graphs, MetricsOfRanks, ::testing::Values(kTexts, kChoices));

TEST_P(MetricsOfRanks, AreThoseOfOneProcessInEach) {
    const Program program;
    std::string graph = GetParam();
    for (std::size_t at; (at = graph.find("SOURCE")) != std::string::npos;)
        graph.replace(at, 6, MILLRACE_SOURCE_DIR);
    program.write("graph.json", graph);
    // One thread, on which metrics that waited in turns would keep each other from ending.
    const Words words = {"run", "graph.json", "--threads", "1", "--intra-threads", "1", "--out"};
    const auto with_out = [&words](const char* folder) {
        Words all = words;
        all.emplace_back(folder);
        return all;
    };
    const Outcome alone = program.run(with_out("one"));
    ASSERT_EQ(alone.code, 0) << alone.err;
    const int port = free_port();
    std::array<std::unique_ptr<Rank>, 2> ranks;
    for (int rank = 0; rank < 2; ++rank)
        ranks[rank] = std::make_unique<Rank>(program, rank, port, with_out("two"));
    for (const auto& rank : ranks) {
        const Outcome ended = rank->end();
        ASSERT_EQ(ended.code, 0) << ended.err;
    }
    const std::map<std::string, double> wanted = metrics_in(program, "one/metrics.csv");
    const auto is_above_0 = [](const auto& metric) { return metric.second > 0; };
    EXPECT_GE(std::ranges::count_if(wanted, is_above_0), 6);
    for (const char* file : {"two/metrics.csv", "two/ranks/1/metrics.csv"}) {
        const std::map<std::string, double> found = metrics_in(program, file);
        ASSERT_EQ(found.size(), wanted.size()) << file;
        for (const auto& [name, value] : wanted) {
            ASSERT_TRUE(found.contains(name)) << file << " " << name;
            EXPECT_NEAR(found.at(name), value, 1e-12 * std::abs(value)) << file << " " << name;
        }
    }
}

}  // namespace
}  // namespace millrace::tests
