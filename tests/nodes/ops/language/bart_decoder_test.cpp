#include "nodes/ops/language/bart_decoder.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"

namespace millrace::ops {
namespace {

using testing::bart_batch;
using testing::bart_model;
using testing::bart_spec;
using testing::error_code;
using testing::greatest_difference;
using testing::logits_of;
using testing::quantization;
using testing::quantized_model;
using Tokens = std::vector<std::int64_t>;

/// [batch, time, vocabulary] by steps over the batch's targets.
at::Tensor by_steps(const Bart& bart, const types::Model& model, const Seq2SeqBatch& batch) {
    // As passes have them.
    BartDecoder decoder(bart, model.parameters, model.buffers, batch.source, batch.mask,
                        Statistics::Batch);
    const std::int64_t rows = batch.target.size(0);
    Tokens parents(std::size_t(rows), 0);
    for (std::int64_t i = 0; i < rows; ++i) parents[std::size_t(i)] = i;
    std::vector<at::Tensor> steps;
    for (std::int64_t time = 0; time < batch.target.size(1); ++time) {
        const at::Tensor column = batch.target.select(1, time).contiguous();
        at::Tensor scores = at::empty({rows, bart.vocabulary()}, at::kFloat);
        decoder.step(parents, {column.data_ptr<std::int64_t>(), std::size_t(rows)},
                     {scores.data_ptr<float>(), std::size_t(scores.numel())});
        steps.push_back(scores);
    }
    return at::stack(steps, 1);
}

TEST(BartDecoder, StepsGiveWhatOnePassGives) {
    for (const std::string& more :
         {std::string(), std::string(R"("norm": "pre", "activation": "relu", "decoder_heads": 4)"),
          quantization(R"("weights": 2, "embeddings": 2)"),
          quantization(R"("weights": 1, "embeddings": 1, "activations": 1)")}) {
        const Bart bart(bart_spec(more));
        const types::Model model = quantized_model(bart);
        const Seq2SeqBatch batch = bart_batch();
        const at::Tensor whole = logits_of(bart, model, batch).log_softmax(-1);
        EXPECT_LT(greatest_difference(by_steps(bart, model, batch), whole), 2e-5) << more;
    }
}

TEST(BartDecoder, TheFirstStepIsAPassOverOneTokenAtAnyBits) {
    for (const char* members : {R"("weights": 2, "embeddings": 2, "activations": 2)",
                                R"("weights": 2, "embeddings": 2, "activations": 8)",
                                R"("activations": 2, "activation_method": "twn")"}) {
        const Bart bart(bart_spec(quantization(members)));
        const types::Model model = quantized_model(bart);
        Seq2SeqBatch batch = bart_batch();
        batch.target = batch.target.narrow(1, 0, 1);
        const at::Tensor whole = logits_of(bart, model, batch).log_softmax(-1);
        EXPECT_LT(greatest_difference(by_steps(bart, model, batch), whole), 2e-5) << members;
    }
}

TEST(BartDecoder, AnAnswerDoesNotDependOnTheOthersNorOnPadding) {
    // In float64, so that no sum on the edge of two codes goes the other way in a batch.
    const Seq2SeqBatch batch = bart_batch();
    for (const char* members :
         {R"("weights": 2, "activations": 2)", R"("weights": 1, "activations": 1)",
          R"("weights": 2, "activations": 8)", R"("weights": 2, "activations": 3)",
          R"("activations": 2, "activation_method": "bit")",
          R"("activations": 2, "activation_method": "twn")",
          R"("activations": 1, "activation_method": "twn")"}) {
        const Bart bart(bart_spec(quantization(members)));
        const types::Model model = quantized_model(bart, at::kDouble);
        const auto steps = [&](const at::Tensor& source, const at::Tensor& mask, Tokens tokens,
                               Statistics statistics) {
            BartDecoder decoder(bart, model.parameters, model.buffers, source, mask, statistics);
            Tokens parents;
            std::vector<float> scores(tokens.size() * 11);
            for (std::size_t i = 0; i < tokens.size(); ++i) parents.push_back(std::ssize(parents));
            for (int step = 0; step < 4; ++step) {
                decoder.step(parents, tokens, scores);
                for (std::int64_t& token : tokens) token = (3 * token + 1) % 11;
            }
            return at::tensor(scores).reshape({-1, 11});
        };
        const at::Tensor together = steps(batch.source, batch.mask, {2, 6}, Statistics::Item);
        const at::Tensor shorter = steps(batch.source.narrow(0, 0, 1).narrow(1, 0, 4), {}, {2},
                                         Statistics::Item),
                         longer = steps(batch.source.narrow(0, 1, 1), {}, {6}, Statistics::Item);
        EXPECT_LT(greatest_difference(together[0], shorter[0]), 1e-5) << members;
        EXPECT_LT(greatest_difference(together[1], longer[0]), 1e-5) << members;
        const at::Tensor alone = steps(batch.source.narrow(0, 1, 1), {}, {6}, Statistics::Batch);
        EXPECT_EQ(greatest_difference(alone, longer), 0) << "one item is the whole";
    }
}

TEST(BartDecoder, RowsFollowTheirParents) {
    const Bart bart(bart_spec());
    const types::Model model = bart_model(bart);
    const Seq2SeqBatch batch = bart_batch();
    BartDecoder decoder(bart, model.parameters, model.buffers, batch.source, batch.mask);
    EXPECT_EQ(decoder.sources(), 2);
    std::vector<float> scores(2 * 11);
    decoder.step(Tokens{0, 1}, Tokens{2, 2}, scores);
    scores.resize(3 * 11);
    decoder.step(Tokens{1, 0, 1}, Tokens{5, 6, 7}, scores);
    scores.resize(2 * 11);
    decoder.step(Tokens{2, 0}, Tokens{8, 9}, scores);  // both are of the second source
    const at::Tensor found = at::tensor(scores).reshape({2, 11});
    const std::vector<Tokens> read = {{2, 7, 8}, {2, 5, 9}};
    for (std::int64_t i = 0; i < 2; ++i) {
        const at::Tensor target = at::tensor(read[std::size_t(i)], at::kLong).unsqueeze(0);
        const at::Tensor expected =
            forward(bart, model.parameters, model.buffers, batch.source.narrow(0, 1, 1),
                    batch.mask.narrow(0, 1, 1), target, {});
        EXPECT_LT(greatest_difference(found[i], expected[0][2].log_softmax(-1)), 2e-5);
    }
}

/// The likeliest of all continuations of one source, by passes over whole targets.
class BruteForce {
public:
    BruteForce(const Bart& bart, const types::Model& model, const Seq2SeqBatch& batch,
               const BeamOptions& options)
        : bart_(bart), model_(model), batch_(batch), options_(options) {}

    Hypothesis best(std::int64_t source) {
        best_.score = -std::numeric_limits<double>::infinity();
        extend(source, {options_.start}, 0);
        return best_;
    }

private:
    void extend(std::int64_t source, const Tokens& tokens, double sum) {
        const auto generated = std::ssize(tokens) - 1;
        const bool is_finished = generated > 0 && tokens.back() == options_.end;
        if (is_finished || std::ssize(tokens) == options_.max_length) {
            const double score = sum / double(generated);
            if (score > best_.score) best_ = {tokens, sum, score, is_finished};
            return;
        }
        const at::Tensor next =
            forward(bart_, model_.parameters, model_.buffers, batch_.source.narrow(0, source, 1),
                    batch_.mask.narrow(0, source, 1), at::tensor(tokens, at::kLong).unsqueeze(0),
                    {})[0][generated]
                .log_softmax(-1);
        for (std::int64_t token = 0; token < bart_.vocabulary(); ++token) {
            Tokens longer = tokens;
            longer.push_back(token);
            extend(source, longer, sum + next[token].item<double>());
        }
    }

    const Bart& bart_;
    const types::Model& model_;
    const Seq2SeqBatch& batch_;
    const BeamOptions& options_;
    Hypothesis best_;
};

TEST(BartDecoder, BeamSearchFindsTheBestOfAllTargets) {
    const Bart bart(engine::parse_json(R"({"architecture": "bart", "vocabulary": 4, "width": 8,
        "encoder_layers": 1, "heads": 2, "context": 6})",
                                       "test"));
    const types::Model model = bart_model(bart);
    const std::vector<Tokens> sources = {{3, 0, 2}, {0, 2}};
    const Seq2SeqBatch batch = make_seq2seq_batch(sources, sources, {});
    const BeamOptions options{.beams = 64, .max_length = 4, .stopping = EarlyStopping::Exact};
    BartDecoder decoder(bart, model.parameters, model.buffers, batch.source, batch.mask);
    const auto found = beam_search(decoder, 2, options);
    BruteForce all(bart, model, batch, options);
    for (std::int64_t source = 0; source < 2; ++source) {
        const Hypothesis expected = all.best(source), best = found.at(std::size_t(source)).at(0);
        EXPECT_EQ(best.tokens, expected.tokens);
        EXPECT_NEAR(best.score, expected.score, 1e-5);
    }
}

TEST(BartDecoder, GreedySearchTakesTheLikeliestOfEachPass) {
    const Bart bart(bart_spec(quantization(R"("weights": 1, "activations": 1)")));
    const types::Model model = quantized_model(bart);
    const Seq2SeqBatch batch = bart_batch();
    BartDecoder decoder(bart, model.parameters, model.buffers, batch.source, batch.mask);
    const auto found = greedy_search(decoder, 2, {.max_length = 8});
    for (std::int64_t source = 0; source < 2; ++source) {
        Tokens tokens = {2};
        while (tokens.size() < 8 && (tokens.size() == 1 || tokens.back() != 2)) {
            const at::Tensor logits = forward(
                bart, model.parameters, model.buffers, batch.source.narrow(0, source, 1),
                batch.mask.narrow(0, source, 1), at::tensor(tokens, at::kLong).unsqueeze(0), {});
            tokens.push_back(logits[0][std::ssize(tokens) - 1].argmax().item<std::int64_t>());
        }
        EXPECT_EQ(found.at(std::size_t(source)).tokens, tokens);
    }
}

TEST(BartDecoder, StepsThatDontFitAreNamed) {
    const Bart bart(bart_spec());
    const types::Model model = bart_model(bart);
    const Seq2SeqBatch batch = bart_batch();
    BartDecoder decoder(bart, model.parameters, model.buffers, batch.source, batch.mask);
    std::vector<float> scores(11);
    const auto code = [&](const Tokens& parents, const Tokens& tokens) {
        return error_code([&] { decoder.step(parents, tokens, scores); });
    };
    EXPECT_EQ(code({2}, {2}), "E-LM-058");
    EXPECT_EQ(code({-1}, {2}), "E-LM-058");
    EXPECT_EQ(code({0}, {2, 2}), "E-LM-058");
    EXPECT_EQ(code({0, 1}, {2, 2}), "E-LM-058");
    EXPECT_EQ(code({}, {}), "E-LM-058");
    for (int i = 0; i < 10; ++i) EXPECT_EQ(code({0}, {2}), "none");
    EXPECT_EQ(code({1}, {2}), "E-LM-058");
    EXPECT_EQ(code({0}, {2}), "E-LM-053");
}

}  // namespace
}  // namespace millrace::ops
