// The viewer of metrics as cards, for tables that hold named numbers. Window thread only.
#pragma once

#include "viewers/cards/metrics.hpp"
#include "viewers/viewer.hpp"

namespace millrace::viewers {

class MetricGrid;

class MetricsView : public Viewer {
    Q_OBJECT

public:
    explicit MetricsView(QWidget* parent = nullptr);

    /// False for a table of another shape. An item shown twice in a row counts once.
    bool show_visual(Shared item) override;

    MetricGrid* grid() const { return grid_; }
    const MetricHistory& history() const { return history_; }
    /// The current card, or all: name, value and unit parted by tabs.
    QString copied(bool all) const;
    void forget();

    QSize sizeHint() const override { return {460, 320}; }

private:
    Shared item_;
    MetricHistory history_;
    MetricGrid* grid_;
};

}  // namespace millrace::viewers
