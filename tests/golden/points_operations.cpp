// Adapters from the cases of the `points` files to nodes/ops.
#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <vector>

#include "nodes/ops/boxes/corners.hpp"
#include "nodes/ops/boxes/rotated_iou.hpp"
#include "nodes/ops/boxes/rotated_nms.hpp"
#include "nodes/ops/camera/feature_sampling.hpp"
#include "nodes/ops/camera/kitti.hpp"
#include "nodes/ops/points/chamfer.hpp"
#include "nodes/ops/points/farthest_point_sampling.hpp"
#include "nodes/ops/points/neighbors.hpp"
#include "nodes/ops/points/voxelize.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

template <std::size_t N>
std::array<double, N> as_array(const Tensor& tensor) {
    std::array<double, N> values;
    if (tensor.reals.size() != N) throw std::length_error("a matrix of another size");
    std::ranges::copy(tensor.reals, values.begin());
    return values;
}

std::vector<types::Point> as_points(const Tensor& tensor) {
    std::vector<types::Point> points(tensor.rows());
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i] = {float(tensor.reals.at(3 * i)), float(tensor.reals.at(3 * i + 1)),
                     float(tensor.reals.at(3 * i + 2))};
    }
    return points;
}

std::vector<types::Box3d> as_boxes(const Tensor& tensor) {
    std::vector<types::Box3d> boxes(tensor.rows());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const std::span<const double> row = std::span(tensor.reals).subspan(7 * i, 7);
        boxes[i].center = {row[0], row[1], row[2]};
        boxes[i].size = {row[3], row[4], row[5]};
        boxes[i].yaw = row[6];
    }
    return boxes;
}

/// Rows of fixed arrays beside each other.
template <class T, std::size_t N>
std::vector<T> flat(const std::vector<std::array<T, N>>& rows) {
    std::vector<T> values;
    for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
    return values;
}

Item pixels(const std::vector<ops::Pixel>& uv) {
    std::vector<float> values;
    for (const auto& [u, v] : uv) values.insert(values.end(), {u, v});
    return float32_tensor({uv.size(), 2}, values);
}

ops::ImageSize image_size(const Case& given) {
    return {static_cast<int>(given.param("image_width")),
            static_cast<int>(given.param("image_height"))};
}

struct KittiBoxes {
    std::vector<std::array<double, 7>> lidar;
    std::vector<ops::Vector3> corners;
    std::vector<std::array<double, 4>> image;
};

KittiBoxes kitti_boxes(const Tensor& tensor, const types::Camera& camera) {
    KittiBoxes boxes;
    for (const types::Box3d& row : as_boxes(tensor)) {
        const ops::CameraBox box{row.center, row.size[0], row.size[1], row.size[2], row.yaw};
        const types::Box3d lidar = ops::lidar_box(box, camera);
        boxes.lidar.push_back({lidar.center[0], lidar.center[1], lidar.center[2], lidar.size[0],
                               lidar.size[1], lidar.size[2], lidar.yaw});
        for (const ops::Vector3& corner : ops::box_corners(lidar)) boxes.corners.push_back(corner);
        boxes.image.push_back(ops::image_box(box, camera).xyxy);
    }
    return boxes;
}

Members kitti_projection(const Case& given) {
    const ops::KittiCalibration calibration{
        .p2 = as_array<12>(given.input("P2")),
        .r0 = as_array<9>(given.input("R0")),
        .velo_to_cam = as_array<12>(given.input("Tr_velo_to_cam"))};
    const types::Camera camera = ops::kitti_camera(calibration, image_size(given));
    const auto points = as_points(given.input("points_lidar"));
    const auto rectified = ops::rectified_from_lidar(points, camera);
    const auto projected = ops::project_points(points, camera);
    const KittiBoxes boxes = kitti_boxes(given.input("boxes_camera"), camera);
    const std::size_t n = points.size(), m = boxes.lidar.size();
    return {{"points_rect", float32_tensor({n, 3}, flat(rectified))},
            {"uv", pixels(projected.uv)},
            {"depth", float32_tensor({n}, projected.depth)},
            {"in_fov", integer_tensor("bool", {n}, projected.in_image)},
            {"points_lidar_roundtrip",
             float32_tensor({n, 3}, flat(ops::lidar_from_rectified(rectified, camera)))},
            {"boxes_lidar", float32_tensor({m, 7}, flat(boxes.lidar))},
            {"corners_lidar", float32_tensor({m, 8, 3}, flat(boxes.corners))},
            {"image_boxes", float32_tensor({m, 4}, flat(boxes.image))}};
}

Members image_feature_sampling(const Case& given) {
    const Tensor& map_tensor = given.input("feature_map");
    const std::vector<float> map_values = map_tensor.floats();
    const ops::FeatureMap map{map_values, int(map_tensor.shape.at(0)), int(map_tensor.shape.at(1)),
                              int(map_tensor.shape.at(2))};
    const Tensor& uv_tensor = given.input("uv");
    std::vector<ops::Pixel> uv(uv_tensor.rows());
    for (std::size_t i = 0; i < uv.size(); ++i) {
        uv[i] = {float(uv_tensor.reals.at(2 * i)), float(uv_tensor.reals.at(2 * i + 1))};
    }
    const auto sample = [&](ops::FeatureSampling mode) {
        return ops::sample_features(map, uv, image_size(given), mode);
    };
    const auto nearest = sample(ops::FeatureSampling::UpsampleNearest);
    const std::size_t n = uv.size(), channels = map.channels;
    Members outputs = {
        {"valid", integer_tensor("bool", {n}, nearest.valid)},
        {"upsample_nearest", float32_tensor({n, channels}, nearest.values)},
        {"bilinear_zero",
         float32_tensor({n, channels}, sample(ops::FeatureSampling::BilinearZero).values)}};
    const Tensor& voxel_tensor = given.input("voxel_features");
    const std::vector<float> voxel = voxel_tensor.floats();
    const std::size_t voxel_channels = voxel_tensor.shape.at(1);
    if (voxel_channels == channels) {
        outputs["fuse_sum"] = float32_tensor({n, channels}, ops::fuse_sum(nearest.values, voxel));
    }
    outputs["fuse_concat"] =
        float32_tensor({n, channels + voxel_channels}, ops::fuse_concat(nearest.values, voxel, n));
    return outputs;
}

Members voxelize_hard(const Case& given) {
    ops::VoxelGrid grid{.max_points = int(given.param("max_points")),
                        .max_voxels = int(given.param("max_voxels"))};
    for (int i = 0; i < 6; ++i) grid.range[i] = given.params.at("range").list().at(i).number();
    for (int i = 0; i < 3; ++i)
        grid.voxel_size[i] = given.params.at("voxel_size").list().at(i).number();
    const Tensor& points = given.input("points");
    const ops::Voxels voxels = ops::voxelize_hard(points.floats(), int(points.shape.at(1)), grid);
    const std::size_t rows = voxels.size(), channels = voxels.channels;
    return {
        {"voxels", float32_tensor({rows, std::size_t(voxels.max_points), channels}, voxels.values)},
        {"coords_zyx", integer_tensor("int32", {rows, 3}, flat(voxels.zyx))},
        {"num_points", integer_tensor("int32", {rows}, voxels.counts)},
        {"mean", float32_tensor({rows, channels}, ops::mean_features(voxels))},
        {"point_to_voxel",
         integer_tensor("int32", {voxels.point_to_voxel.size()}, voxels.point_to_voxel)},
        {"grid_xyz", integer_tensor("int32", {3},
                                    std::vector(voxels.grid_xyz.begin(), voxels.grid_xyz.end()))}};
}

Members farthest_point_sampling(const Case& given) {
    const auto indices = ops::farthest_point_sampling(as_points(given.input("points")),
                                                      std::size_t(given.param("samples")));
    return {{"indices", integer_tensor("int32", {indices.size()}, indices)}};
}

Members ball_query(const Case& given) {
    const auto centers = as_points(given.input("centers"));
    const auto k = std::size_t(given.param("k"));
    const auto indices =
        ops::ball_query(centers, as_points(given.input("points")), given.param("radius"), k);
    return {{"indices", integer_tensor("int32", {centers.size(), k}, indices)}};
}

Members three_nn_interpolate(const Case& given) {
    const auto points = as_points(given.input("points")),
               centers = as_points(given.input("centers"));
    const Tensor& features = given.input("features");
    const std::size_t channels = features.rows();
    const ops::ThreeNearest nearest = ops::three_nearest(points, centers);
    const auto interpolated =
        ops::interpolate_features(nearest, features.floats(), channels, centers.size());
    return {{"indices", integer_tensor("int32", {points.size(), 3}, flat(nearest.indices))},
            {"weights", float32_tensor({points.size(), 3}, flat(nearest.weights))},
            {"interpolated", float32_tensor({channels, points.size()}, interpolated)}};
}

Members chamfer(const Case& given) {
    const auto result = ops::chamfer(as_points(given.input("a")), as_points(given.input("b")));
    return {{"dl", {result.a_to_b}},
            {"dr", {result.b_to_a}},
            {"cd", {result.distance}},
            {"nearest_in_b",
             integer_tensor("int32", {result.nearest_in_b.size()}, result.nearest_in_b)},
            {"nearest_in_a",
             integer_tensor("int32", {result.nearest_in_a.size()}, result.nearest_in_a)}};
}

Members rotated_iou(const Case& given) {
    const auto a = as_boxes(given.input("boxes_a")), b = as_boxes(given.input("boxes_b"));
    const ops::BoxOverlaps overlaps = ops::box_overlaps(a, b);
    return {{"overlap_bev", float32_tensor({a.size(), b.size()}, overlaps.overlap_bev)},
            {"iou_bev", float32_tensor({a.size(), b.size()}, overlaps.iou_bev)},
            {"iou_3d", float32_tensor({a.size(), b.size()}, overlaps.iou_3d)}};
}

Members rotated_nms(const Case& given) {
    const auto keep = ops::rotated_nms(as_boxes(given.input("boxes")), given.input("scores").reals,
                                       {.threshold = given.param("threshold"),
                                        .pre_max = std::size_t(given.param("pre_max")),
                                        .post_max = std::size_t(given.param("post_max"))});
    return {{"keep", integer_tensor("int32", {keep.size()}, keep)}};
}

}  // namespace

void add_points_operations(Operations& operations) {
    operations.insert({{"kitti_projection", kitti_projection},
                       {"image_feature_sampling", image_feature_sampling},
                       {"voxelize_hard", voxelize_hard},
                       {"farthest_point_sampling", farthest_point_sampling},
                       {"ball_query", ball_query},
                       {"three_nn_interpolate", three_nn_interpolate},
                       {"chamfer", chamfer},
                       {"rotated_iou", rotated_iou},
                       {"rotated_nms", rotated_nms}});
}

}  // namespace millrace::golden
