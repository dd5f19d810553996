// The measuring tools: points that were clicked, what they measure, and the lines and numbers over
// the picture. A value; window thread only.
#pragma once

#include <QPainter>
#include <QString>
#include <vector>

#include "engine/visual/scene/measure.hpp"
#include "engine/visual/scene/view.hpp"

namespace millrace::viewers {

/// What a click or a drag with the left button does.
enum class Tool { Look, Distance, Height, Angle, Area, Rectangle, Lasso };
inline bool measures(Tool tool) { return tool >= Tool::Distance && tool <= Tool::Area; }
inline bool selects(Tool tool) { return tool >= Tool::Rectangle; }

struct Measurement {
    Tool tool = Tool::Distance;
    std::vector<visual::Vector3> points = {};  ///< world, metres
    /// Distance, Height and Angle are complete with their last point; an Area when told so.
    bool complete = false;

    /// Adds a point; a complete measurement stays as it is.
    void add(const visual::Vector3& point);
    /// "12.345 m …"; empty while points are missing.
    QString text() const;

    /// Over a picture of the projector's size; `scale`: device pixels a logical one. `pointer` is
    /// the point that a click would add.
    void paint(QPainter& painter, const visual::Projector& projector, double scale,
               const visual::Vector3* pointer = nullptr) const;
};

/// The part of a segment before the near plane, in logical pixels; none when all is behind.
std::optional<QLineF> projected_line(const visual::Projector& projector, const visual::Vector3& a,
                                     const visual::Vector3& b, double scale);

}  // namespace millrace::viewers
