#include "nodes/ops/heat/layer_sums.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/packet.hpp"

namespace millrace::ops {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// NaN where a number of the whole was not finite, which its moments leave out.
double squares_of(const engine::Sketch& sketch) {
    if (sketch.nan_count + sketch.infinite_count > 0) return kNan;
    return sketch.rms * sketch.rms * static_cast<double>(sketch.count);
}

}  // namespace

void LayerSums::add(const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor first = a.detach().to(at::kDouble).flatten(),
                     second = b.detach().to(at::kDouble).flatten();
    signal += first.dot(first).item<double>();
    other += second.dot(second).item<double>();
    dot += first.dot(second).item<double>();
    const at::Tensor difference = first - second;
    error += difference.dot(difference).item<double>();
    values += static_cast<double>(first.numel());
}

void LayerSums::add(const engine::Sketch& a, const engine::Sketch& b) {
    const double first = squares_of(a), second = squares_of(b);
    const double apart = engine::distance(a, b).squared_error;
    signal += first;
    other += second;
    error += std::isnan(first + second) ? kNan : apart;
    dot += (first + second - apart) / 2;
    values += static_cast<double>(a.count);
}

double LayerSums::sqnr_db() const {
    if (values == 0 || std::isnan(error) || std::isnan(signal) || !std::isfinite(other))
        return kNan;
    if (error == 0) return std::numeric_limits<double>::infinity();
    return 10 * (std::log10(signal) - std::log10(error));
}

double LayerSums::cosine() const {
    if (values == 0 || std::isnan(error) || !std::isfinite(signal) || !std::isfinite(other))
        return kNan;
    if (error == 0) return 1;
    if (signal == 0 || other == 0) return 0;
    return std::clamp(dot / (std::sqrt(signal) * std::sqrt(other)), -1.0, 1.0);
}

engine::Sketch sketch_of(const at::Tensor& tensor) {
    return engine::Packet::make(types::Tensor{tensor.detach()}).sketch();
}

}  // namespace millrace::ops
