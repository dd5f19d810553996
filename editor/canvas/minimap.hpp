// The whole graph in small over the corner of the canvas; a click or drag moves the view there.
// Nodes are painted into a picture when the graph changes, so that panning costs one blit. Window
// thread only.
#pragma once

#include <QPixmap>
#include <QWidget>

namespace millrace::editor {

class CanvasView;

class Minimap : public QWidget {
    Q_OBJECT

public:
    explicit Minimap(CanvasView* view);

    /// Whether it is wanted; without nodes it is hidden all the same.
    void set_wanted(bool wanted);
    /// The nodes are to be painted anew.
    void invalidate();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();
    void paint_nodes();
    void move_view(QPoint to);
    QRectF to_map(const QRectF& scene) const;

    CanvasView* view_;
    bool wanted_ = true, stale_ = true;
    QPixmap nodes_;
    QRectF shown_;  ///< part of the scene that the map shows
    double scale_ = 1;
};

}  // namespace millrace::editor
