#include "viewers/registry.hpp"

#include <QCoreApplication>

#include "viewers/image/image_view.hpp"

namespace millrace::viewers {

void add_viewers(Registry& registry) {
    registry.add<visual::Raster>(QCoreApplication::translate("Registry", "Image"),
                                 [](QWidget* parent) { return new ImageView(parent); });
}

}  // namespace millrace::viewers
