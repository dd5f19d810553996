#include "editor/canvas/frame_item.hpp"

#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <QWidget>
#include <cmath>

namespace millrace::editor {
namespace {

QRectF rect_of(const std::array<double, 4>& rect) {
    const auto number = [](double value, double fallback) {
        return std::isfinite(value) ? std::clamp(value, -1e7, 1e7) : fallback;
    };
    return {number(rect[0], 0), number(rect[1], 0),
            std::max(kLeastFrame, number(rect[2], kLeastFrame)),
            std::max(kLeastFrame / 2, number(rect[3], kLeastFrame))};
}

}  // namespace

FrameItem::FrameItem(Kind kind, std::string id) : kind_(kind), id_(std::move(id)) {
    setFlags(ItemIsSelectable);
    setZValue(kind == Kind::Backdrop ? -10 : 0.5);
}

void FrameItem::show_backdrop(const engine::Backdrop& backdrop) {
    text_ = QString::fromStdString(backdrop.title);
    color_ = QColor::isValidColor(QString::fromStdString(backdrop.color))
                 ? QColor(QString::fromStdString(backdrop.color))
                 : QColor(0x5b7fa6);
    set_rect(rect_of(backdrop.rect));
}

void FrameItem::show_note(const engine::Note& note) {
    text_ = QString::fromStdString(note.text);
    color_ = QColor(0xd8b84a);
    set_rect(rect_of(note.rect));
}

void FrameItem::set_rect(const QRectF& rect) {
    prepareGeometryChange();
    setPos(rect.topLeft());
    size_ = rect.size();
    update();
}

bool FrameItem::is_corner(QPointF place) const {
    const QPointF inside = mapFromScene(place);
    return QRectF(size_.width() - kFrameCorner, size_.height() - kFrameCorner, kFrameCorner,
                  kFrameCorner)
        .contains(inside);
}

bool FrameItem::is_grip(QPointF place) const { return shape().contains(mapFromScene(place)); }

QRectF FrameItem::boundingRect() const {
    return QRectF(QPointF(0, 0), size_).adjusted(-2, -2, 2, 2);
}

QPainterPath FrameItem::shape() const {
    QPainterPath path;
    if (kind_ == Kind::Note) {
        path.addRect(QRectF(QPointF(0, 0), size_));
        return path;
    }
    path.addRect(QRectF(0, 0, size_.width(), kFrameTitle));
    path.addRect(QRectF(size_.width() - kFrameCorner, size_.height() - kFrameCorner, kFrameCorner,
                        kFrameCorner));
    return path;
}

void FrameItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) {
    const QPalette palette = widget ? widget->palette() : option->palette;
    const double detail = option->levelOfDetailFromTransform(painter->worldTransform());
    const QRectF body(QPointF(0, 0), size_);
    QColor fill = color_;
    fill.setAlpha(kind_ == Kind::Backdrop ? 46 : 60);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(
        QPen(isSelected() ? palette.color(QPalette::Highlight) : color_, isSelected() ? 2.5 : 1.2));
    painter->setBrush(fill);
    painter->drawRoundedRect(body, 5, 5);
    painter->setPen(QPen(color_, 1.5));
    for (const double step : {5.0, 10.0})
        painter->drawLine(QPointF(size_.width() - 3 - step, size_.height() - 3),
                          QPointF(size_.width() - 3, size_.height() - 3 - step));
    QFont font;
    if (kind_ == Kind::Backdrop) {
        QColor head = color_;
        head.setAlpha(120);
        painter->setPen(Qt::NoPen);
        painter->setBrush(head);
        painter->drawRoundedRect(QRectF(0, 0, size_.width(), kFrameTitle), 5, 5);
        // Readable from afar: titles are what remains of a graph that is zoomed out.
        font.setPixelSize(static_cast<int>(std::clamp(15 / std::max(detail, 0.05), 15.0, 60.0)));
        font.setBold(true);
        painter->setFont(font);
        painter->setPen(palette.color(QPalette::WindowText));
        const QFontMetricsF metrics(font);
        painter->drawText(
            QPointF(10, kFrameTitle / 2 + metrics.ascent() / 2 - 2),
            metrics.elidedText(text_, Qt::ElideRight, std::max(10.0, size_.width() - 20)));
        return;
    }
    if (detail < 0.4) return;
    font.setPixelSize(13);
    painter->setFont(font);
    painter->setPen(palette.color(QPalette::WindowText));
    painter->drawText(body.adjusted(10, 8, -10, -8), Qt::TextWordWrap, text_);
}

}  // namespace millrace::editor
