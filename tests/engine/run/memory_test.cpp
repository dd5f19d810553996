// Bounded memory: a long stream takes no more than a short one.
#include <malloc.h>

#include <atomic>

#include "tests/engine/support.hpp"

namespace millrace::engine::testing {

/// 8 kB that know how many of them are alive.
struct Block {
    Block() : bytes(8192, 1) { ++alive(); }
    Block(const Block& other) : bytes(other.bytes) { ++alive(); }
    Block(Block&& other) noexcept : bytes(std::move(other.bytes)) { ++alive(); }
    ~Block() { --alive(); }
    static std::atomic<int>& alive() {
        static std::atomic<int> count = 0;
        return count;
    }
    std::vector<std::uint8_t> bytes;
};

}  // namespace millrace::engine::testing

namespace millrace::engine {

template <>
struct PayloadTraits<testing::Block> {
    static constexpr std::string_view name = "test_block";
    static constexpr int version = 1;
    static Record record(const testing::Block&) { return {}; }
    static testing::Block restore(const Record&) { return {}; }
    static std::vector<visual::Visual> visual(const testing::Block&, const visual::Budget&) { return {}; }
};

namespace testing {
namespace {

struct MakeBlock {
    static NodeSpec spec() {
        return {.id = "test.make_block",
                .title = "Make block",
                .group = "Test",
                .doc = "Gives 8 kB for a number.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"block", "8 kB"}}};
    }
    Block operator()(const double&) const { return {}; }
};

struct PassBlock {
    static NodeSpec spec() {
        return {.id = "test.pass_block",
                .title = "Pass block",
                .group = "Test",
                .doc = "Gives a copy.",
                .inputs = {{"block", "8 kB"}},
                .outputs = {{"block", "8 kB"}}};
    }
    Block operator()(const Block& block) { return block; }
    State save() const { return {}; }
    void load(const State&) {}
};

struct JoinBlocks {
    static NodeSpec spec() {
        return {.id = "test.join_blocks",
                .title = "Join blocks",
                .group = "Test",
                .doc = "Gives the number of bytes.",
                .inputs = {{"a", "8 kB"}, {"b", "8 kB"}},
                .outputs = {{"value", "bytes"}}};
    }
    double operator()(const Block& a, const Block& b) const { return double(a.bytes.size() + b.bytes.size()); }
};

long resident_kilobytes() {
    malloc_trim(0);
    std::ifstream statm("/proc/self/statm");
    long total = 0;
    long resident = 0;
    statm >> total >> resident;
    return resident * 4;
}

TEST(Memory, StaysFlatOverAHundredThousandItems) {
    Registry registry;
    register_test_nodes(registry);
    registry.add<MakeBlock>();
    registry.add<PassBlock>();
    registry.add<JoinBlocks>();
    // One branch passes a batch and its undoing, which is what could pile up.
    const Graph graph = graph_of(R"({"source": {"type": "control.counter", "params": {"items": 100000}},
                                     "make": {"type": "test.make_block"},
                                     "slow": {"type": "test.pass_block"},
                                     "fast": {"type": "test.pass_block"},
                                     "join": {"type": "test.join_blocks"},
                                     "batch": {"type": "control.batch", "params": {"size": 32}},
                                     "sum": {"type": "test.list_sum"}})",
                                 {{"source.value", "make.value"},
                                  {"make.block", "slow.block"},
                                  {"make.block", "fast.block"},
                                  {"slow.block", "join.a"},
                                  {"fast.block", "join.b"},
                                  {"join.value", "batch.item"},
                                  {"batch.items", "sum.items"}});
    RunOptions options;
    options.threads = 2;
    Plan plan = plan_run(graph, registry, options);
    ASSERT_TRUE(plan.ok()) << problems_text(plan.problems);
    engine::Run run(std::move(plan), registry, options);
    long settled = 0;
    long most = 0;
    int most_alive = 0;
    double sum = 0;
    run.tap({"sum", "value"}, {}, [&](std::uint64_t item, const Packet& packet) {
        sum += packet.as<double>();
        most_alive = std::max(most_alive, Block::alive().load());
        if (item == 1000 / 32) settled = resident_kilobytes();
        if (item > 1000 / 32 && item % 100 == 0) most = std::max(most, resident_kilobytes());
    });
    run.start();
    const RunResult result = run.wait();
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(sum, 100000.0 * 2 * 8192);
    EXPECT_EQ(Block::alive(), 0);
    // 800 MB went through; a tenth of a percent of them kept would show.
    EXPECT_LT(most_alive, 1000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep freed memory
    EXPECT_LT(most - settled, 4096) << "resident kB after 1,000 items: " << settled << ", at most later: " << most;
#endif
    RecordProperty("growth_kilobytes", static_cast<int>(most - settled));
}

}  // namespace
}  // namespace testing
}  // namespace millrace::engine
