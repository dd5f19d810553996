#include "tests/nodes/loaders/loaders.hpp"

namespace millrace::testing {
namespace {

engine::Object at(const std::filesystem::path& path) { return {{"path", path.string()}}; }

TEST(ImageFolder, GivesPicturesByName) {
    const Folder folder;
    folder.write("b.png", small_png(2));
    folder.write("a.PNG", small_png(1));
    folder.write("notes.txt", "no picture");
    folder.write("within/c.png", small_png(3));
    Source source("loaders.image_folder", at(folder.path()));
    EXPECT_EQ(source.count(), 2U);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.name(), "a");
    EXPECT_EQ(source.get<types::Image>("image").bytes[0], 1);
    ASSERT_TRUE(source.load(1));
    EXPECT_EQ(source.get<types::Image>("image").bytes[0], 2);
    EXPECT_EQ(source.files(1), (std::vector<std::string>{(folder.path() / "b.png").string()}));
    EXPECT_FALSE(source.load(2));
}

TEST(ImageFolder, TakesASingleFile) {
    const Folder folder;
    Source source("loaders.image_folder", at(folder.write("a.png", small_png(9))));
    EXPECT_EQ(source.count(), 1U);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.get<types::Image>("image").bytes[0], 9);
}

TEST(ImageFolder, FirstAndFrames) {
    const Folder folder;
    for (int index = 0; index < 5; ++index)
        folder.write(std::to_string(index) + ".png", small_png(index));
    engine::Object params = at(folder.path());
    params["first"] = 2;
    params["frames"] = 2;
    Source source("loaders.image_folder", params);
    EXPECT_EQ(source.count(), 2U);
    ASSERT_TRUE(source.load(1));
    EXPECT_EQ(source.name(), "3");
    EXPECT_FALSE(source.load(2));
    params["first"] = 5;
    EXPECT_EQ(problem_of("loaders.image_folder", params).code, "E-PARAM-004");
}

TEST(ImageFolder, EmptyMissingAndDamaged) {
    const Folder folder;
    EXPECT_EQ(problem_of("loaders.image_folder", at(folder.path())).code, "E-FILE-040");
    EXPECT_EQ(problem_of("loaders.image_folder", at(folder.path() / "none")).code, "E-FILE-001");
    const auto file = folder.write("a.png", small_png(1).substr(0, 30));
    const engine::Problem problem = problem_of("loaders.image_folder", at(folder.path()));
    EXPECT_EQ(problem.code.substr(0, 8), "E-FILE-0");
    EXPECT_EQ(problem.where, file.string());
}

}  // namespace
}  // namespace millrace::testing
