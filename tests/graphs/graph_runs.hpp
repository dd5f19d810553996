// Runs of ready-made graphs by the built program, and the metrics that they leave.
#pragma once

#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace millrace::tests {

/// `graph` as "llm-qat/train.json".
inline Outcome run_graph(const Program& program, const std::string& graph, const std::string& out,
                         const std::vector<std::string>& set) {
    std::vector<std::string> words = {
        "run", MILLRACE_SOURCE_DIR "/graphs/" + graph, "--out", out, "--intra-threads", "1"};
    for (const std::string& value : set) words.insert(words.end(), {"--set", value});
    return program.run(words);
}

/// The last value of each metric, by "node.name".
inline std::map<std::string, double> metrics_of(const Program& program, const std::string& out) {
    std::map<std::string, double> metrics;
    std::istringstream lines(program.read(out + "/metrics.csv"));
    for (std::string line; std::getline(lines, line);) {
        std::vector<std::string> cells;
        std::istringstream stream(line);
        for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
        if (cells.size() == 4) metrics[cells[1] + "." + cells[2]] = std::atof(cells[3].c_str());
    }
    return metrics;
}

}  // namespace millrace::tests
