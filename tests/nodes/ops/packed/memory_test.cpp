// Decoding takes no memory once it is warm: counted over all of the heap's functions and threads.
#include <gtest/gtest.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/language/generate.hpp"
#include "nodes/ops/language/sampled_search.hpp"
#include "nodes/ops/packed/pack_llama.hpp"
#include "nodes/ops/packed/packed_llama_steps.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"
#include "tests/nodes/ops/packed/allocations.hpp"
#include "tests/nodes/ops/packed/packed_bart_support.hpp"

namespace millrace::ops {
namespace {

using testing::allocations;
using testing::bart_spec;
using testing::quantized_model;

/// Steps until all rows and beams have been there and traded places.
constexpr std::size_t kWarm = 6;

/// What was taken up to the end of each step.
class Counts {
public:
    Counts() { ends_.reserve(256); }

    void end_step() { ends_.push_back(allocations()); }

    /// From the end of the last warm step to that of the last step: what the model takes, and what
    /// the search does with its answer.
    void expect_none(const std::string& where) const {
        ASSERT_GT(ends_.size(), kWarm + 8) << where << ": too few steps to tell";
        for (std::size_t i = kWarm; i < ends_.size(); ++i)
            EXPECT_EQ(ends_[i] - ends_[i - 1], 0) << where << ", step " << i;
    }

private:
    std::vector<std::int64_t> ends_;
};

class CountedSteps final : public LanguageSteps {
public:
    explicit CountedSteps(LanguageSteps& steps) : steps_(steps) {}
    std::int64_t vocabulary() const override { return steps_.vocabulary(); }
    std::int64_t length() const override { return steps_.length(); }
    std::int64_t capacity() const override { return steps_.capacity(); }
    std::span<const float> feed(std::span<const std::int64_t> tokens) override {
        const std::span<const float> logits = steps_.feed(tokens);
        counts.end_step();
        return logits;
    }
    void rewind(std::int64_t length) override { steps_.rewind(length); }
    std::unique_ptr<LanguageSteps> sibling() const override { return steps_.sibling(); }
    void take(const LanguageSteps& other, std::int64_t same) override { steps_.take(other, same); }

    Counts counts;

private:
    LanguageSteps& steps_;
};

class CountedBeams final : public BeamStep {
public:
    explicit CountedBeams(BeamStep& steps) : steps_(steps) {}
    std::int64_t vocabulary() const override { return steps_.vocabulary(); }
    void step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
              std::span<float> log_probabilities) override {
        steps_.step(parents, tokens, log_probabilities);
        counts.end_step();
    }

    Counts counts;

private:
    BeamStep& steps_;
};

/// Has oneTBB start its second thread, which may else come at any time and takes memory then.
void start_threads() {
    if (tbb::info::default_concurrency() < 2) return;
    tbb::task_arena arena(2);
    std::atomic<int> inside = 0;
    arena.execute([&] {
        tbb::parallel_for(
            0, 2,
            [&](int) {
                ++inside;
                while (inside < 2) std::this_thread::yield();
            },
            tbb::simple_partitioner());
    });
}

TEST(Allocations, EveryFunctionOfTheHeapIsCounted) {
    const auto counted = [](const auto& take) {
        const std::int64_t before = allocations();
        void* volatile memory = take();
        const std::int64_t taken = allocations() - before;
        std::free(memory);
        return taken;
    };
    EXPECT_EQ(counted([] { return std::malloc(10); }), 1);
    EXPECT_EQ(counted([] { return std::calloc(2, 10); }), 1);
    EXPECT_EQ(counted([] { return std::realloc(nullptr, 10); }), 1);
    EXPECT_EQ(counted([] { return std::aligned_alloc(64, 128); }), 1);
    EXPECT_EQ(counted([] {
                  void* memory = nullptr;
                  return posix_memalign(&memory, 64, 100) == 0 ? memory : nullptr;
              }),
              1);
    const std::int64_t before = allocations();
    const auto vector = std::make_unique<std::vector<int>>(100);
    EXPECT_EQ(allocations() - before, 2);
    EXPECT_EQ(vector->size(), 100U);
}

const std::vector<Sampling> kSamplings = {
    {.temperature = 0}, {.temperature = 1}, {.temperature = 0.7, .top_k = 5, .top_p = 0.9}};

void expect_llama(int threads) {
    engine::Random random(3, "memory", 0);
    for (const char* bits :
         {R"("weights": 4, "activations": 8, "cache": 4)",
          R"("weights": 1, "activations": 8, "cache": 8)",
          R"("weights": 8, "activations": 4, "cache": 32)",
          R"("weights": 4, "activations": 8, "cache": 4, "kind": "asymmetric")"}) {
        engine::Value spec =
            llama_spec(std::string(R"(, "quantization": {"method": "llm-qat", )") + bits + "}");
        spec.as_object()["context"] = 40;
        const Llama llama(spec);
        for (const PackedHead head : {PackedHead::Float, PackedHead::Int8}) {
            const auto model = std::make_shared<PackedLlama>(
                pack_llama(llama, llama_parameters(llama), {.head = head}));
            for (const Sampling& sampling : kSamplings) {
                PackedLlamaSteps packed(model, 0, threads);
                CountedSteps steps(packed);
                const Ids prompt = {1, 5, 3};
                generate(steps, prompt, {.most_tokens = 30, .sampling = sampling}, random);
                steps.counts.expect_none(bits);
            }
        }
    }
}

TEST(PackedLlamaMemory, ATokenTakesNone) { expect_llama(1); }
TEST(PackedLlamaMemory, NorDoesItWithTwoThreads) {
    start_threads();
    expect_llama(2);
}

void expect_bart(int threads) {
    const std::vector<Ids> sources = {{0, 5, 7, 2}, {0, 9, 4, 3, 10, 2}};
    for (const std::string& more : {bits(2, 8, 2), bits(2, 2, 2), bits(1, 1, 1),
                                    bits(2, 2, 2, R"(, "layers": ["*.fc1", "*.layers.1.*"])")}) {
        engine::Value spec = bart_spec(more);
        spec.as_object()["context"] = 40;
        const Bart bart(spec);
        types::Model model = quantized_model(bart);
        // The end hardly comes, so that searches are long; a little, so that some beams finish.
        model.buffers.at("final_logits_bias")[0][2] = -2;
        for (const PackedHead head : {PackedHead::Float, PackedHead::Int8}) {
            const types::PackedModel packed = packed_model(bart, model, {.head = head});
            const BeamOptions options{
                .beams = 3, .min_length = 24, .max_length = 32, .stopping = EarlyStopping::Exact};
            for (const std::int64_t beams : {1, 3}) {
                PackedBartDecoder made = decoder(packed, sources, 0, threads);
                CountedBeams steps(made);
                BeamOptions of = options;
                of.beams = beams;
                beam_search(steps, 2, of);
                steps.counts.expect_none(more);
                PackedBartDecoder again = decoder(packed, sources, 0, threads);
                CountedBeams repeats(again);
                of.no_repeat_ngram = 3;
                beam_search(repeats, 2, of);
                repeats.counts.expect_none(more + " without repeats");
            }
            engine::Random random(3, "memory", 0);
            for (const Sampling& sampling : kSamplings) {
                PackedBartDecoder made = decoder(packed, sources, 0, threads);
                CountedBeams steps(made);
                sampled_search(steps, 2, options, sampling, random);
                steps.counts.expect_none(more + " drawn");
            }
        }
    }
}

TEST(PackedBartMemory, ATokenTakesNone) { expect_bart(1); }
TEST(PackedBartMemory, NorDoesItWithTwoThreads) {
    start_threads();
    expect_bart(2);
}

}  // namespace
}  // namespace millrace::ops
