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

namespace millrace::ops {

class CodeRows {
public:
    /// Room for `capacity` tokens of `width` numbers; the rule is off, or signed: elastic or of
    /// the whole.
    CodeRows(const InputRule& rule, std::int64_t capacity, std::int64_t width);

    /// `values` [tokens, width] behind those there, within the capacity; `scratch` is anybody's.
    /// Throws Error E-PACK-013.
    void append(std::span<const float> values, RoundedTokens& scratch);
    void clear() { size_ = 0; }
    /// What another of the same rule, capacity and width holds; takes no memory.
    void copy(const CodeRows& other);

    /// Codes of columns `first` to `first` + `count` of a token, in place or in `scratch`, which
    /// has room for 8 more.
    const std::int8_t* read(std::int64_t token, std::int64_t first, std::int64_t count,
                            std::int8_t* scratch) const;

    bool has_codes() const { return rule_.kind != InputRule::Kind::Off; }
    /// A token's numbers, where there are no codes.
    const float* numbers(std::int64_t token) const { return values_.data() + token * width_; }

    float scale() const { return scale_; }  ///< value = code * scale
    std::int64_t size() const { return size_; }
    std::int64_t bytes_a_token() const;

private:
    InputRule rule_;
    std::int64_t width_, row_bytes_, size_ = 0;
    float scale_ = 0, most_ = 0;
    std::vector<std::uint8_t> packed_;  ///< [capacity][row_bytes], code + 1 in 2 bits
    std::vector<std::int8_t> codes_;    ///< [capacity][width], else
    std::vector<float> values_;         ///< the same
};

}  // namespace millrace::ops
