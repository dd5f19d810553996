// Packed low-bit products and key-value caches against float32 with LibTorch, in turns in one
// process: one token with a matrix that stays in the cache (hot) and with matrices that take turns
// and total four times the last-level cache (cold), 512 tokens, and attention over 2,000 tokens.
// `millrace bench kernels [vector|matrix|cache]` runs this
// program.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "nodes/ops/kernels/aligned.hpp"
#include "nodes/ops/kernels/kv_cache.hpp"
#include "nodes/ops/kernels/products.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/onednn_int8.hpp"

namespace millrace::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kRows = 4096, kColumns = 14336, kTokens = 512;
constexpr int kThreads = 2;

/// Something measured, and the rounds of it.
class Case {
public:
    Case(std::string name, std::function<void()> run)
        : name_(std::move(name)), run_(std::move(run)) {}
    /// Runs it for a while first: OpenMP's threads go on spinning after another case's last call,
    /// and take a core from this one.
    void measure() {
        run_for(kSettle);
        seconds_.push_back(run_for(kLong));
    }
    const std::string& name() const { return name_; }
    double median() const {
        std::vector<double> sorted = seconds_;
        std::ranges::sort(sorted);
        return sorted[sorted.size() / 2];
    }
    /// Median over the rounds of how many times as long `other` took in the same round.
    double gain_over(const Case& other) const {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < seconds_.size(); ++i) {
            ratios.push_back(other.seconds_[i] / seconds_[i]);
        }
        std::ranges::sort(ratios);
        return ratios[ratios.size() / 2];
    }
    void report() const { std::fprintf(stderr, "%-28s %9.3f ms\n", name_.c_str(), 1e3 * median()); }

private:
    static constexpr std::chrono::milliseconds kSettle{10}, kLong{20};

    /// Mean seconds of one call.
    double run_for(std::chrono::milliseconds at_least) {
        const auto start = Clock::now();
        std::chrono::duration<double> took{};
        int times = 0;
        do {
            run_();
            ++times;
            took = Clock::now() - start;
        } while (took < at_least);
        return took.count() / times;
    }

    std::string name_;
    std::function<void()> run_;
    std::vector<double> seconds_;
};

/// In bytes. The C library's answer is that of the whole processor, whatever part of it is ours.
std::int64_t last_level_cache() {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index3/size");
    std::int64_t kibibytes = 0;
    return file >> kibibytes && kibibytes > 0 ? kibibytes << 10 : std::int64_t{32} << 20;
}

std::vector<std::int8_t> codes_between(int least, int most, std::int64_t count, bool zero) {
    std::vector<std::int8_t> codes(count);
    std::uint64_t state = 88172645463325252U;  // xorshift
    for (std::int8_t& code : codes) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        code = static_cast<std::int8_t>(least + static_cast<int>(state >> 33) % (most - least + 1));
        if (code == 0 && !zero) code = state & 1 << 20 ? 1 : -1;
    }
    return codes;
}

/// Matrices of one kind that total `bytes`, multiplied in turns.
class Rotated {
public:
    Rotated(ops::WeightKind kind, ops::ActivationKind activation, std::int64_t bytes) {
        const int most = kind == ops::WeightKind::Nibble ? 7
                         : kind == ops::WeightKind::Int8 ? 127
                                                         : 1;
        const auto codes =
            codes_between(-most, most, kRows * kColumns, kind != ops::WeightKind::Binary);
        const std::vector<float> scales(kRows, 0.01F);
        do {
            matrices_.push_back(
                ops::PackedMatrix::from_codes(kind, activation, {codes, kRows, kColumns}, scales));
        } while (std::ssize(matrices_) * matrices_.front().bytes() < bytes);
    }
    const ops::PackedMatrix& next() { return matrices_[at_++ % matrices_.size()]; }

private:
    std::vector<ops::PackedMatrix> matrices_;
    std::size_t at_ = 0;
};

struct Kind {
    std::string name;
    ops::WeightKind weight;
    ops::ActivationKind activation;
    ops::LowBit levels;
    double hot, cold;
};

struct Tokens {
    std::vector<std::int8_t> codes = codes_between(-127, 127, kTokens* kColumns, true);
    std::vector<float> scales = std::vector<float>(kTokens, 0.02F);
    std::map<ops::LowBit, ops::LowBitPlanes> planes;
    std::vector<float> out = std::vector<float>(kTokens * kRows);
    ops::ProductWorkspace workspace;

    Tokens() {
        for (const ops::LowBit levels : {ops::LowBit::Ternary, ops::LowBit::Binary}) {
            planes.emplace(
                levels, ops::low_bit_planes(levels, {codes_between(-1, 1, kTokens * kColumns,
                                                                   levels == ops::LowBit::Ternary),
                                                     kTokens, kColumns}));
        }
    }
    void multiply(const Kind& kind, const ops::PackedMatrix& matrix, std::int64_t tokens) {
        const auto to = std::span(out).first(tokens * kRows);
        const auto scale = std::span<const float>(scales).first(tokens);
        if (kind.activation == ops::ActivationKind::Int8) {
            const auto from = std::span<const std::int8_t>(codes).first(tokens * kColumns);
            ops::products(matrix, ops::Int8Tokens{from, scale}, {}, to, workspace,
                          {.threads = kThreads});
            return;
        }
        ops::LowBitTokens view = planes.at(kind.levels).view();
        view.tokens = tokens;
        view.first = view.first.first(tokens * view.row_bytes);
        if (!view.second.empty()) view.second = view.second.first(tokens * view.row_bytes);
        ops::products(matrix, view, scale, {}, to, workspace, {.threads = kThreads});
    }
};

/// Random numbers [rows, columns], in memory of the same pages as packed matrices have.
at::Tensor float_matrix(std::int64_t rows, std::int64_t columns) {
    std::shared_ptr<std::uint8_t> memory = ops::kernels::aligned_zeros(rows * columns * 4);
    void* const at = memory.get();
    return at::from_blob(at, {rows, columns}, [memory](void*) {}).uniform_();
}

/// Reads all of it, with as many threads.
std::uint64_t read_all(std::span<const std::uint64_t> memory, ops::ProductWorkspace& workspace) {
    std::atomic<std::uint64_t> total = 0;
    constexpr std::size_t kParts = 64;
    workspace.for_each_part(kThreads, kParts, [&](int, std::int64_t part) {
        const std::size_t size = memory.size() / kParts;
        const std::uint64_t* from = memory.data() + part * size;
        std::uint64_t sums[8] = {};
        for (std::size_t i = 0; i + 8 <= size; i += 8) {
            for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += from[i + lane];
        }
        for (const std::uint64_t sum : sums) total += sum;
    });
    return total;
}

const std::vector<Kind>& kinds() {
    using enum ops::WeightKind;
    using Activation = ops::ActivationKind;
    static const std::vector<Kind> list = {
        {"ternary", Ternary2, Activation::Int8, {}, 15, 10},
        {"ternary 1.6 bits", TernaryBase3, Activation::Int8, {}, 10, 10},
        {"4-bit", Nibble, Activation::Int8, {}, 12, 6},
        {"8-bit", Int8, Activation::Int8, {}, 3, 3},
        {"binary", Binary, Activation::Int8, {}, 100, 20},
        {"ternary x ternary", Ternary2, Activation::LowBit, ops::LowBit::Ternary, 15, 10},
        {"binary x binary", Binary, Activation::LowBit, ops::LowBit::Binary, 100, 20}};
    return list;
}

void vector_figures(std::vector<Figure>& figures, Tokens& tokens, int rounds) {
    const std::int64_t cold_bytes = 4 * last_level_cache();
    const at::Tensor weight = float_matrix(kRows, kColumns), token = at::rand({kColumns}),
                     row = token.unsqueeze(0);
    const auto pages = ops::kernels::aligned_zeros(cold_bytes);
    std::memset(pages.get(), 1, cold_bytes);
    const std::span<const std::uint64_t> memory(reinterpret_cast<const std::uint64_t*>(pages.get()),
                                                cold_bytes / 8);
    std::uint64_t sum = 0;
    for (const Kind& kind : kinds()) {
        Rotated matrices(kind.weight, kind.activation, cold_bytes);
        const ops::PackedMatrix repeated = matrices.next();
        Case linear("at::linear", [&] { at::linear(row, weight); });
        Case mv("at::mv", [&] { at::mv(weight, token); });
        Case read("reading", [&] { sum += read_all(memory, tokens.workspace); });
        Case hot(kind.name + " hot", [&] { tokens.multiply(kind, repeated, 1); });
        Case cold(kind.name + " cold", [&] { tokens.multiply(kind, matrices.next(), 1); });
        for (int round = 0; round < rounds; ++round) {
            linear.measure();
            mv.measure();
            hot.measure();
            read.measure();
            cold.measure();
        }
        for (const Case* one : {&linear, &mv, &read, &hot, &cold}) one->report();
        const Case& best = linear.median() < mv.median() ? linear : mv;
        const std::string about = fmt::format("times as fast as {} in float32", best.name());
        figures.push_back({kind.name + ", hot", about, hot.gain_over(best), kind.hot, false});
        figures.push_back({kind.name + ", cold", about, cold.gain_over(best), kind.cold, false});
        if (kind.name != "ternary") continue;
        const double share = static_cast<double>(repeated.bytes()) / cold_bytes;
        figures.push_back({"ternary, cold, bandwidth", "of that of reading",
                           share * cold.gain_over(read), 0.6, false});
    }
    if (sum == 0) std::fputs("nothing read\n", stderr);
}

void matrix_figures(std::vector<Figure>& figures, Tokens& tokens, int rounds) {
    const at::Tensor weight = float_matrix(kRows, kColumns), rows = at::rand({kTokens, kColumns});
    const double goal = ops::best_path() == ops::KernelPath::Avx512Vnni ? 4 : 2;
    Case linear("at::linear, 512 tokens", [&] { at::linear(rows, weight); });
    std::vector<Rotated> matrices;
    for (const Kind& kind : kinds()) matrices.emplace_back(kind.weight, kind.activation, 1);
    std::vector<Case> cases;
    for (std::size_t i = 0; i < kinds().size(); ++i) {
        cases.emplace_back(kinds()[i].name + ", 512 tokens", [&tokens, &matrices, i] {
            tokens.multiply(kinds()[i], matrices[i].next(), kTokens);
        });
    }
    const std::function<void()> int8 = onednn_int8(kTokens, kRows, kColumns);
    Case onednn("oneDNN's int8, 512 tokens", int8);
    if (int8) int8();
    for (int round = 0; round < rounds; ++round) {
        linear.measure();
        if (int8) onednn.measure();
        for (Case& one : cases) one.measure();
    }
    linear.report();
    if (int8) onednn.report();
    for (const Case& one : cases) {
        one.report();
        figures.push_back({one.name(), "times as fast as at::linear in float32",
                           one.gain_over(linear), goal, false});
        if (!int8) continue;
        figures.push_back({one.name() + ", time", "of that of oneDNN's int8 product",
                           onednn.gain_over(one), 1.15});
    }
}

void cache_figures(std::vector<Figure>& figures, int rounds) {
    constexpr std::int64_t kContext = 2000, kHeads = 32, kWidth = 128;
    const auto cached = [] {
        return float_matrix(kHeads * kContext, kWidth).view({kHeads, kContext, kWidth});
    };
    const at::Tensor keys = cached(), values = cached(), query = at::rand({kHeads, kWidth, 1}),
                     weights = at::rand({kHeads, 1, kContext});
    at::Tensor products = at::empty({kHeads, kContext, 1}), sums = at::empty({kHeads, 1, kWidth});
    Case floats("attention, float32", [&] {
        at::bmm_out(products, keys, query);
        at::bmm_out(sums, weights, values);
    });
    floats.measure();
    const std::vector<float> one(kHeads * kWidth, 0.5F), weight(kHeads * kContext, 0.001F);
    std::vector<float> scores(kHeads * kContext), out(kHeads * kWidth);
    for (const ops::CacheBits bits : {ops::CacheBits::Four, ops::CacheBits::Eight}) {
        ops::KvCache cache({.capacity = kContext,
                            .query_heads = kHeads,
                            .heads = kHeads,
                            .head_width = kWidth,
                            .bits = bits});
        for (int t = 0; t < kContext; ++t) cache.append(one, one);
        ops::ProductWorkspace workspace;
        const std::string name = bits == ops::CacheBits::Four ? "4 bits" : "8 bits";
        Case plain("attention, float32", [&] {
            at::bmm_out(products, keys, query);
            at::bmm_out(sums, weights, values);
        });
        Case packed("attention, " + name, [&] {
            cache.scores(one, kContext - 1, 0.1F, scores, workspace, {.threads = kThreads});
            cache.weighted_sum(weight, out, workspace, {.threads = kThreads});
        });
        for (int round = 0; round < rounds; ++round) {
            plain.measure();
            packed.measure();
        }
        plain.report();
        packed.report();
        figures.push_back({packed.name(), "times as fast as over a float32 cache, 2,000 tokens",
                           packed.gain_over(plain), 1, false});
    }
}

/// `part` is "vector", "matrix", "cache" or empty for all.
int measure(const std::string& part, bool json) {
    at::NoGradGuard no_gradient;
    at::set_num_threads(kThreads);
    std::fprintf(stderr, "path %s\n", ops::name_of(ops::best_path()));
    Tokens tokens;
    std::vector<Figure> figures;
    const auto wanted = [&part](const char* name) { return part.empty() || part == name; };
    if (wanted("vector")) vector_figures(figures, tokens, 7);
    if (wanted("matrix")) matrix_figures(figures, tokens, 7);
    if (wanted("cache")) cache_figures(figures, 9);
    print_figures(figures, json);
    return 0;
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
    try {
        const std::string part = argc > 1 && argv[1][0] != '-' ? argv[1] : "";
        return millrace::bench::measure(part, millrace::bench::wants_json(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
