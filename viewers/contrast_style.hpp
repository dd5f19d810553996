// Fusion with edges that are seen: it draws them a shade darker than the window, which on black is
// nothing. What has the focus gets a thick frame in the accent. Window thread only.
#pragma once

#include "viewers/roomy_style.hpp"

namespace millrace::viewers {

class ContrastStyle : public RoomyStyle {
    Q_OBJECT

public:
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                            QPainter* painter, const QWidget* widget) const override;
};

}  // namespace millrace::viewers
