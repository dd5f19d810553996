// LiCo-Net's claim (arXiv 2211.04635): at equal multiply-accumulates and accuracy, int8 networks of
// convolutions made linear execute less than SVDF networks. Counts instructions of a 10 ms step by
// callgrind, and times it, for the same runtime's scalar and AVX2 builds; writes claims/kws.md in
// the build folder. The ratios are reported, never asserted. Instructions are not a DSP's cycles.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "nodes/ops/kws/network_file.hpp"
#include "nodes/ops/networks/convert.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/ops/networks/spotters.hpp"

namespace millrace::ops {
namespace {

namespace fs = std::filesystem;

constexpr int kFewSteps = 10, kMoreSteps = 30, kMostSteps = 50, kRounds = 5;
constexpr double kEqualMacs = 0.05;

enum class Family { LicoDense, LicoDepthwise, Svdf, Other };

/// What one build of the runtime does with a network.
struct Cost {
    double instructions = 0, repeated = 0, nanoseconds = 0;  ///< of a step
    std::string checksum;
};

struct Candidate {
    std::string group, name;
    Family family = Family::Other;
    Int8Network network;
    fs::path path = {};
    std::string sums = "";  ///< narrow or wide, of an SVDF network
    std::vector<Cost> costs = {};
};

struct Build {
    const char* name;
    fs::path program;
};

at::Tensor random_features(std::int64_t batch, std::int64_t frames, std::int64_t features,
                           std::uint64_t seed) {
    at::Tensor tensor = at::empty({batch, frames, features}, at::kFloat);
    engine::Random random(seed, "claim", 0);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return tensor;
}

/// Random weights, norms and ranges that have seen random features.
Int8Network int8_of(const engine::Value& spec) {
    const Network network(spec);
    const std::int64_t features = network.input().channels;
    const NamedTensors parameters = network.initial_parameters(1);
    NamedTensors buffers = network.initial_buffers();
    for (std::uint64_t i = 0; i < 10; ++i) {
        NamedTensors updates;
        Pass pass;
        pass.training = true;
        pass.updates = &updates;
        forward(network, parameters, buffers, random_features(4, 30, features, 10 + i), pass);
        for (auto& [name, value] : updates) buffers[name] = value;
    }
    const Folded folded = with_ranges(fold_batch_norms(network, parameters, buffers), 0);
    const Network device(folded.spec);
    RangeMeter meter(device, 100);
    meter.add(folded.parameters, folded.buffers, random_features(1, 100, features, 3));
    return to_int8(device, folded.parameters, meter.buffers(folded.buffers), SvdfDiscipline::Ring);
}

Int8Network with_discipline(Int8Network network, SvdfDiscipline discipline) {
    for (Int8Layer& layer : network.layers) layer.discipline = discipline;
    return network;
}

/// Time weights short enough that no unit's sum can leave int32, which the converter's 16 bits
/// allow: a few bits less, and no saturation to compute.
Int8Network with_narrow_sums(Int8Network network) {
    for (Int8Layer& layer : network.layers) {
        if (layer.kind != Int8Kind::Svdf) continue;
        const std::size_t row = layer.time.size() / layer.channels_out;
        double most = 0;
        for (std::size_t u = 0; u < layer.channels_out; ++u) {
            double sum = std::abs(static_cast<double>(layer.bias[u])) / 32768;
            for (std::size_t m = 0; m < row; ++m) sum += std::abs(layer.time[u * row + m]);
            most = std::max(most, sum + static_cast<double>(row));
        }
        const int bits = std::max(0, static_cast<int>(std::ceil(std::log2(most / 65535))));
        for (std::int16_t& time : layer.time)
            time = static_cast<std::int16_t>(std::lround(std::ldexp(time, -bits)));
        for (std::int32_t& bias : layer.bias)
            bias = static_cast<std::int32_t>(std::lround(std::ldexp(bias, -bits)));
        layer.multipliers[1].shift += bits;
    }
    return network;
}

/// Both disciplines, as converted and with narrow sums.
void add_svdf(std::vector<Candidate>& all, const std::string& group, const std::string& name,
              const Int8Network& network) {
    for (const bool is_narrow : {false, true}) {
        const Int8Network made = is_narrow ? with_narrow_sums(network) : network;
        for (const auto discipline : {SvdfDiscipline::Move, SvdfDiscipline::Ring}) {
            const char* word = discipline == SvdfDiscipline::Move ? "MOVE" : "RING";
            all.push_back({.group = group,
                           .name = fmt::format("{} {}", name, word),
                           .family = Family::Svdf,
                           .network = with_discipline(made, discipline)});
        }
    }
}

/// Six layers with the published proportions: the first remembers 4 frames, the others 10.
engine::Value published_svdf(std::int64_t units, std::int64_t projection, const SpotterTask& task) {
    engine::Value spec =
        svdf_net_spec({.units = units, .memory = 10, .projection = projection, .layers = 6}, task);
    for (engine::Value& layer : spec["layers"].as_array()) {
        if (layer["name"].as_string() == "layer0/svdf") layer["memory"] = std::int64_t{4};
    }
    return spec;
}

void add_networks(std::vector<Candidate>& all) {
    SpotterTask task{.features = 40};
    for (int i = 0; i < 11; ++i) task.classes.push_back(fmt::format("class{}", i));
    const auto add = [&](const char* name, Family family, const engine::Value& spec) {
        all.push_back({"network", name, family, int8_of(spec)});
    };
    add("LiCo-Net dense C=32 k=5 e=3, 3 blocks", Family::LicoDense, lico_net_spec({}, task));
    add("LiCo-Net depthwise C=32 k=5 e=4, 4 blocks", Family::LicoDepthwise,
        lico_net_spec({.expand = 4, .blocks = 4, .temporal = Temporal::Depthwise}, task));
    add_svdf(all, "network", "SVDF 128 units, projection 48, 3 layers",
             int8_of(svdf_net_spec({.projection = 48}, task)));
    // Rows of 72 and 40 end within a vector of 32 or 16, those of 80 and 32 do not.
    for (const auto& [units, projection] : {std::pair{72, 40}, std::pair{80, 32}}) {
        add_svdf(all, "network",
                 fmt::format("SVDF published shape scaled, {} units, projection {}, 6 layers",
                             units, projection),
                 int8_of(published_svdf(units, projection, task)));
    }
    add("DS-CNN C=24, 3 blocks", Family::Other, ds_cnn_spec({.first_kernel = 6}, task));
}

void add_blocks(std::vector<Candidate>& all) {
    const auto spec = [](int features, const char* layers) {
        return engine::parse_json(fmt::format(R"({{"input": {{"features": {}}},
                "layers": [{{"name": "in", "type": "normalize"}}, {}]}})",
                                              features, layers),
                                  "spec");
    };
    all.push_back({"block", "LiCo block dense C=32 k=5 e=3", Family::LicoDense, int8_of(spec(32, R"(
        {"name": "t", "type": "conv", "out": 32, "kernel": 5}, {"name": "ta", "type": "relu6"},
        {"name": "e", "type": "conv", "out": 96}, {"name": "ea", "type": "relu6"},
        {"name": "p", "type": "conv", "out": 32}, {"name": "s", "type": "add", "with": "in"})"))});
    all.push_back(
        {"block", "LiCo block depthwise C=40 k=5 e=7/2", Family::LicoDepthwise, int8_of(spec(40, R"(
        {"name": "t", "type": "conv", "out": 40, "kernel": 5, "depthwise": true},
        {"name": "ta", "type": "relu6"},
        {"name": "e", "type": "conv", "out": 140}, {"name": "ea", "type": "relu6"},
        {"name": "p", "type": "conv", "out": 40}, {"name": "s", "type": "add", "with": "in"})"))});
    add_svdf(all, "block", "SVDF 64 to 128 units, projection 16", int8_of(spec(64, R"(
        {"name": "f", "type": "svdf", "units": 128, "memory": 10}, {"name": "fa", "type": "relu"},
        {"name": "p", "type": "conv", "out": 16})")));
}

/// Networks of equal accuracy, which need not have equal sizes.
void add_trained(std::vector<Candidate>& all, const fs::path& folder) {
    const auto read = [&](const char* name) {
        std::ifstream file(folder / name, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        return read_network(bytes);
    };
    all.push_back({"trained", "LiCo-Net trained", Family::LicoDense, read("lico_net.mkws")});
    add_svdf(all, "trained", "SVDF trained", read("svdf.mkws"));
    all.push_back({"trained", "DS-CNN trained", Family::Other, read("ds_cnn.mkws")});
}

/// Text that a command writes to both of its outputs.
std::string output_of(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>&1").c_str(), "r"), pclose);
    std::string text;
    std::array<char, 4096> part;
    while (pipe && std::fgets(part.data(), part.size(), pipe.get())) text += part.data();
    return text;
}

std::string step_command(const Build& build, const Candidate& candidate, int steps) {
    return fmt::format("'{}' '{}' {}", build.program.string(), candidate.path.string(), steps);
}

double instructions(const Build& build, const Candidate& candidate, int steps) {
    const std::string text = output_of("valgrind --tool=callgrind --callgrind-out-file=/dev/null " +
                                       step_command(build, candidate, steps));
    const std::size_t at = text.find("Collected : ");
    EXPECT_NE(at, std::string::npos) << text;
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + 12, nullptr);
}

Cost count(const Build& build, const Candidate& candidate) {
    const double few = instructions(build, candidate, kFewSteps);
    const double more = instructions(build, candidate, kMoreSteps);
    const double most = instructions(build, candidate, kMostSteps);
    return {.instructions = (more - few) / (kMoreSteps - kFewSteps),
            .repeated = (most - more) / (kMostSteps - kMoreSteps),
            .checksum = ""};
}

/// Two at a time: instructions do not depend on what else runs.
void count_all(const std::vector<Build>& builds, std::vector<Candidate>& all) {
    std::vector<std::pair<const Build*, Candidate*>> jobs;
    for (Candidate& candidate : all) {
        for (const Build& build : builds) jobs.emplace_back(&build, &candidate);
    }
    std::vector<Cost> costs(jobs.size());
    const auto work = [&](std::size_t first) {
        for (std::size_t i = first; i < jobs.size(); i += 2)
            costs[i] = count(*jobs[i].first, *jobs[i].second);
    };
    auto other = std::async(std::launch::async, work, 1);
    work(0);
    other.get();
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].second->costs.push_back(costs[i]);
}

/// One network after the other in each round, so that a slow moment of the machine hits all.
void time_all(const std::vector<Build>& builds, std::vector<Candidate>& all) {
    std::vector<std::vector<std::vector<double>>> taken(
        all.size(), std::vector<std::vector<double>>(builds.size()));
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (std::size_t b = 0; b < builds.size(); ++b) {
                const std::string text = output_of(step_command(builds[b], all[i], 20) + " time");
                char checksum[32] = {};
                int wide = 0, svdf = 0;
                double nanoseconds = 0;
                ASSERT_EQ(std::sscanf(text.c_str(), "%31s %d %d %lf", checksum, &wide, &svdf,
                                      &nanoseconds),
                          4)
                    << text;
                all[i].costs[b].checksum = checksum;
                if (svdf > 0) all[i].sums = wide == 0 ? "narrow" : wide == svdf ? "wide" : "both";
                taken[i][b].push_back(nanoseconds);
            }
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t b = 0; b < builds.size(); ++b) {
            auto& times = taken[i][b];
            std::ranges::nth_element(times, times.begin() + kRounds / 2);
            all[i].costs[b].nanoseconds = times[kRounds / 2];
        }
    }
}

/// "instructions / time" of the group's LiCo network over this one, for each build.
std::string ratios(const std::vector<Candidate>& all, const Candidate& over, Family family) {
    const auto lico = std::ranges::find_if(
        all, [&](const Candidate& c) { return c.group == over.group && c.family == family; });
    std::string text;
    if (lico == all.end() || over.family != Family::Svdf) return text;
    for (std::size_t b = 0; b < over.costs.size(); ++b)
        text += fmt::format("{}{:.2f} / {:.2f}", b == 0 ? "" : ", ",
                            lico->costs[b].instructions / over.costs[b].instructions,
                            lico->costs[b].nanoseconds / over.costs[b].nanoseconds);
    return text;
}

std::string table(const std::vector<Build>& builds, const std::vector<Candidate>& all) {
    std::string text = "| network | MACs | weight bytes | state bytes | SVDF sums |";
    std::string rule = "| --- | ---: | ---: | ---: | --- |";
    for (const Build& build : builds) text += fmt::format(" instructions {} |", build.name);
    for (const Build& build : builds) text += fmt::format(" ns {} |", build.name);
    for (std::size_t b = 0; b < 2 * builds.size(); ++b) rule += " ---: |";
    std::string names;
    for (const Build& build : builds)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", build.name);
    text += fmt::format(" dense LiCo over it, instructions / ns: {0} | depthwise, {0} |\n", names);
    text += rule + " --- | --- |\n";
    for (const Candidate& candidate : all) {
        const NetworkCost cost = network_cost(candidate.network);
        text += fmt::format("| {} | {} | {} | {} | {} |", candidate.name, cost.macs,
                            cost.weight_bytes, cost.state_bytes, candidate.sums);
        for (const Cost& c : candidate.costs) text += fmt::format(" {:.0f} |", c.instructions);
        for (const Cost& c : candidate.costs) text += fmt::format(" {:.0f} |", c.nanoseconds);
        text += fmt::format(" {} | {} |\n", ratios(all, candidate, Family::LicoDense),
                            ratios(all, candidate, Family::LicoDepthwise));
    }
    return text +
           "\nInstructions of one step by callgrind; they are not cycles of a DSP, and say nothing "
           "of its memory or library kernels. Wide: SVDF sums that could leave int32 and saturate, "
           "as the converter makes them; narrow: the same with shorter time weights. Weights are "
           "random but for rows named trained.\n";
}

TEST(KwsClaim, InstructionsOfAStepAtEqualMultiplyAccumulates) {
    if (output_of("valgrind --version").rfind("valgrind-", 0) != 0)
        GTEST_SKIP() << "valgrind is not installed: no instructions are counted";
    std::vector<Build> builds = {
        {"scalar", fs::path(MILLRACE_BINARY_DIR "/claims") / "millrace_kws_step_scalar"}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        builds.push_back({"AVX2", builds[0].program.parent_path() / "millrace_kws_step_avx2"});
#endif
    if (builds.size() == 1) std::cout << "No AVX2 here: the scalar build alone is counted.\n";

    std::vector<Candidate> all;
    add_networks(all);
    add_blocks(all);
    if (const char* folder = std::getenv("MILLRACE_CLAIM_MODELS")) add_trained(all, folder);
    const fs::path work = fs::path(MILLRACE_BINARY_DIR) / "claims";
    fs::create_directories(work);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].path = work / fmt::format("kws{}.mkws", i);
        std::ofstream(all[i].path, std::ios::binary) << network_bytes(all[i].network);
    }
    count_all(builds, all);
    time_all(builds, all);
    if (HasFatalFailure()) return;

    for (const Candidate& candidate : all) {
        // Pairs of trained networks are of equal accuracy instead.
        for (const Candidate& lico : all) {
            const bool is_pair =
                lico.family == Family::LicoDense || lico.family == Family::LicoDepthwise;
            if (!is_pair || lico.group != candidate.group || lico.group == "trained") continue;
            const double ratio = static_cast<double>(network_cost(lico.network).macs) /
                                 static_cast<double>(network_cost(candidate.network).macs);
            EXPECT_LE(std::max(ratio, 1 / ratio), 1 + kEqualMacs)
                << lico.name << " against " << candidate.name;
        }
        for (const Cost& cost : candidate.costs) {
            EXPECT_GT(cost.instructions, 0) << candidate.name;
            EXPECT_NEAR(cost.repeated / cost.instructions, 1, 0.01) << candidate.name;
            EXPECT_EQ(cost.checksum, candidate.costs[0].checksum) << candidate.name;
        }
    }
    const std::string text = table(builds, all);
    std::ofstream(work / "kws.md") << text;
    std::cout << text;
}

}  // namespace
}  // namespace millrace::ops
