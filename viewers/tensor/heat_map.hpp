// The picture of a tensor's slice: a coloured cell for each number, tiles side by side, panned and
// zoomed until the numbers stand in the cells. Its cost depends on the widget's size: what is
// smaller than a pixel is reduced in the background, and meanwhile sampled. Window thread only.
#pragma once

#include <QImage>
#include <QWidget>
#include <memory>
#include <optional>

#include "viewers/cloud/background.hpp"
#include "viewers/tensor/analysis.hpp"
#include "viewers/tensor/tensor_tone.hpp"

namespace millrace::viewers {

/// How numbers become colours.
struct HeatTone {
    TensorMap map = TensorMap::Viridis;  ///< not Automatic
    std::pair<double, double> range = {0, 1};
    std::vector<std::pair<double, double>> tiles = {};  ///< a range for each tile, or none
    bool operator==(const HeatTone&) const = default;
};

class HeatMap : public QWidget {
    Q_OBJECT

public:
    explicit HeatMap(QWidget* parent = nullptr);

    /// The view stays where tiles, rows and columns are as many as before, and is fitted otherwise.
    void set_planes(const TensorPlanes& planes);
    const TensorPlanes& planes() const { return planes_; }
    void set_tone(const HeatTone& tone);
    const HeatTone& tone() const { return tone_; }

    /// The cell with the frame round it, and whether it is pulled into sight.
    void set_marked(const std::optional<Cell>& cell, bool in_sight);
    const std::optional<Cell>& marked() const { return marked_; }

    /// Logical pixels of a cell's width.
    double zoom() const { return zoom_; }
    void zoom_to(double zoom, QPointF fixed);
    void fit();

    std::optional<Cell> cell_at(QPointF place) const;
    /// Logical pixels of the widget.
    QRectF area_of(const Cell& cell) const;
    /// Whether the picture is as exact as it gets.
    bool settled() const { return background_.idle(); }

    QSize sizeHint() const override { return {480, 420}; }

Q_SIGNALS:
    void hovered(const std::optional<millrace::viewers::Cell>& cell);
    void picked(const millrace::viewers::Cell& cell);

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// Where a pixel falls along one direction: tile and cell, -1 between tiles.
    struct Slot {
        std::int64_t tile = -1, cell = 0;
    };
    double cell_side(std::int64_t cells) const;
    double cell_width() const;
    double cell_height() const;
    double gap() const { return planes_.tiles() > 1 ? 8 : 0; }
    std::int64_t grid_rows() const;
    QPointF corner_of(std::int64_t tile) const;
    Slot slot_of(double offset, double cell, std::int64_t cells, std::int64_t tiles) const;
    void choose_grid();
    void redraw();
    void compose();
    template <class Value>
    void compose_with(const Value& value);
    void want_reduced(std::int64_t row_step, std::int64_t column_step);
    /// Calls work(cell) for the cells in sight.
    template <class Work>
    void for_visible(const Work& work) const;
    void paint_values(QPainter& painter) const;
    void paint_crosses(QPainter& painter) const;
    void paint_labels(QPainter& painter) const;
    QRgb color_of(std::int64_t tile, double value) const;

    TensorPlanes planes_;
    HeatTone tone_;
    double zoom_ = 1;
    QPointF origin_;  ///< of the first tile's corner in the widget
    std::int64_t grid_columns_ = 1;
    bool fitted_ = true;
    std::optional<Cell> marked_;
    QPointF pressed_, grabbed_;
    bool dragged_ = false;
    QImage picture_;  ///< in device pixels; null: to be composed
    struct Alarm {
        QPointF place;  ///< logical pixels
        QRgb color;
    };
    std::vector<Alarm> alarms_;  ///< cells without a number that are hard to see
    std::shared_ptr<const ReducedPlanes> reduced_;
    std::optional<std::pair<std::int64_t, std::int64_t>> asked_;  ///< steps that are being reduced
    quint64 version_ = 0;                                         ///< of the planes
    Background background_;                                       ///< last: it shares the planes
};

}  // namespace millrace::viewers
