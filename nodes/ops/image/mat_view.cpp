#include "nodes/ops/image/mat_view.hpp"

#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <opencv2/core.hpp>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void unfit(std::string expected, std::string found) {
    throw engine::Error({.code = "E-IMAGE-002",
                         .what = "This image has no form OpenCV can work on",
                         .expected = std::move(expected),
                         .found = std::move(found)});
}

int depth_of(types::Depth depth) {
    switch (depth) {
        case types::Depth::U8:
            return CV_8U;
        case types::Depth::U16:
            return CV_16U;
        case types::Depth::F32:
            return CV_32F;
    }
    unfit("8-bit, 16-bit or float pixels", "an unknown depth");
}

}  // namespace

cv::Mat mat_view(types::Image& image) {
    if (image.channels < 1 || image.channels > CV_CN_MAX)
        unfit(fmt::format("1 to {} channels", CV_CN_MAX), fmt::format("{}", image.channels));
    const std::size_t wanted = image.pixel_bytes() * static_cast<std::size_t>(image.width) *
                               static_cast<std::size_t>(image.height);
    if (image.width < 0 || image.height < 0 || image.bytes.size() != wanted)
        unfit(fmt::format("{} bytes for {} x {} pixels", wanted, image.width, image.height),
              fmt::format("{} bytes", image.bytes.size()));
    return {image.height, image.width, CV_MAKETYPE(depth_of(image.depth), image.channels),
            image.bytes.data()};
}

cv::Mat mat_view(const types::Image& image) {
    // OpenCV has no matrix of constant pixels; the header asks readers not to write.
    return mat_view(const_cast<types::Image&>(image));
}

types::Image image_from(const cv::Mat& matrix, std::string frame, std::string unit) {
    types::Depth depth = types::Depth::U8;
    if (matrix.depth() == CV_16U)
        depth = types::Depth::U16;
    else if (matrix.depth() == CV_32F)
        depth = types::Depth::F32;
    else if (matrix.depth() != CV_8U)
        unfit("depth 8U, 16U or 32F", cv::typeToString(matrix.type()));
    if (matrix.dims > 2) unfit("two dimensions", fmt::format("{}", matrix.dims));
    types::Image image(matrix.cols, matrix.rows, matrix.channels(), depth);
    image.frame = std::move(frame);
    image.unit = std::move(unit);
    const std::size_t row_bytes = image.pixel_bytes() * static_cast<std::size_t>(image.width);
    for (int y = 0; y < matrix.rows; ++y) {
        std::memcpy(image.row<std::uint8_t>(y), matrix.ptr(y), row_bytes);
    }
    return image;
}

}  // namespace millrace::ops
