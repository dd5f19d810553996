#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/random.hpp"
#include "nodes/ops/networks/all_sum.hpp"
#include "nodes/ops/networks/depthwise.hpp"
#include "nodes/ops/networks/int8.hpp"
#include "nodes/ops/networks/layer_probe.hpp"
#include "nodes/ops/networks/network.hpp"

namespace millrace::ops {
namespace {

constexpr double kEpsilon =
    1e-5;  // of BatchNorm, as LibTorch and Keras's streaming spotters have it
constexpr double kMomentum = 0.1;  // share of a new batch in the running statistics

/// One pass; layers are methods over frames [batch, time, positions, channels].
class Runner {
public:
    /// With `rounder` weights and states are those of the device.
    Runner(const NamedTensors& parameters, const NamedTensors& buffers, const Pass& pass,
           const FakeInt8* rounder)
        : parameters_(parameters), buffers_(buffers), pass_(pass), rounder_(rounder) {}

    at::Tensor apply(const Layer& layer, const at::Tensor& input, const at::Tensor& with) const {
        switch (layer.kind) {
            case LayerKind::Normalize:
                return normalize(layer, input);
            case LayerKind::Spread:
                return input.reshape({input.size(0), input.size(1), layer.out.positions, 1});
            case LayerKind::Conv:
                return convolve(layer, input);
            case LayerKind::Svdf:
                return svdf(layer, input);
            case LayerKind::BatchNorm:
                return batch_norm(layer, input);
            case LayerKind::Relu:
                return input.relu();
            case LayerKind::Relu6:
                return input.clamp(0, 6);
            case LayerKind::Mean:
                return input.mean(2, true);
            case LayerKind::Dropout:
                return drop(layer, input);
            case LayerKind::Add:
                return input + with;
        }
        return input;
    }

private:
    at::Tensor parameter(const Layer& layer, const char* name) const {
        return parameters_.find(layer.name + "." + name)->second;
    }
    at::Tensor buffer(const Layer& layer, const char* name) const {
        return buffers_.find(layer.name + "." + name)->second;
    }

    /// The frames before the first in front: zeros, or what the stream's last part left.
    at::Tensor with_history(const Layer& layer, const at::Tensor& input,
                            std::int64_t frames) const {
        if (frames == 0) return input;
        std::vector<std::int64_t> shape = input.sizes().vec();
        shape[1] = frames;
        if (!pass_.state) return at::cat({at::zeros(shape, input.options()), input}, 1);
        at::Tensor& kept = (*pass_.state)[layer.name];
        if (!kept.defined()) kept = at::zeros(shape, input.options());
        const at::Tensor joined = at::cat({kept, input}, 1);
        kept = joined.narrow(1, joined.size(1) - frames, frames).clone();
        return joined;
    }

    /// In training with the statistics of all frames so far, this batch's included: after an epoch
    /// they are those of the training set, and no pass ahead is needed.
    at::Tensor normalize(const Layer& layer, const at::Tensor& input) const {
        at::Tensor mean = buffer(layer, "mean"), variance = buffer(layer, "variance");
        if (pass_.training && pass_.updates) {
            const at::NoGradGuard no_grad;
            const at::Tensor rows = input.detach().reshape({-1, layer.out.size()}).to(at::kDouble);
            const at::Tensor before = buffer(layer, "count");
            at::Tensor count = at::full({1}, static_cast<double>(rows.size(0)), at::kDouble);
            at::Tensor sum = rows.sum(0);
            if (pass_.reducer) pass_.reducer->sum(count), pass_.reducer->sum(sum);
            const at::Tensor all = (before + count).clamp_min(1);
            const at::Tensor batch_mean = sum / count.clamp_min(1);
            at::Tensor squares = (rows - batch_mean).square().sum(0);
            if (pass_.reducer) pass_.reducer->sum(squares);
            // Chan et al. 1979: two sets' means and squares together.
            const at::Tensor delta = batch_mean - mean;
            variance =
                ((variance * before + squares + delta.square() * before * count / all) / all);
            mean = mean + delta * count / all;
            const NamedTensors& old = buffers_;
            const auto type = old.find(layer.name + ".mean")->second.scalar_type();
            mean = mean.to(type);
            variance = variance.to(type);
            (*pass_.updates)[layer.name + ".mean"] = mean;
            (*pass_.updates)[layer.name + ".variance"] = variance;
            (*pass_.updates)[layer.name + ".count"] = before + count;
        }
        // A feature that never changes says nothing; it must not become noise.
        return (input - mean) * (variance + kFeatureEpsilon).rsqrt();
    }

    at::Tensor convolve(const Layer& layer, const at::Tensor& input) const {
        const std::int64_t frames = input.size(1);
        at::Tensor padded = with_history(layer, input, layer.kernel - 1);
        if (layer.pad_low + layer.pad_high > 0)
            padded = at::constant_pad_nd(padded, {0, 0, layer.pad_low, layer.pad_high});
        const std::int64_t reach = (layer.out.positions - 1) * layer.frequency_stride + 1;
        const auto tap = [&](std::int64_t time, std::int64_t frequency) {
            at::Tensor part = padded.narrow(1, time, frames);
            if (padded.size(2) == reach && layer.frequency_stride == 1) return part;
            return part.slice(2, frequency, frequency + reach, layer.frequency_stride);
        };
        at::Tensor weight = parameter(layer, "weight");
        if (rounder_) {
            const at::Tensor latent = weight;
            probe_weights(layer,
                          [&] { return rounder_->weight_row_ends(latent, layer.depthwise); });
            weight = rounder_->weight_rows(weight, layer.depthwise);
        }
        if (layer.depthwise) {
            const at::Tensor output = depthwise(padded, weight, layer.frequency_stride);
            return layer.bias ? output + parameter(layer, "bias") : output;
        }
        // One product over all taps, as in the linearized layer that runs on the device.
        std::vector<at::Tensor> taps;
        for (std::int64_t time = 0; time < layer.kernel; ++time) {
            for (std::int64_t frequency = 0; frequency < layer.frequency_kernel; ++frequency)
                taps.push_back(tap(time, frequency));
        }
        const at::Tensor rows =
            (taps.size() == 1 ? taps.front() : at::cat(taps, 3))
                .reshape({-1, layer.in.channels * layer.kernel * layer.frequency_kernel});
        const at::Tensor matrix = weight.reshape({layer.out.channels, -1}).t();
        const at::Tensor output =
            layer.bias ? at::addmm(parameter(layer, "bias"), rows, matrix) : rows.mm(matrix);
        return output.reshape({input.size(0), frames, layer.out.positions, layer.out.channels});
    }

    at::Tensor svdf(const Layer& layer, const at::Tensor& input) const {
        const std::int64_t frames = input.size(1), filters = layer.units * layer.rank;
        at::Tensor feature = parameter(layer, "feature"), time = parameter(layer, "time");
        if (rounder_) {
            probe_weights(layer,
                          [latent = feature, this] { return rounder_->weight_ends(latent, 127); });
            feature = rounder_->weight(feature, 127);
            time = rounder_->weight(time, 32767);
        }
        at::Tensor features = input.reshape({-1, layer.in.channels}).mm(feature.t());
        if (rounder_) features = rounder_->state(layer.name + "/state", features);
        if (pass_.watch) pass_.watch(layer.name + "/state", features);
        time = time.t();
        const at::Tensor padded = with_history(
            layer, features.reshape({input.size(0), frames, 1, filters}), layer.memory - 1);
        at::Tensor output = depthwise(padded, time.unsqueeze(1), 1);
        if (layer.rank > 1)
            output = output.reshape({input.size(0), frames, 1, layer.units, layer.rank}).sum(4);
        return output + parameter(layer, "bias");
    }

    template <class Count>
    void probe_weights(const Layer& layer, const Count& count) const {
        if (pass_.probe) pass_.probe->rounds(layer.name, Rounded::Weights, count);
    }

    at::Tensor batch_norm(const Layer& layer, const at::Tensor& input) const {
        const at::Tensor weight = parameter(layer, "weight"), bias = parameter(layer, "bias");
        at::Tensor mean = buffer(layer, "mean"), variance = buffer(layer, "variance");
        if (!pass_.training) {
            const at::Tensor scale = weight * (variance + kEpsilon).rsqrt();
            return input * scale + (bias - mean * scale);
        }
        const at::Tensor rows = input.reshape({-1, layer.out.channels});
        const at::Tensor new_mean = mean.clone(), new_variance = variance.clone();
        at::Tensor output;
        if (pass_.reducer) {
            output = batch_norm_together(rows, weight, bias, new_mean, new_variance);
        } else {
            if (rows.size(0) < 2) too_few(layer);
            output = at::batch_norm(rows, weight, bias, new_mean, new_variance, true, kMomentum,
                                    kEpsilon, false);
        }
        if (pass_.updates) {
            (*pass_.updates)[layer.name + ".mean"] = new_mean;
            (*pass_.updates)[layer.name + ".variance"] = new_variance;
        }
        return output.reshape(input.sizes());
    }

    at::Tensor batch_norm_together(const at::Tensor& rows, const at::Tensor& weight,
                                   const at::Tensor& bias, const at::Tensor& new_mean,
                                   const at::Tensor& new_variance) const;

    /// Kept values grow by 1 / (1 - share), so that the expected sum stays the same.
    at::Tensor drop(const Layer& layer, const at::Tensor& input) const {
        if (!pass_.training || layer.share == 0) return input;
        engine::Random random(pass_.seed, "dropout/" + layer.name, pass_.item);
        at::Tensor mask = at::empty(input.sizes(), at::kFloat);
        float* values = mask.data_ptr<float>();
        const auto kept = static_cast<float>(1 / (1 - layer.share));
        const auto bound = static_cast<std::uint32_t>(std::ldexp(layer.share, 32));
        for (std::int64_t i = 0; i < mask.numel(); ++i) values[i] = random() < bound ? 0 : kept;
        return input * mask.to(input.scalar_type());
    }

    [[noreturn]] static void too_few(const Layer& layer) {
        throw engine::Error(
            {.code = "E-NET-005",
             .what = fmt::format("Layer \"{}\" takes statistics of a single frame", layer.name),
             .expected = "2 frames or more in a training batch",
             .found = "1",
             .mend = "Make batches larger."});
    }

    const NamedTensors& parameters_;
    const NamedTensors& buffers_;
    const Pass& pass_;
    const FakeInt8* rounder_;
};

at::Tensor Runner::batch_norm_together(const at::Tensor& rows, const at::Tensor& weight,
                                       const at::Tensor& bias, const at::Tensor& new_mean,
                                       const at::Tensor& new_variance) const {
    const auto together = [this](const at::Tensor& sums) { return all_sum(sums, *pass_.reducer); };
    at::Tensor count = at::full({1}, static_cast<double>(rows.size(0)), rows.options());
    pass_.reducer->sum(count);
    const at::Tensor mean = together(rows.sum(0)) / count;
    const at::Tensor centred = rows - mean;
    const at::Tensor variance = together((centred * centred).sum(0)) / count;
    const double all = count.item<double>();
    new_mean.mul_(1 - kMomentum).add_(mean.detach(), kMomentum);
    new_variance.mul_(1 - kMomentum)
        .add_(variance.detach(), kMomentum * all / std::max(1.0, all - 1));
    return centred * (variance + kEpsilon).rsqrt() * weight + bias;
}

/// What a probe knows as one layer: one by itself, or a layer with the activation that it is
/// computed in one with, which have the first one's name.
class ProbedLayers {
public:
    ProbedLayers(const Network& network, const Pass& pass) : network_(network), pass_(pass) {}

    at::Tensor reads(std::size_t number, const char* role, const at::Tensor& x) const {
        if (!pass_.probe || begins(number) != number) return x;
        return pass_.probe->reads(network_.layers()[number].name, role, x);
    }

    /// `rounder` is null where the output is not rounded.
    void gives(std::size_t number, const at::Tensor& exact, const at::Tensor& output,
               const FakeInt8* rounder) const {
        if (!pass_.probe || network_.is_fused(static_cast<int>(number))) return;
        const std::string& name = network_.layers()[begins(number)].name;
        if (rounder) {
            pass_.probe->rounds(name, Rounded::Activations, [&] {
                return rounder->tensor_ends(network_.layers()[number].name, exact);
            });
        }
        pass_.probe->gives(name, output);
    }

private:
    std::size_t begins(std::size_t number) const {
        const int from = network_.layers()[number].from;
        return from != kInput && network_.is_fused(from) ? static_cast<std::size_t>(from) : number;
    }

    const Network& network_;
    const Pass& pass_;
};

[[noreturn]] void wrong_features(const Network& network, const at::Tensor& features) {
    throw engine::Error(
        {.code = "E-NET-005",
         .what = "The features are not those of the model",
         .expected = fmt::format("[batch, frames, {}] floats", network.input().channels),
         .found = fmt::format("[{}] of {}", fmt::join(features.sizes().vec(), ", "),
                              at::toString(features.scalar_type())),
         .mend =
             "Make features as the model's spec has them: filters, coefficients, sample rate."});
}

}  // namespace

at::Tensor forward(const Network& network, const NamedTensors& parameters,
                   const NamedTensors& buffers, const at::Tensor& features, const Pass& pass) {
    if (features.dim() != 3 || features.size(2) != network.input().channels ||
        !features.is_floating_point())
        wrong_features(network, features);
    std::optional<FakeInt8> rounder;
    std::set<std::string> device;
    if (network.quantization().on && pass.rounding == DeviceRounding::On) {
        rounder.emplace(network, buffers, pass);
        for (std::string& name : network.device_tensors()) device.insert(std::move(name));
    }
    const Runner runner(parameters, buffers, pass, rounder ? &*rounder : nullptr);
    const ProbedLayers probed(network, pass);
    const at::Tensor input = features.unsqueeze(2);
    // The last reader of each output, after which it need not be held here.
    const std::vector<Layer>& layers = network.layers();
    std::vector<std::size_t> last(layers.size(), 0);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        for (const int from : {layers[i].from, layers[i].with}) {
            if (from != kInput) last[static_cast<std::size_t>(from)] = i;
        }
    }
    std::vector<at::Tensor> outputs(layers.size());
    const auto of = [&](int from) {
        return from == kInput ? input : outputs[static_cast<std::size_t>(from)];
    };
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const Layer& layer = layers[i];
        const bool is_sum = layer.kind == LayerKind::Add;
        const at::Tensor exact =
            runner.apply(layer, probed.reads(i, "input", of(layer.from)),
                         is_sum ? probed.reads(i, "with", of(layer.with)) : at::Tensor());
        const bool is_rounded = rounder && device.contains(layer.name);
        outputs[i] = is_rounded ? rounder->tensor(layer.name, exact) : exact;
        probed.gives(i, exact, outputs[i], is_rounded ? &*rounder : nullptr);
        if (pass.watch) pass.watch(layer.name, outputs[i]);
        for (const int from : {layer.from, layer.with}) {
            if (from != kInput && last[static_cast<std::size_t>(from)] == i)
                outputs[static_cast<std::size_t>(from)].reset();
        }
    }
    return outputs.back().flatten(2);
}

at::Tensor read_out(const Readout& readout, const at::Tensor& frames) {
    const std::int64_t there = frames.size(1);
    if (there == 0) {
        throw engine::Error({.code = "E-NET-005",
                             .what = "There are no frames to read out",
                             .expected = "1 or more",
                             .found = "0",
                             .mend = "Leave out recordings that are shorter than a frame."});
    }
    const std::int64_t used = readout.frames > 0 ? std::min(readout.frames, there) : there;
    const at::Tensor newest = frames.narrow(1, there - used, used);
    return readout.kind == Readout::Kind::Max ? newest.amax(1) : newest.mean(1);
}

std::string first_not_finite(const Network& network, const NamedTensors& parameters,
                             const NamedTensors& buffers, const at::Tensor& features,
                             const Pass& pass) {
    const at::NoGradGuard no_grad;
    Pass watched = pass;
    std::string first;
    NamedTensors updates;
    watched.updates = &updates;
    watched.state = nullptr;
    watched.watch = [&](const std::string& name, const at::Tensor& output) {
        if (first.empty() && !output.isfinite().all().item<bool>()) first = name;
    };
    forward(network, parameters, buffers, features, watched);
    return first;
}

}  // namespace millrace::ops
