// A model's layers as rows, in any order. Owned by its view; window thread only.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

class LayerTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Name, Type, Shape, Parameters, Share, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void set(std::shared_ptr<const visual::ModelGraph> model);
    int layer_of(int row) const { return order_[static_cast<std::size_t>(row)]; }
    int row_of(int layer) const { return row_[static_cast<std::size_t>(layer)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    void put_in_order();

    std::shared_ptr<const visual::ModelGraph> model_;
    std::vector<int> order_, row_;
    std::uint64_t total_ = 0;
    int column_ = Number;
    Qt::SortOrder direction_ = Qt::AscendingOrder;
};

}  // namespace millrace::viewers
