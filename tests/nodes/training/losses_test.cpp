// The nodes of losses through the registry, against numbers worked out by hand: gradients reach the
// logits and never the teacher.
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_ctc(engine::Registry& registry);
void register_distill(engine::Registry& registry);
void register_mean_squared_error(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const engine::Registry& loss_nodes() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        nodes::register_ctc(*filled);
        nodes::register_distill(*filled);
        nodes::register_mean_squared_error(*filled);
        return filled;
    }();
    return *registry;
}

at::Tensor numbers(const std::vector<double>& values, at::IntArrayRef shape) {
    return at::tensor(values, at::kDouble).reshape(shape);
}

at::Tensor longs(const std::vector<std::int64_t>& values, at::IntArrayRef shape) {
    return at::tensor(values, at::kLong).reshape(shape);
}

/// Logits of these probabilities, to be trained.
at::Tensor logits_of(const std::vector<double>& probabilities, at::IntArrayRef shape) {
    return numbers(probabilities, shape).log().requires_grad_(true);
}

struct Answer {
    at::Tensor loss;
    double count = 0, value = kNan;
    double number() const { return loss.item<double>(); }
};

/// One call; an input that is no tensor at all is not wired.
Answer call(const std::string& type, const Object& params,
            const std::vector<std::optional<at::Tensor>>& inputs) {
    std::vector<Packet> packets;
    for (const auto& input : inputs)
        packets.push_back(input ? Packet::make(types::Tensor{*input}) : Packet());
    const std::vector<Packet> results = run_node(loss_nodes(), type, params, packets);
    Answer answer{results.at(0).as<types::Tensor>().value, results.at(1).as<double>()};
    if (results.size() > 2) answer.value = results.at(2).as<double>();
    return answer;
}

std::string code_of(const std::string& type, const Object& params,
                    const std::vector<std::optional<at::Tensor>>& inputs) {
    return error_code([&] { call(type, params, inputs); });
}

void expect_near(const at::Tensor& found, const std::vector<double>& expected) {
    ASSERT_TRUE(found.defined());
    const at::Tensor flat = found.flatten();
    ASSERT_EQ(flat.numel(), static_cast<std::int64_t>(expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(flat[static_cast<std::int64_t>(i)].item<double>(), expected[i], 1e-12) << i;
}

TEST(MeanSquaredErrorNode, ByHand) {
    const at::Tensor value = numbers({1, 2, 3}, {3, 1}).requires_grad_(true);
    const at::Tensor target = numbers({1, 4, 0}, {3, 1}).requires_grad_(true);
    const Answer answer = call("training.mean_squared_error", {}, {value, target});
    EXPECT_NEAR(answer.number(), 13.0 / 3, 1e-14);
    EXPECT_EQ(answer.count, 3);
    answer.loss.backward();
    expect_near(value.grad(), {0, -4.0 / 3, 2});
    EXPECT_FALSE(target.grad().defined());

    const Answer plain = call("training.mean_squared_error", {}, {value.detach(), target});
    EXPECT_FALSE(plain.loss.requires_grad()) << "nothing to train: no history";
}

TEST(MeanSquaredErrorNode, BadInputIsNamed) {
    const auto code = [](const at::Tensor& value, const at::Tensor& target) {
        return code_of("training.mean_squared_error", {}, {value, target});
    };
    const at::Tensor good = numbers({1, 2}, {2});
    EXPECT_EQ(code(good, good), "none");
    EXPECT_EQ(code(at::Tensor(), good), "E-TRAIN-001");
    EXPECT_EQ(code(longs({1, 2}, {2}), good), "E-TRAIN-001");
    EXPECT_EQ(code(at::zeros({0}), at::zeros({0})), "E-TRAIN-002");
    EXPECT_EQ(code(numbers({1, kNan}, {2}), good), "E-TRAIN-003");
    EXPECT_EQ(code(good, numbers({1, kInfinity}, {2})), "E-TRAIN-003");
    EXPECT_EQ(code(good, numbers({1, 2}, {2, 1})), "E-TRAIN-004");
    EXPECT_EQ(code(good, good.to(at::kFloat)), "E-TRAIN-004");
}

/// Two examples of three frames, blank and one label.
at::Tensor ctc_logits() {
    return logits_of({.5, .5, .5, .5, .5, .5, .1, .9, .8, .2, .4, .6}, {2, 3, 2});
}

TEST(CtcNode, ByHand) {
    const at::Tensor labels = longs({1, 1}, {2, 1});
    // All but 000 and 101, whose ones are apart, are "1": 6 of 8, and
    // 1 - .1 * .8 * .4 - .9 * .8 * .6.
    const Answer all = call("training.ctc", {}, {ctc_logits(), labels});
    EXPECT_NEAR(all.number(), -(std::log(.75) + std::log(.536)) / 2, 1e-12);
    EXPECT_EQ(all.count, 2);

    // One frame of the first example; two of the second, 1 - .1 * .8.
    const at::Tensor logits = ctc_logits();
    const Answer some = call("training.ctc", {}, {logits, labels, longs({1, 2}, {2})});
    EXPECT_NEAR(some.number(), -(std::log(.5) + std::log(.92)) / 2, 1e-12);
    some.loss.backward();
    ASSERT_EQ(logits.grad().sizes(), logits.sizes());
    // (softmax - posterior) / 2, where the posterior of "1" is .9 / .92 and .2 / .92.
    const double first = (.9 - .9 / .92) / 2, second = (.2 - .2 / .92) / 2;
    expect_near(logits.grad(), {.25, -.25, 0, 0, 0, 0, -first, first, -second, second, 0, 0});
}

TEST(CtcNode, LabelLengthsAndBlank) {
    // No label at all: only blanks; what stands behind a length does not count.
    const at::Tensor labels = longs({-100, 1, -100, -100}, {2, 2}), lengths = longs({0, 0}, {2});
    const Answer none = call("training.ctc", {}, {ctc_logits(), labels, std::nullopt, lengths});
    EXPECT_NEAR(none.number(), -(std::log(.125) + std::log(.1 * .8 * .4)) / 2, 1e-12);
    const Answer without = call("training.ctc", {}, {ctc_logits(), at::empty({2, 0}, at::kLong)});
    EXPECT_NEAR(without.number(), none.number(), 1e-14);
    // With the last class as blank the roles turn: all but 111 and 010 are "0".
    const Answer turned =
        call("training.ctc", {{"blank", 1}}, {ctc_logits(), longs({0, 0}, {2, 1})});
    EXPECT_NEAR(turned.number(), -(std::log(.75) + std::log(1 - .9 * .2 * .6 - .1 * .2 * .4)) / 2,
                1e-12);
}

TEST(CtcNode, ImpossibleOnesAreZeroOrInfinite) {
    // "11" needs three frames; the first example has two.
    const at::Tensor labels = longs({1, 1, 1, 1}, {2, 2}), frames = longs({2, 3}, {2});
    const at::Tensor logits = ctc_logits();
    const Answer zero = call("training.ctc", {}, {logits, labels, frames});
    EXPECT_NEAR(zero.number(), -std::log(.9 * .8 * .6) / 2, 1e-12);
    zero.loss.backward();
    EXPECT_EQ(logits.grad()[0].abs().sum().item<double>(), 0);
    EXPECT_GT(logits.grad()[1].abs().sum().item<double>(), 0);
    const Answer infinite =
        call("training.ctc", {{"impossible", "infinite"}}, {logits, labels, frames});
    EXPECT_EQ(infinite.number(), kInfinity);
    EXPECT_EQ(infinite.count, 2);
}

TEST(CtcNode, TakesOneLabelEach) {
    const Answer column = call("training.ctc", {}, {ctc_logits(), longs({1, 1}, {2, 1})}),
                 flat = call("training.ctc", {}, {ctc_logits(), longs({1, 1}, {2})});
    EXPECT_EQ(column.number(), flat.number());
}

TEST(CtcNode, BadInputIsNamed) {
    const at::Tensor logits = ctc_logits(), labels = longs({1, 1}, {2, 1});
    const auto code = [](std::vector<std::optional<at::Tensor>> inputs, const Object& params = {}) {
        return code_of("training.ctc", params, inputs);
    };
    EXPECT_EQ(code({at::Tensor(), labels}), "E-TRAIN-001");
    EXPECT_EQ(code({longs({1, 1}, {1, 1, 2}), labels}), "E-TRAIN-001");
    EXPECT_EQ(code({at::zeros({0, 3, 2}), at::empty({0, 1}, at::kLong)}), "E-TRAIN-002");
    EXPECT_EQ(code({logits * kNan, labels}), "E-TRAIN-003");
    EXPECT_EQ(code({logits[0], labels}), "E-TRAIN-004");
    EXPECT_EQ(code({logits, at::Tensor()}), "E-TRAIN-005");
    EXPECT_EQ(code({logits, longs({1, 1}, {1, 1, 2})}), "E-TRAIN-005");
    EXPECT_EQ(code({logits, longs({1, 1, 1}, {3, 1})}), "E-TRAIN-005");
    EXPECT_EQ(code({logits, labels.to(at::kInt)}), "E-TRAIN-005");
    EXPECT_EQ(code({logits, longs({1, 2}, {2, 1})}), "E-TRAIN-005") << "no such class";
    EXPECT_EQ(code({logits, longs({1, 0}, {2, 1})}), "E-TRAIN-005") << "a blank";
    EXPECT_EQ(code({logits, labels, longs({3, 4}, {2})}), "E-TRAIN-005");
    EXPECT_EQ(code({logits, labels, longs({3}, {1})}), "E-TRAIN-005");
    EXPECT_EQ(code({logits, labels, std::nullopt, longs({1, 2}, {2})}), "E-TRAIN-005");
    EXPECT_EQ(code({logits, labels}, {{"blank", 2}}), "E-TRAIN-006");
    EXPECT_FALSE(check_node(loss_nodes(), "training.ctc", {{"blank", -1}}).empty());
}

// Of p = (1/2, 1/2) the teacher's and q = (1/4, 3/4) the student's.
const double kGap = std::log(4.0 / 3) / 2;                      // KL(p || q)
const double kSoft = std::log(16.0 / 3) / 2;                    // with p's entropy
const double kBack = .25 * std::log(.5) + .75 * std::log(1.5);  // KL(q || p)

struct Expected {
    Object params;
    double loss = kNan, value = kNan, slope = kNan;  ///< slope: of the first logit
};

TEST(DistillNode, EachKindByHand) {
    // The divergence at alpha 2 is half of sum p^2 / q less 1; its slope for logit i is
    // q_i (g_i - sum q g) with g_i = -p_i^2 / (2 q_i^2), and so on for the others.
    const std::vector<Expected> kinds = {
        {{}, kGap, kGap, -.25},
        {{{"kind", "soft_cross_entropy"}}, kSoft, kSoft, -.25},
        {{{"kind", "mixed"}, {"soft_weight", 1.0}}, kSoft, kSoft, -.25},
        {{{"kind", "mixed"}, {"soft_weight", 0.0}}, std::log(4), std::log(4), -.75},
        {{{"kind", "mixed"}, {"soft_weight", .25}},
         (kSoft + 3 * std::log(4)) / 4,
         (kSoft + 3 * std::log(4)) / 4,
         -.625},
        {{{"kind", "alpha"}}, kSoft, kGap, -.25},
        {{{"kind", "alpha"}, {"alpha", 0.0}}, kNan, kBack, .25 * (std::log(.5) - kBack)},
        {{{"kind", "alpha"}, {"alpha", 2.0}}, kNan, 1.0 / 6, -1.0 / 3},
        {{{"kind", "alpha"}, {"alpha", -1.0}}, kNan, .125, .25 * (.5 - 1.25)},
        {{{"kind", "adaptive_alpha"}}, kNan, kGap, -.25}};
    for (const Expected& expected : kinds) {
        SCOPED_TRACE(engine::to_json(expected.params));
        const at::Tensor student = logits_of({.25, .75}, {1, 2});
        const at::Tensor teacher = logits_of({.5, .5}, {1, 2});
        const Answer answer =
            call("training.distill", expected.params, {student, teacher, longs({0}, {1})});
        if (!std::isnan(expected.loss)) {
            EXPECT_NEAR(answer.number(), expected.loss, 1e-12);
        }
        EXPECT_NEAR(answer.value, expected.value, 1e-12);
        EXPECT_EQ(answer.count, 1);
        answer.loss.backward();
        expect_near(student.grad(), {expected.slope, -expected.slope});
        EXPECT_FALSE(teacher.grad().defined());
    }
}

TEST(DistillNode, TemperatureOfTheSoftKinds) {
    // Logits twice as far at temperature 2 are the same distributions.
    const at::Tensor student = logits_of({.25, .75}, {1, 2}) * 2;
    const at::Tensor teacher = logits_of({.5, .5}, {1, 2}) * 2;
    const Answer soft =
        call("training.distill", {{"kind", "soft_cross_entropy"}, {"temperature", 2.0}},
             {student, teacher});
    EXPECT_NEAR(soft.number(), kSoft, 1e-12);
    const Answer mixed =
        call("training.distill", {{"kind", "mixed"}, {"temperature", 2.0}, {"soft_weight", .5}},
             {student, teacher, longs({1}, {1})});
    EXPECT_NEAR(mixed.number(), .5 * 4 * kSoft - .5 * std::log(.75), 1e-12);
}

TEST(DistillNode, EachRowHasTheLargerOfTwoDivergences) {
    // Row 1 as above, where alpha 1 is larger; turned round, alpha -1 is: 1/6 against .131.
    const at::Tensor student = logits_of({.25, .75, .5, .5}, {2, 2});
    const at::Tensor teacher = logits_of({.5, .5, .25, .75}, {2, 2});
    const Answer answer =
        call("training.distill", {{"kind", "adaptive_alpha"}}, {student, teacher});
    EXPECT_NEAR(answer.value, (kGap + 1.0 / 6) / 2, 1e-12);
    EXPECT_EQ(answer.count, 2);
    answer.loss.backward();
    expect_near(student.grad(), {-.125, .125, 1.0 / 6, -1.0 / 6});
    // A clip of 2 on r^-1, which is 2 and 2/3 there, changes nothing; one of 1.5 does.
    const auto value = [&](double clip) {
        return call("training.distill", {{"kind", "adaptive_alpha"}, {"ratio_clip", clip}},
                    {student, teacher})
            .value;
    };
    EXPECT_NEAR(value(2.0), answer.value, 1e-12);
    // (.5 * (1.5 - 1) + .5 * (2/3 - 1)) / 2 = 1/24: alpha 1 is larger then.
    EXPECT_NEAR(value(1.5), (kGap + .25 * std::log(.5) + .75 * std::log(1.5)) / 2, 1e-12);
}

TEST(DistillNode, FramesAreRows) {
    const std::vector<double> q = {.25, .75, .5, .5, .1, .9, .6, .4, .25, .75, .3, .7};
    const std::vector<double> p = {.5, .5, .25, .75, .2, .8, .6, .4, .5, .5, .9, .1};
    for (const char* kind : {"kl", "soft_cross_entropy", "mixed", "alpha", "adaptive_alpha"}) {
        const auto answer = [&](at::IntArrayRef shape) {
            return call("training.distill", {{"kind", kind}},
                        {logits_of(q, shape), logits_of(p, shape),
                         longs({0, 1, 0, -100, 1, 0}, shape.slice(0, shape.size() - 1))});
        };
        const Answer flat = answer({6, 2}), frames = answer({2, 3, 2});
        EXPECT_NEAR(frames.number(), flat.number(), 1e-14) << kind;
        EXPECT_NEAR(frames.value, flat.value, 1e-14) << kind;
        EXPECT_EQ(frames.count, 6);
    }
}

TEST(DistillNode, NoHistoryWithoutAStudentToTrain) {
    for (const char* kind : {"kl", "soft_cross_entropy", "alpha", "adaptive_alpha"}) {
        const at::Tensor teacher = logits_of({.5, .5}, {1, 2});
        const Answer answer = call("training.distill", {{"kind", kind}},
                                   {logits_of({.25, .75}, {1, 2}).detach(), teacher});
        EXPECT_FALSE(answer.loss.requires_grad()) << kind;
    }
}

TEST(DistillNode, BadInputIsNamed) {
    const at::Tensor good = numbers({1, 2, 3, 4, 5, 6}, {3, 2}), labels = longs({0, 1, 1}, {3});
    for (const char* kind : {"kl", "soft_cross_entropy", "mixed", "alpha", "adaptive_alpha"}) {
        const auto code = [&](const at::Tensor& student, const at::Tensor& teacher) {
            return code_of("training.distill", {{"kind", kind}}, {student, teacher, labels});
        };
        EXPECT_EQ(code(good, good), "none") << kind;
        EXPECT_EQ(code(at::Tensor(), good), "E-TRAIN-001") << kind;
        EXPECT_EQ(code(good, at::Tensor()), "E-TRAIN-001") << kind;
        EXPECT_EQ(code(at::zeros({0, 2}), at::zeros({0, 2})), "E-TRAIN-002") << kind;
        EXPECT_EQ(code(at::zeros({2, 3, 0}), at::zeros({2, 3, 0})), "E-TRAIN-002") << kind;
        EXPECT_EQ(code(good * kNan, good), "E-TRAIN-003") << kind;
        EXPECT_EQ(code(good, good * kInfinity), "E-TRAIN-003") << kind;
        EXPECT_EQ(code(good, good.reshape({2, 3})), "E-TRAIN-004") << kind;
        EXPECT_EQ(code(good, good.to(at::kFloat)), "E-TRAIN-004") << kind;
        EXPECT_EQ(code(good.flatten(), good.flatten()), "E-TRAIN-004") << kind;
        // As many rows, but of other frames.
        EXPECT_EQ(code(at::zeros({2, 3, 2}), at::zeros({3, 2, 2})), "E-TRAIN-004") << kind;
    }
    const auto mixed = [&](std::optional<at::Tensor> given) {
        return code_of("training.distill", {{"kind", "mixed"}}, {good, good, given});
    };
    EXPECT_EQ(mixed(std::nullopt), "E-TRAIN-005");
    EXPECT_EQ(mixed(longs({0, 1, 2}, {3})), "E-TRAIN-005") << "no such class";
    EXPECT_EQ(mixed(longs({0, 1}, {2})), "E-TRAIN-005");
    EXPECT_EQ(mixed(labels.to(at::kDouble)), "E-TRAIN-005");
}

TEST(DistillNode, ParametersOutOfRangeAreProblems) {
    const auto where = [](const Object& params) {
        const auto problems = check_node(loss_nodes(), "training.distill", params);
        return problems.empty() ? std::string("none") : problems.front().where;
    };
    EXPECT_EQ(where({{"kind", "adaptive_alpha"}, {"alpha_min", 1.0}, {"alpha_max", 1.0}}), "none");
    EXPECT_NE(where({{"kind", "adaptive_alpha"}, {"alpha_min", 2.0}}).find("alpha_max"),
              std::string::npos);
    EXPECT_NE(where({{"temperature", 0.0}}).find("temperature"), std::string::npos);
    EXPECT_NE(where({{"soft_weight", 1.1}}).find("soft_weight"), std::string::npos);
    EXPECT_NE(where({{"ratio_clip", 0.0}}).find("ratio_clip"), std::string::npos);
    EXPECT_NE(where({{"kind", "other"}}).find("kind"), std::string::npos);
}

}  // namespace
}  // namespace millrace::testing
