// Where graphs run: this machine, or a host that is reached by ssh. The list of hosts and the
// choice lie in the settings; the session is told, what is going on is said in the status bar, and
// a host that can't be reached is told of with a way back. Owned by the window; window thread only.
#pragma once

#include <QList>
#include <QObject>
#include <QStringList>
#include <optional>

#include "editor/session/session.hpp"

class QActionGroup;
class QLabel;
class QMenu;

namespace millrace::editor {

struct Host {
    QString name;     ///< as ssh takes it: "user@host", or a name of its configuration
    QString program;  ///< millrace on that host; found by the shell there when it is only a name
    friend bool operator==(const Host&, const Host&) = default;
};

/// The hosts of the settings, and their replacement.
QList<Host> kept_hosts();
void keep_hosts(const QList<Host>& hosts);
/// Why a name is none that ssh takes for a host; empty when it may be one.
QString host_fault(const QString& name);
/// The words that start a worker there.
QStringList command_for(const Host& host);

class Workers : public QObject {
    Q_OBJECT

public:
    /// `session` starts workers of this machine; its command is the one for "this machine".
    Workers(Session* session, QObject* parent);

    /// Empty for this machine.
    const QString& host() const { return host_; }
    bool is_remote() const { return !host_.isEmpty(); }
    /// Changes to a host of the list, or to this machine when it is empty. False, and nothing
    /// happens, while a graph runs or when the host is not in the list.
    bool choose(const QString& host);
    /// Takes the program for this machine from the settings again.
    void local_changed();
    /// Takes the list from the settings again: the chosen host may be reached otherwise now, or be
    /// gone from it, which leaves this machine.
    void hosts_changed();
    /// Fills the menu each time it opens.
    void fill(QMenu* menu);
    /// Says where graphs run, and how the connection stands.
    QLabel* label() const { return label_; }

Q_SIGNALS:
    void chosen();
    /// No worker of the host can be had: what happened, in words.
    void unreachable(const QString& host, const QString& why);
    void settings_wanted();

private:
    void show_state();
    QStringList local() const;

    Session* session_;
    QStringList standard_;  ///< the command the session had at first
    QString host_;
    bool reached_ = false;
    QLabel* label_;
};

}  // namespace millrace::editor
