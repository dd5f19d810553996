// The keys of the window's commands as the user wants them: defaults come from the actions as they
// were made, what was changed is kept in the settings by the action's object name and holds at
// once. Owned by the window; window thread only.
#pragma once

#include <QHash>
#include <QKeySequence>
#include <QList>
#include <QObject>

class QAction;
class QWidget;

namespace millrace::editor {

class ShortcutKeys : public QObject {
    Q_OBJECT

public:
    explicit ShortcutKeys(QWidget* window);

    /// Takes in the named actions that are new since the last time, with their keys as defaults.
    void adopt();
    /// Whether the action's keys can be changed.
    bool knows(const QAction* action) const;
    bool is_changed(const QAction* action) const;
    QList<QKeySequence> standard(const QAction* action) const;

    void set(QAction* action, const QList<QKeySequence>& keys);
    void reset(QAction* action);
    void reset_all();
    /// Other actions that answer to `key` where this one does.
    QList<QAction*> conflicts(const QAction* action, const QKeySequence& key) const;

Q_SIGNALS:
    void changed();

private:
    void put(QAction* action, const QList<QKeySequence>& keys);

    QWidget* window_;
    QHash<QString, QList<QKeySequence>> standard_;
};

}  // namespace millrace::editor
