// What the heat map's colours mean: a bar with its ends, and the colours of NaN and infinities
// where there are any. Window thread only.
#pragma once

#include <QWidget>

#include "viewers/tensor/heat_map.hpp"

namespace millrace::viewers {

class TensorLegend : public QWidget {
    Q_OBJECT

public:
    explicit TensorLegend(QWidget* parent = nullptr);

    /// With a range for each tile, the ends are named, not numbered.
    void set(const HeatTone& tone, const visual::TensorStatistics& statistics);

    QSize sizeHint() const override { return {320, fontMetrics().height() + 14}; }
    QSize minimumSizeHint() const override { return {80, fontMetrics().height() + 14}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    HeatTone tone_;
    visual::TensorStatistics statistics_;
};

}  // namespace millrace::viewers
