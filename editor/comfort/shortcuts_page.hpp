// The settings' list of all commands with their keys: a click on a key records another one, and
// where another command has it, the user says who keeps it. Window thread only.
#pragma once

#include <QPointer>
#include <QWidget>

#include "editor/comfort/shortcut_keys.hpp"

class QAction;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace millrace::editor {

class KeyField;

class ShortcutsPage : public QWidget {
    Q_OBJECT

public:
    ShortcutsPage(QWidget* window, ShortcutKeys* keys, QWidget* parent = nullptr);

    /// Waits for a key for this action, which is listed; null when its keys are fixed.
    KeyField* record(QAction* action);
    /// What the question about a conflict says; empty when there is none.
    QString question() const;

private:
    void fill();
    void narrow();
    void refresh();
    void take(QAction* action, const QKeySequence& key);
    void end_recording();
    void ask(QAction* action, const QKeySequence& key, const QList<QAction*>& others);
    void show_buttons();
    QTreeWidgetItem* row_of(const QAction* action) const;

    QWidget* window_;
    ShortcutKeys* keys_;
    QLineEdit* search_;
    QTreeWidget* list_;
    QWidget* bar_;
    QLabel* question_;
    QPushButton *give_, *leave_, *change_, *reset_, *reset_all_;
    QPointer<KeyField> field_;
    QPointer<QAction> wanted_by_;
    QKeySequence wanted_;
};

}  // namespace millrace::editor
