#include "engine/visual/io/kitti.hpp"

#include <fmt/format.h>

#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

constexpr std::string_view kP2 = "P2: 7e2 0 6e2 4.5e1 0 700 180 -0.2 0 0 1 0.003\n";
constexpr std::string_view kR0 = "R0_rect: 1 0 0 0 1 0 0 0 1\n";
constexpr std::string_view kTr = "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 -0.08 1 0 0 -0.27\n";

std::string whole() { return std::string(kP2) + std::string(kR0) + std::string(kTr); }

engine::Problem calibration_problem(std::string_view text) {
    return problem_of([&] { read_kitti_calibration(text, "file"); });
}
engine::Problem label_problem(std::string_view text) {
    return problem_of([&] { read_kitti_labels(text, "file"); });
}

TEST(KittiCalibrationFile, ReadsTheMatrices) {
    const std::string p0 = "P0: 1 2 3 4 5 6 7 8 9 10 11 12\n";
    const KittiCalibration read =
        read_kitti_calibration(p0 + whole() + "Tr_imu_to_velo: anything\n\n", "file");
    EXPECT_EQ(read.p0, (std::array<double, 12>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
    EXPECT_EQ(read.p1, (std::array<double, 12>{}));
    EXPECT_EQ(read.p2,
              (std::array<double, 12>{700, 0, 600, 45, 0, 700, 180, -0.2, 0, 0, 1, 0.003}));
    EXPECT_EQ(read.r0, (std::array<double, 9>{1, 0, 0, 0, 1, 0, 0, 0, 1}));
    EXPECT_EQ(read.velo_to_cam,
              (std::array<double, 12>{0, -1, 0, 0, 0, 0, -1, -0.08, 1, 0, 0, -0.27}));
}

TEST(KittiCalibrationFile, Variations) {
    std::string windows;
    for (const char c : whole()) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    // The names of the tracking benchmark, blanks round the keys, no line end at the end.
    std::string other = "  P2 :" + std::string(kP2.substr(3)) +
                        "R_rect: 1 0 0 0 1 0 0 0 1\n\tTr_velo_cam:" + std::string(kTr.substr(15));
    other.pop_back();
    for (const std::string& text : {windows, other}) {
        const KittiCalibration read = read_kitti_calibration(text, "file");
        EXPECT_EQ(read.p2[3], 45);
        EXPECT_EQ(read.r0[8], 1);
        EXPECT_EQ(read.velo_to_cam[11], -0.27);
    }
}

TEST(KittiCalibrationFile, MissingAndDamagedEntries) {
    const std::string p2(kP2), r0(kR0), tr(kTr);
    for (const std::string& text :
         {std::string(), r0 + tr, p2 + tr, p2 + r0, std::string("no colon at all\n")}) {
        SCOPED_TRACE(text);
        const engine::Problem problem = calibration_problem(text);
        EXPECT_EQ(problem.code, "E-FILE-050");
        expect_helpful(problem);
    }
    for (const std::string bad :
         {"R0_rect: 1 0 0 0 1 0 0 0\n", "R0_rect: 1 0 0 0 1 0 0 0 1 0\n", "R0_rect:\n",
          "R0_rect: 1 0 0 0 one 0 0 0 1\n", "R0_rect: 1 0 0 0 nan 0 0 0 1\n",
          "R0_rect: 1 0 0 0 inf 0 0 0 1\n", "R0_rect: 1 0 0 0 1e999 0 0 0 1\n"}) {
        SCOPED_TRACE(bad);
        const engine::Problem problem = calibration_problem(p2 + bad + tr);
        EXPECT_EQ(problem.code, "E-FILE-051");
        EXPECT_EQ(problem.where, "file, line 2");
        expect_helpful(problem);
    }
    // What is listed of a file full of other names is cut between characters.
    std::string many;
    for (int i = 0; i < 40; ++i)
        many += std::string(static_cast<std::size_t>(60 + i), 'k') + ": 1\n";
    expect_helpful(calibration_problem(many));
    // Optional entries are checked when they are there.
    EXPECT_EQ(calibration_problem("P0: 1\n" + whole()).code, "E-FILE-051");
    EXPECT_EQ(calibration_problem(std::string((1 << 20) + 2, ' ')).code, "E-FILE-031");
}

TEST(KittiCalibrationFile, EveryCut) {
    const std::string text = whole();
    const std::size_t last_number = text.rfind(' ') + 1;
    for_each_cut(text, [&](std::string_view part, std::size_t size) {
        const engine::Problem problem = calibration_problem(part);
        // A text does not tell that its last number has lost digits.
        if (size > last_number) return;
        EXPECT_TRUE(problem.code == "E-FILE-050" || problem.code == "E-FILE-051")
            << size << " " << problem.code;
        expect_helpful(problem);
    });
}

TEST(KittiLabelFile, ReadsLabelsAndDetections) {
    const auto labels = read_kitti_labels(
        "Car 0.25 1 -1.57 587.0 173.3 614.1 200.1 1.65 1.67 3.64 -0.65 1.71 46.7 -1.59\n\r\n"
        "DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10\r\n"
        "Pedestrian 0 3 0 1 2 3 4 1.8 0.5 0.8 1 2 3 4 0.875",
        "file");
    ASSERT_EQ(labels.size(), 3U);
    EXPECT_EQ(labels[0].type, "Car");
    EXPECT_EQ(labels[0].truncation, 0.25);
    EXPECT_EQ(labels[0].occlusion, 1);
    EXPECT_EQ(labels[0].alpha, -1.57);
    EXPECT_EQ(labels[0].xyxy, (std::array<double, 4>{587.0, 173.3, 614.1, 200.1}));
    EXPECT_EQ(labels[0].height, 1.65);
    EXPECT_EQ(labels[0].width, 1.67);
    EXPECT_EQ(labels[0].length, 3.64);
    EXPECT_EQ(labels[0].x, -0.65);
    EXPECT_EQ(labels[0].y, 1.71);
    EXPECT_EQ(labels[0].z, 46.7);
    EXPECT_EQ(labels[0].rotation_y, -1.59);
    EXPECT_EQ(labels[0].score, 1);
    EXPECT_EQ(labels[1].occlusion, -1);
    EXPECT_EQ(labels[2].score, 0.875);
    EXPECT_TRUE(read_kitti_labels("", "file").empty());
    EXPECT_TRUE(read_kitti_labels("\n \n", "file").empty());
}

TEST(KittiLabelFile, LinesThatAreNone) {
    const std::string good = "Car 0 0 0 1 2 3 4 5 6 7 8 9 10 11";
    for (const std::string& bad : std::vector<std::string>{
             "Car", good.substr(0, good.size() - 3), good + " 0.5 1",
             "Car 0 0 0 1 2 3 4 5 6 7 8 9 ten 11", "Car 0 0 0 1 2 3 4 5 6 7 8 9 nan 11",
             "Car 0 0 0 1 2 3 4 5 6 7 8 inf 10 11"}) {
        SCOPED_TRACE(bad);
        const engine::Problem problem = label_problem(good + "\n" + bad + "\n");
        EXPECT_EQ(problem.code, "E-FILE-052");
        EXPECT_EQ(problem.where, "file, line 2");
        expect_helpful(problem);
    }
    // An impossible occlusion must not overflow; a type of foreign bytes is shown harmlessly.
    const auto labels =
        read_kitti_labels("\x1b[2J\xff 0 1e300 0 1 2 3 4 5 6 7 8 9 10 11\n", "file");
    EXPECT_EQ(labels.at(0).type, "?[2J?");
    EXPECT_EQ(labels.at(0).occlusion, 1'000'000);
}

}  // namespace
}  // namespace millrace::visual::testing
