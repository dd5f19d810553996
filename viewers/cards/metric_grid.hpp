// Cards of metrics side by side: the number large, what it was before, and a line of the items seen
// so far. Arrow keys walk. Window thread only.
#pragma once

#include <QAbstractScrollArea>
#include <vector>

#include "viewers/cards/metrics.hpp"

namespace millrace::viewers {

class MetricGrid : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit MetricGrid(QWidget* parent = nullptr);

    void set_metrics(std::vector<Metric> metrics, const MetricHistory& history);
    const std::vector<Metric>& metrics() const { return metrics_; }
    int current() const { return current_; }
    void go_to(int card);
    QRect place_of(int card) const;
    /// The number as a card shows it, at most seven digits.
    static QString shown_value(const Metric& metric);
    /// "▲ 0.012 (+3.4 %)"; empty without an item before.
    QString shown_change(const Metric& metric) const;
    /// All that is known of a card, for status and tooltip.
    QString described(int card) const;

    QSize sizeHint() const override { return {440, 300}; }

Q_SIGNALS:
    void pointed(int card);  ///< -1 when none

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void scrollContentsBy(int, int) override { viewport()->update(); }

private:
    QFont large() const;
    QSize card_size() const;
    int columns() const;
    int card_at(QPoint place) const;
    void paint_card(QPainter& painter, int card) const;
    void paint_line(QPainter& painter, const QRectF& area, const std::deque<double>& values) const;
    void set_range();

    std::vector<Metric> metrics_;
    MetricHistory history_;
    int current_ = 0, hovered_ = -1;
};

}  // namespace millrace::viewers
