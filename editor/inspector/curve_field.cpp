#include "editor/inspector/curve_field.hpp"

#include <QAccessible>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace millrace::editor {
namespace {

constexpr double kGap = 1e-3;  ///< between two points, across
constexpr double kNear = 10;   ///< pixels
constexpr double kStep = 0.01;
constexpr int kMargin = 7, kFoot = 16;

}  // namespace

CurveField::CurveField(engine::Range range, QWidget* parent) : QWidget(parent), range_(range) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setCursor(Qt::CrossCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(
        tr("Drag a point, or choose it with ← and → and move it with ↑, ↓, Shift+← and Shift+→.\n"
           "A double click or Insert adds one, a right click or Delete removes it."));
}

void CurveField::set_curve(engine::Curve curve) {
    if (curve == curve_) return;
    curve_ = std::move(curve);
    chosen_ = std::min(chosen_, curve_.points.size() - 1);
    update();
}

std::array<double, 2> CurveField::span() const {
    if (dragged_) return span_at_press_;
    double low = range_.low, high = range_.high;
    if (!std::isfinite(low) || !std::isfinite(high)) {
        const auto [least, most] = std::ranges::minmax_element(
            curve_.points, {}, [](const auto& point) { return point[1]; });
        const double room = std::max(0.1 * ((*most)[1] - (*least)[1]), 1e-9);
        if (!std::isfinite(low)) low = std::min(0.0, (*least)[1] - room);
        if (!std::isfinite(high)) high = std::max((*most)[1] + room, low + 1e-9);
    }
    return {low, high};
}

QRectF CurveField::box() const {
    return QRectF(rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin - kFoot);
}

QPointF CurveField::place_of(const std::array<double, 2>& point) const {
    const QRectF in = box();
    const auto [low, high] = span();
    return {in.left() + point[0] * in.width(),
            in.bottom() - (point[1] - low) / (high - low) * in.height()};
}

std::array<double, 2> CurveField::point_at(QPointF place) const {
    const QRectF in = box();
    const auto [low, high] = span();
    return {std::clamp((place.x() - in.left()) / in.width(), 0.0, 1.0),
            low + std::clamp((in.bottom() - place.y()) / in.height(), 0.0, 1.0) * (high - low)};
}

std::optional<std::size_t> CurveField::near(QPointF place) const {
    std::optional<std::size_t> found;
    double best = kNear;
    for (std::size_t i = 0; i < curve_.points.size(); ++i) {
        const QPointF to = place_of(curve_.points[i]) - place;
        if (const double distance = std::hypot(to.x(), to.y()); distance <= best) {
            best = distance;
            found = i;
        }
    }
    return found;
}

void CurveField::move_chosen(std::array<double, 2> to) {
    auto& points = curve_.points;
    const double left = chosen_ == 0 ? 0 : points[chosen_ - 1][0] + kGap;
    const double right = chosen_ + 1 == points.size() ? 1 : points[chosen_ + 1][0] - kGap;
    // Digits that a drag can't mean would only be noise in the document.
    const auto rounded = [](double number, double step) {
        return std::round(number / step) * step;
    };
    const auto [low, high] = span();
    const double step = std::pow(10, std::floor(std::log10(high - low)) - 3);
    if (left <= right)
        to[0] = std::clamp(rounded(to[0], kGap), left, right);
    else
        to[0] = points[chosen_][0];
    to[1] = std::clamp(rounded(to[1], step), range_.low, range_.high);
    if (points[chosen_] == to) return;
    points[chosen_] = to;
    moved_ = true;
    update();
    tell_chosen();
    Q_EMIT changed();
}

void CurveField::add(std::array<double, 2> point) {
    auto& points = curve_.points;
    if (points.size() >= engine::Curve::kMostPoints) return;
    const auto after =
        std::ranges::lower_bound(points, point[0], {}, [](const auto& other) { return other[0]; });
    const auto close = [&](auto it) { return std::abs((*it)[0] - point[0]) < 2 * kGap; };
    if ((after != points.end() && close(after)) ||
        (after != points.begin() && close(std::prev(after))))
        return;
    chosen_ = static_cast<std::size_t>(after - points.begin());
    points.insert(after, point);
    move_chosen(point);  // to whole digits
    update();
    tell_chosen();
    Q_EMIT changed();
}

void CurveField::remove_chosen() {
    if (curve_.points.size() < 2) return;
    curve_.points.erase(curve_.points.begin() + static_cast<std::ptrdiff_t>(chosen_));
    chosen_ = std::min(chosen_, curve_.points.size() - 1);
    update();
    tell_chosen();
    Q_EMIT changed();
    Q_EMIT finished();
}

/// For whoever listens rather than looks.
void CurveField::tell_chosen() {
    const auto& [x, y] = curve_.points[chosen_];
    setStatusTip(tr("Point %1 of %2 at %3, %4")
                     .arg(chosen_ + 1)
                     .arg(curve_.points.size())
                     .arg(x, 0, 'g', 4)
                     .arg(y, 0, 'g', 4));
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
}

void CurveField::mousePressEvent(QMouseEvent* event) {
    const auto found = near(event->position());
    if (!found) return;
    chosen_ = *found;
    tell_chosen();
    update();
    if (event->button() == Qt::RightButton) return remove_chosen();
    if (event->button() != Qt::LeftButton) return;
    span_at_press_ = span();
    dragged_ = true;
    moved_ = false;
}

void CurveField::mouseMoveEvent(QMouseEvent* event) {
    if (dragged_) move_chosen(point_at(event->position()));
}

void CurveField::mouseReleaseEvent(QMouseEvent*) {
    if (!std::exchange(dragged_, false)) return;
    update();
    if (moved_) Q_EMIT finished();
}

void CurveField::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || near(event->position())) return;
    add(point_at(event->position()));
    Q_EMIT finished();
}

bool CurveField::event(QEvent* event) {
    // Del and Down mean something else to the window; here they are the point's.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        constexpr std::array kOwn = {Qt::Key_Left,   Qt::Key_Right,  Qt::Key_Up,       Qt::Key_Down,
                                     Qt::Key_Insert, Qt::Key_Delete, Qt::Key_Backspace};
        const bool plain = !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier));
        if (plain && std::ranges::find(kOwn, key->key()) != kOwn.end()) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

void CurveField::keyPressEvent(QKeyEvent* event) {
    const bool across = event->modifiers().testFlag(Qt::ShiftModifier);
    const auto [low, high] = span();
    auto point = curve_.points[chosen_];
    const std::size_t last = curve_.points.size() - 1;
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right: {
            const bool right = event->key() == Qt::Key_Right;
            if (across) {
                point[0] += right ? kStep : -kStep;
                move_chosen(point);
                Q_EMIT finished();
            } else if (right ? chosen_ < last : chosen_ > 0) {
                right ? ++chosen_ : --chosen_;
                tell_chosen();
                update();
            }
            return;
        }
        case Qt::Key_Up:
        case Qt::Key_Down:
            point[1] += (event->key() == Qt::Key_Up ? kStep : -kStep) * (high - low);
            move_chosen(point);
            Q_EMIT finished();
            return;
        case Qt::Key_Insert: {
            // Half-way to the next, else to the one before, or to the end.
            const double other = chosen_ < last ? curve_.points[chosen_ + 1][0]
                                 : point[0] < 1 ? 1
                                 : chosen_ > 0  ? curve_.points[chosen_ - 1][0]
                                                : 0;
            const double x = (point[0] + other) / 2;
            add({x, curve_.at(x)});
            Q_EMIT finished();
            return;
        }
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
            return remove_chosen();
        default:
            QWidget::keyPressEvent(event);
    }
}

void CurveField::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPalette& colors = palette();
    const QRectF in = box();
    const bool active = isEnabled();
    painter.setPen(
        QPen(hasFocus() ? colors.color(QPalette::Highlight) : colors.color(QPalette::Mid),
             hasFocus() ? 2 : 1));
    painter.setBrush(colors.color(QPalette::Base));
    painter.drawRoundedRect(in.adjusted(-4, -4, 4, 4), 3, 3);
    QColor grid = colors.color(QPalette::PlaceholderText);
    grid.setAlphaF(0.3F);
    painter.setPen(QPen(grid, 1));
    for (int i = 1; i < 4; ++i) {
        const double x = in.left() + in.width() * i / 4, y = in.top() + in.height() * i / 4;
        painter.drawLine(QPointF(x, in.top()), QPointF(x, in.bottom()));
        painter.drawLine(QPointF(in.left(), y), QPointF(in.right(), y));
    }
    QPainterPath line;
    const int steps = std::max(2, static_cast<int>(in.width()));
    for (int i = 0; i <= steps; ++i) {
        const double x = static_cast<double>(i) / steps;
        const QPointF place = place_of({x, curve_.at(x)});
        i == 0 ? line.moveTo(place) : line.lineTo(place);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(
        QPen(colors.color(active ? QPalette::Active : QPalette::Disabled, QPalette::Highlight), 2));
    painter.drawPath(line);
    for (std::size_t i = 0; i < curve_.points.size(); ++i) {
        const bool chosen = i == chosen_ && hasFocus();
        painter.setPen(QPen(colors.color(QPalette::Text), 1.5));
        painter.setBrush(chosen ? colors.color(QPalette::Highlight) : colors.color(QPalette::Base));
        painter.drawEllipse(place_of(curve_.points[i]), chosen ? 5.5 : 4, chosen ? 5.5 : 4);
    }
    const auto [low, high] = span();
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    painter.setFont(small);
    painter.setPen(colors.color(QPalette::PlaceholderText));
    const QRectF foot(in.left() - 4, in.bottom() + 5, in.width() + 8, kFoot);
    painter.drawText(
        foot, Qt::AlignLeft | Qt::AlignVCenter,
        tr("%1 to %2").arg(QString::number(low, 'g', 4), QString::number(high, 'g', 4)));
    if (hasFocus() || dragged_) {
        const auto& [x, y] = curve_.points[chosen_];
        painter.setPen(colors.color(QPalette::Text));
        painter.drawText(
            foot, Qt::AlignRight | Qt::AlignVCenter,
            QStringLiteral("%1, %2").arg(QString::number(x, 'g', 4), QString::number(y, 'g', 4)));
    }
}

}  // namespace millrace::editor
