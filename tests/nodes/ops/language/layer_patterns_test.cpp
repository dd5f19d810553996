#include "nodes/ops/language/layer_patterns.hpp"

#include <gtest/gtest.h>

#include "engine/problem.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

constexpr SpecCodes kCodes = {.malformed = "malformed", .range = "range"};
const std::vector<std::string> kNames = {"top", "layers.0.a", "layers.0.b", "layers.1.a",
                                         "layers.1.b"};

std::vector<LayerRule> rules_of(const engine::Value& value) {
    return layer_rules(value, kNames, kCodes);
}

engine::Value parsed(const std::string& text) { return engine::parse_json(text, "test"); }

TEST(LayerRules, ArePlacesOfNames) {
    const engine::Value all = parsed(R"({"bits": 1})");
    EXPECT_EQ(rules_of(all).at(0).layers, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
    EXPECT_EQ(rules_of(all).at(0).members, &all);
    const engine::Value two = parsed(R"([{"layers": ["*.b", "layers.1.*"]}, {"layers": ["top"]}])");
    const std::vector<LayerRule> rules = rules_of(two);
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].layers, (std::vector<std::size_t>{2, 3, 4})) << "each once";
    EXPECT_EQ(rules[1].layers, (std::vector<std::size_t>{0}));
}

TEST(LayerRules, MalformedOnesAreErrors) {
    const auto code = [](const std::string& text) {
        const engine::Value value = parsed(text);
        return error_code([&] { rules_of(value); });
    };
    for (const char* text : {"[]", "7", "[7]", "null", R"({"layers": "*"})", R"({"layers": []})",
                             R"({"layers": [1]})", R"([{}, {"layers": null}])"})
        EXPECT_EQ(code(text), "malformed") << text;
    EXPECT_EQ(code(R"({"layers": ["layers.2.*"]})"), "range");
    EXPECT_EQ(code(R"({"layers": ["*", ""]})"), "range");
    std::string many = R"({"layers": ["*")";
    for (int i = 1; i < 600; ++i) many += R"(, "*")";
    many += "]}";
    EXPECT_EQ(code(many), "none");
    EXPECT_EQ(code("[" + many + ", " + many + "]"), "malformed") << "1200 patterns";
}

TEST(LayerRules, APatternWithoutALayerListsTheNames) {
    const engine::Value value = parsed(R"({"layers": ["layers.0.*", "middle"]})");
    try {
        rules_of(value);
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().found, "\"middle\"");
        EXPECT_EQ(error.problem().expected, "one or more of: top, layers.*.a, layers.*.b");
    }
}

TEST(WithRule, AddsBehindAndDropsWhatIsCovered) {
    const auto add = [](const engine::Value& spec, int bits, std::string_view patterns) {
        return with_rule(spec, {{"bits", bits}}, patterns, kNames);
    };
    const engine::Value first = add(parsed("{}"), 1, "*");
    EXPECT_EQ(first, parsed(R"({"quantization": {"bits": 1, "layers": ["*"]}})"));
    const engine::Value second = add(first, 2, "*.a, top");
    EXPECT_EQ(second, parsed(R"({"quantization": [{"bits": 1, "layers": ["*"]},
                                                  {"bits": 2, "layers": ["*.a", "top"]}]})"));
    EXPECT_EQ(add(second, 3, "layers.0.a").find("quantization")->as_array().size(), 3U);
    // Nothing of the first is left once *.b has a later rule, but the second still counts.
    EXPECT_EQ(add(second, 3, "*.b"),
              parsed(R"({"quantization": [{"bits": 2, "layers": ["*.a", "top"]},
                                          {"bits": 3, "layers": ["*.b"]}]})"));
    EXPECT_EQ(add(second, 3, "*"), parsed(R"({"quantization": {"bits": 3, "layers": ["*"]}})"));
    // A rule without layers is of all.
    EXPECT_EQ(add(parsed(R"({"quantization": {"bits": 1}})"), 2, "layers.*"),
              parsed(R"({"quantization": [{"bits": 1}, {"bits": 2, "layers": ["layers.*"]}]})"));
}

}  // namespace
}  // namespace millrace::ops
