// The viewer of histograms: bars or their running sum, counts linear or logarithmic, and for the
// bin under the pointer its range, count, share and quantiles. Window thread only.
#pragma once

#include <QPixmap>

#include "viewers/plot/histogram_bins.hpp"
#include "viewers/plot/look.hpp"
#include "viewers/viewer.hpp"

namespace millrace::viewers {

class HistogramView : public Viewer {
    Q_OBJECT

public:
    explicit HistogramView(QWidget* parent = nullptr);

    bool show_visual(Shared item) override;
    /// A row is a bin.
    void mark(const std::optional<Selection>& selection) override;
    void reveal(const Selection& selection) override;

    const HistogramBins& bins() const { return bins_; }
    bool log_counts() const { return log_; }
    void set_log_counts(bool on);
    bool cumulative() const { return cumulative_; }
    void set_cumulative(bool on);
    std::optional<std::size_t> chosen() const { return chosen_; }
    void choose(std::optional<std::size_t> bin);
    /// Lines for the upper right corner: how many values, their middle, what is odd.
    QStringList notes() const;
    const PlotScale& range() const { return x_; }
    PlotLayout layout_now() const;

    QByteArray csv() const;
    /// How often axes and bars were drawn.
    int drawings() const { return drawings_; }

    QSize sizeHint() const override { return {560, 360}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    PlotScale y_scale() const;
    double height_of(std::size_t bin) const;  ///< what a bar stands for: count or share
    void fit();
    void set_range(double low, double high);
    void paint_bars(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                    double ratio) const;
    void paint_chosen(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                      double ratio) const;
    void paint_readout(QPainter& painter, const PlotLayout& layout, const PlotLook& look) const;
    QString described(std::size_t bin) const;
    Selection selection_of(std::size_t bin) const;
    void export_csv();
    void export_picture();

    Shared item_;
    HistogramBins bins_;
    QString title_, unit_;
    PlotScale x_;
    bool log_ = false, cumulative_ = false;
    std::optional<std::size_t> chosen_;
    QPointF grabbed_;
    QPixmap picture_;  ///< axes and bars; made anew when they change
    PlotLook picture_look_;
    bool changed_ = true;
    int drawings_ = 0;
    bool fitted_ = true;
};

}  // namespace millrace::viewers
