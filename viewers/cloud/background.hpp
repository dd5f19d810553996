// Work that a window must not wait for: one thread takes jobs in turn, and what a job leaves to be
// done is done on the window thread. Owned by a widget; its destructor tells the job at work to
// stop and waits for it, and drops those that wait.
#pragma once

#include <QObject>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace millrace::viewers {

class Background : public QObject {
    Q_OBJECT

public:
    /// Runs on the window thread when the job is done; may be empty.
    using Finish = std::function<void()>;
    /// Runs on the thread; asks the token where it takes long.
    using Job = std::function<Finish(const std::stop_token&)>;

    explicit Background(QObject* parent = nullptr);
    ~Background() override;

    /// A job that waits under the same key (unless empty) is replaced: its result is out of date
    /// before it begins. A job that throws gives failed().
    void run(const QString& key, Job job);
    /// Drops the waiting jobs of a key.
    void drop(const QString& key);
    /// Whether nothing waits, works, or is still to be finished on the window thread.
    bool idle() const { return open_ == 0; }

Q_SIGNALS:
    void failed(const QString& what);

private:
    struct Waiting {
        QString key;
        Job job;
    };
    void work(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any ready_;
    std::deque<Waiting> waiting_;
    int open_ = 0;         ///< window thread only
    std::jthread thread_;  ///< last, so that it ends first; begins with the first job
};

}  // namespace millrace::viewers
