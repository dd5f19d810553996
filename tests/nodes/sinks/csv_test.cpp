// Tables and metrics as CSV files, held against RFC 4180 by a reader of the test's own.
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "nodes/sinks/csv_file.hpp"
#include "tests/nodes/sinks/sinks.hpp"

namespace millrace::testing {
namespace {

using engine::Packet;
using types::Metrics;
using types::Table;
using Records = std::vector<std::vector<std::string>>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Writes tables as items 0, 1, … and gives the file's text.
std::string written(const std::vector<Table>& tables) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.table");
    node.start(context);
    for (const Table& table : tables) {
        node.call({Packet::make(table)}, context);
        ++context.item_number;
    }
    node.finish(context);
    EXPECT_EQ(files_in(context.artifacts()), (std::vector<std::string>{"table.csv"}));
    return text_of(context.artifacts() / "table.csv");
}

TEST(TableSink, WritesTheseBytes) {
    const Table table{{{"a", std::vector<double>{1.5, 100}},
                       {"b", std::vector<std::int64_t>{-7, 9007199254740993}},
                       {"c", std::vector<std::string>{"x", "y z"}}}};
    EXPECT_EQ(written({table}), "a,b,c\r\n1.5,-7,x\r\n100,9007199254740993,y z\r\n");
    EXPECT_EQ(written({table, table}),
              "a,b,c\r\n1.5,-7,x\r\n100,9007199254740993,y z\r\n1.5,-7,x\r\n"
              "100,9007199254740993,y z\r\n");
}

TEST(TableSink, TextsOfAnyKindComeBack) {
    const std::vector<std::string> texts = {"plain",
                                            "",
                                            " blanks ",
                                            "with, comma",
                                            "with \"quotes\"",
                                            "\"",
                                            "two\nlines",
                                            "two\r\nlines\r",
                                            "Fußgänger 歩行者 🚶",
                                            "=1+1",
                                            std::string("zero\0byte", 9),
                                            "\xff\xfe",
                                            "tab\tsemicolon;"};
    Records expected = {{"a \"name\", and more", "second"}};
    for (const std::string& text : texts) expected.push_back({text, text});
    EXPECT_EQ(records_of(written({Table{{{"a \"name\", and more", texts}, {"second", texts}}}})),
              expected);
}

TEST(TableSink, NumbersReadBackExactly) {
    const std::vector<double> numbers = {
        0,      -0.0,   0.1,  1.0 / 3, 1e300,
        5e-324, 123456, 1e21, -2.5,    std::numeric_limits<double>::max()};
    const Records records = records_of(written({Table{{{"x", numbers}}}}));
    ASSERT_EQ(records.size(), numbers.size() + 1);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::string& text = records[i + 1].at(0);
        double number = kNaN;
        std::from_chars(text.data(), text.data() + text.size(), number);
        EXPECT_EQ(number, numbers[i]) << text;
        EXPECT_EQ(std::signbit(number), std::signbit(numbers[i])) << text;
    }
    constexpr double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(written({Table{{{"x", std::vector<double>{kNaN, infinity, -infinity}},
                              {"y", std::vector<double>{1, 2, -kNaN}}}}}),
              "x,y\r\n,1\r\ninf,2\r\n-inf,\r\n");
}

TEST(TableSink, ASingleEmptyCellIsNoBlankLine) {
    // Which readers pass over: the rows of two columns would no longer match.
    EXPECT_EQ(written({Table{{{"x", std::vector<double>{1, kNaN, 3}}}}}),
              "x\r\n1\r\n\"\"\r\n3\r\n");
    EXPECT_EQ(nodes::csv_row({""}), "\"\"\r\n");
    EXPECT_EQ(nodes::csv_row({"", ""}), ",\r\n");
}

TEST(TableSink, EmptyTablesAddNoRows) {
    EXPECT_EQ(written({}), "");
    EXPECT_EQ(written({Table{}}), "");
    const Table empty{{{"x", std::vector<double>{}}}};
    EXPECT_EQ(written({empty}), "x\r\n");
    EXPECT_EQ(written({Table{}, empty, Table{{{"x", std::vector<double>{2}}}}, Table{}}),
              "x\r\n2\r\n");
}

TEST(TableSink, OtherColumnsAreRefused) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.table");
    node.start(context);
    const Table first{{{"x", std::vector<double>{1}}, {"y", std::vector<double>{2}}}};
    const Table turned{{{"y", std::vector<double>{1}}, {"x", std::vector<double>{2}}}};
    const Table ragged{{{"x", std::vector<double>{1, 2}}, {"y", std::vector<double>{2}}}};
    node.call({Packet::make(first)}, context);
    const auto problem = [&](const Table& table) {
        return problem_of([&] { node.call({Packet::make(table)}, context); });
    };
    EXPECT_EQ(problem(turned).code, "E-SINK-002");
    EXPECT_EQ(problem(turned).expected, "x, y");
    EXPECT_EQ(problem(turned).found, "y, x");
    EXPECT_EQ(problem(ragged).code, "E-SINK-005");
    EXPECT_EQ(text_of(context.artifacts() / "table.csv"), "x,y\r\n1,2\r\n");
}

TEST(TableSink, ManyRows) {
    std::vector<std::int64_t> numbers(200000);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int64_t>(i);
    const Records records = records_of(written({Table{{{"i", numbers}}}}));
    ASSERT_EQ(records.size(), 200001u);
    EXPECT_EQ(records.back().at(0), "199999");
}

TEST(MetricsSink, WritesARowAnItem) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.metrics", {{"file", "deep/figures.csv"}});
    node.start(context);
    context.item_number = 7;
    node.call({Packet::make(Metrics{.step = 1, .values = {{"loss", 0.25}, {"a, b", kNaN}}}),
               name_of("frame \"7\"")},
              context);
    context.item_number = 9;
    node.call({Packet::make(Metrics{.step = 2, .values = {{"loss", 0.125}}})}, context);
    node.finish(context);
    EXPECT_EQ(text_of(context.artifacts() / "deep/figures.csv"),
              "item,name,\"a, b\",loss\r\n7,\"frame \"\"7\"\"\",,0.25\r\n9,,,0.125\r\n");
    EXPECT_EQ(context.metrics.at("loss"), 0.125);
    EXPECT_TRUE(context.warnings.empty());
}

TEST(MetricsSink, TellsOfFiguresThatHaveNoColumn) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.metrics");
    node.start(context);
    node.call({Packet::make(Metrics{.values = {{"b", 1}}})}, context);
    node.call({Packet::make(Metrics{.values = {{"a", 2}, {"b", 3}, {"c", 4}}})}, context);
    EXPECT_EQ(text_of(context.artifacts() / "metrics.csv"), "item,name,b\r\n0,,1\r\n0,,3\r\n");
    ASSERT_EQ(context.warnings.size(), 2u);
    EXPECT_NE(context.warnings[0].find("\"a\""), std::string::npos);
    EXPECT_NE(context.warnings[0].find("metrics.csv"), std::string::npos);
    EXPECT_EQ(context.metrics.at("c"), 4);  // the run's metrics have it all the same
}

}  // namespace
}  // namespace millrace::testing
