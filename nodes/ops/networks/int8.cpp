#include "nodes/ops/networks/int8.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "nodes/ops/kws/requantize.hpp"

namespace millrace::ops {
namespace {

constexpr double kShare = 0.05;  // of a new batch in a range

/// Halves away from zero, as the device rounds; at::round takes them to even.
at::Tensor rounded(const at::Tensor& values) {
    return values.sign() * (values.abs() + 0.5).floor();
}

/// The values on the grid; the gradient is that of `values`.
at::Tensor through(const at::Tensor& values, const at::Tensor& grid) {
    return values + (grid - values).detach();
}

at::Tensor scale_of(const at::Tensor& most_absolute, int most) {
    return at::where(most_absolute.gt(0), most_absolute / most, at::ones_like(most_absolute));
}

at::Tensor symmetric(const at::Tensor& weight, const at::Tensor& most_absolute, int most) {
    const at::Tensor scale = scale_of(most_absolute, most);
    return through(weight, rounded(weight.detach() / scale).clamp(-most, most) * scale);
}

EndCodes symmetric_ends(const at::Tensor& weight, const at::Tensor& most_absolute, int most) {
    return counted(rounded(weight.detach() / scale_of(most_absolute, most)).abs().ge(most));
}

at::Tensor row_maxima(const at::Tensor& weight, bool depthwise) {
    const at::Tensor values = weight.detach().abs();
    return depthwise ? values.amax({0, 1}, true) : values.amax({1, 2, 3}, true);
}

}  // namespace

FakeInt8::FakeInt8(const Network& network, const NamedTensors& buffers, const Pass& pass)
    : buffers_(buffers), pass_(pass), fixed_(network.fixed_ranges()) {
    const std::int64_t rest = network.quantization().freeze_after;
    moving_ = pass.training && pass.updates &&
              (rest == 0 || pass.step < static_cast<std::uint64_t>(rest));
}

at::Tensor FakeInt8::weight_rows(const at::Tensor& weight, bool depthwise) const {
    return symmetric(weight, row_maxima(weight, depthwise), 127);
}

at::Tensor FakeInt8::weight(const at::Tensor& weight, int most) const {
    return symmetric(weight, weight.detach().abs().amax(), most);
}

FakeInt8::Range FakeInt8::range(const std::string& name, const at::Tensor& values) const {
    double low = buffers_.find(name + ".low")->second.item<double>();
    double high = buffers_.find(name + ".high")->second.item<double>();
    if (!moving_ || std::ranges::find(fixed_, name) != fixed_.end()) return {low, high};
    const at::NoGradGuard no_gradients;
    at::Tensor ends = at::stack({-values.min(), values.max()}).to(at::kDouble);
    if (pass_.reducer) pass_.reducer->most(ends);
    const double batch_low = -ends[0].item<double>(), batch_high = ends[1].item<double>();
    const bool first = low == 0 && high == 0;
    low = first ? batch_low : low + kShare * (batch_low - low);
    high = first ? batch_high : high + kShare * (batch_high - high);
    (*pass_.updates)[name + ".low"] = at::full({1}, low, at::kFloat);
    (*pass_.updates)[name + ".high"] = at::full({1}, high, at::kFloat);
    return {low, high};
}

at::Tensor FakeInt8::tensor(const std::string& name, const at::Tensor& values) const {
    const Range ends = range(name, values.detach());
    const Int8Scale scale = activation_scale(std::min(ends.low, 0.0), std::max(ends.high, 0.0));
    const double step = scale.scale, zero = scale.zero_point;
    const at::Tensor clamped = values.clamp((-128 - zero) * step, (127 - zero) * step);
    const at::Tensor grid = rounded(clamped.detach() / step).clamp(-128 - zero, 127 - zero) * step;
    return through(clamped, grid);
}

at::Tensor FakeInt8::state(const std::string& name, const at::Tensor& values) const {
    const Range ends = range(name, values.detach());
    const double most = std::max(std::abs(ends.low), std::abs(ends.high));
    const double step = most > 0 ? most / 32767 : 1;
    const at::Tensor clamped = values.clamp(-32768 * step, 32767 * step);
    return through(clamped, rounded(clamped.detach() / step) * step);
}

EndCodes FakeInt8::weight_row_ends(const at::Tensor& weight, bool depthwise) const {
    return symmetric_ends(weight, row_maxima(weight, depthwise), 127);
}

EndCodes FakeInt8::weight_ends(const at::Tensor& weight, int most) const {
    return symmetric_ends(weight, weight.detach().abs().amax(), most);
}

EndCodes FakeInt8::tensor_ends(const std::string& name, const at::Tensor& values) const {
    const Range ends = range(name, values.detach());
    const Int8Scale scale = activation_scale(std::min(ends.low, 0.0), std::max(ends.high, 0.0));
    const at::Tensor codes = rounded(values.detach() / scale.scale) + scale.zero_point;
    const at::Tensor low = codes.le(-128), high = codes.ge(127);
    // What a ReLU has made zero is not saturated.
    if (scale.zero_point == -128) return counted(high);
    return counted(scale.zero_point == 127 ? low : low.logical_or(high));
}

}  // namespace millrace::ops
