// Whole pipelines on the real node families: how the overlay of real frames gains from a second
// core, and how soon a run stops with every node type busy. `millrace bench pipeline` runs this
// program; it needs the shared data beside the project (MILLRACE_SHARED).
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "engine/graph/graph.hpp"
#include "engine/node/plugin.hpp"
#include "engine/node/registry.hpp"
#include "engine/run/run.hpp"
#include "tests/bench/figures.hpp"

namespace millrace::bench {
namespace {

namespace fs = std::filesystem;
using engine::Graph;
using engine::Registry;
using engine::RunOptions;
using engine::RunResult;
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

fs::path shared_data() {
    const char* folder = std::getenv("MILLRACE_SHARED");
    return (folder ? fs::path(folder) : fs::path(MILLRACE_SOURCE_DIR) / "../shared") / "data";
}

Graph load(const fs::path& file) {
    engine::ReadGraph read = engine::load_graph(file);
    if (!read.problems.empty()) throw engine::Error(read.problems.front());
    return std::move(read.graph);
}

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "millrace-bench-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

double overlay_milliseconds(const Registry& registry, int threads) {
    Graph graph = load(fs::path(MILLRACE_SOURCE_DIR) / "graphs/fusion/lidar-camera-overlay.json");
    engine::set_parameter(graph, "source.kind", "kitti");
    engine::set_parameter(graph, "source.root", (shared_data() / "kitti-mini").string());
    const Folder out;
    RunOptions options;
    options.threads = threads;
    options.out = out.path;
    options.checkpoint_interval = std::chrono::milliseconds(0);
    const auto start = Clock::now();
    engine::Run run(engine::plan_run(graph, registry, options), registry, options);
    run.start();
    const RunResult result = run.wait();
    if (result.status != engine::RunStatus::Succeeded)
        throw std::runtime_error("the overlay run failed");
    return milliseconds_since(start);
}

struct Stopped {
    double acknowledged = 0;  ///< ms until the run's status says so
    double ended = 0;         ///< ms until wait() returned
};

/// Longest call of each node type, and how long one went on after the stop, in ms.
struct Worst {
    double call = 0, after_stop = 0;
    int caught = 0;  ///< stops that came while the node was in a call
};

Stopped stop_once(const Registry& registry, const Graph& graph, double after_ms,
                  std::map<std::string, Worst>& worst) {
    const Folder out;
    RunOptions options;
    options.out = out.path;
    options.trace = true;
    options.roots.named = {{"clouds", shared_data() / "kitti-mini/velodyne"},
                           {"images", shared_data() / "kitti-mini/image_2"}};
    engine::Run run(engine::plan_run(graph, registry, options), registry, options);
    run.start();
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(after_ms));
    const double stopped_at = run.figures().seconds * 1000;
    const auto start = Clock::now();
    run.stop();
    Stopped stopped;
    while (run.status() != engine::RunStatus::Stopped) std::this_thread::yield();
    stopped.acknowledged = milliseconds_since(start);
    const RunResult result = run.wait();
    stopped.ended = milliseconds_since(start);
    for (const engine::TraceSpan& span : result.trace) {
        Worst& node = worst[run.plan().nodes[static_cast<std::size_t>(span.node)].type->spec.id];
        const double begin = span.start_us / 1000;
        const double end = begin + span.duration_us / 1000;
        node.call = std::max(node.call, span.duration_us / 1000);
        if (begin < stopped_at && end > stopped_at) {
            ++node.caught;
            node.after_stop = std::max(node.after_stop, end - stopped_at);
        }
    }
    return stopped;
}

int measure(bool json) {
    if (!fs::exists(shared_data() / "kitti-mini")) {
        std::fprintf(stderr, "The pipeline benchmark needs %s; set MILLRACE_SHARED.\n",
                     (shared_data() / "kitti-mini").c_str());
        return 4;
    }
    Registry registry;
    engine::load_plugins(registry, engine::plugin_folders());
    std::vector<double> gains;
    for (int round = 0; round < 5; ++round) {
        const double one = overlay_milliseconds(registry, 1);
        const double two = overlay_milliseconds(registry, 2);
        gains.push_back(one / two);
        std::fprintf(stderr, "overlay of all real frames: 1 thread %.0f ms, 2 threads %.0f ms\n",
                     one, two);
    }
    const Graph graph = load(fs::path(MILLRACE_SOURCE_DIR) / "tests/bench/every_node.json");
    std::map<std::string, Worst> worst;
    std::mt19937 random(7);
    double acknowledged = 0;
    double ended = 0;
    for (int round = 0; round < 40; ++round) {
        const double after = 300.0 + static_cast<double>(random() % 6000);
        const Stopped stopped = stop_once(registry, graph, after, worst);
        acknowledged = std::max(acknowledged, stopped.acknowledged);
        ended = std::max(ended, stopped.ended);
    }
    if (!json) {
        fmt::print("{:<26} {:>14} {:>20} {:>8}\n", "node type", "longest call",
                   "longest after stop", "caught");
        for (const auto& [type, node] : worst)
            fmt::print("{:<26} {:>11.1f} ms {:>17.1f} ms {:>8}\n", type, node.call, node.after_stop,
                       node.caught);
        fmt::print("\n");
    }
    print_figures(
        {{"second core", "overlay of the real frames, one thread over two", median(gains), 1.7,
          false},
         {"stop acknowledged", "worst of 40 stops with every node type busy", acknowledged, 200,
          true, "ms"},
         {"stop ended", "worst of the same until the run had ended", ended, 2000, true, "ms"}},
        json);
    return 0;
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
    try {
        return millrace::bench::measure(millrace::bench::wants_json(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
