#include "editor/comfort/file_watch.hpp"

#include <QFile>
#include <QFileInfo>

namespace millrace::editor {
namespace {

// Programs write in several steps; what is told should be the last of them.
constexpr int kSettleMs = 150;

}  // namespace

FileWatch::FileWatch(QObject* parent) : QObject(parent) {
    soon_.setSingleShot(true);
    soon_.setInterval(kSettleMs);
    connect(&watcher_, &QFileSystemWatcher::fileChanged, &soon_, qOverload<>(&QTimer::start));
    connect(&watcher_, &QFileSystemWatcher::directoryChanged, &soon_, qOverload<>(&QTimer::start));
    connect(&soon_, &QTimer::timeout, this, &FileWatch::look);
}

void FileWatch::watch(const QString& file, const QByteArray& bytes) {
    file_ = file;
    known_ = bytes;
    told_.clear();
    told_vanished_ = told_anything_ = false;
    soon_.stop();
    if (const QStringList paths = watcher_.files() + watcher_.directories(); !paths.isEmpty())
        watcher_.removePaths(paths);
    watch_paths();
}

/// The folder too: a file that is replaced or made again is another one to the system.
void FileWatch::watch_paths() {
    if (file_.isEmpty()) return;
    const QString folder = QFileInfo(file_).path();
    if (QFileInfo::exists(file_) && !watcher_.files().contains(file_)) watcher_.addPath(file_);
    if (QFileInfo::exists(folder) && !watcher_.directories().contains(folder))
        watcher_.addPath(folder);
}

QByteArray FileWatch::on_disk() const {
    QFile in(file_);
    if (!in.open(QIODevice::ReadOnly) || in.size() > kMostBytes) return {};
    return in.readAll();
}

void FileWatch::accept() {
    known_ = on_disk();
    told_anything_ = told_vanished_ = false;
}

void FileWatch::look() {
    if (file_.isEmpty()) return;
    watch_paths();
    if (!QFileInfo::exists(file_)) {
        if (told_vanished_) return;
        told_vanished_ = told_anything_ = true;
        Q_EMIT noticed(Kind::Vanished);
        return;
    }
    const QByteArray now = on_disk();
    if (now == known_) {
        if (!told_anything_) return;
        told_anything_ = told_vanished_ = false;
        Q_EMIT noticed(Kind::Same);
        return;
    }
    if (told_anything_ && !told_vanished_ && now == told_) return;
    told_ = now;
    told_anything_ = true;
    told_vanished_ = false;
    Q_EMIT noticed(Kind::Changed);
}

}  // namespace millrace::editor
