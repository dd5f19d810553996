#include <gtest/gtest.h>

#include "tests/nodes/loaders/loaders.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::nodes {
void register_questions(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

constexpr const char* kType = "loaders.questions";

const engine::Registry& questions_registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_questions(made);
        return &made;
    }();
    return *registry;
}

class Given {
public:
    explicit Given(const engine::Object& params) : node_(questions_registry(), kType, params) {
        node_.start(context_);
        for (;; ++context_.item_number) {
            const auto results = node_.call_all({}, context_);
            if (results.empty()) break;
            tables.push_back(results.at(0).at(0).as<types::Table>());
        }
    }
    engine::NodeInstance& node() { return node_.instance(); }
    std::vector<types::Table> tables;

private:
    TestContext context_;
    TestNode node_;
};

template <class T>
std::vector<T> values(const types::Table& table, const char* column) {
    return std::get<std::vector<T>>(table.column(column)->values);
}

TEST(Questions, AreTablesOfTheirChoices) {
    const Folder folder;
    const auto file =
        folder.write("a.jsonl",
                     "{\"task\": \"t\", \"context\": [\"p\", \"q\"], \"choices\": [\"x\", \"y\"], "
                     "\"answer\": 1}\n{\"context\": \"c\", \"choices\": [\"z\"], \"answer\": 0}\n");
    Given all({{"path", file.string()}});
    ASSERT_EQ(all.tables.size(), 2U);
    using Texts = std::vector<std::string>;
    EXPECT_EQ(values<std::string>(all.tables[0], "task"), (Texts{"t", "t"}));
    EXPECT_EQ(values<std::string>(all.tables[0], "context"), (Texts{"p", "q"}));
    EXPECT_EQ(values<std::string>(all.tables[0], "choice"), (Texts{"x", "y"}));
    EXPECT_EQ(values<std::int64_t>(all.tables[0], "right"), (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(all.node().count(), 2U);
    EXPECT_EQ(all.node().files(1), (std::vector<engine::Path>{{file.string()}}));

    Given last({{"path", file.string()}, {"first", 1}});
    ASSERT_EQ(last.tables.size(), 1U);
    EXPECT_EQ(values<std::string>(last.tables[0], "choice"), Texts{"z"});
    EXPECT_EQ(last.node().place(0), 1U) << "a cached result is that of the question";
}

TEST(Questions, ThoseBuiltInNeedNoFile) {
    Given small({});
    EXPECT_EQ(small.tables.size(), 24U);
    EXPECT_TRUE(small.node().files(0).empty());
    EXPECT_EQ(Given({{"items", 5}}).tables.size(), 5U);
    EXPECT_EQ(error_code([] { Given({{"first", 24}}); }), "E-PARAM-004");
}

}  // namespace
}  // namespace millrace::testing
