// Every command of the window in one list that is narrowed by typing: what was used last comes
// first, what can't be used now is dim and says why. A popup. Window thread only.
#pragma once

#include <QFrame>
#include <functional>

#include "viewers/common/shortcuts.hpp"

class QLineEdit;
class QListWidget;

namespace millrace::editor {

class CommandPalette : public QFrame {
    Q_OBJECT

public:
    /// `reason` tells why a command can't be used now; empty when nobody knows.
    CommandPalette(QWidget* window, std::function<QString(const QAction&)> reason);

    void open();
    /// What is listed now, best first, as "Group: command".
    QStringList listed() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void choose();

    QWidget* window_;
    std::function<QString(const QAction&)> reason_;
    QList<viewers::Command> commands_;
    QLineEdit* field_;
    QListWidget* list_;
};

}  // namespace millrace::editor
