#include "nodes/ops/packed/packed_linear.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/problem.hpp"
#include "nodes/ops/kernels/aligned.hpp"
#include "nodes/ops/packed/pack_matrix.hpp"
#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {
namespace {

using Kind = InputRule::Kind;

[[noreturn]] void throw_tensor(const std::string& name, std::string expected, std::string found) {
    throw engine::Error({.code = "E-PACK-031",
                         .what = "A tensor of the packed model is not what its spec says",
                         .expected = fmt::format("\"{}\" {}", name, expected),
                         .found = std::move(found),
                         .mend = "The file is damaged or of another version: pack it again."});
}

[[noreturn]] void throw_not_finite() {
    throw engine::Error({.code = "E-PACK-013",
                         .what = "An activation to quantize is NaN or infinite",
                         .expected = "finite numbers",
                         .found = "NaN or infinity",
                         .mend = "Look for the first layer whose output isn't finite."});
}

template <class Number>
struct Range {
    Number least, most;
};

Range<float> range_of(std::span<const float> values) {
    const ValueRange range = step_kernels().range(values.data(), std::ssize(values));
    if (!range.is_finite) throw_not_finite();
    return {range.least, range.most};
}

Range<double> range_of(std::span<const double> values) {
    const auto [least, most] = std::ranges::minmax(values);
    double check = 0;
    for (const double value : values) check += value * 0;  // NaN once one is not finite
    if (std::isnan(check)) throw_not_finite();
    return {least, most};
}

/// Half to even, for sizes below 2^22: so far up numbers are whole.
float rounded_of(float value) {
    constexpr float kWhole = 12582912;
    return (value + kWhole) - kWhole;
}
double rounded_of(double value) {
    constexpr double kWhole = 6755399441055744;
    return (value + kWhole) - kWhole;
}

template <class Number>
std::int8_t code_of(Number value) {
    return static_cast<std::int8_t>(rounded_of(value));
}

float levels_of(int bits) { return static_cast<float>((1 << (bits - 1)) - 1); }

/// Codes and the scale of some values that share it.
float symmetric(std::span<const float> values, std::span<std::int8_t> codes, int bits) {
    const Range<float> range = range_of(values);
    const float most = std::max(std::abs(range.least), std::abs(range.most));
    const float scale = 1 / (most + 1e-6F) * levels_of(bits);
    for (std::size_t i = 0; i < values.size(); ++i) codes[i] = code_of(values[i] * scale);
    return 1 / (scale + 1e-6F);
}

struct Step {
    float scale, offset;
};

/// Codes about the middle, so that 8 bits are an int8.
template <class Number>
Step asymmetric(std::span<const Number> values, std::span<std::int8_t> codes, int bits,
                Number clip) {
    Range<Number> range = range_of(values);
    range = {std::clamp(range.least, -clip, clip), std::clamp(range.most, -clip, clip)};
    const auto levels = static_cast<Number>((1 << bits) - 1);
    const auto half = static_cast<Number>(1 << (bits - 1));
    const Number width = range.most - range.least + static_cast<Number>(1e-8);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Number value = std::clamp(values[i], -clip, clip);
        codes[i] = code_of(rounded_of((value - range.least) / width * levels) - half);
    }
    const Number scale = width / levels;
    return {static_cast<float>(scale), static_cast<float>(range.least + half * scale)};
}

/// Without the terms that keep LLM-QAT's scale above 0: zeros, or values so small that the scale
/// overflows, have no levels.
template <class Number>
float clamped_symmetric(std::span<const Number> values, std::span<std::int8_t> codes, int bits,
                        Number clip) {
    const Range<Number> range = range_of(values);
    const Number most = std::min(std::max(std::abs(range.least), std::abs(range.most)), clip);
    const Number scale = 1 / most * levels_of(bits);
    if (!std::isfinite(scale)) {
        std::ranges::fill(codes, std::int8_t{0});
        return 0;
    }
    for (std::size_t i = 0; i < values.size(); ++i)
        codes[i] = code_of(std::clamp(values[i], -clip, clip) * scale);
    return static_cast<float>(1 / scale);
}

/// As many steps as a value is above `first`, from `low` to `high`.
void step_codes(std::span<const float> values, float first, float step, float low, float high,
                std::span<std::int8_t> codes) {
    step_kernels().step_codes(values.data(), std::ssize(values), first, step, low, high,
                              codes.data());
}
void step_codes(std::span<const double> values, double first, double step, double low, double high,
                std::span<std::int8_t> codes) {
    for (std::size_t i = 0; i < values.size(); ++i)
        codes[i] = code_of(std::clamp((values[i] - first) / step, low, high));
}

template <class Number>
Step elastic(std::span<const Number> values, std::span<std::int8_t> codes, const InputRule& rule) {
    const Range<Number> range = range_of(values);
    const float scale = std::max(rule.alpha, 1e-5F);
    if (rule.kind == Kind::ElasticSigned) {
        if (rule.bits == 1) {
            for (std::size_t i = 0; i < values.size(); ++i)
                codes[i] = static_cast<std::int8_t>((values[i] > 0) - (values[i] < 0));
        } else {
            step_codes(values, 0, scale, -1, 1, codes);
        }
        return {scale, 0};
    }
    const Number least = rule.bits == 1 ? 0 : range.least;
    step_codes(values, least, scale, 0, rule.bits == 1 ? 1 : 2, codes);
    return {scale, static_cast<float>(least)};
}

/// A bit for each code that is `value`, columns as PackedRows has them.
void put_plane(std::span<const std::int8_t> codes, std::int64_t columns, int value,
               std::vector<std::uint8_t>& plane) {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kLow = 0x7f * kOnes;
    const std::int64_t row_bytes = (columns + 63) / 64 * 8, rows = std::ssize(codes) / columns;
    plane.assign(static_cast<std::size_t>(rows * row_bytes), 0);
    const std::uint64_t wanted = kOnes * static_cast<std::uint8_t>(value);
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int8_t* from = codes.data() + row * columns;
        std::uint8_t* to = plane.data() + row * row_bytes;
        std::int64_t column = 0;
        if constexpr (std::endian::native == std::endian::little) {
            for (; column + 8 <= columns; column += 8) {
                std::uint64_t eight;
                std::memcpy(&eight, from + column, 8);
                eight ^= wanted;  // a byte that is equal is 0 now
                const std::uint64_t equal = ~(((eight & kLow) + kLow) | eight) >> 7 & kOnes;
                // Bit 8 j goes to bit 56 + j.
                to[column / 8] = static_cast<std::uint8_t>(equal * 0x0102040810204080 >> 56);
            }
        }
        for (; column < columns; ++column)
            to[column / 8] |= static_cast<std::uint8_t>((from[column] == value) << column % 8);
    }
}

}  // namespace

void RoundedTokens::resize(std::size_t values, std::int64_t columns, const InputRule& rule) {
    const std::size_t tokens = values / static_cast<std::size_t>(columns);
    codes.resize(values);
    scales.resize(tokens);
    offsets.resize(tokens);
    has_offset = rule.kind == Kind::Asymmetric || rule.kind == Kind::WholeAsymmetric ||
                 (rule.kind == Kind::ElasticUnsigned && rule.bits > 1);
    has_zero = false;
}

template <class Number>
void RoundedTokens::round_whole(std::span<const Number> values, const InputRule& rule) {
    Step step{};
    if (rule.is_elastic()) {
        step = elastic(values, codes, rule);
    } else if (rule.kind == Kind::WholeAsymmetric) {
        step = asymmetric<Number>(values, codes, rule.bits, rule.clip);
    } else {
        step.scale = clamped_symmetric<Number>(values, codes, rule.bits, rule.clip);
    }
    std::ranges::fill(scales, step.scale);
    std::ranges::fill(offsets, step.offset);
    if (rule.kind == Kind::ElasticSigned && rule.bits == 1)
        has_zero = std::ranges::find(codes, std::int8_t{0}) != codes.end();
}

void RoundedTokens::round(std::span<const double> values, std::int64_t columns,
                          const InputRule& rule) {
    resize(values.size(), columns, rule);
    round_whole(values, rule);
}

void RoundedTokens::round(std::span<const float> values, std::int64_t columns,
                          const InputRule& rule) {
    const std::int64_t tokens = std::ssize(values) / columns;
    resize(values.size(), columns, rule);
    if (rule.kind == Kind::Symmetric && rule.bits == 8)
        return quantize_rows_int8(values, columns, codes, scales);
    if (rule.kind == Kind::Symmetric || rule.kind == Kind::Asymmetric) {
        for (std::int64_t t = 0; t < tokens; ++t) {
            const auto from = values.subspan(t * columns, columns);
            const auto to = std::span(codes).subspan(t * columns, columns);
            const Step step = rule.kind == Kind::Symmetric
                                  ? Step{symmetric(from, to, rule.bits), 0}
                                  : asymmetric<float>(from, to, rule.bits, INFINITY);
            scales[t] = step.scale;
            offsets[t] = step.offset;
        }
        return;
    }
    round_whole(values, rule);
}

namespace {

at::Tensor float_tensor(const types::PackedModel& model, const std::string& name,
                        const std::vector<std::int64_t>& shape) {
    const std::string expected = fmt::format("[{}] float32", fmt::join(shape, ", "));
    const auto found = model.floats.find(name);
    if (found == model.floats.end()) throw_tensor(name, expected, "nothing");
    const at::Tensor tensor = found->second.contiguous();
    if (tensor.scalar_type() != at::kFloat || tensor.sizes() != at::IntArrayRef(shape))
        throw_tensor(name, expected,
                     fmt::format("[{}] of {}", fmt::join(tensor.sizes().vec(), ", "),
                                 at::toString(tensor.scalar_type())));
    return tensor;
}

/// A copy in pages that suit reading all of it once a token.
std::shared_ptr<const float> pages_of(const at::Tensor& tensor) {
    const std::shared_ptr<std::uint8_t> bytes = kernels::aligned_zeros(tensor.nbytes());
    std::memcpy(bytes.get(), tensor.data_ptr<float>(), tensor.nbytes());
    return {bytes, reinterpret_cast<const float*>(bytes.get())};
}

}  // namespace

std::vector<float> floats_of(const types::PackedModel& model, const std::string& name,
                             const std::vector<std::int64_t>& shape) {
    const at::Tensor tensor = float_tensor(model, name, shape);
    const auto* values = tensor.data_ptr<float>();
    return {values, values + tensor.numel()};
}

PackedLinear::PackedLinear(const types::PackedModel& model, const std::string& weight,
                           const std::string& bias, std::int64_t rows, std::int64_t columns,
                           const InputRule& rule)
    : rows_(rows), columns_(columns), rule_(rule) {
    if (!bias.empty()) bias_ = floats_of(model, bias, {rows});
    const auto found = model.packed.find(weight);
    if (found == model.packed.end()) {
        floats_ = pages_of(float_tensor(model, weight, {rows, columns}));
        return;
    }
    const types::PackedWeight& packed = found->second;
    if (packed.rows() != rows || packed.columns != columns || rule.kind == Kind::Off) {
        throw_tensor(weight,
                     fmt::format("[{}, {}]{}", rows, columns,
                                 rule.kind == Kind::Off ? " in float, as its input" : ""),
                     fmt::format("[{}, {}] packed", packed.rows(), packed.columns));
    }
    matrix_ = matrix_of(packed, rule.is_elastic() ? ActivationKind::LowBit : ActivationKind::Int8);
}

void PackedLinear::operator()(std::span<const float> x, std::span<float> out,
                              LinearScratch& scratch) const {
    RoundedTokens& rounded = scratch.rounded;
    if (rule_.kind != Kind::Off) rounded.round(x, columns_, rule_);
    if (!matrix_) {
        if (rule_.kind != Kind::Off) {
            scratch.values.resize(x.size());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const std::size_t token = i / static_cast<std::size_t>(columns_);
                scratch.values[i] = static_cast<float>(rounded.codes[i]) * rounded.scales[token] +
                                    (rounded.has_offset ? rounded.offsets[token] : 0);
            }
            x = scratch.values;
        }
        return float_products({floats_.get(), static_cast<std::size_t>(rows_ * columns_)}, columns_,
                              x, bias_, out, scratch.workspace, scratch.threads);
    }
    if (rule_.is_elastic()) {
        low_bit(out, scratch);
    } else {
        products(*matrix_, Int8Tokens{rounded.codes, rounded.scales}, bias_, out, scratch.workspace,
                 {.threads = scratch.threads});
    }
    if (!rounded.has_offset) return;
    // The same for every column, so it meets the sum of a row's codes.
    for (std::size_t token = 0; token < rounded.offsets.size(); ++token) {
        float* to = out.data() + static_cast<std::int64_t>(token) * rows_;
        for (std::int64_t row = 0; row < rows_; ++row) {
            to[row] += rounded.offsets[token] * static_cast<float>(matrix_->row_sums()[row]) *
                       matrix_->row_scales()[row];
        }
    }
}

void PackedLinear::low_bit(std::span<float> out, LinearScratch& scratch) const {
    const RoundedTokens& rounded = scratch.rounded;
    LowBit levels = LowBit::Ternary;
    if (rule_.kind == Kind::ElasticUnsigned)
        levels = rule_.bits == 1 ? LowBit::ZeroOne : LowBit::ZeroOneTwo;
    else if (rule_.bits == 1 && !rounded.has_zero)
        levels = LowBit::Binary;
    put_plane(rounded.codes, columns_, 1, scratch.first);
    const bool two = levels == LowBit::Ternary || levels == LowBit::ZeroOneTwo;
    if (two) put_plane(rounded.codes, columns_, levels == LowBit::Ternary ? -1 : 2, scratch.second);
    products(*matrix_,
             LowBitTokens{.levels = levels,
                          .first = scratch.first,
                          .second = two ? std::span<const std::uint8_t>(scratch.second)
                                        : std::span<const std::uint8_t>(),
                          .tokens = std::ssize(rounded.scales),
                          .columns = columns_,
                          .row_bytes = (columns_ + 63) / 64 * 8},
             rounded.scales, bias_, out, scratch.workspace, {.threads = scratch.threads});
}

}  // namespace millrace::ops
