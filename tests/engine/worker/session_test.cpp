// What a client may ask: graphs, runs, wires, recorded runs.
#include "engine/worker/client.hpp"
#include "tests/engine/worker/support.hpp"

namespace millrace::engine::testing {
namespace {

constexpr const char* kChain = R"({"schema": "millrace/1",
"nodes": {"count": {"type": "test.slow", "version": 1, "params": {"items": 5}},
"add": {"type": "test.heavy_add", "version": 1, "params": {"amount": 10}},
"light": {"type": "test.add", "version": 1}},
"wires": [{"from": "count.value", "to": "add.value"}, {"from": "add.value", "to": "light.value"}]})";

class WorkerSession : public ::testing::Test {
protected:
    std::string out(const char* name) const { return (folder.path / name).string(); }
    Value run_to_end(Object params) {
        const Value started = peer.result("run/start", std::move(params));
        EXPECT_FALSE(started.find("run")->is_null()) << to_json(started);
        const worker::Message ended = peer.notice("run/ended");
        return *ended.json.find("params");
    }
    TemporaryFolder folder;
    Peer peer{folder.path / "runs"};
};

TEST_F(WorkerSession, TellsWhatItIs) {
    EXPECT_EQ(peer.failure("graph/open", {{"text", kChain}}), "E-RPC-007");
    EXPECT_EQ(peer.failure("initialise", {{"protocol", 2}}), "E-RPC-009");
    const Value told = peer.result("initialise", {{"protocol", 1}});
    EXPECT_EQ(told.find("protocol")->as_int(), 1);
    EXPECT_GT(told.find("process")->as_int(), 0);
    bool found = false;
    for (const Value& type : told.find("node_types")->as_array())
        found = found || type.find("id")->as_string() == "test.add";
    EXPECT_TRUE(found);
    // Once more is no harm, and the catalogue can be left out.
    EXPECT_TRUE(peer.result("initialise", {{"protocol", 1}, {"catalogue", false}})
                    .find("node_types")
                    ->is_null());
    EXPECT_TRUE(peer.close_end());
}

TEST_F(WorkerSession, OpensPatchesAndValidatesAGraph) {
    peer.result("initialise", {{"protocol", 1}});
    EXPECT_EQ(peer.failure("graph/validate"), "E-RPC-010");
    const Value opened = peer.result("graph/open", {{"text", kChain}});
    EXPECT_EQ(opened.find("revision")->as_int(), 1);
    EXPECT_TRUE(opened.find("problems")->as_array().empty());
    const Array patch = {
        Object{{"op", "replace"}, {"path", "/nodes/add/params/amount"}, {"value", 20}}};
    EXPECT_EQ(peer.failure("graph/patch", {{"revision", 7}, {"patch", patch}}), "E-RPC-011");
    const Value patched = peer.result("graph/patch", {{"revision", 1}, {"patch", patch}});
    EXPECT_EQ(patched.find("revision")->as_int(), 2);
    EXPECT_NE(patched.find("hash")->as_string(), opened.find("hash")->as_string());
    EXPECT_NE(patched.find("text")->as_string().find("20"), std::string::npos);
    // A patch that fits nothing changes nothing.
    const Array bad = {
        Object{{"op", "replace"}, {"path", "/nodes/nobody/params/amount"}, {"value", 20}}};
    EXPECT_EQ(peer.failure("graph/patch", {{"revision", 2}, {"patch", bad}}), "E-RPC-006");
    // One that makes no graph of it is told, and the old one stays.
    const Array broken = {Object{{"op", "replace"}, {"path", "/nodes"}, {"value", 1}}};
    const Value still = peer.result("graph/patch", {{"revision", 2}, {"patch", broken}});
    EXPECT_EQ(still.find("revision")->as_int(), 2);
    EXPECT_FALSE(still.find("problems")->as_array().empty());
    const Value valid = peer.result("graph/validate");
    EXPECT_TRUE(valid.find("problems")->as_array().empty());
    EXPECT_EQ(valid.find("nodes")->as_array().size(), 3u);
    const Array wrong = {
        Object{{"op", "replace"}, {"path", "/nodes/add/type"}, {"value", "no.such"}}};
    peer.result("graph/patch", {{"revision", 2}, {"patch", wrong}});
    const Value invalid = peer.result("graph/validate");
    ASSERT_FALSE(invalid.find("problems")->as_array().empty());
    EXPECT_EQ(invalid.find("problems")->as_array()[0].find("code")->as_string(), "E-PLAN-001");
    EXPECT_TRUE(peer.result("run/start").find("run")->is_null());
}

TEST_F(WorkerSession, RunsAndTellsOfIt) {
    peer.begin(kChain);
    const Value ended = run_to_end({{"out", out("r")}, {"set", Object{{"add.amount", 100}}}});
    EXPECT_EQ(ended.find("status")->as_string(), "succeeded");
    EXPECT_EQ(
        ended.find("report")->find("nodes")->find("add")->find("figures")->find("items")->as_int(),
        5);
    EXPECT_TRUE(std::filesystem::exists(folder.path / "r/run.json"));
    EXPECT_EQ(
        peer.notice("run/event").json.find("params")->find("event")->find("event")->as_string(),
        "started");
    const Value figures = peer.result("run/figures");
    EXPECT_EQ(figures.find("figures")->find("status")->as_string(), "succeeded");
    EXPECT_EQ(peer.failure("run/stop"), "E-RPC-013");
    // The folder is taken; the next run gets one of its own.
    EXPECT_EQ(peer.failure("run/start", {{"out", out("r")}}), "E-CLI-005");
    EXPECT_EQ(run_to_end({{"out", out("r")}, {"overwrite", true}}).find("status")->as_string(),
              "succeeded");
    EXPECT_EQ(run_to_end({}).find("status")->as_string(), "succeeded");
    EXPECT_EQ(peer.result("runs/list").find("total")->as_int(), 1);
}

TEST_F(WorkerSession, TellsHowManyItemsThereWillBe) {
    peer.begin(R"({"schema": "millrace/1",
"nodes": {"count": {"type": "control.counter", "version": 1, "params": {"items": 7}},
"add": {"type": "test.heavy_add", "version": 1}, "slow": {"type": "test.slow", "version": 1}},
"wires": [{"from": "count.value", "to": "add.value"}]})");
    run_to_end({});
    const Value figures = peer.result("run/figures");
    const Value& nodes = *figures.find("figures")->find("nodes");
    EXPECT_EQ(nodes.find("count")->find("expected")->as_int(), 7);
    EXPECT_EQ(nodes.find("add")->find("expected")->as_int(), 7);
    EXPECT_EQ(nodes.find("slow")->find("expected"), nullptr) << "its source does not know";
}

TEST_F(WorkerSession, SteersARun) {
    peer.begin(kChain);
    const Value started = peer.result(
        "run/start", {{"out", out("r")},
                      {"paused", true},
                      {"set", Object{{"count.items", 1000}, {"count.milliseconds", 5}}}});
    ASSERT_FALSE(started.find("run")->is_null()) << to_json(started);
    EXPECT_EQ(peer.failure("run/start", {{"out", out("other")}}), "E-RPC-012");
    const auto items = [&] {
        return peer.result("run/figures")
            .find("figures")
            ->find("nodes")
            ->find("light")
            ->find("items")
            ->as_int();
    };
    EXPECT_EQ(peer.result("run/figures").find("figures")->find("status")->as_string(), "paused");
    EXPECT_EQ(items(), 0);
    peer.result("run/step");
    while (items() < 1) std::this_thread::yield();
    EXPECT_EQ(items(), 1);
    EXPECT_EQ(peer.failure("run/set", {{"node", "add"}, {"name", "nothing"}, {"value", 1}}),
              "E-PARAM-001");
    peer.result("run/set", {{"node", "add"}, {"name", "amount"}, {"value", 3}});
    EXPECT_EQ(peer.failure("run/set", {{"node", "add"}, {"name", "amount"}}), "E-RPC-006");
    peer.result("run/continue");
    while (items() < 3) std::this_thread::yield();
    peer.result("run/pause");
    peer.result("run/continue");
    peer.result("run/stop");
    EXPECT_EQ(peer.notice("run/ended").json.find("params")->find("status")->as_string(), "stopped");
}

TEST_F(WorkerSession, ShowsWhatPassesOnAWire) {
    peer.begin(kChain);
    const std::int64_t number =
        peer.result("wire/subscribe",
                    {{"output", "add.value"}, {"sketch", true}, {"per_second", 1000}})
            .find("subscription")
            ->as_int();
    const std::int64_t missing =
        peer.result("wire/subscribe", {{"output", "nobody.value"}}).find("subscription")->as_int();
    EXPECT_EQ(peer.failure("wire/subscribe", {{"output", "noport"}}), "E-RPC-006");
    EXPECT_EQ(peer.failure("wire/subscribe", {{"output", "a.b"}, {"per_second", 0}}), "E-RPC-006");
    run_to_end({{"out", out("r")}});
    EXPECT_EQ(peer.notice("wire/missing").json.find("params")->find("subscription")->as_int(),
              missing);
    // Whatever was left out between, the last item is shown.
    Value last;
    worker::Message message;
    do {
        message = peer.notice("wire/packet");
        last = *message.json.find("params");
    } while (last.find("item")->as_int() < 4);
    EXPECT_EQ(last.find("output")->as_string(), "add.value");
    EXPECT_EQ(last.find("type")->as_string(), "number/1");
    EXPECT_EQ(last.find("subscription")->as_int(), number);
    EXPECT_EQ(last.find("sketch")->find("max")->as_double(), 14);
    EXPECT_FALSE(worker::visuals_of(last, message.attachments).empty());
    // The newest packet stays to be asked for.
    const worker::Message whole =
        peer.ask("wire/fetch", {{"output", "add.value"}, {"serialised", true}});
    ASSERT_EQ(whole.attachments.size(), 1u);
    Registry registry;
    const Packet packet =
        deserialise({reinterpret_cast<const char*>(whole.attachments[0].bytes.data()),
                     whole.attachments[0].bytes.size()},
                    registry);
    EXPECT_EQ(packet.as<double>(), 14);
    EXPECT_EQ(peer.failure("wire/fetch", {{"output", "count.value"}}), "E-RPC-014");
    EXPECT_EQ(peer.failure("wire/fetch", {{"output", "add.value"}, {"item", 1}}), "E-RPC-014");
    peer.result("wire/unsubscribe", {{"subscription", number}});
    EXPECT_EQ(peer.failure("wire/unsubscribe", {{"subscription", number}}), "E-RPC-006");
}

TEST_F(WorkerSession, ASlowClientGetsTheNewestAndHoldsNobodyUp) {
    peer.begin(kChain);
    peer.result("wire/subscribe", {{"output", "add.value"}, {"per_second", 0.01}});
    run_to_end({{"out", out("r")}, {"set", Object{{"count.items", 20000}}}});
    // One at once; the next is due in a hundred seconds.
    int packets = 0;
    peer.result("run/figures");
    for (const worker::Message& notice : peer.notices)
        packets += *notice.json.find("method") == Value("wire/packet") ? 1 : 0;
    EXPECT_EQ(packets, 1);
    const worker::Message newest = peer.ask("wire/fetch", {{"output", "add.value"}});
    EXPECT_EQ(newest.json.find("result")->find("item")->as_int(), 19999);
}

TEST_F(WorkerSession, RecordsScrubsAndCompares) {
    peer.begin(kChain);
    peer.result("wire/subscribe", {{"output", "add.value"}, {"per_second", 1000}});
    run_to_end({{"out", out("a")},
                {"record", Array{"count.value"}},
                {"keep", Array{"add.value"}},
                {"record_visuals", Array{"light.value"}}});
    const Value opened = peer.result("runs/open", {{"folder", out("a")}});
    EXPECT_EQ(opened.find("report")->find("status")->as_string(), "succeeded");
    const auto has = [&](const char* output) {
        return opened.find("outputs")->find(output)->find("has")->as_array();
    };
    EXPECT_EQ(has("count.value"), Array(5, 1));
    EXPECT_EQ(has("light.value"), Array(5, 3));
    EXPECT_EQ(has("add.value"), Array(5, 5));
    for (const char* output : {"add.value", "light.value"}) {
        const worker::Message item =
            peer.ask("runs/item", {{"folder", out("a")}, {"output", output}, {"item", 2}});
        const Value& result = *item.json.find("result");
        ASSERT_NE(result.find("visuals"), nullptr) << output << to_json(item.json);
        EXPECT_FALSE(worker::visuals_of(result, item.attachments).empty()) << output;
        EXPECT_EQ(result.find("sketch")->find("count")->as_int(), 1);
    }
    EXPECT_EQ(
        peer.failure("runs/item", {{"folder", out("a")}, {"output", "add.value"}, {"item", 5}}),
        "E-RPC-006");
    EXPECT_EQ(peer.failure("runs/open", {{"folder", out("nothing")}}), "E-FILE-001");
    const auto compared = [&](const char* output, int item, double atol) {
        const Value result = peer.result(
            "wire/compare", {{"a", Object{{"output", "add.value"}}},
                             {"b", Object{{"run", out("a")}, {"output", output}, {"item", item}}},
                             {"atol", atol}});
        return *result.find("comparison");
    };
    const Value same = compared("add.value", 4, 0);
    EXPECT_TRUE(same.find("equal")->as_bool()) << to_json(same);
    EXPECT_EQ(same.find("how")->as_string(), "exact");
    const Value differs = compared("add.value", 1, 0);
    EXPECT_FALSE(differs.find("equal")->as_bool());
    EXPECT_EQ(differs.find("a")->as_double(), 14);
    EXPECT_EQ(differs.find("b")->as_double(), 11);
    EXPECT_TRUE(compared("add.value", 1, 3).find("equal")->as_bool());
    EXPECT_EQ(compared("count.value", 4, 0).find("how")->as_string(), "from sketches");
}

TEST_F(WorkerSession, ListsFilesOfItsMachine) {
    peer.result("initialise", {{"protocol", 1}});
    std::ofstream(folder.path / "b.bin") << "123";
    std::filesystem::create_directory(folder.path / "a");
    std::ofstream(folder.path / "c\xff.bin") << "";  // no UTF-8
    const Value listed = peer.result("files/list", {{"folder", folder.path.string()}});
    const Array& entries = listed.find("entries")->as_array();
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_TRUE(entries[0].find("folder")->as_bool());
    EXPECT_EQ(entries[1].find("bytes")->as_int(), 3);
    EXPECT_EQ(peer.failure("files/list", {{"folder", out("nothing")}}), "E-FILE-001");
}

TEST_F(WorkerSession, AFailingNodeEndsTheRunNotTheWorker) {
    peer.begin(
        R"({"schema": "millrace/1", "nodes": {"count": {"type": "control.counter", "version": 1},
        "fail": {"type": "test.fail_at", "version": 1}}, "wires": [{"from": "count.value", "to": "fail.value"}]})");
    const Value ended = run_to_end({{"out", out("r")}});
    EXPECT_EQ(ended.find("status")->as_string(), "failed");
    EXPECT_FALSE(ended.find("report")->find("problems")->as_array().empty());
    peer.result("graph/open", {{"text", kChain}});
    EXPECT_EQ(run_to_end({{"out", out("s")}}).find("status")->as_string(), "succeeded");
}

}  // namespace
}  // namespace millrace::engine::testing
