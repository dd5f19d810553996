#include "viewers/roomy_style.hpp"

#include <QPainter>
#include <QStyleOption>

namespace millrace::viewers {
namespace {

constexpr int kRoom = 6;  // pixels a line
constexpr int kHeaderMargin = 5, kTipMargin = 4;

}  // namespace

QSize RoomyStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                   const QWidget* widget) const {
    QSize made = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_ItemViewItem) made.rheight() += kRoom;
    return made;
}

int RoomyStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                            const QWidget* widget) const {
    if (metric == PM_HeaderMargin) return kHeaderMargin;
    if (metric == PM_ToolTipLabelFrameWidth) return kTipMargin;
    return QProxyStyle::pixelMetric(metric, option, widget);
}

int RoomyStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                          QStyleHintReturn* data) const {
    // Its own are dark on every theme.
    if (hint == SH_DialogButtonBox_ButtonsHaveIcons) return 0;
    return QProxyStyle::styleHint(hint, option, widget, data);
}

void RoomyStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                             const QWidget* widget) const {
    if (element != CE_HeaderSection && element != CE_HeaderEmptyArea) {
        QProxyStyle::drawControl(element, option, painter, widget);
        return;
    }
    const QColor button = option->palette.color(QPalette::Button);
    const bool above = element == CE_HeaderSection && (option->state & State_MouseOver) &&
                       (option->state & State_Enabled);
    painter->fillRect(option->rect, above ? button.lighter(112) : button);
    painter->save();
    painter->setPen(option->palette.color(QPalette::PlaceholderText));
    painter->drawLine(option->rect.bottomLeft(), option->rect.bottomRight());
    if (element == CE_HeaderSection)
        painter->drawLine(option->rect.topRight(), option->rect.bottomRight());
    painter->restore();
}

void RoomyStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                               QPainter* painter, const QWidget* widget) const {
    if (element == PE_PanelTipLabel) {
        painter->fillRect(option->rect, option->palette.toolTipBase());
        painter->save();
        painter->setPen(option->palette.color(QPalette::PlaceholderText));
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
        return;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    const bool box = element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck;
    if (!box && element != PE_IndicatorRadioButton) return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(option->palette.color(QPalette::PlaceholderText), 1));
    painter->setBrush(Qt::NoBrush);
    const QRectF edge = QRectF(option->rect).adjusted(1.5, 1.5, -1.5, -1.5);
    if (box)
        painter->drawRoundedRect(edge, 2, 2);
    else
        painter->drawEllipse(edge);
    painter->restore();
}

}  // namespace millrace::viewers
