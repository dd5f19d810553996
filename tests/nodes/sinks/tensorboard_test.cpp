// Event files of runs, whole, killed and continued, read back by a reader of the test's own.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <tuple>

#include "engine/graph/graph.hpp"
#include "engine/run/run.hpp"
#include "engine/visual/io/files.hpp"
#include "tests/nodes/sinks/sinks.hpp"

namespace millrace::nodes {
void register_tensorboard(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Packet;
using types::Metrics;

/// A number as figures of its step. Kills the process, as kill -9 would, when it meets the number
/// that MILLRACE_TEST_KILL names.
struct Figures {
    static engine::NodeSpec spec() {
        return {.id = "test.figures",
                .title = "Figures",
                .group = "Test",
                .doc = "Figures of a number.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"metrics", "figures"}}};
    }
    Metrics operator()(const double& value) {
        if (const char* at = std::getenv("MILLRACE_TEST_KILL"); at && std::atof(at) == value)
            std::raise(SIGKILL);
        return {.step = static_cast<std::int64_t>(value),
                .values = {{"a", value}, {"b", value + .5}}};
    }
    engine::State save() const { return {}; }
    void load(const engine::State&) {}
};

const engine::Registry& event_nodes() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        nodes::register_tensorboard(*filled);
        filled->add<Figures>();
        return filled;
    }();
    return *registry;
}

/// Bit by bit, from the polynomial of RFC 3720, turned.
std::uint32_t crc_of(std::string_view bytes) {
    std::uint32_t rest = 0xffffffff;
    for (const char byte : bytes) {
        rest ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ (rest & 1U ? 0x82f63b78U : 0U);
    }
    rest = ~rest;
    return ((rest >> 15) | (rest << 17)) + 0xa282ead8U;
}

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
    T value;
    if (at + sizeof value > bytes.size()) throw std::runtime_error("cut");
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::uint64_t varint_at(std::string_view bytes, std::size_t& at) {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const auto byte = number_at<unsigned char>(bytes, at++);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
}

struct Event {
    double time = 0;
    std::int64_t step = 0;
    std::string tag;
    float value = 0;
};

/// Fields of Event, and of the Summary and Value within, which have numbers of their own: 5 of an
/// event and 1 of a summary go a level down.
void read_message(std::string_view message, int level, Event& event) {
    for (std::size_t at = 0; at < message.size();) {
        const std::uint64_t key = varint_at(message, at), field = key >> 3, kind = key & 7;
        if (kind == 0) {
            const std::uint64_t number = varint_at(message, at);
            if (level == 0 && field == 2) event.step = static_cast<std::int64_t>(number);
            continue;
        }
        const std::size_t length = kind == 1 ? 8 : kind == 5 ? 4 : varint_at(message, at);
        if (length > message.size() - at) throw std::runtime_error("a field beyond its message");
        const std::string_view bytes = message.substr(at, length);
        at += length;
        if (level == 0 && field == 1) event.time = number_at<double>(bytes, 0);
        if ((level == 0 && field == 5) || (level == 1 && field == 1))
            read_message(bytes, level + 1, event);
        if (level == 2 && field == 1) event.tag = bytes;
        if (level == 2 && field == 2) event.value = number_at<float>(bytes, 0);
    }
}

/// The scalars, without the first record, the file's version; throws at the first wrong byte.
std::vector<Event> events_of(const std::string& text) {
    const std::string_view file = text;
    std::vector<Event> events;
    for (std::size_t at = 0; at < file.size();) {
        const auto length = number_at<std::uint64_t>(file, at);
        if (number_at<std::uint32_t>(file, at + 8) != crc_of(file.substr(at, 8)) ||
            number_at<std::uint32_t>(file, at + 12 + length) !=
                crc_of(file.substr(at + 12, length)))
            throw std::runtime_error("a CRC is wrong");
        read_message(file.substr(at + 12, length), 0, events.emplace_back());
        at += 12 + length + 4;
    }
    if (text.find("brain.Event:2") != 12 + 9 + 2) throw std::runtime_error("no version");
    events.erase(events.begin());
    return events;
}

fs::path only_file(const fs::path& folder) {
    const std::vector<std::string> files = files_in(folder);
    EXPECT_EQ(files.size(), 1u);
    return folder / files.at(0);
}

using Line = std::tuple<std::string, std::int64_t, float>;

std::vector<Line> lines_of(const fs::path& file) {
    std::vector<Line> lines;
    for (const Event& event : events_of(text_of(file)))
        lines.emplace_back(event.tag, event.step, event.value);
    return lines;
}

Packet figures_of(int step) {
    return Packet::make(Metrics{.step = step, .values = {{"a", step}, {"b", step + .5}}});
}

std::vector<Line> expected_lines(int items) {
    std::vector<Line> lines;
    for (int i = 0; i < items; ++i) {
        lines.emplace_back("a", i, static_cast<float>(i));
        lines.emplace_back("b", i, static_cast<float>(i) + .5f);
    }
    return lines;
}

double now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since).count();
}

TEST(TensorBoardSink, WritesEachFigureAtItsStep) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    TestContext context;
    TestNode node(event_nodes(), "sinks.tensorboard",
                  {{"folder", "deep/curves"}, {"prefix", "train/"}});
    const double before = now();
    node.start(context);
    node.call({Packet::make(Metrics{.step = 7, .values = {{"loss", .25}, {"rate", -1e-3}}})},
              context);
    node.call({Packet::make(Metrics{.step = 8})}, context);
    node.call({Packet::make(
                  Metrics{.step = std::int64_t{1} << 40,
                          .values = {{"a", std::nan("")}, {"b", kInfinity}, {"c", -kInfinity}}})},
              context);
    node.finish(context);
    const fs::path file = only_file(context.artifacts());
    EXPECT_EQ(file.parent_path(), context.artifacts() / "deep/curves");
    const std::vector<Event> events = events_of(text_of(file));
    ASSERT_EQ(events.size(), 5u) << "an item without figures adds nothing";
    EXPECT_EQ(events[0].tag, "train/loss");
    EXPECT_EQ(events[0].step, 7);
    EXPECT_EQ(events[0].value, .25f);
    EXPECT_EQ(events[1].tag, "train/rate");
    EXPECT_EQ(events[1].value, -1e-3f);
    EXPECT_EQ(events[2].step, std::int64_t{1} << 40);
    EXPECT_TRUE(std::isnan(events[2].value));
    EXPECT_EQ(events[3].value, std::numeric_limits<float>::infinity());
    EXPECT_EQ(events[4].value, -std::numeric_limits<float>::infinity());
    for (const Event& event : events) EXPECT_TRUE(event.time >= before && event.time <= now());
}

TEST(TensorBoardSink, IsSavedAfterItsEndTooAndWithoutItems) {
    SinkContext context;
    TestNode first(event_nodes(), "sinks.tensorboard"), second(event_nodes(), "sinks.tensorboard");
    first.start(context);
    first.finish(context);
    EXPECT_TRUE(lines_of(only_file(context.artifacts() / "tensorboard")).empty());
    context.goes_on = true;
    second.start(context);
    second.instance().load(first.instance().save(), context);
    second.call({figures_of(0)}, context);
    second.finish(context);
    EXPECT_EQ(lines_of(only_file(context.artifacts())), expected_lines(1));
}

/// One sink killed after `until` items, of which `saved` are in its state, within a record; then on
/// to the end.
std::vector<Line> killed_and_resumed(int items, int saved, int until) {
    SinkContext context;
    engine::State state;
    {
        TestNode node(event_nodes(), "sinks.tensorboard");
        node.start(context);
        for (int i = 0; i <= until; ++i) {
            if (i == saved) state = node.instance().save();
            if (i < until) node.call({figures_of(i)}, context);
        }
    }
    const fs::path file = only_file(context.artifacts());
    const std::string text = text_of(file);
    std::ofstream(file, std::ios::app | std::ios::binary) << text.substr(0, text.size() / 2 + 3);
    EXPECT_THROW(events_of(text_of(file)), std::runtime_error) << "half a record at the end";
    context.goes_on = true;
    TestNode node(event_nodes(), "sinks.tensorboard");
    node.start(context);
    node.instance().load(state, context);
    for (int i = saved; i < items; ++i) node.call({figures_of(i)}, context);
    node.finish(context);
    EXPECT_EQ(only_file(context.artifacts()), file);
    return lines_of(file);
}

TEST(TensorBoardSink, AResumedFileHasNoDuplicates) {
    constexpr int kItems = 5;
    for (int saved = 0; saved <= kItems; ++saved) {
        for (int until = saved; until <= kItems; ++until)
            EXPECT_EQ(killed_and_resumed(kItems, saved, until), expected_lines(kItems))
                << saved << until;
    }
}

TEST(TensorBoardSink, AFileThatIsShorterOrGoneIsToldNotFilled) {
    SinkContext context;
    engine::State state;
    {
        TestNode node(event_nodes(), "sinks.tensorboard");
        node.start(context);
        node.call({figures_of(1)}, context);
        state = node.instance().save();
    }
    const fs::path file = only_file(context.artifacts());
    context.goes_on = true;
    const auto code = [&] {
        TestNode node(event_nodes(), "sinks.tensorboard");
        node.start(context);
        return problem_of([&] { node.instance().load(state, context); }).code;
    };
    fs::resize_file(file, 50);
    EXPECT_EQ(code(), "E-METRIC-002");
    fs::remove(file);
    EXPECT_EQ(code(), "E-FILE-003");
    EXPECT_TRUE(files_in(context.artifacts()).empty());
    state.values["file"] = "../../elsewhere";
    EXPECT_EQ(code(), "E-PATH-002");
}

TEST(TensorBoardSink, ARunThatBeginsAnewRemovesItsOldCurvesOnly) {
    TestContext context;
    const fs::path folder = context.artifacts() / "tensorboard";
    fs::create_directories(folder);
    for (const char* name :
         {"events.out.tfevents.0000000007.millrace", "events.out.tfevents.0000000007.millrace.1",
          "events.out.tfevents.0000000007.other", "notes.millrace"})
        std::ofstream(folder / name) << "x";
    TestNode train(event_nodes(), "sinks.tensorboard", {{"prefix", "train/"}}),
        validation(event_nodes(), "sinks.tensorboard", {{"prefix", "validation/"}});
    train.start(context);
    EXPECT_EQ(files_in(folder).size(), 3u);
    EXPECT_FALSE(fs::exists(folder / "events.out.tfevents.0000000007.millrace"));
    EXPECT_TRUE(fs::exists(folder / "events.out.tfevents.0000000007.other"));
    EXPECT_TRUE(fs::exists(folder / "notes.millrace"));
    validation.start(context);
    EXPECT_EQ(files_in(folder).size(), 4u) << "the other sink's file stays";
    train.call({figures_of(0)}, context);
    validation.call({figures_of(0)}, context);
    train.finish(context);
    validation.finish(context);
    std::size_t events = 0;
    for (const std::string& name : files_in(folder)) {
        if (name.starts_with("events") && name.find(".millrace") != name.npos)
            events += events_of(text_of(folder / name)).size();
    }
    EXPECT_EQ(events, 4u);
}

TEST(TensorBoardSink, APathThatClimbsIsRefused) {
    TestContext context;
    TestNode node(event_nodes(), "sinks.tensorboard", {{"folder", "../outside"}});
    EXPECT_EQ(problem_of([&] { node.start(context); }).code, "E-PATH-002");
}

TEST(TensorBoardSink, AnItemTriedAgainOnAFullDiskIsThereOnce) {
    for (const bool again : {true, false}) {
        TestContext context;
        TestNode node(event_nodes(), "sinks.tensorboard");
        node.start(context);
        node.call({figures_of(0)}, context);
        const auto before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        getrlimit(RLIMIT_FSIZE, &limit);
        rlimit small = limit;
        // Room for one figure of two: each has 42 bytes.
        small.rlim_cur = fs::file_size(only_file(context.artifacts())) + 50;
        setrlimit(RLIMIT_FSIZE, &small);
        const engine::Problem first = problem_of([&] { node.call({figures_of(1)}, context); });
        const engine::Problem second = problem_of([&] { node.call({figures_of(1)}, context); });
        setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, before);
        EXPECT_EQ(first.code, "E-FILE-003");
        EXPECT_EQ(second.code, "E-FILE-003");
        EXPECT_EQ(lines_of(only_file(context.artifacts())).size(), 3u);
        if (again) node.call({figures_of(1)}, context);
        node.finish(context);
        EXPECT_EQ(lines_of(only_file(context.artifacts())), expected_lines(again ? 2 : 1));
    }
}

constexpr int kItems = 40;

engine::RunResult run_into(const fs::path& out, bool resume) {
    engine::ReadGraph read = engine::read_graph(
        R"({"schema": "millrace/1", "nodes": {
            "n": {"type": "control.counter", "params": {"items": )" +
            std::to_string(kItems) + R"(}},
            "figures": {"type": "test.figures"}, "curves": {"type": "sinks.tensorboard"}},
        "wires": [{"from": "n.value", "to": "figures.value"},
            {"from": "figures.metrics", "to": "curves.metrics"}]})",
        "test");
    EXPECT_TRUE(read.problems.empty());
    engine::RunOptions options;
    options.threads = 2;
    options.out = out;
    options.resume = resume;
    options.checkpoint_items = 10;
    if (resume) visual::remove_temporaries(out);
    engine::Run run(engine::plan_run(read.graph, event_nodes(), options), event_nodes(), options);
    run.start();
    return run.wait();
}

/// What the children of the next test run.
TEST(TensorBoardSink, DISABLED_Child) {
    run_into(std::getenv("MILLRACE_TEST_OUT"),
             std::string(std::getenv("MILLRACE_TEST_RESUME")) == "1");
}

/// The program again, as a process of its own: threads do not survive a fork.
void run_until_killed(const fs::path& out, int at, bool resume) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        setenv("MILLRACE_TEST_OUT", out.c_str(), 1);
        setenv("MILLRACE_TEST_RESUME", resume ? "1" : "0", 1);
        setenv("MILLRACE_TEST_KILL", std::to_string(at).c_str(), 1);
        execl("/proc/self/exe", "child", "--gtest_filter=TensorBoardSink.DISABLED_Child",
              "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
        _exit(127);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

TEST(TensorBoardSink, AKilledRunHasEachFigureOnce) {
    const TestContext folder;
    // Before the first checkpoint, when the run begins anew; between two; twice in a row; at last.
    const std::vector<std::vector<int>> deaths = {{3}, {17}, {25, 33}, {kItems - 1}};
    for (const std::vector<int>& moments : deaths) {
        const fs::path out = folder.artifacts() / ("killed" + std::to_string(moments.front()));
        for (std::size_t i = 0; i < moments.size(); ++i) run_until_killed(out, moments[i], i > 0);
        const engine::RunResult result = run_into(out, true);
        ASSERT_EQ(result.status, engine::RunStatus::Succeeded);
        EXPECT_EQ(result.resumed, moments.front() > 10) << result.resume_note;
        EXPECT_EQ(lines_of(only_file(out / "artifacts")), expected_lines(kItems));
    }
}

}  // namespace
}  // namespace millrace::testing
