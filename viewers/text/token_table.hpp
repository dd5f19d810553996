// Tokens as rows: number, token, score and the score's rank, in any order. Owned by its view;
// window thread only.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "engine/visual/visual.hpp"
#include "viewers/text/token_scores.hpp"

namespace millrace::viewers {

class TokenTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Token, Score, Rank, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void set(std::shared_ptr<const visual::Tokens> tokens,
             std::shared_ptr<const TokenScores> scores);
    /// Scores are written as -score.
    void set_negated(bool negated);
    std::size_t token_of(int row) const { return order_[static_cast<std::size_t>(row)]; }
    int row_of(std::size_t token) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Tokens without a score stand last in either order.
    void sort(int column, Qt::SortOrder order) override;

private:
    void put_in_order();

    std::shared_ptr<const visual::Tokens> tokens_;
    std::shared_ptr<const TokenScores> scores_;
    std::vector<std::uint32_t> order_, row_;
    bool negated_ = false;
    int column_ = Number;
    Qt::SortOrder direction_ = Qt::AscendingOrder;
};

}  // namespace millrace::viewers
