// Draws a curve parameter and lets its points be moved: dragged, or with the keys (Left and Right
// go from point to point, Up and Down raise and lower it, Shift+Left and Shift+Right move it
// across, Insert or a double click adds one, Delete or a right click removes it). Window thread
// only.
#pragma once

#include <QWidget>
#include <optional>

#include "engine/node/curve.hpp"
#include "engine/node/spec.hpp"

namespace millrace::editor {

class CurveField : public QWidget {
    Q_OBJECT

public:
    /// `range` is what the curve may give; where it is open, the drawing follows the points.
    explicit CurveField(engine::Range range, QWidget* parent = nullptr);

    const engine::Curve& curve() const { return curve_; }
    void set_curve(engine::Curve curve);
    std::size_t chosen() const { return chosen_; }
    /// Where a point of the curve is drawn.
    QPointF place_of(const std::array<double, 2>& point) const;

    QSize sizeHint() const override { return {200, 150}; }
    QSize minimumSizeHint() const override { return {120, 110}; }

Q_SIGNALS:
    /// By hand.
    void changed();
    /// The drag, or a step with the keys, has ended.
    void finished();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF box() const;
    std::array<double, 2> point_at(QPointF place) const;
    std::optional<std::size_t> near(QPointF place) const;
    /// As far as its neighbours and the range let it.
    void move_chosen(std::array<double, 2> to);
    void add(std::array<double, 2> point);
    void remove_chosen();
    void tell_chosen();
    /// Lowest and highest value that is drawn.
    std::array<double, 2> span() const;

    engine::Range range_;
    engine::Curve curve_;
    std::size_t chosen_ = 0;
    bool dragged_ = false, moved_ = false;
    std::array<double, 2> span_at_press_ = {0, 1};
};

}  // namespace millrace::editor
