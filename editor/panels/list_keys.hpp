// Keys that walk a list while a field above it has the focus. Window thread only.
#pragma once

class QEvent;
class QListWidget;

namespace millrace::editor {

/// Whether `event` was such a key, and the row is another one: arrows go one row, Page keys ten.
bool walk_list(QListWidget& list, const QEvent& event);

}  // namespace millrace::editor
