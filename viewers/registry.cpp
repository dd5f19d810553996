#include "viewers/registry.hpp"

#include <QCoreApplication>

#include "viewers/cards/boxes_view.hpp"
#include "viewers/cards/metrics_view.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/model/model_view.hpp"
#include "viewers/plot/histogram_view.hpp"
#include "viewers/plot/plot_view.hpp"
#include "viewers/table/table_view.hpp"
#include "viewers/tensor/tensor_view.hpp"
#include "viewers/text/text_view.hpp"
#include "viewers/text/tokens_view.hpp"

namespace millrace::viewers {

void add_viewers(Registry& registry) {
    const auto make_cloud = [](QWidget* parent) { return new CloudWorkspace(parent); };
    const QString space = QCoreApplication::translate("Registry", "3D");
    registry.add<visual::Cloud>(space, make_cloud);
    registry.add<visual::Boxes3d>(space, make_cloud);
    registry.add<visual::Polyline>(space, make_cloud);
    registry.add<visual::Camera>(space, make_cloud);
    registry.add<visual::Raster>(QCoreApplication::translate("Registry", "Image"),
                                 [](QWidget* parent) { return new ImageWorkspace(parent); });
    registry.add<visual::Text>(QCoreApplication::translate("Registry", "Text"),
                               [](QWidget* parent) { return new TextView(parent); });
    registry.add<visual::Table>(QCoreApplication::translate("Registry", "Table"),
                                [](QWidget* parent) { return new TableView(parent); });
    registry.add<visual::TensorBlock>(QCoreApplication::translate("Registry", "Tensor"),
                                      [](QWidget* parent) { return new TensorView(parent); });
    registry.add<visual::Series>(QCoreApplication::translate("Registry", "Plot"),
                                 [](QWidget* parent) { return new PlotView(parent); });
    registry.add<visual::Histogram>(QCoreApplication::translate("Registry", "Histogram"),
                                    [](QWidget* parent) { return new HistogramView(parent); });
    registry.add<visual::Tokens>(QCoreApplication::translate("Registry", "Tokens"),
                                 [](QWidget* parent) { return new TokensView(parent); });
    registry.add<visual::ModelGraph>(QCoreApplication::translate("Registry", "Model"),
                                     [](QWidget* parent) { return new ModelView(parent); });
    const auto make_boxes = [](QWidget* parent) { return new BoxesView(parent); };
    const QString list = QCoreApplication::translate("Registry", "List");
    registry.add<visual::Boxes2d>(list, make_boxes);
    registry.add<visual::Boxes3d>(list, make_boxes);
    registry.add<visual::Table>(QCoreApplication::translate("Registry", "Cards"),
                                [](QWidget* parent) { return new MetricsView(parent); });
}

}  // namespace millrace::viewers
