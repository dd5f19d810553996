#include "editor/comfort/canvas_bars.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPointer>
#include <QPushButton>
#include <QToolButton>

namespace millrace::editor {
namespace {

constexpr int kMargin = 8;
constexpr QRgb kWarning = 0xffd6a53c;

}  // namespace

NoticeBar::NoticeBar(QWidget* parent) : QFrame(parent), text_(new QLabel), line_(new QHBoxLayout) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Button);
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton;
    close->setAutoRaise(true);
    close->setText(QStringLiteral("✕"));
    close->setToolTip(tr("Close"));
    close->setAccessibleName(tr("Close"));
    connect(close, &QToolButton::clicked, this, &NoticeBar::dismiss);
    auto* whole = new QHBoxLayout(this);
    whole->setContentsMargins(16, 6, 8, 6);
    whole->addWidget(text_, 1);
    whole->addLayout(line_);
    whole->addWidget(close);
    hide();
}

void NoticeBar::tell(const QString& text, const std::vector<Button>& buttons, bool warning) {
    warning_ = warning;
    text_->setText(text);
    for (QWidget* button : buttons_) button->deleteLater();
    buttons_.clear();
    for (const Button& one : buttons) {
        auto* button = new QPushButton(one.text);
        connect(button, &QPushButton::clicked, this, [this, one] {
            // The work may tell something else in this very bar.
            if (!one.stays) dismiss();
            one.work();
        });
        line_->addWidget(button);
        buttons_.push_back(button);
    }
    show();
    Q_EMIT size_wanted();
    update();
}

QString NoticeBar::text() const { return isHidden() ? QString() : text_->text(); }

bool NoticeBar::press(const QString& text) {
    for (QWidget* widget : buttons_) {
        auto* button = qobject_cast<QPushButton*>(widget);
        if (isHidden() || button->text() != text) continue;
        button->click();
        return true;
    }
    return false;
}

void NoticeBar::dismiss() {
    hide();
    Q_EMIT size_wanted();
}

void NoticeBar::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    QPainter painter(this);
    const QColor color = warning_ ? QColor(kWarning) : palette().color(QPalette::Highlight);
    painter.fillRect(QRect(0, 0, 5, height()), color);
    painter.fillRect(QRect(0, height() - 1, width(), 1), color);
}

CanvasBars::CanvasBars(QWidget* canvas) : QObject(canvas), canvas_(canvas) {
    canvas->installEventFilter(this);
}

NoticeBar* CanvasBars::add_notice(const char* name) {
    auto* bar = new NoticeBar(canvas_);
    bar->setObjectName(name);
    bars_.push_back(bar);
    connect(bar, &NoticeBar::size_wanted, this, &CanvasBars::arrange);
    return bar;
}

void CanvasBars::add_corner(QWidget* corner) {
    corner_ = corner;
    corner->setParent(canvas_);
    corner->installEventFilter(this);
    arrange();
}

void CanvasBars::arrange() {
    int top = 0;
    for (NoticeBar* bar : bars_) {
        if (bar->isHidden()) continue;
        const int height =
            std::max(bar->sizeHint().height(), bar->layout()->heightForWidth(canvas_->width()));
        bar->setGeometry(0, top, canvas_->width(), height);
        bar->raise();
        top += height;
    }
    if (!corner_) return;
    const int width = std::min(corner_->sizeHint().width(), canvas_->width() - 2 * kMargin);
    corner_->setGeometry(canvas_->width() - width - kMargin, top + kMargin, width,
                         corner_->sizeHint().height());
    corner_->raise();
}

bool CanvasBars::eventFilter(QObject* watched, QEvent* event) {
    if ((watched == canvas_ && event->type() == QEvent::Resize) ||
        (watched == corner_ &&
         (event->type() == QEvent::Show || event->type() == QEvent::LayoutRequest)))
        arrange();
    return QObject::eventFilter(watched, event);
}

}  // namespace millrace::editor
