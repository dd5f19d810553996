#include "nodes/ops/packed/float_kv.hpp"

#include <algorithm>

#include "nodes/ops/kernels/rotary_angles.hpp"
#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {

FloatKv::FloatKv(const KvCacheShape& shape) : shape_(shape) {
    // The packed cache's check of the sizes, at the price of a token.
    KvCacheShape checked = shape;
    checked.capacity = std::min<std::int64_t>(shape.capacity, 1);
    KvCache{checked};
    const std::int64_t width = std::int64_t{shape.heads} * shape.head_width;
    keys_.resize(static_cast<std::size_t>(width * shape.capacity));
    values_.resize(keys_.size());
    if (shape.rotary == Rotary::Off) return;
    const auto half = static_cast<std::size_t>(shape.head_width / 2);
    cosines_.resize(half * static_cast<std::size_t>(shape.capacity));
    sines_.resize(cosines_.size());
    const RotaryAngles angles(shape.head_width, shape.rotary_base);
    for (std::int64_t t = 0; t < shape.capacity; ++t) {
        const std::size_t first = half * static_cast<std::size_t>(t);
        angles.at(t, std::span(cosines_).subspan(first, half),
                  std::span(sines_).subspan(first, half));
    }
}

void FloatKv::turn(float* head, std::int64_t position) const {
    if (shape_.rotary == Rotary::Off) return;
    const int half = shape_.head_width / 2;
    const bool split = shape_.rotary == Rotary::SplitHalves;
    for (int i = 0; i < half; ++i) {
        float& first = head[split ? i : 2 * i];
        float& second = head[split ? i + half : 2 * i + 1];
        const float cosine = cosines_[position * half + i], sine = sines_[position * half + i];
        const float x = first, y = second;
        first = x * cosine - y * sine;
        second = y * cosine + x * sine;
    }
}

void FloatKv::append(std::span<const float> key, std::span<const float> value) {
    const int width = shape_.head_width;
    for (int head = 0; head < shape_.heads; ++head) {
        const std::int64_t at = (head * shape_.capacity + size_) * width;
        std::ranges::copy(key.subspan(head * width, width), keys_.begin() + at);
        std::ranges::copy(value.subspan(head * width, width), values_.begin() + at);
        turn(keys_.data() + at, size_);
    }
    ++size_;
}

void FloatKv::take(const FloatKv& other, std::int64_t same) {
    const std::int64_t width = shape_.head_width, count = (other.size_ - same) * width;
    for (int head = 0; head < shape_.heads; ++head) {
        const std::int64_t at = (head * shape_.capacity + same) * width;
        std::copy_n(other.keys_.begin() + at, count, keys_.begin() + at);
        std::copy_n(other.values_.begin() + at, count, values_.begin() + at);
    }
    size_ = other.size_;
}

void FloatKv::scores(std::span<const float> query, std::int64_t position, float factor,
                     std::span<float> out, ProductWorkspace& workspace, int threads) const {
    const int width = shape_.head_width, group = shape_.query_heads / shape_.heads;
    auto* turned = reinterpret_cast<float*>(
        workspace.take(std::ssize(query) * static_cast<std::int64_t>(sizeof(float))));
    std::ranges::copy(query, turned);
    for (int head = 0; head < shape_.query_heads; ++head) turn(turned + head * width, position);
    workspace.for_each_part(threads, shape_.query_heads, [&](int, std::int64_t head) {
        step_kernels().products(rows(keys_, static_cast<int>(head) / group), size_, width, width,
                                turned + head * width, factor, nullptr, out.data() + head * size_);
    });
}

void FloatKv::weighted_sum(std::span<const float> weights, std::span<float> out,
                           ProductWorkspace& workspace, int threads) const {
    const int width = shape_.head_width, group = shape_.query_heads / shape_.heads;
    workspace.for_each_part(threads, shape_.query_heads, [&](int, std::int64_t head) {
        step_kernels().weighted_rows(rows(values_, static_cast<int>(head) / group), size_, width,
                                     width, weights.data() + head * size_,
                                     out.data() + head * width);
    });
}

}  // namespace millrace::ops
