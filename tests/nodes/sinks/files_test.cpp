// Images and clouds, a file each: content, names, and never half a file under its name.
#include <gtest/gtest.h>

#include <thread>

#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/image/image_codec.hpp"
#include "nodes/sinks/names.hpp"
#include "tests/nodes/sinks/sinks.hpp"

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using Names = std::vector<std::string>;

types::Image image_of(int width, int height, int channels, types::Depth depth) {
    types::Image image(width, height, channels, depth);
    for (std::size_t i = 0; i < image.bytes.size(); ++i)
        image.bytes[i] = static_cast<std::uint8_t>(31 * i + i / 7);
    return image;
}

types::PointCloud cloud_of(std::size_t count) {
    types::PointCloud cloud;
    std::vector<float> intensity;
    std::vector<std::uint16_t> ring;
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = static_cast<float>(i);
        cloud.points.push_back({number / 3, -number, number * number});
        intensity.push_back(number / static_cast<float>(count));
        ring.push_back(static_cast<std::uint16_t>(i % 64));
    }
    cloud.fields = {{"intensity", 1, intensity}, {"ring", 1, ring}};
    return cloud;
}

types::Image decoded(const std::filesystem::path& file) {
    return ops::decode_image(visual::read_file_bytes(file), file.string());
}

TEST(ImageSink, PngKeepsEveryPixel) {
    for (const types::Depth depth : {types::Depth::U8, types::Depth::U16}) {
        for (const int channels : {1, 3}) {
            for (const auto& [width, height] : std::vector<std::pair<int, int>>{{1, 1}, {37, 11}}) {
                TestContext context;
                context.item_number = 42;
                const types::Image image = image_of(width, height, channels, depth);
                run_node(sinks_registry(), "sinks.image", {}, {Packet::make(image)}, context);
                const types::Image back = decoded(context.artifacts() / "images/000042.png");
                EXPECT_EQ(back.width, width);
                EXPECT_EQ(back.channels, channels);
                EXPECT_EQ(back.depth, depth);
                EXPECT_EQ(back.bytes, image.bytes);
            }
        }
    }
}

TEST(ImageSink, JpegIsNearAndQualityCounts) {
    types::Image image(64, 64, 3);
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64 * 3; ++x)
            image.row<std::uint8_t>(y)[x] = static_cast<std::uint8_t>(2 * y + x / 3);
    }
    TestContext context;
    for (const int quality : {10, 95}) {
        run_node(sinks_registry(), "sinks.image",
                 {{"format", "jpeg"}, {"quality", quality}, {"folder", std::to_string(quality)}},
                 {Packet::make(image)}, context);
    }
    const types::Image back = decoded(context.artifacts() / "95/000000.jpg");
    ASSERT_EQ(back.bytes.size(), image.bytes.size());
    for (std::size_t i = 0; i < image.bytes.size(); ++i)
        ASSERT_NEAR(back.bytes[i], image.bytes[i], 6) << i;
    EXPECT_LT(std::filesystem::file_size(context.artifacts() / "10/000000.jpg"),
              std::filesystem::file_size(context.artifacts() / "95/000000.jpg"));
}

TEST(ImageSink, WhatNoFileCanHoldIsRefused) {
    TestContext context;
    for (const types::Image& image : {image_of(4, 4, 1, types::Depth::F32),
                                      image_of(4, 4, 7, types::Depth::U8), types::Image()}) {
        const engine::Problem problem = problem_of(
            [&] { run_node(sinks_registry(), "sinks.image", {}, {Packet::make(image)}, context); });
        EXPECT_EQ(problem.code, "E-IMAGE-001");
        EXPECT_FALSE(problem.mend.empty());
    }
    EXPECT_EQ(files_in(context.artifacts()), Names{});
}

TEST(CloudSink, EveryFormatComesBack) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{5000}}) {
        for (const char* format : {"ply", "pcd"}) {
            for (const bool ascii : {false, true}) {
                TestContext context;
                const types::PointCloud cloud = cloud_of(count);
                run_node(sinks_registry(), "sinks.cloud", {{"format", format}, {"ascii", ascii}},
                         {Packet::make(cloud)}, context);
                const auto back = visual::load_cloud(context.artifacts() /
                                                     ("clouds/000000." + std::string(format)));
                EXPECT_EQ(back.points, cloud.points) << format << ascii;
                ASSERT_EQ(back.fields.size(), 2u);
                for (std::size_t i = 0; i < 2; ++i) {
                    EXPECT_EQ(back.fields[i].name, cloud.fields[i].name);
                    for (std::size_t p = 0; p < count; ++p)
                        ASSERT_EQ(back.fields[i].at(p), cloud.fields[i].at(p));
                }
            }
        }
    }
}

TEST(Artifacts, AreNamedByItemOrByTheWire) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.image");
    node.start(context);
    const Packet image = Packet::make(image_of(2, 2, 3, types::Depth::U8));
    context.item_number = 3;
    node.call({image}, context);
    context.item_number = 1234567;
    node.call({image}, context);
    node.call({image, name_of("scene-0061_left")}, context);
    node.call({image, name_of("")}, context);
    node.call({image, name_of("../../up")}, context);
    node.call({image, name_of("a/b")}, context);
    node.call({image, name_of("a_b")}, context);
    node.call({image, name_of("歩行者")}, context);
    EXPECT_EQ(files_in(context.artifacts()),
              (Names{"images/%2E.%2F..%2Fup.png", "images/000003.png", "images/1234567.png",
                     "images/a%2Fb.png", "images/a_b.png", "images/scene-0061_left.png",
                     "images/歩行者.png"}));
}

TEST(Artifacts, NoTwoNamesBecomeOne) {
    const auto name = [](const std::string& text, std::uint64_t item = 5) {
        const types::Text wire{text};
        return nodes::artifact_name(&wire, item);
    };
    EXPECT_EQ(nodes::artifact_name(nullptr, 5), "000005");
    EXPECT_EQ(name("."), "%2E");
    EXPECT_EQ(name(".hidden"), "%2Ehidden");
    EXPECT_EQ(name("a.b..c"), "a.b..c");
    EXPECT_EQ(name("50%"), "50%25");
    EXPECT_EQ(name(std::string("\0\n", 2)), "%00%0A");
    EXPECT_EQ(name("my photo (1)"), "my photo (1)");
    // A file system's longest name is 255 bytes.
    EXPECT_EQ(name(std::string(200, 'x')), std::string(200, 'x'));
    EXPECT_EQ(name(std::string(100000, 'x')), std::string(200, 'x') + "-000005");
    EXPECT_NE(name(std::string(300, 'x'), 5), name(std::string(300, 'x'), 6));
    std::string wide;
    for (int i = 0; i < 100; ++i) wide += "日";
    EXPECT_EQ(name(wide), wide.substr(0, 198) + "-000005");
    EXPECT_LE(name(std::string(199, 'x') + "///").size(), 210u);
}

TEST(Artifacts, AreWholeWheneverSomebodyLooks) {
    // A reader beside the writer sees the old file or the new one, whole, and nothing of the way
    // there.
    TestContext context;
    TestNode node(sinks_registry(), "sinks.cloud");
    node.start(context);
    const Packet small = Packet::make(cloud_of(10));
    const Packet large = Packet::make(cloud_of(20000));
    node.call({small}, context);
    const auto file = context.artifacts() / "clouds/000000.ply";
    std::atomic<bool> done = false;
    int seen = 0;
    std::thread reader([&] {
        do {
            const std::size_t points = visual::load_cloud(file).points.size();
            EXPECT_TRUE(points == 10 || points == 20000) << points;
            ++seen;
        } while (!done);
    });
    for (int i = 0; i < 50; ++i) node.call({i % 2 == 0 ? large : small}, context);
    done = true;
    reader.join();
    EXPECT_GT(seen, 0);
    EXPECT_EQ(files_in(context.artifacts()), (Names{"clouds/000000.ply"}));
}

}  // namespace
}  // namespace millrace::testing
