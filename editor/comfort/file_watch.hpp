// Notices when the document's file is changed or taken away by somebody else: by the system's
// notices, and when look() is called, since folders of the network send none. Owned by the window;
// window thread only.
#pragma once

#include <QByteArray>
#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

namespace millrace::editor {

class FileWatch : public QObject {
    Q_OBJECT

public:
    enum class Kind { Same, Changed, Vanished };
    static constexpr qint64 kMostBytes = qint64{64} << 20;

    explicit FileWatch(QObject* parent = nullptr);

    /// From now on this file, which holds these bytes now; none when `file` is empty.
    void watch(const QString& file, const QByteArray& bytes);
    /// The state on disk is known and accepted: nothing is told until it changes again.
    void accept();
    const QString& file() const { return file_; }
    /// What the file holds now; empty when it can't be read.
    QByteArray on_disk() const;
    /// Compares at once.
    void look();

Q_SIGNALS:
    /// Once for each new state on disk; Same when it is again as it was known.
    void noticed(millrace::editor::FileWatch::Kind kind);

private:
    void watch_paths();

    QString file_;
    QByteArray known_, told_;
    bool told_vanished_ = false, told_anything_ = false;
    QFileSystemWatcher watcher_;
    QTimer soon_;
};

}  // namespace millrace::editor
