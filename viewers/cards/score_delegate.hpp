// A score with a bar as long as the score is high, between 0 and 1. Window thread only.
#pragma once

#include <QStyledItemDelegate>

namespace millrace::viewers {

class ScoreDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace millrace::viewers
