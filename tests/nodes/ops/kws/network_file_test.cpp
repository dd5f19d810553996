#include "nodes/ops/kws/network_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

/// A convolution over two frames of three values, an SVDF layer and a linear layer.
Int8Network small_network() {
    const Int8Layer conv{.kind = Int8Kind::Conv,
                         .name = "conv",
                         .channels_in = 3,
                         .channels_out = 2,
                         .kernel_time = 2,
                         .output = {0.5F, -128},
                         .low = -128,
                         .high = 100,
                         .weight = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6},
                         .bias = {10, -20},
                         .multipliers = {{1 << 30, -1}, {1 << 30, 2}}};
    const Int8Layer svdf{.kind = Int8Kind::Svdf,
                         .name = "svdf",
                         .source_a = 1,
                         .discipline = SvdfDiscipline::Ring,
                         .channels_in = 2,
                         .channels_out = 1,
                         .kernel_time = 3,
                         .kernel_freq = 2,
                         .output = {0.25F, 4},
                         .weight = {1, 2, 3, 4},
                         .time = {1, 2, 3, 4, 5, 6},
                         .feature_bias = {128 * 3, 128 * 7},
                         .bias = {7},
                         .multipliers = {{1 << 30, -3}, {1 << 30, -9}}};
    return {.input_positions = 1,
            .input_channels = 3,
            .input = {0.1F, 5},
            .layers = {conv, svdf},
            .labels = {"silence", ""},
            .metadata = R"({"bands": 3})"};
}

TEST(NetworkFile, ComesBackAsItWas) {
    const Int8Network network = small_network();
    const std::string bytes = network_bytes(network);
    EXPECT_EQ(bytes.size() % 16, 0U);
    EXPECT_EQ(bytes.substr(0, 4), "MKWS");
    EXPECT_EQ(bytes.substr(bytes.size() - 64), std::string(64, '\0'));
    const Int8Network again = read_network(bytes);
    EXPECT_EQ(again.labels, network.labels);
    EXPECT_EQ(again.metadata, network.metadata);
    EXPECT_EQ(again.input.zero_point, 5);
    ASSERT_EQ(again.layers.size(), 2U);
    EXPECT_EQ(again.layers[1].name, "svdf");
    EXPECT_EQ(again.layers[1].time, network.layers[1].time);
    EXPECT_EQ(again.layers[1].feature_bias, network.layers[1].feature_bias);
    EXPECT_EQ(again.layers[0].weight, network.layers[0].weight);
    EXPECT_EQ(again.layers[0].multipliers[1].shift, 2);
    EXPECT_EQ(network_bytes(again), bytes);
}

TEST(NetworkFile, HasTheDocumentedLayout) {
    const std::string bytes = network_bytes(small_network());
    const auto word = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
        return value;
    };
    EXPECT_EQ(word(4), 1U);
    EXPECT_EQ(word(8), bytes.size());
    EXPECT_EQ(word(12), 2U);
    const std::size_t conv = word(16), svdf = conv + 128;
    EXPECT_EQ(word(conv), 1U);
    EXPECT_EQ(word(svdf), 3U);
    EXPECT_EQ(word(svdf + 4), 1U);
    EXPECT_EQ(word(svdf + 4 * 8), 3U);
    EXPECT_EQ(word(conv + 4 * 17) % 16, 0U);
    EXPECT_EQ(bytes[word(conv + 4 * 17) + 3], 4);
    EXPECT_EQ(word(word(conv + 4 * 20)), 10U);
    // Pairs of frames: filters 1 2 (3 0) and 4 5 (6 0).
    const std::size_t time = word(svdf + 4 * 18);
    EXPECT_EQ(bytes.substr(time, 16), std::string("\1\0\2\0\4\0\5\0\3\0\0\0\6\0\0\0", 16));
}

TEST(NetworkFile, CountsTheCost) {
    const NetworkCost cost = network_cost(small_network());
    ASSERT_EQ(cost.layers.size(), 2U);
    EXPECT_EQ(cost.layers[0].macs, 12U);
    EXPECT_EQ(cost.layers[0].state_bytes, 12U);  // twice two frames of three
    EXPECT_EQ(cost.layers[0].weight_bytes, 12U + 8 + 16);
    EXPECT_EQ(cost.layers[1].macs, 4U + 6);
    EXPECT_EQ(cost.layers[1].state_bytes, 24U);
    EXPECT_EQ(cost.layers[1].weight_bytes, 4U + 16 + 8 + 4 + 16);
    EXPECT_EQ(cost.macs, 22U);
    EXPECT_EQ(cost.file_bytes, network_bytes(small_network()).size());
    Int8Network moved = small_network();
    moved.layers[1].discipline = SvdfDiscipline::Move;
    EXPECT_EQ(network_cost(moved).layers[1].state_bytes, 12U);
}

TEST(NetworkFile, FoldsTheZeroPoint) {
    EXPECT_EQ(folded_bias({1, 2, 3, 4}, {10, 20}, 5), (std::vector<std::int32_t>{-5, -15}));
    EXPECT_EQ(folded_depthwise_bias({1, 2, 3, 4}, {10, 20}, 5),
              (std::vector<std::int32_t>{-10, -10}));
    EXPECT_EQ(error_code([] { folded_bias({1, 2, 3}, {1, 2}, 0); }), "E-KWS-030");
    EXPECT_EQ(error_code([] { folded_depthwise_bias({}, {}, 0); }), "E-KWS-030");
    EXPECT_EQ(error_code([] { folded_bias({-1}, {2147483647}, 1); }), "E-KWS-031");
}

TEST(NetworkFile, RefusesWhatTheRuntimeCannotRun) {
    const auto code = [](auto&& alter) {
        Int8Network network = small_network();
        alter(network);
        return error_code([&] { network_bytes(network); });
    };
    EXPECT_EQ(code([](Int8Network&) {}), "none");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[0].weight.pop_back(); }), "E-KWS-032");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[0].time = {1}; }), "E-KWS-032");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[1].multipliers.clear(); }), "E-KWS-032");
    EXPECT_EQ(code([](Int8Network& n) { n.labels[0] = std::string("a\0b", 3); }), "E-KWS-033");
    EXPECT_EQ(code([](Int8Network& n) { n.layers.clear(); }), "E-KWS-034");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[0].source_a = 1; }), "E-KWS-034");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[0].positions_out = 2; }), "E-KWS-034");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[0].output.scale = 0; }), "E-KWS-034");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[0].bias[0] = 2147483647; }), "E-KWS-034");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[1].time[0] = -32768; }), "E-KWS-034");
    EXPECT_EQ(code([](Int8Network& n) { n.layers[1].kernel_time = 0xFFFFFFFF; }), "E-KWS-034");
    const std::string bytes = network_bytes(small_network());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_EQ(error_code([&] { read_network(bytes.substr(0, size)); }), "E-KWS-035") << size;
}

TEST(NetworkFile, BecomesAnArrayOfC) {
    const std::string text = c_array(std::string("\x01\xff", 2), "spotter");
    EXPECT_NE(text.find("static const unsigned char spotter[2] = {\n    1,255,\n};"),
              std::string::npos);
    EXPECT_NE(text.find("spotter_bytes = 2;"), std::string::npos);
    EXPECT_NE(text.find("kws_runtime.hpp"), std::string::npos);
    for (const char* symbol : {"", "1a", "a b", "a;"})
        EXPECT_EQ(error_code([&] { c_array("x", symbol); }), "E-KWS-036") << symbol;
}

}  // namespace
}  // namespace millrace::ops
