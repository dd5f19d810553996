// The last frames of a stream in a ring, the memory of a linearized convolution (Yang et al.,
// LiCo-Net, arXiv 2211.04635). A ring belongs to one stream and one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

/// Frames of `width` values in `frames` places: a frame is written at the head, then the head moves
/// on by one. Built for float and std::int8_t.
template <class T>
class FrameRing {
public:
    /// Every value is `fill`: 0, or in int8 the zero point, which stands for 0. Throws Error
    /// E-KWS-015 for sizes outside 1 to 65536 or more than 2^24 values.
    FrameRing(std::int64_t frames, std::int64_t width, T fill);

    /// Overwrites the oldest frame. Throws Error E-KWS-015 unless there are `width` values.
    void push(std::span<const T> frame);

    /// Back to the fill.
    void reset();

    /// Place of the oldest frame, where the next one is written.
    std::size_t head() const { return head_; }

    /// [frames, width] as it lies in memory.
    std::span<const T> physical() const { return values_; }

    /// [frames, width], oldest first: the two parts of memory in turn.
    std::vector<T> oldest_to_newest() const;

private:
    std::size_t width_, head_ = 0;
    T fill_;
    std::vector<T> values_;
};

extern template class FrameRing<float>;
extern template class FrameRing<std::int8_t>;

}  // namespace millrace::ops
