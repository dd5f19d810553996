#include "nodes/ops/heat/heat.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/heat/effect.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/ops/networks/layer_probe.hpp"

namespace millrace::ops {
namespace {

/// By layer and role.
using Inputs = std::map<std::string, at::Tensor, std::less<>>;

[[noreturn]] void fail(std::string expected, std::string found) {
    throw engine::Error({.code = "E-QUANT-040",
                         .what = "The two models have not the same layers",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Give the float model that the quantized one was made from."});
}

std::string shape_of(const at::Tensor& tensor) {
    return fmt::format("[{}]", fmt::join(tensor.sizes().vec(), ", "));
}

/// A layer's output in the float model.
struct Reference {
    at::Tensor exact;  ///< undefined where the sketch stands for it
    engine::Sketch sketch;
    std::vector<std::int64_t> shape;
};

/// The sums of one batch, and what its passes leave for each other.
class Batch {
public:
    Batch(HeatMeasure measure, const std::vector<LayerHeat>& before)
        : measure_(measure), heat_(before), is_first_(before.empty()) {}

    /// Of the float model's own pass.
    void refer(const std::string& layer, const at::Tensor& y) {
        Reference reference{.exact = {}, .sketch = {}, .shape = y.sizes().vec()};
        if (measure_ == HeatMeasure::Exact)
            reference.exact = y.detach();
        else
            reference.sketch = sketch_of(y);
        if (!references_.emplace(layer, std::move(reference)).second)
            fail("a name for each layer", "\"" + layer + "\" twice");
        if (is_first_) heat_.push_back({.name = layer, .own = {}, .inherited = {}, .total = {}});
    }

    void compare(const std::string& layer, const at::Tensor& y, LayerSums LayerHeat::*sums) {
        const auto found = references_.find(layer);
        if (found == references_.end()) fail("layers of the float model", "\"" + layer + "\"");
        const Reference& reference = found->second;
        if (y.sizes() != at::IntArrayRef(reference.shape)) {
            fail(fmt::format("\"{}\" [{}]", layer, fmt::join(reference.shape, ", ")), shape_of(y));
        }
        LayerSums& kept = of(layer).*sums;
        if (measure_ == HeatMeasure::Exact)
            kept.add(reference.exact, y);
        else
            kept.add(reference.sketch, sketch_of(y));
        ++compared_;
    }

    LayerHeat& of(const std::string& layer) {
        const auto found = std::ranges::find(heat_, layer, &LayerHeat::name);
        if (found == heat_.end()) fail("the layers of the batches before", "\"" + layer + "\"");
        return *found;
    }

    /// After a pass: that it had all layers.
    void require_all() {
        if (compared_ != references_.size() || heat_.size() != references_.size()) {
            fail(fmt::format("{} layers", std::max(heat_.size(), references_.size())),
                 fmt::format("{}", std::min(compared_, references_.size())));
        }
        compared_ = 0;
    }

    void add(const Effects& effects) {
        for (const auto& [layer, nats] : effects.nats) {
            LayerHeat& heat = of(layer);
            heat.effect += nats;
            heat.positions += effects.positions;
        }
    }

    std::vector<LayerHeat> take() { return std::move(heat_); }

private:
    HeatMeasure measure_;
    std::vector<LayerHeat> heat_;
    bool is_first_;
    std::map<std::string, Reference, std::less<>> references_;
    std::size_t compared_ = 0;
};

/// One of the four passes.
class Look final : public LayerProbe {
public:
    struct Task {
        const char* model = "";           ///< for messages
        Inputs* keep = nullptr;           ///< where what layers read goes
        const Inputs* give = nullptr;     ///< what they read in its place
        LayerSums LayerHeat::*sums = {};  ///< none: outputs are the references
        bool counts_codes = false;
        std::map<std::string, at::Tensor>* outputs = nullptr;  ///< where outputs go
    };

    Look(Batch& batch, Task task) : batch_(batch), task_(task) {}

    at::Tensor reads(const std::string& layer, std::string_view role,
                     const at::Tensor& x) override {
        const std::string name = fmt::format("{}:{}", layer, role);
        if (task_.keep) task_.keep->emplace(name, x.detach());
        if (!task_.give) return x;
        const auto given = task_.give->find(name);
        if (given == task_.give->end()) fail("layers of both models", "\"" + layer + "\" in one");
        if (given->second.sizes() != x.sizes()) {
            fail(fmt::format("\"{}\" {}", layer, shape_of(given->second)), shape_of(x));
        }
        return given->second;
    }

    void gives(const std::string& layer, const at::Tensor& y) override {
        if (!y.isfinite().all().item<bool>()) {
            throw engine::Error(
                {.code = "E-QUANT-041",
                 .what = fmt::format("The {} model gives NaN or infinity", task_.model),
                 .expected = "finite outputs",
                 .found = fmt::format("the first in layer \"{}\"", layer),
                 .mend = "Load another checkpoint; set the node's error policy to skip to leave "
                         "such batches out."});
        }
        if (task_.outputs) task_.outputs->emplace(layer, y.detach());
        if (task_.sums)
            batch_.compare(layer, y, task_.sums);
        else
            batch_.refer(layer, y);
    }

    void rounds(const std::string& layer, Rounded what,
                const std::function<EndCodes()>& count) override {
        if (!task_.counts_codes) return;
        LayerHeat& heat = batch_.of(layer);
        if (what == Rounded::Activations)
            heat.activations += count();
        else if (heat.total.values == 0)  // weights stay as they are
            heat.weights += count();
    }

private:
    Batch& batch_;
    Task task_;
};

/// A model in the form in which it is run.
struct Runnable {
    std::unique_ptr<const Architecture> architecture;
    NamedTensors parameters, buffers;

    void run(const ModelInput& input, Look& look) const {
        Pass pass;
        pass.probe = &look;
        architecture->forward(parameters, buffers, input, pass);
    }
};

bool has_norms(const Network& network) {
    return std::ranges::any_of(network.layers(), [](const Layer& layer) {
        return layer.kind == LayerKind::BatchNorm || layer.kind == LayerKind::Dropout;
    });
}

Runnable runnable(const types::Model& model, bool is_folded) {
    const auto checked = [](const engine::Value& spec, NamedTensors parameters,
                            NamedTensors buffers) {
        Runnable made{architecture_of(spec), std::move(parameters), std::move(buffers)};
        made.architecture->check_tensors(made.parameters, made.buffers);
        return made;
    };
    Runnable plain = checked(model.spec, model.evaluated(), model.buffers);
    if (!is_folded) return plain;
    Folded folded = fold_batch_norms(Network(model.spec), plain.parameters, plain.buffers);
    return checked(folded.spec, std::move(folded.parameters), std::move(folded.buffers));
}

/// "none" for a network of layers.
std::string architecture_name(const types::Model& model) {
    const engine::Value* name = model.spec.is_object() ? model.spec.find("architecture") : nullptr;
    if (!name) return "none";
    return name->is_string() ? name->as_string() : std::string(name->kind());
}

bool is_network(const types::Model& model) {
    return model.spec.is_object() && !model.spec.find("architecture");
}

}  // namespace

void Heat::add(const types::Model& exact, const types::Model& quantized, const ModelInput& input) {
    const at::NoGradGuard no_gradients;
    if (const std::string name = architecture_name(exact); name != architecture_name(quantized))
        fail("architecture " + name + ", as the float model's", architecture_name(quantized));
    const bool is_folded = is_network(exact) && is_network(quantized) &&
                           has_norms(Network(exact.spec)) && !has_norms(Network(quantized.spec));
    const Runnable original = runnable(exact, is_folded), rounded = runnable(quantized, false);
    Batch batch(options_.measure, layers_);
    Inputs float_inputs, rounded_inputs;
    std::map<std::string, at::Tensor> own_outputs;
    const auto pass = [&](const Runnable& model, Look::Task task) {
        Look look(batch, task);
        model.run(input, look);
        if (task.sums) batch.require_all();
    };
    pass(original, {.model = "float", .keep = &float_inputs});
    pass(rounded, {.model = "quantized",
                   .keep = &rounded_inputs,
                   .sums = &LayerHeat::total,
                   .counts_codes = true});
    pass(rounded, {.model = "quantized",
                   .give = &float_inputs,
                   .sums = &LayerHeat::own,
                   .outputs = options_.draws > 0 ? &own_outputs : nullptr});
    float_inputs.clear();
    pass(original, {.model = "float", .give = &rounded_inputs, .sums = &LayerHeat::inherited});
    if (options_.draws > 0) {
        batch.add(effects_of({*original.architecture, original.parameters, original.buffers, input},
                             own_outputs, options_.draws, batches_));
    }
    layers_ = batch.take();
    ++batches_;
}

double LayerHeat::effect_nats() const {
    return positions > 0 ? effect / positions : std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::size_t> hottest(const std::vector<LayerHeat>& layers) {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].own.error > 0) numbers.push_back(i);
    }
    const bool has_effects =
        std::ranges::all_of(layers, [](const LayerHeat& layer) { return layer.positions > 0; });
    std::ranges::stable_sort(numbers, {}, [&](std::size_t i) {
        return has_effects ? -layers[i].effect_nats() : layers[i].own.sqnr_db();
    });
    return numbers;
}

}  // namespace millrace::ops
