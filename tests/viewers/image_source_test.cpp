#include <QImage>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <array>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/problem.hpp"
#include "engine/visual/codec.hpp"
#include "image_support.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/view/source.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {
namespace {

using visual::Raster;

class ImageFiles : public ::testing::Test {
protected:
    ImageFiles() { QStandardPaths::setTestModeEnabled(true); }
    std::string path(const std::string& name) const {
        return folder_.filePath(QString::fromStdString(name)).toStdString();
    }
    void write(const std::string& name, const std::string& bytes) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        std::ofstream(path(name), std::ios::binary) << bytes;
    }
    Raster load(const QImage& image, const std::string& name) const {
        EXPECT_TRUE(image.save(QString::fromStdString(path(name))));
        return std::get<Raster>(*view::load_file(path(name)).at(0));
    }
    std::string code_of(const std::string& name) const {
        try {
            view::load_file(path(name));
        } catch (const engine::Error& error) {
            return error.problem().code;
        }
        return {};
    }
    QTemporaryDir folder_;
};

void append(std::string& to, std::uint32_t number) {
    for (const int shift : {24, 16, 8, 0}) to += static_cast<char>(number >> shift & 0xffU);
}

/// A PNG of 16-bit RGBA that claims a size and holds nothing else.
std::string png_header(std::uint32_t width, std::uint32_t height) {
    std::string header = "IHDR";
    append(header, width);
    append(header, height);
    header += std::string("\x10\x06\0\0\0", 5);
    std::uint32_t sum = ~0U;
    for (const char letter : header) {
        sum ^= static_cast<std::uint8_t>(letter);
        for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1U) != 0 ? 0xedb88320U : 0);
    }
    std::string file = "\x89PNG\r\n\x1a\n";
    append(file, 13);
    file += header;
    append(file, ~sum);
    append(file, 0);
    return file + "IDAT";
}

TEST_F(ImageFiles, SixteenBitsOfColoursStay) {
    QImage deep(2, 1, QImage::Format_RGBX64);
    deep.fill(QColor::fromRgba64(100, 20'000, 65'000));
    const Raster raster = load(deep, "deep.png");
    EXPECT_EQ(raster.depth, Raster::Depth::U16);
    ASSERT_EQ(raster.channels, 3);
    EXPECT_EQ(viewers::value_at(raster, 1, 0, 0), 100);
    EXPECT_EQ(viewers::value_at(raster, 1, 0, 2), 65'000);
    QImage clear(2, 1, QImage::Format_RGBA64);
    clear.fill(QColor::fromRgba64(100, 20'000, 65'000, 32'768));
    const Raster with_alpha = load(clear, "clear.png");
    ASSERT_EQ(with_alpha.channels, 4);
    EXPECT_EQ(viewers::value_at(with_alpha, 0, 0, 3), 32'768);
}

TEST_F(ImageFiles, ManyRowsAndPalettes) {
    QImage tall(5, 301, QImage::Format_RGB32);
    for (int y = 0; y < tall.height(); ++y)
        for (int x = 0; x < tall.width(); ++x) tall.setPixel(x, y, qRgb(x, y % 256, 7));
    const Raster raster = load(tall, "tall.png");
    ASSERT_EQ(raster.bytes.size(), 5U * 301 * 3);
    EXPECT_EQ(viewers::value_at(raster, 4, 300, 0), 4);
    EXPECT_EQ(viewers::value_at(raster, 4, 300, 1), 44);
    QImage indexed(3, 2, QImage::Format_Indexed8);
    indexed.setColorTable({qRgb(1, 2, 3), qRgb(200, 100, 50)});
    indexed.fill(1);
    const Raster colors = load(indexed, "indexed.png");
    ASSERT_EQ(colors.channels, 3);
    EXPECT_EQ(viewers::value_at(colors, 2, 1, 1), 100);
}

TEST_F(ImageFiles, WhatCantBeReadIsSaid) {
    write("float.exr", "v/1");
    EXPECT_EQ(code_of("float.exr"), "E-VIEW-014");
    write("huge.png", png_header(60'000, 60'000));
    EXPECT_EQ(code_of("huge.png"), "E-FILE-005") << "58 GB to read it";
    write("cut.png", png_header(60, 60));
    EXPECT_EQ(code_of("cut.png"), "E-FILE-004");
}

TEST_F(ImageFiles, AMaskOfTheSameFrameIsOfferedAsALayer) {
    write("run/run.json", "{}");
    write("run/sketches.ndjson", R"({"outputs": ["a.image", "b.mask", "c.other"]})"
                                 "\n");
    const auto put = [&](const std::string& name, Raster raster, const std::string& frame) {
        raster.frame = frame;
        write("run/visuals/" + name + "/00000000.safetensors", visual::write_visuals({raster}));
    };
    put("a.image", plain(40, 20, {1, 2, 3}), "front");
    put("b.mask", plain(4, 2, {5}), "front");
    put("c.other", plain(4, 2, {5}), "rear");
    view::Window window;
    window.open({QString::fromStdString(path("run"))});
    window.show();
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.settled(); }, 60'000));
    auto* image = viewers::image_view_of(window.viewers_of("a.image").at(0));
    ASSERT_NE(image, nullptr);
    ASSERT_EQ(image->offers().size(), 1U);
    EXPECT_EQ(image->offers()[0].name, "b.mask");
    auto* mask = viewers::image_view_of(window.viewers_of("b.mask").at(0));
    EXPECT_TRUE(mask->offers().empty()) << "an image of colours is no layer, nor is it its own";
}

}  // namespace
}  // namespace millrace::tests
