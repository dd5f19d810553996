#include "nodes/ops/image/mat_view.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

TEST(MatView, SharesThePixels) {
    types::Image image(5, 3, 2, types::Depth::F32);
    cv::Mat matrix = mat_view(image);
    EXPECT_EQ(matrix.rows, 3);
    EXPECT_EQ(matrix.cols, 5);
    EXPECT_EQ(matrix.type(), CV_32FC2);
    matrix.at<cv::Vec2f>(2, 4)[1] = 7;
    EXPECT_EQ(image.row<float>(2)[9], 7);
}

TEST(MatView, ComesBackAsACopy) {
    types::Image image(4, 6, 3, types::Depth::U16);
    for (std::size_t index = 0; index < image.bytes.size(); ++index)
        image.bytes[index] = static_cast<std::uint8_t>(index);
    const cv::Mat part = mat_view(image)(cv::Rect(1, 2, 2, 3));  // not contiguous
    const types::Image cut = image_from(part, "camera", "m");
    EXPECT_EQ(cut.width, 2);
    EXPECT_EQ(cut.height, 3);
    EXPECT_EQ(cut.depth, types::Depth::U16);
    EXPECT_EQ(cut.frame, "camera");
    EXPECT_EQ(cut.unit, "m");
    EXPECT_EQ(cut.row<std::uint16_t>(1)[4], image.row<std::uint16_t>(3)[3 + 4]);
}

TEST(MatView, RefusesWhatDoesNotFit) {
    types::Image image(4, 4, 1);
    image.bytes.pop_back();
    EXPECT_EQ(error_code([&] { mat_view(image); }), "E-IMAGE-002");
    image = types::Image(1, 1, 600);
    EXPECT_EQ(error_code([&] { mat_view(image); }), "E-IMAGE-002");
    EXPECT_EQ(error_code([] { image_from(cv::Mat(2, 2, CV_64F)); }), "E-IMAGE-002");
}

}  // namespace
}  // namespace millrace::ops
