// What the viewers promise: the software renderer against Mesa's GL_POINTS in one run, large files,
// the time from a process's start to the first whole picture, and what looking at wires costs a
// run.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/scene/renderer.hpp"
#include "engine/worker/client.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/landscape.hpp"
#include "tests/bench/mesa_points.hpp"

namespace millrace::bench {
namespace {

namespace fs = std::filesystem;
using engine::Object;
using visual::kHeight;
using visual::kWidth;

fs::path shared_data() {
    const char* shared = std::getenv("MILLRACE_SHARED");
    return fs::path(shared && *shared ? shared : MILLRACE_SOURCE_DIR "/../shared") / "data";
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

/// Share of the pixels that differ by more than 3 of 255.
double difference(const visual::Frame& frame, const std::vector<std::uint8_t>& other) {
    std::size_t differing = 0;
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            const auto at = static_cast<std::size_t>(y) * kWidth + static_cast<std::size_t>(x);
            const bool empty = frame.at(x, y) == visual::kEmptyPixel;
            const int mine = empty ? 26 : static_cast<int>(frame.colors[at] & 255U);
            differing += std::abs(mine - static_cast<int>(other[at])) > 3 ? 1 : 0;
        }
    }
    return static_cast<double>(differing) / (kWidth * kHeight);
}

void against_mesa(std::size_t count, const std::string& name, double goal,
                  std::vector<Figure>& figures) {
    visual::Scene scene;
    scene.clouds.push_back(visual::make_layer(name, visual::landscape(count)));
    visual::View view;
    view.fit(scene.core_bounds(), kWidth, kHeight);
    const visual::Bounds bounds = scene.bounds();
    MesaPoints mesa(scene, kWidth, kHeight);
    visual::SplatRenderer splats;
    visual::Style style = visual::bare();
    style.coloring.map = visual::Map::Gray;
    mesa.draw(view, bounds);
    const double differing =
        difference(splats.draw(scene, view, style, kWidth, kHeight), mesa.red());
    const auto turn = [&] { view.orbit(0.02, 0); };
    const double rival = visual::median(3, [&] {
        turn();
        mesa.draw(view, bounds);
    });
    const double mine = visual::median(15, [&] {
        turn();
        splats.draw(scene, view, style, kWidth, kHeight);
    });
    std::fprintf(stderr, "%s points: %s %.1f ms, splats %.2f ms\n", name.c_str(),
                 mesa.renderer().c_str(), rival * 1e3, mine * 1e3);
    figures.push_back({"over_mesa_" + name,
                       "frame rate over GL_POINTS on Mesa's software rasteriser", rival / mine,
                       goal, false, ""});
    figures.push_back(
        {"same_as_mesa_" + name, "share of pixels that differ", differing, 0.01, true, ""});
}

void large_file(std::vector<Figure>& figures) {
    const Folder folder;
    const fs::path file = folder.path / "ten_million.bin";
    visual::write_file_atomically(
        file, visual::write_cloud(*visual::landscape(10'000'000), visual::CloudFormat::KittiBin),
        visual::Durability::Process);
    std::size_t bytes = 0;
    const double time = visual::seconds([&] {
        const auto layer = visual::make_layer(
            "file", std::make_shared<const visual::Cloud>(visual::load_cloud(file)));
        bytes = layer.tree->bytes();
    });
    figures.push_back(
        {"open_10M", "to load 10 million points and make the octree", time, 3, true, "s"});
    figures.push_back({"memory_10M", "bytes a point beside the cloud",
                       static_cast<double>(bytes) / 1e7, 32, true, ""});
}

/// Milliseconds that the program says it took from its start to its first whole picture.
double first_picture(const fs::path& file) {
    const std::string command =
        fmt::format("QT_QPA_PLATFORM=offscreen '{}/bin/millrace-view' --time '{}' 2>&1",
                    MILLRACE_BINARY_DIR, file.string());
    FILE* pipe = popen(command.c_str(), "r");
    double milliseconds = 0;
    char line[256];
    while (pipe && std::fgets(line, sizeof line, pipe))
        std::sscanf(line, "first whole picture after %lf ms", &milliseconds);
    if (!pipe || pclose(pipe) != 0 || milliseconds <= 0)
        throw std::runtime_error("millrace-view did not show " + file.string());
    return milliseconds;
}

/// Seconds of a run of the overlay with so many wires looked at.
double run_seconds(int taps) {
    const Folder folder;
    std::mutex mutex;
    std::condition_variable changed;
    double seconds = 0;
    engine::worker::Client client(
        {std::string(MILLRACE_BINARY_DIR) + "/bin/millrace", "worker", "--no-cache"},
        {.notice =
             [&](const std::string& method, const engine::Value& params, const auto&) {
                 if (method != "run/ended") return;
                 const std::scoped_lock lock(mutex);
                 seconds = params.find("report")->find("seconds")->as_double();
                 changed.notify_all();
             },
         .log = {},
         .ended = {}});
    const auto ask = [&](const char* method, Object params) {
        const auto answer = client.call_and_wait(method, std::move(params));
        if (answer.problem) throw engine::Error(*answer.problem);
    };
    ask("initialise", {{"protocol", 1}, {"catalogue", false}});
    ask("graph/open", {{"file", MILLRACE_SOURCE_DIR "/graphs/fusion/lidar-camera-overlay.json"}});
    const std::vector<const char*> outputs = {"source.cloud", "overlay.image", "depth_colors.image",
                                              "birds_eye.image"};
    for (int i = 0; i < taps; ++i)
        ask("wire/subscribe",
            {{"output", outputs[static_cast<std::size_t>(i)]}, {"per_second", 10}});
    ask("run/start", {{"out", (folder.path / "run").string()},
                      {"set", Object{{"source.kind", "kitti"},
                                     {"source.root", (shared_data() / "kitti-mini").string()}}}});
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return seconds > 0; });
    return seconds;
}

int measure(bool json) {
    std::vector<Figure> figures;
    against_mesa(1'000'000, "1M", 20, figures);
    against_mesa(10'000'000, "10M", 30, figures);
    large_file(figures);
    const fs::path scan = shared_data() / "kitti-mini/velodyne/000008.bin";
    if (fs::exists(scan)) {
        std::vector<double> times;
        for (int i = 0; i < 5; ++i) times.push_back(first_picture(scan));
        figures.push_back({"first_picture", "median of 5, from the process's start, a KITTI scan",
                           visual::middle(times), 300, true, "ms"});
        std::vector<double> shares;
        for (int i = 0; i < 7; ++i) {
            const double none = run_seconds(0);
            shares.push_back(none / run_seconds(4));
        }
        figures.push_back({"four_taps",
                           "median of 7, throughput with four wires looked at, over none",
                           visual::middle(shares), 0.95, false, ""});
    } else {
        std::fprintf(
            stderr,
            "Without %s the first picture and the taps are not measured; set MILLRACE_SHARED.\n",
            scan.c_str());
    }
    print_figures(figures, json);
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
