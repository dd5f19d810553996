// From a float model to the device: what training for int8 and calibration add, the files of the
// network and what the report says of it.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "nodes/ops/kws_runtime/kws_runtime.hpp"
#include "nodes/ops/networks/convert.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_calibrate_int8(engine::Registry& registry);
void register_int8_aware(engine::Registry& registry);
void register_to_device(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Model;
using types::Tensor;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_calibrate_int8(made);
        nodes::register_int8_aware(made);
        nodes::register_to_device(made);
        return &made;
    }();
    return *registry;
}

at::Tensor features(std::int64_t frames, std::uint64_t seed) {
    at::Tensor tensor = at::empty({frames, 8}, at::kFloat);
    engine::Random random(seed, "features", 0);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(3 * random.normal() + 1);
    return tensor;
}

/// A model whose norms have seen some batches.
Model trained(const engine::Value& spec) {
    const ops::Network network(spec);
    Model model{.spec = spec,
                .parameters = network.initial_parameters(1),
                .buffers = network.initial_buffers(),
                .average = {},
                .version = 20};
    for (std::uint64_t i = 0; i < 20; ++i) {
        ops::NamedTensors updates;
        ops::Pass pass;
        pass.training = true;
        pass.updates = &updates;
        ops::forward(network, model.parameters, model.buffers, features(40, i).unsqueeze(0), pass);
        model.buffers = updates;
    }
    return model;
}

const ops::SpotterTask kTask{.features = 8,
                             .classes = {"yes", "no", "maybe"},
                             .front_end = R"({"sample_rate": 8000, "filters": 8})"};

Model lico() {
    return trained(
        ops::lico_net_spec({.channels = 6, .kernel = 4, .expand = 2, .blocks = 1}, kTask));
}

Model svdf() {
    return trained(ops::svdf_net_spec(
        {.units = 9, .rank = 2, .memory = 5, .projection = 4, .layers = 2}, kTask));
}

Model calibrated(const Model& model, const std::vector<at::Tensor>& examples,
                 const Object& params = {}) {
    TestContext context(registry());
    TestNode node(registry(), "quantizers.calibrate_int8", params);
    node.start(context);
    for (const at::Tensor& example : examples) {
        const auto out = node.call({Packet::make(Tensor{example}), Packet::make(model)}, context);
        EXPECT_FALSE(out.at(0)) << "the model comes at the end";
    }
    return node.finish(context).at(0).at(0).as<Model>();
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Int8Aware, FoldsNormsAndAddsRanges) {
    const Model model = lico();
    const Model made =
        run_node(registry(), "quantizers.int8_aware", {{"freeze_after", 7}}, {Packet::make(model)})
            .at(0)
            .as<Model>();
    ASSERT_TRUE(made.spec.find("quantization"));
    EXPECT_EQ(made.spec.find("quantization")->find("freeze_after")->as_int(), 7);
    const ops::Network network(made.spec);
    network.check_tensors(made.parameters, made.buffers);
    for (const ops::Layer& layer : network.layers())
        EXPECT_NE(layer.kind, ops::LayerKind::BatchNorm) << layer.name;
    ASSERT_FALSE(network.device_tensors().empty());
    for (const std::string& name : network.device_tensors()) {
        const bool fixed = name.ends_with("act");
        EXPECT_EQ(made.buffers.at(name + ".low").item<double>(), 0) << name;
        EXPECT_EQ(made.buffers.at(name + ".high").item<double>(), fixed ? 6 : 0) << name;
    }
    EXPECT_EQ(made.version, 0U) << "steps are counted anew";
    EXPECT_TRUE(made.average.empty());
    EXPECT_TRUE(at::equal(made.buffers.at("normalize.mean"), model.buffers.at("normalize.mean")));
    // What is evaluated is what is folded: an average goes before the parameters.
    Model averaged = model;
    for (const auto& [name, tensor] : model.parameters) averaged.average[name] = tensor * 2;
    const Model of_average =
        run_node(registry(), "quantizers.int8_aware", {}, {Packet::make(averaged)})
            .at(0)
            .as<Model>();
    EXPECT_TRUE(at::allclose(of_average.parameters.at("head.weight"),
                             model.parameters.at("head.weight") * 2));
}

TEST(Int8Aware, KeepsRangesThatAreThere) {
    const Model first = calibrated(lico(), {features(40, 3)});
    const Model again =
        run_node(registry(), "quantizers.int8_aware", {}, {Packet::make(first)}).at(0).as<Model>();
    for (const auto& [name, tensor] : first.buffers)
        EXPECT_TRUE(at::equal(again.buffers.at(name), tensor)) << name;
}

TEST(Int8Aware, RefusesTensorsOfAnotherModel) {
    Model mixed = lico();
    mixed.parameters = svdf().parameters;
    EXPECT_EQ(error_code([&] {
                  run_node(registry(), "quantizers.int8_aware", {}, {Packet::make(mixed)});
              }),
              "E-NET-004");
}

TEST(CalibrateInt8, MeasuresTheRangesOfTheExamples) {
    for (const Model& model : {lico(), svdf()}) {
        const at::Tensor first = features(40, 3), second = features(25, 4) * 2;
        const Model made = calibrated(model, {first, second.unsqueeze(0), at::empty({0, 8})});
        const ops::Network network(made.spec);
        network.check_tensors(made.parameters, made.buffers);
        // The normalized features are the first tensor of the device.
        const at::Tensor all = at::cat({first, second});
        const at::Tensor normal =
            (all - model.buffers.at("normalize.mean")) *
            (model.buffers.at("normalize.variance") + ops::kFeatureEpsilon).rsqrt();
        EXPECT_NEAR(made.buffers.at("normalize.low").item<double>(), normal.min().item<double>(),
                    1e-5);
        EXPECT_NEAR(made.buffers.at("normalize.high").item<double>(), normal.max().item<double>(),
                    1e-5);
        for (const std::string& name : network.device_tensors())
            EXPECT_LT(made.buffers.at(name + ".low").item<double>(),
                      made.buffers.at(name + ".high").item<double>())
                << name;
        const Model narrow = calibrated(model, {first, second}, {{"percentile", 90.0}});
        EXPECT_LT(narrow.buffers.at("head.high").item<double>(),
                  made.buffers.at("head.high").item<double>());
        // One that has ranges passes.
        const Model passed = calibrated(made, {first * 100});
        EXPECT_EQ(passed.spec, made.spec);
        for (const auto& [name, tensor] : made.buffers)
            EXPECT_TRUE(at::equal(passed.buffers.at(name), tensor)) << name;
    }
}

TEST(CalibrateInt8, NeedsAnExample) {
    TestContext context(registry());
    TestNode none(registry(), "quantizers.calibrate_int8");
    none.start(context);
    EXPECT_FALSE(none.finish(context).at(0).at(0)) << "no item, no model";
    EXPECT_EQ(error_code([] { calibrated(lico(), {at::empty({0, 8})}); }), "E-NET-007");
    EXPECT_EQ(error_code([] { calibrated(lico(), {at::zeros({5, 9})}); }), "E-NET-005");
    EXPECT_EQ(check_node(registry(), "quantizers.calibrate_int8", {{"percentile", 20.0}}).size(),
              1U);
}

struct Converted {
    explicit Converted(const Model& model, const Object& params = {},
                       const at::Tensor& examples = {})
        : context(registry()) {
        out = run_node(
            registry(), "quantizers.to_device", params,
            {Packet::make(model), examples.defined() ? Packet::make(Tensor{examples}) : Packet{}},
            context);
    }
    std::string network() const {
        const at::Tensor bytes = out.at(0).as<Tensor>().value;
        return {static_cast<const char*>(bytes.data_ptr()), bytes.nbytes()};
    }
    template <class T>
    std::vector<T> column(std::string_view name) const {
        const types::Column* column = out.at(1).as<types::Table>().column(name);
        EXPECT_TRUE(column) << name;
        return column ? std::get<std::vector<T>>(column->values) : std::vector<T>();
    }
    TestContext context;
    std::vector<Packet> out;
};

/// Whether a compiler takes a program with this header and the runtime; true where there is none.
bool compiles(const std::filesystem::path& header, const std::string& symbol, std::size_t bytes) {
    const std::filesystem::path folder = header.parent_path();
    const auto run = [&](const std::string& command) {
        return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
    };
    std::ofstream(folder / "firmware.cpp")
        << "#include \"kws_runtime.hpp\"\n#include \"" << header.filename().string() << "\"\n"
        << "static_assert(sizeof " << symbol << " == " << symbol << "_bytes);\n"
        << "static_assert(" << symbol << "_bytes == " << bytes << ");\n"
        << "bool ok(millrace::kws::Network& network) { return millrace::kws::open(" << symbol
        << ", " << symbol << "_bytes, network) == millrace::kws::Status::Ok; }\n";
    std::ofstream(folder / "plain.c") << "#include \"" << header.filename().string() << "\"\n"
                                      << "unsigned long size_of(void) { return sizeof " << symbol
                                      << " + " << symbol << "_bytes + " << symbol << "[0]; }\n";
    const std::string runtime = std::string(MILLRACE_SOURCE_DIR) + "/nodes/ops/kws_runtime";
    const std::string in = " '" + folder.string();
    if (run("command -v c++") && !run("c++ -std=c++17 -fsyntax-only -Wall -Wextra -Werror -I '" +
                                      runtime + "'" + in + "/firmware.cpp'"))
        return false;
    return !run("command -v cc") ||
           run("cc -std=c11 -fsyntax-only -Wall -Wextra -Werror" + in + "/plain.c'");
}

TEST(ToDevice, WritesAFileThatRunsAndAHeaderThatCompiles) {
    for (const char* state : {"ring", "move"}) {
        const Converted made(calibrated(svdf(), {features(60, 3)}), {{"svdf_state", state}});
        const std::string bytes = made.network();
        EXPECT_EQ(text_of(made.context.artifact("keyword.mkws")), bytes);
        struct alignas(64) Block {
            char bytes[64];
        };
        std::vector<Block> file(bytes.size() / 64 + 1);
        std::memcpy(file.data(), bytes.data(), bytes.size());
        kws::Network network;
        ASSERT_EQ(kws::open(file.data(), bytes.size(), network), kws::Status::Ok);
        std::vector<Block> arena(kws::arena_bytes(network) / 64 + 1);
        ASSERT_EQ(kws::start(network, arena.data(), arena.size() * 64), kws::Status::Ok);
        EXPECT_EQ(kws::input_width(network), 8U);
        EXPECT_EQ(kws::output_width(network), 3U);
        EXPECT_STREQ(kws::label(network, 2), "maybe");
        const std::array<std::int8_t, 8> frame = {};
        EXPECT_NE(kws::step(network, frame.data()), nullptr);
        EXPECT_TRUE(compiles(made.context.artifact("keyword.h"), "keyword", bytes.size()));
        EXPECT_EQ(made.context.metrics.at("file_bytes"), static_cast<double>(bytes.size()));
        EXPECT_EQ(made.context.metrics.at("arena_bytes"),
                  static_cast<double>(kws::arena_bytes(network)));
    }
}

TEST(ToDevice, NamesTheArrayByTheFile) {
    const Model model = calibrated(svdf(), {features(60, 3)});
    for (const auto& [file, symbol] :
         std::vector<std::pair<std::string, std::string>>{{"hey mill.mkws", "hey_mill"},
                                                          {"9.mkws", "_9"},
                                                          {"größe.mkws", "gr____e"},
                                                          {"new.mkws", "new_"},
                                                          {"switch", "switch_"},
                                                          {"models/on.v2.mkws", "on_v2"}}) {
        const Converted made(model, {{"file", file}, {"header", "made/array.h"}});
        EXPECT_TRUE(std::filesystem::exists(made.context.artifact(file)));
        EXPECT_TRUE(compiles(made.context.artifact("made/array.h"), symbol, made.network().size()))
            << file;
    }
    EXPECT_EQ(error_code([&] { Converted(model, {{"file", "../out.mkws"}}); }), "E-PATH-002");
}

TEST(ToDevice, ReportsLayerByLayer) {
    const Model model = calibrated(lico(), {features(60, 3)});
    const Converted made(model, {}, features(60, 3));
    const std::vector<std::string> layers = {"stem",           "block0/temporal", "block0/expand",
                                             "block0/project", "block0/sum",      "head",
                                             "whole"};
    EXPECT_EQ(made.column<std::string>("layer"), layers);
    // 8 to 6; 4 frames of 6 to 6; 6 to 12; 12 to 6; none; 6 to 3.
    const std::vector<std::int64_t> macs = {48, 144, 72, 72, 0, 18, 354};
    const auto counted = made.column<std::int64_t>("macs");
    ASSERT_EQ(counted.size(), macs.size());
    for (const std::size_t conv : {0, 1, 2, 3, 5}) EXPECT_EQ(counted[conv], macs[conv]) << conv;
    EXPECT_EQ(static_cast<double>(counted[6]), made.context.metrics.at("macs_per_frame"));
    EXPECT_GE(made.column<std::int64_t>("weight bytes")[6], 354);
    const auto state = made.column<std::int64_t>("state bytes");
    EXPECT_GT(state[1], 0) << "the one that remembers";
    EXPECT_EQ(state[0] + state[2] + state[3] + state[4] + state[5], 0);
    EXPECT_EQ(state[6], state[1]);
    const auto sqnr = made.column<double>("SQNR dB");
    const auto clipped = made.column<double>("clipped");
    for (std::size_t i = 0; i < layers.size(); ++i) EXPECT_GT(sqnr[i], 15) << layers[i];
    EXPECT_EQ(sqnr[6], sqnr[5]);
    // A ReLU6's range is its own; the others' are what was measured on these very examples.
    for (const std::size_t i : {3, 4, 5}) EXPECT_EQ(clipped[i], 0) << layers[i];
    const Converted blind(model);
    for (const double value : blind.column<double>("SQNR dB")) EXPECT_TRUE(std::isnan(value));
    EXPECT_EQ(blind.network(), made.network());
    const Converted nothing(model, {}, at::empty({0, 8}));
    EXPECT_EQ(nothing.network(), made.network());
}

TEST(ToDevice, RefusesAModelWithoutRanges) {
    EXPECT_EQ(error_code([] { Converted{lico()}; }), "E-NET-007");
    const Model aware =
        run_node(registry(), "quantizers.int8_aware", {}, {Packet::make(lico())}).at(0).as<Model>();
    EXPECT_EQ(error_code([&] { Converted{aware}; }), "E-NET-007") << "nothing was measured";
    at::Tensor bad = features(40, 3);
    bad[3][2] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(error_code([&] { Converted{calibrated(lico(), {bad})}; }).starts_with("E-"));
    Model mixed = calibrated(lico(), {features(40, 3)});
    mixed.parameters = svdf().parameters;
    EXPECT_EQ(error_code([&] { Converted{mixed}; }), "E-NET-004");
    const Model good = calibrated(lico(), {features(40, 3)});
    EXPECT_EQ(error_code([&] {
                  Converted(good, {{"file", "k.h"}, {"header", "./k.h"}});
              }),
              "E-QUANT-031");
}

}  // namespace
}  // namespace millrace::testing
