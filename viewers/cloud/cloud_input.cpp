// Mouse and keys of the cloud viewer.
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <cmath>
#include <utility>

#include "viewers/cloud/cloud_view.hpp"

namespace millrace::viewers {
namespace {

using visual::operator+;
using visual::operator-;
using visual::operator*;

constexpr double kRadiansPerPixel = 0.006;
constexpr double kClickReach = 4;   ///< logical pixels that a click may stray
constexpr double kWheelStep = 1.2;  ///< times nearer with each notch
constexpr double kFlySpeed = 0.8;   ///< distances to the target a second

}  // namespace

std::optional<visual::Picked> CloudView::pick_at(QPointF place) {
    if (!current_) draw_frame();
    const double scale = devicePixelRatioF();
    const int x = static_cast<int>(std::floor(place.x() * scale)),
              y = static_cast<int>(std::floor(place.y() * scale)),
              radius = static_cast<int>(std::lround(kClickReach * scale));
    return chooser_.canvas().pick(x, y, radius, true);
}

const PlacedLabel* CloudView::label_at(QPointF place) const {
    for (const PlacedLabel& label : placed_labels_) {
        if (label.area.contains(place)) return &label;
    }
    return nullptr;
}

void CloudView::hover(QPointF place) {
    std::optional<visual::Picked> seen;
    // A sample is good enough to hover over; a click looks closer.
    if (current_) {
        const double scale = devicePixelRatioF();
        seen = chooser_.canvas().pick(static_cast<int>(place.x() * scale),
                                      static_cast<int>(place.y() * scale),
                                      static_cast<int>(std::lround(kClickReach * scale)), false);
    }
    if (const auto box = box_at(place, seen)) {
        hover_box(*box);
        return;
    }
    const bool left_box = std::exchange(hovered_box_, std::nullopt).has_value();
    const bool same = !left_box && seen.has_value() == hovered_.has_value() &&
                      (!seen || (seen->index == hovered_->index && seen->layer == hovered_->layer));
    if (same) return;
    hovered_ = seen;
    update();
    if (!seen) {
        set_status({});
        Q_EMIT hovered(std::nullopt);
        return;
    }
    const visual::CloudLayer& layer = scene_.clouds[seen->layer];
    const visual::Coloring& coloring = visual::coloring_of(layer, style_);
    QString text = tr("x %1, y %2, z %3 m")
                       .arg(metres_text(seen->world[0]), metres_text(seen->world[1]),
                            metres_text(seen->world[2]));
    const visual::LayerColors colors(layer, coloring, {});
    const double value =
        colors.known() ? colors.value(seen->index) : std::numeric_limits<double>::quiet_NaN();
    if (!std::isnan(value))
        text += QStringLiteral("   %1 %2").arg(coloring_title(coloring), value_text(value));
    text += tr("   %1, point %2").arg(QString::fromStdString(layer.name)).arg(seen->index);
    set_status(text);
    Q_EMIT hovered(Selection{.kind = Selection::Kind::Point,
                             .frame = QString::fromStdString(layer.cloud->frame),
                             .index = seen->index,
                             .layer = QString::fromStdString(layer.name)});
}

void CloudView::pick_point(QPointF place) {
    picked_ = pick_at(place);
    picked_box_.reset();
    marks_.clear();
    const SceneLayers::Layer* layer = picked_ ? layers_.cloud_layer(picked_->layer) : nullptr;
    card_ = layer ? point_card(layers_, *layer, picked_->index) : Card{};
    note_picked();
    Q_EMIT card_changed();
    if (layer)
        Q_EMIT selected(Selection{.kind = Selection::Kind::Point,
                                  .frame = QString::fromStdString(layer->cloud()->frame),
                                  .index = picked_->index,
                                  .layer = layer->name});
    update();
}

void CloudView::click(QPointF place) {
    if (measures(tool_)) {
        const auto seen = pick_at(place);
        if (!seen) {
            set_status(tr("There is no point here to measure from."));
            return;
        }
        if (measurement_.complete) measurement_ = {.tool = tool_};
        measurement_.add(seen->world);
        if (const QString text = measurement_.text(); !text.isEmpty()) {
            set_status(text);
            Q_EMIT measured(text);
        }
        update();
        return;
    }
    if (const auto box = box_at(place, pick_at(place)))
        pick_box(*box);
    else
        pick_point(place);
}

void CloudView::drag(QPointF by, Qt::MouseButtons buttons, Qt::KeyboardModifiers modifiers) {
    visual::View view = view_;
    if (buttons & (Qt::RightButton | Qt::MiddleButton) || modifiers & Qt::ShiftModifier)
        view.pan(by.x(), by.y(), height());
    else if (modifiers & Qt::ControlModifier)
        view.look(-by.x() * kRadiansPerPixel / 2, -by.y() * kRadiansPerPixel / 2);
    else
        view.orbit(-by.x() * kRadiansPerPixel, -by.y() * kRadiansPerPixel);
    set_view(view);
}

void CloudView::mousePressEvent(QMouseEvent* event) {
    pressed_ = last_ = event->position();
    dragged_ = false;
    if (event->button() == Qt::LeftButton && selects(tool_)) region_ = {pressed_, pressed_};
}

void CloudView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position(), by = place - last_;
    if (event->buttons() == Qt::NoButton) {
        hover(place);
        return;
    }
    if (!dragged_ && (place - pressed_).manhattanLength() < kClickReach) return;
    dragged_ = true;
    last_ = place;
    if (event->buttons() & Qt::LeftButton && !region_.isEmpty()) {
        if (tool_ == Tool::Rectangle)
            region_[1] = place;
        else
            region_ << place;
        update();
        return;
    }
    drag(by, event->buttons(), event->modifiers());
}

void CloudView::finish_region(Qt::KeyboardModifiers modifiers) {
    QPolygonF polygon = region_;
    if (tool_ == Tool::Rectangle) polygon = QRectF(region_[0], region_[1]).normalized();
    region_.clear();
    select_region(polygon, modifiers & Qt::ShiftModifier     ? Join::Add
                           : modifiers & Qt::ControlModifier ? Join::Remove
                                                             : Join::Replace);
}

void CloudView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        if (!region_.isEmpty() && dragged_)
            finish_region(event->modifiers());
        else if (!dragged_)
            click(event->position());
        region_.clear();
    }
    update();
}

void CloudView::mouseDoubleClickEvent(QMouseEvent* event) {
    // The click that follows belongs to this one.
    dragged_ = true;
    if (event->button() != Qt::LeftButton) return;
    if (tool_ == Tool::Area) {
        measurement_.complete = measurement_.points.size() >= 3;
        update();
        return;
    }
    if (tool_ != Tool::Look) return;
    const auto seen = pick_at(event->position());
    if (const auto box = box_at(event->position(), seen)) {
        const Selection selection = selection_of(*box);
        reveal(selection);
        Q_EMIT activated(selection);
        return;
    }
    if (!seen) return;
    if (const SceneLayers::Layer* layer = layers_.cloud_layer(seen->layer))
        Q_EMIT activated(Selection{.kind = Selection::Kind::Point,
                                   .frame = QString::fromStdString(layer->cloud()->frame),
                                   .index = seen->index,
                                   .layer = layer->name});
    visual::View view = view_;
    view.focus(seen->world, visual::length(seen->world - view.eye()) / 2);
    set_view(view);
}

void CloudView::wheelEvent(QWheelEvent* event) {
    const double notches = event->angleDelta().y() / 120.0;
    const QPointF place = event->position();
    visual::View view = view_;
    const double factor = std::pow(kWheelStep, -notches);
    // About the point under the pointer, so that it stays there whatever its depth.
    if (const auto seen = pick_at(place); seen && factor * view.distance > 0.01) {
        view.target = seen->world + (view.target - seen->world) * factor;
        view.distance *= factor;
    } else {
        view.zoom(factor, place.x(), place.y(), width(), height());
    }
    set_view(view);
    event->accept();
}

bool CloudView::fly_key(int key) const {
    return key == Qt::Key_W || key == Qt::Key_A || key == Qt::Key_S || key == Qt::Key_D ||
           key == Qt::Key_Q || key == Qt::Key_E;
}

void CloudView::keyPressEvent(QKeyEvent* event) {
    constexpr double kTurn = 0.06;
    visual::View view = view_;
    const bool plain = event->modifiers() == Qt::NoModifier;
    if (plain && fly_key(event->key())) {
        if (event->isAutoRepeat()) return;
        flying_.insert(event->key());
        if (fly_timer_.isActive()) return;
        fly_clock_.start();
        fly_timer_.start();
    } else if (event->key() == Qt::Key_Left) {
        view.orbit(kTurn, 0);
    } else if (event->key() == Qt::Key_Right) {
        view.orbit(-kTurn, 0);
    } else if (event->key() == Qt::Key_Up) {
        view.orbit(0, -kTurn);
    } else if (event->key() == Qt::Key_Down) {
        view.orbit(0, kTurn);
    } else if (event->key() == Qt::Key_Escape) {
        region_.clear();
        if (!measurement_.points.empty())
            clear_measurement();
        else if (tool_ != Tool::Look)
            set_tool(Tool::Look);
        else if (selected_count() > 0)
            select_none();
        else
            forget_points();
        update();
    } else if (event->key() == Qt::Key_Backspace && !measurement_.points.empty()) {
        measurement_.points.pop_back();
        measurement_.complete = false;
        update();
    } else if (event->key() == Qt::Key_Return && tool_ == Tool::Area) {
        measurement_.complete = measurement_.points.size() >= 3;
        update();
    } else {
        Viewer::keyPressEvent(event);
        return;
    }
    set_view(view);
}

void CloudView::keyReleaseEvent(QKeyEvent* event) {
    if (event->isAutoRepeat() || !flying_.remove(event->key())) {
        Viewer::keyReleaseEvent(event);
        return;
    }
    if (!flying_.isEmpty()) return;
    fly();
    fly_timer_.stop();
    announced_ = false;
    update();
}

void CloudView::fly() {
    // After a pause of the whole program no leap.
    const double seconds = std::min(static_cast<double>(fly_clock_.restart()) / 1000, 0.1);
    const double step = view_.distance * kFlySpeed * seconds;
    const auto held = [this](int key) { return flying_.contains(key) ? 1.0 : 0.0; };
    visual::View view = view_;
    view.fly((held(Qt::Key_W) - held(Qt::Key_S)) * step, (held(Qt::Key_D) - held(Qt::Key_A)) * step,
             (held(Qt::Key_E) - held(Qt::Key_Q)) * step);
    set_view(view);
}

void CloudView::focusOutEvent(QFocusEvent* event) {
    flying_.clear();
    fly_timer_.stop();
    Viewer::focusOutEvent(event);
}

void CloudView::leaveEvent(QEvent*) {
    if (hovered_ || hovered_box_) update();
    hovered_.reset();
    hovered_box_.reset();
    set_status({});
    Q_EMIT hovered(std::nullopt);
}

void CloudView::resizeEvent(QResizeEvent*) {
    current_ = announced_ = false;
    chooser_.canvas().resize(size());
    if (fitted_ && untouched_) fit();
}

}  // namespace millrace::viewers
