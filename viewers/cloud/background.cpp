#include "viewers/cloud/background.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::viewers {

Background::Background(QObject* parent) : QObject(parent) {}

Background::~Background() = default;

void Background::run(const QString& key, Job job) {
    {
        const std::scoped_lock lock(mutex_);
        const auto same = std::ranges::find_if(
            waiting_, [&](const Waiting& waiting) { return !key.isEmpty() && waiting.key == key; });
        if (same != waiting_.end()) {
            same->job = std::move(job);
            return;
        }
        waiting_.push_back({key, std::move(job)});
        ++open_;
    }
    if (!thread_.joinable())
        thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
    ready_.notify_one();
}

void Background::drop(const QString& key) {
    const std::scoped_lock lock(mutex_);
    open_ -= static_cast<int>(
        std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.key == key; }));
}

void Background::work(const std::stop_token& stop) {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            if (!ready_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
            job = std::move(waiting_.front().job);
            waiting_.pop_front();
        }
        Finish finish;
        QString error;
        try {
            finish = job(stop);
        } catch (const engine::Error& problem) {
            const engine::Problem& found = problem.problem();
            error = QString::fromStdString(found.what);
            if (!found.where.empty())
                error += QStringLiteral(" (%1)").arg(QString::fromStdString(found.where));
        } catch (const std::bad_alloc&) {
            error = tr("There isn't enough memory for this.");
        } catch (const std::exception& other) {
            error = QString::fromUtf8(other.what());
        }
        if (stop.stop_requested()) return;
        QMetaObject::invokeMethod(
            this,
            [this, finish = std::move(finish), error] {
                --open_;
                if (!error.isEmpty()) Q_EMIT failed(error);
                if (finish) finish();
            },
            Qt::QueuedConnection);
    }
}

}  // namespace millrace::viewers
