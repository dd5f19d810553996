#include "nodes/types/calibration.hpp"

#include <algorithm>
#include <limits>
#include <memory>

namespace millrace::types {

const Camera* Calibration::camera(std::string_view name) const {
    if (name.empty()) return cameras.empty() ? nullptr : &cameras.front();
    const auto found = std::ranges::find(cameras, name, &Camera::name);
    return found == cameras.end() ? nullptr : &*found;
}

}  // namespace millrace::types

namespace millrace::engine {
namespace {

using types::Calibration;
using types::Camera;

constexpr std::size_t kCameraNumbers = 12 + 16;  // projection and camera_from_lidar

int extent_of(const Value& saved) {
    const std::int64_t extent = saved.as_int();
    if (extent >= 0 && extent <= std::numeric_limits<int>::max()) return static_cast<int>(extent);
    throw Error({.code = "E-FILE-011",
                 .what = "The stored size of a camera's image is none",
                 .expected = "pixels, 0 or more",
                 .found = std::to_string(extent)});
}

}  // namespace

Record PayloadTraits<Calibration>::record(const Calibration& calibration) {
    auto numbers = std::make_shared<std::vector<double>>();
    Array cameras;
    for (const Camera& camera : calibration.cameras) {
        numbers->insert(numbers->end(), camera.projection.begin(), camera.projection.end());
        numbers->insert(numbers->end(), camera.camera_from_lidar.begin(),
                        camera.camera_from_lidar.end());
        cameras.push_back(
            Object{{"name", camera.name},
                   {"width", camera.width},
                   {"height", camera.height},
                   {"distortion", Array(camera.distortion.begin(), camera.distortion.end())}});
    }
    ArrayView matrices = view_of(
        "cameras", numbers->data(),
        {static_cast<std::int64_t>(cameras.size()), static_cast<std::int64_t>(kCameraNumbers)});
    matrices.owner = numbers;
    return {
        .arrays = {std::move(matrices),
                   view_of("world_from_lidar", calibration.world_from_lidar.data(), {4, 4})},
        .attributes = {{"lidar_frame", calibration.lidar_frame}, {"cameras", std::move(cameras)}}};
}

Calibration PayloadTraits<Calibration>::restore(const Record& record) {
    Calibration calibration;
    const ArrayView& matrices = record.require("cameras", DType::F64, 2);
    const ArrayView& world = record.require("world_from_lidar", DType::F64, 2);
    const Array& cameras = record.attributes.at("cameras").as_array();
    const bool good = matrices.shape[1] == static_cast<std::int64_t>(kCameraNumbers) &&
                      matrices.shape[0] == static_cast<std::int64_t>(cameras.size()) &&
                      world.shape[0] == 4 && world.shape[1] == 4;
    if (!good) {
        throw Error({.code = "E-FILE-011",
                     .what = "The stored calibration is malformed",
                     .expected = "one row of 28 numbers a camera",
                     .found = "another shape"});
    }
    const std::vector<double> numbers = copy_of<double>(matrices);
    std::ranges::copy(copy_of<double>(world), calibration.world_from_lidar.begin());
    calibration.lidar_frame = record.attributes.at("lidar_frame").as_string();
    for (std::size_t i = 0; i < cameras.size(); ++i) {
        const Object& saved = cameras[i].as_object();
        Camera camera;
        camera.name = saved.at("name").as_string();
        camera.width = extent_of(saved.at("width"));
        camera.height = extent_of(saved.at("height"));
        for (const Value& number : saved.at("distortion").as_array())
            camera.distortion.push_back(number.as_double());
        const auto row = numbers.begin() + static_cast<std::ptrdiff_t>(i * kCameraNumbers);
        std::copy_n(row, 12, camera.projection.begin());
        std::copy_n(row + 12, 16, camera.camera_from_lidar.begin());
        calibration.cameras.push_back(std::move(camera));
    }
    return calibration;
}

std::vector<visual::Visual> PayloadTraits<Calibration>::visual(const Calibration& calibration,
                                                               const visual::Budget&) {
    std::vector<visual::Visual> visuals;
    for (const Camera& camera : calibration.cameras) {
        visuals.push_back(visual::Camera{.name = camera.name,
                                         .width = camera.width,
                                         .height = camera.height,
                                         .projection = camera.projection,
                                         .parent_frame = calibration.lidar_frame,
                                         .camera_from_parent = camera.camera_from_lidar});
    }
    return visuals;
}

}  // namespace millrace::engine
