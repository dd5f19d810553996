#include "editor/panels/runs_panel.hpp"

#include <QApplication>
#include <QCheckBox>
#include <QDesktopServices>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QToolButton>
#include <QTreeWidget>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

#include "editor/canvas/status_values.hpp"
#include "editor/runs/background.hpp"

namespace millrace::editor {
namespace {

enum Column { kRun, kStatus, kTime, kItems, kChanged, kFirstMetric };
constexpr int kFolder = Qt::UserRole;
constexpr std::size_t kMostMetrics = 8;

QColor color_of(RunEntry::State state) {
    switch (state) {
        case RunEntry::State::Running:
            return state_color(NodeState::Running);
        case RunEntry::State::Succeeded:
            return state_color(NodeState::Done);
        case RunEntry::State::Failed:
        case RunEntry::State::Broken:
            return state_color(NodeState::Failed);
        case RunEntry::State::Stopped:
        case RunEntry::State::Interrupted:
            break;
    }
    return state_color(NodeState::Skipped);
}

/// Told apart by form, too: a triangle runs, a disc is done, a cross failed, a square was stopped.
QIcon badge_of(RunEntry::State state) {
    QPixmap picture(32, 32);
    picture.setDevicePixelRatio(2);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = color_of(state);
    painter.setBrush(color);
    painter.setPen(Qt::NoPen);
    switch (state) {
        case RunEntry::State::Running:
            painter.drawPolygon(QPolygonF({{4, 3}, {13, 8}, {4, 13}}));
            break;
        case RunEntry::State::Succeeded:
            painter.drawEllipse(QPointF(8, 8), 5.5, 5.5);
            break;
        case RunEntry::State::Failed:
        case RunEntry::State::Broken:
            painter.setPen(QPen(color, 2.6, Qt::SolidLine, Qt::RoundCap));
            painter.drawLine(QPointF(4, 4), QPointF(12, 12));
            painter.drawLine(QPointF(12, 4), QPointF(4, 12));
            break;
        case RunEntry::State::Stopped:
        case RunEntry::State::Interrupted:
            painter.drawRect(QRectF(3.5, 3.5, 9, 9));
            break;
    }
    return QIcon(picture);
}

QString when(const QDateTime& time) {
    return QLocale().toString(time.toLocalTime(), "yyyy-MM-dd HH:mm:ss");
}

}  // namespace

RunsPanel::RunsPanel(QWidget* parent)
    : QWidget(parent),
      search_(new QLineEdit),
      ours_(new QCheckBox(tr("This graph"))),
      empty_(new QLabel),
      list_(new QTreeWidget) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 6);
    column->setSpacing(6);
    auto* row = new QHBoxLayout;
    search_->setPlaceholderText(tr("Search runs, parameters, problems"));
    search_->setAccessibleName(tr("Search runs"));
    search_->setClearButtonEnabled(true);
    ours_->setChecked(true);
    ours_->setToolTip(tr("Only runs of the graph that is open"));
    auto* again = new QToolButton;
    again->setText(tr("Refresh"));
    again->setAutoRaise(true);
    row->addWidget(search_, 1);
    row->addWidget(ours_);
    row->addWidget(again);
    column->addLayout(row);
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setMargin(24);
    column->addWidget(empty_, 1);
    list_->setRootIsDecorated(false);
    list_->setUniformRowHeights(true);
    list_->setAlternatingRowColors(true);
    list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    list_->setAccessibleName(tr("Runs"));
    column->addWidget(list_, 1);
    connect(search_, &QLineEdit::textChanged, this, [this] { filter(); });
    connect(ours_, &QCheckBox::toggled, this, [this] { show_entries(); });
    connect(again, &QToolButton::clicked, this, [this] { refresh(); });
    connect(list_, &QTreeWidget::customContextMenuRequested, this, [this](QPoint at) {
        if (const QTreeWidgetItem* item = list_->itemAt(at))
            menu_for(item->data(0, kFolder).toString())->popup(list_->viewport()->mapToGlobal(at));
    });
    connect(list_, &QTreeWidget::itemActivated, this, [this](const QTreeWidgetItem* item) {
        const RunEntry* found = entry(item->data(0, kFolder).toString());
        if (found && found->recorded) Q_EMIT scrub_wanted(found->folder);
    });
    show_entries();
}

void RunsPanel::set_place(const QStringList& folders, const QString& graph_file) {
    folders_ = folders;
    graph_file_ = graph_file;
    refresh();
}

void RunsPanel::add_own(const QString& folder) {
    // As the entries name it.
    const QString real = QFileInfo(folder).canonicalFilePath();
    const QString& name = real.isEmpty() ? folder : real;
    if (!own_.contains(name)) own_ << name;
}

void RunsPanel::refresh() {
    // One reading at a time; what was asked meanwhile is read after it.
    if (reading_) {
        again_ = true;
        return;
    }
    reading_ = true;
    in_background(
        this, [folders = folders_] { return list_entries(folders); },
        [this](std::vector<RunEntry> entries) {
            reading_ = false;
            entries_ = std::move(entries);
            show_entries();
            if (std::exchange(again_, false)) return refresh();
            Q_EMIT entries_changed();
        });
}

bool RunsPanel::is_ours(const RunEntry& entry) const {
    if (own_.contains(entry.folder)) return true;
    // A broken folder does not say whose it is; hiding it would hide the fault.
    if (entry.state == RunEntry::State::Broken) return true;
    return !graph_file_.isEmpty() && QFileInfo(entry.graph_file) == QFileInfo(graph_file_);
}

void RunsPanel::show_entries() {
    const QStringList chosen = selected();
    std::vector<const RunEntry*> shown;
    for (const RunEntry& one : entries_)
        if (!ours_->isChecked() || is_ours(one)) shown.push_back(&one);
    metrics_.clear();
    for (const RunEntry* one : shown)
        for (const auto& [name, value] : one->metrics)
            if (std::ranges::find(metrics_, name) == metrics_.end() &&
                metrics_.size() < kMostMetrics)
                metrics_.push_back(name);
    list_->clear();
    QStringList heads{tr("Run"), tr("State"), tr("Time"), tr("Items"), tr("Changed")};
    for (const QString& name : metrics_) heads << name;
    list_->setColumnCount(static_cast<int>(heads.size()));
    list_->setHeaderLabels(heads);
    const QLocale locale;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const RunEntry& one = *shown[i];
        auto* item = new QTreeWidgetItem(list_);
        item->setData(0, kFolder, one.folder);
        item->setIcon(kRun, badge_of(one.state));
        item->setText(kRun, when(one.started));
        item->setText(kStatus, one.folder == reference_
                                   ? tr("%1 · reference").arg(state_text(one.state))
                                   : state_text(one.state));
        QString tip = one.folder;
        if (!one.problem.isEmpty()) tip += "\n\n" + one.problem;
        for (int column = 0; column < heads.size(); ++column) item->setToolTip(column, tip);
        if (one.folder == reference_) {
            QFont bold = item->font(kRun);
            bold.setBold(true);
            item->setFont(kRun, bold);
        }
        if (one.state == RunEntry::State::Broken) {
            item->setText(kChanged, one.problem.section('\n', 0, 0));
            continue;
        }
        item->setText(kTime, short_time(one.seconds));
        item->setText(kItems, locale.toString(static_cast<qulonglong>(one.items)));
        item->setTextAlignment(kItems, Qt::AlignRight | Qt::AlignVCenter);
        const auto before = std::find_if(shown.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                         shown.end(), [&](const RunEntry* other) {
                                             return other->state != RunEntry::State::Broken &&
                                                    other->graph_file == one.graph_file;
                                         });
        if (before != shown.end()) {
            const QStringList changes = changed_params(**before, one);
            item->setText(kChanged, changes.isEmpty() ? tr("nothing") : changes.join(", "));
            item->setToolTip(kChanged, changes.join('\n'));
        }
        for (std::size_t m = 0; m < metrics_.size(); ++m) {
            const auto found = one.metrics.find(metrics_[m]);
            const int column = kFirstMetric + static_cast<int>(m);
            if (found != one.metrics.end())
                item->setText(column, locale.toString(found->second, 'g', 5));
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        }
    }
    for (const int column : {kRun, kStatus, kTime, kItems}) list_->resizeColumnToContents(column);
    list_->resizeColumnToContents(kChanged);
    list_->setColumnWidth(kChanged, std::clamp(list_->columnWidth(kChanged), 120, 340));
    select(chosen);
    filter();
}

void RunsPanel::filter() {
    const QStringList words = search_->text().simplified().split(' ', Qt::SkipEmptyParts);
    int left = 0;
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = list_->topLevelItem(i);
        QString text = item->toolTip(kRun);
        for (int column = 0; column < list_->columnCount(); ++column)
            text += '\n' + item->text(column);
        const bool fits = std::ranges::all_of(
            words, [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
        item->setHidden(!fits);
        left += fits ? 1 : 0;
    }
    list_->setVisible(left > 0);
    empty_->setVisible(left == 0);
    if (reading_ && entries_.empty())
        empty_->setText(tr("Reading…"));
    else if (!words.isEmpty())
        empty_->setText(tr("No run fits the search."));
    else
        empty_->setText(
            tr("No runs yet. Ctrl+Enter runs the graph; each run leaves a folder, and "
               "they are listed here."));
}

QTreeWidgetItem* RunsPanel::item_of(const QString& folder) const {
    for (int i = 0; i < list_->topLevelItemCount(); ++i)
        if (list_->topLevelItem(i)->data(0, kFolder).toString() == folder)
            return list_->topLevelItem(i);
    return nullptr;
}

void RunsPanel::set_live(const QString& folder, double seconds, std::uint64_t items) {
    QTreeWidgetItem* item = item_of(folder);
    if (!item) return;
    item->setText(kTime, short_time(seconds));
    item->setText(kItems, QLocale().toString(static_cast<qulonglong>(items)));
}

void RunsPanel::forget_graph() {
    own_.clear();
    set_reference({});
}

void RunsPanel::set_reference(const QString& folder) {
    reference_ = folder;
    show_entries();
}

const RunEntry* RunsPanel::entry(const QString& folder) const {
    const auto found = std::ranges::find(entries_, folder, &RunEntry::folder);
    return found == entries_.end() ? nullptr : &*found;
}

std::vector<RunEntry> RunsPanel::shown() const {
    std::vector<RunEntry> list;
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
        const QTreeWidgetItem* item = list_->topLevelItem(i);
        const RunEntry* found = entry(item->data(0, kFolder).toString());
        if (found && !item->isHidden()) list.push_back(*found);
    }
    return list;
}

void RunsPanel::select(const QStringList& folders) {
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = list_->topLevelItem(i);
        item->setSelected(folders.contains(item->data(0, kFolder).toString()));
    }
}

QStringList RunsPanel::selected() const {
    QStringList folders;
    for (const QTreeWidgetItem* item : list_->selectedItems())
        folders << item->data(0, kFolder).toString();
    return folders;
}

QMenu* RunsPanel::menu_for(const QString& folder) {
    delete menu_;
    menu_ = new QMenu(this);
    const RunEntry* found = entry(folder);
    if (!found) return menu_;
    const bool readable = found->state != RunEntry::State::Broken;
    const auto add = [this](const char* name, const QString& text, bool possible, auto work) {
        QAction* action = menu_->addAction(text);
        action->setObjectName(name);
        action->setEnabled(possible);
        connect(action, &QAction::triggered, this, work);
    };
    add("run_open", tr("&Open its graph"), readable, [=, this] { Q_EMIT open_wanted(folder); });
    add("run_scrub", tr("&Go through its items"), readable && found->recorded,
        [=, this] { Q_EMIT scrub_wanted(folder); });
    add("run_resume", tr("&Resume"), found->resumable, [=, this] { Q_EMIT resume_wanted(folder); });
    menu_->addSeparator();
    add("run_reference", tr("Use as re&ference"), readable && found->recorded,
        [=, this] { Q_EMIT reference_chosen(folder); });
    QStringList others = selected();
    others.removeAll(folder);
    const QString other = others.size() == 1 ? others.front() : reference_;
    add("run_compare",
        others.size() == 1 ? tr("&Compare the two runs") : tr("&Compare with the reference"),
        readable && !other.isEmpty() && other != folder,
        [=, this] { Q_EMIT compare_wanted(other, folder); });
    auto* with = menu_->addMenu(tr("Compare &with"));
    for (int i = 0; i < list_->topLevelItemCount() && with->actions().size() < 20; ++i) {
        const QTreeWidgetItem* item = list_->topLevelItem(i);
        const RunEntry* one = item->isHidden() ? nullptr : entry(item->data(0, kFolder).toString());
        if (!one || one->folder == folder || one->state == RunEntry::State::Broken) continue;
        connect(with->addAction(tr("%1 · %2").arg(when(one->started), one->name())),
                &QAction::triggered, this,
                [this, folder, against = one->folder] { Q_EMIT compare_wanted(against, folder); });
    }
    with->setEnabled(readable && !with->isEmpty());
    menu_->addSeparator();
    add("run_reveal", tr("Show the folde&r"), true, [=, this] { reveal(folder); });
    QStringList gone = selected();
    if (!gone.contains(folder)) gone = {folder};
    add("run_delete", tr("Move to the &trash…"), found->state != RunEntry::State::Running,
        [=, this] { remove(gone); });
    return menu_;
}

void RunsPanel::reveal(const QString& folder) {
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        Q_EMIT told(tr("No program shows folders here: %1").arg(folder));
}

void RunsPanel::remove(const QStringList& folders) {
    const auto answer =
        QMessageBox::question(this, tr("Move to the trash"),
                              tr("Move %n run(s) with everything recorded to the trash?", nullptr,
                                 static_cast<int>(folders.size())),
                              QMessageBox::Yes | QMessageBox::Cancel, QMessageBox::Cancel);
    if (answer != QMessageBox::Yes) return;
    for (const QString& folder : folders) {
        // As it is now: another program may have resumed it since the list was read.
        if (read_entry(folder.toStdString()).state == RunEntry::State::Running)
            Q_EMIT told(tr("%1 is running; it stays.").arg(folder));
        else if (!QFile::moveToTrash(folder))
            Q_EMIT told(tr("%1 can't be moved to the trash; it stays.").arg(folder));
        else if (folder == reference_)
            Q_EMIT reference_chosen({});
    }
    refresh();
}

}  // namespace millrace::editor
