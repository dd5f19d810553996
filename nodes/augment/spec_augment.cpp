#include <cstddef>
#include <memory>
#include <span>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/augment/draw.hpp"
#include "nodes/ops/audio/augment.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

using Shared = std::shared_ptr<const types::Tensor>;

struct SpecAugment {
    int frequency_masks = 2;
    int frequency_width = 8;
    int time_masks = 2;
    int time_width = 25;
    double time_share = 0.25;
    ops::MaskValue value = ops::MaskValue::Mean;
    double probability = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "augment.spec_augment",
            .title = "SpecAugment",
            .group = "Augmentation",
            .doc =
                "Masks random bands and stretches of features. Widths are drawn from 0 to the "
                "most, and masks may overlap. Time warping is not done.",
            .inputs = {{"features", "[frames, dimension] float32"}},
            .outputs = {{"features", "of the same shape"}},
            .params = {{.name = "frequency_masks",
                        .field = &SpecAugment::frequency_masks,
                        .range = {0, 1000},
                        .doc = "How many bands"},
                       {.name = "frequency_width",
                        .field = &SpecAugment::frequency_width,
                        .range = {0, 1 << 20},
                        .doc = "Most features in one"},
                       {.name = "time_masks",
                        .field = &SpecAugment::time_masks,
                        .range = {0, 1000},
                        .doc = "How many stretches"},
                       {.name = "time_width",
                        .field = &SpecAugment::time_width,
                        .range = {0, 1 << 20},
                        .doc = "Most frames in one"},
                       {.name = "time_share",
                        .field = &SpecAugment::time_share,
                        .range = {0, 1},
                        .doc = "Most of all frames that one stretch takes"},
                       {.name = "value",
                        .field = &SpecAugment::value,
                        .choices = {"mean", "zero"},
                        .doc = "What masked features become: the mean of the whole matrix, or 0"},
                       probability_param(&SpecAugment::probability)},
            .pure = kWorthKeeping,
            .random = true,
            .source = "Park et al., SpecAugment, Interspeech 2019 (arXiv 1904.08779), section 2",
        };
    }

    Shared operator()(Shared features, engine::RunContext& context) const {
        engine::Random random = context.random();
        if (!random.chance(probability)) return features;
        const at::Tensor& given = features->value;
        if (!given.defined() || given.dim() != 2 || given.scalar_type() != at::kFloat) {
            throw engine::Error(
                {.code = "E-AUG-012",
                 .what = "SpecAugment takes a matrix of features",
                 .expected = "[frames, dimension] float32",
                 .found = given.defined() ? fmt::format("[{}] {}", fmt::join(given.sizes(), ", "),
                                                        at::toString(given.scalar_type()))
                                          : "no tensor",
                 .mend = "Place it before the batch is made."});
        }
        const at::Tensor masked = given.detach().clone(at::MemoryFormat::Contiguous);
        ops::spec_augment(
            {masked.data_ptr<float>(), static_cast<std::size_t>(masked.numel())},
            static_cast<std::size_t>(masked.size(1)),
            {frequency_masks, frequency_width, time_masks, time_width, time_share, value}, random);
        return std::make_shared<const types::Tensor>(types::Tensor{masked});
    }
};

}  // namespace

void register_spec_augment(engine::Registry& registry) { registry.add<SpecAugment>(); }

}  // namespace millrace::nodes
