// Checkpoints that somebody has changed, with a right hash: whatever they say, the run ends in one
// of its ways, and what can't be is told. Every member of a real checkpoint is replaced by every
// kind of nonsense.
#include <cstring>
#include <iterator>

#include "engine/hash.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "MRCKPT1\n";
constexpr std::size_t kHead = 8 + 32;  // magic and hash

std::string raw(std::uint64_t number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

/// With the magic and the right hash.
std::string sealed(const std::string& body) {
    return std::string(kMagic) + to_hex(hash_text(body)) + body;
}

/// A checkpoint taken apart: its JSON, and the packets behind it as they stand.
struct Taken {
    fs::path file;
    Value top;
    std::string packets;

    std::string with(const Value& changed) const {
        const std::string json = to_json(changed);
        return sealed(raw(json.size()) + json + packets);
    }
};

Taken newest(const fs::path& out) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(out / "checkpoints")) {
        if (entry.path().extension() == ".ckpt") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    // Only the newest counts.
    while (files.size() > 1) {
        fs::remove(files.front());
        files.erase(files.begin());
    }
    std::ifstream stream(files.at(0), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + kHead, sizeof length);
    const std::string json = bytes.substr(kHead + 8, length);
    return {files[0], parse_json(json, "checkpoint"), bytes.substr(kHead + 8 + length)};
}

/// Calls `visit` with every value inside `value`; it may change it, and must put it back.
template <class Visit>
void for_each_value(Value& value, const Visit& visit) {
    visit(value);
    if (value.is_array()) {
        for (Value& item : value.as_array()) for_each_value(item, visit);
    } else if (value.is_object()) {
        for (auto& [name, item] : value.as_object()) for_each_value(item, visit);
    }
}

class HostileCheckpoint : public ::testing::Test {
protected:
    /// Wires that wait, a batch half full, a latch, a loop and a node with a state of its own.
    Graph graph() const {
        return graph_of(
            R"({"n": {"type": "control.counter", "params": {"items": 20}}, "heavy": {"type": "test.heavy_add"},
            "batch": {"type": "control.batch", "params": {"size": 3}}, "sum": {"type": "test.list_sum"},
            "loop": {"type": "control.feedback", "params": {"first": "1"}}, "add": {"type": "test.sum"},
            "total": {"type": "test.total"}, "held": {"type": "test.with_latch"}})",
            {{"n.value", "heavy.value"},
             {"heavy.value", "batch.item"},
             {"batch.items", "sum.items"},
             {"n.value", "loop.item"},
             {"loop.item", "add.a"},
             {"loop.previous", "add.b"},
             {"add.value", "loop.back"},
             {"heavy.value", "total.value"},
             {"heavy.value", "held.value"},
             {"sum.value", "held.held"}});
    }
    RunOptions options(bool resume) const {
        RunOptions options;
        options.threads = 2;
        options.out = folder_.path / "run";
        options.checkpoint_items = 7;
        options.resume = resume;
        options.timeout = std::chrono::milliseconds(300);
        return options;
    }
    RunResult run() { return runner_.run(graph(), {}, options(false)); }
    /// Goes on from what `taken` was changed to, and removes what the run adds.
    RunResult resume_bytes(const Taken& taken, std::string_view bytes) {
        std::ofstream(taken.file, std::ios::binary | std::ios::trunc) << bytes;
        RunResult result = runner_.run(graph(), {}, options(true));
        for (const auto& entry : fs::directory_iterator(taken.file.parent_path())) {
            if (entry.path().extension() == ".ckpt") fs::remove(entry.path());
        }
        return result;
    }
    RunResult resume(const Taken& taken, const Value& top) {
        return resume_bytes(taken, taken.with(top));
    }

    TemporaryFolder folder_;
    Runner runner_;
};

TEST_F(HostileCheckpoint, EveryMemberReplacedByNonsense) {
    ASSERT_EQ(run().status, RunStatus::Succeeded);
    const Taken taken = newest(folder_.path / "run");
    ASSERT_EQ(resume(taken, taken.top).status, RunStatus::Succeeded);

    const Value kNonsense[] = {-1, 1'000'000'000, std::int64_t{1} << 62, Array(), Array{1, 2, 3}};
    Value top = taken.top;
    int changed = 0, refused = 0;
    for_each_value(top, [&](Value& value) {
        const Value before = value;
        for (const Value& nonsense : kNonsense) {
            // A number in the place of a number may be wrong; anything else must be told.
            if (nonsense == before || (before.is_bool() && nonsense.is_int())) continue;
            value = nonsense;
            const RunResult result = resume(taken, top);
            ++changed;
            if (result.status == RunStatus::Failed) {
                ASSERT_FALSE(result.problems.empty());
                EXPECT_FALSE(result.problems[0].code.empty());
                EXPECT_FALSE(result.problems[0].what.empty());
                ++refused;
            }
        }
        value = before;
    });
    EXPECT_GT(changed, 500);
    EXPECT_GT(refused, changed / 3);
}

TEST_F(HostileCheckpoint, ImpossibleCapacityIsRefused) {
    ASSERT_EQ(run().status, RunStatus::Succeeded);
    const Taken taken = newest(folder_.path / "run");
    Value top = taken.top;
    int wires = 0;
    for (Value& stage : top["stages"].as_array()) {
        for (Value& port : stage["ports"].as_array()) {
            if (port["capacity"].as_int() == 0) continue;
            for (const std::int64_t capacity : {std::int64_t{-1}, std::int64_t{1} << 40}) {
                const Value before = port["capacity"];
                port["capacity"] = capacity;
                const RunResult result = resume(taken, top);
                EXPECT_EQ(result.status, RunStatus::Failed);
                EXPECT_EQ(result.problems.at(0).code, "E-CKPT-003");
                EXPECT_FALSE(result.problems.at(0).mend.empty());
                port["capacity"] = before;
                ++wires;
            }
        }
    }
    EXPECT_GT(wires, 4);
}

TEST_F(HostileCheckpoint, ResultsThatDoNotFitTheirNodeAreRefused) {
    ASSERT_EQ(run().status, RunStatus::Succeeded);
    const Taken taken = newest(folder_.path / "run");
    const Object head{{"answer", 0}, {"group", 0}, {"level", 0},         {"item", 0},
                      {"stamp", 0},  {"run", 1},   {"key", Array{0, 0}}, {"packet", -1}};
    const auto held = [&](Array packets) {
        return Array{Object{{"kind", 0},
                            {"phase", 0},
                            {"head", head},
                            {"packets", std::move(packets)},
                            {"keys", Array()},
                            {"source_ended", false}}};
    };
    int refused = 0;
    for (std::size_t i = 0; i < taken.top.find("stages")->as_array().size(); ++i) {
        Value top = taken.top;
        Value& stage = top["stages"].as_array()[i];
        stage["ended"] = false;
        stage["held"] = held({-1, -1, -1, -1, -1, -1, -1});
        const RunResult result = resume(taken, top);
        EXPECT_EQ(result.status, RunStatus::Failed) << i;
        EXPECT_EQ(result.problems.at(0).code, "E-CKPT-003") << i;
        // None at all is right for some nodes, a broken promise of others.
        stage["held"] = held({});
        refused += resume(taken, top).status == RunStatus::Failed;
        // A value without a packet waits on a wire.
        stage["held"] = Array();
        for (Value& port : stage["ports"].as_array()) {
            if (port["capacity"].as_int() == 0) continue;
            port["waiting"] = Array{head};
            const RunResult empty = resume(taken, top);
            EXPECT_EQ(empty.status, RunStatus::Failed) << i;
            EXPECT_EQ(empty.problems.at(0).code, "E-CKPT-003") << i;
        }
    }
    EXPECT_GT(refused, 2);
}

TEST_F(HostileCheckpoint, AFileCutAnywhereOrOfAnotherHashIsNotTaken) {
    ASSERT_EQ(run().status, RunStatus::Succeeded);
    const Taken taken = newest(folder_.path / "run");
    const std::string bytes = taken.with(taken.top);
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 60) {
        EXPECT_EQ(resume_bytes(taken, bytes.substr(0, size)).status, RunStatus::Succeeded)
            << size;  // from the beginning
    }
    // Cut short inside, with the hash of what is left.
    const std::string body = bytes.substr(kHead);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{100}, body.size() - 1}) {
        const RunResult result = resume_bytes(taken, sealed(body.substr(0, size)));
        EXPECT_EQ(result.status, RunStatus::Failed) << size;
        ASSERT_FALSE(result.problems.empty());
    }
}

}  // namespace
}  // namespace millrace::engine::testing
