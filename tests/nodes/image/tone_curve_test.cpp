#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "engine/node/params.hpp"
#include "tests/nodes/image/image.hpp"

namespace millrace::testing {
namespace {

types::Image toned(const types::Image& image, const std::vector<std::array<double, 2>>& points,
                   engine::Object params = {}) {
    engine::Array curve;
    for (const auto& [x, y] : points) curve.emplace_back(engine::Array{x, y});
    params["curve"] = curve;
    return run_image("image.tone_curve", params, image).at(0).as<types::Image>();
}

TEST(ImageToneCurve, TheDiagonalChangesNothing) {
    std::vector<std::uint8_t> bytes(256);
    std::iota(bytes.begin(), bytes.end(), 0);
    types::Image image = image_with(16, 16, 1, bytes);
    image.frame = "front";
    image.timestamp = 3;
    const types::Image out = toned(image, {{0, 0}, {0.3, 0.3}, {1, 1}});
    EXPECT_EQ(out.bytes, image.bytes);
    EXPECT_EQ(out.frame, "front");
    EXPECT_EQ(out.timestamp, 3);
    std::vector<std::uint16_t> words(65536);
    std::iota(words.begin(), words.end(), 0);
    const types::Image wide = image_with(256, 256, 1, words);
    EXPECT_EQ(toned(wide, {{0, 0}, {1, 1}}).bytes, wide.bytes);
}

TEST(ImageToneCurve, FallingIsTheNegativeAndAlphaStays) {
    const types::Image image = image_with<std::uint8_t>(2, 1, 4, {0, 10, 255, 7, 100, 1, 2, 200});
    const std::vector<std::uint8_t> expected = {255, 245, 0, 7, 155, 254, 253, 200};
    EXPECT_EQ(values_of<std::uint8_t>(toned(image, {{0, 1}, {1, 0}})), expected);
}

TEST(ImageToneCurve, FloatsAreOnTheScaleAndNotANumberStays) {
    const types::Image image = image_with<float>(5, 1, 1, {-5, 0, 20, 40, NAN});
    const types::Image out =
        toned(image, {{0, 0}, {0.5, 1}}, {{"scale", engine::Array{0.0, 40.0}}});
    const std::vector<float> values = values_of<float>(out);
    EXPECT_FLOAT_EQ(values[0], 0);
    EXPECT_FLOAT_EQ(values[1], 0);
    EXPECT_FLOAT_EQ(values[2], 40);
    EXPECT_FLOAT_EQ(values[3], 40);
    EXPECT_TRUE(std::isnan(values[4]));
}

TEST(ImageToneCurve, EmptyImagesAndBadValues) {
    EXPECT_EQ(toned(types::Image(0, 0, 3), {{0, 1}, {1, 0}}).bytes.size(), 0U);
    const engine::NodeType* type = image_registry().find("image.tone_curve");
    const auto node = type->make();
    const engine::Array high = {engine::Array{0.0, 0.0}, engine::Array{1.0, 1.5}};
    const auto problem = engine::set_param(*type->spec.param("curve"), node->object(), high);
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->code, "E-PARAM-003");
    EXPECT_EQ(problem->found, "1.5");
    EXPECT_FALSE(
        engine::set_params(*type, *node, {{"scale", engine::Array{5.0, 5.0}}}, "n").empty() &&
        node->check().empty());
}

}  // namespace
}  // namespace millrace::testing
