#include "editor/panels/list_keys.hpp"

#include <QKeyEvent>
#include <QListWidget>
#include <algorithm>

namespace millrace::editor {

bool walk_list(QListWidget& list, const QEvent& event) {
    if (event.type() != QEvent::KeyPress || list.count() == 0) return false;
    const int key = static_cast<const QKeyEvent&>(event).key();
    const int step = key == Qt::Key_Down       ? 1
                     : key == Qt::Key_Up       ? -1
                     : key == Qt::Key_PageDown ? 10
                     : key == Qt::Key_PageUp   ? -10
                                               : 0;
    if (step == 0) return false;
    list.setCurrentRow(std::clamp(list.currentRow() + step, 0, list.count() - 1));
    return true;
}

}  // namespace millrace::editor
