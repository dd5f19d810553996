// The program's icon, drawn here so that it needs no picture format; the same shapes as in
// packaging/desktop. Window thread only.
#pragma once

#include <QIcon>

namespace millrace::editor {

QIcon app_icon();

}  // namespace millrace::editor
