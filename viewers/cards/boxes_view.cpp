#include "viewers/cards/boxes_view.hpp"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMouseEvent>
#include <QTableView>
#include <QVBoxLayout>

#include "viewers/cards/boxes_table.hpp"
#include "viewers/cards/label_chips.hpp"
#include "viewers/cards/score_delegate.hpp"
#include "viewers/cards/score_histogram.hpp"

namespace millrace::viewers {

BoxesView::BoxesView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* upper = new QWidget(this);
    auto* tools = new QVBoxLayout(upper);
    tools->setContentsMargins(6, 4, 6, 4);
    tools->setSpacing(5);
    chips_ = new LabelChips(upper);
    histogram_ = new ScoreHistogram(upper);
    filter_ = new QLineEdit(upper);
    filter_->setPlaceholderText(
        tr("Label, number or track (%1)")
            .arg(QKeySequence(QKeySequence::Find).toString(QKeySequence::NativeText)));
    filter_->setAccessibleName(tr("Filter"));
    filter_->setClearButtonEnabled(true);
    tools->addWidget(chips_);
    tools->addWidget(histogram_);
    tools->addWidget(filter_);
    column->addWidget(upper);
    table_ = new BoxesTable(this);
    list_ = new QTableView(this);
    list_->setModel(table_);
    list_->setSortingEnabled(true);
    list_->sortByColumn(0, Qt::AscendingOrder);
    list_->setSelectionBehavior(QAbstractItemView::SelectRows);
    list_->setSelectionMode(QAbstractItemView::SingleSelection);
    list_->setAlternatingRowColors(true);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setShowGrid(false);
    list_->horizontalHeader()->setResizeContentsPrecision(100);
    list_->verticalHeader()->hide();
    list_->verticalHeader()->setDefaultSectionSize(list_->fontMetrics().height() + 7);
    list_->setAccessibleName(tr("Boxes"));
    list_->viewport()->setMouseTracking(true);
    list_->viewport()->installEventFilter(this);
    column->addWidget(list_, 1);
    note_ = new QLabel(this);
    note_->setContentsMargins(8, 3, 8, 3);
    column->addWidget(note_);
    setFocusProxy(list_);
    connect(chips_, &LabelChips::hidden_changed, this, [this] {
        table_->set_hidden(chips_->hidden());
        count_again();
    });
    connect(histogram_, &ScoreHistogram::threshold_changed, this, [this](double threshold) {
        const bool all = threshold <= histogram_->ends().first;
        table_->set_least_score(all ? std::nullopt : std::optional(threshold));
        count_again();
    });
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) { filter(text); });
    connect(list_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& to) {
                if (to.isValid() && !marking_) Q_EMIT selected(selection_of(to.row()));
            });
    make_actions();
}

void BoxesView::make_actions() {
    add_action(tr("Filter"), QKeySequence::Find, [this] {
        filter_->setFocus();
        filter_->selectAll();
    });
    add_action(tr("Least score"), QKeySequence("Alt+S"), [this] { histogram_->setFocus(); });
    add_action(tr("Labels"), QKeySequence("Alt+L"), [this] { chips_->setFocus(); });
    add_action(tr("All labels and scores"), QKeySequence("Alt+A"), [this] {
        chips_->show_all();
        histogram_->set_threshold(histogram_->ends().first);
        filter({});
    });
    add_action(tr("Copy the list"), QKeySequence::Copy,
               [this] { QGuiApplication::clipboard()->setText(table_->text()); });
    add_action(tr("Back to the list"), QKeySequence(Qt::Key_Escape), [this] { list_->setFocus(); });
}

bool BoxesView::show_visual(Shared item) {
    if (!item) return false;
    const bool was_empty = !item_;
    const bool was_in_space = table_->in_space();
    marking_ = true;
    const bool good = table_->set(*item);
    marking_ = false;
    if (!good) return false;
    item_ = std::move(item);
    pointed_ = -1;
    std::vector<double> scores;
    for (const BoxRow& box : table_->boxes()) scores.push_back(box.score);
    histogram_->set_scores(scores);
    const bool all = histogram_->threshold() <= histogram_->ends().first;
    table_->set_least_score(all ? std::nullopt : std::optional(histogram_->threshold()));
    for (int section = 0; section < table_->columnCount(); ++section) {
        const bool bar = table_->column_at(section) == BoxesTable::Score;
        if (bar && !list_->itemDelegateForColumn(section))
            list_->setItemDelegateForColumn(section, new ScoreDelegate(list_));
        if (!bar) list_->setItemDelegateForColumn(section, nullptr);
    }
    if (was_empty || was_in_space != table_->in_space()) list_->resizeColumnsToContents();
    count_again();
    return true;
}

void BoxesView::count_again() {
    chips_->set_counts(table_->counts());
    const auto number = [](std::size_t count) {
        return QLocale().toString(static_cast<qulonglong>(count));
    };
    const auto shown = static_cast<std::size_t>(table_->rowCount());
    const std::size_t all = table_->boxes().size();
    QString text = shown == all ? (all == 1 ? tr("1 box") : tr("%1 boxes").arg(number(all)))
                                : tr("%1 of %2 boxes").arg(number(shown), number(all));
    if (item_) {
        const auto* space = std::get_if<visual::Boxes3d>(item_.get());
        const auto* image = std::get_if<visual::Boxes2d>(item_.get());
        const std::uint64_t full = space ? space->full_count : image ? image->full_count : 0;
        if (full > all) text += tr("; the whole has %1").arg(number(full));
        const std::string& frame = space ? space->frame : image->frame;
        if (!frame.empty()) text += tr("  ·  in %1").arg(QString::fromStdString(frame));
    }
    note_->setText(text);
}

Selection BoxesView::selection_of(int row) const {
    const std::size_t number = table_->box_of(row);
    const auto* space = std::get_if<visual::Boxes3d>(item_.get());
    const auto* image = std::get_if<visual::Boxes2d>(item_.get());
    Selection selection{.kind = Selection::Kind::Box,
                        .frame = QString::fromStdString(space ? space->frame : image->frame),
                        .index = static_cast<qint64>(number)};
    if (image) {
        selection.x = table_->boxes()[number].x;
        selection.y = table_->boxes()[number].y;
    }
    return selection;
}

void BoxesView::point_at(int row) {
    if (row == pointed_) return;
    pointed_ = row;
    if (row < 0 || row >= table_->rowCount()) {
        set_status({});
        Q_EMIT hovered({});
        return;
    }
    QStringList parts;
    for (int section = 0; section < table_->columnCount(); ++section)
        parts << QStringLiteral("%1 %2").arg(
            table_->headerData(section, Qt::Horizontal, Qt::DisplayRole).toString(),
            table_->index(row, section).data().toString());
    set_status(parts.join(QStringLiteral("   ")));
    Q_EMIT hovered(selection_of(row));
}

bool BoxesView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == list_->viewport()) {
        if (event->type() == QEvent::MouseMove)
            point_at(list_->rowAt(static_cast<QMouseEvent*>(event)->pos().y()));
        if (event->type() == QEvent::Leave) point_at(-1);
    }
    return Viewer::eventFilter(watched, event);
}

void BoxesView::mark(const std::optional<Selection>& selection) {
    const bool ours = selection && selection->kind == Selection::Kind::Box && item_;
    const int row = ours ? table_->row_of(selection->index) : -1;
    marking_ = true;
    if (row < 0)
        list_->clearSelection();
    else
        list_->selectRow(row);
    marking_ = false;
}

void BoxesView::reveal(const Selection& selection) {
    mark(selection);
    const int row = selection.kind == Selection::Kind::Box ? table_->row_of(selection.index) : -1;
    if (row >= 0) list_->scrollTo(table_->index(row, 0), QAbstractItemView::PositionAtCenter);
}

void BoxesView::filter(const QString& text) {
    if (filter_->text() != text) {
        filter_->setText(text);  // comes back here
        return;
    }
    table_->set_text(text);
    count_again();
}

void BoxesView::sort(int section, Qt::SortOrder order) { list_->sortByColumn(section, order); }

QString BoxesView::note() const { return note_->text(); }

}  // namespace millrace::viewers
