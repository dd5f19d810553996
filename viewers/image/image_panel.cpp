#include "viewers/image/image_panel.hpp"

#include <QScrollBar>
#include <QVBoxLayout>

#include "viewers/common/fold.hpp"
#include "viewers/image/histogram_section.hpp"
#include "viewers/image/image_view.hpp"
#include "viewers/image/layer_section.hpp"
#include "viewers/image/region_section.hpp"

namespace millrace::viewers {

ImagePanel::ImagePanel(ImageView* view, QWidget* parent)
    : QScrollArea(parent),
      layers_(new LayerSection(view)),
      histogram_(new HistogramSection(view)),
      region_(new RegionSection(view)) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->setSpacing(4);
    add_fold(layout, tr("Histogram"), histogram_);
    add_fold(layout, tr("Region"), region_);
    add_fold(layout, tr("Layers"), layers_);
    layout->addStretch(1);
    setWidget(content);
    setMinimumWidth(sizeHint().width());
}

}  // namespace millrace::viewers
