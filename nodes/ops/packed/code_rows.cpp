#include "nodes/ops/packed/code_rows.hpp"

#include <algorithm>
#include <cmath>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// Half to even, as long as nobody changed the rounding mode.
std::int8_t whole_code(float value) {
    constexpr float kWhole = 12582912;  // from here on floats of half the size are whole numbers
    return static_cast<std::int8_t>((value + kWhole) - kWhole);
}

void pack_head(const std::int8_t* codes, std::int64_t columns, std::uint8_t* to) {
    const std::int64_t quarter = (columns + 3) / 4;
    std::fill_n(to, quarter, std::uint8_t{0});
    for (std::int64_t i = 0; i < columns; ++i)
        to[i % quarter] |= static_cast<std::uint8_t>((codes[i] + 1) << i / quarter * 2);
}

[[noreturn]] void throw_not_finite() {
    throw engine::Error({.code = "E-PACK-013",
                         .what = "A key or value to keep is NaN or infinite",
                         .expected = "finite numbers",
                         .found = "NaN or infinity",
                         .mend = "Look for the first layer whose output isn't finite."});
}

}  // namespace

CodeRows::CodeRows(const InputRule& rule, std::int64_t capacity, std::int64_t heads,
                   std::int64_t columns)
    : rule_(rule),
      columns_(columns),
      width_(heads * columns),
      row_bytes_(heads * ((columns + 3) / 4)) {
    if (rule.is_elastic()) {
        packed_.resize(static_cast<std::size_t>(capacity * row_bytes_));
        return;
    }
    values_.resize(static_cast<std::size_t>(capacity * width_));
    if (has_codes()) codes_.resize(values_.size());
}

std::int64_t CodeRows::bytes_a_token() const {
    if (rule_.is_elastic()) return row_bytes_;
    return width_ * static_cast<std::int64_t>(sizeof(float) + (has_codes() ? 1 : 0));
}

void CodeRows::copy(const CodeRows& other) {
    size_ = other.size_;
    scale_ = other.scale_;
    most_ = other.most_;
    if (rule_.is_elastic()) {
        std::copy_n(other.packed_.begin(), size_ * row_bytes_, packed_.begin());
        return;
    }
    std::copy_n(other.values_.begin(), size_ * width_, values_.begin());
    if (has_codes()) std::copy_n(other.codes_.begin(), size_ * width_, codes_.begin());
}

void CodeRows::append(std::span<const float> values, RoundedTokens& scratch) {
    const std::int64_t tokens = std::ssize(values) / width_;
    if (rule_.is_elastic()) {
        const std::int64_t quarter = (columns_ + 3) / 4;
        scratch.round(values, width_, rule_);
        scale_ = scratch.scales.front();
        for (std::int64_t t = 0; t < tokens; ++t) {
            const std::int8_t* codes = scratch.codes.data() + t * width_;
            std::uint8_t* to = packed_.data() + (size_ + t) * row_bytes_;
            for (; codes < scratch.codes.data() + (t + 1) * width_;
                 codes += columns_, to += quarter)
                pack_head(codes, columns_, to);
        }
        size_ += tokens;
        return;
    }
    float most = size_ == 0 ? 0 : most_, check = 0;
    for (const float value : values) {
        most = std::max(most, std::min(std::abs(value), rule_.clip));
        check += value * 0;  // not a number once one is not finite
    }
    if (std::isnan(check)) throw_not_finite();
    std::ranges::copy(values, values_.begin() + size_ * width_);
    if (!has_codes()) {
        size_ += tokens;
        return;
    }
    // Codes that are there stay as long as the scale does.
    const std::int64_t first = size_ > 0 && most == most_ ? size_ * width_ : 0;
    most_ = most;
    size_ += tokens;
    const float factor = 1 / most * static_cast<float>((1 << (rule_.bits - 1)) - 1);
    scale_ = std::isfinite(factor) ? 1 / factor : 0;
    for (std::int64_t i = first; i < size_ * width_; ++i) {
        const float value = std::clamp(values_[i], -rule_.clip, rule_.clip);
        codes_[i] = scale_ == 0 ? std::int8_t{0} : whole_code(value * factor);
    }
}

HeadCodes CodeRows::codes(std::int64_t head) const {
    if (rule_.is_elastic()) {
        return {packed_.data() + head * ((columns_ + 3) / 4), row_bytes_, size_, columns_, true};
    }
    return {codes_.data() + head * columns_, width_, size_, columns_, false};
}

}  // namespace millrace::ops
