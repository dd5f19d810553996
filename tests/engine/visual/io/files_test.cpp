#include "engine/visual/io/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "tests/engine/support.hpp"
#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

class Files : public ::testing::Test {
protected:
    fs::path path(const char* name) const { return folder_.path / name; }
    engine::testing::TemporaryFolder folder_;
};

TEST_F(Files, WhatWasWrittenIsRead) {
    std::string bytes = "some\0bytes\n";
    bytes.resize(300'000, '\x7f');
    for (const std::string& content : {std::string(), bytes}) {
        for (const Durability durability : {Durability::Disk, Durability::Process}) {
            write_file_atomically(path("a"), content, durability);
            const std::vector<std::byte> read = read_file_bytes(path("a"));
            EXPECT_TRUE(std::ranges::equal(read, bytes_of(content)));
        }
    }
    EXPECT_EQ(names_in(folder_.path), (std::vector<std::string>{"a"}));
}

TEST_F(Files, WhatIsNoFile) {
    EXPECT_EQ(problem_of([&] { read_file_bytes(path("none")); }).code, "E-FILE-001");
    write_file_atomically(path("a"), "12345");
    EXPECT_EQ(problem_of([&] { read_file_bytes(path("a") / "b"); }).code, "E-FILE-001");
    EXPECT_EQ(problem_of([&] { read_file_bytes(folder_.path); }).code, "E-FILE-004");
    EXPECT_EQ(problem_of([&] { read_file_bytes("/dev/zero"); }).code, "E-FILE-004");
    // A pipe without a writer must not hang.
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_EQ(problem_of([&] { read_file_bytes(path("pipe")); }).code, "E-FILE-004");
    EXPECT_EQ(problem_of([&] { read_file_bytes(path("a"), 4); }).code, "E-FILE-005");
    EXPECT_EQ(read_file_bytes(path("a"), 5).size(), 5U);
    if (::geteuid() != 0) {
        fs::permissions(path("a"), fs::perms::none);
        EXPECT_EQ(problem_of([&] { read_file_bytes(path("a")); }).code, "E-FILE-004");
    }
}

TEST_F(Files, AnEnormousFileIsRefusedWithoutReadingIt) {
    std::ofstream(path("sparse")).put('x');
    fs::resize_file(path("sparse"), kMaxFileBytes + 1);
    EXPECT_EQ(problem_of([&] { read_file_bytes(path("sparse")); }).code, "E-FILE-005");
    EXPECT_EQ(problem_of([&] {
                  fs::rename(path("sparse"), path("sparse.pcd"));
                  load_cloud(path("sparse.pcd"));
              }).code,
              "E-FILE-005");
}

TEST_F(Files, WritingFollowsLinksAndKeepsPermissions) {
    write_file_atomically(path("target"), "old");
    fs::permissions(path("target"), fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("target", path("link"));
    write_file_atomically(path("link"), "new");
    EXPECT_TRUE(fs::is_symlink(path("link")));
    EXPECT_EQ(content_of(path("target")), "new");
    EXPECT_EQ(fs::status(path("target")).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Files, AFailedWriteLeavesTheOldFileAndNoOther) {
    EXPECT_EQ(problem_of([&] { write_file_atomically(path("none") / "a", "x"); }).code,
              "E-FILE-003");
    EXPECT_EQ(problem_of([&] { write_file_atomically(folder_.path, "x"); }).code, "E-FILE-003");
    write_file_atomically(path("a"), "old");
    EXPECT_EQ(problem_of([&] { write_file_atomically(path("a") / "b", "x"); }).code, "E-FILE-003");
    EXPECT_EQ(content_of(path("a")), "old");
    EXPECT_EQ(names_in(folder_.path), (std::vector<std::string>{"a"}));
    // A full device, where there is one.
    if (fs::exists("/dev/full")) {
        const engine::Problem problem =
            problem_of([&] { write_file_atomically("/dev/full", "x"); });
        EXPECT_EQ(problem.code, "E-FILE-003");
        EXPECT_NE(problem.mend.find("space"), std::string::npos);
    }
}

TEST_F(Files, ReadersSeeTheOldOrTheNewFileNeverHalf) {
    const std::string first(100'000, 'a'), second(150'000, 'b');
    write_file_atomically(path("a"), first, Durability::Process);
    std::jthread writer([&] {
        for (int i = 0; i < 200; ++i)
            write_file_atomically(path("a"), i % 2 == 0 ? second : first, Durability::Process);
    });
    for (int i = 0; i < 200; ++i) {
        const std::vector<std::byte> seen = read_file_bytes(path("a"));
        ASSERT_TRUE(std::ranges::equal(seen, bytes_of(first)) ||
                    std::ranges::equal(seen, bytes_of(second)))
            << seen.size();
    }
}

TEST_F(Files, CloudsAreLoadedByTheirEnding) {
    write_file_atomically(path("a.xyz"), "1 2 3\n");
    EXPECT_EQ(load_cloud(path("a.xyz")).points, (std::vector<Point>{{1, 2, 3}}));
    write_file_atomically(path("a.ply"), "1 2 3\n");
    const engine::Problem problem = problem_of([&] { load_cloud(path("a.ply")); });
    EXPECT_EQ(problem.code, "E-FILE-031");
    EXPECT_EQ(problem.where, path("a.ply").string() + ", line 1");
    EXPECT_EQ(problem_of([&] { load_cloud(path("none.ply")); }).code, "E-FILE-001");
    EXPECT_EQ(problem_of([&] { load_cloud(path("a.laz")); }).code, "E-FILE-002");
}

}  // namespace
}  // namespace millrace::visual::testing
