#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "nodes/ops/kws_runtime/kws_runtime.hpp"
#include "nodes/ops/networks/convert.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

const SpotterTask kTask{.features = 8, .classes = {"yes", "no", "maybe"}, .front_end = {}};

std::vector<engine::Value> all_specs() {
    return {
        lico_net_spec({.channels = 6, .kernel = 4, .expand = 2, .blocks = 2}, kTask),
        lico_net_spec({.channels = 7, .kernel = 5, .blocks = 1, .temporal = Temporal::Depthwise},
                      kTask),
        svdf_net_spec({.units = 9, .rank = 2, .memory = 3, .projection = 4, .layers = 2}, kTask),
        svdf_net_spec({.units = 12, .rank = 1, .memory = 5, .projection = 0, .layers = 2}, kTask),
        ds_cnn_spec({.channels = 6, .blocks = 2}, kTask)};
}

at::Tensor random_tensor(std::vector<std::int64_t> shape, std::uint64_t seed) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    engine::Random random(seed, "test", 0);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return tensor;
}

/// A network whose norms have seen some batches, so that folding has something to fold.
struct Trained {
    explicit Trained(const engine::Value& spec)
        : network(spec),
          parameters(network.initial_parameters(1)),
          buffers(network.initial_buffers()) {
        for (auto& [name, parameter] : parameters) {
            if (name.ends_with(".bias") || name.ends_with("norm.weight"))
                parameter += random_tensor(parameter.sizes().vec(), 5) * 0.2;
        }
        for (std::uint64_t i = 0; i < 20; ++i) {
            NamedTensors updates;
            Pass pass;
            pass.training = true;
            pass.updates = &updates;
            forward(network, parameters, buffers, random_tensor({4, 20, 8}, 10 + i) * 3 + 1, pass);
            buffers = updates;
        }
    }
    Network network;
    NamedTensors parameters, buffers;
};

TEST(Fold, IsTheSameFunction) {
    for (const engine::Value& spec : all_specs()) {
        const Trained trained(spec);
        const Folded folded =
            fold_batch_norms(trained.network, trained.parameters, trained.buffers);
        const Network network(folded.spec);
        network.check_tensors(folded.parameters, folded.buffers);
        for (const Layer& layer : network.layers()) EXPECT_NE(layer.kind, LayerKind::BatchNorm);
        const at::Tensor features = random_tensor({2, 30, 8}, 3) * 3 + 1;
        const at::Tensor expected =
            forward(trained.network, trained.parameters, trained.buffers, features, {});
        const at::Tensor found = forward(network, folded.parameters, folded.buffers, features, {});
        EXPECT_LE((expected - found).abs().max().item<double>(),
                  1e-4 * expected.abs().max().item<double>());
    }
}

TEST(Fold, RefusesANormThatIsNotAloneBehindWeights) {
    const engine::Value spec = engine::parse_json(
        R"({"input": {"features": 4}, "layers": [{"name": "n", "type": "batch_norm"}]})", "spec");
    const Network network(spec);
    EXPECT_EQ(error_code([&] {
                  fold_batch_norms(network, network.initial_parameters(1),
                                   network.initial_buffers());
              }),
              "E-NET-006");
}

struct Device {
    explicit Device(const Int8Network& int8) : bytes(network_bytes(int8)) {
        file = std::make_unique<Aligned[]>(bytes.size() / sizeof(Aligned) + 1);
        std::memcpy(file.get(), bytes.data(), bytes.size());
        EXPECT_EQ(kws::open(file.get(), bytes.size(), network), kws::Status::Ok);
        arena = std::make_unique<Aligned[]>(kws::arena_bytes(network) / sizeof(Aligned) + 1);
        EXPECT_EQ(kws::start(network, arena.get(), kws::arena_bytes(network)), kws::Status::Ok);
    }
    struct alignas(64) Aligned {
        std::byte bytes[64];
    };
    std::string bytes;
    std::unique_ptr<Aligned[]> file, arena;
    kws::Network network;
};

/// The device against training's simulation of it: one step of the output where sums round
/// differently, a few where that goes through several layers.
TEST(ToInt8, TheDeviceGivesWhatTrainingSimulates) {
    for (const engine::Value& spec : all_specs()) {
        const Trained trained(spec);
        const Folded folded =
            with_ranges(fold_batch_norms(trained.network, trained.parameters, trained.buffers), 0);
        const Network network(folded.spec);
        const at::Tensor features = random_tensor({1, 60, 8}, 3) * 3 + 1;
        RangeMeter meter(network, 100);
        meter.add(folded.parameters, folded.buffers, features);
        const NamedTensors buffers = meter.buffers(folded.buffers);
        const at::Tensor simulated = forward(network, folded.parameters, buffers, features, {});
        Pass exact;
        exact.rounding = DeviceRounding::Off;
        const at::Tensor real = forward(network, folded.parameters, buffers, features, exact);

        const Int8Network int8 = to_int8(network, folded.parameters, buffers, SvdfDiscipline::Ring);
        Device device(int8);
        const engine::Value metadata = engine::parse_json(int8.metadata, "metadata");
        ASSERT_EQ(kws::input_width(device.network), 8u);
        ASSERT_EQ(kws::output_width(device.network), 3u);
        EXPECT_STREQ(kws::label(device.network, 1), "no");
        double worst = 0, error = 0, signal = 0;
        for (std::int64_t t = 0; t < 60; ++t) {
            std::vector<std::int8_t> frame;
            for (std::size_t f = 0; f < 8; ++f) {
                const double mean = metadata.find("mean")->as_array()[f].as_double();
                const double scale = metadata.find("scale")->as_array()[f].as_double();
                const double value = features[0][t][static_cast<std::int64_t>(f)].item<double>();
                frame.push_back(
                    quantize_int8(static_cast<float>((value - mean) * scale), int8.input));
            }
            const std::int8_t* out = kws::step(device.network, frame.data());
            for (int c = 0; c < 3; ++c) {
                const double given = (out[c] - kws::output_zero_point(device.network)) *
                                     static_cast<double>(kws::output_scale(device.network));
                const double wanted = simulated[0][t][c].item<double>();
                worst = std::max(worst, std::abs(given - wanted));
                const double truth = real[0][t][c].item<double>();
                error += (given - truth) * (given - truth);
                signal += truth * truth;
            }
        }
        EXPECT_LE(worst, 4.01 * static_cast<double>(kws::output_scale(device.network)));
        EXPECT_GT(10 * std::log10(signal / error), 20) << "int8 is far from float";
    }
}

TEST(ToInt8, BothDisciplinesAreTheSameNumbers) {
    const Trained trained(all_specs()[2]);
    const Folded folded =
        with_ranges(fold_batch_norms(trained.network, trained.parameters, trained.buffers), 0);
    const Network network(folded.spec);
    RangeMeter meter(network, 99.9);
    meter.add(folded.parameters, folded.buffers, random_tensor({1, 60, 8}, 3));
    const NamedTensors buffers = meter.buffers(folded.buffers);
    Device move(to_int8(network, folded.parameters, buffers, SvdfDiscipline::Move));
    Device ring(to_int8(network, folded.parameters, buffers, SvdfDiscipline::Ring));
    engine::Random random(1, "frames", 0);
    for (int t = 0; t < 50; ++t) {
        std::int8_t frame[8];
        for (std::int8_t& value : frame) value = static_cast<std::int8_t>(random());
        const std::int8_t* a = kws::step(move.network, frame);
        const std::int8_t* b = kws::step(ring.network, frame);
        for (int c = 0; c < 3; ++c) ASSERT_EQ(a[c], b[c]);
    }
}

TEST(ToInt8, NeedsRanges) {
    const Trained trained(all_specs()[0]);
    const Folded folded = fold_batch_norms(trained.network, trained.parameters, trained.buffers);
    EXPECT_EQ(error_code([&] {
                  to_int8(Network(folded.spec), folded.parameters, folded.buffers,
                          SvdfDiscipline::Ring);
              }),
              "E-NET-007");
    const Folded ranged = with_ranges(folded, 0);
    EXPECT_EQ(error_code([&] {
                  to_int8(Network(ranged.spec), ranged.parameters, ranged.buffers,
                          SvdfDiscipline::Ring);
              }),
              "E-NET-007");
    const Network network(ranged.spec);
    EXPECT_EQ(error_code([&] { RangeMeter(network, 100).buffers(ranged.buffers); }), "E-NET-007");
}

TEST(FakeInt8, RangesFollowAndComeToRest) {
    const Trained trained(all_specs()[0]);
    const Folded folded =
        with_ranges(fold_batch_norms(trained.network, trained.parameters, trained.buffers), 10);
    const Network network(folded.spec);
    const auto high_after = [&](std::uint64_t step, const NamedTensors& buffers, double factor) {
        NamedTensors updates;
        Pass pass;
        pass.training = true;
        pass.step = step;
        pass.updates = &updates;
        forward(network, folded.parameters, buffers, random_tensor({2, 20, 8}, 4) * factor, pass);
        NamedTensors all = buffers;
        for (auto& [name, value] : updates) all[name] = value;
        return all;
    };
    const NamedTensors first = high_after(0, folded.buffers, 1);
    EXPECT_GT(first.at("head.high").item<double>(), 0);
    EXPECT_EQ(first.at("stem/act.high").item<double>(), 6) << "ReLU6 has a range of its own";
    const NamedTensors second = high_after(1, first, 100);
    EXPECT_NE(second.at("head.high").item<double>(), first.at("head.high").item<double>());
    const NamedTensors rest = high_after(10, second, 1000);
    EXPECT_EQ(rest.at("head.high").item<double>(), second.at("head.high").item<double>());
}

TEST(FakeInt8, GradientsPassInsideTheRangeAlone) {
    const engine::Value spec = engine::parse_json(
        R"({"input": {"features": 1}, "quantization": {}, "layers": [{"name": "n", "type": "normalize"}]})",
        "spec");
    const Network network(spec);
    NamedTensors buffers = network.initial_buffers();
    buffers["n.low"].fill_(-1);
    buffers["n.high"].fill_(1);
    const at::Tensor x =
        at::tensor({-1.5F, -0.5F, 0.003F, 0.7F, 1.5F}).reshape({1, 5, 1}).requires_grad_(true);
    const at::Tensor y = forward(network, {}, buffers, x, {});
    y.sum().backward();
    const at::Tensor gradient = x.grad().flatten();
    EXPECT_EQ(gradient[0].item<float>(), 0);
    EXPECT_NEAR(gradient[1].item<float>(), 1, 1e-3);
    EXPECT_NEAR(gradient[3].item<float>(), 1, 1e-3);
    EXPECT_EQ(gradient[4].item<float>(), 0);
    const double step = activation_scale(-1, 1).scale;
    for (int i = 0; i < 5; ++i) {
        const double steps = y.flatten()[i].item<double>() / step;
        EXPECT_NEAR(steps, std::round(steps), 1e-4);
    }
}

TEST(RoundingErrors, AreOfEveryTensorOfTheDevice) {
    const Trained trained(all_specs()[2]);
    const Folded folded =
        with_ranges(fold_batch_norms(trained.network, trained.parameters, trained.buffers), 0);
    const Network network(folded.spec);
    const at::Tensor features = random_tensor({2, 30, 8}, 3);
    RangeMeter meter(network, 100);
    meter.add(folded.parameters, folded.buffers, features);
    const auto errors =
        rounding_errors(network, folded.parameters, meter.buffers(folded.buffers), features);
    ASSERT_EQ(errors.size(), network.device_tensors().size());
    for (const RoundingError& error : errors) {
        EXPECT_GT(error.sqnr_db, 15) << error.name;
        EXPECT_EQ(error.clipped, 0) << error.name;
    }
    RangeMeter narrow(network, 90);
    narrow.add(folded.parameters, folded.buffers, features);
    const auto clipped =
        rounding_errors(network, folded.parameters, narrow.buffers(folded.buffers), features);
    EXPECT_NEAR(clipped.front().clipped, 0.2, 0.02) << "a tenth at either end";
}

}  // namespace
}  // namespace millrace::ops
