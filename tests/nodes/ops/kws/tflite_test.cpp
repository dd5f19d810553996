#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>

#include "nodes/ops/kws/tflite_file.hpp"
#include "nodes/ops/kws/tflite_network.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/kws/tflite_builder.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using testing::FlatModel;
using testing::kFloat;
using testing::kInt16;
using testing::kInt32;
using testing::kInt8;
using testing::raw;
using Int8s = std::vector<std::int8_t>;

constexpr unsigned kSeed = 11;
constexpr int kMutations = 20000;

TfliteModel parse(const std::string& file) { return parse_tflite(testing::bytes_of(file)); }

TfliteNetwork network(const FlatModel& model) { return TfliteNetwork(parse(model.file())); }

template <class T>
std::vector<T> run(TfliteNetwork& net, TfliteValues input) {
    return std::get<std::vector<T>>(net.run(std::span(&input, 1)).at(0));
}

/// [1, 3] times weights [2, 3] in steps of 0.5.
FlatModel dense() {
    return {.tensors = {{.shape = {1, 3}, .scales = {0.5F}, .zero_points = {-1}},
                        {.shape = {1, 2}, .scales = {0.25F}, .zero_points = {3}},
                        {.shape = {2, 3},
                         .scales = {0.25F},
                         .data = raw<std::int8_t>({1, 2, 3, -4, 5, 127})},
                        {.shape = {2}, .type = kInt32, .data = raw<std::int32_t>({8, -2})}},
            .operators = {{.code = 9, .inputs = {0, 2, 3}, .outputs = {1}}}};
}

FlatModel svdf() {
    return {
        .tensors = {{.shape = {1, 2}, .scales = {0.5F}, .zero_points = {-1}},
                    {.shape = {1, 2}, .scales = {0.5F}, .zero_points = {-128}},
                    {.shape = {2, 2}, .scales = {0.5F}, .data = raw<std::int8_t>({1, 2, 3, -4})},
                    {.shape = {2, 3},
                     .type = kInt16,
                     .scales = {0.5F},
                     .data = raw<std::int16_t>({1, 2, 3, 100, -20, 30})},
                    {.shape = {2}, .type = kInt32, .data = raw<std::int32_t>({5, 7})},
                    {.shape = {1, 6}, .type = kInt16, .scales = {0.25F}, .is_variable = true}},
        .operators = {{.code = 27,
                       .inputs = {0, 2, 3, 4, 5},
                       .outputs = {1},
                       .options = {{0, 1}, {1, std::int8_t{1}}}}}};
}

/// Convolution, pooling, depthwise convolution, sum, reshape, dense layer, softmax, dequantize.
FlatModel images() {
    std::vector<std::int8_t> ramp(18);
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = std::int8_t(int(i) * 7 - 60);
    return {
        .tensors = {{.shape = {1, 4, 5, 1}},
                    {.shape = {1, 2}, .type = kFloat, .scales = {}, .zero_points = {}},
                    {.shape = {2, 3, 3, 1},
                     .scales = {0.5F, 0.25F},
                     .zero_points = {0, 0},
                     .data = raw(ramp)},
                    {.shape = {1, 4, 5, 2}, .scales = {16}, .zero_points = {2}},
                    {.shape = {1, 2, 2, 2}, .scales = {16}, .zero_points = {2}},
                    {.shape = {1, 2, 2, 2},
                     .data = raw<std::int8_t>({1, 2, 3, 4, 5, 6, 7, 8}),
                     .axis = 3},
                    {.shape = {1, 2, 2, 2}, .scales = {16}},
                    {.shape = {1, 2, 2, 2}, .scales = {32}},
                    {.shape = {1, 8}, .scales = {32}},
                    {.shape = {2, 8},
                     .data = raw<std::int8_t>({1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1})},
                    {.shape = {1, 2}, .scales = {64}},
                    {.shape = {1, 2}, .scales = {1.0F / 256}, .zero_points = {-128}}},
        .operators = {{3, {0, 2}, {3}, {{1, 1}, {2, 1}, {3, std::int8_t{1}}}},
                      {17, {3}, {4}, {{0, std::int8_t{1}}, {1, 2}, {2, 2}, {3, 2}, {4, 2}}},
                      {4, {4, 5}, {6}, {{1, 1}, {2, 1}, {3, 1}}},
                      {0, {4, 6}, {7}, {{0, std::int8_t{0}}}},
                      {22, {7}, {8}},
                      {9, {8, 9, -1}, {10}},
                      {25, {10}, {11}, {{0, 0.01F}}},
                      {6, {11}, {1}}}};
}

TEST(TfliteFile, GivesTensorsAndOperators) {
    const TfliteModel model = parse(svdf().file());
    ASSERT_EQ(model.tensors.size(), 6U);
    EXPECT_EQ(model.tensors[2].shape, (std::vector<std::int64_t>{2, 2}));
    EXPECT_EQ(model.tensors[3].type, TfliteType::Int16);
    EXPECT_EQ(model.tensors[3].data.size(), 12U);
    EXPECT_EQ(model.tensors[0].name, "tensor");
    EXPECT_EQ(model.tensors[0].scales, std::vector<float>{0.5F});
    EXPECT_EQ(model.tensors[0].zero_points, std::vector<std::int32_t>{-1});
    EXPECT_TRUE(model.tensors[5].is_variable);
    ASSERT_EQ(model.operators.size(), 1U);
    EXPECT_EQ(model.operators[0].kind, TfliteKind::Svdf);
    EXPECT_EQ(model.operators[0].inputs, (std::vector<int>{0, 2, 3, 4, 5}));
    EXPECT_EQ(model.operators[0].options.activation, TfliteActivation::Relu);
    EXPECT_EQ(model.inputs, std::vector<int>{0});
    EXPECT_EQ(model.outputs, std::vector<int>{1});
}

TEST(TfliteFile, NamesWhatIsNotSupported) {
    FlatModel model = dense();
    model.operators.push_back({.code = 14, .inputs = {0}, .outputs = {1}});
    model.operators.push_back({.code = 32, .inputs = {0}, .outputs = {1}, .custom = "MyOp"});
    model.operators.push_back({.code = 150, .inputs = {0}, .outputs = {1}});
    try {
        parse(model.file());
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-TFL-005");
        EXPECT_EQ(error.problem().found, "LOGISTIC, custom operator MyOp, operator 150");
        EXPECT_NE(error.problem().expected.find("SVDF"), std::string::npos);
    }
}

TEST(TfliteFile, RefusesWhatLies) {
    const auto code = [](auto change) {
        FlatModel model = dense();
        change(model);
        return error_code([&] { TfliteNetwork(parse(model.file())); });
    };
    EXPECT_EQ(code([](FlatModel&) {}), "none");
    EXPECT_EQ(error_code([] { parse(""); }), "E-TFL-001");
    EXPECT_EQ(error_code([] { parse(std::string(100, 'x')); }), "E-TFL-001");
    EXPECT_EQ(code([](FlatModel& m) { m.version = 2; }), "E-TFL-001");
    EXPECT_EQ(code([](FlatModel& m) { m.graphs = 2; }), "E-TFL-004");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].type = 3; }), "E-TFL-004");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].shape = {1, 0}; }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].shape = {-1}; }), "E-TFL-006");
    constexpr std::int32_t kHuge = std::numeric_limits<std::int32_t>::max();
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].shape = {kHuge, kHuge, kHuge}; }), "E-TFL-003");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].shape = std::vector<std::int32_t>(9, 1); }),
              "E-TFL-003");
    EXPECT_EQ(code([](FlatModel& m) {
                  m.tensors.resize(40, {.shape = {1 << 24}});  // together more than allowed
              }),
              "E-TFL-003");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors.resize(5000, {.shape = {1}}); }), "E-TFL-003");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[2].data.pop_back(); }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[2].scales = {1, 2, 3}; }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].scales = {INFINITY}; }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].zero_points = {128}; }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.inputs = {9}; }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.inputs = {-1}; }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.operators[0].inputs = {0, 2, 7}; }), "E-TFL-006");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].scales = {0}; }), "E-TFL-008");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[2].zero_points = {1}; }), "E-TFL-008");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].shape = {1, 4}; }), "E-TFL-007");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[0].type = kInt16; }), "E-TFL-007");
    EXPECT_EQ(code([](FlatModel& m) { m.tensors[2].data = {}; }), "E-TFL-009");
    EXPECT_EQ(code([](FlatModel& m) { m.inputs = {2}; }), "E-TFL-009");
    EXPECT_EQ(code([](FlatModel& m) { m.inputs = {0, 1}; }), "E-TFL-009");
    EXPECT_EQ(code([](FlatModel& m) { m.operators.clear(); }), "E-TFL-009");
}

TEST(TfliteFile, CutOffAnywhere) {
    for (const FlatModel& model : {dense(), svdf(), images()}) {
        const std::string file = model.file();
        for (std::size_t length = 0; length < file.size(); ++length)
            EXPECT_NE(error_code([&] { parse(file.substr(0, length)); }), "none") << length;
    }
}

/// Parses and runs one step of changed copies: anything but an Error ends the test.
void mutate(const std::string& file, int count) {
    std::mt19937 random(kSeed);
    int parsed = 0;
    for (int i = 0; i < count; ++i) {
        std::string changed = file;
        for (int left = 1 + int(random() % 4); left > 0; --left) {
            const std::size_t at = random() % changed.size();
            const std::uint32_t kind = random() % 4;
            if (kind == 0) changed[at] = char(random());
            if (kind == 1) changed[at] = char(changed[at] ^ (1 << random() % 8));
            if (kind == 2 && at + 4 <= changed.size())
                testing::store<std::uint32_t>(changed, at, random() % 2 ? 0xFFFFFFFF : random());
            if (kind == 3 && at > 8) changed.resize(at);
        }
        const std::string code = error_code([&] {
            TfliteNetwork net(parse(changed));
            ++parsed;
            std::int64_t macs = 0;
            for (const TfliteLayer& layer : net.summary()) macs += layer.macs;
            if (macs > 1000000) return;
            std::vector<TfliteValues> inputs;
            for (std::size_t k = 0; k < net.input_count(); ++k) {
                const std::vector<float> zeros(std::size_t(net.input(k).count()));
                inputs.push_back(to_tensor(zeros, net.input(k)));
            }
            net.run(inputs);
        });
        ASSERT_TRUE(code == "none" || code.starts_with("E-TFL-") || code.starts_with("E-KWS-"))
            << code;
    }
    EXPECT_GT(parsed, 0);
}

TEST(TfliteFile, SurvivesMutations) {
    mutate(dense().file(), kMutations);
    mutate(svdf().file(), kMutations);
    mutate(images().file(), kMutations);
}

TEST(TfliteNetwork, FullyConnectedByHand) {
    // Sums 1*2 + 2*4 + 3*6 + 8 = 36 and -8 + 20 + 762 - 2 = 772, times 0.5 * 0.25 / 0.25.
    TfliteNetwork net = network(dense());
    EXPECT_EQ(run<std::int8_t>(net, Int8s{1, 3, 5}), (Int8s{21, 127}));
    ASSERT_EQ(net.summary().size(), 1U);
    EXPECT_EQ(net.summary()[0].macs, 6);
    EXPECT_EQ(net.summary()[0].parameter_bytes, 6 + 8);
    EXPECT_EQ(error_code([&] { run<std::int8_t>(net, Int8s{1, 3}); }), "E-TFL-010");
    EXPECT_EQ(error_code([&] { run<std::int8_t>(net, std::vector<float>(3)); }), "E-TFL-010");
    EXPECT_EQ(error_code([&] { net.run({}); }), "E-TFL-010");
    FlatModel clamped = dense();
    clamped.operators[0].options = {{0, std::int8_t{3}}};  // ReLU6: 6 / 0.25 + 3
    TfliteNetwork relu6 = network(clamped);
    EXPECT_EQ(run<std::int8_t>(relu6, Int8s{1, 3, 5}), (Int8s{21, 27}));
    EXPECT_EQ(run<std::int8_t>(relu6, Int8s{-128, -128, -128}), (Int8s{3, 3}));
}

TEST(TfliteNetwork, ConvolutionMatchesPaddedSums) {
    std::mt19937 random(kSeed);
    const auto numbers = [&](std::size_t count) {
        Int8s values(count);
        for (auto& value : values) value = std::int8_t(int(random() % 256) - 128);
        return values;
    };
    for (const bool is_depthwise : {false, true}) {
        for (const std::int8_t padding : {0, 1}) {
            // 7 x 6 images of 2 channels, 3 x 2 taps, strides 2 and 1, 4 channels out.
            const int out_height = padding == 0 ? 4 : 3, out_width = padding == 0 ? 6 : 5;
            const int depth = is_depthwise ? 1 : 2;
            const Int8s weights = numbers(std::size_t(4 * 3 * 2 * depth)), image = numbers(84);
            FlatModel model{.tensors = {{.shape = {1, 7, 6, 2}, .zero_points = {5}},
                                        {.shape = {1, out_height, out_width, 4}, .scales = {512}},
                                        {.shape = {4, 3, 2, 2}, .data = raw(weights)}},
                            .operators = {{3, {0, 2}, {1}, {{0, padding}, {1, 1}, {2, 2}}}}};
            if (is_depthwise) {
                model.tensors[2].shape = {1, 3, 2, 4};
                model.operators[0].code = 4;
            }
            TfliteNetwork net = network(model);
            const Int8s out = run<std::int8_t>(net, image);
            // SAME: (4 - 1) * 2 + 3 - 7 = 2 rows of padding, 1 above; 1 column, none before.
            const int above = padding == 0 ? 1 : 0;
            for (int y = 0; y < out_height; ++y) {
                for (int x = 0; x < out_width; ++x) {
                    for (int o = 0; o < 4; ++o) {
                        int sum = 0;
                        for (int j = 0; j < 3; ++j) {
                            for (int i = 0; i < 2; ++i) {
                                const int row = 2 * y + j - above, column = x + i;
                                if (row < 0 || row >= 7 || column >= 6) continue;
                                for (int c = 0; c < depth; ++c) {
                                    const int from = is_depthwise ? o / 2 : c;
                                    const int w = is_depthwise ? (j * 2 + i) * 4 + o
                                                               : ((o * 3 + j) * 2 + i) * 2 + c;
                                    sum += weights[std::size_t(w)] *
                                           (image[std::size_t((row * 6 + column) * 2 + from)] - 5);
                                }
                            }
                        }
                        const double expected = std::clamp(sum / 512.0, -128.0, 127.0);
                        const int found = out[std::size_t((y * out_width + x) * 4 + o)];
                        // Double rounding moves halves only.
                        EXPECT_NEAR(found, expected, 0.51) << y << ' ' << x << ' ' << o;
                    }
                }
            }
        }
    }
}

TEST(TfliteNetwork, SvdfKeepsItsState) {
    TfliteNetwork net = network(svdf());
    Int8Svdf layer({.shape = {.inputs = 2, .units = 2, .rank = 1, .memory = 3},
                    .feature = {1, 2, 3, -4},
                    .time = {1, 2, 3, 100, -20, 30},
                    .bias = {5, 7},
                    .feature_scale = 0.5F,
                    .time_scale = 0.5F,
                    .input = {0.5F, -1},
                    .state = {0.25F, 0},
                    .output = {0.5F, -128}});
    const Int8s frames[] = {{3, 4}, {-5, 6}, {7, 80}, {0, 0}};
    std::vector<Int8s> first;
    for (const Int8s& frame : frames) {
        first.push_back(run<std::int8_t>(net, frame));
        EXPECT_EQ(first.back(), layer.push(frame));
    }
    TfliteNetwork copy = net;
    net.reset();
    for (std::size_t i = 0; i < first.size(); ++i)
        EXPECT_EQ(run<std::int8_t>(net, frames[i]), first[i]);
    EXPECT_EQ(run<std::int8_t>(copy, Int8s{1, 1}), run<std::int8_t>(net, Int8s{1, 1}));
    EXPECT_EQ(net.summary()[0].state_bytes, 12);
    EXPECT_EQ(net.summary()[0].macs, 2 * (2 + 3));
}

TEST(TfliteNetwork, SoftmaxAndConversionsByHand) {
    // Logits 0 and 1 in steps of 1/64: 1 / (1 + e) = 0.26894 is 68.8 of 256.
    FlatModel model{.tensors = {{.shape = {2, 2}, .scales = {1.0F / 64}},
                                {.shape = {2, 2}, .scales = {1.0F / 256}, .zero_points = {-128}}},
                    .operators = {{25, {0}, {1}, {{0, 1.0F}}}}};
    TfliteNetwork softmax = network(model);
    EXPECT_EQ(run<std::int8_t>(softmax, Int8s{0, 64, 7, 7}), (Int8s{69 - 128, 187 - 128, 0, 0}));
    model.tensors[1] = {
        .shape = {2, 2}, .type = kInt16, .scales = {1.0F / 65536}, .zero_points = {-32768}};
    TfliteNetwork wide = network(model);
    EXPECT_EQ(run<std::int16_t>(wide, Int8s{0, 64, 7, 7}),
              (std::vector<std::int16_t>{17625 - 32768, 47911 - 32768, 0, 0}));

    TfliteNetwork quantize =
        network({.tensors = {{.shape = {5}, .type = kFloat},
                             {.shape = {5}, .scales = {0.5F}, .zero_points = {3}}},
                 .operators = {{114, {0}, {1}}}});
    EXPECT_EQ(run<std::int8_t>(quantize, std::vector<float>{0, 0.25F, -0.25F, 1e30F, -1e30F}),
              (Int8s{3, 4, 2, 127, -128}));
    EXPECT_EQ(error_code([&] { run<std::int8_t>(quantize, std::vector<float>(5, NAN)); }),
              "E-TFL-011");
    TfliteNetwork narrow =
        network({.tensors = {{.shape = {3}, .type = kInt16, .scales = {0.25F}},
                             {.shape = {3}, .scales = {0.5F}, .zero_points = {1}}},
                 .operators = {{114, {0}, {1}}}});
    EXPECT_EQ(run<std::int8_t>(narrow, std::vector<std::int16_t>{100, -7, 32767}),
              (Int8s{51, -2, 127}));
    TfliteNetwork real = network({.tensors = {{.shape = {2}, .scales = {0.5F}, .zero_points = {3}},
                                              {.shape = {2}, .type = kFloat}},
                                  .operators = {{6, {0}, {1}}}});
    EXPECT_EQ(run<float>(real, Int8s{3, -128}), (std::vector<float>{0, -65.5F}));
}

TEST(TfliteNetwork, PoolingAndReluByHand) {
    FlatModel model{.tensors = {{.shape = {1, 2, 3, 1}}, {.shape = {1, 1, 2, 1}}},
                    .operators = {{1, {0}, {1}, {{1, 2}, {2, 2}, {3, 2}, {4, 2}}}}};
    TfliteNetwork average = network(model);  // the last window has two values only
    EXPECT_EQ(run<std::int8_t>(average, Int8s{1, 2, -3, 4, 3, -4}), (Int8s{3, -4}));
    model.operators[0].code = 17;
    TfliteNetwork most = network(model);
    EXPECT_EQ(run<std::int8_t>(most, Int8s{1, 2, -3, 4, 3, -4}), (Int8s{4, -3}));
    TfliteNetwork relu =
        network({.tensors = {{.shape = {3}, .zero_points = {1}},
                             {.shape = {3}, .scales = {0.5F}, .zero_points = {-10}}},
                 .operators = {{21, {0}, {1}}}});
    EXPECT_EQ(run<std::int8_t>(relu, Int8s{-5, 3, 100}), (Int8s{-10, -6, 2}));
    TfliteNetwork all = network(images());
    const auto shares = run<float>(all, Int8s(20, 1));
    EXPECT_NEAR(shares[0] + shares[1], 1, 1.5 / 256);
}

std::string shared_model(const char* name) {
    std::ifstream file(testing::shared_folder() / "data" / "speech" / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(TfliteNetwork, RealModelsLoadRunAndSurvive) {
    const std::string yes_no = shared_model("micro_speech_quantized.tflite");
    const std::string scrambled = shared_model("keyword_scrambled_8bit.tflite");
    if (yes_no.empty() || scrambled.empty()) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    TfliteNetwork micro(parse(yes_no));
    ASSERT_EQ(micro.summary().size(), 4U);
    EXPECT_EQ(micro.summary()[1].macs, 25 * 20 * 8 * 10 * 8);
    EXPECT_EQ(run<std::int8_t>(micro, Int8s(1960, -128)).size(), 4U);

    TfliteNetwork spotter(parse(scrambled)), again(parse(scrambled));
    EXPECT_EQ(spotter.input(0).type, TfliteType::Int16);
    std::mt19937 random(kSeed);
    for (int step = 0; step < 40; ++step) {
        std::vector<std::int16_t> frame(96);
        for (auto& value : frame) value = std::int16_t(random() % 20000);
        const auto shares = run<std::int32_t>(spotter, frame);
        EXPECT_EQ(run<std::int32_t>(again, frame), shares);
        EXPECT_NEAR(shares.at(0) + shares.at(1), 32768, 2);  // of 1 in steps of 2^-15
    }
    mutate(yes_no, kMutations / 5);
    mutate(scrambled, kMutations / 5);
    EXPECT_EQ(error_code([&] { parse(yes_no.substr(0, 3000)); }), "E-TFL-002");
}

}  // namespace
}  // namespace millrace::ops
