// kws_step FILE STEPS [time]: runs a network file on pseudo-random features and prints a checksum
// of its outputs, the SVDF layers whose sums are wide, the SVDF layers, and with `time` the
// median nanoseconds of a step over many parts of STEPS steps. A step of the counted loop does
// nothing beside the network's own work; what surrounds the loop costs the same for any number of
// steps.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "nodes/ops/kws_runtime/kws_runtime.hpp"

namespace kws = millrace::kws;

namespace {

constexpr std::size_t kFrames = 64, kChecked = 30;
constexpr int kParts = 51;

std::uint32_t next(std::uint32_t& state) { return state = state * 1664525u + 1013904223u; }

/// Bytes aligned for the runtime, zero; they live as long as the program.
void* room(std::size_t bytes) {
    const std::size_t whole = (bytes + 63) / 64 * 64;
    void* memory = std::aligned_alloc(64, whole);
    if (memory != nullptr) std::memset(memory, 0, whole);
    return memory;
}

bool open_file(const char* path, kws::Network& network) {
    std::FILE* file = std::fopen(path, "rb");
    if (file == nullptr) return false;
    std::fseek(file, 0, SEEK_END);
    const long bytes = std::ftell(file);
    std::rewind(file);
    void* model = bytes > 0 ? room(static_cast<std::size_t>(bytes)) : nullptr;
    const bool is_read =
        model != nullptr && std::fread(model, static_cast<std::size_t>(bytes), 1, file) == 1;
    std::fclose(file);
    if (!is_read || kws::open(model, static_cast<std::size_t>(bytes), network) != kws::Status::Ok)
        return false;
    void* arena = room(kws::arena_bytes(network));
    return kws::start(network, arena, kws::arena_bytes(network)) == kws::Status::Ok;
}

}  // namespace

int main(int count, char** arguments) {
    kws::Network network;
    if (count < 3 || !open_file(arguments[1], network)) {
        std::fprintf(stderr, "usage: kws_step FILE STEPS [time], FILE a network of version %u\n",
                     kws::kVersion);
        return 1;
    }
    const std::size_t steps = std::strtoul(arguments[2], nullptr, 10);
    const std::size_t width = kws::input_width(network), outputs = kws::output_width(network);
    auto* frames = static_cast<std::int8_t*>(room(kFrames * width));
    if (frames == nullptr) return 1;
    std::uint32_t random = 1;
    for (std::size_t i = 0; i < kFrames * width; ++i)
        frames[i] = static_cast<std::int8_t>(static_cast<int>(next(random) >> 24) - 128);

    const bool is_timed = count > 3 && std::strcmp(arguments[3], "time") == 0;
    // A part that another process interrupts does not move the median.
    double taken[kParts] = {};
    for (int part = 0; part < (is_timed ? kParts : 1); ++part) {
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t t = 0; t < steps; ++t) kws::step(network, frames + t % kFrames * width);
        taken[part] =
            std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
                .count();
    }
    std::nth_element(taken, taken + kParts / 2, taken + kParts);

    std::uint64_t checksum = 14695981039346656037u;
    for (std::size_t t = 0; t < kChecked; ++t) {
        const std::int8_t* y = kws::step(network, frames + t % kFrames * width);
        for (std::size_t i = 0; i < outputs; ++i)
            checksum = (checksum ^ static_cast<std::uint8_t>(y[i])) * 1099511628211u;
    }
    int wide = 0, svdf = 0;
    for (std::uint32_t i = 0; i < kws::layer_count(network); ++i) {
        svdf += network.layers[i].kind == kws::Kind::Svdf ? 1 : 0;
        wide += network.plans[i].is_wide ? 1 : 0;
    }
    std::printf("%llu %d %d %.1f\n", static_cast<unsigned long long>(checksum), wide, svdf,
                is_timed && steps > 0 ? taken[kParts / 2] / static_cast<double>(steps) : 0.0);
}
