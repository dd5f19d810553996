#include <gtest/gtest.h>

#include "tests/nodes/image/image.hpp"

namespace millrace::testing {
namespace {

/// OpenCV's model, written out from its documentation.
struct Distortion {
    double k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0, k4 = 0, k5 = 0, k6 = 0;

    std::pair<double, double> operator()(double x, double y) const {
        const double r2 = x * x + y * y;
        const double radial = (1 + k1 * r2 + k2 * r2 * r2 + k3 * r2 * r2 * r2) /
                              (1 + k4 * r2 + k5 * r2 * r2 + k6 * r2 * r2 * r2);
        return {x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
                y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y};
    }
    std::vector<double> list() const { return {k1, k2, p1, p2, k3, k4, k5, k6}; }
};

types::Camera lens_camera(const Distortion& lens, double focal = 100) {
    types::Camera camera = forward_camera();
    camera.projection[0] = camera.projection[5] = focal;
    camera.distortion = lens.list();
    return camera;
}

types::Camera unsized(types::Camera camera) {
    camera.width = camera.height = 0;
    return camera;
}

/// What the distorted camera sees of a grid on which every place tells its own
/// ideal pixel: two channels u and v. The model is turned round by iterating.
types::Image distorted_grid(const Distortion& lens) {
    types::Image image(100, 80, 2, types::Depth::F32);
    image.frame = "front";
    image.timestamp = 12.5;
    for (int row = 0; row < 80; ++row) {
        for (int column = 0; column < 100; ++column) {
            const double u = (column + 0.5 - 50) / 100, v = (row + 0.5 - 40) / 100;
            double x = u, y = v;
            for (int turn = 0; turn < 100; ++turn) {
                const auto [bent_x, bent_y] = lens(x, y);
                x += u - bent_x;
                y += v - bent_y;
            }
            float* pixel = image.row<float>(row) + std::ptrdiff_t{column} * 2;
            pixel[0] = static_cast<float>(100 * x + 50);
            pixel[1] = static_cast<float>(100 * y + 40);
        }
    }
    return image;
}

TEST(Undistort, StraightensAGrid) {
    for (const Distortion& lens : {Distortion{.k1 = -0.3, .k2 = 0.1}, Distortion{.k1 = 0.2},
                                   Distortion{.k1 = -0.1, .p1 = 0.01, .p2 = -0.02},
                                   Distortion{.k1 = 0.3,
                                   .k2 = 0.1,
                                   .p1 = 0.005,
                                   .p2 = 0.005,
                                   .k3 = 0.05,
                                   .k4 = 0.4,
                                   .k5 = 0.1,
                                   .k6 = 0.02}}) {
        // Places are told to a 32nd of a pixel; the cubic kernel bends ramps by a 20th.
        for (const auto& [mode, tolerance] : {std::pair{"linear", 0.045}, {"cubic", 0.1}}) {
            const auto out = run_image("image.undistort", {{"interpolation", mode}},
                                       distorted_grid(lens), calibration_of({lens_camera(lens)}));
            const auto& image = out.at(0).as<types::Image>();
            ASSERT_EQ(image.channels, 2);
            ASSERT_EQ(image.depth, types::Depth::F32);
            EXPECT_EQ(image.frame, "front");
            EXPECT_EQ(image.timestamp, 12.5);
            int checked = 0;
            for (int row = 0; row < 80; ++row) {
                for (int column = 0; column < 100; ++column) {
                    // Only what lies well inside the distorted picture.
                    const auto [x, y] = lens((column + 0.5 - 50) / 100, (row + 0.5 - 40) / 100);
                    if (std::abs(x) > 0.47 || std::abs(y) > 0.37) continue;
                    const float* pixel = image.row<float>(row) + std::ptrdiff_t{column} * 2;
                    ASSERT_NEAR(pixel[0], column + 0.5, tolerance) << row;
                    ASSERT_NEAR(pixel[1], row + 0.5, tolerance) << column;
                    ++checked;
                }
            }
            EXPECT_GT(checked, 6000);
        }
    }
}

TEST(Undistort, TheCalibrationLosesThatDistortion) {
    const Distortion lens = {.k1 = -0.3};
    types::Camera other = lens_camera(lens);
    other.name = "left";
    const auto out = run_image("image.undistort", {}, distorted_grid(lens),
                               calibration_of({other, lens_camera(lens)}));
    const auto& calibration = out.at(1).as<types::Calibration>();
    EXPECT_TRUE(calibration.camera("front")->distortion.empty());
    EXPECT_EQ(calibration.camera("front")->projection, forward_camera().projection);
    EXPECT_EQ(calibration.camera("left")->distortion, lens.list());
}

TEST(Undistort, AnIdealLensChangesNothing) {
    for (const std::vector<double>& none :
         {std::vector<double>{}, {0, 0, 0, 0}, std::vector<double>(14, 0.0)}) {
        types::Camera camera = forward_camera();
        camera.distortion = none;
        types::Image image = image_of(100, 80, {1, 2, 3});
        image.unit = "m";
        const auto out = run_image("image.undistort", {}, image, calibration_of({camera}));
        EXPECT_EQ(out.at(0).as<types::Image>().bytes, image.bytes);
        EXPECT_EQ(out.at(0).as<types::Image>().unit, "m");
        EXPECT_TRUE(out.at(1).as<types::Calibration>().cameras[0].distortion.empty());
    }
}

TEST(Undistort, NearestMixesNoValues) {
    types::Image image(100, 80, 1, types::Depth::U16);
    image.frame = "front";
    for (int row = 0; row < 80; ++row) {
        for (int column = 0; column < 100; ++column)
            image.row<std::uint16_t>(row)[column] = (row + column) % 2 ? 100 : 60000;
    }
    const auto out = run_image("image.undistort", {{"interpolation", "nearest"}}, image,
                               calibration_of({lens_camera({.k1 = -0.2})}))
                         .at(0)
                         .as<types::Image>();
    EXPECT_EQ(out.depth, types::Depth::U16);
    int others = 0;
    for (const std::uint16_t value : values_of<std::uint16_t>(out))
        others += value != 100 && value != 60000;
    EXPECT_EQ(others,
              0);  // a barrel lens sees more than the pinhole shows: no black either
    EXPECT_EQ(out.row<std::uint16_t>(40)[50], image.row<std::uint16_t>(40)[50]);
}

TEST(Undistort, WhatWasNotSeenIsBlack) {
    const types::Image white = image_of(100, 80, {255, 255, 255});
    const auto out =
        run_image("image.undistort", {}, white, calibration_of({lens_camera({.k1 = 0.4})}))
            .at(0)
            .as<types::Image>();
    EXPECT_EQ(pixel_of(out, 0, 0), (Rgb{0, 0, 0}));
    EXPECT_EQ(pixel_of(out, 99, 79), (Rgb{0, 0, 0}));
    EXPECT_EQ(pixel_of(out, 50, 40), (Rgb{255, 255, 255}));
}

TEST(Undistort, ALensThatFoldsBackShowsNoSecondPicture) {
    // x - 0.3 x^3 falls from 1.054 on, 31.6 pixels from the middle with this
    // focal length.
    const types::Image white = image_of(100, 80, {255, 255, 255});
    for (const char* mode : {"linear", "cubic", "nearest"}) {
        const auto out = run_image("image.undistort", {{"interpolation", mode}}, white,
                                   calibration_of({lens_camera({.k1 = -0.3}, 30)}))
                             .at(0)
                             .as<types::Image>();
        EXPECT_EQ(pixel_of(out, 50 + 30, 40), (Rgb{255, 255, 255})) << mode;
        EXPECT_EQ(pixel_of(out, 50 + 34, 40), (Rgb{0, 0, 0})) << mode;
        EXPECT_EQ(pixel_of(out, 95, 40), (Rgb{0, 0, 0})) << mode;
        EXPECT_EQ(pixel_of(out, 2, 2), (Rgb{0, 0, 0})) << mode;
    }
}

TEST(Undistort, SmallAndHugeImages) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 40}, {3000, 2000}, {32766, 2}}) {
        types::Camera camera = lens_camera({.k1 = -0.1}, width);
        camera.width = width;
        camera.height = height;
        camera.projection[2] = width / 2.0;
        camera.projection[6] = height / 2.0;
        const auto out = run_image("image.undistort", {}, image_of(width, height, {9, 9, 9}),
                                   calibration_of({camera}))
                             .at(0)
                             .as<types::Image>();
        EXPECT_EQ(out.width, width);
        EXPECT_EQ(out.height, height);
        EXPECT_EQ(pixel_of(out, width / 2, height / 2), (Rgb{9, 9, 9})) << width;
        if (height > 1) {
            EXPECT_EQ(pixel_of(out, width / 4, height / 2), (Rgb{9, 9, 9})) << width;
        }
    }
}

TEST(Undistort, WhatDoesNotFitIsRefused) {
    const auto code = [](const types::Image& image, const types::Camera& camera,
                         const engine::Object& params = {}) {
        return problem_of(
                   [&] { run_image("image.undistort", params, image, calibration_of({camera})); })
            .code;
    };
    const types::Camera camera = lens_camera({.k1 = -0.1});
    EXPECT_EQ(code(image_of(), camera), "none");
    EXPECT_EQ(code(image_of(), camera, {{"camera", "rear"}}), "E-CAMERA-003");
    EXPECT_EQ(code(image_of(50, 40), camera), "E-CAMERA-004");
    EXPECT_EQ(code(types::Image(100, 80, 5), camera), "E-IMAGE-005");
    types::Camera tilted = camera;
    tilted.distortion = std::vector<double>(14, 0.01);
    EXPECT_EQ(code(image_of(), tilted), "E-CAMERA-001");
    tilted.distortion = {kNan};
    EXPECT_EQ(code(image_of(), tilted), "E-CAMERA-001");
    // More pixels in a row than OpenCV can tell apart.
    EXPECT_EQ(code(types::Image(32767, 1, 1), unsized(camera)), "E-IMAGE-005");
    types::Camera flat = camera;
    flat.projection = {};
    EXPECT_EQ(code(image_of(), flat), "E-IMAGE-005");
    EXPECT_EQ(code(types::Image(0, 0, 3), unsized(camera)), "E-IMAGE-005");
    EXPECT_EQ(
        problem_of([&] { run_image("image.undistort", {}, image_of(), calibration_of({})); }).code,
        "E-CAMERA-003");
}

}  // namespace
}  // namespace millrace::testing
