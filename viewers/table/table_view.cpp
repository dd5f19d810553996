#include "viewers/table/table_view.hpp"

#include <QBuffer>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSaveFile>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "viewers/table/table_model.hpp"

namespace millrace::viewers {
namespace {

/// Up to so many cells are sorted, filtered and copied at once; it takes some milliseconds.
constexpr std::size_t kFewCells = 20'000;
/// More than this belongs into a file, no clipboard.
constexpr qsizetype kMostCopied = 64 << 20;

std::size_t cells_of(const visual::Table& table) {
    return table.rows.size() * std::max<std::size_t>(1, table.columns.size());
}

}  // namespace

TableView::TableView(QWidget* parent) : Viewer(parent) {
    model_ = new TableModel(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    filter_ = new QLineEdit(this);
    filter_->setPlaceholderText(
        tr("Show rows with … (%1)")
            .arg(QKeySequence(QKeySequence::Find).toString(QKeySequence::NativeText)));
    filter_->setAccessibleName(tr("Filter"));
    filter_->setClearButtonEnabled(true);
    column->addWidget(filter_);
    view_ = new QTableView(this);
    view_->setModel(model_);
    view_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    view_->horizontalHeader()->setSortIndicatorClearable(true);
    view_->horizontalHeader()->setResizeContentsPrecision(100);
    view_->setSortingEnabled(true);
    view_->setAlternatingRowColors(true);
    view_->setFrameShape(QFrame::NoFrame);
    view_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view_->verticalHeader()->setDefaultSectionSize(view_->fontMetrics().height() + 6);
    view_->setAccessibleName(tr("Table"));
    column->addWidget(view_, 1);
    note_ = new QLabel(this);
    note_->setContentsMargins(6, 2, 6, 2);
    column->addWidget(note_);
    setFocusProxy(view_);
    connect(model_, &TableModel::sort_wanted, this, [this](int by, Qt::SortOrder order) {
        query_.column = by;
        query_.descending = order == Qt::DescendingOrder;
        order_again();
    });
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) { filter(text); });
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& to) {
                if (!to.isValid()) return;
                const auto row = static_cast<std::size_t>(to.row());
                Q_EMIT selected(Selection{.kind = Selection::Kind::Row,
                                          .frame = {},
                                          .index = static_cast<qint64>(model_->rows()[row])});
            });
    connect(&background_, &Background::failed, this, [this](const QString& what) {
        busy_ = false;
        tell();
        set_status(what);
    });
    add_action(tr("Filter"), QKeySequence::Find, [this] {
        filter_->setFocus();
        filter_->selectAll();
    });
    add_action(tr("Copy"), QKeySequence::Copy, [this] { copy(); });
    add_action(tr("Export as CSV"), QKeySequence("Ctrl+E"), [this] { export_csv(); });
    add_action(tr("Plot the columns"), QKeySequence("Ctrl+G"), [this] { plot(); });
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    view_->addActions(actions());
    add_action(tr("Back to the table"), QKeySequence(Qt::Key_Escape),
               [this] { view_->setFocus(); });
}

bool TableView::show_visual(Shared item) {
    const auto* table = item ? std::get_if<visual::Table>(item.get()) : nullptr;
    if (!table) return false;
    const bool same = table_ && table_->columns == table->columns;
    table_ = std::shared_ptr<const visual::Table>(item, table);
    if (!same) {
        query_.column = -1;
        query_.descending = false;
        const QSignalBlocker quiet(model_);
        view_->sortByColumn(-1, Qt::AscendingOrder);
    }
    order_again();
    if (!same) view_->resizeColumnsToContents();
    return true;
}

void TableView::order_again() {
    if (!table_) return;
    if (cells_of(*table_) <= kFewCells) {
        background_.drop(QStringLiteral("rows"));
        busy_ = false;
        return take_rows(table_, rows_for(*table_, query_));
    }
    // Rows as they are given are there at once; what is asked for follows.
    if (model_->table() != table_) take_rows(table_, rows_for(*table_, {}));
    busy_ = query_ != TableQuery{};
    tell();
    background_.run(
        QStringLiteral("rows"),
        [this, table = table_, query = query_](const std::stop_token& stop) -> Background::Finish {
            auto rows = rows_for(*table, query, [&stop] { return stop.stop_requested(); });
            return [this, table, query, rows = std::move(rows)]() mutable {
                if (table != table_ || query != query_) return;
                busy_ = false;
                take_rows(table, std::move(rows));
            };
        });
}

void TableView::take_rows(std::shared_ptr<const visual::Table> table,
                          std::vector<std::uint32_t> rows) {
    const QModelIndex at = view_->currentIndex();
    const bool kept = at.isValid() && model_->table() == table;
    const std::uint32_t row = kept ? model_->rows()[static_cast<std::size_t>(at.row())] : 0;
    model_->set(std::move(table), std::move(rows));
    if (kept) {
        const auto& now = model_->rows();
        const auto found = std::ranges::find(now, row);
        const QSignalBlocker quiet(this);
        if (found != now.end())
            view_->setCurrentIndex(
                model_->index(static_cast<int>(found - now.begin()), at.column()));
    }
    tell();
}

void TableView::filter(const QString& text) {
    if (filter_->text() != text) {
        filter_->setText(text);  // comes back here
        return;
    }
    if (query_.text == text) return;
    query_.text = text;
    order_again();
}

void TableView::tell() {
    if (!table_) return;
    const auto number = [](std::uint64_t count) {
        return QLocale().toString(static_cast<qulonglong>(count));
    };
    const auto shown = static_cast<std::uint64_t>(rows());
    QString told = shown == 1 ? tr("1 row") : tr("%1 rows").arg(number(shown));
    if (shown < table_->rows.size()) told = tr("%1 of %2").arg(told, number(table_->rows.size()));
    if (table_->full_rows > table_->rows.size())
        told = tr("%1; the whole has %2").arg(told, number(table_->full_rows));
    if (busy_) told += tr("  ·  sorting and filtering …");
    note_->setText(told);
}

void TableView::sort(int column, Qt::SortOrder order) { view_->sortByColumn(column, order); }

int TableView::rows() const { return model_->rowCount(); }

QString TableView::cell(int row, int column) const {
    return model_->index(row, column).data().toString();
}

QString TableView::note() const { return note_->text(); }

QString TableView::copied() const {
    if (!table_) return {};
    const QItemSelection chosen = view_->selectionModel()->selection();
    if (chosen.isEmpty())
        return tabbed_text(*table_, model_->rows(), 0,
                           std::max<std::size_t>(1, table_->columns.size()) - 1);
    if (chosen.size() == 1) {
        const QItemSelectionRange& range = chosen.first();
        const auto& all = model_->rows();
        const std::vector<std::uint32_t> some(all.begin() + range.top(),
                                              all.begin() + range.bottom() + 1);
        QString text = tabbed_text(*table_, some, static_cast<std::size_t>(range.left()),
                                   static_cast<std::size_t>(range.right()));
        text.chop(1);
        return text;
    }
    QModelIndexList cells = chosen.indexes();
    std::sort(cells.begin(), cells.end());
    QString text;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        if (i > 0) text += cells[i].row() == cells[i - 1].row() ? '\t' : '\n';
        text += cells[i].data().toString();
    }
    return text;
}

void TableView::copy() {
    if (!table_) return;
    const bool all = view_->selectionModel()->selection().isEmpty();
    qint64 cells = all ? qint64{rows()} * model_->columnCount() : 0;
    for (const QItemSelectionRange& range : view_->selectionModel()->selection())
        cells += qint64{range.height()} * range.width();
    if (cells > 1'000'000) {
        set_status(tr("So much doesn't belong into the clipboard: export it as CSV (Ctrl+E)."));
        return;
    }
    const QString text = copied();
    if (text.size() > kMostCopied)
        set_status(tr("So much doesn't belong into the clipboard: export it as CSV (Ctrl+E)."));
    else
        QGuiApplication::clipboard()->setText(text);
}

QByteArray TableView::csv() const {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    if (table_) write_csv(buffer, *table_, model_->rows());
    return buffer.data();
}

void TableView::export_csv() {
    if (!table_) return;
    const QString name = QFileDialog::getSaveFileName(this, tr("Export the rows shown"),
                                                      "table.csv", tr("CSV (*.csv)"));
    if (name.isEmpty()) return;
    background_.run(
        {},
        [this, name, table = table_,
         rows = model_->rows()](const std::stop_token& stop) -> Background::Finish {
            QSaveFile file(name);
            const bool good =
                file.open(QIODevice::WriteOnly) &&
                write_csv(file, *table, rows, [&stop] { return stop.stop_requested(); }) &&
                file.commit();
            const QString text =
                good ? tr("%n row(s) written to %1", nullptr, static_cast<int>(rows.size()))
                           .arg(name)
                     : tr("%1 can't be written: %2").arg(name, file.errorString());
            return [this, text] { set_status(text); };
        });
}

int TableView::row_of(const std::optional<Selection>& selection) const {
    if (!selection || selection->kind != Selection::Kind::Row || selection->index < 0) return -1;
    const auto found =
        std::ranges::find(model_->rows(), static_cast<std::uint64_t>(selection->index));
    return found == model_->rows().end() ? -1 : static_cast<int>(found - model_->rows().begin());
}

void TableView::mark(const std::optional<Selection>& selection) {
    const int row = row_of(selection);
    const QSignalBlocker quiet(this);  // what is marked was selected elsewhere
    if (row >= 0) view_->selectRow(row);
}

void TableView::reveal(const Selection& selection) {
    if (selection.kind == Selection::Kind::Row && row_of(selection) < 0) filter({});
    mark(selection);
    const int row = row_of(selection);
    if (row < 0) return;
    const double last = std::max(0, model_->columnCount() - 1);
    const int column =
        std::isfinite(selection.x) ? static_cast<int>(std::clamp(selection.x, 0.0, last)) : 0;
    const QSignalBlocker quiet(this);
    view_->setCurrentIndex(model_->index(row, column));
    view_->scrollTo(model_->index(row, column), QAbstractItemView::PositionAtCenter);
}

int TableView::current_row() const { return view_->currentIndex().row(); }

}  // namespace millrace::viewers
