#include <algorithm>
#include <cmath>

#include "engine/node.hpp"
#include "nodes/ops/draw/overlay.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::nodes {
namespace {

struct DepthImage {
    int radius = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "fusion.depth_image",
            .title = "Depth image",
            .group = "Fusion",
            .doc =
                "Makes an image of the nearest projected depth at each pixel; 0 where no point "
                "falls.",
            .inputs = {{"projected",
                        "points with fields u, v and depth, from fusion.project_points"},
                       {"image", "image whose size the result has"}},
            .outputs = {{"depth", "one channel of float32, metres, 0 for no data"}},
            .params = {{.name = "radius",
                        .field = &DepthImage::radius,
                        .unit = "px",
                        .range = {0, 20},
                        .doc = "A point also fills pixels so far away, where nothing nearer falls",
                        .change = engine::Change::Hot}},
        };
    }

    types::Image operator()(const types::PointCloud& projected, const types::Image& image) const {
        const types::PointField& u = ops::required_field(projected, "u");
        const types::PointField& v = ops::required_field(projected, "v");
        const types::PointField& depth = ops::required_field(projected, "depth");
        types::Image result(image.width, image.height, 1, types::Depth::F32);
        result.frame = image.frame;
        result.unit = std::string("m");
        result.timestamp = image.timestamp;
        for (std::size_t i = 0; i < projected.points.size(); ++i) {
            const auto metres = static_cast<float>(depth.at(i));
            const double column = std::floor(u.at(i));
            const double row = std::floor(v.at(i));
            if (!(metres > 0 && column >= 0 && column < image.width && row >= 0 &&
                  row < image.height))
                continue;
            splat(result, static_cast<int>(column), static_cast<int>(row), metres);
        }
        return result;
    }

private:
    void splat(types::Image& image, int column, int row, float metres) const {
        for (int y = std::max(0, row - radius); y <= std::min(image.height - 1, row + radius);
             ++y) {
            auto* pixels = image.row<float>(y);
            for (int x = std::max(0, column - radius);
                 x <= std::min(image.width - 1, column + radius); ++x) {
                if (pixels[x] == 0 || metres < pixels[x]) pixels[x] = metres;
            }
        }
    }
};

}  // namespace

void register_depth_image(engine::Registry& registry) { registry.add<DepthImage>(); }

}  // namespace millrace::nodes
