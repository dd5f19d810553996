// The bodies of StepKernels over codes, which each path's source compiles with its own flags; for
// the sources of this folder. Most loops are plain: compilers make vectors of them.
#pragma once

#include <cstdint>

#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {
namespace {

using FewBytes [[gnu::vector_size(16), gnu::aligned(1), gnu::may_alias]] = std::uint8_t;

/// Codes of some tokens, one behind the other. Several are unpacked before any is read, since a
/// wide load has to wait for narrow stores just before it.
class CodeBlock {
public:
    static constexpr std::int64_t kTokens = 8;

    CodeBlock(const HeadCodes& head, std::int64_t token)
        : tokens_(head.tokens - token < kTokens ? head.tokens - token : kTokens) {
        const auto* from = static_cast<const std::uint8_t*>(head.first) + token * head.stride;
        stride_ = head.in_two_bits ? kStride : head.stride;
        first_ = head.in_two_bits ? room_ : reinterpret_cast<const std::int8_t*>(from);
        if (!head.in_two_bits) return;
        for (std::int64_t i = 0; i < tokens_; ++i)
            unpack(from + i * head.stride, (head.columns + 3) / 4, room_ + i * kStride);
    }

    std::int64_t tokens() const { return tokens_; }
    const std::int8_t* operator[](std::int64_t token) const { return first_ + token * stride_; }

private:
    static constexpr std::int64_t kStride = kMostHeadColumns + 4;

    static void unpack(const std::uint8_t* from, std::int64_t quarter, std::int8_t* to) {
        constexpr std::int64_t kBytes = sizeof(FewBytes);
        std::int64_t i = 0;
        for (; i + kBytes <= quarter; i += kBytes) {
            const FewBytes bytes = *reinterpret_cast<const FewBytes*>(from + i);
            for (int part = 0; part < 4; ++part) {
                *reinterpret_cast<FewBytes*>(to + part * quarter + i) =
                    (bytes >> static_cast<std::uint8_t>(2 * part) & 3) - 1;
            }
        }
        for (; i < quarter; ++i) {
            for (int part = 0; part < 4; ++part)
                to[part * quarter + i] = static_cast<std::int8_t>((from[i] >> 2 * part & 3) - 1);
        }
    }

    std::int64_t tokens_, stride_;
    const std::int8_t* first_;
    alignas(64) std::int8_t room_[kTokens * kStride];
};

inline void code_scores_of(const HeadCodes& keys, const std::int8_t* queries, std::int64_t count,
                           std::int64_t query_stride, double factor, double* out) {
    for (std::int64_t first = 0; first < keys.tokens; first += CodeBlock::kTokens) {
        const CodeBlock block(keys, first);
        for (std::int64_t query = 0; query < count; ++query) {
            const std::int8_t* with = queries + query * query_stride;
            for (std::int64_t key = 0; key < block.tokens(); ++key) {
                const std::int8_t* codes = block[key];
                std::int32_t sum = 0;
                for (std::int64_t i = 0; i < keys.columns; ++i)
                    sum += std::int32_t{codes[i]} * with[i];
                out[query * keys.tokens + first + key] = factor * sum;
            }
        }
    }
}

inline void code_mixes_of(const HeadCodes& values, const std::int8_t* weights, std::int64_t count,
                          std::int32_t* __restrict sums, std::int32_t* __restrict all) {
    for (std::int64_t i = 0; i < count * values.columns; ++i) sums[i] = 0;
    for (std::int64_t i = 0; i < values.columns && all; ++i) all[i] = 0;
    for (std::int64_t first = 0; first < values.tokens; first += CodeBlock::kTokens) {
        const CodeBlock block(values, first);
        for (std::int64_t value = 0; value < block.tokens() && all; ++value) {
            const std::int8_t* codes = block[value];
            for (std::int64_t i = 0; i < values.columns; ++i) all[i] += codes[i];
        }
        for (std::int64_t query = 0; query < count; ++query) {
            std::int32_t* to = sums + query * values.columns;
            for (std::int64_t value = 0; value < block.tokens(); ++value) {
                const std::int32_t weight = weights[query * values.tokens + first + value];
                if (weight == 0) continue;
                const std::int8_t* codes = block[value];
                for (std::int64_t i = 0; i < values.columns; ++i) to[i] += weight * codes[i];
            }
        }
    }
}

}  // namespace
}  // namespace millrace::ops
