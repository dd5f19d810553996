#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/ops/training/optimizers.hpp"
#include "nodes/types/model_io.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/training/training.hpp"

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;

engine::RunOptions quick() {
    engine::RunOptions options;
    options.checkpoint_interval = std::chrono::milliseconds(0);
    options.intra_threads = 2;  // more than one where sums could differ
    return options;
}

using Metrics = std::map<std::string, std::vector<double>>;

/// The values of metrics.csv by name, in order.
Metrics metrics_of(const fs::path& out) {
    std::ifstream file(out / "metrics.csv");
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "item,node,name,value");
    Metrics metrics;
    while (std::getline(file, line)) {
        std::vector<std::string> cells(1);
        for (const char letter : line) {
            if (letter == ',')
                cells.emplace_back();
            else
                cells.back() += letter;
        }
        metrics[cells.at(2)].push_back(std::stod(cells.at(3)));
    }
    return metrics;
}

TEST(TrainingLoop, LearnsAndKeepsTheBestModel) {
    const TestContext folder;
    const engine::RunResult result = train(folder.artifacts(), {{"examples.epochs", 8}}, quick());
    ASSERT_EQ(result.status, engine::RunStatus::Succeeded);
    Metrics metrics = metrics_of(folder.artifacts());
    ASSERT_EQ(metrics["validation_accuracy"].size(), 8u);
    EXPECT_GT(metrics["test_accuracy"].back(), 0.8);
    EXPECT_LT(metrics["train_loss"].back(), metrics["train_loss"].front() / 2);
    EXPECT_EQ(metrics["best_accuracy"].back(),
              *std::ranges::max_element(metrics["validation_accuracy"]));
    const types::Model model =
        types::read_model(folder.artifacts() / "artifacts" / "model.safetensors");
    EXPECT_EQ(model.version % 6, 0u) << "48 examples in batches of 8: a model of an epoch's end";
    EXPECT_GT(model.version, 0u);
}

TEST(TrainingLoop, ThreadsOfTheEngineChangeNothing) {
    const TestContext folder;
    std::set<std::string> models;
    for (const int threads : {1, 2, 4}) {
        engine::RunOptions options = quick();
        options.threads = threads;
        const fs::path out = folder.artifacts() / std::to_string(threads);
        ASSERT_EQ(train(out, {}, options).status, engine::RunStatus::Succeeded);
        models.insert(model_bytes(out));
    }
    EXPECT_EQ(models.size(), 1u);
    engine::RunOptions other = quick();
    other.seed = 2;
    ASSERT_EQ(train(folder.artifacts() / "other", {}, other).status, engine::RunStatus::Succeeded);
    EXPECT_FALSE(models.contains(model_bytes(folder.artifacts() / "other")));
}

/// The same steps in a loop that knows nothing of graphs.
TEST(TrainingLoop, IsThePlainLoop) {
    const TestContext folder;
    const Changes changes = {
        {"examples.validation", 0}, {"examples.test", 0}, {"examples.epochs", 2}};
    ASSERT_EQ(train(folder.artifacts(), changes, quick()).status, engine::RunStatus::Succeeded);
    const types::Model found =
        types::read_model(folder.artifacts() / "artifacts" / "model.safetensors");

    const ops::Network network(found.spec);
    types::NamedTensors parameters = network.initial_parameters(quick().seed),
                        buffers = network.initial_buffers();
    const auto optimizer = ops::make_adamw({});
    const engine::NodeType& type = *training_nodes().find("test.examples");
    TestContext context;
    context.id = "examples";
    context.run_seed = quick().seed;
    TestNode examples(training_nodes(), "test.examples");
    at::set_num_threads(quick().intra_threads);
    for (std::uint64_t step = 0; step < 12; ++step) {
        std::vector<at::Tensor> features;
        std::vector<std::int64_t> labels;
        for (std::uint64_t i = 0; i < 8; ++i) {
            context.item_number = step * 8 + i;
            const auto packets = examples.call({}, context);
            features.push_back(packets[0].as<types::Tensor>().value);
            labels.push_back(packets[1].as<types::Text>().text[0] - 'a');
        }
        for (auto& [name, parameter] : parameters)
            parameter = parameter.detach().clone().requires_grad_(true);
        types::NamedTensors updates;
        ops::Pass pass;
        pass.training = true;
        pass.updates = &updates;
        const at::Tensor frames =
            ops::forward(network, parameters, buffers, at::stack(features), pass);
        ops::cross_entropy(ops::read_out(network.readout(), frames), at::tensor(labels, at::kLong),
                           {}, ops::Reduction::Mean)
            .backward();
        optimizer->step(parameters, 0.01);
        for (auto& [name, value] : updates) buffers[name] = value;
    }
    ASSERT_EQ(type.spec.outputs.size(), 3u);
    EXPECT_EQ(found.version, 12u);
    for (const auto& [name, parameter] : parameters)
        EXPECT_TRUE(found.parameters.at(name).equal(parameter.detach())) << name;
    for (const auto& [name, buffer] : buffers)
        EXPECT_TRUE(found.buffers.at(name).equal(buffer)) << name;
}

/// What the children of the next test run.
TEST(TrainingLoop, DISABLED_Child) {
    engine::RunOptions options = quick();
    options.checkpoint_items = 20;
    options.resume = std::string(std::getenv("MILLRACE_TEST_RESUME")) == "1";
    train(std::getenv("MILLRACE_TEST_OUT"),
          {{"optimizer.accumulate", 2}, {"optimizer.average", 0.9}}, options);
}

/// Runs this program again, as a process of its own, since threads do not survive a fork.
void run_until_killed(const fs::path& out, int at, bool resume) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        setenv("MILLRACE_TEST_OUT", out.c_str(), 1);
        setenv("MILLRACE_TEST_RESUME", resume ? "1" : "0", 1);
        setenv("MILLRACE_TEST_KILL", std::to_string(at).c_str(), 1);
        execl("/proc/self/exe", "child", "--gtest_filter=TrainingLoop.DISABLED_Child",
              "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
        _exit(127);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

TEST(TrainingLoop, AKilledRunEndsWithTheSameBits) {
    const TestContext folder;
    engine::RunOptions options = quick();
    options.checkpoint_items = 20;
    const Changes changes = {{"optimizer.accumulate", 2}, {"optimizer.average", 0.9}};
    const fs::path whole = folder.artifacts() / "whole";
    ASSERT_EQ(train(whole, changes, options).status, engine::RunStatus::Succeeded);
    const std::string expected = model_bytes(whole);
    ASSERT_FALSE(expected.empty());
    const Metrics metrics = metrics_of(whole);
    // Ten moments of the 204 items, some runs killed again after they have gone on.
    engine::Random random(11, "moments", 0);
    for (int i = 0; i < 10; ++i) {
        const fs::path out = folder.artifacts() / std::to_string(i);
        int at = static_cast<int>(random.below(204));
        run_until_killed(out, at, false);
        if (i % 3 == 0 && at < 180) {
            at += 21 + static_cast<int>(random.below(static_cast<std::uint64_t>(183 - at)));
            run_until_killed(out, at, true);
        }
        engine::RunOptions again = options;
        again.resume = true;
        const engine::RunResult result = train(out, changes, again);
        ASSERT_EQ(result.status, engine::RunStatus::Succeeded);
        if (at > 60) EXPECT_TRUE(result.resumed) << result.resume_note;
        EXPECT_TRUE(model_bytes(out) == expected) << "killed at " << at;
        EXPECT_EQ(metrics_of(out), metrics) << "killed at " << at;
    }
}

TEST(TrainingLoop, ABatchWithNanIsNamedOrLeftOut) {
    const TestContext folder;
    const engine::RunResult stopped =
        train(folder.artifacts() / "stopped", {{"examples.bad", 30}}, quick());
    ASSERT_EQ(stopped.status, engine::RunStatus::Failed);
    ASSERT_FALSE(stopped.problems.empty());
    EXPECT_EQ(stopped.problems.front().code, "E-TRAIN-022");
    EXPECT_NE(stopped.problems.front().where.find("forward"), std::string::npos);
    EXPECT_NE(stopped.problems.front().found.find("features"), std::string::npos);

    const engine::RunResult skipped =
        train(folder.artifacts() / "skipped",
              {{"examples.bad", 30}, {"forward.on_error", true}, {"examples.epochs", 6}}, quick());
    EXPECT_EQ(skipped.status, engine::RunStatus::Succeeded);
    const types::Model model =
        types::read_model(folder.artifacts() / "skipped" / "artifacts" / "model.safetensors");
    for (const auto& [name, parameter] : model.parameters)
        EXPECT_TRUE(parameter.isfinite().all().item<bool>()) << name;
    EXPECT_EQ(metrics_of(folder.artifacts() / "skipped")["loss"].size(), 6u * 6 - 1);
}

TEST(TrainingLoop, EndsEarlyWhenNothingGetsBetter) {
    const TestContext folder;
    // With a rate of 0 the first epoch stays the best.
    ASSERT_EQ(
        train(folder.artifacts(),
              {{"examples.epochs", 6}, {"optimizer.rate", 0.0}, {"best.patience", 2}}, quick())
            .status,
        engine::RunStatus::Succeeded);
    Metrics metrics = metrics_of(folder.artifacts());
    EXPECT_EQ(metrics["loss"].size(), 3u * 6) << "the first epoch, and two that were no better";
    EXPECT_EQ(metrics["test_accuracy"].size(), 1u) << "the test comes all the same";
}

TEST(TrainingLoop, RefusesLabelsThatTheModelDoesNotKnow) {
    const TestContext folder;
    const engine::RunResult result = train(folder.artifacts(), {{"model.classes", "a b"}}, quick());
    ASSERT_EQ(result.status, engine::RunStatus::Failed);
    EXPECT_EQ(result.problems.front().code, "E-TRAIN-020");
    EXPECT_EQ(train(folder.artifacts() / "without",
                    {{"model.classes", "a b"}, {"batch.others", "ignore"}}, quick())
                  .status,
              engine::RunStatus::Succeeded);
}

}  // namespace
}  // namespace millrace::testing
