#include "engine/visual/calibrate/camera_file.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <span>

#include "engine/value.hpp"
#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/kitti.hpp"
#include "engine/visual/io/text.hpp"
#include "engine/visual/scene/scene.hpp"

namespace millrace::visual {
namespace {

constexpr const char* kNotInvertible = "E-FILE-053";

/// Of the upper left 3x3; none when it can't be inverted. R0 is read from text with few digits, so
/// its transpose is not quite its inverse.
std::optional<Matrix4> inverse_turn(const Matrix4& m) {
    const Vector3 a = {m[0], m[1], m[2]}, b = {m[4], m[5], m[6]}, c = {m[8], m[9], m[10]};
    const double volume = dot(a, cross(b, c));
    if (!(std::abs(volume) > 1e-9) || !std::isfinite(volume)) return {};
    const Vector3 x = cross(b, c) * (1 / volume), y = cross(c, a) * (1 / volume),
                  z = cross(a, b) * (1 / volume);
    return Matrix4{x[0], y[0], z[0], 0, x[1], y[1], z[1], 0, x[2], y[2], z[2], 0, 0, 0, 0, 1};
}

/// Where the numbers of the entry stand: from behind the colon to the end of the line.
std::optional<std::pair<std::size_t, std::size_t>> numbers_of(std::string_view text,
                                                              std::string_view key) {
    std::optional<std::pair<std::size_t, std::size_t>> found;
    for (std::size_t start = 0; start < text.size();) {
        std::size_t end = text.find('\n', start);
        if (end == std::string_view::npos) end = text.size();
        const std::string_view line = text.substr(start, end - start);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos) {
            std::string_view words = line.substr(0, colon);
            const std::size_t cut = line.ends_with('\r') ? 1 : 0;
            if (io::take_word(words) == key) found = {start + colon + 1, end - cut};
        }
        start = end + 1;
    }
    return found;
}

engine::Value list_of(std::span<const double> numbers) {
    engine::Array list;
    for (const double number : numbers) list.emplace_back(number);
    return list;
}

}  // namespace

std::string with_corrected_pose(std::string_view text, std::string_view name,
                                const Correction& correction) {
    const KittiCalibration read = read_kitti_calibration(text, name);
    Matrix4 rectify = kIdentity, pose = kIdentity;
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column)
            rectify[row * 4 + column] = read.r0[row * 3 + column];
        for (std::size_t column = 0; column < 4; ++column)
            pose[row * 4 + column] = read.velo_to_cam[row * 4 + column];
    }
    if (correction.none()) return std::string(text);
    const auto back = inverse_turn(rectify);
    if (!back) {
        io::fail(kNotInvertible, "The rectifying rotation R0_rect can't be inverted", "a rotation",
                 "a matrix without an inverse", std::string(name));
    }
    const Matrix4 moved = product(*back, product(delta_of(correction), product(rectify, pose)));
    std::string numbers;
    for (std::size_t i = 0; i < 12; ++i) {
        std::array<char, 40> word = {};
        std::snprintf(word.data(), word.size(), " %.12e", moved[i]);
        numbers += word.data();
    }
    auto place = numbers_of(text, "Tr_velo_to_cam");
    if (!place) place = numbers_of(text, "Tr_velo_cam");
    std::string changed(text);
    if (place) changed.replace(place->first, place->second - place->first, numbers);
    return changed;
}

std::string camera_json(const Camera& camera, const Correction& correction) {
    engine::Value delta;
    for (const auto& [axis, key] :
         {std::pair{CorrectionAxis::X, "x_m"}, std::pair{CorrectionAxis::Y, "y_m"},
          std::pair{CorrectionAxis::Z, "z_m"}, std::pair{CorrectionAxis::Roll, "roll_rad"},
          std::pair{CorrectionAxis::Pitch, "pitch_rad"}, std::pair{CorrectionAxis::Yaw, "yaw_rad"}})
        delta[key] = correction[axis];
    delta["matrix"] = list_of(delta_of(correction));
    engine::Value file;
    file["name"] = camera.name;
    file["width"] = camera.width;
    file["height"] = camera.height;
    file["projection"] = list_of(camera.projection);
    file["parent_frame"] = camera.parent_frame;
    file["camera_from_parent"] = list_of(corrected(camera, correction).camera_from_parent);
    file["convention"] =
        "camera_from_parent = delta.matrix * camera_from_parent before the correction; row-major";
    file["delta"] = delta;
    return engine::to_json(file, engine::JsonLayout::Pretty) + "\n";
}

}  // namespace millrace::visual
