// Choosing files and folders for parameters: with the system's dialog where graphs run on this
// machine, else with a plain one that lists the folders of the worker's machine. Window thread
// only.
#pragma once

#include <QDialog>
#include <functional>

#include "editor/session/session.hpp"

class QLabel;
class QLineEdit;
class QTreeWidget;

namespace millrace::editor {

/// Lists folders as the worker tells them (`files/list`).
class RemoteFolderDialog : public QDialog {
    Q_OBJECT

public:
    /// `folders_only`: a folder is wanted, else a file.
    RemoteFolderDialog(Session* session, const QString& host, bool folders_only, QWidget* parent);

    void go(const QString& folder);
    const QString& folder() const { return folder_; }
    /// Whether the last folder asked for has been told, or refused.
    bool settled() const { return waiting_ == 0; }
    /// What was chosen; empty when nothing was.
    QString chosen() const { return chosen_; }
    QString fault() const;

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void show_entries(const engine::Value& answer);
    void accept_current();

    Session* session_;
    bool folders_only_;
    QString folder_, parent_, chosen_;
    int waiting_ = 0;
    QLineEdit* place_;
    QTreeWidget* list_;
    QLabel* fault_;
};

/// Stands in the window, where forms find it.
class RemotePaths : public QObject {
    Q_OBJECT

public:
    RemotePaths(Session* session, QObject* parent) : QObject(parent), session_(session) {}
    /// Empty for this machine.
    void set_host(const QString& host) { host_ = host; }
    QString choose(QWidget* near, const QString& title, const QString& start, bool folder) const;

private:
    Session* session_;
    QString host_;
};

/// Asks for a path on the machine where the graphs of the window round `near` run; empty when
/// nothing was chosen.
QString choose_path(QWidget* near, const QString& title, const QString& start, bool folder);

}  // namespace millrace::editor
