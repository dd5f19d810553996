// A teacher's answers and the cache: how often it runs in later epochs, for later students, and
// where several processes share the batches.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/run/cache.hpp"
#include "engine/run/run.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/types/activations.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/model_io.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_bart(engine::Registry& registry);
void register_forward(engine::Registry& registry);
void register_language_file(engine::Registry& registry);
void register_llama(engine::Registry& registry);
void register_teacher(engine::Registry& registry);
void register_token_corpus(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Object;
using engine::Packet;
using types::Activations;
using types::Model;
using types::Tensor;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_bart(made);
        nodes::register_forward(made);
        nodes::register_language_file(made);
        nodes::register_llama(made);
        nodes::register_teacher(made);
        nodes::register_token_corpus(made);
        return &made;
    }();
    return *registry;
}

Model tiny(std::uint64_t seed) {
    TestContext context(registry());
    context.run_seed = seed;
    const Object params = {{"vocabulary", 40}, {"width", 16},  {"layers", 2},
                           {"heads", 4},       {"hidden", 24}, {"context", 32}};
    return run_node(registry(), "backbones.llama", params, {}, context).at(0).as<Model>();
}

TEST(Teacher, AnswersAsTheForwardPassDoes) {
    const Packet tokens = Packet::make(Tensor{at::arange(4, 16, at::kLong).view({2, 6})});
    TestContext context(registry());
    const Packet model =
        run_node(registry(), "backbones.bart",
                 {{"width", 16}, {"heads", 2}, {"hidden", 24}, {"context", 40}}, {}, context)
            .at(0);
    const Object params = {{"watch", "*decoder.layers.1"}};
    const auto forward =
        run_node(registry(), "training.forward", params, {tokens, {}, model, tokens});
    const auto teacher = run_node(registry(), "training.teacher", params, {tokens, model, tokens});
    EXPECT_TRUE(teacher.at(0).as<Tensor>().value.equal(forward.at(0).as<Tensor>().value));
    const Activations &seen = teacher.at(2).as<Activations>(),
                      &wanted = forward.at(3).as<Activations>();
    ASSERT_EQ(seen.parts.size(), 1U);
    EXPECT_EQ(seen.parts[0].name, wanted.parts.at(0).name);
    EXPECT_TRUE(seen.parts[0].value.equal(wanted.parts[0].value));
    EXPECT_FALSE(seen.parts[0].value.requires_grad());
}

/// 22 sequences of which 18 are for training, 2 each for validation and test, by 4: an epoch has 5
/// and 1 batches, and the test is one more.
class TeacherCache : public ::testing::Test {
protected:
    TeacherCache()
        : store_(folder_.artifact("cache"), 64U << 20),
          params_({{"path", folder_.artifact("tokens.safetensors").string()},
                   {"size", 4},
                   {"epochs", 3},
                   {"validation_share", 0.1},
                   {"test_share", 0.1},
                   {"regroup", false}}) {
        const at::Tensor tokens = at::arange(22, at::kLong).unsqueeze(1).repeat({1, 5});
        visual::write_file_atomically(
            folder_.artifact("tokens.safetensors"),
            visual::write_safetensors({types::array_of("tokens", tokens)}, {}));
        write(1);
    }

    void write(std::uint64_t model) const {
        types::write_model(tiny(model), folder_.artifact("teacher.safetensors"));
    }

    struct Counts {
        std::uint64_t run = 0, loaded = 0;
        friend bool operator==(const Counts&, const Counts&) = default;
    };

    /// What the teacher did; its answers are left in `logits_`, by item.
    Counts run(std::uint64_t seed = 1, bool caches = true) {
        engine::Graph graph;
        const auto add = [&](const char* id, const char* type, const Object& params) {
            graph.nodes[id].type = type;
            graph.nodes[id].params = params;
        };
        add("corpus", "loaders.token_corpus", params_);
        add("teacher", "backbones.language_file",
            {{"path", folder_.artifact("teacher.safetensors").string()}});
        add("targets", "training.teacher", {});
        graph.wires.push_back({.from = {"corpus", "tokens"}, .to = {"targets", "features"}});
        graph.wires.push_back({.from = {"teacher", "model"}, .to = {"targets", "model"}});
        engine::RunOptions options;
        options.seed = seed;
        options.threads = 2;
        options.intra_threads = 1;
        options.cache = caches ? &store_ : nullptr;
        engine::Run run(engine::plan_run(graph, registry(), options), registry(), options);
        logits_.clear();
        std::mutex mutex;
        run.tap({"targets", "logits"}, {}, [&](std::uint64_t item, const Packet& packet) {
            const std::scoped_lock lock(mutex);
            logits_[item] = packet.as<Tensor>().value;
        });
        run.start();
        const engine::RunResult result = run.wait();
        EXPECT_EQ(result.status, engine::RunStatus::Succeeded);
        for (const engine::NodeFigures& node : result.figures.nodes) {
            if (node.id == "targets") return {node.executed, node.cached};
        }
        return {};
    }

    void expect_answers(const std::map<std::uint64_t, at::Tensor>& wanted) const {
        ASSERT_EQ(logits_.size(), wanted.size());
        for (const auto& [item, logits] : wanted)
            EXPECT_TRUE(logits_.at(item).equal(logits)) << item;
    }

    TestContext folder_;
    engine::CacheStore store_;
    Object params_;
    std::map<std::uint64_t, at::Tensor> logits_;
};

TEST_F(TeacherCache, LaterEpochsComeFromTheCache) {
    EXPECT_EQ(run(1, false), (Counts{19, 0}));
    const auto wanted = logits_;
    EXPECT_EQ(run(), (Counts{7, 12})) << "5 batches of training, and those of the other parts";
    expect_answers(wanted);
    EXPECT_EQ(run(), (Counts{0, 19}));
    expect_answers(wanted);
}

TEST_F(TeacherCache, RegroupedBatchesOfLaterEpochsRun) {
    params_["regroup"] = true;
    params_["epochs"] = 1;
    EXPECT_EQ(run(), (Counts{7, 0}));
    params_["epochs"] = 3;
    EXPECT_EQ(run(), (Counts{10, 9}))
        << "twice 5 new ones; validation and the first epoch are known";
}

TEST_F(TeacherCache, AnotherStudentOfTheSameTeacherFindsItsAnswers) {
    params_["regroup"] = true;
    run();
    const auto wanted = logits_;
    EXPECT_EQ(run(), (Counts{0, 19}));
    expect_answers(wanted);
    const Counts reseeded = run(2);
    EXPECT_EQ(reseeded.run, 15U) << "other batches of training, the same of validation and test";
    write(2);
    EXPECT_GE(run().run, 17U) << "another teacher";
    EXPECT_FALSE(logits_.at(0).equal(wanted.at(0)));
}

TEST_F(TeacherCache, ProcessesDoNotMixTheirBatchesUp) {
    setenv("WORLD_SIZE", "2", 1);
    setenv("MASTER_ADDR", "127.0.0.1", 1);
    std::map<std::uint64_t, at::Tensor> wanted[2];
    for (const int rank : {0, 1}) {
        setenv("RANK", std::to_string(rank).c_str(), 1);
        run(1, false);
        wanted[rank] = logits_;
    }
    EXPECT_FALSE(wanted[0].at(0).equal(wanted[1].at(0)));
    for (const bool again : {false, true}) {
        for (const int rank : {0, 1}) {
            setenv("RANK", std::to_string(rank).c_str(), 1);
            const Counts counts = run();
            EXPECT_EQ(counts.run + counts.loaded, 19U);
            EXPECT_EQ(counts.run, again ? 0U : 7U) << "each has batches of its own";
            expect_answers(wanted[rank]);
        }
    }
    for (const char* name : {"WORLD_SIZE", "RANK", "MASTER_ADDR"}) unsetenv(name);
}

}  // namespace
}  // namespace millrace::testing
