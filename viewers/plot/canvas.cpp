#include "viewers/plot/canvas.hpp"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr double kClickReach = 4;      ///< pixels a click may move
constexpr double kLeastRectangle = 5;  ///< pixels; a smaller one was no wish to zoom

}  // namespace

PlotCanvas::PlotCanvas(PlotScene& scene, QWidget* parent) : QWidget(parent), scene_(scene) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Plot"));
}

void PlotCanvas::refresh() {
    update();
    Q_EMIT view_changed();
}

PlotLayout PlotCanvas::layout_now() const {
    return PlotLayout::make(QRectF(rect()), PlotLook::from(palette(), font()), scene_.x(),
                            scene_.y(), scene_.title(), scene_.x_label(), scene_.y_label());
}

std::optional<double> PlotCanvas::readout() const {
    return pointer_ ? pointer_ : second_ ? second_ : first_;
}

std::optional<double> PlotCanvas::difference_end() const {
    if (!first_) return {};
    return second_ ? second_ : pointer_;
}

void PlotCanvas::set_first(std::optional<double> x) {
    if (x && std::isnan(scene_.x().to_axis(*x))) x.reset();
    first_ = x;
    update();
    Q_EMIT readout_changed();
}

void PlotCanvas::set_second(std::optional<double> x) {
    if (x && std::isnan(scene_.x().to_axis(*x))) x.reset();
    second_ = x;
    update();
    Q_EMIT readout_changed();
}

void PlotCanvas::set_mark(std::optional<double> x) {
    if (x == mark_) return;
    mark_ = x;
    update();
}

void PlotCanvas::step_cursor(int by, bool second) {
    const std::optional<double> now = second && second_ ? second_ : first_;
    std::optional<double> next;
    if (now) {
        next = scene_.stepped(scene_.x().to_axis(*now), by);
        if (!next) return;  // at the end
    } else if (const auto place = scene_.nearest(scene_.x().at(0.5))) {
        next = scene_.lines()[place->line].curve->x(place->sample);
    }
    if (!next) return;
    // What is stepped through stays in sight.
    const double share = scene_.x().share(scene_.x().to_axis(*next));
    if (share < 0 || share > 1) pan(share < 0 ? share - 0.05 : share - 0.95, 0);
    pointer_.reset();
    second ? set_second(next) : set_first(next);
    if (const auto place = scene_.nearest(scene_.x().to_axis(*next))) Q_EMIT picked(*place);
}

void PlotCanvas::pan(double x_part, double y_part) {
    const auto moved = [](const PlotScale& scale, double part) {
        const double by = (scale.high - scale.low) * part;
        return PlotScale{scale.low + by, scale.high + by, scale.logarithmic};
    };
    if (x_part != 0) scene_.set_x(moved(scene_.x(), x_part));
    if (y_part != 0) scene_.set_y(moved(scene_.y(), y_part));
    refresh();
}

void PlotCanvas::zoom(double factor, bool x, bool y, std::optional<QPointF> about) {
    const QRectF area = layout_now().area;
    const QPointF fixed = about.value_or(area.center());
    const auto zoomed = [factor](const PlotScale& scale, double share) {
        const double at = scale.at(std::clamp(share, 0.0, 1.0));
        return PlotScale{at - (at - scale.low) / factor, at + (scale.high - at) / factor,
                         scale.logarithmic};
    };
    if (x) scene_.set_x(zoomed(scene_.x(), (fixed.x() - area.left()) / area.width()));
    if (y) scene_.set_y(zoomed(scene_.y(), (area.bottom() - fixed.y()) / area.height()));
    refresh();
}

void PlotCanvas::zoom_to(const QRectF& rectangle) {
    const QRectF area = layout_now().area, part = rectangle.intersected(area);
    if (part.width() < kLeastRectangle && part.height() < kLeastRectangle) return;
    const PlotScale x = scene_.x(), y = scene_.y();
    // A flat or thin rectangle means one axis.
    if (part.width() >= kLeastRectangle) {
        scene_.set_x({x.at((part.left() - area.left()) / area.width()),
                      x.at((part.right() - area.left()) / area.width()), x.logarithmic});
    }
    if (part.height() >= kLeastRectangle) {
        scene_.set_y({y.at((area.bottom() - part.bottom()) / area.height()),
                      y.at((area.bottom() - part.top()) / area.height()), y.logarithmic});
    }
    refresh();
}

void PlotCanvas::set_zooms_rectangle(bool on) {
    zooms_rectangle_ = on;
    setCursor(on ? Qt::CrossCursor : Qt::ArrowCursor);
}

void PlotCanvas::paintEvent(QPaintEvent*) {
    const PlotLook look = PlotLook::from(palette(), font());
    const PlotLayout layout = layout_now();
    const double ratio = devicePixelRatioF();
    const QSize pixels = (QSizeF(size()) * ratio).toSize();
    if (picture_.size() != pixels || picture_revision_ != scene_.revision() ||
        picture_look_ != look) {
        picture_ = QPixmap(pixels);
        picture_.setDevicePixelRatio(ratio);
        QPainter painter(&picture_);
        paint_axes(painter, layout, look, scene_.x(), scene_.y());
        paint_lines(painter, scene_, layout, look,
                    static_cast<int>(std::ceil(layout.area.width() * ratio)));
        paint_notes(painter, scene_.notes(), layout, look);
        picture_revision_ = scene_.revision();
        picture_look_ = look;
        ++drawings_;
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, picture_);
    painter.setFont(font());
    if (scene_.lines().empty()) {
        painter.setPen(look.faint);
        painter.drawText(layout.area, Qt::AlignCenter, tr("no lines"));
    }
    if (mark_) paint_cursor(painter, layout, look, *mark_, {}, look.accent);
    if (first_)
        paint_cursor(painter, layout, look, *first_, second_ ? tr("A") : QString(), look.ink);
    if (second_) paint_cursor(painter, layout, look, *second_, tr("B"), look.ink);
    if (pointer_ && drag_ != Drag::Rectangle)
        paint_cursor(painter, layout, look, *pointer_, {}, look.faint);
    if (drag_ == Drag::Rectangle) {
        QColor fill = look.accent;
        fill.setAlpha(50);
        painter.setPen(QPen(look.accent, 1));
        painter.setBrush(fill);
        painter.drawRect(QRectF(pressed_, last_).normalized().intersected(layout.area));
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(look.accent, 1));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void PlotCanvas::paint_cursor(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                              double value, const QString& name, const QColor& color) const {
    const double share = scene_.x().share(scene_.x().to_axis(value));
    if (!(share >= 0 && share <= 1)) return;
    const QRectF& area = layout.area;
    const double x = area.left() + share * area.width();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(color, 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setRenderHint(QPainter::Antialiasing);
    for (const PlotLine& line : scene_.lines()) {
        if (!line.visible) continue;
        const auto sample = line.curve->nearest(scene_.x(), scene_.x().to_axis(value));
        if (!sample || line.curve->x(*sample) != value) continue;
        const double up = scene_.y().share(scene_.y().to_axis(line.curve->smooth_y(*sample)));
        if (!(up >= 0 && up <= 1)) continue;
        painter.setPen(QPen(look.base, 1.5));
        painter.setBrush(look.color(line.color));
        painter.drawEllipse(QPointF(x, area.bottom() - up * area.height()), 4.5, 4.5);
    }
    const QFontMetricsF metrics(font());
    QString text = plot_number(value, 10);
    if (!name.isEmpty()) text = QStringLiteral("%1 %2").arg(name, text);
    const double width = metrics.horizontalAdvance(text) + 10;
    const double left = std::clamp(x - width / 2, 0.0, std::max(0.0, this->width() - width));
    const QRectF box(left, area.bottom() + 2, width, metrics.height() + 3);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(box, 3, 3);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(color == look.accent ? QColor(Qt::white) : look.base);
    painter.drawText(box, Qt::AlignCenter, text);
}

double PlotCanvas::axis_x(QPointF position) const {
    const QRectF area = layout_now().area;
    return scene_.x().at((position.x() - area.left()) / area.width());
}

void PlotCanvas::point_at(QPointF position) {
    std::optional<double> next;
    std::optional<PlotScene::Place> place;
    if (layout_now().area.contains(position)) place = scene_.nearest(axis_x(position));
    if (place) next = scene_.lines()[place->line].curve->x(place->sample);
    if (next == pointer_) return;
    pointer_ = next;
    update();
    Q_EMIT readout_changed();
    Q_EMIT pointed(place);
}

void PlotCanvas::wheelEvent(QWheelEvent* event) {
    if (wheel_needs_focus_ && !hasFocus() && event->modifiers() == Qt::NoModifier) {
        event->ignore();
        return;
    }
    constexpr double kNotch = 120, kStep = 1.2;
    const int turned =
        event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    const QRectF area = layout_now().area;
    const bool beside =
        event->position().x()<area.left(), below = event->position().y()> area.bottom();
    bool x = !beside, y = !below && (beside || !scene_.follows_y());
    if (event->modifiers() & Qt::ShiftModifier) x = true, y = false;
    if (event->modifiers() & Qt::ControlModifier) x = false, y = true;
    zoom(std::pow(kStep, turned / kNotch), x, y, event->position());
    point_at(event->position());
    event->accept();
}

void PlotCanvas::mousePressEvent(QMouseEvent* event) {
    if (drag_ != Drag::None) return;
    button_ = event->button();
    pressed_ = last_ = event->position();
    const bool rectangle =
        button_ == Qt::RightButton || (button_ == Qt::LeftButton && zooms_rectangle_);
    const bool beside = pressed_.x() < layout_now().area.left();
    if (rectangle)
        drag_ = Drag::Rectangle;
    else if (button_ == Qt::MiddleButton || (button_ == Qt::LeftButton && beside))
        drag_ = beside ? Drag::PanY : Drag::Pan;
    else if (button_ == Qt::LeftButton)
        drag_ = Drag::Press;
}

void PlotCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPointF now = event->position(), by = now - last_;
    const QRectF area = layout_now().area;
    if (drag_ == Drag::Press && (now - pressed_).manhattanLength() > kClickReach) drag_ = Drag::Pan;
    if (drag_ == Drag::Press) return;
    last_ = now;
    if (drag_ == Drag::Pan) {
        pan(-by.x() / area.width(), scene_.follows_y() ? 0 : by.y() / area.height());
    } else if (drag_ == Drag::PanY) {
        pan(0, by.y() / area.height());
    } else if (drag_ == Drag::Rectangle) {
        update();
    }
    point_at(now);
}

void PlotCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != button_) return;
    const Drag ended = std::exchange(drag_, Drag::None);
    button_ = Qt::NoButton;
    if (ended == Drag::Press) click(*event);
    if (ended == Drag::Rectangle) {
        zoom_to(QRectF(pressed_, event->position()).normalized());
        update();
    }
}

void PlotCanvas::click(const QMouseEvent& event) {
    if (!layout_now().area.contains(event.position())) return;
    const auto place = scene_.nearest(axis_x(event.position()));
    if (!place) return;
    const double x = scene_.lines()[place->line].curve->x(place->sample);
    if (event.modifiers() & Qt::ShiftModifier && first_)
        set_second(x);
    else
        set_first(x);
    Q_EMIT picked(*place);
}

void PlotCanvas::mouseDoubleClickEvent(QMouseEvent*) { Q_EMIT fit_wanted(); }

void PlotCanvas::leaveEvent(QEvent*) {
    if (!pointer_) return;
    pointer_.reset();
    update();
    Q_EMIT readout_changed();
    Q_EMIT pointed({});
}

void PlotCanvas::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) update();
    QWidget::changeEvent(event);
}

}  // namespace millrace::viewers
