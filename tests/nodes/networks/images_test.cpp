// From an image to its label: the nodes on either side of a network, and all of them in a row.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nodes/types/image.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/networks/networks.hpp"
#include "tests/nodes/networks/onnx_writer.hpp"

namespace millrace::testing {
namespace {

using engine::Array;
using engine::Object;
using engine::Packet;

types::Image plain(int width, int height, const std::vector<std::uint8_t>& color) {
    types::Image image(width, height, static_cast<int>(color.size()));
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = color[i % color.size()];
    return image;
}

at::Tensor tensor_of(const types::Image& image, const Object& params = {}) {
    return tensor_in(run_node(network_registry(), "networks.image_to_tensor", params,
                              {Packet::make<types::Image>(types::Image(image))})
                         .at(0));
}

std::vector<Packet> top(const at::Tensor& scores, const Object& params = {}) {
    return run_node(network_registry(), "networks.top_labels", params, {tensor_packet(scores)});
}

template <class Call>
std::string code_of(const Call& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem().code;
    }
    return "none";
}

TEST(ImageToTensor, ChannelsComeFirstAndRedIsTheFirst) {
    types::Image image(2, 1, 3);
    image.bytes = {255, 51, 0, 0, 102, 204};
    const at::Tensor tensor = tensor_of(image);
    ASSERT_EQ(tensor.sizes(), (at::IntArrayRef{1, 3, 1, 2}));
    EXPECT_TRUE(
        tensor.flatten().allclose(at::tensor({1.0F, 0.0F, 0.2F, 0.4F, 0.0F, 0.8F}), 0, 1e-6));
    const at::Tensor turned = tensor_of(image, {{"order", "bgr"}, {"layout", "channels_last"}});
    ASSERT_EQ(turned.sizes(), (at::IntArrayRef{1, 1, 2, 3}));
    EXPECT_TRUE(
        turned.flatten().allclose(at::tensor({0.0F, 0.2F, 1.0F, 0.8F, 0.4F, 0.0F}), 0, 1e-6));
}

TEST(ImageToTensor, MeanAndDeviationAreThoseOfTheTensorsChannels) {
    const types::Image image = plain(3, 5, {10, 20, 30});
    const at::Tensor tensor = tensor_of(image, {{"scale", 1.0},
                                                {"order", "bgr"},
                                                {"mean", Array{30.0, 10.0, 0.0}},
                                                {"deviation", Array{1.0, 2.0, 4.0}}});
    ASSERT_EQ(tensor.sizes(), (at::IntArrayRef{1, 3, 5, 3}));
    EXPECT_TRUE(tensor[0][0].equal(at::zeros({5, 3})));
    EXPECT_TRUE(tensor[0][1].equal(at::full({5, 3}, 5.0F)));
    EXPECT_TRUE(tensor[0][2].equal(at::full({5, 3}, 2.5F)));
}

TEST(ImageToTensor, TheMiddleIsCutOutWhereAsked) {
    // Dark beside light beside dark: a third of the width each.
    types::Image image(12, 4, 1);
    for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 12; ++x) image.row<std::uint8_t>(y)[x] = x >= 4 && x < 8 ? 255 : 0;
    }
    Object params = {{"width", 2}, {"height", 2}, {"fit", "crop"}};
    EXPECT_TRUE(tensor_of(image, params).equal(at::ones({1, 1, 2, 2})));
    params["fit"] = "stretch";
    EXPECT_NEAR(tensor_of(image, params).mean().item<float>(), 1.0 / 3, 0.01);
    EXPECT_EQ(tensor_of(plain(1, 1, {7}), {{"width", 3}, {"height", 5}}).sizes(),
              (at::IntArrayRef{1, 1, 5, 3}));
}

TEST(ImageToTensor, FloatsAndSixteenBitsKeepTheirNumbers) {
    types::Image sixteen(1, 1, 1, types::Depth::U16);
    sixteen.row<std::uint16_t>(0)[0] = 65535;
    EXPECT_EQ(tensor_of(sixteen, {{"scale", 1.0}}).item<float>(), 65535.0F);
    types::Image real(1, 1, 1, types::Depth::F32);
    real.row<float>(0)[0] = -2.5F;
    EXPECT_EQ(tensor_of(real, {{"scale", 1.0}}).item<float>(), -2.5F);
}

TEST(ImageToTensor, WhatDoesNotFitIsRefused) {
    EXPECT_EQ(code_of([] { tensor_of(types::Image(0, 0, 3)); }), "E-IMAGE-006");
    EXPECT_EQ(code_of([] { tensor_of(types::Image(2, 2, 5)); }), "E-IMAGE-006");
    EXPECT_EQ(code_of([] {
                  tensor_of(plain(2, 2, {1}), {{"mean", Array{1.0, 2.0, 3.0}}});
              }),
              "E-IMAGE-006");
    const auto problems = [](const Object& params) {
        return check_node(network_registry(), "networks.image_to_tensor", params).size();
    };
    EXPECT_EQ(problems({{"width", 8}}), 1U);
    EXPECT_EQ(problems({{"mean", Array{}}}), 1U);
    EXPECT_EQ(problems({{"deviation", Array{0.0}}}), 1U);
}

types::Image image_of(const at::Tensor& tensor, const Object& params = {}) {
    return run_node(network_registry(), "networks.tensor_to_image", params, {tensor_packet(tensor)})
        .at(0)
        .as<types::Image>();
}

TEST(TensorToImage, GivesBackWhatAnImageWas) {
    types::Image image(3, 2, 3);
    for (std::size_t i = 0; i < image.bytes.size(); ++i)
        image.bytes[i] = static_cast<std::uint8_t>(13 * i);
    for (const char* layout : {"channels_first", "channels_last"}) {
        for (const char* order : {"rgb", "bgr"}) {
            const Object params = {{"layout", layout}, {"order", order}};
            Object back = params;
            back["scale"] = 255.0;
            back["depth"] = "eight_bit";
            EXPECT_EQ(image_of(tensor_of(image, params), back).bytes, image.bytes);
        }
    }
}

TEST(TensorToImage, NumbersStayOrEndAtTheirLimits) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const at::Tensor row = at::tensor({-3.0F, 0.5F, 1.5F, 300.0F, nan}).reshape({1, 5});
    const types::Image real = image_of(row);
    EXPECT_EQ(real.width, 5);
    EXPECT_EQ(real.height, 1);
    EXPECT_EQ(real.row<float>(0)[0], -3.0F);
    EXPECT_TRUE(std::isnan(real.row<float>(0)[4]));
    EXPECT_EQ(image_of(row, {{"depth", "eight_bit"}}).bytes,
              (std::vector<std::uint8_t>{0, 0, 2, 255, 0}));
}

TEST(TensorToImage, WhatIsNoImageIsRefused) {
    const auto code = [](const at::Tensor& tensor) { return code_of([&] { image_of(tensor); }); };
    EXPECT_EQ(code(at::ones({2, 5, 6})), "none");
    EXPECT_EQ(code(at::ones({7})), "E-IMAGE-007");
    EXPECT_EQ(code(at::ones({2, 1, 5, 6})), "E-IMAGE-007");
    EXPECT_EQ(code(at::ones({5, 6, 2})), "E-IMAGE-007") << "five channels first";
    EXPECT_EQ(code(at::ones({0, 6})), "E-IMAGE-007");
}

TEST(TopLabels, TheBestComeFirstWithTheirNames) {
    const auto out = top(at::tensor({1.0F, 3.0F, 3.0F, 0.0F}).reshape({1, 4}),
                         {{"labels", "ant bee cat dog"}, {"count", 3}});
    EXPECT_EQ(out.at(0).as<types::Text>().text, "bee") << "of equals the first";
    const types::Table& table = out.at(1).as<types::Table>();
    EXPECT_EQ(std::get<std::vector<std::string>>(table.columns.at(1).values),
              (std::vector<std::string>{"bee", "cat", "ant"}));
    // e^3 / (2 e^3 + e + 1)
    EXPECT_NEAR(std::get<std::vector<double>>(table.columns.at(2).values).at(0), 0.45764, 1e-5);
    EXPECT_NEAR(tensor_in(out.at(2)).sum().item<float>(), 1, 1e-6);
}

TEST(TopLabels, ScoresMayStayWhatTheyAre) {
    const auto out = top(at::tensor({7, 9}, at::kLong), {{"softmax", false}, {"count", 9}});
    EXPECT_EQ(out.at(0).as<types::Text>().text, "1");
    EXPECT_TRUE(tensor_in(out.at(2)).equal(at::tensor({7.0F, 9.0F})));
}

TEST(TopLabels, NamesMayComeFromAFile) {
    TestContext context(network_registry());
    const std::string file = write_network(context, "a first one\r\na second\n");
    EXPECT_EQ(top(at::tensor({2.0F, 1.0F}), {{"labels_file", file}}).at(0).as<types::Text>().text,
              "a first one");
    EXPECT_EQ(check_node(network_registry(), "networks.top_labels",
                         {{"labels_file", file}, {"labels", "a b"}})
                  .size(),
              1U);
}

TEST(TopLabels, WhatIsNoRowOfScoresIsRefused) {
    const auto code = [](const at::Tensor& scores, const Object& params = {}) {
        return code_of([&] { top(scores, params); });
    };
    EXPECT_EQ(code(at::ones({3})), "none");
    EXPECT_EQ(code(at::ones({})), "none");
    EXPECT_EQ(code(at::ones({2, 3})), "E-PORT-008");
    EXPECT_EQ(code(at::ones({0})), "E-PORT-008");
    EXPECT_EQ(code(at::ones({3}), {{"labels", "a b"}}), "E-PORT-008");
    EXPECT_EQ(code(at::full({2}, std::numeric_limits<float>::quiet_NaN())), "E-PORT-008");
    // Infinity is a score, but of no probability; minus infinity has probability 0.
    const float infinity = std::numeric_limits<float>::infinity();
    EXPECT_EQ(code(at::tensor({0.0F, infinity})), "E-PORT-008");
    EXPECT_EQ(code(at::tensor({0.0F, infinity}), {{"softmax", false}}), "none");
    EXPECT_EQ(code(at::full({2}, -infinity)), "E-PORT-008");
    EXPECT_EQ(code(at::tensor({0.0F, -infinity})), "none");
}

TEST(Networks, AnImageGetsItsLabel) {
    for (const auto& [color, name] : {std::pair(std::vector<std::uint8_t>{200, 30, 30}, "red"),
                                      std::pair(std::vector<std::uint8_t>{30, 200, 30}, "green"),
                                      std::pair(std::vector<std::uint8_t>{30, 30, 200}, "blue")}) {
        const at::Tensor tensor = tensor_of(plain(13, 9, color), {{"width", 8}, {"height", 8}});
        const auto logits = run_network("networks.onnx", onnx::colors().file(), {}, {tensor});
        const auto out = top(tensor_in(logits[0]), {{"labels", "red, green, blue"}});
        EXPECT_EQ(out.at(0).as<types::Text>().text, name);
    }
}

}  // namespace
}  // namespace millrace::testing
