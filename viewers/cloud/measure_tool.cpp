#include "viewers/cloud/measure_tool.hpp"

#include <QCoreApplication>
#include <numbers>
#include <optional>
#include <utility>

#include "viewers/cloud/labels.hpp"
#include "viewers/cloud/point_card.hpp"

namespace millrace::viewers {
namespace {

using visual::operator+;
using visual::operator-;
using visual::operator*;

constexpr QColor kLine(255, 214, 10);
/// Far beyond any picture, where lines may end without being seen.
constexpr double kFar = 1e6;

QString translated(const char* text) { return QCoreApplication::translate("Measurement", text); }

std::size_t needed(Tool tool) {
    return tool == Tool::Angle ? 3 : tool == Tool::Area ? ~std::size_t{0} : 2;
}

QString degrees(double radians) {
    return QStringLiteral("%1°").arg(radians * 180 / std::numbers::pi, 0, 'f', 2);
}

}  // namespace

std::optional<QLineF> projected_line(const visual::Projector& projector, const visual::Vector3& a,
                                     const visual::Vector3& b, double scale) {
    visual::Vector3 first = projector.to_camera(a), second = projector.to_camera(b);
    if (!visual::finite(first) || !visual::finite(second)) return std::nullopt;
    const double least = projector.near_plane();
    if (first[2] < least && second[2] < least) return std::nullopt;
    const auto cut = [least](visual::Vector3& behind, const visual::Vector3& before) {
        if (behind[2] >= least) return;
        behind = behind + (before - behind) * ((least - behind[2]) / (before[2] - behind[2]));
        behind[2] = least;
    };
    cut(first, second);
    cut(second, first);
    const auto pixel = [&](const visual::Vector3& camera) {
        const visual::Projected p = projector.to_pixel(camera);
        return QPointF(std::clamp(p.x / scale, -kFar, kFar), std::clamp(p.y / scale, -kFar, kFar));
    };
    return QLineF(pixel(first), pixel(second));
}

void Measurement::add(const visual::Vector3& point) {
    if (complete) return;
    points.push_back(point);
    complete = points.size() >= needed(tool);
}

QString Measurement::text() const {
    if (tool == Tool::Area && points.size() >= 3) {
        const visual::Area found = visual::area(points);
        return translated("area %1 m², level %2 m², round %3 m")
            .arg(metres_text(found.area), metres_text(found.level_area),
                 metres_text(found.perimeter));
    }
    if (tool == Tool::Angle && points.size() == 3)
        return translated("angle %1").arg(degrees(visual::angle(points[0], points[1], points[2])));
    if ((tool != Tool::Distance && tool != Tool::Height) || points.size() != 2) return {};
    const visual::Distance found = visual::distance(points[0], points[1]);
    if (tool == Tool::Height) return translated("height %1 m").arg(metres_text(found.height));
    return translated("distance %1 m, level %2 m, height %3 m")
        .arg(metres_text(found.straight), metres_text(found.level), metres_text(found.height));
}

void Measurement::paint(QPainter& painter, const visual::Projector& projector, double scale,
                        const visual::Vector3* pointer) const {
    Measurement shown = *this;
    if (pointer && !complete && !points.empty()) shown.points.push_back(*pointer);
    const auto& p = shown.points;
    if (p.empty()) return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto line = [&](const visual::Vector3& a, const visual::Vector3& b, Qt::PenStyle style) {
        const auto seen = projected_line(projector, a, b, scale);
        if (!seen) return;
        // A dark seam keeps the line readable on bright points.
        painter.setPen(QPen(QColor(0, 0, 0, 160), 4, Qt::SolidLine, Qt::RoundCap));
        if (style == Qt::SolidLine) painter.drawLine(*seen);
        painter.setPen(QPen(kLine, 2, style, Qt::RoundCap));
        painter.drawLine(*seen);
    };
    const auto number = [&](const visual::Vector3& at, const QString& text) {
        const auto pixel = projector.project(at);
        if (!pixel) return;
        const QSizeF size = pill_size(painter.fontMetrics(), text);
        const QPointF place(pixel->x / scale, pixel->y / scale);
        paint_pill(painter, QRectF(place - QPointF(size.width() / 2, size.height() / 2), size),
                   text, kLine);
    };
    const auto middle = [](const visual::Vector3& a, const visual::Vector3& b) {
        return (a + b) * 0.5;
    };
    for (std::size_t i = 1; i < p.size(); ++i) line(p[i - 1], p[i], Qt::SolidLine);
    if (tool == Tool::Area && p.size() >= 3) line(p.back(), p.front(), Qt::DashLine);
    if (tool == Tool::Distance || tool == Tool::Height) {
        if (p.size() == 2) {
            // The right angle below the line shows its level and upright parts.
            const visual::Vector3 corner = {p[1][0], p[1][1], p[0][2]};
            line(p[0], corner, Qt::DashLine);
            line(corner, p[1], Qt::DashLine);
        }
    }
    for (const visual::Vector3& point : p) {
        if (const auto pixel = projector.project(point)) {
            painter.setPen(QPen(QColor(0, 0, 0, 200), 1));
            painter.setBrush(kLine);
            painter.drawEllipse(QPointF(pixel->x, pixel->y) / scale, 4, 4);
        }
    }
    const visual::Distance found =
        p.size() >= 2 ? visual::distance(p[0], p[1]) : visual::Distance{};
    const auto with_unit = [](double value) { return metres_text(value) + QStringLiteral(" m"); };
    if (tool == Tool::Distance && p.size() == 2)
        number(middle(p[0], p[1]), with_unit(found.straight));
    if (tool == Tool::Height && p.size() == 2)
        number(middle({p[1][0], p[1][1], p[0][2]}, p[1]), with_unit(found.height));
    if (tool == Tool::Angle && p.size() == 3)
        number(p[1], degrees(visual::angle(p[0], p[1], p[2])));
    if (tool == Tool::Area && p.size() >= 3) {
        visual::Vector3 sum = {};
        for (const auto& point : p) sum = sum + point;
        number(sum * (1.0 / static_cast<double>(p.size())),
               metres_text(visual::area(p).area) + QStringLiteral(" m²"));
    }
    painter.restore();
}

}  // namespace millrace::viewers
