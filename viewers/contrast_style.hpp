// Fusion with edges that are seen: it draws them a shade darker than the window, which on black is
// nothing. What has the focus gets a thick frame in the accent. Window thread only.
#pragma once

#include <QProxyStyle>

namespace millrace::viewers {

class ContrastStyle : public QProxyStyle {
    Q_OBJECT

public:
    ContrastStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                            QPainter* painter, const QWidget* widget) const override;
};

}  // namespace millrace::viewers
