// The .tflite node on models built by hand, and the yes/no model in a graph.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>

#include "engine/graph/graph.hpp"
#include "engine/run/run.hpp"
#include "nodes/ops/kws/tflite_network.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/audio/wav.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/kws/tflite_builder.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_audio_files(engine::Registry& registry);
void register_micro_speech(engine::Registry& registry);
void register_table_sink(engine::Registry& registry);
void register_tflite(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Packet;
using Floats = std::vector<float>;

constexpr unsigned kSeed = 17;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_audio_files(*made);
        nodes::register_micro_speech(*made);
        nodes::register_table_sink(*made);
        nodes::register_tflite(*made);
        return made;
    }();
    return *registry;
}

/// Inputs [1, 3] in steps of 0.5 from -1 on, times weights [2, 3]; outputs in steps of 0.25 from 3.
FlatModel dense() {
    return {.tensors = {{.shape = {1, 3}, .scales = {0.5F}, .zero_points = {-1}},
                        {.shape = {1, 2}, .scales = {0.25F}, .zero_points = {3}},
                        {.shape = {2, 3},
                         .scales = {0.25F},
                         .data = raw<std::int8_t>({1, 2, 3, -4, 5, 127})},
                        {.shape = {2}, .type = kInt32, .data = raw<std::int32_t>({8, -2})}},
            .operators = {{.code = 9, .inputs = {0, 2, 3}, .outputs = {1}}}};
}

/// Two SVDF layers after one another, of memories 3 and 2; outputs are in steps of 1.
FlatModel svdfs() {
    return {.tensors = {{.shape = {1, 2}},
                        {.shape = {1, 2}},
                        {.shape = {2, 2}, .data = raw<std::int8_t>({1, 2, 3, -4})},
                        {.shape = {2, 3},
                         .type = kInt16,
                         .data = raw<std::int16_t>({1, 0, 2, 0, 1, 0})},
                        {.shape = {1, 6}, .type = kInt16, .is_variable = true},
                        {.shape = {1, 2}},
                        {.shape = {2, 2}, .data = raw<std::int8_t>({1, 0, 0, 1})},
                        {.shape = {2, 2}, .type = kInt16, .data = raw<std::int16_t>({1, 0, 1, 1})},
                        {.shape = {1, 4}, .type = kInt16, .is_variable = true}},
            .operators = {{27, {0, 2, 3, -1, 4}, {5}, {{0, 1}}},
                          {27, {5, 6, 7, -1, 8}, {1}, {{0, 1}}}}};
}

struct Heard {
    Floats scores;
    std::string best;
    std::optional<types::Table> summary;
};

/// A node on a model in a folder of its own.
class Model {
public:
    explicit Model(const FlatModel& model, const engine::Object& more = {})
        : Model(model.file(), more) {}
    explicit Model(const std::string& bytes, const engine::Object& more = {})
        : node_(registry(), "spotting.tflite", params(bytes, more)) {
        node_.start(context_);
    }

    Heard operator()(const at::Tensor& features) {
        const auto outputs = node_.call({Packet::make<types::Tensor>({features})}, context_);
        const at::Tensor scores = outputs.at(0).as<types::Tensor>().value;
        EXPECT_EQ(scores.scalar_type(), at::kFloat);
        shape = scores.sizes().vec();
        const auto* begin = scores.data_ptr<float>();
        Heard heard{.scores = Floats(begin, begin + scores.numel()),
                    .best = outputs.at(1).as<types::Text>().text,
                    .summary = {}};
        if (outputs.at(2)) heard.summary = outputs.at(2).as<types::Table>();
        return heard;
    }
    engine::State save() { return node_.instance().save(); }
    void load(const engine::State& state) { node_.instance().load(state, context_); }
    std::vector<engine::Path> files() { return node_.instance().files(0); }
    fs::path path() const { return context_.artifacts() / "model.tflite"; }

    std::vector<std::int64_t> shape;  ///< of the last scores

private:
    engine::Object params(const std::string& bytes, engine::Object more) {
        std::ofstream(path(), std::ios::binary) << bytes;
        more["path"] = path().string();
        return more;
    }

    TestContext context_;
    TestNode node_;
};

at::Tensor int8s(const std::vector<std::int64_t>& values) {
    return at::tensor(values).to(at::kChar);
}

at::Tensor step(std::mt19937& random) {
    return int8s({std::int64_t(random() % 9) - 4, std::int64_t(random() % 9) - 4});
}

TEST(Tflite, IntegersGoInAsTheyAreAndFloatsAtTheScale) {
    // Sums 1*2 + 2*4 + 3*6 + 8 = 36 and -8 + 20 + 762 - 2 = 772, times 0.5 * 0.25 / 0.25 and
    // plus 3: 21 and 127 of [-128, 127], that is (21 - 3) / 4 and (127 - 3) / 4.
    Model model(dense());
    const Floats expected = {4.5F, 31};
    EXPECT_EQ(model(int8s({1, 3, 5})).scores, expected);
    EXPECT_EQ(model.shape, (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(model(int8s({1, 3, 5}).reshape({3, 1})).scores, expected);
    for (const at::ScalarType type : {at::kByte, at::kShort, at::kInt, at::kLong})
        EXPECT_EQ(model(int8s({1, 3, 5}).to(type)).scores, expected) << at::toString(type);
    for (const at::ScalarType type : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble})
        EXPECT_EQ(model(at::tensor(Floats{1, 2, 3}).to(type)).scores, expected)
            << at::toString(type);
    // Every other element, as a view has them.
    EXPECT_EQ(model(int8s({1, 9, 3, 9, 5, 9}).slice(0, 0, 6, 2)).scores, expected);
    EXPECT_EQ(model(at::tensor(Floats{1, 2, 3}).set_requires_grad(true)).scores, expected);
}

TEST(Tflite, NamesTheLargest) {
    EXPECT_EQ(Model(dense())(int8s({1, 3, 5})).best, "1");
    Model named(dense(), {{"labels", "yes, no"}});
    EXPECT_EQ(named(int8s({1, 3, 5})).best, "no");
    // Sums -127 * 6 + 8 and -127 * 128 - 2 are both clamped: the first of equals.
    EXPECT_EQ(named(int8s({-128, -128, -128})).best, "yes");
}

TEST(Tflite, TellsTheLayersOnce) {
    Model model(dense());
    const std::optional<types::Table> summary = model(int8s({1, 3, 5})).summary;
    ASSERT_TRUE(summary);
    ASSERT_EQ(summary->rows(), 1U);
    const auto cell = [&]<class T>(T expected, const char* name) {
        EXPECT_EQ(std::get<std::vector<T>>(summary->column(name)->values).at(0), expected) << name;
    };
    cell(std::string("FULLY_CONNECTED"), "kind");
    cell(std::string("1x2"), "shape");
    cell(std::int64_t{0}, "layer");
    cell(std::int64_t{6 + 8}, "parameter_bytes");
    cell(std::int64_t{0}, "state_bytes");
    cell(std::int64_t{6}, "macs");
    EXPECT_FALSE(model(int8s({1, 3, 5})).summary);
    EXPECT_EQ(model.files(), (std::vector<engine::Path>{{model.path().string()}}));
    Model other(dense());
    other.load(model.save());
    EXPECT_FALSE(other(int8s({1, 3, 5})).summary) << "told before the run went on";
}

TEST(Tflite, StatesAreKeptOrNot) {
    // Features of (1, 0) are 1 and 3. The first layer weighs its three newest by (1, 0, 2) and
    // (0, 1, 0), the newest last; the second its two newest by (1, 0) and (1, 1).
    const std::vector<Floats> expected = {{0, 0}, {2, 3}, {2, 6}};
    Model stateful(svdfs(), {{"stateful", true}}), alone(svdfs());
    for (const Floats& scores : expected) {
        EXPECT_EQ(stateful(int8s({1, 0})).scores, scores);
        EXPECT_EQ(alone(int8s({1, 0})).scores, expected[0]);
    }
    EXPECT_TRUE(alone.save().packets["inputs"].empty());
}

TEST(Tflite, ARunThatGoesOnGivesTheSame) {
    for (const int before : {0, 1, 2, 5, 40}) {
        std::mt19937 random(kSeed);
        Model whole(svdfs(), {{"stateful", true}}), second(svdfs(), {{"stateful", true}});
        for (int i = 0; i < before; ++i) whole(step(random));
        second(step(random));  // to be forgotten
        const engine::State state = whole.save();
        EXPECT_EQ(state.packets.at("inputs").size(), std::min(before, 5)) << "memories of 3 and 2";
        second.load(state);
        for (int i = 0; i < 6; ++i) {
            const at::Tensor features = step(random);
            EXPECT_EQ(whole(features).scores, second(features).scores) << before << ' ' << i;
        }
    }
}

TEST(TfliteNetwork, MemoryIsWhatTheStateDependsOn) {
    const auto made = [](const FlatModel& model) {
        return ops::TfliteNetwork(ops::parse_tflite(bytes_of(model.file())));
    };
    EXPECT_EQ(made(dense()).memory(), 0);
    ops::TfliteNetwork whole = made(svdfs());
    ASSERT_EQ(whole.memory(), 5);
    std::mt19937 random(kSeed);
    std::vector<ops::TfliteValues> inputs;
    for (int i = 0; i < 20; ++i) {
        inputs.push_back(std::vector<std::int8_t>{std::int8_t(random() % 9), 1});
        whole.run(std::span(&inputs.back(), 1));
    }
    const auto differs_after = [&](std::size_t runs) {
        ops::TfliteNetwork again = made(svdfs()), other = whole;
        for (const ops::TfliteValues& input : std::span(inputs).last(runs))
            again.run(std::span(&input, 1));
        const ops::TfliteValues zero = std::vector<std::int8_t>{0, 0};
        for (int i = 0; i < 5; ++i)
            if (again.run(std::span(&zero, 1)) != other.run(std::span(&zero, 1))) return true;
        return false;
    };
    EXPECT_FALSE(differs_after(5));
    EXPECT_TRUE(differs_after(1)) << "the state of these models does matter";
}

TEST(Tflite, RefusesFeaturesThatDoNotFit) {
    Model model(dense());
    const auto code = [&](const at::Tensor& features) {
        return error_code([&] { model(features); });
    };
    for (const at::Tensor& features :
         {int8s({1, 3}), int8s({1, 3, 5, 7}), at::empty({0, 3}, at::kChar), at::Tensor(),
          at::ones({3}, at::kBool), at::ones({3}, at::kComplexFloat), at::ones({3}).to_sparse(),
          at::tensor({1, 2, 128}), at::tensor({1, 2, -129})})
        EXPECT_EQ(code(features), "E-SPOT-012") << features;
    EXPECT_EQ(code(at::full({3}, NAN)), "E-TFL-011");
    EXPECT_EQ(code(at::full({3}, INFINITY)), "none") << "clamped";
}

TEST(Tflite, RefusesModelsThatDoNotFit) {
    const auto code = [](const FlatModel& model, const engine::Object& params = {}) {
        return error_code([&] { Model(model, params); });
    };
    EXPECT_EQ(error_code([] { Model(std::string("no model")); }), "E-TFL-001");
    EXPECT_EQ(error_code([] { Model(std::string()); }), "E-TFL-001");
    EXPECT_EQ(code(dense(), {{"labels", "one two three"}}), "E-SPOT-011");
    EXPECT_EQ(code(dense(), {{"labels", "one two"}}), "none");
    FlatModel sum{.tensors = {{.shape = {2}}, {.shape = {2}}, {.shape = {2}}},
                  .operators = {{0, {0, 1}, {2}, {{0, std::int8_t{0}}}}},
                  .inputs = {0, 1},
                  .outputs = {2}};
    EXPECT_EQ(code(sum), "E-SPOT-010");
    TestContext context;
    EXPECT_EQ(error_code([&] {
                  TestNode(registry(), "spotting.tflite",
                           {{"path", (context.artifacts() / "none.tflite").string()}});
              }),
              "E-FILE-001");
    EXPECT_EQ(error_code([] { TestNode(registry(), "spotting.tflite"); }), "E-FILE-001");
}

TEST(Tflite, RefusesToKeepInputsWithoutBound) {
    // 65536 inputs of 1025 bytes, where 2^26 bytes are allowed.
    constexpr std::int32_t kMemory = 65536;
    const auto made = [](std::int32_t inputs) {
        return FlatModel{
            .tensors = {{.shape = {1, inputs}},
                        {.shape = {1, 1}},
                        {.shape = {1, inputs}, .data = std::string(std::size_t(inputs), '\1')},
                        {.shape = {1, kMemory},
                         .type = kInt16,
                         .data = std::string(2 * kMemory, 0)},
                        {.shape = {1, kMemory}, .type = kInt16, .is_variable = true}},
            .operators = {{27, {0, 2, 3, -1, 4}, {1}, {{0, 1}}}}};
    };
    const auto code = [&](std::int32_t inputs, bool stateful) {
        return error_code([&] { Model(made(inputs), {{"stateful", stateful}}); });
    };
    EXPECT_EQ(code(1025, true), "E-SPOT-013");
    EXPECT_EQ(code(1024, true), "none");
    EXPECT_EQ(code(1025, false), "none");
}

/// Name of a recording -> what was heard, in a graph of recordings, features and the model.
std::map<std::string, std::string> heard_in(const fs::path& recordings, const fs::path& model,
                                            const std::string& labels, const fs::path& out) {
    engine::ReadGraph read = engine::read_graph(R"({
  "schema": "millrace/1",
  "nodes": {
    "recordings": {"type": "loaders.audio_files",
                   "params": {"path": ")" + recordings.string() +
                                                    R"(", "sample_rate": 16000}},
    "features": {"type": "features.micro_speech"},
    "model": {"type": "spotting.tflite",
              "params": {"path": ")" + model.string() +
                                                    R"(", "labels": ")" + labels + R"("}},
    "layers": {"type": "sinks.table", "params": {"file": "layers.csv"}}
  },
  "wires": [
    {"from": "recordings.audio", "to": "features.audio"},
    {"from": "features.features", "to": "model.features"},
    {"from": "model.summary", "to": "layers.table"}
  ]})",
                                                "test");
    EXPECT_TRUE(read.problems.empty());
    engine::RunOptions options;
    options.threads = 2;
    options.out = out;
    engine::Run run(engine::plan_run(read.graph, registry(), options), registry(), options);
    std::map<std::uint64_t, std::string> names, words;
    std::mutex mutex;
    const auto keep = [&mutex](std::map<std::uint64_t, std::string>& texts) {
        return [&](std::uint64_t item, const Packet& packet) {
            const std::scoped_lock lock(mutex);
            texts[item] = packet.as<types::Text>().text;
        };
    };
    run.tap({"recordings", "name"}, {}, keep(names));
    run.tap({"model", "best"}, {}, keep(words));
    run.start();
    const engine::RunResult result = run.wait();
    EXPECT_EQ(result.status, engine::RunStatus::Succeeded);
    for (const engine::Problem& problem : result.problems) ADD_FAILURE() << problem.what;
    std::map<std::string, std::string> heard;
    for (const auto& [item, name] : names) heard[name] = words[item];
    return heard;
}

std::size_t lines_of(const fs::path& file) {
    std::ifstream stream(file);
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(stream), {}, '\n'));
}

TEST(TfliteGraph, HearsWhetherItIsLoud) {
    // "loud" is the sum of all features above -128, "quiet" 20000.
    const std::string weights = std::string(1960, 0) + std::string(1960, 1);
    const FlatModel model{
        .tensors = {{.shape = {1, 1960}, .zero_points = {-128}},
                    {.shape = {1, 2}, .scales = {4096}, .zero_points = {-128}},
                    {.shape = {2, 1960}, .data = weights},
                    {.shape = {2}, .type = kInt32, .data = raw<std::int32_t>({20000, 0})}},
        .operators = {{.code = 9, .inputs = {0, 2, 3}, .outputs = {1}}}};
    TestContext context;
    std::ofstream(context.artifact("model.tflite"), std::ios::binary) << model.file();
    std::mt19937 random(kSeed);
    std::vector<std::int16_t> noise(16000), silence(16000);
    for (std::int16_t& sample : noise) sample = std::int16_t(int(random() % 20001) - 10000);
    std::ofstream(context.artifact("wav/a.wav"), std::ios::binary) << wav(16000, 1, noise);
    std::ofstream(context.artifact("wav/b.wav"), std::ios::binary) << wav(16000, 1, silence);
    std::ofstream(context.artifact("wav/c.wav"), std::ios::binary) << wav(16000, 1, {});
    const fs::path folder = context.artifacts();
    EXPECT_EQ(heard_in(folder / "wav", folder / "model.tflite", "quiet loud", folder / "out"),
              (std::map<std::string, std::string>{{"a", "loud"}, {"b", "quiet"}, {"c", "quiet"}}));
    EXPECT_EQ(lines_of(folder / "out" / "artifacts" / "layers.csv"), 2U) << "names, one layer";
}

TEST(TfliteGraph, TheRealModelHearsYesAndSilence) {
    const fs::path speech = shared_folder() / "data" / "speech";
    const fs::path model = speech / "micro_speech_quantized.tflite";
    if (!fs::exists(model)) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    TestContext context;
    for (const char* name : {"yes_1000ms.wav", "silence_1000ms.wav"})
        fs::copy_file(speech / name, context.artifact(std::string("wav/") + name));
    const fs::path folder = context.artifacts();
    EXPECT_EQ(
        heard_in(folder / "wav", fs::absolute(model), "silence unknown yes no", folder / "out"),
        (std::map<std::string, std::string>{{"yes_1000ms", "yes"}, {"silence_1000ms", "silence"}}));
    EXPECT_EQ(lines_of(folder / "out" / "artifacts" / "layers.csv"), 5U) << "names, four layers";
}

/// Its weights are scrambled, so that nothing is to be learnt from which score is the larger.
TEST(Tflite, TheRealStreamingModelRuns) {
    const fs::path file = shared_folder() / "data" / "speech" / "keyword_scrambled_8bit.tflite";
    if (!fs::exists(file)) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    Model model(bytes, {{"stateful", true}});
    std::mt19937 random(kSeed);
    const auto memory = ops::TfliteNetwork(ops::read_tflite(file)).memory();
    EXPECT_GT(memory, 8);
    for (int i = 0; i < memory + 20; ++i) {
        std::vector<std::int64_t> values(96);
        for (std::int64_t& value : values) value = std::int64_t(random() % 20000);
        const Heard heard = model(at::tensor(values).to(at::kShort));
        EXPECT_NEAR(heard.scores.at(0) + heard.scores.at(1), 1, 1e-3);
    }
    EXPECT_EQ(std::ssize(model.save().packets["inputs"]), memory);
}

}  // namespace
}  // namespace millrace::testing
