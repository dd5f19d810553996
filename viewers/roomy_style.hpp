// Fusion with lines of lists and trees that don't stand on one another, flat headers, and boxes to
// tick that are seen: it draws their edges a shade darker than the window, which on a dark one is
// nothing. A style rather than a style sheet of the application: with one, a third of the time that
// a viewer's widgets take to be made goes into matching them against it. Window thread only.
#pragma once

#include <QProxyStyle>

namespace millrace::viewers {

class RoomyStyle : public QProxyStyle {
    Q_OBJECT

public:
    RoomyStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                           const QWidget* widget) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption* option,
                    const QWidget* widget) const override;
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* data) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
};

}  // namespace millrace::viewers
