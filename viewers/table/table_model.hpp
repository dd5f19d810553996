// The rows of a table that are shown, in their order. Owned by its view; window thread only.
#pragma once

#include <QAbstractTableModel>
#include <functional>
#include <memory>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

class TableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void set(std::shared_ptr<const visual::Table> table, std::vector<std::uint32_t> rows);
    const std::shared_ptr<const visual::Table>& table() const { return table_; }
    /// Rows of the table, as they are shown.
    const std::vector<std::uint32_t>& rows() const { return rows_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Only tells sort_wanted(): sorting may take longer than a view can wait.
    void sort(int column, Qt::SortOrder order) override { Q_EMIT sort_wanted(column, order); }

Q_SIGNALS:
    void sort_wanted(int column, Qt::SortOrder order);

private:
    std::shared_ptr<const visual::Table> table_;
    std::vector<std::uint32_t> rows_;
};

}  // namespace millrace::viewers
