// Loading plug-ins: a broken one is reported in one clear problem and never stops the rest.
#include "engine/node/plugin.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "engine/node/registry.hpp"
#include "tests/engine/node/plugin_files.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;
using engine::PluginReport;
using engine::Problem;

class Plugins : public ::testing::Test {
protected:
    std::vector<PluginReport> load() { return engine::load_plugins(registry, {folder.path()}); }

    /// Loads one broken plug-in between two that are whole, which must not suffer; gives its
    /// problem.
    Problem broken_among_others() {
        folder.add("throws_number", "a");
        folder.add("whole", "z");
        const auto reports = load();
        Problem problem;
        for (const PluginReport& report : reports) {
            if (report.name != "libmillrace-broken") continue;
            EXPECT_EQ(report.problems.size(), 1u)
                << engine::testing::problems_text(report.problems);
            if (!report.problems.empty()) problem = report.problems.front();
        }
        EXPECT_EQ(reports.size(), 3u);
        EXPECT_TRUE(registry.find("plug.scale")) << "the rest is loaded";
        EXPECT_NE(problem.where.find((folder.path() / "libmillrace-broken.so").string()),
                  std::string::npos)
            << to_text(problem);
        EXPECT_FALSE(problem.mend.empty());
        EXPECT_FALSE(problem.expected.empty());
        EXPECT_FALSE(problem.found.empty());
        return problem;
    }

    PluginFolder folder;
    engine::Registry registry;
};

TEST_F(Plugins, AWholeOneAddsItsTypesAndPayloads) {
    const fs::path file = folder.add("whole", "whole");
    const auto reports = load();
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].file, file);
    EXPECT_EQ(reports[0].name, "libmillrace-whole");
    EXPECT_TRUE(reports[0].problems.empty()) << engine::testing::problems_text(reports[0].problems);
    EXPECT_TRUE(reports[0].loaded);
    ASSERT_TRUE(registry.find("plug.scale"));
    EXPECT_EQ(registry.find("plug.multiply"), registry.find("plug.scale"));
    EXPECT_EQ(registry.find("plug.scale")->plugin, "libmillrace-whole");
    EXPECT_EQ(registry.find("plug.scale")->build, engine::plugin_build(file));
    EXPECT_NE(engine::plugin_build(file), engine::plugin_content(file))
        << "it stands on the engine";
    EXPECT_TRUE(registry.find_payload("mark/1"));
    EXPECT_EQ(registry.find("control.batch")->plugin, "");
}

TEST_F(Plugins, ATextFileIsNoPlugIn) {
    folder.write("broken",
                 "#!/bin/sh\necho hello\n# and so long that a header would fit into it, which it "
                 "needs to\n");
    const Problem problem = broken_among_others();
    EXPECT_EQ(problem.code, "E-PLUGIN-001");
    EXPECT_EQ(problem.found, "another kind of file");
}

TEST_F(Plugins, AnEmptyOrShortFileIsNoPlugIn) {
    folder.write("broken", "");
    EXPECT_EQ(broken_among_others().found, "an empty file");
    folder.write("short",
                 "\x7f"
                 "ELF");
    EXPECT_EQ(
        engine::load_plugin(registry, folder.path() / "libmillrace-short.so").problems.at(0).found,
        "a file that is too short");
}

TEST_F(Plugins, ATruncatedLibraryIsReportedNotMapped) {
    const std::string whole = content_of(folder.add("whole", "whole"));
    fs::remove(folder.path() / "libmillrace-whole.so");
    // A page: its headers are there, what they tell of is not, however much of the file is for
    // debuggers.
    folder.write("broken", whole.substr(0, 4096));
    const Problem problem = broken_among_others();
    EXPECT_EQ(problem.code, "E-PLUGIN-001");
    EXPECT_NE(problem.found.find("truncated"), std::string::npos) << problem.found;
    // At any length: the dynamic linker would end the program with SIGBUS at some of them.
    for (std::size_t bytes = 0; bytes < whole.size(); bytes += whole.size() / 37) {
        const fs::path file = folder.write("cut" + std::to_string(bytes), whole.substr(0, bytes));
        engine::Registry other;
        const PluginReport report = engine::load_plugin(other, file);
        // Nothing but section headers may be missing when it loads all the same.
        EXPECT_TRUE(report.problems.size() == 1 || other.find("plug.scale")) << bytes;
    }
}

TEST_F(Plugins, ABrokenLinkOrFolderOrPipeIsNoPlugIn) {
    fs::create_symlink(folder.path() / "nowhere", folder.path() / "libmillrace-broken.so");
    EXPECT_EQ(broken_among_others().code, "E-PLUGIN-001");
    fs::create_directory(folder.path() / "libmillrace-folder.so");
    ASSERT_EQ(mkfifo((folder.path() / "libmillrace-pipe.so").c_str(), 0600), 0);
    engine::Registry other;
    for (const PluginReport& report : engine::load_plugins(other, {folder.path()})) {
        if (report.name == "libmillrace-folder" || report.name == "libmillrace-pipe") {
            EXPECT_EQ(report.problems.at(0).found, "no regular file");
        }
    }
}

TEST_F(Plugins, ALibraryWithoutTheEntryIsNoPlugIn) {
    folder.add("no_entry", "broken");
    const Problem problem = broken_among_others();
    EXPECT_EQ(problem.code, "E-PLUGIN-002");
    EXPECT_EQ(problem.found, "one of them");
}

TEST_F(Plugins, AMissingSymbolIsNamed) {
    folder.add("unresolved", "broken");
    const Problem problem = broken_among_others();
    EXPECT_EQ(problem.code, "E-PLUGIN-001");
    EXPECT_NE(problem.found.find("millrace_test_function_that_is_nowhere"), std::string::npos)
        << problem.found;
    EXPECT_EQ(problem.found.find(folder.path().string()), std::string::npos)
        << "the file is named once";
}

TEST_F(Plugins, AnotherAbiIsRefusedBeforeItsEntryIsCalled) {
    folder.add("old_abi", "broken");
    const Problem problem = broken_among_others();
    EXPECT_EQ(problem.code, "E-PLUGIN-003");
    EXPECT_EQ(problem.expected, MILLRACE_ABI);
    EXPECT_EQ(problem.found, "millrace-0 gcc4 libstdc++4-cxx0 plain");
}

TEST_F(Plugins, WhatIsThrownWhileRegisteringIsReported) {
    folder.add("throws", "broken");
    const Problem problem = broken_among_others();
    EXPECT_EQ(problem.code, "E-PLUGIN-004");
    EXPECT_EQ(problem.found, "no licence found");
    EXPECT_TRUE(registry.find("throws.first")) << "what was whole before it stays";
    const PluginReport number = engine::load_plugin(registry, folder.path() / "libmillrace-a.so");
    EXPECT_EQ(number.problems.at(0).code, "E-PLUGIN-004") << "even what is no exception";
}

TEST_F(Plugins, ADuplicateTypeIsReportedWithBothPlugIns) {
    folder.add("whole", "first");
    folder.add("duplicate", "second");
    const auto reports = load();
    ASSERT_EQ(reports.size(), 2u);
    ASSERT_EQ(reports[1].problems.size(), 1u);
    const Problem& problem = reports[1].problems[0];
    EXPECT_EQ(problem.code, "E-NODE-002");
    EXPECT_NE(problem.found.find("libmillrace-first"), std::string::npos) << to_text(problem);
    EXPECT_NE(problem.where.find("libmillrace-second.so"), std::string::npos) << to_text(problem);
    EXPECT_EQ(registry.find("plug.scale")->plugin, "libmillrace-first") << "the first stays";
    EXPECT_TRUE(registry.find("double.first"));
}

TEST_F(Plugins, APayloadOfAnotherSizeIsRefused) {
    folder.add("whole", "first");
    folder.add("layout", "second");
    const auto reports = load();
    ASSERT_EQ(reports.at(1).problems.size(), 1u);
    EXPECT_EQ(reports[1].problems[0].code, "E-TYPE-003");
    EXPECT_EQ(reports[1].problems[0].found, "16 bytes");
    EXPECT_EQ(registry.find("wide.take"), nullptr);
}

TEST_F(Plugins, AreFoundByNameInTheOrderOfTheFolders) {
    const PluginFolder other;
    const fs::path here = folder.add("whole", "one");
    other.add("throws", "one");
    const fs::path there = other.add("duplicate", "two");
    for (const char* name : {"engine", "types", "ops"}) folder.add("whole", name);
    std::ofstream(folder.path() / "libsomething.so") << "no plug-in's name";
    std::ofstream(folder.path() / "libmillrace-one.so.1") << "nor this";
    const auto found =
        engine::find_plugins({folder.path() / "missing", folder.path(), other.path()});
    EXPECT_EQ(found, (std::vector<fs::path>{here, there})) << "the first of a name is taken";
}

TEST_F(Plugins, FoldersAreThePathThenBesideTheProgramThenInstalled) {
    const char* before = std::getenv("MILLRACE_PLUGIN_PATH");
    const std::string kept = before ? before : "";
    setenv("MILLRACE_PLUGIN_PATH", ":/first::/second:", 1);
    const auto folders = engine::plugin_folders();
    unsetenv("MILLRACE_PLUGIN_PATH");
    const auto without = engine::plugin_folders();
    if (before) setenv("MILLRACE_PLUGIN_PATH", kept.c_str(), 1);
    const fs::path program = fs::read_symlink("/proc/self/exe").parent_path();
    ASSERT_GE(folders.size(), 4u);
    EXPECT_EQ(folders[0], "/first");
    EXPECT_EQ(folders[1], "/second");
    EXPECT_EQ(folders[2], program);
    EXPECT_EQ(folders[3].filename(), "millrace");
    EXPECT_EQ(without, std::vector<fs::path>(folders.begin() + 2, folders.end()));
}

TEST_F(Plugins, ARelativeFolderServesToo) {
    folder.add("whole", "whole");
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    const auto reports = engine::load_plugins(registry, {"."});
    fs::current_path(before);
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_TRUE(reports[0].problems.empty()) << engine::testing::problems_text(reports[0].problems);
}

}  // namespace
}  // namespace millrace::tests
