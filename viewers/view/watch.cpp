#include "viewers/view/watch.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <QDateTime>
#include <QFileInfo>
#include <algorithm>
#include <csignal>

#include "viewers/view/run_state.hpp"

namespace millrace::view {
namespace {

constexpr int kQuietMs = 120;   ///< without a change before it is told
constexpr int kPollMs = 2'000;  ///< on network folders
constexpr int kCostFactor = 10;

}  // namespace

qint64 stamp_of(const std::filesystem::path& path) {
    const QFileInfo info(QString::fromStdString(path.string()));
    return info.exists() ? info.lastModified().toMSecsSinceEpoch() + info.size() * 31 : -1;
}

Watch::Watch(QObject* parent) : QObject(parent) {
    quiet_.setSingleShot(true);
    connect(&quiet_, &QTimer::timeout, this, &Watch::tell);
    connect(&poll_, &QTimer::timeout, this, &Watch::look);
    connect(&watcher_, &QFileSystemWatcher::directoryChanged, this, &Watch::note);
    connect(&watcher_, &QFileSystemWatcher::fileChanged, this, &Watch::note);
    since_.start();
}

Watch::~Watch() {
    ended_.reset();
    if (descriptor_ >= 0) ::close(descriptor_);
}

void Watch::set_paths(const QStringList& paths) {
    QStringList local;
    QHash<QString, qint64> polled;
    for (const QString& path : paths) {
        if (!QFileInfo::exists(path)) continue;
        if (on_network(path.toStdString()))
            polled.insert(path, seen_.value(path, stamp_of(path.toStdString())));
        else
            local << path;
    }
    const QStringList now = watcher_.files() + watcher_.directories();
    QStringList gone, fresh;
    std::ranges::copy_if(now, std::back_inserter(gone),
                         [&](const QString& path) { return !local.contains(path); });
    std::ranges::copy_if(local, std::back_inserter(fresh),
                         [&](const QString& path) { return !now.contains(path); });
    if (!gone.isEmpty()) watcher_.removePaths(gone);
    if (!fresh.isEmpty()) {
        // The kernel has no more watches to give: then by looking.
        for (const QString& refused : watcher_.addPaths(fresh))
            polled.insert(refused, stamp_of(refused.toStdString()));
    }
    seen_ = std::move(polled);
    const bool poll = !seen_.isEmpty() || (process_ > 0 && descriptor_ < 0);
    if (poll && !poll_.isActive()) poll_.start(kPollMs);
    if (!poll) poll_.stop();
}

QStringList Watch::paths() const {
    return watcher_.files() + watcher_.directories() + seen_.keys();
}

void Watch::set_process(pid_t process) {
    if (process == process_) return;
    process_ = process;
    ended_.reset();
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    if (process_ <= 0) return;
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    if (descriptor_ < 0) {
        if (!poll_.isActive()) poll_.start(kPollMs);
        return;
    }
    ended_ = std::make_unique<QSocketNotifier>(descriptor_, QSocketNotifier::Read);
    connect(ended_.get(), &QSocketNotifier::activated, this, [this] {
        ended_->setEnabled(false);
        note();
    });
}

void Watch::again(int milliseconds) {
    if (!quiet_.isActive() || quiet_.remainingTime() > milliseconds) quiet_.start(milliseconds);
}

void Watch::note() {
    // Changes that go on and on are told now and then, not at their end.
    if (quiet_.isActive()) return;
    const qint64 rest = std::max<qint64>(0, qint64{cost_} * kCostFactor - since_.elapsed());
    quiet_.start(static_cast<int>(std::max<qint64>(kQuietMs, rest)));
}

void Watch::look() {
    bool other = process_ > 0 && descriptor_ < 0 && ::kill(process_, 0) != 0;
    for (auto each = seen_.begin(); each != seen_.end(); ++each) {
        const qint64 now = stamp_of(each.key().toStdString());
        other |= now != each.value();
        each.value() = now;
    }
    if (other) note();
}

void Watch::tell() {
    since_.restart();
    Q_EMIT changed();
}

}  // namespace millrace::view
