#include "nodes/training/watched_pass.hpp"

#include <algorithm>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/words.hpp"

namespace millrace::nodes {

void watch(ops::Pass& pass, const std::vector<std::string>& patterns, types::Activations& seen) {
    if (patterns.empty()) return;
    pass.watch = [&patterns, &seen](const std::string& name, const at::Tensor& value) {
        const bool is_asked = std::ranges::any_of(
            patterns, [&](const std::string& pattern) { return ops::matches(pattern, name); });
        if (is_asked) seen.parts.push_back({name, value});
    };
}

void require_finite(const at::Tensor& logits, const MadePass& made) {
    if (logits.isfinite().all().item<bool>()) return;
    const std::string layer = made.architecture.first_not_finite(
        made.parameters, made.model.buffers, made.input, made.pass);
    throw engine::Error(
        {.code = "E-TRAIN-022",
         .what = "The model gives NaN or infinity",
         .expected = "finite outputs",
         .found = made.input.input.isfinite().all().item<bool>()
                      ? fmt::format("the first in layer \"{}\", after {} steps", layer,
                                    made.model.version)
                      : "NaN or infinity in the features already",
         .mend = "Lower the rate or clip gradients; set the node's error policy to skip to leave "
                 "such batches out."});
}

}  // namespace millrace::nodes
