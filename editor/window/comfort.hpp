// What makes the window comfortable, as the parts that its functions share. Made once by the
// window, whose children they are.
#pragma once

#include <QPointer>

namespace millrace::editor {

class CanvasBars;
class CommandPalette;
class FileWatch;
class FindBar;
class HelpWindow;
class NoticeBar;
class RemotePaths;
class SettingsDialog;
class ShortcutKeys;
class Workers;

struct Comfort {
    ShortcutKeys* keys = nullptr;
    CommandPalette* commands = nullptr;
    FindBar* find = nullptr;
    HelpWindow* help = nullptr;         ///< null until it is asked for
    QPointer<SettingsDialog> settings;  ///< while it is open
    FileWatch* watch = nullptr;
    CanvasBars* bars = nullptr;
    NoticeBar* file_bar = nullptr;    ///< the file changed on disk
    NoticeBar* save_bar = nullptr;    ///< the document could not be saved
    NoticeBar* worker_bar = nullptr;  ///< a host can't be reached
    Workers* workers = nullptr;
    RemotePaths* paths = nullptr;
};

}  // namespace millrace::editor
