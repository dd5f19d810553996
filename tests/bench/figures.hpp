// What the benchmark programs promise, as figures with goals. Times differ from machine to machine,
// so most figures are ratios of two benchmarks of the same process, run in turns.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace millrace::bench {

struct Figure {
    std::string name;
    std::string about;  ///< what is measured
    double value = 0;
    double goal = 0;
    bool at_most = true;  ///< the value should be at most the goal; else at least
    std::string unit = {};
    bool holds() const { return at_most ? value <= goal : value >= goal; }
};

/// A figure made of benchmarks: the median time of `of`, divided by that of `over`, or in
/// milliseconds where `over` is empty.
struct Promise {
    std::string name, about, of, over;
    double goal;
    bool at_most = true;
};

/// Runs the registered Google Benchmark cases in turns (five rounds, random order) and prints the
/// figures as a table, or with
/// --json as one object with the machine's description and all medians. Other arguments go to
/// Google Benchmark. Returns the exit code: 0, or 1 when a benchmark failed. A goal that is missed
/// is no failure: machines differ.
int run_benchmarks(int argc, char** argv, const std::vector<Promise>& promises);

/// The same output for figures measured in another way.
void print_figures(const std::vector<Figure>& figures, bool json);

/// Whether the program was asked for JSON.
bool wants_json(int argc, char** argv);

}  // namespace millrace::bench
