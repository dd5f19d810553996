// The panel beside an image: its layers, histograms and a region's numbers. Owned by its workspace;
// window thread only.
#pragma once

#include <QScrollArea>

namespace millrace::viewers {

class HistogramSection;
class ImageView;
class LayerSection;
class RegionSection;

class ImagePanel : public QScrollArea {
    Q_OBJECT

public:
    /// The view must live as long.
    explicit ImagePanel(ImageView* view, QWidget* parent = nullptr);

    LayerSection* layers() const { return layers_; }
    HistogramSection* histogram() const { return histogram_; }
    RegionSection* region() const { return region_; }

    QSize sizeHint() const override { return {290, 640}; }

private:
    LayerSection* layers_;
    HistogramSection* histogram_;
    RegionSection* region_;
};

}  // namespace millrace::viewers
