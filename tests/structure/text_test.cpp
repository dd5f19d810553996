// Rules that every text file of the project keeps.
#include <gtest/gtest.h>

#include <regex>

#include "tests/structure/sources.hpp"

namespace millrace::tests {
namespace {

const std::vector<std::string> kFolders = {".",     "cmake",     "editor",    "engine", "graphs",
                                           "nodes", "packaging", "resources", "tests",  "viewers"};

TEST(Text, HasNoTabsOrTrailingBlanks) {
    for (const SourceFile& file : source_files(
             kFolders, {".cpp", ".hpp", ".in", ".md", ".txt", ".cmake", ".sh", ".json", ".py"})) {
        // Files kept as they were found may look as they like.
        if (file.path.find("/old/") != std::string::npos ||
            file.path.find("/data/") != std::string::npos)
            continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            const bool blank_end = !line.empty() && (line.back() == ' ' || line.back() == '\r');
            EXPECT_FALSE(blank_end || line.find('\t') != std::string::npos)
                << file.path << ":" << i + 1;
        }
        EXPECT_TRUE(file.lines.empty() || file.ends) << file.path << " lacks its last newline";
    }
}

TEST(Text, NoSourceFileIsTooLong) {
    for (const SourceFile& file :
         source_files({"engine", "nodes", "editor", "viewers", "tests"}, {".cpp", ".hpp"})) {
        // One file on purpose: a firmware takes it away.
        const bool whole = file.path.ends_with("nodes/ops/kws_runtime/kws_runtime.hpp");
        EXPECT_TRUE(whole || file.lines.size() <= 400) << file.path << ": part it";
        const bool header = file.path.ends_with(".hpp");
        const bool once = std::ranges::find(file.lines, "#pragma once") != file.lines.end();
        EXPECT_TRUE(!header || once) << file.path << " lacks #pragma once";
        for (const std::string& line : file.lines)
            EXPECT_FALSE(line.starts_with("using namespace")) << file.path;
    }
}

TEST(Text, PathsNamedInDocumentsExist) {
    const std::regex path(
        R"((^|[^\w./-])((engine|nodes|graphs|packaging|resources|tests|cmake)/[\w./-]*[\w/]))");
    std::size_t paths = 0;
    for (const SourceFile& file : source_files(kFolders, {".md"})) {
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            for (std::sregex_iterator match(line.begin(), line.end(), path), end; match != end;
                 ++match) {
                const std::string named = (*match)[2];
                // Words in capitals stand for one's own: nodes/FAMILY/NAME.cpp.
                if (named.find("FAMILY") != std::string::npos) continue;
                ++paths;
                EXPECT_TRUE(std::filesystem::exists(MILLRACE_SOURCE_DIR "/" + named))
                    << file.path << ":" << i + 1 << " names " << named;
            }
        }
    }
    EXPECT_GT(paths, 10u);
}

TEST(Text, LinksOfDocumentsLeadToFiles) {
    const std::regex link(R"(\]\(([^)#?]+)[^)]*\))");
    std::size_t links = 0;
    for (const SourceFile& file : source_files(kFolders, {".md"})) {
        const auto folder = (std::filesystem::path(MILLRACE_SOURCE_DIR) / file.path).parent_path();
        for (const std::string& line : file.lines) {
            for (std::sregex_iterator match(line.begin(), line.end(), link), end; match != end;
                 ++match) {
                const std::string target = (*match)[1];
                if (target.find("://") != std::string::npos) continue;
                ++links;
                EXPECT_TRUE(std::filesystem::exists(folder / target))
                    << file.path << " links to " << target;
            }
        }
    }
    EXPECT_GT(links, 0u);
}

}  // namespace
}  // namespace millrace::tests
