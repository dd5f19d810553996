// Every expected-number file against the operations that are built.
#include <gtest/gtest.h>

#include <cctype>

#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

/// Files to list one by one: all but the owed, which would only be noise. What cannot be read is
/// listed and fails.
std::vector<std::filesystem::path> listed_files() {
    std::vector<std::filesystem::path> files = tree_files(tree_folder());
    const auto owed = owed_operations();
    const auto built = operations();
    std::erase_if(files, [&](const auto& path) {
        try {
            const std::string op = load(path).op;
            return owed.contains(op) && !built.contains(op);
        } catch (const std::exception&) {
            return false;
        }
    });
    return files;
}

std::string test_name(const std::filesystem::path& path) {
    std::string name = path.lexically_relative(tree_folder()).replace_extension().string();
    for (char& letter : name) {
        if (!std::isalnum(static_cast<unsigned char>(letter))) letter = '_';
    }
    return name;
}

// The list by file below is drawn up when the tests are built; this one sees the tree there is when
// they run.
TEST(GoldenTree, EveryFileHoldsOrIsOwed) {
    const auto files = tree_files(tree_folder());
    ASSERT_FALSE(files.empty()) << "no .json file below " << tree_folder();
    const auto built = operations();
    const auto owed = owed_operations();
    for (const auto& path : files) {
        const auto wrong = check_file(path, built, owed);
        EXPECT_TRUE(wrong.empty()) << joined(wrong);
    }
}

TEST(GoldenTree, NoBuiltOperationIsOwed) {
    const auto owed = owed_operations();
    EXPECT_FALSE(owed.empty()) << "tests/golden/owed.txt is missing or empty";
    for (const auto& [name, operation] : operations()) EXPECT_FALSE(owed.contains(name)) << name;
}

class GoldenFile : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(GoldenFile, Holds) {
    const auto wrong = check_file(GetParam(), operations(), owed_operations());
    EXPECT_TRUE(wrong.empty()) << joined(wrong);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenFile);
INSTANTIATE_TEST_SUITE_P(Tree, GoldenFile, ::testing::ValuesIn(listed_files()),
                         [](const auto& info) { return test_name(info.param); });

}  // namespace
}  // namespace millrace::golden
