// SpecAugment as a node: masks of a copy, by seed and item.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nodes/types/tensor.hpp"
#include "tests/nodes/augment/registered.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;

const char* const kId = "augment.spec_augment";

Packet ramp(std::int64_t frames, std::int64_t dimension) {
    return Packet::make<types::Tensor>(
        {at::arange(1, frames * dimension + 1, at::kFloat).reshape({frames, dimension})});
}

at::Tensor masked(const Object& params, const Packet& features, std::uint64_t seed = 1,
                  std::uint64_t item = 0) {
    return augmented(kId, params, {features}, seed, item).as<types::Tensor>().value;
}

TEST(SpecAugmentNode, MasksWholeFramesAndWholeBands) {
    const Packet features = ramp(40, 16);
    const at::Tensor before = features.as<types::Tensor>().value.clone();
    int frames = 0, bands = 0;
    for (std::uint64_t item = 0; item < 50; ++item) {
        const at::Tensor found = masked({{"value", "zero"}}, features, 1, item);
        const at::Tensor hidden = found.eq(0);
        EXPECT_TRUE(at::equal(found, before.masked_fill(hidden, 0)));
        const at::Tensor rows = hidden.all(1), columns = hidden.all(0);
        EXPECT_TRUE(at::equal(hidden, rows.unsqueeze(1).logical_or(columns.unsqueeze(0))));
        EXPECT_LE(rows.sum().item<int>(), 20) << "two of a quarter each";
        EXPECT_LE(columns.sum().item<int>(), 16);
        frames += rows.sum().item<int>();
        bands += columns.sum().item<int>();
    }
    EXPECT_GT(frames, 50);
    EXPECT_GT(bands, 50);
    EXPECT_TRUE(at::equal(features.as<types::Tensor>().value, before)) << "the input is shared";
}

TEST(SpecAugmentNode, MasksWithTheMean) {
    const Packet features = ramp(10, 4);
    const at::Tensor found = masked({{"time_masks", 40}, {"time_share", 1.0}}, features);
    const at::Tensor changed = found.ne(features.as<types::Tensor>().value);
    EXPECT_GT(changed.sum().item<int>(), 0);
    EXPECT_TRUE(found.masked_select(changed).eq(20.5).all().item<bool>());
}

TEST(SpecAugmentNode, OneSeedOneResult) {
    const Packet features = ramp(60, 30);
    const at::Tensor first = masked({}, features, 2, 7);
    EXPECT_TRUE(at::equal(first, masked({}, features, 2, 7)));
    EXPECT_FALSE(at::equal(first, masked({}, features, 3, 7)));
    EXPECT_FALSE(at::equal(first, masked({}, features, 2, 8)));
    EXPECT_EQ(augmented(kId, {{"probability", 0.0}}, {features}).data(), features.data());
    EXPECT_TRUE(at::equal(masked({{"time_masks", 0}, {"frequency_masks", 0}}, features),
                          features.as<types::Tensor>().value));
    const engine::NodeType* type = augment_registry().find(kId);
    EXPECT_TRUE(type->spec.random && type->parallel && !type->pure);
}

TEST(SpecAugmentNode, TakesViewsAndTheEmpty) {
    const at::Tensor turned = ramp(8, 12).as<types::Tensor>().value.t();
    const at::Tensor same = turned.contiguous();
    EXPECT_TRUE(at::equal(masked({}, Packet::make<types::Tensor>({turned})),
                          masked({}, Packet::make<types::Tensor>({same}))));
    EXPECT_EQ(masked({}, ramp(0, 40)).sizes(), (std::vector<std::int64_t>{0, 40}));
    EXPECT_EQ(masked({}, ramp(1, 1)).item<float>(), 1) << "the mean of itself";
}

TEST(SpecAugmentNode, RefusesWhatIsNoMatrix) {
    const auto code = [](at::Tensor tensor) {
        return error_code([&] { masked({}, Packet::make<types::Tensor>({std::move(tensor)})); });
    };
    EXPECT_EQ(code(at::zeros({3})), "E-AUG-012");
    EXPECT_EQ(code(at::zeros({3, 3}, at::kDouble)), "E-AUG-012");
    EXPECT_EQ(code({}), "E-AUG-012");
    EXPECT_EQ(code(at::full({2, 2}, std::nan(""))), "E-AUG-002");
}

}  // namespace
}  // namespace millrace::testing
