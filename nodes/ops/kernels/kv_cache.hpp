// One layer's keys and values in 4 or 8 bits, each token with one float scale for its key and one
// for its value, over all heads. Keys are stored before rotary embedding and turned when they are
// read, so that the cache holds what the model was trained to keep. Memory is taken once, for the
// capacity. Writing needs the cache alone; any number of threads may read between writes. Source:
// Liu et al., "LLM-QAT" (2023), sections on key-value caches; layout: method card, section 4.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nodes/ops/kernels/kernel_path.hpp"
#include "nodes/ops/kernels/workspace.hpp"

namespace millrace::ops {

namespace kernels {
struct KvRows;
}

enum class CacheBits { Four, Eight };

/// Which elements of a head are turned together: i and i + width / 2, or 2i and 2i + 1. Off leaves
/// keys and queries as they are.
enum class Rotary { Off, SplitHalves, Interleaved };

struct KvCacheShape {
    std::int64_t capacity = 0;       ///< tokens
    int query_heads = 0, heads = 0;  ///< several query heads may share a key head
    int head_width = 0;              ///< even, at most 1024
    CacheBits bits = CacheBits::Four;
    Rotary rotary = Rotary::SplitHalves;
    double rotary_base = 10000;

    friend bool operator==(const KvCacheShape&, const KvCacheShape&) = default;
};

struct KvReadOptions {
    int threads = 1;
    KernelPath path = best_path();
};

class KvCache {
public:
    /// Error E-PACK-020 for sizes that make no cache.
    explicit KvCache(const KvCacheShape& shape);

    /// Adds a token at position size(): `key` and `value` [heads * head_width], the key not yet
    /// turned, by LLM-QAT's rule. Error E-PACK-021 for other sizes, E-PACK-022 when full,
    /// E-PACK-013 for NaN or infinity; the cache stays as it was.
    void append(std::span<const float> key, std::span<const float> value);

    /// Forgets all tokens from `size` on. Error E-PACK-021 above size().
    void truncate(std::int64_t size);
    /// Has then what `other` of the same shape has, whose first `same` tokens are here already.
    /// Error E-PACK-021 for another shape or fewer tokens.
    void take(const KvCache& other, std::int64_t same);

    /// out[h][t] = factor * turned(query[h]) . turned(key[t]) for t below size(); `query`
    /// [query_heads, head_width], not yet turned, at `position` below the capacity; `out`
    /// [query_heads, size()]. Error E-PACK-021 where sizes differ.
    void scores(std::span<const float> query, std::int64_t position, float factor,
                std::span<float> out, ProductWorkspace& workspace,
                const KvReadOptions& options = {}) const;

    /// out[h] = sum over t of weights[h][t] * value[t]; `weights` [query_heads, size()], `out`
    /// [query_heads, head_width]. Error E-PACK-021 where sizes differ.
    void weighted_sum(std::span<const float> weights, std::span<float> out,
                      ProductWorkspace& workspace, const KvReadOptions& options = {}) const;

    /// A token's key as codes times scale, not turned, and its value; [heads * head_width].
    void read(std::int64_t token, std::span<float> key, std::span<float> value) const;

    const KvCacheShape& shape() const { return shape_; }
    std::int64_t size() const { return size_; }
    /// Codes and scales of one token, in bytes.
    std::int64_t bytes_a_token() const { return 2 * (row_bytes_ + 4); }

private:
    std::int64_t width() const { return std::int64_t{shape_.heads} * shape_.head_width; }
    /// Keys for 0, values for the capacity.
    kernels::KvRows rows(std::int64_t first) const;

    KvCacheShape shape_;
    std::int64_t size_ = 0, row_bytes_ = 0;
    std::shared_ptr<std::uint8_t> codes_;  ///< keys, then values, [capacity][row_bytes]
    std::vector<float> scales_;            ///< keys, then values, [capacity]
    /// [capacity][head_width] each. SplitHalves: cosines of both halves, sines of both.
    /// Interleaved: each cosine twice; each sine less, then plus.
    std::vector<float> cosines_, sines_;
};

}  // namespace millrace::ops
