#include "nodes/ops/models/architecture.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/language/bart_forward.hpp"
#include "nodes/ops/language/llama_forward.hpp"

namespace millrace::ops {
namespace {

/// Remembers the first tensor it sees that is not finite.
class Finder {
public:
    auto watch() {
        return [this](const std::string& name, const at::Tensor& value) {
            if (found_.empty() && at::isFloatingType(value.scalar_type()) &&
                !value.isfinite().all().item<bool>())
                found_ = name;
        };
    }
    std::string found() const { return found_; }

private:
    std::string found_;
};

class FrameNetwork final : public Architecture {
public:
    explicit FrameNetwork(const engine::Value& spec) : network_(spec) {}

    void check_tensors(const NamedTensors& parameters, const NamedTensors& buffers) const override {
        network_.check_tensors(parameters, buffers);
    }

    ModelOutput forward(const NamedTensors& parameters, const NamedTensors& buffers,
                        const ModelInput& input, const Pass& pass) const override {
        const at::Tensor steps =
            ops::forward(network_, parameters, buffers, cast(parameters, input), pass);
        return {.logits = read_out(network_.readout(), steps), .steps = steps};
    }

    std::string first_not_finite(const NamedTensors& parameters, const NamedTensors& buffers,
                                 const ModelInput& input, const Pass& pass) const override {
        return ops::first_not_finite(network_, parameters, buffers, cast(parameters, input), pass);
    }

private:
    static at::Tensor cast(const NamedTensors& parameters, const ModelInput& input) {
        if (input.input.dim() == 2 && !input.input.is_floating_point())
            throw engine::Error({.code = "E-NET-005",
                                 .what = "The model takes features of sound, not tokens",
                                 .expected = "[batch, frames, features] floats",
                                 .found = "[batch, time] whole numbers",
                                 .mend = "Give a language model, or features in place of tokens."});
        return input.input.to(parameters.begin()->second.scalar_type());
    }

    Network network_;
};

class Decoder final : public Architecture {
public:
    explicit Decoder(const engine::Value& spec) : llama_(spec) {}

    void check_tensors(const NamedTensors& parameters, const NamedTensors&) const override {
        llama_.check_tensors(parameters);
    }

    ModelOutput forward(const NamedTensors& parameters, const NamedTensors&,
                        const ModelInput& input, const Pass& pass) const override {
        const at::Tensor logits = ops::forward(llama_, parameters, input.input,
                                               {.watch = pass.watch, .probe = pass.probe});
        return {.logits = logits, .steps = logits};
    }

    std::string first_not_finite(const NamedTensors& parameters, const NamedTensors& buffers,
                                 const ModelInput& input, const Pass& pass) const override {
        const at::NoGradGuard no_gradients;
        Finder finder;
        Pass watched = pass;
        watched.watch = finder.watch();
        forward(parameters, buffers, input, watched);
        return finder.found();
    }

private:
    Llama llama_;
};

class EncoderDecoder final : public Architecture {
public:
    explicit EncoderDecoder(const engine::Value& spec) : bart_(spec) {}

    void check_tensors(const NamedTensors& parameters, const NamedTensors& buffers) const override {
        bart_.check_tensors(parameters, buffers);
    }

    ModelOutput forward(const NamedTensors& parameters, const NamedTensors& buffers,
                        const ModelInput& input, const Pass& pass) const override {
        if (!input.target.defined())
            throw engine::Error({.code = "E-LM-053",
                                 .what = "An encoder-decoder needs a target beside its source",
                                 .expected = "ids [batch, time] int64 at the input \"target\"",
                                 .found = "no target",
                                 .mend = "Wire \"target\" of loaders.pair_corpus to the node, or "
                                         "give a decoder in place of this model."});
        const at::Tensor mask = input.input.ne(bart_.tokens().pad);
        const at::Tensor logits =
            ops::forward(bart_, parameters, buffers, input.input, mask, input.target, pass);
        return {.logits = logits, .steps = logits};
    }

    std::string first_not_finite(const NamedTensors& parameters, const NamedTensors& buffers,
                                 const ModelInput& input, const Pass& pass) const override {
        const at::NoGradGuard no_gradients;
        Finder finder;
        Pass watched = pass;
        watched.watch = finder.watch();
        forward(parameters, buffers, input, watched);
        return finder.found();
    }

private:
    Bart bart_;
};

}  // namespace

std::unique_ptr<const Architecture> architecture_of(const engine::Value& spec) {
    const engine::Value* named = spec.is_object() ? spec.find("architecture") : nullptr;
    if (!named) return std::make_unique<FrameNetwork>(spec);
    const std::string name = named->is_string() ? named->as_string() : "no text";
    if (name == "llama") return std::make_unique<Decoder>(spec);
    if (name == "bart") return std::make_unique<EncoderDecoder>(spec);
    throw engine::Error({.code = "E-NET-001",
                         .what = "The model's architecture is unknown",
                         .expected = "\"llama\", \"bart\", or none and layers",
                         .found = name,
                         .mend = "Load a model of one of these, or bring Millrace up to date."});
}

}  // namespace millrace::ops
