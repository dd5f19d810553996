// The drawing of a model's graph: boxes in the colours of their types, and curves. Moved, zoomed,
// and walked along its edges with keys; from afar it is simplified. Window thread only.
#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/visual/layered/layout.hpp"
#include "viewers/model/fold.hpp"

namespace millrace::viewers {

/// A graph and where it lies; made together, beside the window's thread.
struct GraphDrawing {
    FoldedGraph graph;
    visual::GraphLayout layout;
    visual::GraphSize box;  ///< all boxes are of one size
};

// Texts of a box and of the table.
QString count_text(std::uint64_t count);
/// "11.7 M", for where digits have no room.
QString short_count_text(std::uint64_t count);

class GraphCanvas : public QWidget {
    Q_OBJECT

public:
    using Model = std::shared_ptr<const visual::ModelGraph>;
    using Drawing = std::shared_ptr<const GraphDrawing>;

    explicit GraphCanvas(QWidget* parent = nullptr);

    /// The size that all boxes of a model need.
    visual::GraphSize box_for(const visual::ModelGraph& model) const;
    /// The view stays, unless it showed the whole or nothing.
    void set_drawing(Model model, Drawing drawing);
    const GraphDrawing* drawing() const { return drawing_.get(); }
    /// Of the drawing; while a new one is being laid out, still the one before.
    const visual::ModelGraph* model() const { return model_.get(); }

    /// A node; -1 for none. Brings it into sight when asked to; doesn't tell chosen().
    void choose(int node, bool into_sight);
    int chosen_node() const { return chosen_; }
    void set_found(std::set<int> nodes);
    void set_marked(int node);

    double zoom() const { return zoom_; }
    void zoom_by(double factor, std::optional<QPointF> fixed = {});
    void fit();
    /// The whole, or the upper end when the whole would be too small to read.
    void show_first();
    void bring_into_sight(int node);
    QRectF place_of(int node) const;
    int node_at(QPointF place) const;
    /// Steps along an edge (up or down), or to the neighbour in the row.
    void walk(Qt::Key key);

    QSize sizeHint() const override { return {560, 480}; }

Q_SIGNALS:
    void chosen(int node);
    void hovered_node(int node);
    void activated(int node);  ///< double click

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QPointF on_screen(const visual::GraphPoint& point) const;
    QRectF box_of(int node) const;  ///< in the layout's place
    void paint_edges(QPainter& painter) const;
    void paint_edge(QPainter& painter, const visual::GraphRoute& route, const QColor& color,
                    double width) const;
    void paint_box(QPainter& painter, int node) const;
    void paint_texts(QPainter& painter, int node, const QRectF& area) const;
    QColor color_of(int node) const;
    std::vector<int> neighbours(int node, bool below) const;
    void hover(int node);

    Model model_;
    Drawing drawing_;
    std::uint64_t most_parameters_ = 0;  ///< of a node
    double zoom_ = 1;
    QPointF center_;  ///< of the layout, in the middle of the widget
    bool fitted_ = true;
    int chosen_ = -1, hovered_ = -1, marked_ = -1;
    std::set<int> found_;
    QPointF grabbed_;
    bool dragging_ = false;
};

}  // namespace millrace::viewers
