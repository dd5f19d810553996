// Tells when files or folders change: by the kernel's word, a moment after the last of many
// changes; on network folders by a look now and then. Costs nothing while nothing changes. Window
// thread only.
#pragma once

#include <QElapsedTimer>
#include <QFileSystemWatcher>
#include <QHash>
#include <QObject>
#include <QSocketNotifier>
#include <QStringList>
#include <QTimer>
#include <filesystem>
#include <memory>

namespace millrace::view {

/// Of a file or folder, another whenever it is written; -1 when there is none. Any thread.
qint64 stamp_of(const std::filesystem::path& path);

class Watch : public QObject {
    Q_OBJECT

public:
    explicit Watch(QObject* parent = nullptr);
    ~Watch() override;

    /// Replaces what is watched. What isn't there is left out.
    void set_paths(const QStringList& paths);
    QStringList paths() const;
    /// Tells of a change, too, when this process of the machine ends; 0 for none.
    void set_process(pid_t process);
    /// A change is told at the earliest this long after the one before: ten times what it costs to
    /// answer it.
    void set_cost(int milliseconds) { cost_ = milliseconds; }
    /// Tells of a change again after a while, as if there had been one.
    void again(int milliseconds);
    bool waiting() const { return quiet_.isActive(); }

Q_SIGNALS:
    void changed();

private:
    void note();
    void look();
    void tell();

    QFileSystemWatcher watcher_;
    QHash<QString, qint64> seen_;  ///< by path that is polled: time of the last change
    QTimer quiet_, poll_;
    QElapsedTimer since_;  ///< the last change was told
    int cost_ = 0;
    pid_t process_ = 0;
    int descriptor_ = -1;
    std::unique_ptr<QSocketNotifier> ended_;
};

}  // namespace millrace::view
