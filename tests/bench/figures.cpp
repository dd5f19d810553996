#include "tests/bench/figures.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <thread>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <oneapi/tbb/version.h>

#include "engine/value.hpp"

namespace millrace::bench {
namespace {

using engine::Array;
using engine::Object;
using engine::Value;

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    }
    return "unknown";
}

Object machine() {
    utsname system{};
    uname(&system);
    return {{"processor", processor()},
            {"cores", static_cast<int>(std::thread::hardware_concurrency())},
            {"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)},
            {"compiler", fmt::format("gcc {}", __VERSION__)},
            {"oneTBB", TBB_runtime_version()}};
}

struct Times {
    std::vector<double> milliseconds;
    double median() {
        std::ranges::sort(milliseconds);
        const std::size_t middle = milliseconds.size() / 2;
        return milliseconds.size() % 2 ? milliseconds[middle]
                                       : (milliseconds[middle - 1] + milliseconds[middle]) / 2;
    }
};

/// Why a run failed, or null. Google Benchmark 1.8 renamed the members; Debian 12 has 1.7.
template <class Run>
const std::string* fault_of(const Run& run) {
    if constexpr (requires { run.error_occurred; })
        return run.error_occurred ? &run.error_message : nullptr;
    else
        return run.skipped ? &run.skip_message : nullptr;
}

class Collector final : public benchmark::BenchmarkReporter {
public:
    explicit Collector(bool quiet) : quiet_(quiet) {}
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            if (const std::string* fault = fault_of(run)) {
                failed = true;
                std::fprintf(stderr, "%s: %s\n", run.run_name.function_name.c_str(),
                             fault->c_str());
                continue;
            }
            const double seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
            times[run.run_name.function_name].milliseconds.push_back(seconds * 1000);
        }
        if (!quiet_) std::fputc('.', stderr);
    }
    std::map<std::string, Times> times;
    bool failed = false;

private:
    bool quiet_;
};

Object figure_object(const Figure& figure) {
    return {{"name", figure.name},    {"about", figure.about}, {"value", figure.value},
            {"goal", figure.goal},    {"unit", figure.unit},   {"at_most", figure.at_most},
            {"holds", figure.holds()}};
}

void print_table(const std::vector<Figure>& figures) {
    std::size_t width = 6;
    for (const Figure& figure : figures) width = std::max(width, figure.name.size());
    fmt::print("{:<{}}  {:>10}  {:>10}  \n", "figure", width, "measured", "goal");
    for (const Figure& figure : figures) {
        fmt::print("{:<{}}  {:>10}  {:>10}  {}{}\n", figure.name, width,
                   fmt::format("{:.3g} {}", figure.value, figure.unit),
                   fmt::format("{} {:g}", figure.at_most ? "<=" : ">=", figure.goal), figure.about,
                   figure.holds() ? "" : "  (missed)");
    }
}

void print(const std::vector<Figure>& figures, bool json, Object benchmarks) {
    if (!json) return print_table(figures);
    Array list;
    for (const Figure& figure : figures) list.push_back(figure_object(figure));
    Object all = {{"machine", machine()}, {"figures", std::move(list)}};
    if (!benchmarks.empty()) all["milliseconds"] = std::move(benchmarks);
    fmt::print("{}\n", engine::to_json(Value(std::move(all))));
}

}  // namespace

bool wants_json(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc,
                       [](const char* word) { return std::strcmp(word, "--json") == 0; });
}

void print_figures(const std::vector<Figure>& figures, bool json) { print(figures, json, {}); }

int run_benchmarks(int argc, char** argv, const std::vector<Promise>& promises) {
    const bool json = wants_json(argc, argv);
    std::vector<std::string> words = {argv[0], "--benchmark_repetitions=5",
                                      "--benchmark_enable_random_interleaving=true",
                                      "--benchmark_min_time=0.3"};
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") != 0) words.emplace_back(argv[i]);
    }
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    int count = static_cast<int>(pointers.size());
    benchmark::Initialize(&count, pointers.data());
    if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;
    Collector collector(json);
    benchmark::RunSpecifiedBenchmarks(&collector);
    std::fputs(json ? "" : "\n", stderr);
    Object all;
    for (auto& [name, times] : collector.times) {
        const double median = times.median();
        all[name] = Object{{"median", median},
                           {"least", times.milliseconds.front()},
                           {"most", times.milliseconds.back()}};
    }
    std::vector<Figure> figures;
    for (const Promise& promise : promises) {
        const auto of = collector.times.find(promise.of);
        const auto over = collector.times.find(promise.over);
        if (of == collector.times.end() || (!promise.over.empty() && over == collector.times.end()))
            continue;
        const double value =
            of->second.median() / (promise.over.empty() ? 1 : over->second.median());
        figures.push_back({promise.name, promise.about, value, promise.goal, promise.at_most,
                           promise.over.empty() ? "ms" : ""});
    }
    if (!json) {
        for (auto& [name, times] : collector.times) {
            fmt::print("{:<28} {:>9.3f} ms  ({:.3f} to {:.3f})\n", name, times.median(),
                       times.milliseconds.front(), times.milliseconds.back());
        }
        fmt::print("\n");
    }
    print(figures, json, std::move(all));
    return collector.failed ? 1 : 0;
}

}  // namespace millrace::bench
