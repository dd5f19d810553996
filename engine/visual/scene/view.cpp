#include "engine/visual/scene/view.hpp"

#include <numbers>

namespace millrace::visual {
namespace {

constexpr double kQuarter = std::numbers::pi / 2;
constexpr double kLeastDistance = 1e-3, kMostDistance = 1e9;
/// Depths beyond are drawn at once with those before it; the ratio keeps a 24-bit depth buffer of
/// use.
constexpr double kDepthRatio = 1e5;

double kept(double distance) { return std::clamp(distance, kLeastDistance, kMostDistance); }

}  // namespace

Vector3 View::forward() const {
    const double flat = std::cos(pitch);
    return {flat * std::cos(yaw), flat * std::sin(yaw), std::sin(pitch)};
}

Vector3 View::right() const { return {std::sin(yaw), -std::cos(yaw), 0}; }

Vector3 View::up() const {
    const double flat = -std::sin(pitch);
    return {flat * std::cos(yaw), flat * std::sin(yaw), std::cos(pitch)};
}

Vector3 View::eye() const { return target - forward() * distance; }

double View::metres_per_pixel(int height) const {
    return 2 * distance * std::tan(field_of_view / 2) / std::max(height, 1);
}

void View::orbit(double yaw_by, double pitch_by) {
    yaw = std::remainder(yaw + yaw_by, 4 * kQuarter);
    pitch = std::clamp(pitch + pitch_by, -kQuarter, kQuarter);
}

void View::look(double yaw_by, double pitch_by) {
    const Vector3 stays = eye();
    orbit(yaw_by, pitch_by);
    target = stays + forward() * distance;
}

void View::pan(double dx, double dy, int height) {
    const double scale = metres_per_pixel(height);
    target = target - right() * (dx * scale) + up() * (dy * scale);
}

void View::fly(double forward_by, double right_by, double up_by) {
    target = target + forward() * forward_by + right() * right_by + up() * up_by;
}

void View::zoom(double factor, double x, double y, int width, int height) {
    const double before = metres_per_pixel(height);
    distance = kept(distance * factor);
    const double moved = before - metres_per_pixel(height);
    target = target + right() * ((x - width / 2.0) * moved) - up() * ((y - height / 2.0) * moved);
}

void View::set(Preset preset) {
    switch (preset) {
        case Preset::Top:
            yaw = 0, pitch = -kQuarter;
            break;
        case Preset::Bottom:
            yaw = 0, pitch = kQuarter;
            break;
        case Preset::Front:
            yaw = 2 * kQuarter, pitch = 0;
            break;
        case Preset::Back:
            yaw = 0, pitch = 0;
            break;
        case Preset::Left:
            yaw = -kQuarter, pitch = 0;
            break;
        case Preset::Right:
            yaw = kQuarter, pitch = 0;
            break;
        case Preset::Oblique:
            yaw = 0.6, pitch = -0.5;
            break;
    }
}

void View::focus(const Vector3& point, double most) {
    if (!finite(point)) return;
    target = point;
    distance = kept(std::min(distance, most));
}

void View::fit(const Bounds& bounds, int width, int height) {
    if (bounds.empty() || !finite(bounds.low) || !finite(bounds.high)) return;
    target = bounds.center();
    const double tangent_y = std::tan(field_of_view / 2);
    const double tangent_x = tangent_y * std::max(width, 1) / std::max(height, 1);
    double wanted = 0;
    for (int i = 0; i < 8; ++i) {
        const Vector3 arm = bounds.corner(i) - target;
        const double nearer = lens == Lens::Perspective ? -dot(arm, forward()) : 0;
        wanted = std::max({wanted, std::abs(dot(arm, right())) / tangent_x + nearer,
                           std::abs(dot(arm, up())) / tangent_y + nearer});
    }
    distance = kept(wanted > 0 ? wanted * 1.03 : 10);
}

View View::towards(const View& other, double share) const {
    share = std::clamp(share, 0.0, 1.0);
    const auto mix = [share](double a, double b) { return a + (b - a) * share; };
    View view = share < 0.5 ? *this : other;
    view.target = target + (other.target - target) * share;
    view.distance = std::exp(mix(std::log(kept(distance)), std::log(kept(other.distance))));
    view.yaw = yaw + std::remainder(other.yaw - yaw, 4 * kQuarter) * share;
    view.pitch = mix(pitch, other.pitch);
    view.field_of_view = mix(field_of_view, other.field_of_view);
    return view;
}

Projector::Projector(const View& view, int width, int height, const Bounds& bounds)
    : width_(std::max(width, 1)),
      height_(std::max(height, 1)),
      perspective_(view.lens == Lens::Perspective),
      right_(view.right()),
      down_(view.up() * -1),
      forward_(view.forward()) {
    focal_ = 1 / view.metres_per_pixel(height_);
    if (perspective_) focal_ *= view.distance;
    eye_ = view.eye();
    double nearest = Bounds::kNone, farthest = -Bounds::kNone;
    for (int i = 0; i < 8 && !bounds.empty(); ++i) {
        const double depth = dot(bounds.corner(i) - eye_, forward_);
        nearest = std::min(nearest, depth);
        farthest = std::max(farthest, depth);
    }
    if (bounds.empty() || !std::isfinite(nearest) || !std::isfinite(farthest)) {
        nearest = 0, farthest = 1000 * view.distance;
    }
    if (!perspective_ && nearest < 1) {
        // Parallel sight sees what lies behind the eye's plane, too; depths stay positive.
        const double back = view.near_plane > 0 ? 0 : 1 - nearest;
        eye_ = eye_ - forward_ * back;
        nearest += back, farthest += back;
    }
    far_ = view.far_plane > 0 ? view.far_plane : std::max(farthest, 1e-2) * 1.001;
    near_ =
        view.near_plane > 0
            ? view.near_plane
            : std::max({nearest * 0.999, std::min(far_ / kDepthRatio, view.distance * 0.05), 1e-4});
    if (!(far_ > near_)) far_ = near_ * 2;
}

Vector3 Projector::to_camera(const Vector3& world) const {
    const Vector3 arm = world - eye_;
    return {dot(arm, right_), dot(arm, down_), dot(arm, forward_)};
}

Projected Projector::to_pixel(const Vector3& camera) const {
    const double scale = perspective_ ? focal_ / camera[2] : focal_;
    return {camera[0] * scale + width_ / 2.0, camera[1] * scale + height_ / 2.0, camera[2]};
}

std::optional<Projected> Projector::project(const Vector3& world) const {
    const Vector3 camera = to_camera(world);
    if (!(camera[2] >= near_ && camera[2] <= far_)) return std::nullopt;
    return to_pixel(camera);
}

Vector3 Projector::unproject(double x, double y, double depth) const {
    const double scale = (perspective_ ? depth : 1) / focal_;
    return eye_ + right_ * ((x - width_ / 2.0) * scale) + down_ * ((y - height_ / 2.0) * scale) +
           forward_ * depth;
}

Ray Projector::ray(double x, double y) const {
    if (!perspective_) return {unproject(x, y, 0), forward_};
    return {eye_, normalized(unproject(x, y, 1) - eye_)};
}

std::array<std::array<double, 4>, 3> Projector::pixel_rows(const Vector3& origin) const {
    const Vector3 arm = origin - eye_;
    std::array<std::array<double, 4>, 3> rows{};
    const double middle_x = width_ / 2.0, middle_y = height_ / 2.0;
    for (int i = 0; i < 3; ++i) {
        rows[0][i] = right_[i] * focal_ + (perspective_ ? forward_[i] * middle_x : 0);
        rows[1][i] = down_[i] * focal_ + (perspective_ ? forward_[i] * middle_y : 0);
        rows[2][i] = forward_[i];
    }
    for (auto& row : rows) row[3] = row[0] * arm[0] + row[1] * arm[1] + row[2] * arm[2];
    if (!perspective_) rows[0][3] += middle_x, rows[1][3] += middle_y;
    return rows;
}

Matrix4 Projector::view_matrix(const Vector3& origin) const {
    const Vector3 arm = origin - eye_;
    const Vector3 axes[3] = {right_, down_ * -1, forward_ * -1};
    Matrix4 matrix = kIdentity;
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 3; ++column) matrix[row * 4 + column] = axes[row][column];
        matrix[row * 4 + 3] = dot(axes[row], arm);
    }
    return matrix;
}

Matrix4 Projector::projection_matrix() const {
    const double sx = 2 * focal_ / width_, sy = 2 * focal_ / height_, span = far_ - near_;
    if (perspective_) {
        return {sx, 0, 0,  0, 0, sy, 0, 0, 0, 0, -(far_ + near_) / span, -2 * far_ * near_ / span,
                0,  0, -1, 0};
    }
    return {sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, -2 / span, -(far_ + near_) / span, 0, 0, 0, 1};
}

}  // namespace millrace::visual
