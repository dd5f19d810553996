#include "viewers/text/text_edit.hpp"

#include <QPainter>
#include <QTextBlock>
#include <QWheelEvent>
#include <algorithm>

namespace millrace::viewers {

TextEdit::TextEdit(QWidget* parent) : QPlainTextEdit(parent) {
    margin_ = new QWidget(this);
    margin_->installEventFilter(this);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& area, int by) {
        by ? margin_->scroll(0, by) : margin_->update(0, area.y(), margin_->width(), area.height());
    });
    connect(this, &QPlainTextEdit::blockCountChanged, this, [this] { make_room(); });
    make_room();
}

void TextEdit::set_first_line(std::size_t line) {
    first_line_ = line;
    make_room();
}

void TextEdit::set_numbers_lines(bool numbers) {
    numbers_lines_ = numbers;
    make_room();
}

void TextEdit::step_font(int steps) {
    QFont other = font();
    other.setPointSizeF(std::clamp(other.pointSizeF() + steps, 5.0, 48.0));
    setFont(other);
}

void TextEdit::make_room() {
    margin_->setVisible(numbers_lines_);
    const auto last = static_cast<qulonglong>(first_line_) + static_cast<qulonglong>(blockCount());
    const int digits = std::max<int>(3, static_cast<int>(QString::number(last).size()));
    const int width = numbers_lines_ ? fontMetrics().horizontalAdvance('0') * digits + 16 : 0;
    setViewportMargins(width, 0, 0, 0);
    const QRect area = contentsRect();
    margin_->setGeometry(area.left(), area.top(), width, area.height());
    margin_->update();
}

void TextEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    make_room();
}

void TextEdit::wheelEvent(QWheelEvent* event) {
    if (!event->modifiers().testFlag(Qt::ControlModifier)) return QPlainTextEdit::wheelEvent(event);
    step_font(event->angleDelta().y() > 0 ? 1 : -1);
}

void TextEdit::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange && margin_) make_room();
}

bool TextEdit::eventFilter(QObject* watched, QEvent* event) {
    if (watched != margin_ || event->type() != QEvent::Paint)
        return QPlainTextEdit::eventFilter(watched, event);
    paint_numbers();
    return true;
}

void TextEdit::paint_numbers() {
    QPainter painter(margin_);
    painter.fillRect(margin_->rect(), palette().color(QPalette::AlternateBase));
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.setFont(font());
    QTextBlock block = firstVisibleBlock();
    QRectF area = blockBoundingGeometry(block).translated(contentOffset());
    while (block.isValid() && area.top() < margin_->height()) {
        painter.drawText(
            QRectF(0, area.top(), margin_->width() - 8, fontMetrics().height()),
            Qt::AlignRight | Qt::AlignVCenter,
            QString::number(first_line_ + static_cast<std::size_t>(block.blockNumber())));
        block = block.next();
        area = blockBoundingGeometry(block).translated(contentOffset());
    }
}

}  // namespace millrace::viewers
