// How the window keeps up with what lies on the disk: runs that go on, files that were changed.
#include <QDateTime>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>
#include <QTreeWidget>
#include <algorithm>

#include "engine/problem.hpp"
#include "viewers/common/timeline.hpp"
#include "viewers/view/compare_panel.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

/// A file of a run that goes on may be half written; after this many tries it is broken.
constexpr int kMostTries = 20;
constexpr int kRetryMs = 250;

QString word_of(const RunState& state) {
    switch (state.kind) {
        case RunState::Kind::None:
            return {};
        case RunState::Kind::Running:
            return Window::tr("running");
        case RunState::Kind::Finished:
            return Window::tr("finished");
        case RunState::Kind::Failed:
            return Window::tr("failed");
        case RunState::Kind::Stopped:
            return Window::tr("stopped");
        case RunState::Kind::Killed:
            return Window::tr("killed");
    }
    return {};
}

bool is_run(const Source& source) { return source.state().kind != RunState::Kind::None; }

}  // namespace

/// The row over a source's streams, made when it has several, may get more, or is called otherwise
/// than its stream.
QTreeWidgetItem* Window::row_for(std::size_t index) {
    QTreeWidgetItem*& row = followed_[index].row;
    const Source& source = *sources_[index];
    const auto& streams = source.streams();
    const bool alone = streams.size() == 1 && streams.front().name == source.title();
    if (row || (alone && !is_run(source))) return row;
    row = new QTreeWidgetItem(tree_, {source.title()});
    row->setExpanded(true);
    // What was alone until now moves under it.
    for (const auto& open : open_) {
        if (open->source != index || !open->row || open->row->parent()) continue;
        tree_->takeTopLevelItem(tree_->indexOfTopLevelItem(open->row));
        row->addChild(open->row);
    }
    return row;
}

void Window::follow_source(std::size_t index) {
    Followed& followed = followed_[index];
    const Source& source = *sources_[index];
    if (!followed.watch) {
        followed.watch = std::make_unique<Watch>();
        connect(followed.watch.get(), &Watch::changed, this, [this, index] { look_at(index); });
        if (source.state().kind == RunState::Kind::Running) timeline_->set_live(true);
    }
    const QSignalBlocker quiet(tree_);
    row_for(index);
    const RunState state = source.state();
    followed.watch->set_process(state.kind == RunState::Kind::Running ? std::max(state.process, 0)
                                                                      : 0);
    watch_paths(index);
    // What happened between reading and watching would never be told.
    if (state.kind == RunState::Kind::Running) followed.watch->again(kRetryMs);
}

/// Folders tell of new and replaced files; one that is written in place only by itself.
void Window::watch_paths(std::size_t index) {
    const Source& source = *sources_[index];
    QStringList paths = source.folders();
    for (const auto& open : open_) {
        if (is_run(source) || open->source != index || !open->wanted || !stream_of(*open)) continue;
        const auto file = source.file_of(open->stream, *open->wanted);
        if (!file.empty()) paths << QString::fromStdString(file.string());
    }
    followed_[index].watch->set_paths(paths);
}

/// Reads the source anew beside the window thread. A run's news are taken over; of files it is
/// only said that they changed, for what is looked at must not change under somebody's eyes.
void Window::look_at(std::size_t index) {
    struct Shown {
        std::size_t open, stream;
        quint64 item;
        qint64 stamp;
    };
    std::vector<Shown> shown;
    for (std::size_t i = 0; i < open_.size(); ++i) {
        const Open& open = *open_[i];
        if (open.source == index && open.wanted && !open.shown.empty() && stream_of(open))
            shown.push_back({i, open.stream, *open.wanted, open.stamp});
    }
    const bool take_over = is_run(*sources_[index]) || followed_[index].read_again;
    background_.run(
        QStringLiteral("look%1").arg(index),
        [this, index, shown, take_over,
         source = sources_[index]](const std::stop_token&) -> viewers::Background::Finish {
            QElapsedTimer clock;
            clock.start();
            std::shared_ptr<const Source> now;
            try {
                now = source->renewed();
            } catch (const engine::Error& error) {
                const QString text = QString::fromStdString(to_text(error.problem()));
                return [this, text] { tell_problem(text); };
            }
            const bool other =
                now->streams() != source->streams() || now->state() != source->state() ||
                now->folders() != source->folders() || now->outputs() != source->outputs();
            std::vector<std::size_t> written;
            for (const Shown& each : shown) {
                const auto before = source->file_of(each.stream, each.item);
                if (before.empty()) continue;
                // Metrics lie in another file once their run has ended.
                const auto& streams = now->streams();
                const auto stream =
                    std::ranges::find(streams, source->streams()[each.stream].name, &Stream::name);
                const auto after =
                    now->file_of(static_cast<std::size_t>(stream - streams.begin()), each.item);
                if (after != before || stamp_of(before) != each.stamp) written.push_back(each.open);
            }
            const int took = static_cast<int>(clock.elapsed());
            return [this, index, now, other, written, take_over, took] {
                followed_[index].watch->set_cost(took);
                watch_paths(index);
                const bool news = other || !written.empty();
                if (!take_over) {
                    if (news) offer_reload();
                    return;
                }
                for (const std::size_t place : written) open_[place]->wanted.reset();
                if (news || followed_[index].read_again) renew(index, now);
                const auto of_items = [this](std::size_t place) {
                    const Stream* stream = stream_of(*open_[place]);
                    return !stream || !stream->whole_run;
                };
                if (std::ranges::any_of(written, of_items)) compare_->forget_scans();
            };
        });
}

/// Streams are known again by their names; those that are gone keep showing what they showed.
void Window::renew(std::size_t index, std::shared_ptr<const Source> renewed) {
    const bool was_running = sources_[index]->state().kind == RunState::Kind::Running;
    const bool again = std::exchange(followed_[index].read_again, false);
    const auto& streams = renewed->streams();
    std::vector<bool> known(streams.size());
    for (const auto& open : open_) {
        if (open->source != index) continue;
        const auto found = std::ranges::find(streams, open->stream_name, &Stream::name);
        open->stream = static_cast<std::size_t>(found - streams.begin());
        if (found != streams.end()) known[open->stream] = true;
        if (again) open->wanted.reset();
    }
    sources_[index] = std::move(renewed);
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (!known[i]) add_stream(index, i);
    }
    follow_source(index);
    gather_items();
    show_states();
    if (was_running && !live()) timeline_->set_live(false);
    refresh();
    tell_compared_wires();
    if (again) compare_->forget_scans();
}

bool Window::live() const {
    return std::ranges::any_of(
        sources_, [](const auto& each) { return each->state().kind == RunState::Kind::Running; });
}

void Window::load_failed(std::size_t index, quint64 item, const QString& problem) {
    Open& open = *open_[index];
    if (open.wanted != item) return;
    const bool running = sources_[open.source]->state().kind == RunState::Kind::Running;
    if (!running || ++open.tries >= kMostTries) {
        tell_problem(problem);
        return;
    }
    ++retries_;
    ++failed_tries_;
    QTimer::singleShot(kRetryMs, this, [this, index, item] {
        --retries_;
        if (open_[index]->wanted == item) load(index, item);
    });
}

void Window::show_states() {
    const QSignalBlocker quiet(tree_);
    QString last, whole;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const Source& source = *sources_[i];
        const RunState state = source.state();
        const QString problem = QString::fromStdString(state.problem);
        if (QTreeWidgetItem* row = followed_[i].row) {
            QString text = source.title();
            if (is_run(source)) text = tr("%1 – %2").arg(text, word_of(state));
            if (source.streams().empty() && !source.outputs().isEmpty())
                text = tr("%1 (sketches alone: compare with F7)").arg(text);
            row->setText(0, text);
            row->setToolTip(0, problem.isEmpty() ? text : text + QLatin1Char('\n') + problem);
        }
        if (!is_run(source)) continue;
        last = tr("%1: %2").arg(source.title(), word_of(state));
        whole = problem.isEmpty() ? last : last + QLatin1Char('\n') + problem;
        if (!problem.isEmpty()) last += QStringLiteral(" – ") + problem;
    }
    constexpr int kMostLetters = 90;
    state_->setText(last.size() > kMostLetters ? last.left(kMostLetters - 1) + QChar(0x2026)
                                               : last);
    state_->setToolTip(whole);
    state_->setVisible(!last.isEmpty());
    for (const auto& open : open_) {
        const Stream* stream = stream_of(*open);
        open->row->setDisabled(!stream);
        open->row->setToolTip(
            0, stream ? tr("%1, %n item(s)", nullptr, static_cast<int>(stream->items.size()))
                            .arg(sources_[open->source]->title())
                      : tr("This is no longer there."));
    }
    if (open_.empty() && live())
        empty_->setText(tr("The run has recorded nothing yet. What comes is shown here."));
}

void Window::offer_reload() { reload_->show(); }

void Window::reload() {
    reload_->hide();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        followed_[i].read_again = true;
        look_at(i);
    }
}

}  // namespace millrace::view
