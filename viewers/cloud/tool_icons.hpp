// Icons of the cloud viewer's tools, drawn in the palette's colour. Window thread only.
#pragma once

#include <QIcon>
#include <QPalette>

#include "viewers/cloud/measure_tool.hpp"

namespace millrace::viewers {

QIcon tool_icon(Tool tool, const QPalette& palette);

}  // namespace millrace::viewers
