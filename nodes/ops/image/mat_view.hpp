// Between types::Image and OpenCV's matrix. cv::Mat is only declared here; who calls these includes
// <opencv2/core.hpp>. Plain functions, any thread.
#pragma once

#include <string>

#include "nodes/types/image.hpp"

namespace cv {
class Mat;
}

namespace millrace::ops {

/// A matrix over the image's own pixels, [height, width] with its channels; valid as long as the
/// image, and to be read only when that is const. Throws Error E-IMAGE-002 for a depth or channel
/// number OpenCV lacks, or bytes that don't fit the size.
cv::Mat mat_view(types::Image& image);
cv::Mat mat_view(const types::Image& image);

/// The image with a copy of the matrix's pixels, channels in the same order. Throws Error
/// E-IMAGE-002 unless its depth is 8U, 16U or 32F and it has two dimensions.
types::Image image_from(const cv::Mat& matrix, std::string frame = {}, std::string unit = {});

}  // namespace millrace::ops
