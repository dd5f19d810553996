// Benchmarks of nodes/ops on clouds of KITTI's size: the real frame 000001 of the shared data when
// it is there, stretched or cut to the wanted number, else a seeded cloud of like extent.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "nodes/ops/boxes/rotated_nms.hpp"
#include "nodes/ops/camera/feature_sampling.hpp"
#include "nodes/ops/camera/kitti.hpp"
#include "nodes/ops/points/chamfer.hpp"
#include "nodes/ops/points/farthest_point_sampling.hpp"
#include "nodes/ops/points/neighbors.hpp"
#include "nodes/ops/points/voxelize.hpp"
#include "tests/bench/figures.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kFrame = 120000;

std::filesystem::path real_frame() {
    const char* folder = std::getenv("MILLRACE_SHARED");
    const std::filesystem::path shared =
        folder ? std::filesystem::path(folder)
               : std::filesystem::path(MILLRACE_SOURCE_DIR).parent_path() / "shared";
    return shared / "data/kitti-mini/velodyne/000001.bin";
}

std::vector<float> seeded_rows() {
    std::mt19937 random(1);
    std::normal_distribution<float> spread(0, 12), height(-1, 0.7F);
    std::uniform_real_distribution<float> intensity(0, 1);
    std::vector<float> rows;
    for (std::size_t i = 0; i < kFrame; ++i) {
        rows.insert(rows.end(),
                    {spread(random), spread(random), height(random), intensity(random)});
    }
    return rows;
}

/// [120000, 4] x y z intensity.
const std::vector<float>& frame_rows() {
    static const std::vector<float> rows = [] {
        std::ifstream stream(real_frame(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
        std::vector<float> values(bytes.size() / sizeof(float) / 4 * 4);
        if (values.empty()) return seeded_rows();
        std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
        // A frame with fewer points starts over.
        const std::size_t whole = values.size();
        while (values.size() < kFrame * 4) values.push_back(values[values.size() - whole]);
        values.resize(kFrame * 4);
        return values;
    }();
    return rows;
}

/// `count` points spread over the whole frame.
std::vector<types::Point> frame_points(std::size_t count) {
    const std::vector<float>& rows = frame_rows();
    std::vector<types::Point> points(count);
    for (std::size_t i = 0; i < count; ++i) {
        const float* row = rows.data() + i * kFrame / count * 4;
        points[i] = {row[0], row[1], row[2]};
    }
    return points;
}

types::Camera frame_camera() {
    return kitti_camera(
        {.p2 = {721.54, 0, 609.56, 44.86, 0, 721.54, 172.85, 0.2164, 0, 0, 1, 0.002746},
         .r0 = {1, 0, 0, 0, 1, 0, 0, 0, 1},
         .velo_to_cam = {0.0075, -1, -0.0006, -0.004, 0.0148, 0.0007, -1, -0.076, 1, 0.0075, 0.0148,
                         -0.272}},
        {1242, 375});
}

void project(benchmark::State& state) {
    const auto points = frame_points(kFrame);
    auto camera = frame_camera();
    if (state.range(0) != 0) camera.distortion = {-0.3, 0.1, 0.001, -0.001, 0.01};
    for (auto _ : state) {
        // Memory included, as a node pays for it.
        const ProjectedPoints projected = project_points(points, camera);
        benchmark::DoNotOptimize(projected.uv.data());
    }
}
BENCHMARK(project)
    ->Name("project_120k")
    ->ArgName("distorted")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

void project_again(benchmark::State& state) {
    const auto points = frame_points(kFrame);
    const auto camera = frame_camera();
    ProjectedPoints projected;
    for (auto _ : state) {
        project_points(points, camera, {}, projected);
        benchmark::DoNotOptimize(projected.uv.data());
    }
}
BENCHMARK(project_again)->Name("project_120k_same_storage")->Unit(benchmark::kMillisecond);

void sample(benchmark::State& state) {
    const auto projected = project_points(frame_points(kFrame), frame_camera());
    const std::vector<float> values(16 * 94 * 311, 0.5F);
    for (auto _ : state) {
        const auto sampled = sample_features({values, 16, 94, 311}, projected.uv, {1242, 375},
                                             static_cast<FeatureSampling>(state.range(0)));
        benchmark::DoNotOptimize(sampled.values.data());
    }
}
BENCHMARK(sample)
    ->Name("sample_16_channels_120k")
    ->ArgName("mode")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

void voxelize(benchmark::State& state) {
    const std::vector<float>& rows = frame_rows();
    const VoxelGrid grid{.range = {0, -40, -3, 70.4, 40, 1}, .voxel_size = {0.05, 0.05, 0.1}};
    for (auto _ : state) {
        const Voxels voxels = voxelize_hard(rows, 4, grid);
        benchmark::DoNotOptimize(voxels.values.data());
    }
}
BENCHMARK(voxelize)->Name("voxelize_120k")->Unit(benchmark::kMillisecond);

void farthest(benchmark::State& state) {
    const auto points = frame_points(16384);
    for (auto _ : state) benchmark::DoNotOptimize(farthest_point_sampling(points, 1024).data());
}
BENCHMARK(farthest)->Name("farthest_16384_to_1024")->Unit(benchmark::kMillisecond);

void ball(benchmark::State& state) {
    const auto points = frame_points(16384), centers = frame_points(1024);
    for (auto _ : state) benchmark::DoNotOptimize(ball_query(centers, points, 0.8, 32).data());
}
BENCHMARK(ball)->Name("ball_query_1024_of_16384")->Unit(benchmark::kMillisecond)->UseRealTime();

void three(benchmark::State& state) {
    const auto points = frame_points(16384), centers = frame_points(1024);
    for (auto _ : state) benchmark::DoNotOptimize(three_nearest(points, centers).weights.data());
}
BENCHMARK(three)->Name("three_nearest_16384_of_1024")->Unit(benchmark::kMillisecond)->UseRealTime();

void chamfer_sets(benchmark::State& state) {
    const auto a = frame_points(2048), b = frame_points(2047);
    for (auto _ : state) benchmark::DoNotOptimize(chamfer(a, b).distance);
}
BENCHMARK(chamfer_sets)->Name("chamfer_2048")->Unit(benchmark::kMillisecond)->UseRealTime();

void suppress(benchmark::State& state) {
    std::mt19937 random(2);
    std::uniform_real_distribution<double> place(0, 70), angle(-3, 3), score(0, 1);
    std::vector<types::Box3d> boxes(4096);
    for (types::Box3d& box : boxes) {
        box.center = {place(random), place(random), 0};
        box.size = {3.9, 1.6, 1.5};
        box.yaw = angle(random);
        box.score = score(random);
    }
    for (auto _ : state)
        benchmark::DoNotOptimize(rotated_nms(boxes, {.threshold = 0.1, .post_max = 500}).data());
}
BENCHMARK(suppress)->Name("rotated_nms_4096")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace millrace::ops

int main(int argc, char** argv) {
    return millrace::bench::run_benchmarks(
        argc, argv, {{"projection", "120,000 points into the image", "project_120k", "", 2}});
}
