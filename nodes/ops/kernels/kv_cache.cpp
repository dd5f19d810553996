#include "nodes/ops/kernels/kv_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kernels/aligned.hpp"
#include "nodes/ops/kernels/built_paths.hpp"
#include "nodes/ops/kernels/kv_read.hpp"
#include "nodes/ops/kernels/rotary_angles.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 40;
constexpr std::int64_t kTokensAPart = 64;

void check_shape(const KvCacheShape& shape) {
    const bool sound = shape.capacity > 0 && shape.heads > 0 && shape.query_heads > 0 &&
                       shape.query_heads % shape.heads == 0 && shape.head_width > 0 &&
                       shape.head_width % 2 == 0 && shape.head_width <= kernels::kMostHeadWidth &&
                       shape.capacity <= kMostElements / shape.head_width / shape.heads &&
                       std::isfinite(shape.rotary_base) && shape.rotary_base > 0;
    if (sound) return;
    throw engine::Error(
        {.code = "E-PACK-020",
         .what = "These sizes make no key-value cache",
         .expected = fmt::format("a capacity and heads above 0, query heads a multiple of heads, "
                                 "an even head width up to {}, a base above 0",
                                 kernels::kMostHeadWidth),
         .found = fmt::format("capacity {}, {} query heads, {} heads, head width {}, base {}",
                              shape.capacity, shape.query_heads, shape.heads, shape.head_width,
                              shape.rotary_base),
         .mend = "Take the sizes from the model's description."});
}

[[noreturn]] void throw_sizes(std::string expected, std::string found) {
    throw engine::Error({.code = "E-PACK-021",
                         .what = "A key, value, query or output does not fit the cache",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Check that the cache belongs to this layer."});
}

void check_size(std::int64_t expected, std::size_t found) {
    if (static_cast<std::size_t>(expected) == found) return;
    throw_sizes(fmt::format("{} numbers", expected), fmt::format("{}", found));
}

/// The greatest size of `values`. Throws Error E-PACK-013.
float greatest(std::span<const float> values) {
    float most = 0;
    for (const float value : values) {
        if (!std::isfinite(value)) {
            throw engine::Error({.code = "E-PACK-013",
                                 .what = "A key or value to keep is NaN or infinite",
                                 .expected = "finite numbers",
                                 .found = fmt::format("{}", value),
                                 .mend = "Look for the first layer whose output isn't finite."});
        }
        most = std::max(most, std::abs(value));
    }
    return most;
}

/// Codes into a row; returns the scale.
float pack_row(std::span<const float> values, float most, CacheBits bits, std::uint8_t* row) {
    const float levels = bits == CacheBits::Four ? 7.0F : 127.0F;
    const float scale = levels / (most + 1e-6F);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int code = static_cast<int>(std::nearbyint(values[i] * scale));  // half to even
        if (bits == CacheBits::Eight) {
            row[i] = static_cast<std::uint8_t>(code);
        } else if (i % 2 == 0) {
            row[i / 2] = static_cast<std::uint8_t>(code + 8);
        } else {
            row[i / 2] = static_cast<std::uint8_t>(row[i / 2] | (code + 8) << 4);
        }
    }
    return 1.0F / (scale + 1e-6F);
}

void check_threads(int threads) {
    if (threads > 0) return;
    throw engine::Error({.code = "E-PACK-017",
                         .what = "A cache needs a thread to be read by",
                         .expected = "1 or more",
                         .found = fmt::format("{}", threads),
                         .mend = "Set the number of threads to 1 or more."});
}

void unpack_row(const kernels::KvRows& rows, std::int64_t token, std::span<float> out) {
    const std::uint8_t* row = kernels::head_of(rows, token, 0);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int code = rows.bits == CacheBits::Four ? (row[i / 2] >> i % 2 * 4 & 15) - 8
                                                      : static_cast<std::int8_t>(row[i]);
        out[i] = static_cast<float>(code) * rows.scales[token];
    }
}

const kernels::KvKernels& kv_kernels_of(KernelPath path) {
    kernels::kernels_of(path);  // throws where it is not available
    const kernels::KvKernels* found = nullptr;
    for (const kernels::BuiltPath& built : kernels::built_paths()) {
        if (built.path == path) found = built.kv;
    }
    return found ? *found : kernels::scalar_kv_kernels();
}

}  // namespace

KvCache::KvCache(const KvCacheShape& shape) : shape_(shape) {
    check_shape(shape);
    row_bytes_ = shape.bits == CacheBits::Four ? width() / 2 : width();
    codes_ = kernels::aligned_zeros(2 * shape.capacity * row_bytes_);
    scales_.resize(2 * shape.capacity);
    if (shape.rotary == Rotary::Off) return;
    const int width = shape.head_width, half = width / 2;
    cosines_.resize(shape.capacity * width);
    sines_.resize(shape.capacity * width);
    const bool split = shape.rotary == Rotary::SplitHalves;
    const RotaryAngles angles(width, shape.rotary_base);
    std::vector<float> cosines(half), sines(half);
    for (std::int64_t t = 0; t < shape.capacity; ++t) {
        angles.at(t, cosines, sines);
        for (int i = 0; i < half; ++i) {
            const std::int64_t first = t * width + (split ? i : 2 * i),
                               second = t * width + (split ? i + half : 2 * i + 1);
            cosines_[first] = cosines_[second] = cosines[i];
            sines_[second] = sines[i];
            sines_[first] = split ? sines[i] : -sines[i];
        }
    }
}

void KvCache::append(std::span<const float> key, std::span<const float> value) {
    check_size(width(), key.size());
    check_size(width(), value.size());
    if (size_ == shape_.capacity) {
        throw engine::Error({.code = "E-PACK-022",
                             .what = "The key-value cache is full",
                             .expected = fmt::format("at most {} tokens", shape_.capacity),
                             .found = "one more",
                             .mend = "Make the cache for more tokens, or generate fewer."});
    }
    const float key_most = greatest(key), value_most = greatest(value);
    std::uint8_t* row = codes_.get() + size_ * row_bytes_;
    scales_[size_] = pack_row(key, key_most, shape_.bits, row);
    scales_[shape_.capacity + size_] =
        pack_row(value, value_most, shape_.bits, row + shape_.capacity * row_bytes_);
    ++size_;
}

void KvCache::truncate(std::int64_t size) {
    if (size < 0 || size > size_) {
        throw_sizes(fmt::format("0 to {} tokens", size_), fmt::format("{}", size));
    }
    size_ = size;
}

void KvCache::take(const KvCache& other, std::int64_t same) {
    if (shape_ != other.shape_ || same < 0 || same > std::min(size_, other.size_))
        throw_sizes(fmt::format("a cache of this shape, and {} tokens in both", same),
                    fmt::format("{} tokens here and {} there", size_, other.size_));
    for (const std::int64_t first : {std::int64_t{0}, shape_.capacity}) {
        std::copy_n(other.codes_.get() + (first + same) * row_bytes_,
                    (other.size_ - same) * row_bytes_, codes_.get() + (first + same) * row_bytes_);
        std::copy_n(other.scales_.begin() + first + same, other.size_ - same,
                    scales_.begin() + first + same);
    }
    size_ = other.size_;
}

void KvCache::scores(std::span<const float> query, std::int64_t position, float factor,
                     std::span<float> out, ProductWorkspace& workspace,
                     const KvReadOptions& options) const {
    const std::int64_t query_width = std::int64_t{shape_.query_heads} * shape_.head_width;
    check_size(query_width, query.size());
    check_size(shape_.query_heads * size_, out.size());
    if (position < 0 || position >= shape_.capacity) {
        throw_sizes(fmt::format("a position from 0 to {}", shape_.capacity - 1),
                    fmt::format("{}", position));
    }
    const kernels::KvKernels& read = kv_kernels_of(options.path);
    check_threads(options.threads);
    auto* turned = reinterpret_cast<float*>(
        workspace.take(query_width * static_cast<std::int64_t>(sizeof(float))));
    std::ranges::copy(query, turned);
    const std::int64_t at = shape_.rotary == Rotary::Off ? 0 : position * shape_.head_width;
    for (int head = 0; head < shape_.query_heads; ++head) {
        read.turn(turned + std::int64_t{head} * shape_.head_width, cosines_.data() + at,
                  sines_.data() + at, shape_.head_width, shape_.rotary);
    }
    const std::int64_t parts = (size_ + kTokensAPart - 1) / kTokensAPart;
    workspace.for_each_part(options.threads, parts, [&](int, std::int64_t part) {
        read.keys({.rows = rows(0),
                   .rotary = shape_.rotary,
                   .cosines = cosines_.data(),
                   .sines = sines_.data(),
                   .query = turned,
                   .factor = factor,
                   .first = part * kTokensAPart,
                   .last = std::min((part + 1) * kTokensAPart, size_),
                   .tokens = size_,
                   .out = out.data()});
    });
}

void KvCache::weighted_sum(std::span<const float> weights, std::span<float> out,
                           ProductWorkspace& workspace, const KvReadOptions& options) const {
    check_size(shape_.query_heads * size_, weights.size());
    check_size(std::int64_t{shape_.query_heads} * shape_.head_width, out.size());
    const kernels::KvKernels& read = kv_kernels_of(options.path);
    check_threads(options.threads);
    // Each thread takes heads side by side, so that it reads long pieces of every row.
    const int parts = std::min(options.threads, shape_.heads);
    workspace.for_each_part(options.threads, parts, [&](int, std::int64_t part) {
        read.values({.rows = rows(shape_.capacity),
                     .weights = weights.data(),
                     .tokens = size_,
                     .first_head = static_cast<int>(part * shape_.heads / parts),
                     .last_head = static_cast<int>((part + 1) * shape_.heads / parts),
                     .out = out.data()});
    });
}

void KvCache::read(std::int64_t token, std::span<float> key, std::span<float> value) const {
    if (token < 0 || token >= size_) {
        throw_sizes(fmt::format("a token below {}", size_), fmt::format("{}", token));
    }
    check_size(width(), key.size());
    check_size(width(), value.size());
    unpack_row(rows(0), token, key);
    unpack_row(rows(shape_.capacity), token, value);
}

kernels::KvRows KvCache::rows(std::int64_t first) const {
    return {.codes = codes_.get() + first * row_bytes_,
            .row_bytes = row_bytes_,
            .scales = scales_.data() + first,
            .bits = shape_.bits,
            .head_width = shape_.head_width,
            .heads = shape_.heads,
            .group = shape_.query_heads / shape_.heads};
}

}  // namespace millrace::ops
