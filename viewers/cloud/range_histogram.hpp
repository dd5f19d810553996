// How often which value occurs, in the colours of a map, with two handles for the map's ends. The
// wheel does nothing, so that it scrolls the panel. Window thread only.
#pragma once

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

    std::vector<std::uint64_t> counts_;
    double low_ = 0, high_ = 0;
    std::pair<double, double> ends_ = {0, 1};
    visual::Map map_ = visual::Map::Turbo;
    bool reversed_ = false;
    Handle held_ = Handle::None;
    double held_at_ = 0;
};

}  // namespace millrace::viewers
