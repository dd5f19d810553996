// Equal payloads have equal hashes; payloads that differ in anything have others.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <set>

#include "tests/nodes/types/payloads.hpp"

namespace millrace::types::testing {
namespace {

using engine::Hash128;
using engine::Packet;

Hash128 hash_of(at::Tensor tensor) { return Packet::make(Tensor{std::move(tensor)}).hash(); }

TEST(Hash, IsThatOfAnEqualPayloadElsewhere) {
    const std::vector<Sample> first = samples();
    const std::vector<Sample> second = samples();
    ASSERT_EQ(first.size(), 13u);
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].packet.hash(), second[i].packet.hash()) << first[i].name;
        EXPECT_EQ(first[i].packet.hash(), first[i].packet.sketch().hash) << first[i].name;
    }
}

TEST(Hash, DiffersForEveryFieldThatChanges) {
    const std::vector<Change> all = changes();
    ASSERT_GT(all.size(), 110u);
    std::map<Hash128, std::string> seen;
    for (const Change& change : all) {
        EXPECT_NE(change.before.hash(), change.after.hash()) << change.name;
        EXPECT_TRUE(seen.emplace(change.after.hash(), change.name).second)
            << change.name << " gives the hash of " << seen[change.after.hash()];
    }
}

TEST(Hash, OfEmptyPayloadsTellsTypesApart) {
    std::set<Hash128> seen;
    for (const Sample& sample : empty_samples()) {
        EXPECT_TRUE(seen.insert(sample.packet.hash()).second) << sample.name;
    }
}

TEST(Hash, OfATensorKnowsNoStridesOrHistory) {
    const at::Tensor tensor = at::arange(24, at::kFloat).reshape({2, 3, 4});
    const at::Tensor turned = tensor.permute({2, 0, 1});
    EXPECT_FALSE(turned.is_contiguous());
    EXPECT_EQ(hash_of(turned), hash_of(turned.contiguous()));
    const at::Tensor wide = at::zeros({2, 3, 9});
    wide.slice(2, 3, 7).copy_(tensor);
    EXPECT_EQ(hash_of(wide.slice(2, 3, 7)), hash_of(tensor));
    const at::Tensor images = at::rand({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast);
    EXPECT_EQ(hash_of(images), hash_of(images.contiguous()));
    EXPECT_EQ(hash_of(at::ones({1}).expand({7})), hash_of(at::ones({7})));
    EXPECT_EQ(hash_of(tensor.clone().requires_grad_(true)), hash_of(tensor));
}

TEST(Hash, OfATensorSeesThroughANegationThatWasPutOff) {
    const at::Tensor number = at::imag(at::complex(at::zeros({1}), at::full({1}, 2.0)).conj());
    ASSERT_TRUE(number.is_neg());
    EXPECT_EQ(hash_of(number), hash_of(at::full({1}, -2.0)));
}

TEST(Hash, CountsNumbersByTheirBits) {
    EXPECT_NE(hash_of(at::tensor({0.0})), hash_of(at::tensor({-0.0})));
    const auto nan = [](std::uint64_t bits) {
        Metrics metrics;
        metrics.values["x"] = std::bit_cast<double>(bits);
        return Packet::make(metrics).hash();
    };
    EXPECT_EQ(nan(0x7ff8000000000000), nan(0x7ff8000000000000));
    EXPECT_NE(nan(0x7ff8000000000000), nan(0xfff8000000000001));
    // Attributes are no arrays: a NaN there is a NaN.
    Image one(1, 1, 1);
    Image other = one;
    one.timestamp = std::bit_cast<double>(std::uint64_t{0x7ff8000000000000});
    other.timestamp = std::bit_cast<double>(std::uint64_t{0xfff8000000000001});
    EXPECT_EQ(Packet::make(one).hash(), Packet::make(other).hash());
}

TEST(Hash, OfACloudKnowsNoCountOfTheWhole) {
    PointCloud cloud = sample_cloud();
    const Hash128 whole = Packet::make(cloud).hash();
    cloud.full_count = 0;  // which readers set, and payloads made by hand don't
    EXPECT_EQ(Packet::make(cloud).hash(), whole);
}

}  // namespace
}  // namespace millrace::types::testing
