// Work beside the window thread: reading run folders may take seconds on a slow disk.
#pragma once

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <memory>

namespace millrace::editor {

/// Runs `work` on another thread and gives its result to `done` on the window thread, unless
/// `receiver` is gone by then. `work` must not throw and must not touch the receiver.
template <class Work, class Done>
void in_background(QObject* receiver, Work work, Done done) {
    QThreadPool::globalInstance()->start(
        [receiver = QPointer<QObject>(receiver), work = std::move(work), done = std::move(done)] {
            // Shared, as it is copied on its way between the threads.
            auto result = std::make_shared<decltype(work())>(work());
            if (!qApp) return;
            QMetaObject::invokeMethod(
                qApp,
                [receiver, done, result] {
                    if (receiver) done(std::move(*result));
                },
                Qt::QueuedConnection);
        });
}

}  // namespace millrace::editor
