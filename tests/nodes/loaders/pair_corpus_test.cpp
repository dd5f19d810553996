// Pairs of texts as batches of tokens.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nodes/types/phase.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_pair_corpus(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Tensor;
using Ids = std::vector<std::int64_t>;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_pair_corpus(made);
        return &made;
    }();
    return *registry;
}

/// Source, target, labels, phase, last.
std::vector<std::vector<Packet>> batches(const Object& params, std::uint64_t seed = 1) {
    TestContext context(registry());
    context.run_seed = seed;
    TestNode node(registry(), "loaders.pair_corpus", params);
    node.start(context);
    std::vector<std::vector<Packet>> all;
    for (;; ++context.item_number) {
        auto results = node.call_all({}, context);
        if (results.empty()) return all;
        all.push_back(std::move(results.at(0)));
    }
}

TEST(PairCorpus, BatchesAreWhatAnEncoderDecoderReads) {
    const TestContext folder;
    std::ofstream(folder.artifact("en")) << "ab\nc\n";
    std::ofstream(folder.artifact("ro")) << "x\nyz\n";
    const auto all = batches({{"kind", "pairs"},
                              {"path", folder.artifact("en").string()},
                              {"target_path", folder.artifact("ro").string()},
                              {"validation_share", 0.0},
                              {"test_share", 0.0},
                              {"shuffle", false}});
    ASSERT_EQ(all.size(), 1U);
    const auto tokens = [](char letter) { return std::int64_t{4} + letter; };
    const auto ids = [](std::vector<Ids> rows) {
        at::Tensor table = at::empty({std::ssize(rows), std::ssize(rows[0])}, at::kLong);
        for (std::size_t i = 0; i < rows.size(); ++i)
            table[std::int64_t(i)].copy_(at::tensor(rows[i], at::kLong));
        return table;
    };
    EXPECT_TRUE(all[0][0].as<Tensor>().value.equal(
        ids({{tokens('a'), tokens('b'), 2}, {tokens('c'), 2, 1}})));
    EXPECT_TRUE(all[0][1].as<Tensor>().value.equal(
        ids({{2, tokens('x'), 1}, {2, tokens('y'), tokens('z')}})))
        << "the start token, then the target";
    EXPECT_TRUE(all[0][2].as<Tensor>().value.equal(
        ids({{tokens('x'), 2, -100}, {tokens('y'), tokens('z'), 2}})));
    EXPECT_EQ(all[0][3].as<double>(), types::kTrain);
    EXPECT_EQ(all[0][4].as<double>(), 1);
}

TEST(PairCorpus, TheSmallCorpusInACourse) {
    const Object params = {{"size", 100}, {"epochs", 2}};
    const auto all = batches(params);
    std::set<std::string> train, held;
    std::vector<double> phases;
    for (const auto& batch : all) {
        phases.push_back(batch[3].as<double>());
        const at::Tensor& source = batch[0].as<Tensor>().value;
        EXPECT_EQ(source.scalar_type(), at::kLong);
        for (std::int64_t row = 0; row < source.size(0); ++row) {
            std::string key;  // the text alone, whatever its padding
            for (std::int64_t i = 0; i < source.size(1); ++i) {
                const auto token = source[row][i].item<std::int64_t>();
                if (token > 3) key += static_cast<char>(token - 4);
            }
            (phases.back() == types::kTrain ? train : held).insert(key);
        }
    }
    EXPECT_EQ(phases, (std::vector<double>{0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2}));
    EXPECT_GT(held.size(), 40U);
    for (const std::string& key : held) EXPECT_FALSE(train.contains(key));
    EXPECT_FALSE(all[0][0].as<Tensor>().value.equal(all[5][0].as<Tensor>().value))
        << "another order in the second epoch";
    EXPECT_TRUE(batches(params)[0][0].as<Tensor>().value.equal(all[0][0].as<Tensor>().value));
    EXPECT_FALSE(batches(params, 2)[0][0].as<Tensor>().value.equal(all[0][0].as<Tensor>().value));
}

TEST(PairCorpus, LongTextsAreCutAndKeepTheirEnd) {
    for (const auto& batch : batches({{"source_length", 6}, {"target_length", 9}})) {
        const at::Tensor& source = batch[0].as<Tensor>().value;
        EXPECT_LE(source.size(1), 6);
        EXPECT_TRUE(source.eq(2).any(1).all().item<bool>());
        EXPECT_LE(batch[2].as<Tensor>().value.size(1), 9);
    }
}

TEST(PairCorpus, RefusesWhatHasNoPairs) {
    EXPECT_EQ(check_node(registry(), "loaders.pair_corpus", {{"task", "language"}}).size(), 1U);
    EXPECT_EQ(check_node(registry(), "loaders.pair_corpus", {{"kind", "plain"}}).size(), 1U);
    EXPECT_EQ(check_node(registry(), "loaders.pair_corpus", {{"kind", "pairs"}}).size(), 2U)
        << "two files are missing";
    EXPECT_EQ(error_code([] { batches({{"split", "test"}, {"test_share", 0.0}}); }), "E-TEXT-030");
}

}  // namespace
}  // namespace millrace::testing
