// What a sketch costs, in readings of the packet: once through all bytes with nothing else to do
// than to add them up, which for large arrays is the speed of the memory.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "engine/packet.hpp"
#include "engine/random.hpp"
#include "engine/sketch.hpp"
#include "tests/bench/figures.hpp"

namespace millrace::engine {
namespace {

std::vector<float> values(std::size_t count) {
    Random random(11, "sketch_bench", count);
    std::vector<float> list(count);
    // Cheap numbers of a normal shape; four million real ones take longer than the benchmark.
    for (float& value : list) {
        value = static_cast<float>(random.uniform() + random.uniform() + random.uniform() - 1.5);
    }
    return list;
}

void sketch(benchmark::State& state, std::size_t count) {
    const std::vector<float> list = values(count);
    Record record;
    record.arrays.push_back(
        view_of("values", list.data(), {static_cast<std::int64_t>(list.size())}));
    for (auto _ : state) benchmark::DoNotOptimize(sketch_of(record, "test/1"));
}

/// Each byte once, in as many sums as hide the latency of an addition.
void read(benchmark::State& state, std::size_t count) {
    using Words [[gnu::vector_size(16)]] = std::uint64_t;
    constexpr std::size_t kSums = 8;
    const std::vector<float> list = values(count);
    const auto* bytes = reinterpret_cast<const std::byte*>(list.data());
    const std::size_t size = list.size() * sizeof(float);
    for (auto _ : state) {
        Words sums[kSums] = {};
        for (std::size_t at = 0; at + sizeof sums <= size; at += sizeof sums) {
#pragma GCC unroll 8
            for (std::size_t i = 0; i < kSums; ++i) {
                Words some;
                std::memcpy(&some, bytes + at + i * sizeof some, sizeof some);
                sums[i] += some;
            }
        }
        for (Words& sum : sums) benchmark::DoNotOptimize(sum);
    }
}

struct Size {
    const char* name;
    std::size_t count;
};
constexpr Size kSizes[] = {{"1k", 1 << 10}, {"64k", 1 << 16}, {"4M", 1 << 22}};

}  // namespace
}  // namespace millrace::engine

int main(int argc, char** argv) {
    using namespace millrace;
    std::vector<bench::Promise> promises;
    for (const engine::Size& size : engine::kSizes) {
        const std::string name = size.name;
        benchmark::RegisterBenchmark(("sketch_" + name).c_str(), [count = size.count](auto& state) {
            engine::sketch(state, count);
        });
        benchmark::RegisterBenchmark(("read_" + name).c_str(), [count = size.count](auto& state) {
            engine::read(state, count);
        });
        promises.push_back({"sketch_over_read_" + name,
                            "a sketch of " + name + " floats, in readings of them",
                            "sketch_" + name, "read_" + name, 3});
    }
    return bench::run_benchmarks(argc, argv, promises);
}
