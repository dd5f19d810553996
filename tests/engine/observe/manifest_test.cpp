// Why a node would be computed again: each reason is named.
#include "engine/observe/manifest.hpp"

#include <gtest/gtest.h>

#include "engine/run/cache.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

Graph chain(double amount) {
    return graph_of(R"({"n": {"type": "control.counter", "params": {"items": 4}},
                        "add": {"type": "test.heavy_add", "params": {"amount": )" +
                        std::to_string(amount) + R"(}},
                        "random": {"type": "test.random"}, "more": {"type": "test.heavy_add"},
                        "lines": {"type": "test.lines"}})",
                    {{"n.value", "add.value"},
                     {"add.value", "random.value"},
                     {"random.value", "more.value"},
                     {"more.value", "lines.value"}});
}

class Manifest : public ::testing::Test {
protected:
    RunOptions options(std::uint64_t seed) {
        RunOptions options;
        options.threads = 2;
        options.cache = &store;
        options.seed = seed;
        options.out = folder.path / "run";
        return options;
    }
    void run_it(double amount, std::uint64_t seed) {
        const RunOptions chosen = options(seed);
        engine::Run run(plan_run(chain(amount), runner.registry, chosen), runner.registry, chosen);
        run.start();
        ASSERT_EQ(run.wait().status, RunStatus::Succeeded);
        write_manifests(store, "graph.json", run.plan(), chosen);
    }
    std::string why(const std::string& node, double amount, std::uint64_t seed) {
        const RunOptions chosen = options(seed);
        const Plan plan = plan_run(chain(amount), runner.registry, chosen);
        for (const Explanation& line :
             explain(store, "graph.json", plan, chosen, plan.find("lines"))) {
            if (line.node == node)
                return std::string(to_text(line.expectation)) + ": " + line.because;
        }
        return "not explained";
    }
    Runner runner;
    TemporaryFolder folder;
    CacheStore store{folder.path / "store", std::uint64_t{1} << 30};
};

TEST_F(Manifest, AFirstRunMissesAndASecondHits) {
    EXPECT_EQ(why("add", 1, 0), "miss: it has not been run with this store");
    run_it(1, 0);
    EXPECT_EQ(why("add", 1, 0), "hit: nothing changed since the last run");
    EXPECT_EQ(why("more", 1, 0), "hit: nothing changed since the last run");
    EXPECT_EQ(why("lines", 1, 0).rfind("uncached: never stored: ", 0), 0u);
}

TEST_F(Manifest, NamesTheParameterAndWhatFollowsFromIt) {
    run_it(1, 0);
    EXPECT_EQ(why("add", 2, 0), "miss: parameter amount changed from 1.0 to 2.0");
    EXPECT_EQ(why("random", 2, 0), "miss: input value changes because of add");
    EXPECT_EQ(why("more", 2, 0), "miss: input value changes because of random");
}

TEST_F(Manifest, TheSeedMattersToThoseWhoDrawAlone) {
    run_it(1, 0);
    EXPECT_EQ(why("add", 1, 7), "hit: nothing changed since the last run");
    EXPECT_EQ(why("random", 1, 7), "miss: the seed changed from 0 to 7");
    EXPECT_EQ(why("more", 1, 7), "miss: input value changes because of random");
}

TEST_F(Manifest, AnEarlierRunsResultsAreFound) {
    run_it(1, 0);
    run_it(2, 0);
    EXPECT_EQ(why("add", 1, 0),
              "hit: parameter amount changed from 2.0 to 1.0, but an earlier run left these "
              "results");
}

TEST_F(Manifest, ResultsThatAreGoneAreMissed) {
    run_it(1, 0);
    const std::filesystem::path kept = folder.path / "store" / "why";
    for (const auto& entry : std::filesystem::directory_iterator(folder.path / "store")) {
        if (entry.path() != kept) std::filesystem::remove_all(entry.path());
    }
    EXPECT_EQ(why("add", 1, 0), "miss: its results have been removed from the store");
}

}  // namespace
}  // namespace millrace::engine::testing
