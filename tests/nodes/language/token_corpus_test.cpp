// Tokens that language models are trained on, as a node gives them.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/model.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_token_corpus(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Object;
using engine::Packet;
using types::Tensor;
using Ids = std::vector<std::int64_t>;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_token_corpus(made);
        return &made;
    }();
    return *registry;
}

/// Sequences 0 0 0 0, 1 1 1 1 …, the last one ended after two.
fs::path token_file(const TestContext& folder, std::int64_t rows) {
    at::Tensor tokens = at::arange(rows, at::kLong).unsqueeze(1).repeat({1, 4});
    tokens[rows - 1].narrow(0, 2, 2).fill_(-100);
    const fs::path file = folder.artifact("t.safetensors");
    visual::write_file_atomically(
        file, visual::write_safetensors({types::array_of("tokens", tokens)}, {}));
    return file;
}

struct Batch {
    Ids rows;
    double phase = 0, last = 0;
};

std::vector<Batch> batches(const Object& params, std::uint64_t seed = 1) {
    TestContext context(registry());
    context.run_seed = seed;
    TestNode node(registry(), "loaders.token_corpus", params);
    node.start(context);
    std::vector<Batch> all;
    for (;; ++context.item_number) {
        const auto results = node.call_all({}, context);
        if (results.empty()) return all;
        const at::Tensor& tokens = results.at(0).at(0).as<Tensor>().value;
        Batch batch{.phase = results.at(0).at(2).as<double>(),
                    .last = results.at(0).at(3).as<double>()};
        for (int row = 0; row < tokens.size(0); ++row)
            batch.rows.push_back(tokens[row][0].item<std::int64_t>());
        all.push_back(std::move(batch));
    }
}

TEST(TokenCorpus, GivesEpochsThenTheTest) {
    const TestContext folder;
    const Object params = {{"path", token_file(folder, 10).string()},
                           {"size", 4},
                           {"epochs", 2},
                           {"validation_share", 0.2},
                           {"test_share", 0.1},
                           {"shuffle", true}};
    const std::vector<Batch> all = batches(params);
    ASSERT_EQ(all.size(), 7U) << "twice 4 + 3 and 2, then 1";
    const std::vector<double> phases = {0, 0, 1, 0, 0, 1, 2}, last = {0, 1, 1, 0, 1, 1, 1};
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_EQ(all[i].phase, phases[i]) << i;
        EXPECT_EQ(all[i].last, last[i]) << i;
    }
    std::set<std::int64_t> first(all[0].rows.begin(), all[0].rows.end());
    first.insert(all[1].rows.begin(), all[1].rows.end());
    EXPECT_EQ(first.size(), 7U) << "each training sequence once in an epoch";
    EXPECT_EQ(all[2].rows, (Ids{7, 8}));
    EXPECT_EQ(all[6].rows, (Ids{9}));
    EXPECT_NE(all[0].rows, all[3].rows) << "another order in the second epoch";
    EXPECT_NE(batches(params, 2)[0].rows, all[0].rows);
}

TEST(TokenCorpus, ProcessesShareEachBatchInStep) {
    const TestContext folder;
    const Object params = {{"path", token_file(folder, 10).string()},
                           {"size", 4},
                           {"epochs", 2},
                           {"validation_share", 0.2},
                           {"test_share", 0.1}};
    const std::vector<Batch> whole = batches(params);
    std::array<std::vector<Batch>, 2> shares;
    std::string uneven;
    setenv("WORLD_SIZE", "2", 1);
    setenv("MASTER_ADDR", "127.0.0.1", 1);
    for (std::size_t rank = 0; rank < 2; ++rank) {
        setenv("RANK", std::to_string(rank).c_str(), 1);
        shares[rank] = batches(params);
        Object odd = params;
        odd["size"] = 3;
        uneven += error_code([&] { batches(odd); }) + ' ';
    }
    for (const char* name : {"WORLD_SIZE", "RANK", "MASTER_ADDR"}) unsetenv(name);
    EXPECT_EQ(uneven, "E-TRAIN-024 E-TRAIN-024 ");
    ASSERT_EQ(whole.size(), 7U);
    ASSERT_EQ(shares[0].size(), 6U) << "the one test sequence can't be shared";
    ASSERT_EQ(shares[1].size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        Ids together;
        for (std::size_t row = 0; row < whole[i].rows.size(); ++row)
            together.push_back(shares[row % 2][i].rows.at(row / 2));
        EXPECT_EQ(together, whole[i].rows) << i;
        for (const auto& share : shares) {
            EXPECT_EQ(share[i].phase, whole[i].phase) << i;
            EXPECT_EQ(share[i].last, whole[i].last) << i;
        }
    }
}

TEST(TokenCorpus, LabelsAreTheNextTokens) {
    const TestContext folder;
    TestContext context(registry());
    TestNode node(registry(), "loaders.token_corpus",
                  {{"path", token_file(folder, 3).string()},
                   {"size", 3},
                   {"validation_share", 0.0},
                   {"shuffle", false}});
    node.start(context);
    const auto out = node.call_all({}, context).at(0);
    const at::Tensor &tokens = out.at(0).as<Tensor>().value, &labels = out.at(1).as<Tensor>().value;
    EXPECT_TRUE(labels[1].equal(at::tensor(Ids{1, 1, 1, -100}, at::kLong)));
    EXPECT_TRUE(tokens[2].equal(at::tensor(Ids{2, 2, 0, 0}, at::kLong)));
    EXPECT_TRUE(labels[2].equal(at::tensor(Ids{2, -100, -100, -100}, at::kLong)));
}

TEST(TokenCorpus, TextInBlocksAndBadInput) {
    const std::string tokenizer = MILLRACE_SOURCE_DIR "/graphs/llm-qat/small-text.tokenizer";
    TestContext context(registry());
    TestNode node(registry(), "loaders.token_corpus", {{"tokenizer", tokenizer}, {"length", 32}});
    node.start(context);
    EXPECT_EQ(node.call({}, context).at(0).as<Tensor>().value.sizes(), (Ids{8, 32}));
    const auto code = [](const Object& params) {
        return error_code([&] {
            TestContext other(registry());
            TestNode(registry(), "loaders.token_corpus", params).start(other);
        });
    };
    const auto problems = registry().find("loaders.token_corpus")->make()->check();
    ASSERT_EQ(problems.size(), 1u) << "told before the run";
    EXPECT_EQ(problems[0].code, "E-TEXT-033");
    const TestContext folder;
    std::ofstream(folder.artifact("few.txt")) << "few";
    EXPECT_EQ(code({{"path", folder.artifact("few.txt").string()}, {"tokenizer", tokenizer}}),
              "E-TEXT-030");
    // More than a tokenizer takes is refused before it is read.
    const std::string much(ops::kMostTextBytes + 1, 'a');
    std::ofstream(folder.artifact("much.txt")) << much;
    EXPECT_EQ(code({{"path", folder.artifact("much.txt").string()}, {"tokenizer", tokenizer}}),
              "E-FILE-005");
    visual::write_file_atomically(
        folder.artifact("o.safetensors"),
        visual::write_safetensors({types::array_of("tokens", at::zeros({2, 3}))}, {}));
    EXPECT_EQ(code({{"path", folder.artifact("o.safetensors").string()}}), "E-TEXT-032");
}

}  // namespace
}  // namespace millrace::testing
