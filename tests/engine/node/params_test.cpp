// Parameters from JSON: kinds, ranges, choices, paths, and what is said when one is wrong.
#include "engine/node/params.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "tests/engine/node/samples.hpp"
#include "tests/engine/support.hpp"

namespace millrace::tests {
namespace {

using engine::Array;
using engine::Object;
using engine::Value;

class ParamsTest : public ::testing::Test {
protected:
    ParamsTest() {
        register_samples(registry);
        type = registry.find("sample.params");
        node = type->make();
    }
    Params& fields() { return *static_cast<Params*>(node->object()); }
    std::vector<Problem> set(const Object& params) {
        return set_params(*type, *node, params, "crop");
    }
    /// The one problem of setting one parameter.
    Problem wrong(const std::string& name, const Value& value) {
        const auto problems = set({{name, value}});
        EXPECT_EQ(problems.size(), 1u) << name;
        if (problems.empty()) return {};
        EXPECT_EQ(problems[0].where, "crop." + name);
        EXPECT_FALSE(problems[0].mend.empty()) << to_text(problems[0]);
        EXPECT_FALSE(problems[0].expected.empty()) << to_text(problems[0]);
        return problems[0];
    }

    engine::Registry registry;
    const engine::NodeType* type = nullptr;
    std::unique_ptr<engine::NodeInstance> node;
};

TEST_F(ParamsTest, SetsEveryKind) {
    const auto problems = set({{"on", false},
                               {"count", 8},
                               {"byte", 255},
                               {"big", std::numeric_limits<std::int64_t>::max()},
                               {"ratio", 1},
                               {"text", "other"},
                               {"mode", "exact"},
                               {"color", "blue"},
                               {"file", "a/b.bin"},
                               {"weights", Array{0, 1.0}},
                               {"sizes", Array{7, 8.0}}});
    EXPECT_TRUE(problems.empty()) << engine::testing::problems_text(problems);
    EXPECT_FALSE(fields().on);
    EXPECT_EQ(fields().count, 8);
    EXPECT_EQ(fields().byte, 255);
    EXPECT_EQ(fields().big, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    EXPECT_EQ(fields().ratio, 1.0);
    EXPECT_EQ(fields().text, "other");
    EXPECT_EQ(fields().mode, "exact");
    EXPECT_EQ(fields().color, Color::Blue);
    EXPECT_EQ(fields().file.text, "a/b.bin");
    EXPECT_EQ(fields().weights, (std::vector<double>{0, 1}));
    EXPECT_EQ(fields().sizes, (std::vector<int>{7, 8}));
}

TEST_F(ParamsTest, StoresWhatItWasSetTo) {
    const Object given{{"count", 8},
                       {"color", "blue"},
                       {"weights", Array{0.5}},
                       {"sizes", Array{}},
                       {"ratio", 0.25}};
    EXPECT_TRUE(set(given).empty());
    const Object stored = all_params(*type, *node);
    EXPECT_EQ(stored.size(), type->spec.params.size());
    for (const auto& [name, value] : given) EXPECT_EQ(stored.at(name), value) << name;
    EXPECT_EQ(stored.at("text"), Value("words")) << "the default";
    const auto other = type->make();
    EXPECT_TRUE(set_params(*type, *other, stored, "other").empty()) << "what is stored can be set";
    EXPECT_EQ(all_params(*type, *other), stored);
}

TEST_F(ParamsTest, AcceptsAliasesAndWholeNumbersAsIntegers) {
    EXPECT_TRUE(set({{"n", 4.0}}).empty());
    EXPECT_EQ(fields().count, 4);
}

TEST_F(ParamsTest, RefusesTheWrongKind) {
    EXPECT_EQ(wrong("on", 1).code, "E-PARAM-002");
    EXPECT_EQ(wrong("on", "true").expected, "true or false");
    EXPECT_EQ(wrong("count", 2.5).expected, "an integer");
    EXPECT_EQ(wrong("count", "3").code, "E-PARAM-002");
    EXPECT_EQ(wrong("ratio", "0.5").expected, "a number");
    EXPECT_EQ(wrong("ratio", nullptr).code, "E-PARAM-002");
    EXPECT_EQ(wrong("text", 3).expected, "text");
    EXPECT_EQ(wrong("file", Array{}).code, "E-PARAM-002");
    EXPECT_EQ(wrong("weights", 0.5).expected, "a list of numbers");
    EXPECT_EQ(wrong("weights", Array{"a"}).code, "E-PARAM-002");
    EXPECT_EQ(wrong("weights", Object{}).code, "E-PARAM-002");
    EXPECT_EQ(fields().count, 3) << "nothing was set";
    EXPECT_EQ(fields().weights.size(), 2u);
}

TEST_F(ParamsTest, RefusesNumbersTheFieldCannotHold) {
    EXPECT_EQ(wrong("byte", 256).expected, "an integer from 0 to 255");
    EXPECT_EQ(wrong("byte", -1).code, "E-PARAM-002");
    EXPECT_EQ(wrong("big", -1).code, "E-PARAM-002");
    EXPECT_EQ(wrong("count", std::int64_t{1} << 40).code, "E-PARAM-002");
    EXPECT_EQ(wrong("count", 1e300).code, "E-PARAM-002");
    EXPECT_EQ(wrong("sizes", Array{1, 2.5}).expected, "an integer");
    EXPECT_EQ(wrong("sizes", Array{std::int64_t{1} << 40}).code, "E-PARAM-002");
    EXPECT_EQ(fields().sizes, (std::vector<int>{2, 4}));
}

TEST_F(ParamsTest, RefusesWhatLiesOutsideTheRange) {
    const Problem above = wrong("ratio", 1.5);
    EXPECT_EQ(above.code, "E-PARAM-003");
    EXPECT_EQ(above.expected, "0 to 1 m");
    EXPECT_EQ(above.found, "1.5");
    EXPECT_EQ(wrong("count", 0).code, "E-PARAM-003");
    EXPECT_EQ(wrong("count", 11).code, "E-PARAM-003");
    EXPECT_EQ(wrong("free", -6).expected, "at least -5");
    EXPECT_EQ(wrong("weights", Array{0.5, 1.25}).found, "1.25");
    EXPECT_EQ(fields().ratio, 0.5);
    EXPECT_EQ(fields().weights, (std::vector<double>{0.25, 0.75}));
    EXPECT_TRUE(set({{"ratio", 0}}).empty()) << "both ends belong to it";
    EXPECT_TRUE(set({{"ratio", 1.0}}).empty());
}

TEST_F(ParamsTest, RefusesNumbersThatAreNone) {
    const double nan = std::nan("");
    EXPECT_EQ(wrong("ratio", nan).code, "E-PARAM-003");
    EXPECT_EQ(wrong("ratio", nan).found, "nan");
    EXPECT_EQ(wrong("free", nan).code, "E-PARAM-003") << "not even where there is no upper end";
    EXPECT_EQ(wrong("weights", Array{nan}).code, "E-PARAM-003");
    EXPECT_EQ(wrong("count", nan).code, "E-PARAM-002");
    EXPECT_EQ(wrong("ratio", std::numeric_limits<double>::infinity()).code, "E-PARAM-003");
}

TEST_F(ParamsTest, NamesTheNearestChoice) {
    const Problem color = wrong("color", "gren");
    EXPECT_EQ(color.code, "E-PARAM-004");
    EXPECT_EQ(color.expected, "red, green, blue");
    EXPECT_EQ(color.found, "gren");
    EXPECT_EQ(color.mend, "Did you mean \"green\"?");
    EXPECT_EQ(wrong("color", 1).code, "E-PARAM-004") << "an index is no name";
    EXPECT_EQ(wrong("mode", "exat").mend, "Did you mean \"exact\"?");
    EXPECT_EQ(wrong("mode", 3).code, "E-PARAM-004");
    EXPECT_EQ(fields().color, Color::Green);
}

TEST_F(ParamsTest, NamesTheNearestParameter) {
    const auto problems = set({{"cuont", 3}, {"zzz", 1}});
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_EQ(problems[0].code, "E-PARAM-001");
    EXPECT_EQ(problems[0].mend, "Did you mean \"count\"?");
    EXPECT_EQ(problems[0].where, "crop");
    EXPECT_NE(problems[0].what.find("sample.params"), std::string::npos);
    EXPECT_NE(problems[1].mend.find("millrace nodes sample.params"), std::string::npos);
}

TEST_F(ParamsTest, RefusesAParameterUnderTwoNames) {
    const auto problems = set({{"a_typo", 1}, {"count", 4}, {"n", 5}});
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_EQ(problems[1].code, "E-PARAM-007");
    EXPECT_EQ(problems[1].where, "crop.n");
    EXPECT_EQ(fields().count, 4) << "the present name counts";
    const auto former = set({{"number", 6}, {"n", 5}});
    ASSERT_EQ(former.size(), 1u);
    EXPECT_EQ(former[0].code, "E-PARAM-007") << "two former names";
}

TEST_F(ParamsTest, ReportsEverythingAtOnceWithTheRulesOverSeveral) {
    const auto problems =
        set({{"count", 1}, {"ratio", 0.95}, {"color", "pink"}, {"on", "yes"}, {"nothing", 1}});
    std::vector<std::string> codes;
    for (const Problem& problem : problems) codes.push_back(problem.code + " " + problem.where);
    EXPECT_EQ(codes, (std::vector<std::string>{"E-PARAM-004 crop.color", "E-PARAM-001 crop",
                                               "E-PARAM-002 crop.on", "E-PARAM-005 crop.ratio"}));
}

TEST_F(ParamsTest, ShortensWhatItShowsWithoutCuttingACharacter) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "ü";
    for (const std::string shift : {"", "x"}) {
        const Problem problem = wrong("ratio", shift + text);
        EXPECT_LT(problem.found.size(), 90u);
        EXPECT_EQ(engine::parse_json(to_json(Value(problem.found)), "found"), Value(problem.found))
            << "valid UTF-8";
    }
}

class Paths : public ParamsTest {
protected:
    Paths() {
        std::ofstream(folder.path / "scan.bin") << "x";
        roots.document = folder.path;
        roots.named["data"] = folder.path;
    }
    std::vector<Problem> resolved(const std::string& text) {
        fields().file.text = text;
        return resolve_paths(*type, *node, roots, "crop");
    }

    engine::testing::TemporaryFolder folder;
    engine::PathRoots roots;
};

TEST_F(Paths, LeadFromTheDocumentOrANamedRoot) {
    for (const std::string text :
         {"scan.bin", "./x/../scan.bin", "${data}/scan.bin", "${data}//scan.bin"}) {
        EXPECT_TRUE(resolved(text).empty()) << text;
        EXPECT_EQ(fields().file.text, (folder.path / "scan.bin").string()) << text;
    }
    const std::string absolute = (folder.path / "scan.bin").string();
    EXPECT_TRUE(resolved(absolute).empty());
    EXPECT_EQ(fields().file.text, absolute);
}

TEST_F(Paths, DoNotClimbOutOfTheirRoot) {
    for (const std::string text :
         {"../scan.bin", "a/../../scan.bin", "${data}/../scan.bin", "${data}/x/../../scan.bin"}) {
        const auto problems = resolved(text);
        ASSERT_EQ(problems.size(), 1u) << text;
        EXPECT_EQ(problems[0].code, "E-PATH-002");
        EXPECT_EQ(problems[0].where, "crop.file");
        EXPECT_EQ(fields().file.text, text) << "left as it was";
    }
}

TEST_F(Paths, NameUnknownRoots) {
    for (const std::string text : {"${date}/scan.bin", "${data", "${}/scan.bin"}) {
        const auto problems = resolved(text);
        ASSERT_EQ(problems.size(), 1u) << text;
        EXPECT_EQ(problems[0].code, "E-PATH-001");
        EXPECT_NE(problems[0].expected.find("data"), std::string::npos);
    }
}

TEST_F(Paths, MustExistWhereTheyAreRequired) {
    EXPECT_EQ(resolved("none.bin").at(0).code, "E-FILE-001");
    const Problem empty = resolved("").at(0);
    EXPECT_EQ(empty.code, "E-FILE-001");
    EXPECT_EQ(empty.found, "nothing");
    EXPECT_NE(empty.mend.find("--set crop.file="), std::string::npos);
}

TEST_F(Paths, MayBeLeftEmptyWhereTheyMustOnlyExist) {
    engine::NodeType changed = *type;
    for (engine::ParamSpec& param : changed.spec.params) {
        param.existing_path = param.required_path;
        param.required_path = false;
    }
    const auto resolved_by = [&](const std::string& text) {
        fields().file.text = text;
        return resolve_paths(changed, *node, roots, "crop");
    };
    EXPECT_TRUE(resolved_by("").empty());
    EXPECT_TRUE(resolved_by("scan.bin").empty());
    EXPECT_EQ(resolved_by("none.bin").at(0).code, "E-FILE-001");
}

}  // namespace
}  // namespace millrace::tests
