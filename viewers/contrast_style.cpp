#include "viewers/contrast_style.hpp"

#include <QPainter>
#include <QStyleOption>

namespace millrace::viewers {
namespace {

void frame(QPainter* painter, const QStyleOption& option) {
    const bool focus = option.state.testFlag(QStyle::State_HasFocus);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setBrush(Qt::NoBrush);
    const QColor color = option.palette.color(focus ? QPalette::Highlight : QPalette::WindowText);
    painter->setPen(QPen(color, focus ? 2 : 1, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    const int inset = focus ? 1 : 0;
    painter->drawRect(option.rect.adjusted(inset, inset, -1 - inset, -1 - inset));
    painter->restore();
}

}  // namespace

void ContrastStyle::drawControl(ControlElement element, const QStyleOption* option,
                                QPainter* painter, const QWidget* widget) const {
    RoomyStyle::drawControl(element, option, painter, widget);
    if (element == CE_ProgressBarGroove) frame(painter, *option);
    if (element != CE_TabBarTabShape) return;
    QStyleOption tab = *option;
    tab.state &= ~State_HasFocus;
    frame(painter, tab);
    if (!option->state.testFlag(State_Selected)) return;
    QRect mark = option->rect;
    mark.setHeight(4);
    painter->fillRect(mark, option->palette.color(QPalette::Highlight));
}

void ContrastStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                                  QPainter* painter, const QWidget* widget) const {
    RoomyStyle::drawPrimitive(element, option, painter, widget);
    switch (element) {
        case PE_PanelButtonCommand:
        case PE_FrameLineEdit:
        case PE_Frame:
        case PE_FrameMenu:
        case PE_IndicatorCheckBox:
            frame(painter, *option);
            break;
        case PE_FrameFocusRect: {
            QStyleOption focused = *option;
            focused.state |= State_HasFocus;
            frame(painter, focused);
            break;
        }
        default:
            break;
    }
}

void ContrastStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                       QPainter* painter, const QWidget* widget) const {
    RoomyStyle::drawComplexControl(control, option, painter, widget);
    if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
        bar && control == CC_ScrollBar)
        painter->fillRect(
            subControlRect(control, bar, SC_ScrollBarSlider, widget).adjusted(4, 4, -4, -4),
            option->palette.color(QPalette::WindowText));
    if (control == CC_ComboBox || control == CC_SpinBox ||
        (control == CC_ToolButton && option->state.testFlag(State_HasFocus)))
        frame(painter, *option);
}

}  // namespace millrace::viewers
