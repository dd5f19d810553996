#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "nodes/ops/kws/stream_conv.hpp"
#include "nodes/ops/kws/svdf.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

const SpotterTask kTask{.features = 8, .classes = {"yes", "no", "maybe"}, .front_end = {}};

engine::Value spec_of(const std::string& layers, int features = 4) {
    return engine::parse_json(R"({"input": {"features": )" + std::to_string(features) +
                                  R"(}, "layers": [)" + layers + "]}",
                              "spec");
}

at::Tensor random_tensor(std::vector<std::int64_t> shape, std::uint64_t seed) {
    at::Tensor tensor = at::empty(shape, at::kDouble);
    engine::Random random(seed, "test", 0);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<double>()[i] = random.normal();
    return tensor;
}

NamedTensors as(const NamedTensors& tensors, at::ScalarType type) {
    NamedTensors cast;
    for (const auto& [name, tensor] : tensors) cast[name] = tensor.to(type);
    return cast;
}

double farthest(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

std::vector<float> floats(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.to(at::kFloat).contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

TEST(Network, ConvolutionIsThatOfTheStreamingReference) {
    for (const bool depthwise : {false, true}) {
        const Network network(spec_of(
            std::string(R"({"name": "c", "type": "conv", "out": 4, "kernel": 3, "depthwise": )") +
            (depthwise ? "true}" : "false}")));
        NamedTensors parameters = as(network.initial_parameters(1), at::kDouble);
        parameters["c.bias"] = random_tensor({4}, 2);
        const at::Tensor input = random_tensor({1, 7, 4}, 3);
        const at::Tensor output = forward(network, parameters, {}, input, {});

        // The reference has weights [out][in / groups][kernel].
        const at::Tensor weight =
            depthwise ? parameters["c.weight"].reshape({3, 4}).t().contiguous()
                      : parameters["c.weight"].reshape({4, 3, 4}).permute({0, 2, 1}).contiguous();
        StreamConv reference({.in = 4, .out = 4, .kernel = 3, .groups = depthwise ? 4 : 1},
                             floats(weight), floats(parameters["c.bias"]));
        const std::vector<float> expected = reference.push(floats(input)), found = floats(output);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5);
    }
}

TEST(Network, SvdfIsThatOfTheReference) {
    const Network network(
        spec_of(R"({"name": "s", "type": "svdf", "units": 3, "rank": 2, "memory": 4})"));
    NamedTensors parameters = as(network.initial_parameters(5), at::kDouble);
    parameters["s.bias"] = random_tensor({3}, 6);
    const at::Tensor input = random_tensor({1, 9, 4}, 7);
    const std::vector<float> found = floats(forward(network, parameters, {}, input, {}));
    Svdf reference({.shape = {.inputs = 4, .units = 3, .rank = 2, .memory = 4},
                    .feature = floats(parameters["s.feature"]),
                    .time = floats(parameters["s.time"]),
                    .bias = floats(parameters["s.bias"]),
                    .activation = Activation::None});
    const std::vector<float> expected = reference.push(floats(input));
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5);
}

/// The 2-D convolution by its definition.
TEST(Network, ConvolutionOverFrequencyPadsAsTheSpecSays) {
    const Network network(spec_of(R"({"name": "p", "type": "spread"},
        {"name": "c", "type": "conv", "out": 2, "kernel": 2, "frequency_kernel": 4, "frequency_stride": 2, "bias": false})",
                                  7));
    const NamedTensors parameters = as(network.initial_parameters(8), at::kDouble);
    const at::Tensor input = random_tensor({2, 3, 7}, 9);
    const at::Tensor output = forward(network, parameters, {}, input, {});
    ASSERT_EQ(network.output(), (FrameShape{4, 2}));
    // ceil(7 / 2) = 4 positions need (4 - 1) * 2 + 4 - 7 = 3 zeros: one below, two above.
    const auto x = input.accessor<double, 3>();
    const auto w = parameters.at("c.weight").accessor<double, 4>();
    for (int b = 0; b < 2; ++b)
        for (int t = 0; t < 3; ++t)
            for (int p = 0; p < 4; ++p)
                for (int o = 0; o < 2; ++o) {
                    double sum = 0;
                    for (int j = 0; j < 2; ++j)
                        for (int f = 0; f < 4; ++f) {
                            const int time = t - 1 + j, place = p * 2 - 1 + f;
                            if (time >= 0 && place >= 0 && place < 7)
                                sum += w[o][j][f][0] * x[b][time][place];
                        }
                    EXPECT_NEAR(output[b][t][p * 2 + o].item<double>(), sum, 1e-12);
                }
}

TEST(Network, AnyDivisionOfAStreamGivesTheSameFrames) {
    const engine::Value specs[] = {
        lico_net_spec({.channels = 6, .kernel = 4, .expand = 2, .blocks = 2}, kTask),
        lico_net_spec({.channels = 6, .kernel = 5, .blocks = 1, .temporal = Temporal::Depthwise},
                      kTask),
        svdf_net_spec({.units = 5, .rank = 2, .memory = 3, .projection = 4, .layers = 2}, kTask),
        ds_cnn_spec({.channels = 4, .blocks = 2}, kTask)};
    for (const engine::Value& spec : specs) {
        const Network network(spec);
        const NamedTensors parameters = network.initial_parameters(1),
                           buffers = network.initial_buffers();
        const at::Tensor input = random_tensor({2, 31, 8}, 4).to(at::kFloat);
        const at::Tensor whole = forward(network, parameters, buffers, input, {});
        ASSERT_EQ(whole.sizes(), (std::vector<std::int64_t>{2, 31, 3}));
        NamedTensors state;
        Pass pass;
        pass.state = &state;
        engine::Random random(1, "parts", 0);
        std::vector<at::Tensor> parts;
        for (std::int64_t done = 0; done < 31;) {
            const auto frames =
                std::min<std::int64_t>(31 - done, static_cast<std::int64_t>(random.below(6)));
            parts.push_back(
                forward(network, parameters, buffers, input.narrow(1, done, frames), pass));
            done += frames;
        }
        EXPECT_LE(farthest(at::cat(parts, 1), whole), 1e-5 * whole.abs().max().item<double>());
    }
}

TEST(Network, HistoryIsWhatAnOutputDependsOn) {
    const Network network(lico_net_spec({.channels = 4, .kernel = 5, .blocks = 3}, kTask));
    EXPECT_EQ(network.history(), 12);
    const NamedTensors parameters = as(network.initial_parameters(3), at::kDouble),
                       buffers = network.initial_buffers();
    const at::Tensor input = random_tensor({1, 30, 8}, 5);
    const at::Tensor before = forward(network, parameters, buffers, input, {});
    at::Tensor changed = input.clone();
    changed[0][10] += 1;
    const at::Tensor difference =
        (forward(network, parameters, buffers, changed, {}) - before).abs().sum(2)[0];
    EXPECT_EQ(difference.narrow(0, 0, 10).sum().item<double>(), 0) << "it looks ahead";
    EXPECT_GT(difference[22].item<double>(), 0);
    EXPECT_EQ(difference.narrow(0, 23, 7).sum().item<double>(), 0)
        << "it remembers longer than it says";
}

TEST(Network, GradientsAreThoseOfDifferences) {
    for (const engine::Value& spec :
         {lico_net_spec({.channels = 3, .kernel = 2, .expand = 2, .blocks = 1}, kTask),
          svdf_net_spec({.units = 3, .rank = 2, .memory = 2, .projection = 2, .layers = 2}, kTask),
          ds_cnn_spec({.channels = 2, .blocks = 1}, kTask)}) {
        const Network network(spec);
        NamedTensors parameters = as(network.initial_parameters(2), at::kDouble);
        const NamedTensors buffers = as(network.initial_buffers(), at::kDouble);
        const at::Tensor input = random_tensor({2, 5, 8}, 6), weights = random_tensor({2, 5, 3}, 7);
        const auto loss = [&] {
            NamedTensors updates;
            Pass pass;
            pass.training = true;
            pass.updates = &updates;
            return (forward(network, parameters, buffers, input, pass) * weights).sum();
        };
        for (auto& [name, parameter] : parameters) parameter.requires_grad_(true);
        loss().backward();
        for (auto& [name, parameter] : parameters) {
            const double claimed = parameter.grad().flatten()[0].item<double>();
            const at::NoGradGuard no_gradients;
            const double step = 1e-6;
            at::Tensor value = parameter.detach().view({-1})[0];
            value += step;
            const double above = loss().item<double>();
            value -= 2 * step;
            const double below = loss().item<double>();
            value += step;
            EXPECT_NEAR(claimed, (above - below) / (2 * step),
                        1e-4 * std::max(1.0, std::abs(claimed)))
                << name;
        }
    }
}

TEST(Network, FeatureStatisticsAreThoseOfAllBatches) {
    const Network network(spec_of(R"({"name": "n", "type": "normalize"})", 3));
    NamedTensors buffers = network.initial_buffers();
    const at::Tensor all = (random_tensor({6, 10, 3}, 8) * 4 + 100).to(at::kFloat);
    for (const auto& [first, count] : {std::pair(0, 1), std::pair(1, 3), std::pair(4, 2)}) {
        NamedTensors updates;
        Pass pass;
        pass.training = true;
        pass.updates = &updates;
        forward(network, {}, buffers, all.narrow(0, first, count), pass);
        buffers = updates;
    }
    const at::Tensor rows = all.reshape({60, 3}).to(at::kDouble);
    EXPECT_LE(farthest(buffers["n.mean"], rows.mean(0)), 1e-4);
    EXPECT_LE(farthest(buffers["n.variance"], rows.var(0, false)), 1e-3);
    EXPECT_EQ(buffers["n.count"].item<double>(), 60);
}

TEST(Network, DropoutIsKeyedBySeedLayerAndItem) {
    const Network network(spec_of(
        R"({"name": "d", "type": "dropout", "share": 0.25}, {"name": "e", "type": "dropout", "share": 0.25, "from": "input"})",
        2000));
    const at::Tensor ones = at::ones({2, 3, 2000});
    const auto run = [&](std::uint64_t seed, std::uint64_t item) {
        Pass pass;
        pass.training = true;
        pass.seed = seed;
        pass.item = item;
        std::vector<at::Tensor> outputs;
        pass.watch = [&](const std::string&, const at::Tensor& output) {
            outputs.push_back(output);
        };
        forward(network, {}, {}, ones, pass);
        return outputs;
    };
    const auto first = run(1, 0);
    EXPECT_TRUE(first[0].equal(run(1, 0)[0]));
    EXPECT_FALSE(first[0].equal(run(2, 0)[0]));
    EXPECT_FALSE(first[0].equal(run(1, 1)[0]));
    EXPECT_FALSE(first[0].equal(first[1])) << "two layers draw the same";
    EXPECT_NEAR(first[0].eq(0).to(at::kDouble).mean().item<double>(), 0.25, 0.02);
    EXPECT_NEAR(first[0].mean().item<double>(), 1, 0.03);
    EXPECT_TRUE(forward(network, {}, {}, ones, {}).equal(ones)) << "evaluation drops nothing";
}

TEST(Network, NamesTheFirstLayerThatIsNotFinite) {
    const Network network(lico_net_spec({.channels = 4, .blocks = 2}, kTask));
    NamedTensors parameters = network.initial_parameters(1);
    const NamedTensors buffers = network.initial_buffers();
    const at::Tensor input = at::ones({1, 4, 8});
    EXPECT_EQ(first_not_finite(network, parameters, buffers, input, {}), "");
    parameters["block1/expand.weight"].fill_(std::nan(""));
    EXPECT_EQ(first_not_finite(network, parameters, buffers, input, {}), "block1/expand");
}

TEST(Network, CountsMultiplications) {
    // Method card, section 2.4: 5 * 32^2 + 2 * 3 * 32^2 for a dense block.
    const Network network(
        lico_net_spec({.channels = 32, .kernel = 5, .expand = 3, .blocks = 1}, kTask));
    EXPECT_EQ(network.macs_per_frame(), 8 * 32 + 5 * 1024 + 2 * 3 * 1024 + 32 * 3);
}

TEST(Network, ReadsOutTheLastFrames) {
    const at::Tensor frames = at::arange(12, at::kDouble).reshape({1, 6, 2});
    EXPECT_TRUE(
        read_out({.frames = 2}, frames).equal(at::tensor({9.0, 10.0}, at::kDouble).unsqueeze(0)));
    EXPECT_TRUE(read_out({.kind = Readout::Kind::Max}, frames)
                    .equal(at::tensor({10.0, 11.0}, at::kDouble).unsqueeze(0)));
    EXPECT_TRUE(read_out({.frames = 100}, frames).equal(read_out({}, frames)));
    EXPECT_EQ(error_code([&] { read_out({}, frames.narrow(1, 0, 0)); }), "E-NET-005");
}

TEST(Network, RefusesWhatDoesNotFit) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"name": "a", "type": "attention"})", "E-NET-001"},
        {R"({"name": "a", "type": "conv"})", "E-NET-001"},
        {R"({"name": "a", "type": "conv", "out": 0})", "E-NET-003"},
        {R"({"name": "a", "type": "conv", "out": "many"})", "E-NET-001"},
        {R"({"name": "a", "type": "conv", "out": 3, "depthwise": true})", "E-NET-002"},
        {R"({"name": "a", "type": "relu", "leak": 0.1})", "E-NET-001"},
        {R"({"name": "a", "type": "relu"}, {"name": "a", "type": "relu"})", "E-NET-001"},
        {R"({"name": "a", "type": "relu", "from": "b"})", "E-NET-002"},
        {R"({"name": "a", "type": "relu", "from": "a"})", "E-NET-002"},
        {R"({"name": "a", "type": "conv", "out": 7}, {"name": "b", "type": "add", "with": "input"})",
         "E-NET-002"},
        {R"({"name": "a", "type": "dropout", "share": 1})", "E-NET-003"},
        {R"({"name": "a", "type": "svdf", "units": 65536, "rank": 65536, "memory": 65536})",
         "E-NET-003"},
        {R"({"name": "", "type": "relu"})", "E-NET-001"}};
    for (const auto& [layers, code] : cases)
        EXPECT_EQ(error_code([&] { Network(spec_of(layers)); }), code) << layers;
    EXPECT_EQ(error_code([] { Network(engine::Value(3)); }), "E-NET-001");
    EXPECT_EQ(error_code([] {
                  Network(engine::parse_json(R"({"input": {"features": 4}, "layers": []})", "s"));
              }),
              "E-NET-001");
}

TEST(Network, RefusesTensorsOfAnotherArchitecture) {
    const Network small(lico_net_spec({.channels = 4}, kTask)),
        large(lico_net_spec({.channels = 6}, kTask));
    const auto check = [](const Network& network, const NamedTensors& parameters,
                          const NamedTensors& buffers) {
        return error_code([&] { network.check_tensors(parameters, buffers); });
    };
    EXPECT_EQ(check(small, small.initial_parameters(1), small.initial_buffers()), "none");
    EXPECT_EQ(check(small, large.initial_parameters(1), small.initial_buffers()), "E-NET-004");
    NamedTensors parameters = small.initial_parameters(1);
    parameters.erase("head.bias");
    EXPECT_EQ(check(small, parameters, small.initial_buffers()), "E-NET-004");
    parameters = small.initial_parameters(1);
    parameters["extra.bias"] = at::zeros({1});
    EXPECT_EQ(check(small, parameters, small.initial_buffers()), "E-NET-004");
    EXPECT_EQ(error_code([&] {
                  forward(small, small.initial_parameters(1), small.initial_buffers(),
                          at::zeros({1, 3, 9}), {});
              }),
              "E-NET-005");
}

}  // namespace
}  // namespace millrace::ops
