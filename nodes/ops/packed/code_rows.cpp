#include "nodes/ops/packed/code_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// Four codes of each byte.
constexpr std::array<std::array<std::int8_t, 4>, 256> kCodes = [] {
    std::array<std::array<std::int8_t, 4>, 256> codes{};
    for (int byte = 0; byte < 256; ++byte) {
        for (int i = 0; i < 4; ++i)
            codes[byte][i] = static_cast<std::int8_t>((byte >> 2 * i & 3) - 1);
    }
    return codes;
}();

/// Half to even, as long as nobody changed the rounding mode.
std::int8_t whole_code(float value) {
    constexpr float kWhole = 12582912;  // from here on floats of half the size are whole numbers
    return static_cast<std::int8_t>((value + kWhole) - kWhole);
}

[[noreturn]] void throw_not_finite() {
    throw engine::Error({.code = "E-PACK-013",
                         .what = "A key or value to keep is NaN or infinite",
                         .expected = "finite numbers",
                         .found = "NaN or infinity",
                         .mend = "Look for the first layer whose output isn't finite."});
}

}  // namespace

CodeRows::CodeRows(const InputRule& rule, std::int64_t capacity, std::int64_t width)
    : rule_(rule), width_(width), row_bytes_((width + 3) / 4) {
    if (rule.is_elastic()) {
        packed_.resize(static_cast<std::size_t>(capacity * row_bytes_));
        return;
    }
    values_.resize(static_cast<std::size_t>(capacity * width));
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
        scratch.round(values, width_, rule_);
        scale_ = scratch.scales.front();
        for (std::int64_t t = 0; t < tokens; ++t) {
            std::uint8_t* row = packed_.data() + (size_ + t) * row_bytes_;
            std::fill_n(row, row_bytes_, std::uint8_t{0});
            const std::int8_t* codes = scratch.codes.data() + t * width_;
            for (std::int64_t i = 0; i < width_; ++i)
                row[i / 4] |= static_cast<std::uint8_t>((codes[i] + 1) << i % 4 * 2);
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

const std::int8_t* CodeRows::read(std::int64_t token, std::int64_t first, std::int64_t count,
                                  std::int8_t* scratch) const {
    if (!rule_.is_elastic()) return codes_.data() + token * width_ + first;
    const std::uint8_t* row = packed_.data() + token * row_bytes_;
    const std::int64_t skipped = first % 4;
    for (std::int64_t i = 0; i < skipped + count; i += 4)
        std::memcpy(scratch + i, kCodes[row[(first + i) / 4]].data(), 4);
    return scratch + skipped;
}

}  // namespace millrace::ops
