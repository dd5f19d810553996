#include "tests/nodes/loaders/loaders.hpp"

namespace millrace::testing {
namespace {

engine::Object at(const std::filesystem::path& path) { return {{"path", path.string()}}; }

constexpr std::string_view kXyz = "1 2 3\n4 5 6\n7 8 9\n";

TEST(CloudFiles, GivesFilesOfAllFormatsByName) {
    const Folder folder;
    folder.write("b.bin", floats({1, 2, 3, 0.5F}));
    folder.write("a.xyz", kXyz);
    folder.write("c.ply",
                 "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float "
                 "y\nproperty float z\n"
                 "end_header\n1 2 3\n4 5 6\n");
    folder.write("notes.md", "no cloud");
    Source source("loaders.cloud_files", at(folder.path()));
    EXPECT_EQ(source.count(), 3U);
    const std::vector<std::pair<std::string, std::size_t>> expected = {
        {"a", 3}, {"b", 1}, {"c", 2}};
    for (std::uint64_t item = 0; item < 3; ++item) {
        ASSERT_TRUE(source.load(item));
        EXPECT_EQ(source.name(), expected[item].first);
        const auto& cloud = source.get<types::PointCloud>("cloud");
        ASSERT_EQ(cloud.points.size(), expected[item].second);
        EXPECT_EQ(cloud.points[0], (types::Point{1, 2, 3}));
    }
    EXPECT_FALSE(source.load(3));
    EXPECT_EQ(source.files(0), (std::vector<std::string>{(folder.path() / "a.xyz").string()}));
}

TEST(CloudFiles, TakesASingleFile) {
    const Folder folder;
    Source source("loaders.cloud_files", at(folder.write("a.xyz", kXyz)));
    EXPECT_EQ(source.count(), 1U);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.get<types::PointCloud>("cloud").points.size(), 3U);
}

TEST(CloudFiles, EmptyMissingAndDamaged) {
    const Folder folder;
    EXPECT_EQ(problem_of("loaders.cloud_files", at(folder.path())).code, "E-FILE-040");
    EXPECT_EQ(problem_of("loaders.cloud_files", at(folder.path() / "none")).code, "E-FILE-001");
    folder.write("a.bin", "seven b");
    const engine::Problem problem = problem_of("loaders.cloud_files", at(folder.path()));
    EXPECT_EQ(problem.code.substr(0, 8), "E-FILE-0");
    EXPECT_NE(problem.where.find("a.bin"), std::string::npos);
}

TEST(CloudFiles, RealFiles) {
    const std::filesystem::path root = shared_folder() / "data/shapes/pcd";
    if (!std::filesystem::exists(root)) GTEST_SKIP() << "no folder " << root;
    Source source("loaders.cloud_files", at(root));
    ASSERT_GE(source.count(), 4U);
    for (std::uint64_t item = 0; item < *source.count(); ++item) {
        ASSERT_TRUE(source.load(item));
        EXPECT_GT(source.get<types::PointCloud>("cloud").points.size(), 3U) << source.name();
    }
}

}  // namespace
}  // namespace millrace::testing
