#include "tests/nodes/loaders/loaders.hpp"

namespace millrace::testing {
namespace {

const engine::Object kSmall = {{"width", 160}, {"height", 48}, {"steps", 300}, {"rings", 32}};

engine::Object with(engine::Object params, const char* name, engine::Value value) {
    params[name] = std::move(value);
    return params;
}

TEST(Scene, GivesASyntheticDriveByDefault) {
    Source source("loaders.scene", kSmall);
    EXPECT_EQ(source.count(), 8U);
    ASSERT_TRUE(source.load(7));
    EXPECT_EQ(source.name(), "000007");
    EXPECT_GT(source.get<types::PointCloud>("cloud").points.size(), 3000U);
    EXPECT_EQ(source.get<types::Image>("image").width, 160);
    EXPECT_EQ(source.get<types::Calibration>("calibration").cameras.at(0).width, 160);
    EXPECT_FALSE(source.get<types::Boxes3d>("labels").boxes.empty());
    EXPECT_TRUE(source.files(0).empty());
    EXPECT_FALSE(source.load(8)) << "the drive has 8 frames";
}

TEST(Scene, FirstAndDriveChooseTheFrames) {
    Source all("loaders.scene", kSmall),
        later("loaders.scene", with(with(kSmall, "first", 5), "frames", 2)),
        other("loaders.scene", with(kSmall, "drive", 1));
    ASSERT_TRUE(all.load(5));
    ASSERT_TRUE(later.load(0));
    ASSERT_TRUE(other.load(5));
    EXPECT_EQ(later.count(), 2U);
    EXPECT_EQ(later.name(), "000005");
    EXPECT_EQ(all.get<types::Image>("image").bytes, later.get<types::Image>("image").bytes);
    EXPECT_NE(all.get<types::Image>("image").bytes, other.get<types::Image>("image").bytes);
    EXPECT_FALSE(later.load(2));
}

TEST(Scene, IsARandomPureParallelSource) {
    const engine::NodeType* type = loaders_registry().find("loaders.scene");
    ASSERT_NE(type, nullptr);
    EXPECT_TRUE(type->source);
    EXPECT_TRUE(type->parallel);
    EXPECT_TRUE(type->pure);
    EXPECT_TRUE(type->has_files);
    EXPECT_TRUE(type->spec.random);
}

TEST(Scene, ADataSetNeedsItsFolder) {
    const auto problems = check_node(loaders_registry(), "loaders.scene", {{"kind", "kitti"}});
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].code, "E-FILE-001");
    EXPECT_EQ(problems[0].where, "node.root");
    EXPECT_FALSE(problems[0].mend.empty());
}

TEST(Scene, NamesUnknownKindsAndRanges) {
    EXPECT_EQ(check_node(loaders_registry(), "loaders.scene", {{"kind", "waymo"}}).size(), 1U);
    EXPECT_EQ(
        check_node(loaders_registry(), "loaders.scene", {{"rings", 0}, {"frames", -1}}).size(), 2U);
}

}  // namespace
}  // namespace millrace::testing
