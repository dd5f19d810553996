// The part of the image panel that tells what a region's values are like: exact counts of every
// pixel, made in the background, and their histogram. Owned by its panel; the view must live as
// long. Window thread only.
#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>

#include "viewers/cloud/background.hpp"
#include "viewers/image/statistics.hpp"

class QLabel;
class QPushButton;
class QTableWidget;

namespace millrace::viewers {

class ImageView;
class RangeHistogram;

class RegionSection : public QWidget {
    Q_OBJECT

public:
    explicit RegionSection(ImageView* view, QWidget* parent = nullptr);
    ~RegionSection() override;

    const std::optional<Statistics>& statistics() const { return statistics_; }
    /// A column a channel.
    QTableWidget* table() const { return table_; }
    bool settled() const { return !busy_ && !timer_.isActive(); }
    void copy() const;

private:
    void count();
    void refresh();

    ImageView* view_;
    QLabel* title_;
    QTableWidget* table_;
    RangeHistogram* histogram_;
    QPushButton* copy_;
    std::optional<Statistics> statistics_;
    visual::Raster::Depth depth_ = visual::Raster::Depth::U8;
    QTimer timer_;  ///< while a region is drawn, not each of its sizes is counted
    std::stop_source stop_;
    bool busy_ = false;
    Background background_;  ///< last: its jobs end before the rest goes
};

}  // namespace millrace::viewers
