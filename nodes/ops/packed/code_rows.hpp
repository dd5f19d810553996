// Keys or values of a low-bit BART, a row a token, as its quantizer rounds them. With a learned
// scale a token's codes never change and are kept in 2 bits each. With the scale of the whole
// tensor the kept numbers must stay as they are, and codes are made anew when the scale changes, as
// simulation does it at each step; then there is nothing to save. Without a quantizer there are
// numbers alone. Memory is taken once. A value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/packed/packed_linear.hpp"
#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {

class CodeRows {
public:
    /// Room for `capacity` tokens of `heads` times `columns` numbers; the rule is off, or signed:
    /// elastic or of the whole.
    CodeRows(const InputRule& rule, std::int64_t capacity, std::int64_t heads,
             std::int64_t columns);

    /// `values` [tokens, width] behind those there, within the capacity; `scratch` is anybody's.
    /// Throws Error E-PACK-013.
    void append(std::span<const float> values, RoundedTokens& scratch);
    void clear() { size_ = 0; }
    /// What another of the same rule and sizes holds; takes no memory.
    void copy(const CodeRows& other);

    /// All tokens' codes of a head, until the next append().
    HeadCodes codes(std::int64_t head) const;

    bool has_codes() const { return rule_.kind != InputRule::Kind::Off; }
    /// A head's numbers of the first token, where there are no codes; the next one's are a width
    /// of all heads away.
    const float* numbers(std::int64_t head) const { return values_.data() + head * columns_; }

    float scale() const { return scale_; }  ///< value = code * scale
    std::int64_t size() const { return size_; }
    std::int64_t bytes_a_token() const;

private:
    InputRule rule_;
    std::int64_t columns_, width_, row_bytes_, size_ = 0;
    float scale_ = 0, most_ = 0;
    std::vector<std::uint8_t> packed_;  ///< [capacity][row_bytes], as HeadCodes
    std::vector<std::int8_t> codes_;    ///< [capacity][width], else
    std::vector<float> values_;         ///< the same
};

}  // namespace millrace::ops
