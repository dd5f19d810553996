// The harness itself: it must be able to fail.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

Item reals(std::vector<double> values, std::int64_t columns = 2) {
    return {Tensor{.dtype = "float32",
                   .shape = {std::int64_t(values.size()) / columns, columns},
                   .reals = std::move(values)}};
}

std::size_t wrong(const Item& want, const Item& got, Tolerance tolerance,
                  std::string output = "output", bool nonfinite = false) {
    const File file{.tolerance = tolerance};
    const Case expected{
        .name = "case", .outputs = {{output, want}}, .reference_is_nonfinite = nonfinite};
    return differences(file, expected, {{output, got}}).size();
}

TEST(GoldenCompare, ToleranceAddsItsThreeParts) {
    const Item want = reals({1, 100});
    EXPECT_EQ(wrong(want, reals({1.09, 100}), {.abs = 0.1}), 0u);
    EXPECT_EQ(wrong(want, reals({1.11, 100}), {.abs = 0.1}), 1u);
    EXPECT_EQ(wrong(want, reals({1.9, 100}), {.abs_of_max = 0.01}), 0u);
    EXPECT_EQ(wrong(want, reals({2.1, 100}), {.abs_of_max = 0.01}), 1u);
    EXPECT_EQ(wrong(want, reals({1, 100.9}), {.rel = 0.01}), 0u);
    EXPECT_EQ(wrong(want, reals({1.02, 100}), {.rel = 0.01}), 1u);
}

TEST(GoldenCompare, TheNarrowerToleranceGoesFirst) {
    File file{.tolerance = Tolerance{.abs = 0}, .tolerance_of = {{"b", {.abs = 1}}}};
    Case expected{.outputs = {{"a", reals({0, 0})}, {"b", reals({0, 0})}}};
    const Members got = {{"a", reals({0.5, 0})}, {"b", reals({0.5, 0})}};
    EXPECT_EQ(differences(file, expected, got).size(), 1u);
    expected.tolerance = Tolerance{.abs = 0.6};
    EXPECT_EQ(differences(file, expected, got).size(), 0u);
    file.tolerance_of["b"] = {.abs = 0.1};
    EXPECT_EQ(differences(file, expected, got).size(), 1u);
}

TEST(GoldenCompare, IntegersAreAlwaysExact) {
    const auto integers = [](std::vector<int> values) {
        return integer_tensor("int32", {values.size()}, values);
    };
    EXPECT_EQ(wrong(integers({1, 2}), integers({1, 2}), {.abs = 9}), 0u);
    EXPECT_EQ(wrong(integers({1, 2}), integers({1, 3}), {.abs = 9}), 1u);
    EXPECT_EQ(wrong({std::int64_t{1}}, {std::int64_t{2}}, {.abs = 9}), 1u);
    EXPECT_EQ(wrong({std::int64_t{1}}, {1.5}, {.abs = 1}), 0u);
}

TEST(GoldenCompare, ShapesTypesAndAbsenceCount) {
    EXPECT_EQ(wrong(reals({1, 2, 3, 4}, 2), reals({1, 2, 3, 4}, 4), {.abs = 9}), 1u);
    EXPECT_EQ(wrong(reals({1, 2}), integer_tensor("int32", {1, 2}, std::vector{1, 2}), {.abs = 9}),
              1u);
    EXPECT_EQ(differences({}, {.outputs = {{"a", reals({1, 2})}}}, {}).size(), 1u);
    EXPECT_EQ(wrong({std::string("a")}, {std::string("b")}, {}), 1u);
    EXPECT_EQ(wrong({true}, {false}, {.abs = 9}), 1u);
    EXPECT_EQ(wrong({List{{1.0}}}, {List{{1.0}, {2.0}}}, {}), 1u);
    EXPECT_EQ(wrong({Members{{"x", {1.0}}}}, {Members{{"x", {2.0}}}}, {}), 1u);
    EXPECT_EQ(wrong({Members{{"x", {}}}}, {Members{}}, {}), 0u);
}

TEST(GoldenCompare, NonFiniteValuesMatchOnlyThemselves) {
    EXPECT_EQ(wrong(reals({NAN, INFINITY}), reals({NAN, INFINITY}), {.abs = 1}), 0u);
    EXPECT_EQ(wrong(reals({NAN, 0}), reals({0, 0}), {.abs = 1}), 1u);
    EXPECT_EQ(wrong(reals({INFINITY, 0}), reals({-INFINITY, 0}), {.abs = 1}), 1u);
    EXPECT_EQ(wrong(reals({0, 0}), reals({NAN, 0}), {.abs = 1}), 1u);
    EXPECT_EQ(wrong({std::string("nan")}, {double(NAN)}, {}), 0u);
    EXPECT_EQ(wrong({}, {double(NAN)}, {}), 0u);
}

TEST(GoldenCompare, NonFiniteReferenceRowsMustBeZero) {
    const Item want = reals({1, 2, NAN, 3});
    EXPECT_EQ(wrong(want, reals({1, 2, 0, 0}), {}, "output", true), 0u);
    EXPECT_EQ(wrong(want, reals({1, 2, 0, 3}), {}, "output", true), 1u);
    EXPECT_EQ(wrong(want, reals({1, 5, 0, 0}), {}, "output", true), 1u);
    EXPECT_EQ(wrong(want, reals({7, 7, 7, 7}), {}, "grad_alpha", true), 0u);
    EXPECT_EQ(wrong(want, reals({7, 7, 7, 7}), {}, "grad_input", true), 1u);
}

class GoldenCheckFile : public ::testing::Test {
protected:
    std::vector<std::string> check(const std::string& text,
                                   const std::set<std::string>& owed = {}) {
        const auto path =
            std::filesystem::path(::testing::TempDir()) /
            (std::string("golden_") +
             ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".json");
        std::ofstream(path) << text;
        const Operations built = {{"double", [](const Case& given) {
                                       return Members{{"y", {2 * given.inputs.at("x").number()}}};
                                   }}};
        auto lines = check_file(path, built, owed);
        std::filesystem::remove(path);
        return lines;
    }

    static std::string file(const std::string& op, const std::string& want) {
        return R"({"format": "golden/1", "op": ")" + op +
               R"(", "cases": [{"name": "c", "params": {}, "inputs": {"x": 2.5}, "outputs": {"y": )" +
               want + "}}]}";
    }
};

TEST_F(GoldenCheckFile, ComparesWhatIsBuilt) {
    EXPECT_TRUE(check(file("double", "5.0")).empty());
    EXPECT_EQ(check(file("double", "5.5")).size(), 1u);
}

TEST_F(GoldenCheckFile, TolerancesAreRead) {
    const std::string head = R"({"format": "golden/1", "op": "double", )";
    const std::string cases = R"("cases": [{"name": "c", "params": {}, "inputs": {"x": 2.5}, )";
    EXPECT_TRUE(check(head + R"("tolerance": {"abs": 1, "rel": 0}, )" + cases +
                      R"("outputs": {"y": 5.5}}]})")
                    .empty());
    EXPECT_TRUE(
        check(head + cases + R"("tolerance": {"abs": 1}, "outputs": {"y": 5.5}}]})").empty());
    const std::string wide_case = cases + R"("tolerance": {"abs": 1}, "outputs": {"y": 5.5}}]})";
    EXPECT_EQ(check(head + R"("tolerance_of": {"y": {"abs": 0.1}}, )" + wide_case).size(), 1u);
}

TEST_F(GoldenCheckFile, TheOperationIsBuiltOrOwedButNotBoth) {
    EXPECT_EQ(check(file("unknown", "5.0")).size(), 1u);
    EXPECT_TRUE(check(file("unknown", "5.0"), {"unknown"}).empty());
    EXPECT_EQ(check(file("double", "5.0"), {"double"}).size(), 1u);
}

TEST_F(GoldenCheckFile, BrokenFilesAreReported) {
    EXPECT_EQ(check("{").size(), 1u);
    EXPECT_EQ(check(R"({"format": "golden/2", "op": "double", "cases": []})").size(), 1u);
    EXPECT_EQ(check(R"({"format": "golden/1", "op": "double", "cases": []})").size(), 1u);
    EXPECT_EQ(check(file("double", R"({"dtype": "float32", "shape": [3], "data": [1]})")).size(),
              1u);
}

}  // namespace
}  // namespace millrace::golden
