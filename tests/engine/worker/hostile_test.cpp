// Clients that send garbage, stop half-way, ask for nonsense or die: the worker answers with an
// error or ends, and its run with it.
#include "engine/random.hpp"
#include "tests/engine/worker/support.hpp"

namespace millrace::engine::testing {
namespace {

constexpr const char* kEndless = R"({"schema": "millrace/1",
"nodes": {"count": {"type": "test.slow", "version": 1, "params": {"items": 1e9, "milliseconds": 1}},
"add": {"type": "test.heavy_add", "version": 1}}, "wires": [{"from": "count.value", "to": "add.value"}]})";

class WorkerHostile : public ::testing::Test {
protected:
    /// Code of the error that comes without being an answer.
    std::string stray_error() {
        const auto message = peer.receive();
        if (!message) return "the end";
        const Value* error = message->json.find("error");
        return error ? error->find("data")->find("code")->as_string() : to_json(message->json);
    }
    TemporaryFolder folder;
    Peer peer{folder.path / "runs"};
};

TEST_F(WorkerHostile, GarbageEndsItWithAnError) {
    peer.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(stray_error(), "E-RPC-001");
    EXPECT_FALSE(peer.receive().has_value());
    EXPECT_FALSE(peer.close_end());
}

TEST_F(WorkerHostile, AHugeLengthEndsItWithAnError) {
    peer.write("Content-Length: 123456789012\r\n\r\n");
    EXPECT_EQ(stray_error(), "E-RPC-002");
    EXPECT_FALSE(peer.close_end());
}

TEST_F(WorkerHostile, HalfAMessageIsNamed) {
    peer.write("Content-Length: 100\r\n\r\n{\"jsonrpc\"");
    shutdown(peer.near_end(), SHUT_WR);
    EXPECT_EQ(stray_error(), "E-RPC-004");
    EXPECT_FALSE(peer.close_end());
}

TEST_F(WorkerHostile, WhatIsNoRequestIsAnsweredAndItGoesOn) {
    for (const char* text : {"{", "[1,", "\"\\ud800\"", "nul", "{\"a\":1,\"a\":2}"}) {
        peer.write(framed(text));
        EXPECT_EQ(stray_error(), "E-RPC-003") << text;
    }
    peer.write(framed(std::string(100'000, '[')));
    EXPECT_EQ(stray_error(), "E-RPC-003");
    for (const char* text : {"[]", "1", "null", "{}", R"({"jsonrpc": "1.0", "method": "x"})",
                             R"({"jsonrpc": "2.0"})", R"({"jsonrpc": "2.0", "method": 1})",
                             R"({"jsonrpc": "2.0", "method": "x", "params": [1]})",
                             R"({"jsonrpc": "2.0", "method": "x", "id": {}})"}) {
        peer.write(framed(text));
        EXPECT_EQ(stray_error(), "E-RPC-005") << text;
    }
    EXPECT_EQ(peer.failure("initialise", {{"protocol", "one"}}), "E-RPC-006");
    peer.result("initialise", {{"protocol", 1}});
    EXPECT_EQ(peer.failure("no/such"), "E-RPC-008");
    EXPECT_EQ(peer.failure(std::string(1 << 20, 'x')), "E-RPC-008");
    // Notices have no answer, wrong ones neither.
    peer.write(framed(R"({"jsonrpc": "2.0", "method": "no/such"})"));
    EXPECT_EQ(peer.failure("graph/open"), "E-RPC-006");
    EXPECT_EQ(peer.failure("graph/open", {{"text", 7}}), "E-RPC-006");
    const Value read = peer.result("graph/open", {{"text", "{"}});
    EXPECT_FALSE(read.find("problems")->as_array().empty());
    EXPECT_TRUE(peer.close_end());
}

TEST_F(WorkerHostile, WrongParametersOfEveryMethodAreErrors) {
    peer.begin(kEndless);
    const std::vector<std::pair<const char*, const char*>> wrong = {
        {"graph/patch", R"({"revision": 1, "patch": {}})"},
        {"graph/patch", R"({"revision": 1, "patch": [{"op": "fly"}]})"},
        {"graph/validate", R"({"threads": 0})"},
        {"graph/validate", R"({"until": [1]})"},
        {"run/start", R"({"set": []})"},
        {"run/start", R"({"roots": {"a": 1}})"},
        {"run/start", R"({"timeout": -1})"},
        {"run/start", R"({"resume": true, "overwrite": true})"},
        {"wire/subscribe", "{}"},
        {"wire/subscribe", R"({"output": "a.b", "bytes": 0})"},
        {"wire/unsubscribe", R"({"subscription": 99})"},
        {"wire/fetch", R"({"output": "a.b", "item": -1})"},
        {"wire/compare", "{}"},
        {"wire/compare", R"({"a": {"output": "a.b"}, "b": 1})"},
        {"runs/list", R"({"most": 0})"},
        {"runs/open", "{}"},
        {"runs/item", R"({"folder": "/nowhere", "output": "a.b", "item": 0})"},
        {"files/list", R"({"folder": 1})"}};
    for (const auto& [method, params] : wrong) {
        const std::string code = peer.failure(method, parse_json(params, "params").as_object());
        EXPECT_TRUE(code.starts_with("E-")) << method << " " << params << ": " << code;
    }
}

TEST_F(WorkerHostile, RandomBytesNeverHangIt) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Peer other(folder.path / "runs");
        Random random(seed, "garbage", 0);
        std::string bytes =
            seed % 2 == 0
                ? framed(
                      R"({"jsonrpc": "2.0", "id": 1, "method": "initialise", "params": {"protocol": 1}})")
                : "";
        for (int i = 0; i < 300; ++i) bytes += static_cast<char>(random() & 255U);
        other.write(bytes);
        other.close_end();
        EXPECT_TRUE(other.over());
    }
}

TEST_F(WorkerHostile, ARunWhoseClientIsGoneStops) {
    peer.begin(kEndless);
    peer.result("run/start", {{"out", (folder.path / "r").string()}});
    EXPECT_TRUE(peer.close_end());
    const Value report = parse_json(
        [&] {
            std::ifstream file(folder.path / "r/run.json");
            return std::string(std::istreambuf_iterator<char>(file), {});
        }(),
        "run.json");
    EXPECT_EQ(report.find("status")->as_string(), "stopped");
}

TEST_F(WorkerHostile, AClientThatNeverReadsHoldsNothingUp) {
    peer.begin(kEndless);
    peer.result("wire/subscribe", {{"output", "add.value"}, {"per_second", 1000}});
    peer.result("run/start", {{"out", (folder.path / "r").string()}});
    // More answers than any pipe holds, none of them read.
    for (int i = 0; i < 3000; ++i) peer.send("graph/validate");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto metrics = folder.path / "r/run.json";
    while (!std::filesystem::exists(metrics) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    EXPECT_TRUE(peer.close_end());
}

}  // namespace
}  // namespace millrace::engine::testing
