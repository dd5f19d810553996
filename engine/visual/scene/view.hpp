// The camera of the cloud viewer: what is looked at, from where, through which lens. One value that
// both renderers take, so that they show the same picture. All in double precision; matrices are
// made relative to an origin of the caller's choice, so that coordinates of 1e7 m don't jitter in
// single precision. World: z up, metres. Camera: x right, y down, z forward. Pixel (0, 0) is the
// top-left corner.
#pragma once

#include <array>
#include <optional>

#include "engine/visual/scene/geometry.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::visual {

enum class Lens { Perspective, Orthographic };
/// Along the axes of the world: Top looks down with x up, Front looks back along -x at what drives
/// towards the eye, Side looks along -y with x to the left … as a car is drawn.
enum class Preset { Top, Bottom, Front, Back, Left, Right, Oblique };

/// Where a world point falls: pixels from the top-left corner, depth in metres along the axis of
/// sight.
struct Projected {
    double x = 0, y = 0, depth = 0;
};

struct Ray {
    Vector3 origin = {};
    Vector3 direction = {};  ///< of length one
};

/// Orbit camera: `target` stays put while yaw and pitch change. Any angles are valid; pitch is kept
/// within a right angle by orbit() alone.
struct View {
    Vector3 target = {};
    double distance = 50;        ///< metres from the eye to the target
    double yaw = 0;              ///< radians, heading of the sight, counter-clockwise from +x
    double pitch = -0.6;         ///< radians, positive looks up
    double field_of_view = 0.8;  ///< radians, of the picture's height
    Lens lens =
        Lens::Perspective;  ///< orthographic shows at the target's depth what perspective shows
    double near_plane = 0;  ///< metres; 0 chooses by the scene
    double far_plane = 0;   ///< metres; 0 chooses by the scene

    Vector3 forward() const;
    Vector3 right() const;
    Vector3 up() const;
    Vector3 eye() const;
    /// Metres that one pixel covers at the target's depth, for a picture of `height` pixels.
    double metres_per_pixel(int height) const;

    /// Turns about the target, radians; stops at straight up and down.
    void orbit(double yaw_by, double pitch_by);
    /// Turns the head: the eye stays.
    void look(double yaw_by, double pitch_by);
    /// Moves so that what lies at the target's depth follows the pointer; pixels, y down.
    void pan(double dx, double dy, int height);
    /// Moves eye and target, metres in the directions of sight.
    void fly(double forward_by, double right_by, double up_by);
    /// Changes the distance by a factor; what lies under the pixel at the target's depth stays
    /// there.
    void zoom(double factor, double x, double y, int width, int height);
    void set(Preset preset);
    /// Makes `point` the target, the eye at most `distance` away.
    void focus(const Vector3& point, double distance);
    /// Shows all of `bounds`; an empty or infinite one changes nothing.
    void fit(const Bounds& bounds, int width, int height);

    /// From this view (share 0) to another (1): turns the shorter way, comes closer evenly. Lens
    /// and planes are those of the nearer one.
    View towards(const View& other, double share) const;

    friend bool operator==(const View&, const View&) = default;
};

/// A view bound to a picture's size and the depths of a scene.
class Projector {
public:
    /// `bounds` of what is to be seen choose the planes where the view leaves them open.
    Projector(const View& view, int width, int height, const Bounds& bounds);

    int width() const { return width_; }
    int height() const { return height_; }
    bool perspective() const { return perspective_; }
    double near_plane() const { return near_; }
    double far_plane() const { return far_; }
    const Vector3& eye() const { return eye_; }
    const Vector3& forward() const { return forward_; }
    /// Pixels that one metre covers at `depth`.
    double pixels_per_metre(double depth) const {
        return perspective_ ? focal_ / std::max(depth, near_) : focal_;
    }

    /// The pixel, also beyond the picture's border; none before the near or behind the far plane.
    std::optional<Projected> project(const Vector3& world) const;
    /// Camera coordinates: right, down, forward, metres.
    Vector3 to_camera(const Vector3& world) const;
    /// Pixel and depth of a point in camera coordinates; in perspective depth must be positive.
    Projected to_pixel(const Vector3& camera) const;
    /// Through the pixel position (x, y); starts at the eye, in orthographic views on its plane.
    Ray ray(double x, double y) const;
    /// The world point seen at a pixel position at `depth`.
    Vector3 unproject(double x, double y, double depth) const;

    /// Rows a, b, c over (x, y, z, 1) of a point relative to `origin`: in perspective the pixel is
    /// (a / c, b / c), in orthographic views (a, b); c is the depth.
    std::array<std::array<double, 4>, 3> pixel_rows(const Vector3& origin) const;
    /// For OpenGL, row-major: eye coordinates (x right, y up, z backward) from those relative to
    /// `origin`.
    Matrix4 view_matrix(const Vector3& origin) const;
    /// For OpenGL, row-major: clip coordinates from eye coordinates.
    Matrix4 projection_matrix() const;

private:
    int width_, height_;
    bool perspective_;
    double focal_;  ///< pixels; orthographic: pixels per metre
    double near_, far_;
    Vector3 eye_, right_, down_, forward_;
};

}  // namespace millrace::visual
