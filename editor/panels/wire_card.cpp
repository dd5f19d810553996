#include "editor/panels/wire_card.hpp"

#include <QGuiApplication>
#include <QLabel>
#include <QLocale>
#include <QScreen>
#include <QVBoxLayout>

#include "editor/panels/sketch_view.hpp"

namespace millrace::editor {
namespace {

constexpr int kWidth = 300, kOff = 18;  ///< pixels

}  // namespace

WireCard::WireCard(QWidget* parent) : QFrame(parent, Qt::ToolTip | Qt::FramelessWindowHint) {
    setAttribute(Qt::WA_ShowWithoutActivating);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFrameShape(QFrame::StyledPanel);
    setFixedWidth(kWidth);
    setObjectName("wire-card");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 10);
    column->setSpacing(4);
    const auto line = [&](bool strong, bool dim) {
        auto* label = new QLabel;
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        QFont font = label->font();
        font.setBold(strong);
        label->setFont(font);
        if (dim) label->setForegroundRole(QPalette::PlaceholderText);
        column->addWidget(label);
        return label;
    };
    title_ = line(true, false);
    type_ = line(false, false);
    doc_ = line(false, true);
    item_ = line(false, false);
    numbers_ = line(false, false);
    bars_ = new SketchBars;
    column->addWidget(bars_);
    flow_ = line(false, true);
    hint_ = line(false, true);
}

void WireCard::begin(const QString& title, const QString& type, const QString& doc) {
    title_->setText(title);
    type_->setText(type.isEmpty() ? tr("any type") : type);
    doc_->setText(doc);
    doc_->setVisible(!doc.isEmpty());
    item_->hide();
    numbers_->hide();
    bars_->show_sketch({});
    show_flow({});
    show_hint({});
}

void WireCard::show_flow(const QString& text) {
    flow_->setText(text);
    flow_->setVisible(!text.isEmpty());
    adjustSize();
}

void WireCard::show_hint(const QString& text) {
    hint_->setText(text);
    hint_->setVisible(!text.isEmpty());
    adjustSize();
}

void WireCard::show_packet(const SeenPacket& packet) {
    if (packet.problem) return show_hint(QString::fromStdString(packet.problem->what));
    show_hint({});
    const QString size = QLocale().formattedDataSize(static_cast<qint64>(packet.bytes));
    if (!packet.type.isEmpty()) type_->setText(packet.type);
    QString what = tr("item %1").arg(packet.item);
    if (packet.bytes > 0) what += tr(" · %1").arg(size);  // not known of what was recorded
    if (packet.sketch.is_object()) what += '\n' + sketch_shape(packet.sketch);
    item_->setText(what);
    item_->show();
    const QString numbers = sketch_numbers(packet.sketch);
    numbers_->setText(numbers);
    numbers_->setVisible(!numbers.isEmpty());
    bars_->show_sketch(packet.sketch);
    adjustSize();
}

void WireCard::place_at(QPoint global) {
    adjustSize();
    QPoint place = global + QPoint(kOff, kOff);
    if (const QScreen* screen = QGuiApplication::screenAt(global)) {
        const QRect room = screen->availableGeometry();
        if (place.x() + width() > room.right()) place.setX(global.x() - kOff - width());
        if (place.y() + height() > room.bottom()) place.setY(global.y() - kOff - height());
        place.setX(std::max(place.x(), room.left()));
        place.setY(std::max(place.y(), room.top()));
    }
    move(place);
    show();
}

QString WireCard::text() const {
    QStringList lines;
    for (const QLabel* label : {title_, type_, doc_, item_, numbers_, flow_, hint_})
        if (!label->isHidden() && !label->text().isEmpty()) lines << label->text();
    return lines.join('\n');
}

}  // namespace millrace::editor
