// Packed generation, a token at a time: a ternary BART at the shapes of BART-base against float32
// with LibTorch, and a 4-8-4 decoder whose cache has 4 bits against the same with a preallocated
// float32 cache, at 2,000 tokens of context. Random weights; both sides in turns in one process.
// `millrace bench generation [bart|cache]` runs this program.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "nodes/ops/language/bart_decoder.hpp"
#include "nodes/ops/packed/pack_bart.hpp"
#include "nodes/ops/packed/packed_bart_decoder.hpp"
#include "nodes/ops/packed/packed_llama_steps.hpp"
#include "tests/bench/figures.hpp"

namespace millrace::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Ids = std::vector<std::int64_t>;

constexpr int kThreads = 2;

/// Something measured, and the rounds of it.
struct Case {
    std::string name;
    std::function<void()> run;
    std::vector<double> seconds = {};

    void measure() {
        // Once without the clock: OpenMP's threads go on spinning after another case's last call,
        // and the caches are full of its weights.
        run();
        const auto start = Clock::now();
        run();
        seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    double median() const {
        std::vector<double> sorted = seconds;
        std::ranges::sort(sorted);
        return sorted[sorted.size() / 2];
    }
};

/// Rounds in turns.
void measure(std::vector<Case>& cases, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        for (Case& one : cases) one.measure();
    }
    for (const Case& one : cases)
        std::fprintf(stderr, "%-44s %8.3f ms\n", one.name.c_str(), 1e3 * one.median());
}

engine::Value bart_spec(int weights, int activations) {
    // One encoder layer: a step does not meet the encoder.
    return engine::parse_json(
        fmt::format(R"({{"architecture": "bart", "vocabulary": 50265, "width": 768, "heads": 12,
            "encoder_layers": 1, "decoder_layers": 6, "hidden": 3072, "context": 256{}}})",
                    weights == 32 ? ""
                                  : fmt::format(R"(, "quantization": {{"method": "tbt",
                                        "weights": {}, "activations": {}}})",
                                                weights, activations)),
        "bench");
}

void add_scales(const ops::Bart& bart, types::NamedTensors& parameters,
                types::NamedTensors& buffers) {
    buffers = bart.initial_buffers();
    for (const std::string& name : bart.scale_names()) {
        parameters[name] = at::full({}, 0.5F);
        buffers[name + ".initialised"] = at::ones_like(buffers[name + ".initialised"]);
    }
}

/// The matrices that a step of the decoder meets, as LibTorch multiplies them one by one.
std::vector<at::Tensor> step_matrices(const types::NamedTensors& parameters) {
    std::vector<at::Tensor> matrices;
    for (const auto& [name, tensor] : parameters) {
        const bool is_kept = name.find("encoder_attn.k_proj") != std::string::npos ||
                             name.find("encoder_attn.v_proj") != std::string::npos;
        const bool is_met = name == "model.shared.weight" ||
                            (name.starts_with("model.decoder.layers") && tensor.dim() == 2);
        if (is_met && !is_kept) matrices.push_back(tensor);
    }
    return matrices;
}

std::int64_t bytes_of_layers(const types::PackedModel& model, std::int64_t& floats) {
    std::int64_t bytes = 0;
    for (const auto& [name, weight] : model.packed) {
        if (name.find(".layers.") == std::string::npos) continue;
        bytes += static_cast<std::int64_t>(weight.bytes());
        floats += 4 * weight.rows() * weight.columns;
    }
    return bytes;
}

void bart_figures(std::vector<Figure>& figures, int rounds) {
    constexpr std::int64_t kSource = 64, kBefore = 32, kEach = 8;
    const ops::Bart plain(bart_spec(32, 32));
    const types::NamedTensors parameters = plain.initial_parameters(1);
    const types::NamedTensors buffers = plain.initial_buffers();
    Ids source;
    for (std::int64_t i = 0; i < kSource; ++i) source.push_back(3 + 97 * i);
    const std::vector<float> none;
    std::vector<float> scores(50265);
    const Ids parent = {0};
    const auto steps = [&](ops::BeamStep& model, std::int64_t count) {
        for (std::int64_t token = 0; token < count; ++token) model.step(parent, Ids{77}, scores);
    };
    const at::Tensor ids = at::tensor(source, at::kLong).unsqueeze(0);
    ops::BartDecoder floats(plain, parameters, buffers, ids, {});
    steps(floats, kBefore);
    const std::vector<at::Tensor> matrices = step_matrices(parameters);
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& matrix : matrices) inputs.push_back(at::rand({matrix.size(1)}));
    std::vector<Case> cases = {{"float32, LibTorch, 8 tokens", [&] { steps(floats, kEach); }},
                               {"float32, its products alone by at::mv, 8 tokens", [&] {
                                    for (std::int64_t token = 0; token < kEach; ++token) {
                                        for (std::size_t i = 0; i < matrices.size(); ++i)
                                            at::mv(matrices[i], inputs[i]);
                                    }
                                }}};
    std::vector<std::unique_ptr<ops::PackedBartDecoder>> packed;
    for (const auto& [weights, activations] : {std::pair{2, 8}, {2, 2}, {1, 1}}) {
        const ops::Bart bart(bart_spec(weights, activations));
        types::NamedTensors all = parameters, flags;
        add_scales(bart, all, flags);
        for (const ops::PackedHead head : {ops::PackedHead::Float, ops::PackedHead::Int8}) {
            const types::PackedModel model = ops::pack_bart(bart, all, flags, {.head = head});
            if (head == ops::PackedHead::Float && weights == 2 && activations == 8) {
                std::int64_t whole = 0;
                const std::int64_t bytes = bytes_of_layers(model, whole);
                figures.push_back(
                    {"ternary BART, bytes of the layers", "times fewer than float32's",
                     static_cast<double>(whole) / static_cast<double>(bytes), 14, false});
            }
            packed.push_back(std::make_unique<ops::PackedBartDecoder>(
                std::make_shared<ops::PackedBart>(model), std::span(&source, 1), 0, kThreads));
            ops::PackedBartDecoder& decoder = *packed.back();
            steps(decoder, kBefore);
            cases.push_back(
                {fmt::format("{}-{}-{}, {} head, 8 tokens", weights, weights, activations,
                             head == ops::PackedHead::Float ? "float" : "int8"),
                 [&] { steps(decoder, kEach); }});
        }
    }
    measure(cases, rounds);
    const double best = std::min(cases[0].median(), cases[1].median());
    for (std::size_t i = 2; i < cases.size(); ++i) {
        const bool is_float = cases[i].name.find("float head") != std::string::npos;
        figures.push_back({cases[i].name, "times as fast as the faster float path",
                           best / cases[i].median(), is_float ? 2.0 : 4.0, false});
    }
}

engine::Value llama_spec(int cache) {
    return engine::parse_json(
        fmt::format(R"({{"architecture": "llama", "vocabulary": 4096, "width": 512, "layers": 4,
            "heads": 8, "hidden": 1408, "context": 2048, "quantization": {{"method": "llm-qat",
            "weights": 4, "activations": 8, "cache": {}}}}})",
                    cache),
        "bench");
}

void cache_figures(std::vector<Figure>& figures, int rounds) {
    constexpr std::int64_t kContext = 2000, kEach = 8;
    Ids text;
    for (std::int64_t i = 0; i < kContext; ++i) text.push_back(31 * i % 4096);
    std::vector<std::unique_ptr<ops::PackedLlamaSteps>> models;
    std::vector<Case> cases;
    for (const int cache : {4, 8, 32}) {
        const ops::Llama llama(llama_spec(cache));
        models.push_back(std::make_unique<ops::PackedLlamaSteps>(
            std::make_shared<ops::PackedLlama>(ops::pack_llama(llama, llama.initial_parameters(1))),
            0, kThreads));
        ops::PackedLlamaSteps& steps = *models.back();
        steps.feed(text);
        cases.push_back({fmt::format("4-8-{}, 8 tokens at 2,000", cache), [&] {
                             const std::int64_t token = 5;
                             for (std::int64_t i = 0; i < kEach; ++i) steps.feed({&token, 1});
                             steps.rewind(kContext);
                         }});
    }
    measure(cases, rounds);
    const double float16 = 4 * 2 * 512 * 2;  // layers, keys and values, width, bytes
    figures.push_back({"4-bit cache, bytes a token", "times float16's",
                       static_cast<double>(models[0]->cache_bytes_a_token()) / float16, 0.27});
    for (std::size_t i = 0; i < 2; ++i) {
        figures.push_back({cases[i].name, "times as fast as with a float32 cache",
                           cases[2].median() / cases[i].median(), 1, false});
    }
}

/// `part` is "bart", "cache" or empty for both.
int measure_all(const std::string& part, bool json) {
    const at::NoGradGuard no_gradient;
    at::set_num_threads(kThreads);
    std::fprintf(stderr, "path %s\n", ops::name_of(ops::best_path()));
    std::vector<Figure> figures;
    if (part.empty() || part == "cache") cache_figures(figures, 11);
    if (part.empty() || part == "bart") bart_figures(figures, 9);
    print_figures(figures, json);
    return 0;
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
    try {
        const std::string part = argc > 1 && argv[1][0] != '-' ? argv[1] : "";
        return millrace::bench::measure_all(part, millrace::bench::wants_json(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
