// One layer's keys and values in float32, for models whose cache is not quantized: the same
// questions as KvCache answers. Memory is taken once, for the capacity; keys are kept turned.
// Writing needs the cache alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/kernels/kv_cache.hpp"

namespace millrace::ops {

class FloatKv {
public:
    /// Of the shape the bits are not used. Error E-PACK-020 for sizes that make no cache.
    explicit FloatKv(const KvCacheShape& shape);

    /// As those of KvCache; sizes are the caller's to keep.
    void append(std::span<const float> key, std::span<const float> value);
    void truncate(std::int64_t size) { size_ = size; }
    void take(const FloatKv& other, std::int64_t same);
    void scores(std::span<const float> query, std::int64_t position, float factor,
                std::span<float> out, ProductWorkspace& workspace, int threads) const;
    void weighted_sum(std::span<const float> weights, std::span<float> out,
                      ProductWorkspace& workspace, int threads) const;

    std::int64_t size() const { return size_; }
    std::int64_t bytes_a_token() const {
        return std::int64_t{8} * shape_.heads * shape_.head_width;
    }

private:
    void turn(float* head, std::int64_t position) const;
    const float* rows(const std::vector<float>& all, int head) const {
        return all.data() + head * shape_.capacity * shape_.head_width;
    }

    KvCacheShape shape_;
    std::int64_t size_ = 0;
    std::vector<float> keys_, values_;    ///< [heads][capacity][head_width]
    std::vector<float> cosines_, sines_;  ///< [capacity][head_width / 2]
};

}  // namespace millrace::ops
