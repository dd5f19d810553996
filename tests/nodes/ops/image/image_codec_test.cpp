#include "nodes/ops/image/image_codec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/problem.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

std::span<const std::byte> bytes_of(const std::string& file) {
    return std::as_bytes(std::span(file.data(), file.size()));
}

/// Red grows to the right, green downwards, blue is constant.
types::Image ramp(int width, int height, int channels = 3, types::Depth depth = types::Depth::U8) {
    types::Image image(width, height, channels, depth);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width * channels; ++x) {
            const int channel = x % channels, value = channel == 0   ? x / channels
                                                      : channel == 1 ? y * 2
                                                                     : 200;
            if (depth == types::Depth::U8)
                image.row<std::uint8_t>(y)[x] = static_cast<std::uint8_t>(value);
            else
                image.row<std::uint16_t>(y)[x] = static_cast<std::uint16_t>(value * 257);
        }
    }
    return image;
}

TEST(ImageCodec, PngKeepsEveryPixelInRgbOrder) {
    for (const auto depth : {types::Depth::U8, types::Depth::U16}) {
        for (const int channels : {1, 3}) {
            const types::Image image = ramp(37, 11, channels, depth);
            const types::Image back = decode_image(bytes_of(encode_png(image)), "ramp.png");
            EXPECT_EQ(back.width, 37);
            EXPECT_EQ(back.height, 11);
            EXPECT_EQ(back.channels, channels);
            EXPECT_EQ(back.depth, depth);
            EXPECT_EQ(back.bytes, image.bytes);
        }
    }
}

TEST(ImageCodec, JpegComesClose) {
    const types::Image image = ramp(64, 48);
    const types::Image back = decode_image(bytes_of(encode_jpeg(image, 95)), "ramp.jpg");
    ASSERT_EQ(back.bytes.size(), image.bytes.size());
    for (std::size_t index = 0; index < image.bytes.size(); ++index) {
        ASSERT_LE(std::abs(int{back.bytes[index]} - int{image.bytes[index]}), 12) << index;
    }
}

TEST(ImageCodec, TransparencyIsDropped) {
    types::Image image = ramp(8, 8, 4);
    const types::Image back = decode_image(bytes_of(encode_png(image)), "a.png");
    EXPECT_EQ(back.channels, 3);
    EXPECT_EQ(back.row<std::uint8_t>(0)[3 * 5], 5);
}

TEST(ImageCodec, ReadsPnm) {
    std::string file = "P6 # from a scanner\n2 1\n255\n";
    file += std::string("\x01\x02\x03\x04\x05\x06", 6);
    const types::Image image = decode_image(bytes_of(file), "two.ppm");
    EXPECT_EQ(image.bytes, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
    file.pop_back();
    EXPECT_EQ(error_code([&] { decode_image(bytes_of(file), "two.ppm"); }), "E-FILE-032");
}

TEST(ImageCodec, HeadersTellTheSize) {
    EXPECT_EQ(read_image_header(bytes_of(encode_png(ramp(37, 11))), "x").width, 37);
    const ImageHeader header = read_image_header(bytes_of(encode_jpeg(ramp(20, 30))), "x");
    EXPECT_EQ(header.width, 20);
    EXPECT_EQ(header.height, 30);
    EXPECT_EQ(header.format, "JPEG");
}

TEST(ImageCodec, EveryCutIsAnError) {
    for (const std::string& file : {encode_png(ramp(24, 24)), encode_jpeg(ramp(24, 24))}) {
        for (std::size_t size = 0; size + 4 < file.size(); size += 41) {
            const std::string code =
                error_code([&] { decode_image(bytes_of(file.substr(0, size)), "cut"); });
            EXPECT_TRUE(code == "E-FILE-030" || code == "E-FILE-031" || code == "E-FILE-034")
                << code << " at " << size << " of " << file.size();
        }
    }
}

TEST(ImageCodec, AHugeSizeInTheHeaderIsRefusedBeforeMemoryIsTaken) {
    std::string png = encode_png(ramp(4, 4));
    for (int place = 16; place < 24; ++place) png[place] = '\x7F';
    EXPECT_EQ(error_code([&] { decode_image(bytes_of(png), "huge.png"); }), "E-FILE-032");
    for (int place = 16; place < 24; ++place)
        png[place] = place % 4 == 2 ? '\x3F' : '\0';  // 16128 x 16128
    EXPECT_EQ(error_code([&] { decode_image(bytes_of(png), "large.png"); }), "E-FILE-032");
    std::string jpeg = encode_jpeg(ramp(8, 8));
    const std::size_t frame = jpeg.find("\xFF\xC0");
    ASSERT_NE(frame, std::string::npos);
    for (std::size_t place = frame + 5; place < frame + 9; ++place) jpeg[place] = '\xFF';
    EXPECT_EQ(error_code([&] { decode_image(bytes_of(jpeg), "huge.jpg"); }), "E-FILE-032");
}

TEST(ImageCodec, OtherContentIsRefusedByName) {
    const std::string text = "certainly no picture";
    try {
        decode_image(bytes_of(text), "notes.png");
        FAIL() << "accepted";
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-FILE-031");
        EXPECT_EQ(error.problem().where, "notes.png");
    }
    EXPECT_EQ(error_code([] { decode_image({}, "empty"); }), "E-FILE-031");
}

TEST(ImageCodec, RefusesWhatAFormatCannotHold) {
    EXPECT_EQ(error_code([] { encode_png(types::Image(2, 2, 1, types::Depth::F32)); }),
              "E-IMAGE-001");
    EXPECT_EQ(error_code([] { encode_png(types::Image(2, 2, 2)); }), "E-IMAGE-001");
    EXPECT_EQ(error_code([] { encode_png(types::Image(0, 0, 3)); }), "E-IMAGE-001");
    EXPECT_EQ(error_code([] { encode_jpeg(types::Image(2, 2, 3, types::Depth::U16)); }),
              "E-IMAGE-001");
}

TEST(ImageCodec, KnowsPictureNames) {
    EXPECT_TRUE(is_image_name("a.PNG"));
    EXPECT_TRUE(is_image_name("b.c.jpeg"));
    EXPECT_FALSE(is_image_name("png"));
    EXPECT_FALSE(is_image_name("a.bin"));
}

}  // namespace
}  // namespace millrace::ops
