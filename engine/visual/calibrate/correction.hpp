// A small correction of where a camera stands to what is around it, as people set it by hand. Plain
// values, any thread.
//
// camera_from_parent_corrected = delta * camera_from_parent, so that the correction is one of the
// camera's own frame (x right, y down, z ahead): a point is turned about the camera's centre by
// roll about z, then by pitch about x, then by yaw about y, and moved by x, y, z.
//     delta = shift(x, y, z) * turn_y(yaw) * turn_x(pitch) * turn_z(roll)
// Turns are right-handed: positive yaw moves points to the right in the image, positive pitch
// upwards, positive roll clockwise.
#pragma once

#include <array>

#include "engine/visual/scene/geometry.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::visual {

enum class CorrectionAxis { X, Y, Z, Roll, Pitch, Yaw };
inline constexpr std::array kCorrectionAxes = {CorrectionAxis::X,     CorrectionAxis::Y,
                                               CorrectionAxis::Z,     CorrectionAxis::Roll,
                                               CorrectionAxis::Pitch, CorrectionAxis::Yaw};

struct Correction {
    /// In the order of CorrectionAxis: metres, then radians.
    std::array<double, 6> values = {};

    double& operator[](CorrectionAxis axis) { return values[static_cast<std::size_t>(axis)]; }
    double operator[](CorrectionAxis axis) const { return values[static_cast<std::size_t>(axis)]; }
    bool none() const { return *this == Correction(); }
    friend bool operator==(const Correction&, const Correction&) = default;
};

inline bool is_turn(CorrectionAxis axis) { return axis >= CorrectionAxis::Roll; }

/// How far a correction may go along an axis to either side: 0.5 m, 5 degrees in radians.
double correction_limit(CorrectionAxis axis);
/// Each value within its limit; what isn't finite becomes zero.
Correction limited(Correction correction);

Matrix4 delta_of(const Correction& correction);
/// The camera with delta * camera_from_parent; all else stays.
Camera corrected(Camera camera, const Correction& correction);

/// The camera as it sees the pixels of an image of its that was made smaller to fit a budget: its
/// projection and size scaled along. Unchanged where the image's full size is not the camera's.
Camera camera_of_image(Camera camera, const Raster& image);

/// A camera's projection made ready for many points.
class Pinhole {
public:
    static constexpr double kNearest = 0.1;  ///< metres before the camera from which points count

    explicit Pinhole(const Camera& camera);

    struct Pixel {
        double x = 0, y = 0;  ///< pixels, (0, 0) is the top-left corner of the image
        double depth = 0;     ///< metres along the camera's axis; not `inside` when too near
        bool inside = false;  ///< of the image, and far enough before the camera
    };
    /// Of a point in the camera's parent frame, metres.
    Pixel pixel(const Vector3& point) const {
        const auto row = [&](const std::array<double, 4>& r) {
            return r[0] * point[0] + r[1] * point[1] + r[2] * point[2] + r[3];
        };
        Pixel at;
        at.depth = row(depth_);
        const double w = row(rows_[2]);
        if (!(at.depth >= kNearest) || !(w > 0)) return at;
        at.x = row(rows_[0]) / w;
        at.y = row(rows_[1]) / w;
        at.inside = at.x >= 0 && at.y >= 0 && at.x < width_ && at.y < height_;
        return at;
    }
    double width() const { return width_; }
    double height() const { return height_; }

private:
    std::array<std::array<double, 4>, 3> rows_ = {};
    std::array<double, 4> depth_ = {};
    double width_ = 0, height_ = 0;
};

}  // namespace millrace::visual
