#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "nodes/ops/language/seq2seq_batch.hpp"
#include "nodes/ops/language/seq2seq_losses.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Sequences = std::vector<std::vector<std::int64_t>>;

at::Tensor numbers(const std::vector<std::int64_t>& values, at::IntArrayRef shape) {
    return at::tensor(values, at::kLong).reshape(shape);
}

TEST(Seq2SeqBatch, IsPaddedAndShifted) {
    const Sequences sources = {{5, 6, 7}, {8}}, targets = {{3, 2}, {4, 9, 2}};
    const Seq2SeqBatch batch = make_seq2seq_batch(sources, targets, {.decoder_start = 0});
    EXPECT_TRUE(batch.source.equal(numbers({5, 6, 7, 8, 1, 1}, {2, 3})));
    EXPECT_TRUE(batch.mask.equal(numbers({1, 1, 1, 1, 0, 0}, {2, 3}) == 1));
    EXPECT_TRUE(batch.target.equal(numbers({0, 3, 1, 0, 4, 9}, {2, 3})));
    EXPECT_TRUE(batch.labels.equal(numbers({3, 2, kIgnoredLabel, 4, 9, 2}, {2, 3})));
}

TEST(Seq2SeqBatch, MissingTextsAreNamed) {
    const Sequences one = {{5}}, two = {{5}, {6}}, hollow = {{}};
    EXPECT_EQ(error_code([&] { make_seq2seq_batch(one, two, {}); }), "E-LM-062");
    EXPECT_EQ(error_code([&] { make_seq2seq_batch({}, {}, {}); }), "E-LM-062");
    EXPECT_EQ(error_code([&] { make_seq2seq_batch(one, hollow, {}); }), "E-LM-062");
    EXPECT_EQ(error_code([&] { make_seq2seq_batch(hollow, one, {}); }), "E-LM-062");
}

/// Two samples of one position and two tokens; all states 2 above the teacher's 0 or 1.
Seq2SeqOutputs outputs(double value, double logit) {
    const auto filled = [](at::IntArrayRef shape, double of) {
        return at::full(shape, of, at::kDouble);
    };
    at::Tensor logits = filled({2, 1, 2}, 0);
    logits.select(2, 0).fill_(logit);
    return {.logits = logits,
            .encoder_hidden = {filled({2, 3, 4}, value), filled({2, 3, 4}, 2 * value)},
            .decoder_hidden = {filled({2, 1, 4}, value)},
            .encoder_attention = {filled({2, 1, 3, 3}, 3 * value)},
            .decoder_attention = {filled({2, 1, 1, 1}, 4 * value)},
            .cross_attention = {filled({2, 1, 1, 3}, 5 * value)}};
}

TEST(DistillationLosses, AreTheTermsOfSectionThree) {
    const Seq2SeqOutputs student = outputs(1, std::log(3.0)), teacher = outputs(0, 0);
    const at::Tensor labels = numbers({0, kIgnoredLabel}, {2, 1});
    const DistillationLosses losses = distillation_losses(
        student, teacher, labels,
        {.task = 2, .logits = 3, .hidden = 5, .attention = 7, .last_state = 11});
    // Student 3/4 and 1/4, teacher 1/2 and 1/2.
    const double soft = -(std::log(0.75) + std::log(0.25)) / 2;
    const std::map<std::string, std::pair<double, double>> expected = {
        {"task", {2, -std::log(0.75)}}, {"logits", {3, soft}},
        {"encoder_hidden", {5, 1 + 4}}, {"decoder_hidden", {5, 1}},
        {"encoder_attention", {7, 9}},  {"decoder_attention", {7, 16}},
        {"cross_attention", {7, 25}},   {"last_state", {11, 2 * 4}}};
    ASSERT_EQ(losses.terms.size(), expected.size());
    double total = 0;
    for (const LossTerm& term : losses.terms) {
        ASSERT_TRUE(expected.contains(term.name)) << term.name;
        const auto [weight, value] = expected.at(term.name);
        EXPECT_EQ(term.weight, weight) << term.name;
        EXPECT_NEAR(term.value.item<double>(), value, 1e-12) << term.name;
        total += weight * value;
    }
    EXPECT_NEAR(losses.total.item<double>(), total, 1e-10);
}

TEST(DistillationLosses, TrainTheStudentAlone) {
    Seq2SeqOutputs student = outputs(1, 1), teacher = outputs(0.5, 0);
    for (at::Tensor* tensor : {&student.logits, &student.encoder_hidden.back(), &teacher.logits,
                               &teacher.encoder_hidden.back()})
        tensor->requires_grad_(true);
    distillation_losses(student, teacher, numbers({0, 1}, {2, 1})).total.backward();
    EXPECT_TRUE(student.logits.grad().defined());
    EXPECT_FALSE(teacher.logits.grad().defined());
    EXPECT_FALSE(teacher.encoder_hidden.back().grad().defined());
    // Last state: difference 1 of 24 elements in the mean of two samples, once more of 12 in the
    // sum: 2 / 24 + 2 / 12.
    EXPECT_NEAR(student.encoder_hidden.back().grad()[0][0][0].item<double>(), 0.25, 1e-12);
}

TEST(DistillationLosses, WeightZeroLeavesOut) {
    const Seq2SeqOutputs student = outputs(1, 1);
    const at::Tensor labels = numbers({0, 1}, {2, 1});
    const DistillationLosses losses = distillation_losses(
        student, {}, labels, {.logits = 0, .hidden = 0, .attention = 0, .last_state = 0});
    ASSERT_EQ(losses.terms.size(), 1U);
    EXPECT_EQ(losses.total.item<double>(), losses.terms.front().value.item<double>());
}

TEST(DistillationLosses, PartsThatDontFitAreNamed) {
    const Seq2SeqOutputs student = outputs(1, 1);
    const at::Tensor labels = numbers({0, 1}, {2, 1});
    Seq2SeqOutputs deeper = student;
    deeper.decoder_hidden.push_back(deeper.decoder_hidden.front());
    const auto code = [&](const Seq2SeqOutputs& teacher, const DistillationWeights& weights) {
        return error_code([&] { distillation_losses(student, teacher, labels, weights); });
    };
    EXPECT_EQ(code(student, {}), "none");
    EXPECT_EQ(code(deeper, {}), "E-LM-056");
    EXPECT_EQ(code(deeper, {.hidden = 0}), "none");
    EXPECT_EQ(code({.logits = student.logits}, {}), "E-LM-056");
    EXPECT_EQ(code(student, {.task = -1}), "E-LM-057");
    EXPECT_EQ(code(student, {.task = NAN}), "E-LM-057");
    EXPECT_EQ(code(student, {0, 0, 0, 0, 0}), "E-LM-057");
}

}  // namespace
}  // namespace millrace::ops
