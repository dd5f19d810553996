// How often which value occurs, in the colours of a map, with two handles for the map's ends. The
// wheel does nothing, so that it scrolls the panel. Window thread only.
#pragma once

#include <QColor>
#include <QWidget>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/visual/scene/color_map.hpp"

namespace millrace::viewers {

class RangeHistogram : public QWidget {
    Q_OBJECT

public:
    explicit RangeHistogram(QWidget* parent = nullptr);

    /// Counts of even bins from low to high; nothing is shown unless low < high.
    void set_counts(std::vector<std::uint64_t> counts, double low, double high);
    void set_map(visual::Map map, bool reversed);
    /// Several counts over the same bins, each in a colour of its own, in place of the map's bars.
    struct Curve {
        QColor color;
        std::vector<std::uint64_t> counts;
    };
    void set_curves(std::vector<Curve> curves, double low, double high);
    /// Without handles it only shows.
    void set_handles(bool on);
    /// Heights as logarithms, so that a single value beside millions is seen; else as roots.
    void set_logarithmic(bool on);
    /// The ends of the map; not told by ends_changed().
    void set_ends(std::pair<double, double> ends);
    std::pair<double, double> ends() const { return ends_; }

    /// Where a value lies, in pixels from the left.
    double place_of(double value) const;

    QSize sizeHint() const override { return {240, 110}; }

Q_SIGNALS:
    /// While a handle is dragged.
    void ends_changed(double low, double high);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    enum class Handle { None, Low, High, Both };
    QRectF bars() const;
    double value_at(double x) const;
    Handle handle_at(QPointF place) const;
    double height_of(std::uint64_t count) const;
    void paint_bars(QPainter& painter, const QRectF& area) const;
    void paint_curves(QPainter& painter, const QRectF& area) const;

    std::vector<std::uint64_t> counts_;
    std::vector<Curve> curves_;
    bool logarithmic_ = false, handles_ = true;
    double low_ = 0, high_ = 0;
    std::pair<double, double> ends_ = {0, 1};
    visual::Map map_ = visual::Map::Turbo;
    bool reversed_ = false;
    Handle held_ = Handle::None;
    double held_at_ = 0;
};

}  // namespace millrace::viewers
