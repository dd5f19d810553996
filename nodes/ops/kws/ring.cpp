#include "nodes/ops/kws/ring.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMaxSize = 65536;
constexpr std::int64_t kMaxValues = std::int64_t{1} << 24;

[[noreturn]] void throw_size(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-KWS-015",
                         .what = "A ring of frames cannot take these sizes",
                         .expected = expected,
                         .found = found,
                         .mend = "Check the kernel and the channels of the layer."});
}

std::size_t checked_count(std::int64_t frames, std::int64_t width) {
    const auto is_good = [](std::int64_t size) { return size >= 1 && size <= kMaxSize; };
    if (!is_good(frames) || !is_good(width) || frames * width > kMaxValues) {
        throw_size(fmt::format("sizes from 1 to {}, at most {} values", kMaxSize, kMaxValues),
                   fmt::format("{} frames of {} values", frames, width));
    }
    return static_cast<std::size_t>(frames * width);
}

}  // namespace

template <class T>
FrameRing<T>::FrameRing(std::int64_t frames, std::int64_t width, T fill)
    : width_(static_cast<std::size_t>(width)),
      fill_(fill),
      values_(checked_count(frames, width), fill) {}

template <class T>
void FrameRing<T>::push(std::span<const T> frame) {
    if (frame.size() != width_) {
        throw_size(fmt::format("a frame of {} values", width_), fmt::format("{}", frame.size()));
    }
    std::ranges::copy(frame, values_.begin() + static_cast<std::ptrdiff_t>(head_ * width_));
    head_ = (head_ + 1) % (values_.size() / width_);
}

template <class T>
void FrameRing<T>::reset() {
    std::ranges::fill(values_, fill_);
    head_ = 0;
}

template <class T>
std::vector<T> FrameRing<T>::oldest_to_newest() const {
    std::vector<T> frames(values_.size());
    std::rotate_copy(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(head_ * width_),
                     values_.end(), frames.begin());
    return frames;
}

template class FrameRing<float>;
template class FrameRing<std::int8_t>;

}  // namespace millrace::ops
