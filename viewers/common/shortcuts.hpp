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

/// Keys that two enabled actions of one window answer to at one place, told in words; such keys do
/// nothing.
QStringList shortcut_conflicts(const QWidget& window);

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
