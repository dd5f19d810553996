// From a struct to a node type: what is derived from the call operator, how calls map to packets,
// and which contradictions are refused.
#include "engine/node/adapt.hpp"

#include <gtest/gtest.h>

#include "tests/engine/node/samples.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::tests {
namespace {

using engine::NodeType;
using millrace::testing::TestContext;
using millrace::testing::TestNode;

class Adapt : public ::testing::Test {
protected:
    Adapt() { register_samples(registry); }
    const NodeType& type(std::string_view id) const { return *registry.find(id); }
    static Packet number(double value) { return Packet::make<double>(value); }

    engine::Registry registry;
    TestContext context;
};

TEST_F(Adapt, DerivesTypesAndFlagsFromTheCallOperator) {
    const NodeType& params = type("sample.params");
    EXPECT_EQ(params.spec.inputs[0].type, "number/1");
    EXPECT_EQ(params.spec.outputs[0].type, "number/1");
    EXPECT_TRUE(params.parallel && params.pure && params.has_check && params.copyable);
    EXPECT_FALSE(params.source || params.has_finish || params.has_save || params.has_count ||
                 params.generator);

    const NodeType& source = type("sample.source");
    EXPECT_TRUE(source.source && source.has_count && source.parallel);
    EXPECT_FALSE(source.pure) << "a source is pure only when its spec says so";

    const NodeType& pairs = type("sample.pairs");
    EXPECT_TRUE(pairs.has_finish && pairs.finish_gives && pairs.has_save);
    EXPECT_FALSE(pairs.parallel || pairs.pure || pairs.has_check);
    EXPECT_EQ(pairs.spec.resource, engine::Resource::Disk);

    EXPECT_TRUE(type("sample.repeat").generator);
    EXPECT_FALSE(type("sample.sink").copyable);
    EXPECT_FALSE(type("sample.sink").pure) << "nothing comes out of it";
}

TEST_F(Adapt, KeepsSyncAndTypeVariablesOfPorts) {
    const NodeType& arguments = type("sample.arguments");
    ASSERT_EQ(arguments.spec.inputs.size(), 6u);
    EXPECT_EQ(arguments.spec.inputs[3].sync, Sync::Latch);
    EXPECT_EQ(arguments.spec.inputs[4].type, "T");
    EXPECT_EQ(arguments.spec.inputs[5].sync, Sync::Feedback);
    EXPECT_TRUE(arguments.spec.inputs[5].optional) << "item 0 has no answer before it";
    EXPECT_EQ(arguments.spec.outputs[1].type, "number/1");
    EXPECT_EQ(arguments.spec.outputs[2].type, "T");
}

TEST_F(Adapt, PassesEveryFormOfArgument) {
    TestNode node(registry, "sample.arguments");
    const Packet latched = number(1000);
    auto all =
        node.call({number(1), number(10), number(100), latched, number(5), number(10000)}, context);
    EXPECT_EQ(all[0].as<double>(), 11111);
    EXPECT_EQ(all[1].data(), latched.data()) << "a shared argument is passed on, not copied";
    EXPECT_EQ(all[2].as<double>(), 5);

    auto few = node.call({number(1), number(10), {}, latched, {}, {}}, context);
    EXPECT_EQ(few[0].as<double>(), 1011);
    EXPECT_FALSE(few[2]) << "an absent packet stays absent";
}

TEST_F(Adapt, CopiesAnArgumentTakenByValue) {
    TestNode node(registry, "sample.arguments");
    const Packet copied = number(10);
    node.call({number(1), copied, {}, number(0), {}, {}}, context);
    EXPECT_EQ(copied.as<double>(), 10);
}

TEST_F(Adapt, RefusesAPacketOfAnotherType) {
    TestNode node(registry, "sample.sink");
    try {
        node.call({Packet::make<engine::Value>(1)}, context);
        FAIL() << "no error";
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-TYPE-001");
    }
}

TEST_F(Adapt, SourceGivesByItemNumberAndEnds) {
    TestNode node(registry, "sample.source", {{"items", 2}});
    EXPECT_EQ(node.instance().count(), 2u);
    auto first = node.call_all({}, context);
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0][0].as<double>(), 0);
    EXPECT_TRUE(first[0][1]);
    context.item_number = 1;
    auto second = node.call_all({}, context);
    EXPECT_EQ(second[0][0].as<double>(), 1);
    EXPECT_FALSE(second[0][1]) << "an optional part of a tuple may give none";
    context.item_number = 2;
    EXPECT_TRUE(node.call_all({}, context).empty());
}

TEST_F(Adapt, GeneratorIsPulledOneByOne) {
    TestNode node(registry, "sample.repeat");
    engine::Results results;
    results.packets.resize(2);
    const std::vector<Packet> inputs = {number(3)};
    node.instance().call(inputs, results, context);
    ASSERT_TRUE(results.generator);
    std::vector<Packet> outputs(2);
    for (double index = 0; index < 3; ++index) {
        ASSERT_TRUE(results.generator->next(outputs));
        EXPECT_EQ(outputs[0].as<double>(), 3);
        EXPECT_EQ(outputs[1].as<double>(), index);
    }
    EXPECT_FALSE(results.generator->next(outputs));
    EXPECT_TRUE(node.call_all({number(0)}, context).empty()) << "none at all";
}

TEST_F(Adapt, FlushesAtTheEnd) {
    TestNode node(registry, "sample.pairs");
    node.start(context);
    EXPECT_FALSE(node.call({number(1)}, context)[0]) << "none for half a pair";
    EXPECT_EQ(node.call({number(2)}, context)[0].as<double>(), 3);
    node.call({number(5)}, context);
    EXPECT_EQ(node.finish(context)[0][0].as<double>(), 5);
    EXPECT_FALSE(node.finish(context)[0][0]) << "nothing left";
}

TEST_F(Adapt, SavedStateGoesOnInAnotherInstance) {
    TestNode one(registry, "sample.pairs");
    one.start(context);
    one.call({number(4)}, context);
    const State state = one.instance().save();
    TestNode other(registry, "sample.pairs");
    other.start(context);
    other.instance().load(state, context);
    EXPECT_EQ(other.call({number(3)}, context)[0].as<double>(), 7);
}

TEST_F(Adapt, CloneHasFieldsAndStateOfItsOwn) {
    TestNode node(registry, "sample.pairs");
    node.start(context);
    node.call({number(4)}, context);
    const auto copy = node.instance().clone();
    ASSERT_TRUE(copy);
    node.call({number(1)}, context);
    engine::Results results;
    results.packets.resize(1);
    copy->finish(results, context);
    EXPECT_EQ(results.packets[0].as<double>(), 4);
    EXPECT_FALSE(TestNode(registry, "sample.sink").instance().clone());
}

NodeSpec good_spec() {
    return {.id = "sample.wrong",
            .title = "Wrong",
            .group = "Sample",
            .doc = "Is wrong.",
            .inputs = {{"value", "a number"}},
            .outputs = {{"value", "a number"}}};
}

/// A spec that F has changed.
template <class F>
struct WrongBy {
    double operator()(const double& value) const { return value; }
    static NodeSpec spec() {
        NodeSpec spec = good_spec();
        F()(spec);
        return spec;
    }
};

/// The problem of registering it; F captures nothing.
template <class F>
Problem refused(F) {
    engine::Registry registry;
    try {
        registry.add<WrongBy<F>>();
    } catch (const engine::Error& error) {
        EXPECT_FALSE(registry.find("sample.wrong"));
        return error.problem();
    }
    return {};
}

TEST(AdaptRefuses, SpecsThatContradictThemselves) {
    EXPECT_EQ(refused([](NodeSpec&) {}).code, "") << "the spec is good as it is";
    const auto expect = [](const Problem& problem, std::string_view part) {
        EXPECT_EQ(problem.code, "E-NODE-001") << part;
        EXPECT_NE(to_text(problem).find(part), std::string::npos) << to_text(problem);
        EXPECT_FALSE(problem.mend.empty()) << part;
    };
    expect(refused([](NodeSpec& spec) { spec.id = "nofamily"; }), "nofamily");
    expect(refused([](NodeSpec& spec) { spec.id = "Upper.case"; }), "Upper.case");
    expect(refused([](NodeSpec& spec) { spec.id = "family."; }), "family.name");
    expect(refused([](NodeSpec& spec) {
               spec.inputs.push_back({"more", "a number"});
           }),
           "2 inputs and 1 outputs");
    expect(refused([](NodeSpec& spec) { spec.outputs.clear(); }), "1 inputs and 0 outputs");
    expect(refused([](NodeSpec& spec) { spec.inputs[0].optional = true; }), "may be absent");
    expect(refused([](NodeSpec& spec) { spec.inputs[0].name = ""; }), "without a name");
    expect(refused([](NodeSpec& spec) { spec.inputs[0].sync = Sync::Feedback; }), "may be absent");
    expect(refused([](NodeSpec& spec) { spec.gathers = "number"; }), "gathers");
    expect(refused([](NodeSpec& spec) { spec.aliases = {"old"}; }), "old");
}

TEST(AdaptRefuses, FeedbackOfAValueNeedsNoPointerWhenItHasAFirst) {
    EXPECT_EQ(refused([](NodeSpec& spec) {
                  spec.inputs[0].sync = Sync::Feedback;
                  spec.inputs[0].first = 0.0;
              }).code,
              "");
}

TEST(AdaptRefuses, MigrationsThatLeadNowhere) {
    EXPECT_EQ(refused([](NodeSpec& spec) {
                  spec.migrations = {{1, [](engine::Object&) {}}};
              }).code,
              "E-NODE-001")
        << "version 1 has nothing before it";
    EXPECT_EQ(refused([](NodeSpec& spec) {
                  spec.version = 3;
                  spec.migrations = {{1, [](engine::Object&) {}}, {1, [](engine::Object&) {}}};
              }).code,
              "E-NODE-001");
    EXPECT_EQ(refused([](NodeSpec& spec) {
                  spec.version = 2;
                  spec.migrations = {{1, {}}};
              }).code,
              "E-NODE-001");
}

// Parameters need the struct's own members, so these stand alone.
template <int Case>
struct WrongParam {
    int number = 5;
    Color color = Color::Blue;
    static NodeSpec spec() {
        NodeSpec spec = good_spec();
        if constexpr (Case == 0)
            spec.params = {{.name = "number", .field = &WrongParam::number, .range = {0, 4}}};
        if constexpr (Case == 1) spec.params = {{.name = "color", .field = &WrongParam::color}};
        if constexpr (Case == 2)
            spec.params = {
                {.name = "color", .field = &WrongParam::color, .choices = {"red", "green"}}};
        if constexpr (Case == 3) spec.params = {{.name = "number"}};
        if constexpr (Case == 4)
            spec.params = {{.name = "number", .field = &WrongParam::number},
                           {.name = "color",
                            .field = &WrongParam::color,
                            .choices = {"a", "b", "c"},
                            .aliases = {"number"}}};
        if constexpr (Case == 5) {
            spec.params = {
                {.name = "color", .field = &WrongParam::color, .choices = {"a", "b", "c"}}};
            spec.gathers = "color";
        }
        return spec;
    }
    double operator()(const double& value) const { return value; }
};

template <int Case>
std::string refused_param() {
    engine::Registry registry;
    try {
        registry.add<WrongParam<Case>>();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-NODE-001");
        return error.what();
    }
    return "accepted";
}

TEST(AdaptRefuses, ParametersThatContradictTheirFields) {
    EXPECT_NE(refused_param<0>().find("default of \"number\""), std::string::npos)
        << refused_param<0>();
    EXPECT_NE(refused_param<1>().find("names of its values"), std::string::npos)
        << refused_param<1>();
    EXPECT_NE(refused_param<2>().find("default of \"color\""), std::string::npos)
        << refused_param<2>();
    EXPECT_NE(refused_param<3>().find("without a field"), std::string::npos) << refused_param<3>();
    EXPECT_NE(refused_param<4>().find("same name"), std::string::npos) << refused_param<4>();
    EXPECT_NE(refused_param<5>().find("integer parameter"), std::string::npos)
        << refused_param<5>();
}

struct Flushes {
    static NodeSpec spec() { return good_spec(); }
    double operator()(const double& value) { return value; }
    double finish() { return 0; }
};
struct ManyForOne {
    static NodeSpec spec() { return good_spec(); }
    Generator<double> operator()(const double&) const {
        return Generator<double>([]() -> std::optional<double> { return {}; });
    }
};
struct ImpurePure {
    static NodeSpec spec() {
        NodeSpec spec = good_spec();
        spec.pure = true;
        return spec;
    }
    double operator()(const double& value) { return value; }
};

TEST(AdaptRefuses, CallsThatContradictTheRate) {
    engine::Registry registry;
    EXPECT_THROW(registry.add<Flushes>(), engine::Error);
    EXPECT_THROW(registry.add<ManyForOne>(), engine::Error);
    EXPECT_THROW(registry.add<ImpurePure>(), engine::Error);
    EXPECT_FALSE(registry.find("sample.wrong"));
}

}  // namespace
}  // namespace millrace::tests
