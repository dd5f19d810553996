// The part of the image panel with the histograms: of each channel that is shown, with handles for
// the values that become dark and bright. Counts in the background, and only while it is seen.
// Owned by its panel; the view must live as long. Window thread only.
#pragma once

#include <QWidget>
#include <optional>

#include "viewers/cloud/background.hpp"
#include "viewers/image/statistics.hpp"

class QCheckBox;
class QDoubleSpinBox;
class QLabel;

namespace millrace::viewers {

class ImageView;
class RangeHistogram;

class HistogramSection : public QWidget {
    Q_OBJECT

public:
    explicit HistogramSection(ImageView* view, QWidget* parent = nullptr);
    ~HistogramSection() override;

    /// Of the image that is shown; empty until they are counted.
    const std::optional<Statistics>& statistics() const { return statistics_; }
    RangeHistogram* histogram() const { return histogram_; }
    bool settled() const { return !busy_; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void count();
    void refresh();
    void change_ends(double low, double high);

    ImageView* view_;
    RangeHistogram* histogram_;
    QCheckBox* logarithmic_;
    QDoubleSpinBox *low_, *high_;
    QLabel* note_;
    std::shared_ptr<const visual::Raster> counted_;
    std::optional<Statistics> statistics_;
    std::stop_source stop_;
    bool busy_ = false;
    Background background_;  ///< last: its jobs end before the rest goes
};

/// The colours of the first four channels' curves; `ink` where there is one channel.
std::vector<QColor> channel_colors(const std::vector<int>& channels, int all, const QColor& ink);

}  // namespace millrace::viewers
