#include "tests/viewers/stall_watch.hpp"

#include <time.h>

#include <QEvent>
#include <QMetaEnum>
#include <QStringList>
#include <QThread>
#include <algorithm>

namespace millrace::tests {
namespace {

/// Of this thread alone.
double cpu_ms() {
    timespec spent = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
}

QString name_of(const QObject* object) {
    QStringList names;
    for (int i = 0; object && i < 4; ++i, object = object->parent()) {
        QString name = QString::fromLatin1(object->metaObject()->className());
        if (!object->objectName().isEmpty())
            name += QStringLiteral(" \"%1\"").arg(object->objectName());
        names << name;
    }
    return names.join(QStringLiteral(" in "));
}

}  // namespace

bool StallWatch::notify(QObject* receiver, QEvent* event) {
    if (QThread::currentThread() != thread()) return QApplication::notify(receiver, event);
    // An event within another belongs to it; but within a loop that a handler runs (a dialog, a
    // drag) each delivery counts for itself, and the handler not for the loop.
    const int level = QThread::currentThread()->loopLevel();
    const bool outermost = depth_ == 0 || level > loop_level_;
    if (!outermost) return QApplication::notify(receiver, event);
    const int outer_depth = std::exchange(depth_, 1),
              outer_level = std::exchange(loop_level_, level);
    const double outer_begun = begun_cpu_ms_;
    // Afterwards neither may exist any more.
    const auto type = event->type();
    const QString who = name_of(receiver);
    QElapsedTimer wall;
    wall.start();
    const double begun = begun_cpu_ms_ = cpu_ms();
    const bool taken = QApplication::notify(receiver, event);
    const double now = cpu_ms();
    // What inner loops took has moved the beginning on.
    const double spent = now - begun_cpu_ms_;
    const char* key = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
    Stall stall{.event = key ? QString::fromLatin1(key)
                             : QStringLiteral("event %1").arg(static_cast<int>(type)),
                .receiver = who,
                .cpu_ms = spent,
                .wall_ms = static_cast<double>(wall.nsecsElapsed()) / 1e6};
    if (stall.cpu_ms > longest_.cpu_ms) longest_ = stall;
    if (stall.cpu_ms > limit_ms_) stalls_.push_back(std::move(stall));
    depth_ = outer_depth;
    loop_level_ = outer_level;
    begun_cpu_ms_ = outer_depth == 0 ? 0 : outer_begun + (now - begun);
    return taken;
}

}  // namespace millrace::tests
