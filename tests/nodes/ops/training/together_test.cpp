// Two processes that train one network on halves of its batches end where a single process ends.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/hash.hpp"
#include "engine/random.hpp"
#include "nodes/ops/networks/group_reducer.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/ops/training/optimizers.hpp"
#include "nodes/ops/training/process_group.hpp"
#include "tests/nodes/ops/training/group_processes.hpp"

namespace millrace::ops {
namespace {

using testing::say;

constexpr const char* kChild = "TogetherRole.DISABLED_Child";
constexpr int kSteps = 9, kEpoch = 3;
constexpr std::int64_t kFrames = 12, kFeatures = 8;

/// How items of a batch go to rank 0 and rank 1; the last batch of an epoch has its own numbers.
struct Halves {
    std::int64_t first = 4, second = 4, last_first = 4, last_second = 4;
};

struct Batch {
    at::Tensor features, labels;
    std::int64_t items = 0;  ///< of all processes

    Batch part(std::int64_t begin, std::int64_t count) const {
        return {features.narrow(0, begin, count), labels.narrow(0, begin, count), items};
    }
};

Batch batch_of(int step, const Halves& halves, at::ScalarType type) {
    const bool last = step % kEpoch == kEpoch - 1;
    const std::int64_t items =
        last ? halves.last_first + halves.last_second : halves.first + halves.second;
    engine::Random random(7, "batch", static_cast<std::uint64_t>(step));
    at::Tensor features = at::empty({items, kFrames, kFeatures}, at::kDouble);
    at::Tensor labels = at::empty({items}, at::kLong);
    for (std::int64_t i = 0; i < features.numel(); ++i)
        features.data_ptr<double>()[i] = 3 + 2 * random.normal();
    for (std::int64_t i = 0; i < items; ++i)
        labels.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(random.below(3));
    return {features.to(type), labels, items};
}

struct Trained {
    NamedTensors parameters, buffers;
};

/// Without a group the whole batch, with it this rank's part.
Trained train(const Network& network, const Halves& halves, at::ScalarType type,
              Optimizer& optimizer, double rate, ProcessGroup* group) {
    Trained model{network.initial_parameters(3), network.initial_buffers()};
    for (auto& [name, tensor] : model.parameters) tensor = tensor.to(type).requires_grad_(true);
    for (auto& [name, tensor] : model.buffers)
        if (tensor.scalar_type() == at::kFloat) tensor = tensor.to(type);
    std::unique_ptr<GroupReducer> reducer;
    if (group) reducer = std::make_unique<GroupReducer>(*group);
    for (int step = 0; step < kSteps; ++step) {
        Batch batch = batch_of(step, halves, type);
        if (group) {
            const bool last = step % kEpoch == kEpoch - 1;
            const std::int64_t middle = last ? halves.last_first : halves.first;
            batch = group->rank() == 0 ? batch.part(0, middle)
                                       : batch.part(middle, batch.items - middle);
        }
        NamedTensors updates;
        Pass pass;
        pass.training = true;
        pass.updates = &updates;
        pass.reducer = reducer.get();
        const at::Tensor logits =
            read_out(network.readout(),
                     forward(network, model.parameters, model.buffers, batch.features, pass));
        // An empty part still comes to the sums of the way back.
        const std::int64_t items = batch.labels.size(0);
        const at::Tensor loss =
            items == 0 ? logits.sum() : cross_entropy(logits, batch.labels, {}, Reduction::Mean);
        clear_gradients(model.parameters);
        (loss * static_cast<double>(items)).backward();
        NamedTensors gradients;
        for (const auto& [name, parameter] : model.parameters) gradients[name] = parameter.grad();
        if (group) group->sum(gradients);
        for (auto& [name, gradient] : gradients) gradient.div_(static_cast<double>(batch.items));
        optimizer.step(model.parameters, rate);
        for (auto& [name, value] : updates) model.buffers[name] = value;
    }
    return model;
}

double farthest(const NamedTensors& found, const NamedTensors& expected) {
    double most = 0;
    EXPECT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) {
        const at::Tensor distance = (found.at(name) - tensor).abs().max();
        EXPECT_TRUE(distance.isfinite().item<bool>()) << name;
        most = std::max(most, distance.item<double>());
    }
    return most;
}

std::string bits(const Trained& model) {
    engine::Hasher hasher;
    for (const NamedTensors* tensors : {&model.parameters, &model.buffers}) {
        for (const auto& [name, tensor] : *tensors) {
            const at::Tensor whole = tensor.detach().contiguous();
            hasher.add(name).add(
                std::string_view(static_cast<const char*>(whole.data_ptr()), whole.nbytes()));
        }
    }
    return engine::to_hex(hasher.digest());
}

/// float64 goes by AdamW, float32 by SGD.
struct Case {
    std::string name;
    at::ScalarType type;
    Temporal temporal;
    Halves halves;
    double tolerance;

    friend void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"Even", at::kDouble, Temporal::Dense, {}, 1e-9},
        {"Uneven", at::kDouble, Temporal::Depthwise, {4, 4, 5, 3}, 1e-9},
        {"EmptySecond", at::kDouble, Temporal::Dense, {4, 4, 5, 0}, 1e-9},
        {"EmptyFirst", at::kDouble, Temporal::Depthwise, {4, 4, 0, 5}, 1e-9},
        {"FloatEven", at::kFloat, Temporal::Depthwise, {}, 1e-5},
        {"FloatEmpty", at::kFloat, Temporal::Dense, {4, 4, 5, 0}, 1e-5},
    };
    return all;
}

/// Both ranks train together; each compares with a training by itself.
TEST(TogetherRole, DISABLED_Child) {
    const auto told = testing::told();
    const auto found = std::ranges::find(cases(), told.role, &Case::name);
    ASSERT_NE(found, cases().end());
    at::set_num_threads(1);
    const Network network(lico_net_spec(
        {.channels = 6, .kernel = 3, .expand = 2, .blocks = 2, .temporal = found->temporal},
        {.features = kFeatures, .classes = {"yes", "no", "maybe"}}));
    const auto trained = [&](ProcessGroup* group) {
        const bool exact = found->type == at::kDouble;
        const auto optimizer = exact ? make_adamw({}) : make_sgd({.momentum = 0.9});
        return train(network, found->halves, found->type, *optimizer, exact ? 0.01 : 0.05, group);
    };
    ProcessGroup group(told.ranks, told.timeout_seconds);
    const Trained together = trained(&group), alone = trained(nullptr);
    const at::NoGradGuard no_gradients;
    say("bits " + bits(together));
    const NamedTensors first = network.initial_parameters(3);
    say(fmt::format("moved {}", farthest(alone.parameters, first)));
    say(fmt::format("parameters {}", farthest(together.parameters, alone.parameters)));
    say(fmt::format("buffers {}", farthest(together.buffers, alone.buffers)));
}

class Together : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Batches, Together, ::testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Together, EndsWhereOneProcessEnds) {
    const auto children = testing::start(kChild, GetParam().name, 2, 120);
    std::vector<std::string> bits;
    for (const auto& child : children) {
        bits.push_back(child->line("bits "));
        EXPECT_GT(std::stod("0" + child->line("moved ")), 0.01);
        for (const char* what : {"parameters", "buffers"}) {
            const std::string distance = child->line(what + std::string(" "));
            ASSERT_FALSE(distance.empty());
            EXPECT_LE(std::stod(distance), GetParam().tolerance) << what;
            RecordProperty(what, distance);
        }
    }
    EXPECT_EQ(bits[0], bits[1]);
    testing::expect_good_ends(children);
}

}  // namespace
}  // namespace millrace::ops
