// Recording outputs of a run, reading them back, and taps.
#include "engine/observe/record.hpp"

#include <gtest/gtest.h>

#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

namespace fs = std::filesystem;

Graph pair_graph(double amount = 1) {
    return graph_of(R"({"n": {"type": "control.counter", "params": {"items": 5}},
                        "even": {"type": "test.even_only"},
                        "add": {"type": "test.heavy_add", "params": {"amount": )" +
                        std::to_string(amount) + "}}}",
                    {{"n.value", "even.value"}, {"even.value", "add.value"}});
}

class Recording : public ::testing::Test {
protected:
    std::vector<std::string> names(const std::vector<std::string>& given) {
        const Plan plan = plan_run(pair_graph(), runner.registry, {});
        std::vector<std::string> found;
        for (const Endpoint& output : outputs_named(plan, given)) found.push_back(to_text(output));
        return found;
    }
    void record(const fs::path& folder, const std::vector<std::string>& sketched,
                const std::vector<std::string>& kept) {
        RunOptions options;
        options.threads = 2;
        engine::Run run(plan_run(pair_graph(), runner.registry, options), runner.registry, options);
        const Recorder recorder(run, folder,
                                {.sketches = outputs_named(run.plan(), sketched),
                                 .packets = outputs_named(run.plan(), kept)});
        run.start();
        EXPECT_EQ(run.wait().status, RunStatus::Succeeded);
        EXPECT_TRUE(recorder.problems().empty());
    }
    Runner runner;
    TemporaryFolder folder;
};

using Names = std::vector<std::string>;

TEST_F(Recording, OutputsAreNamedInEveryWay) {
    EXPECT_EQ(names({"all"}), (Names{"add.value", "even.value", "n.value"}));
    EXPECT_EQ(names({"even"}), Names{"even.value"});
    EXPECT_EQ(names({"even.value", "even"}), Names{"even.value"});
    EXPECT_EQ(names({"n.value -> even.value"}), Names{"n.value"});
    try {
        names({"evne.value"});
        FAIL() << "an unknown output was taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.problem().code, "E-CLI-009");
        EXPECT_NE(error.problem().mend.find("even.value"), std::string::npos);
    }
}

TEST_F(Recording, SketchesAndPacketsComeBack) {
    record(folder.path, {"all"}, {"add.value"});
    const auto recorded = read_recorded(folder.path);
    ASSERT_EQ(recorded.size(), 3u);
    EXPECT_EQ(recorded.at("n.value").sketches.size(), 5u);
    EXPECT_TRUE(recorded.at("n.value").packets.empty());
    // Items without a value have no sketch; the others keep their numbers.
    const Recorded& add = recorded.at("add.value");
    ASSERT_EQ(add.sketches.size(), 3u);
    EXPECT_EQ(add.sketches.at(4), Packet::make(5.0).sketch());
    ASSERT_EQ(add.packets.size(), 3u);
    EXPECT_EQ(add.packets.at(2), packet_file(folder.path, "add.value", 2));
    std::ifstream stream(add.packets.at(2), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(deserialise(bytes, runner.registry).as<double>(), 3.0);
}

TEST_F(Recording, ALineCutShortByAKillIsLeftOut) {
    record(folder.path, {"n.value"}, {});
    const fs::path file = folder.path / "sketches.ndjson";
    fs::resize_file(file, fs::file_size(file) - 20);
    EXPECT_EQ(read_recorded(folder.path).at("n.value").sketches.size(), 4u);
    // In the middle it is damage, which must not pass for a shorter run.
    std::ofstream(file, std::ios::app) << "\n{\"wire\": \"n.value\"}\n";
    EXPECT_THROW(read_recorded(folder.path), Error);
}

TEST_F(Recording, OfAnItemRecordedTwiceTheLastCounts) {
    record(folder.path, {"n.value"}, {});
    const Object line{
        {"wire", "n.value"}, {"item", 2}, {"sketch", to_value(Packet::make(99.0).sketch())}};
    std::ofstream(folder.path / "sketches.ndjson", std::ios::app) << to_json(line) << "\n";
    const auto recorded = read_recorded(folder.path);
    EXPECT_EQ(recorded.at("n.value").sketches.size(), 5u);
    EXPECT_EQ(recorded.at("n.value").sketches.at(2).max, 99);
}

TEST_F(Recording, AFolderWithoutRecordsSaysSo) {
    try {
        read_recorded(folder.path);
        FAIL() << "something was read";
    } catch (const Error& error) {
        EXPECT_EQ(error.problem().code, "E-CLI-012");
    }
}

TEST_F(Recording, PacketsThatCannotBeKeptAreAWarning) {
    std::ofstream(folder.path / "packets") << "in the way";
    RunOptions options;
    options.threads = 2;
    engine::Run run(plan_run(pair_graph(), runner.registry, options), runner.registry, options);
    std::vector<Endpoint> kept = outputs_named(run.plan(), {"add"});
    try {
        const Recorder recorder(run, folder.path, {.packets = kept});
        run.start();
        EXPECT_EQ(run.wait().status, RunStatus::Succeeded);
        ASSERT_EQ(recorder.problems().size(), 1u);
        EXPECT_EQ(recorder.problems().front().severity, Severity::Warning);
    } catch (const Error& error) {
        EXPECT_EQ(error.problem().code, "E-FILE-003");  // or it says so before the run
    }
}

TEST_F(Recording, TapsSeePacketsOfOneOutputInOrderUntilTheyAreTakenAway) {
    RunOptions options;
    options.threads = 1;
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 50}},
                               "add": {"type": "test.add"}})",
                           {{"n.value", "add.value"}});
    engine::Run run(plan_run(graph, runner.registry, options), runner.registry, options);
    std::vector<std::uint64_t> all, seldom, gone;
    run.tap({"n", "value"}, {}, [&](std::uint64_t item, const Packet& packet) {
        EXPECT_EQ(packet.as<double>(), static_cast<double>(item));
        all.push_back(item);
    });
    run.tap({"n", "value"}, {.per_second = 1e-3},
            [&](std::uint64_t item, const Packet&) { seldom.push_back(item); });
    const int number = run.tap({"add", "value"}, {},
                               [&](std::uint64_t item, const Packet&) { gone.push_back(item); });
    run.untap(number);
    EXPECT_THROW(run.tap({"n", "valeu"}, {}, [](std::uint64_t, const Packet&) {}), Error);
    run.start();
    EXPECT_EQ(run.wait().status, RunStatus::Succeeded);
    ASSERT_EQ(all.size(), 50u);
    EXPECT_TRUE(std::ranges::is_sorted(all));
    EXPECT_EQ(seldom, std::vector<std::uint64_t>{0});
    EXPECT_TRUE(gone.empty());
}

TEST_F(Recording, ATapThatThrowsChangesNothing) {
    engine::Run run(plan_run(pair_graph(), runner.registry, {}), runner.registry, {});
    std::atomic<int> seen = 0;
    run.tap({"n", "value"}, {}, [&](std::uint64_t, const Packet&) {
        ++seen;
        throw std::runtime_error("a viewer's own trouble");
    });
    run.start();
    EXPECT_EQ(run.wait().status, RunStatus::Succeeded);
    EXPECT_EQ(seen, 5);
}

}  // namespace
}  // namespace millrace::engine::testing
