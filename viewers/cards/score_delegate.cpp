#include "viewers/cards/score_delegate.hpp"

#include <QPainter>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr int kBarWidth = 56;

}  // namespace

void ScoreDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    const double score = index.data(Qt::UserRole).toDouble();
    if (!(score >= 0 && score <= 1)) return;
    const QRectF bar(option.rect.left() + 6, option.rect.center().y() - 2, kBarWidth, 5);
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    QColor ground = option.palette.color(QPalette::PlaceholderText);
    ground.setAlphaF(0.3F);
    const QColor color =
        option.palette.color(chosen ? QPalette::HighlightedText : QPalette::Highlight);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(ground);
    painter->drawRoundedRect(bar, 2, 2);
    painter->setBrush(color);
    painter->drawRoundedRect(QRectF(bar.topLeft(), QSizeF(bar.width() * score, bar.height())), 2,
                             2);
    painter->restore();
}

QSize ScoreDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return QStyledItemDelegate::sizeHint(option, index) + QSize(kBarWidth + 14, 0);
}

}  // namespace millrace::viewers
