#include "nodes/ops/language/llama_inputs.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/language/llama_forward.hpp"
#include "nodes/ops/quant/check.hpp"

namespace millrace::ops {
namespace {

/// The first of those that read one tensor.
LlamaLinear first_reader(LlamaLinear linear) {
    switch (linear) {
        case LlamaLinear::Key:
        case LlamaLinear::Value:
            return LlamaLinear::Query;
        case LlamaLinear::Up:
            return LlamaLinear::Gate;
        default:
            return linear;
    }
}

constexpr std::string_view kInput = "/input";

bool is_wanted(std::string_view name, LlamaInputs::Kept kept) {
    if (name.ends_with("q_proj") || name.ends_with("gate_proj")) return true;
    return kept == LlamaInputs::Kept::Grams &&
           (name.ends_with("o_proj") || name.ends_with("down_proj"));
}

/// [batch * time] bool, or undefined: all.
at::Tensor counted(const at::Tensor& ids, const at::Tensor& labels) {
    if (!labels.defined()) return {};
    if (labels.scalar_type() != at::kLong || labels.sizes() != ids.sizes()) {
        throw_shapes("list of labels", shape_text(ids) + " int64, as the tokens",
                     fmt::format("{} of {}", shape_text(labels), labels.toString()));
    }
    return labels.reshape({-1}) >= 0;
}

}  // namespace

void check_finite(const NamedTensors& parameters) {
    for (const auto& [name, tensor] : parameters) check_values(tensor, name);
}

LlamaInputs::LlamaInputs(Llama llama, Kept kept) : llama_(std::move(llama)), kept_(kept) {
    if (!llama_.is_quantized()) return;
    throw engine::Error({.code = "E-QUANT-013",
                         .what = "A model that is quantized already cannot be calibrated",
                         .expected = "a float model",
                         .found = "\"quantization\" in its spec",
                         .mend = "Put this node before the one that quantizes."});
}

void LlamaInputs::add(const NamedTensors& parameters, const at::Tensor& ids,
                      const at::Tensor& labels) {
    const at::NoGradGuard no_gradients;
    const at::Tensor counts = counted(ids, labels);
    const std::int64_t tokens = counts.defined() ? counts.sum().item<std::int64_t>() : ids.numel();
    if (tokens == 0 && ids.numel() > 0) return;
    const Watch watch = [&](const std::string& name, const at::Tensor& tensor) {
        if (!name.ends_with(kInput)) return;
        const std::string linear = name.substr(0, name.size() - kInput.size());
        if (is_wanted(linear, kept_)) keep(linear, tensor, counts);
    };
    forward(llama_, parameters, ids, {.logits = LogitsOf::Last, .watch = watch});
    tokens_ += tokens;
}

void LlamaInputs::keep(const std::string& name, const at::Tensor& input, const at::Tensor& counts) {
    at::Tensor rows = input.reshape({-1, input.size(-1)});
    if (counts.defined()) rows = rows.index({counts});
    check_values(rows, "input of " + name);
    at::Tensor& sum = sums_[name];
    if (kept_ == Kept::Maxima) {
        const at::Tensor most = rows.abs().amax({0});
        sum = sum.defined() ? at::maximum(sum, most) : most;
        return;
    }
    // float32 would lose what the damping is to be small against.
    rows = rows.to(at::kDouble);
    const at::Tensor gram = rows.t().matmul(rows);
    sum = sum.defined() ? sum + gram : gram;
}

const at::Tensor& LlamaInputs::of(std::int64_t layer, LlamaLinear linear) const {
    const auto found =
        sums_.find(Llama::prefix(layer) + std::string(to_text(first_reader(linear))));
    if (found != sums_.end()) return found->second;
    throw engine::Error({.code = "E-QUANT-014",
                         .what = "Nothing was calibrated",
                         .expected = "at least one token that counts",
                         .found = "none",
                         .mend = "Give the node batches of text."});
}

void LlamaInputs::restore(NamedTensors sums, std::int64_t tokens) {
    sums_ = std::move(sums);
    tokens_ = tokens;
}

}  // namespace millrace::ops
