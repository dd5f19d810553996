// The registry: ids, aliases and payloads, each once.
#include "engine/node/registry.hpp"

#include <gtest/gtest.h>

#include "engine/graph/graph.hpp"
#include "engine/graph/migrate.hpp"
#include "tests/engine/node/samples.hpp"
#include "tests/engine/support.hpp"

namespace millrace::tests {

/// Two versions and two sizes of one payload, as two plug-ins built from other sources would have.
struct PoseOne {
    double x = 0;
};
struct PoseTwo {
    double x = 0;
};
struct PoseWide {
    double x = 0, y = 0;
};

template <class T>
struct PoseTraits {
    static engine::Record record(const T& pose) {
        return {.arrays = {engine::view_of("x", &pose.x, {1})}, .attributes = {}, .children = {}};
    }
    static T restore(const engine::Record& record) {
        return {engine::copy_of<double>(record.require("x", engine::DType::F64, 1)).at(0)};
    }
    static std::vector<visual::Visual> visual(const T&, const visual::Budget&) { return {}; }
};

}  // namespace millrace::tests

namespace millrace::engine {
template <>
struct PayloadTraits<tests::PoseOne> : tests::PoseTraits<tests::PoseOne> {
    static constexpr std::string_view name = "pose";
    static constexpr int version = 1;
};
template <>
struct PayloadTraits<tests::PoseTwo> : tests::PoseTraits<tests::PoseTwo> {
    static constexpr std::string_view name = "pose";
    static constexpr int version = 2;
};
template <>
struct PayloadTraits<tests::PoseWide> : tests::PoseTraits<tests::PoseWide> {
    static constexpr std::string_view name = "pose";
    static constexpr int version = 1;
};
}  // namespace millrace::engine

namespace millrace::tests {
namespace {

template <class T, int Id>
struct Take {
    static NodeSpec spec() {
        return {.id = "pose.take" + std::to_string(Id),
                .title = "Take",
                .group = "Pose",
                .doc = "Takes a pose.",
                .inputs = {{"pose", "a pose"}}};
    }
    void operator()(const T&) {}
};

/// The problem of what is thrown; empty when nothing is.
template <class F>
Problem problem_of(F&& work) {
    try {
        work();
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

struct SameId {
    static NodeSpec spec() {
        NodeSpec spec = Sink::spec();
        return spec;
    }
    void operator()(const double&) {}
};
struct TakenAlias {
    static NodeSpec spec() {
        NodeSpec spec = Sink::spec();
        spec.id = "sample.new_sink";
        spec.aliases = {"sample.sink"};
        return spec;
    }
    void operator()(const double&) {}
};
struct IdOfAnAlias {
    static NodeSpec spec() {
        NodeSpec spec = Sink::spec();
        spec.id = "sample.old_params";
        return spec;
    }
    void operator()(const double&) {}
};

TEST(Registry, FindsByIdAndAliasAndNamesTheNearest) {
    engine::Registry registry;
    register_samples(registry);
    ASSERT_TRUE(registry.find("sample.params"));
    EXPECT_EQ(registry.find("sample.old_params"), registry.find("sample.params"));
    EXPECT_EQ(registry.find("sample.parms"), nullptr);
    EXPECT_EQ(registry.find(""), nullptr);
    EXPECT_EQ(registry.nearest("sample.parms"), "sample.params");
    EXPECT_EQ(registry.nearest("something.else.altogether"), "");
    const auto types = registry.types();
    EXPECT_TRUE(std::ranges::is_sorted(types, {}, [](const auto* type) { return type->spec.id; }));
}

TEST(Registry, RefusesAnIdTwice) {
    engine::Registry registry;
    registry.begin_plugin("libmillrace-first", {1, 2});
    registry.add<Params>();
    registry.add<Sink>();
    registry.end_plugin();
    const std::size_t before = registry.types().size();
    const Problem same = problem_of([&] { registry.add<SameId>(); });
    EXPECT_EQ(same.code, "E-NODE-002");
    EXPECT_EQ(same.where, "sample.sink");
    EXPECT_NE(same.found.find("libmillrace-first"), std::string::npos) << "names who has it";
    EXPECT_EQ(problem_of([&] { registry.add<TakenAlias>(); }).code, "E-NODE-002");
    EXPECT_EQ(problem_of([&] { registry.add<IdOfAnAlias>(); }).code, "E-NODE-002");
    EXPECT_EQ(registry.types().size(), before);
    EXPECT_EQ(registry.find("sample.sink")->plugin, "libmillrace-first");
    EXPECT_EQ(registry.find("sample.new_sink"), nullptr);
}

TEST(Registry, KnowsThePlugInOfEachType) {
    engine::Registry registry;
    registry.begin_plugin("libmillrace-poses", {.low = 5, .high = 6});
    registry.add<Sink>();
    registry.end_plugin();
    registry.add<Source>();
    EXPECT_EQ(registry.find("sample.sink")->plugin, "libmillrace-poses");
    EXPECT_EQ(registry.find("sample.sink")->build, (engine::Hash128{5, 6}));
    EXPECT_EQ(registry.find("sample.source")->plugin, "");
    EXPECT_FALSE(registry.find("control.batch")->build);
}

TEST(Registry, TakesAPayloadOfSeveralPlugInsOnce) {
    engine::Registry registry;
    registry.add<Take<PoseOne, 1>>();
    const engine::PayloadType* pose = registry.find_payload("pose/1");
    ASSERT_TRUE(pose);
    registry.add<Take<PoseOne, 2>>();
    EXPECT_EQ(registry.find_payload("pose/1"), pose);
    EXPECT_EQ(registry.find_payload("pose"), nullptr) << "the version belongs to the name";
}

TEST(Registry, RefusesAPayloadOfAnotherVersionOrSize) {
    engine::Registry registry;
    registry.add<Take<PoseOne, 1>>();
    const Problem version = problem_of([&] { registry.add<Take<PoseTwo, 2>>(); });
    EXPECT_EQ(version.code, "E-TYPE-003");
    EXPECT_EQ(version.expected, "pose/1");
    EXPECT_EQ(version.found, "pose/2");
    const Problem size = problem_of([&] { registry.add_payload<PoseWide>(); });
    EXPECT_EQ(size.code, "E-TYPE-003");
    EXPECT_EQ(size.expected, "8 bytes");
    EXPECT_EQ(size.found, "16 bytes");
    EXPECT_EQ(registry.find_payload("pose/2"), nullptr);
    EXPECT_EQ(registry.find("pose.take2"), nullptr)
        << "the node type of a refused payload is refused";
    EXPECT_EQ(problem_of([&] { registry.add_known_payload("pose/1", 12); }).code, "E-TYPE-003");
    EXPECT_EQ(problem_of([&] { registry.add_known_payload("pose/3", 8); }).code, "E-TYPE-003");
    EXPECT_EQ(problem_of([&] { registry.add_known_payload("pose/1", 8); }).code, "");
}

TEST(Registry, OffersNoPayloadKnownByNameAlone) {
    engine::Registry registry;
    registry.add_known_payload("pose/1", sizeof(PoseOne));
    EXPECT_EQ(registry.find_payload("pose/1"), nullptr);
    registry.add<Take<PoseOne, 1>>();
    EXPECT_TRUE(registry.find_payload("pose/1")) << "until the real one comes";
}

TEST(Registry, RemembersTheOrderOfAdditions) {
    engine::Registry registry;
    const std::size_t own = registry.added().size();
    registry.add<Take<PoseOne, 1>>();
    registry.add<Sink>();
    ASSERT_EQ(registry.added().size(), own + 3);
    EXPECT_EQ(registry.added()[own].payload, "pose/1");
    EXPECT_EQ(registry.added()[own].size, sizeof(PoseOne));
    EXPECT_EQ(registry.added()[own + 1].type, registry.find("pose.take1"));
    EXPECT_EQ(registry.added()[own + 2].type, registry.find("sample.sink"));
}

TEST(Registry, OldNodesAreBroughtUpToDate) {
    engine::Registry registry;
    register_samples(registry);
    engine::Graph graph = engine::testing::graph_of(
        R"({"a": {"type": "sample.old_params", "version": 1, "params": {"half": 4}},
            "b": {"type": "sample.params", "version": 2, "params": {"half": 1, "number": 2}}})",
        {});
    std::vector<Problem> problems;
    EXPECT_FALSE(engine::migrate(graph, registry, problems).empty());
    EXPECT_TRUE(problems.empty()) << engine::testing::problems_text(problems);
    EXPECT_EQ(graph.nodes.at("a").type, "sample.params");
    EXPECT_EQ(graph.nodes.at("a").version, 3);
    EXPECT_EQ(graph.nodes.at("a").params, (engine::Object{{"count", 8}}));
    EXPECT_EQ(graph.nodes.at("b").params, (engine::Object{{"count", 2}}))
        << "renamed, and half is gone";
}

}  // namespace
}  // namespace millrace::tests
