#include "viewers/table/table_model.hpp"

#include "viewers/common/numbers.hpp"
#include "viewers/table/table_rows.hpp"

namespace millrace::viewers {

void TableModel::set(std::shared_ptr<const visual::Table> table, std::vector<std::uint32_t> rows) {
    beginResetModel();
    table_ = std::move(table);
    rows_ = std::move(rows);
    endResetModel();
}

int TableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int TableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !table_ ? 0 : static_cast<int>(table_->columns.size());
}

QVariant TableModel::data(const QModelIndex& index, int role) const {
    if (role != Qt::DisplayRole && role != Qt::TextAlignmentRole) return {};
    const std::string& text = cell_of(*table_, rows_[static_cast<std::size_t>(index.row())],
                                      static_cast<std::size_t>(index.column()));
    if (role == Qt::DisplayRole) return QString::fromStdString(text);
    return QVariant::fromValue(
        Qt::Alignment(Qt::AlignVCenter | (number_of(text) ? Qt::AlignRight : Qt::AlignLeft)));
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || !table_) return {};
    if (orientation == Qt::Vertical) return rows_[static_cast<std::size_t>(section)] + 1;
    return QString::fromStdString(table_->columns[static_cast<std::size_t>(section)]);
}

}  // namespace millrace::viewers
