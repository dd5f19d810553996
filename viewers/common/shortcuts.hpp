// The keys of a window and its viewers, gathered from the actions themselves: for the dialog that
// lists them and the test that no two meet. Window thread only.
#pragma once

#include <QDialog>
#include <QList>
#include <QString>

#include "viewers/registry.hpp"

class QAction;
class QLineEdit;
class QTreeWidget;

namespace millrace::viewers {

struct Shortcut {
    QString group, text, keys;
    bool operator==(const Shortcut&) const = default;
};

/// Says under which title the keys of a viewer are listed.
void set_viewer_title(Viewer& viewer, const QString& title);

/// The actions with keys of `window` and of all that is in it, grouped by menu or viewer.
QList<Shortcut> shortcuts_of(const QWidget& window);
/// Those of a viewer that is not open; it is made for the moment.
QList<Shortcut> shortcuts_of(const Registry::Entry& entry);

/// A command of a window, with keys or without.
struct Command {
    QAction* action = nullptr;
    QString group;           ///< the menu or viewer it belongs to
    QString text;            ///< without mnemonics and dots
    bool of_viewer = false;  ///< comes and goes with a viewer
};

/// All actions of `window` and of what is in it that do something: those of its menus in their
/// order, then the others. What opens a menu is none.
QList<Command> commands_of(const QWidget& window);

/// An action's keys as people read them, joined by commas.
QString keys_of(const QAction& action);

/// Whether one key for both would do nothing: they can be reached from one place.
bool keys_meet(const QAction& a, const QAction& b);

/// Keys that two enabled actions of one window answer to at one place, told in words; such keys do
/// nothing.
QStringList shortcut_conflicts(const QWidget& window);

/// Shows of a tree of groups the rows in which each of the words is: in the command, its group or
/// its keys.
void narrow_tree(QTreeWidget& tree, const QString& words);

/// The list with a field that narrows it down by words or keys. Viewers that are not open now
/// follow one an event, so that many of them don't hold the window up.
class ShortcutsDialog : public QDialog {
    Q_OBJECT

public:
    ShortcutsDialog(const Registry& registry, QWidget* window);
    /// Whether the keys of all viewers are listed.
    bool complete() const { return waiting_.empty(); }

private:
    void add(const QList<Shortcut>& shortcuts);
    void add_next();
    void narrow(const QString& words);

    std::vector<Registry::Entry> waiting_;

    QLineEdit* search_;
    QTreeWidget* list_;
};

}  // namespace millrace::viewers
