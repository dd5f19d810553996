#include "viewers/table/table_view.hpp"

#include <QAbstractTableModel>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSaveFile>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <optional>

namespace millrace::viewers {
namespace {

/// As programs write numbers; texts with a number in front are none.
std::optional<double> number_in(const QString& text) {
    bool good = false;
    const double value = QLocale::c().toDouble(text.trimmed(), &good);
    return good ? std::optional(value) : std::nullopt;
}

}  // namespace

class TableModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;

    void set(Viewer::Shared item, const visual::Table* table) {
        beginResetModel();
        item_ = std::move(item);
        table_ = table;
        endResetModel();
    }
    const visual::Table* table() const { return table_; }

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() || !table_ ? 0 : static_cast<int>(table_->rows.size());
    }
    int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() || !table_ ? 0 : static_cast<int>(table_->columns.size());
    }
    QVariant data(const QModelIndex& index, int role) const override {
        const auto& row = table_->rows[static_cast<std::size_t>(index.row())];
        const auto column = static_cast<std::size_t>(index.column());
        const QString text = column < row.size() ? QString::fromStdString(row[column]) : QString();
        if (role == Qt::DisplayRole) return text;
        if (role == Qt::TextAlignmentRole)
            return QVariant::fromValue(Qt::Alignment(
                Qt::AlignVCenter | (number_in(text) ? Qt::AlignRight : Qt::AlignLeft)));
        return {};
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (role != Qt::DisplayRole || !table_) return {};
        if (orientation == Qt::Vertical) return section + 1;
        return QString::fromStdString(table_->columns[static_cast<std::size_t>(section)]);
    }

private:
    Viewer::Shared item_;
    const visual::Table* table_ = nullptr;
};

class TableOrder : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    /// Numbers by value and before texts.
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const QString a = left.data().toString(), b = right.data().toString();
        const auto x = number_in(a), y = number_in(b);
        if (x && y) return *x < *y;
        if (x.has_value() != y.has_value()) return x.has_value();
        return QString::localeAwareCompare(a, b) < 0;
    }
};

TableView::TableView(QWidget* parent) : Viewer(parent) {
    model_ = new TableModel(this);
    order_ = new TableOrder(this);
    order_->setSourceModel(model_);
    order_->setFilterKeyColumn(-1);
    order_->setFilterCaseSensitivity(Qt::CaseInsensitive);
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
    view_->setModel(order_);
    view_->setSortingEnabled(true);
    view_->sortByColumn(-1, Qt::AscendingOrder);
    view_->setAlternatingRowColors(true);
    view_->setFrameShape(QFrame::NoFrame);
    view_->verticalHeader()->setDefaultSectionSize(view_->fontMetrics().height() + 6);
    view_->setAccessibleName(tr("Table"));
    column->addWidget(view_, 1);
    note_ = new QLabel(this);
    note_->setContentsMargins(6, 2, 6, 2);
    column->addWidget(note_);
    setFocusProxy(view_);
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) { filter(text); });
    add_action(tr("Filter"), QKeySequence::Find, [this] { filter_->setFocus(); });
    add_action(tr("Copy"), QKeySequence::Copy, [this] { copy(); });
    add_action(tr("Export as CSV"), QKeySequence("Ctrl+E"), [this] { export_csv(); });
    add_action(tr("Plot the columns"), QKeySequence("Ctrl+G"), [this] { plot(); });
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    view_->addActions(actions());
}

bool TableView::show_visual(Shared item) {
    const auto* table = item ? std::get_if<visual::Table>(item.get()) : nullptr;
    if (!table) return false;
    const bool same = model_->table() && model_->table()->columns == table->columns;
    const int sorted = order_->sortColumn();
    model_->set(std::move(item), table);
    if (!same) {
        view_->sortByColumn(-1, Qt::AscendingOrder);
        view_->resizeColumnsToContents();
    } else if (sorted >= 0) {
        order_->sort(sorted, order_->sortOrder());
    }
    filter(filter_->text());
    return true;
}

void TableView::filter(const QString& text) {
    if (filter_->text() != text) filter_->setText(text);
    order_->setFilterFixedString(text);
    const visual::Table* table = model_->table();
    if (!table) return;
    QString told = tr("%n row(s)", nullptr, rows());
    if (rows() < model_->rowCount()) told = tr("%1 of %2").arg(told).arg(model_->rowCount());
    if (table->full_rows > table->rows.size())
        told = tr("%1; the whole has %2").arg(told).arg(table->full_rows);
    note_->setText(told);
}

void TableView::sort(int column, Qt::SortOrder order) { view_->sortByColumn(column, order); }

int TableView::rows() const { return order_->rowCount(); }

QString TableView::cell(int row, int column) const {
    return order_->index(row, column).data().toString();
}

QString TableView::note() const { return note_->text(); }

QString TableView::copied() const {
    QModelIndexList chosen = view_->selectionModel()->selectedIndexes();
    std::sort(chosen.begin(), chosen.end());
    QString text;
    if (chosen.isEmpty()) {
        for (int row = 0; row < rows(); ++row) {
            for (int column = 0; column < order_->columnCount(); ++column)
                text += (column ? "\t" : "") + cell(row, column);
            text += '\n';
        }
        return text;
    }
    for (qsizetype i = 0; i < chosen.size(); ++i) {
        if (i > 0) text += chosen[i].row() == chosen[i - 1].row() ? '\t' : '\n';
        text += chosen[i].data().toString();
    }
    return text;
}

void TableView::copy() const { QGuiApplication::clipboard()->setText(copied()); }

QByteArray TableView::csv() const {
    const auto quoted = [](QString text) {
        if (!text.contains('"') && !text.contains(',') && !text.contains('\n') &&
            !text.contains('\r'))
            return text;
        return '"' + text.replace("\"", "\"\"") + '"';
    };
    QString text;
    const int columns = order_->columnCount();
    for (int column = 0; column < columns; ++column)
        text += (column ? "," : "") + quoted(order_->headerData(column, Qt::Horizontal).toString());
    text += "\r\n";
    for (int row = 0; row < rows(); ++row) {
        for (int column = 0; column < columns; ++column)
            text += (column ? "," : "") + quoted(cell(row, column));
        text += "\r\n";
    }
    return text.toUtf8();
}

void TableView::export_csv() {
    const QString name = QFileDialog::getSaveFileName(this, tr("Export the rows shown"),
                                                      "table.csv", tr("CSV (*.csv)"));
    if (name.isEmpty()) return;
    QSaveFile file(name);
    const bool good = file.open(QIODevice::WriteOnly) && file.write(csv()) >= 0 && file.commit();
    set_status(good ? tr("%n row(s) written to %1", nullptr, rows()).arg(name)
                    : tr("%1 can't be written: %2").arg(name, file.errorString()));
}

}  // namespace millrace::viewers
