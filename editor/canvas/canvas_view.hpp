// The canvas as a widget: zoom, pan, keys. Window thread only.
#pragma once

#include <QGraphicsView>

#include "editor/canvas/canvas_scene.hpp"

namespace millrace::editor {

class CanvasView : public QGraphicsView {
    Q_OBJECT

public:
    explicit CanvasView(CanvasScene* scene, QWidget* parent = nullptr);

    CanvasScene* canvas() const { return canvas_; }
    void show_all();
    void show_selection();
    void set_zoom(double zoom);
    /// Moves the view by so many pixels.
    void pan_by(QPoint by);
    double zoom() const { return transform().m11(); }
    /// Where new nodes go: the pointer's place, or the middle of the view when it is elsewhere.
    QPointF insertion_place() const;

protected:
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    bool event(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void showEvent(QShowEvent* event) override;

Q_SIGNALS:
    void search_wanted(QPointF place);
    /// Another part of the scene is seen.
    void view_changed();

private:
    void zoom_by(double factor, QPointF fixed);
    /// Shows all of `rect`, with no node beneath the map as far as there is room.
    void fit(const QRectF& rect);
    static double zoom_for(const QRect& area, const QRectF& rect);
    void fit_into(const QRect& area, const QRectF& rect);
    bool covers_nodes(const QRect& part) const;
    bool moves_nodes(const QKeyEvent& event) const;

    CanvasScene* canvas_;
    QPoint gathered_;  ///< scrolled so far within pan_by()
    bool gathering_ = false;
    bool panning_ = false, fitted_ = false, cutting_ = false;
    QPoint last_;
};

}  // namespace millrace::editor
