// Beam search over decoders, in float, rounded in float, and packed.
#include "nodes/ops/language/generate_beams.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/ops/packed/pack_llama.hpp"
#include "nodes/ops/packed/packed_llama_steps.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Tokens = std::vector<std::int64_t>;

enum class Kind { Float, Simulated, Packed4, Packed8, PackedFloatCache };

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::Float:
            return "Float";
        case Kind::Simulated:
            return "Simulated";
        case Kind::Packed4:
            return "Packed4";
        case Kind::Packed8:
            return "Packed8";
        case Kind::PackedFloatCache:
            return "PackedFloatCache";
    }
    return "";
}

std::string bits_of(Kind kind) {
    if (kind == Kind::Float) return "";
    const int cache = kind == Kind::Packed8 ? 8 : kind == Kind::PackedFloatCache ? 32 : 4;
    return R"(, "quantization": {"method": "llm-qat", "weights": 4, "activations": 8, "cache": )" +
           std::to_string(cache) + "}";
}

std::unique_ptr<LanguageSteps> steps_of(Kind kind, std::int64_t capacity) {
    const Llama llama(engine::parse_json(
        R"({"architecture": "llama", "vocabulary": 5, "width": 16, "layers": 2, "heads": 4,
            "key_value_heads": 2, "hidden": 24, "context": 32)" +
            bits_of(kind) + "}",
        "spec"));
    types::NamedTensors parameters = llama.initial_parameters(11);
    // First weights are so small that all tokens are nearly alike.
    for (auto& [name, tensor] : parameters) {
        if (tensor.dim() == 2) tensor = at::mul(tensor, 12);
    }
    if (kind == Kind::Float || kind == Kind::Simulated)
        return std::make_unique<LlamaSteps>(llama, parameters, capacity);
    return std::make_unique<PackedLlamaSteps>(
        std::make_shared<PackedLlama>(pack_llama(llama, parameters)), capacity, 2);
}

class Beams : public ::testing::TestWithParam<Kind> {
protected:
    std::unique_ptr<LanguageSteps> steps(std::int64_t capacity = 16) const {
        return steps_of(GetParam(), capacity);
    }
};

/// All texts, one after the other, by the same model.
class AllTexts {
public:
    AllTexts(LanguageSteps& steps, const Tokens& prompt, const BeamWriting& options)
        : steps_(steps), prompt_(prompt), options_(options) {
        extend({}, 0);
    }
    Tokens tokens;
    double score = -INFINITY;

private:
    void extend(const Tokens& made, double sum) {
        const bool has_end = !made.empty() && made.back() == options_.end_token;
        if (has_end || std::ssize(made) == options_.most_tokens) {
            const double found = sum / std::pow(double(made.size()), options_.length_penalty);
            if (found <= score) return;
            score = found;
            tokens = made;
            return;
        }
        steps_.rewind(0);
        Tokens all = prompt_;
        all.insert(all.end(), made.begin(), made.end());
        const std::span<const float> logits = steps_.feed(all);
        double exponentials = 0;
        for (const float logit : logits) exponentials += std::exp(double(logit));
        std::vector<double> next;
        for (const float logit : logits) next.push_back(logit - std::log(exponentials));
        for (std::size_t token = 0; token < next.size(); ++token) {
            Tokens longer = made;
            longer.push_back(std::int64_t(token));
            extend(longer, sum + next[token]);
        }
    }

    LanguageSteps& steps_;
    const Tokens& prompt_;
    const BeamWriting& options_;
};

TEST_P(Beams, EnoughOfThemFindTheBestOfAllTexts) {
    for (const double penalty : {0.0, 1.0, 2.5}) {
        for (const Tokens& prompt : {Tokens{3}, Tokens{1, 4, 0, 2}}) {
            const BeamWriting options{
                .most_tokens = 4, .beams = 125, .length_penalty = penalty, .end_token = 2};
            const auto searched = steps(), listed = steps();
            const BeamText best = generate_beams(*searched, prompt, options);
            AllTexts all(*listed, prompt, options);
            EXPECT_NEAR(best.score, all.score, 1e-5);
            Tokens tokens = best.made.tokens;
            if (best.made.ending == Ending::EndToken) tokens.push_back(best.made.end_token);
            EXPECT_EQ(tokens, all.tokens);
            // What it has seen in the end is the prompt.
            ASSERT_EQ(searched->length(), std::ssize(prompt));
            const std::span<const float> here = searched->feed(Tokens{1});
            const std::vector<float> after(here.begin(), here.end());
            listed->rewind(0);
            listed->feed(prompt);
            const std::span<const float> there = listed->feed(Tokens{1});
            for (std::size_t i = 0; i < after.size(); ++i) EXPECT_NEAR(after[i], there[i], 1e-4);
        }
    }
}

TEST_P(Beams, OneIsTheLikeliestTokenEachTime) {
    const Tokens prompt = {3, 1};
    engine::Random random(1, "unused", 0);
    const auto greedy = steps(), beam = steps();
    const Generated wanted =
        generate(*greedy, prompt, {.most_tokens = 9, .end_tokens = {2}}, random);
    const BeamText found =
        generate_beams(*beam, prompt, {.most_tokens = 9, .beams = 1, .end_token = 2});
    EXPECT_EQ(found.made.tokens, wanted.tokens);
    EXPECT_EQ(found.made.ending, wanted.ending);
}

TEST_P(Beams, MoreOfThemAreNoWorse) {
    double before = -INFINITY;
    for (const std::int64_t beams : {1, 2, 8, 64, 512}) {
        const auto model = steps();
        const double sum = generate_beams(*model, Tokens{4},
                                          {.most_tokens = 7, .beams = beams, .length_penalty = 0})
                               .log_probability;
        EXPECT_GE(sum, before - 1e-5) << beams;
        before = sum;
    }
}

TEST_P(Beams, ATextEndsWhereTheModelSeesNoMore) {
    const auto model = steps(6);
    const BeamText text = generate_beams(*model, Tokens{0, 1, 3}, {.most_tokens = 50, .beams = 3});
    EXPECT_EQ(text.made.tokens.size(), 4) << "the last one is not read";
    EXPECT_EQ(text.made.ending, Ending::Full);
    EXPECT_LT(text.log_probability, 0);
    model->rewind(0);
    const BeamText full = generate_beams(*model, Tokens{0, 1, 3, 0, 1, 3}, {.most_tokens = 50});
    EXPECT_EQ(full.made.tokens.size(), 1);
    EXPECT_EQ(error_code([&] { generate_beams(*model, Tokens{1}, {}); }), "E-LM-023");
}

TEST_P(Beams, GoOnFromWhatWasSeen) {
    const auto whole = steps(), parts = steps();
    const BeamWriting options{.most_tokens = 5, .beams = 3};
    const BeamText wanted = generate_beams(*whole, Tokens{3, 1, 4, 1}, options);
    parts->feed(Tokens{3, 1});
    const BeamText found = generate_beams(*parts, Tokens{4, 1}, options);
    EXPECT_EQ(found.made.tokens, wanted.made.tokens);
    EXPECT_NEAR(found.score, wanted.score, 1e-5);
}

TEST_P(Beams, StopWithTheBestSoFar) {
    for (const int steps_before : {0, 1, 3}) {
        const auto model = steps();
        int asked = 0;
        const BeamText text =
            generate_beams(*model, Tokens{3, 0}, {.most_tokens = 8, .beams = 4},
                           [&] { return asked++ == steps_before ? GoOn::No : GoOn::Yes; });
        EXPECT_EQ(text.made.tokens.size(), steps_before);
        EXPECT_EQ(text.made.ending, Ending::Stopped);
        EXPECT_EQ(model->length(), 2);
    }
}

TEST_P(Beams, RefuseWhatIsNoTask) {
    const auto model = steps();
    EXPECT_EQ(error_code([&] { generate_beams(*model, Tokens{}, {}); }), "E-LM-022");
    EXPECT_EQ(error_code([&] { generate_beams(*model, Tokens{1}, {.most_tokens = -1}); }),
              "E-LM-024");
    EXPECT_EQ(error_code([&] { generate_beams(*model, Tokens{1}, {.beams = 0}); }), "E-LM-060");
    EXPECT_EQ(error_code([&] { generate_beams(*model, Tokens{1}, {.end_token = 5}); }), "E-LM-060");
    model->rewind(0);
    EXPECT_TRUE(generate_beams(*model, Tokens{1, 2}, {.most_tokens = 0}).made.tokens.empty());
    EXPECT_EQ(model->length(), 2);
}

TEST_P(Beams, ASiblingHasSeenWhatItTook) {
    const auto model = steps();
    model->feed(Tokens{1, 2, 3, 4});
    const auto other = model->sibling();
    EXPECT_EQ(other->length(), 0);
    EXPECT_EQ(other->capacity(), model->capacity());
    other->feed(Tokens{1, 2, 0});
    other->take(*model, 2);
    EXPECT_EQ(other->length(), 4);
    const std::span<const float> logits = model->feed(Tokens{0});
    const std::vector<float> wanted(logits.begin(), logits.end());
    const std::span<const float> found = other->feed(Tokens{0});
    EXPECT_TRUE(std::ranges::equal(found, wanted));
    EXPECT_EQ(error_code([&] { model->sibling()->take(*model, 1); }), "E-LM-008")
        << "it has seen none";
    EXPECT_EQ(error_code([&] { other->take(*model->sibling(), 1); }), "E-LM-008");
    EXPECT_EQ(error_code([&] { other->take(*model, -1); }), "E-LM-008");
}

INSTANTIATE_TEST_SUITE_P(Decoders, Beams,
                         ::testing::Values(Kind::Float, Kind::Simulated, Kind::Packed4,
                                           Kind::Packed8, Kind::PackedFloatCache),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace millrace::ops
