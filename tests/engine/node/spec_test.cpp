// The table itself: finding its parts by name, and its form as a JSON value.
#include "engine/node/spec.hpp"

#include <gtest/gtest.h>

#include "engine/node/params.hpp"
#include "engine/node/table.hpp"
#include "tests/engine/node/samples.hpp"

namespace millrace::tests {
namespace {

using engine::NodeType;
using engine::Value;

TEST(Spec, FindsPortsAndParametersByName) {
    engine::Registry registry;
    register_samples(registry);
    const NodeSpec& spec = registry.find("sample.params")->spec;
    EXPECT_EQ(spec.input("value")->doc, "a number");
    EXPECT_EQ(spec.output("value")->type, "number/1");
    EXPECT_EQ(spec.input("nothing"), nullptr);
    EXPECT_EQ(spec.output(""), nullptr);
    ASSERT_TRUE(spec.param("count"));
    EXPECT_EQ(spec.param("n"), spec.param("count")) << "by alias";
    EXPECT_EQ(spec.param("number"), spec.param("count"));
    EXPECT_EQ(spec.param("counts"), nullptr);
}

TEST(Spec, WordsOfEnumerations) {
    EXPECT_EQ(to_text(Sync::Latch), "latch");
    EXPECT_EQ(to_text(Change::Cold), "cold");
    EXPECT_EQ(to_text(engine::Rate::Parent), "parent");
    EXPECT_EQ(to_text(engine::Join::Alternate), "alternate");
    EXPECT_EQ(to_text(engine::Resource::Wait), "wait");
    EXPECT_EQ(to_text(engine::ParamKind::Numbers), "numbers");
    EXPECT_EQ(to_text(engine::ParamKind::Curve), "curve");
    EXPECT_EQ(to_text(static_cast<Sync>(3)), "");
}

class Table : public ::testing::Test {
protected:
    Table() { register_samples(registry); }

    /// Through JSON text, as the catalogue stores it.
    NodeType again(std::string_view id) {
        const Value table = engine::table_of(*registry.find(id));
        const Value read = engine::parse_json(to_json(table), "table");
        EXPECT_EQ(read, table) << id;
        return engine::type_from(read, code);
    }

    engine::Registry registry;
    int checks = 0;
    engine::TableCode code{.check =
                               [this](const std::string&, const engine::Array& fields) {
                                   ++checks;
                                   return std::vector<Problem>{{.found = to_json(fields[1])}};
                               },
                           .migrate = [](const std::string& id, int from,
                                         engine::Object& params) { params[id] = from; }};
};

TEST_F(Table, OfEveryTypeComesBackTheSame) {
    for (const NodeType* type : registry.types()) {
        const NodeType copy = again(type->spec.id);
        EXPECT_EQ(engine::table_of(copy), engine::table_of(*type)) << type->spec.id;
    }
}

TEST_F(Table, KeepsWhatTheSpecSays) {
    const NodeType copy = again("sample.params");
    const NodeSpec& spec = copy.spec;
    EXPECT_EQ(spec.doc, Params::spec().doc);
    EXPECT_EQ(spec.version, 3);
    EXPECT_EQ(spec.aliases, std::vector<std::string>{"sample.old_params"});
    EXPECT_EQ(spec.tags, (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(spec.source, "A paper, section 2");
    EXPECT_TRUE(spec.light && copy.pure && copy.has_check && !copy.source);
    EXPECT_EQ(spec.param("n")->change, Change::Hot);
    EXPECT_EQ(spec.param("ratio")->unit, "m");
    EXPECT_EQ(spec.param("free")->range.low, -5);
    EXPECT_EQ(spec.param("free")->range.high, std::numeric_limits<double>::infinity());
    EXPECT_TRUE(spec.param("color")->advanced && spec.param("file")->required_path);
    const NodeType arguments = again("sample.arguments");
    EXPECT_EQ(arguments.spec.inputs[5].sync, Sync::Feedback);
    EXPECT_EQ(arguments.spec.inputs[4].type, "T");
    EXPECT_EQ(again("sample.pairs").spec.gathers, "*");
    EXPECT_FALSE(again("sample.source").spec.pure.has_value());
}

TEST_F(Table, InstancesTakeParametersAsTheStructDoes) {
    const NodeType copy = again("sample.params");
    const NodeType& real = *registry.find("sample.params");
    const auto made = copy.make();
    const auto struct_made = real.make();
    EXPECT_EQ(all_params(copy, *made), all_params(real, *struct_made)) << "the defaults";
    const engine::Object given{{"n", 4},
                               {"byte", 300},
                               {"ratio", 1},
                               {"color", "bleu"},
                               {"sizes", engine::Array{1, 2.5}},
                               {"mode", "slow"},
                               {"on", 1},
                               {"big", -1},
                               {"weights", engine::Array{0, 2}},
                               {"colour", "red"}};
    const auto problems = set_params(copy, *made, given, "node");
    const auto expected = set_params(real, *struct_made, given, "node");
    ASSERT_EQ(problems.size(), expected.size() + 1)
        << "one more of the check, which answers always";
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_EQ(to_text(problems[i]), to_text(expected[i]));
    EXPECT_EQ(all_params(copy, *made), all_params(real, *struct_made));
}

TEST_F(Table, ChecksAndMigratesThroughTheCodeGiven) {
    const NodeType copy = again("sample.params");
    const auto node = copy.make();
    copy.spec.param("count")->field.set(node->object(), 6);
    EXPECT_EQ(node->check().at(0).found, "6");
    EXPECT_EQ(checks, 1);
    EXPECT_EQ(node->clone()->check().at(0).found, "6") << "a copy has the same fields";
    ASSERT_EQ(copy.spec.migrations.size(), 2u);
    engine::Object params;
    copy.spec.migrations[1].apply(params);
    EXPECT_EQ(params.at("sample.params"), Value(2));
    const NodeType unchecked = again("sample.source");
    EXPECT_TRUE(unchecked.make()->check().empty());
    EXPECT_EQ(checks, 2) << "a type without check() asks nobody";
}

TEST_F(Table, InstancesDoNotRun) {
    const NodeType copy = again("sample.sink");
    engine::Results results;
    try {
        copy.make()->save();
        FAIL() << "no error";
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-INTERNAL-003");
    }
}

TEST_F(Table, RefusesWhatIsNoTable) {
    const Value whole = engine::table_of(*registry.find("sample.params"));
    for (const auto& [name, ignored] : whole.as_object()) {
        Value part = whole;
        part.as_object().erase(name);
        EXPECT_THROW(engine::type_from(part, code), engine::Error) << "without " << name;
        if (name == "pure") continue;
        Value other = whole;
        other[name] = Value(nullptr);
        EXPECT_THROW(engine::type_from(other, code), engine::Error) << "null " << name;
    }
    Value unknown = whole;
    unknown["rate"] = "monthly";
    EXPECT_THROW(engine::type_from(unknown, code), engine::Error);
    EXPECT_THROW(engine::type_from(Value("text"), code), engine::Error);
}

}  // namespace
}  // namespace millrace::tests
