#include "editor/window/welcome_page.hpp"

#include <QCommandLinkButton>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "editor/catalogue/catalogue.hpp"

namespace millrace::editor {
namespace {

constexpr int kCardWidth = 340, kPictureHeight = 150, kMostRecent = 10, kGap = 18, kSides = 40;

QLabel* heading(const QString& text, double size) {
    auto* label = new QLabel(text);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * size);
    font.setBold(true);
    label->setFont(font);
    return label;
}

QLabel* wrapped(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

/// The picture cut to the card's shape.
QPixmap card_picture(const QString& file, double scale) {
    if (file.isEmpty()) return {};
    const QSize size = QSize(kCardWidth, kPictureHeight) * scale;
    QImage image(file);
    if (image.isNull()) return {};
    image = image.scaled(size, Qt::KeepAspectRatioByExpanding, Qt::SmoothTransformation);
    image = image.copy(QRect(
        QPoint((image.width() - size.width()) / 2, (image.height() - size.height()) / 2), size));
    QPixmap picture = QPixmap::fromImage(image);
    picture.setDevicePixelRatio(scale);
    return picture;
}

/// The graph itself, small, where it has no picture: boxes in the colours of their families.
QPixmap drawn_graph(const QString& file, double scale) {
    QPixmap picture(QSize(kCardWidth, kPictureHeight) * scale);
    picture.setDevicePixelRatio(scale);
    picture.fill(QColor(0x17191c));
    const engine::ReadGraph read = engine::load_graph(file.toStdString());
    std::map<std::string, QRectF> boxes;
    QRectF all;
    for (const auto& [id, place] : read.graph.layout)
        if (read.graph.nodes.contains(id)) all |= boxes[id] = {place[0], place[1], 190, 90};
    if (boxes.empty()) return picture;
    all.adjust(-60, -60, 60, 60);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    const double zoom = std::min(kCardWidth / all.width(), kPictureHeight / all.height());
    painter.translate(kCardWidth / 2.0, kPictureHeight / 2.0);
    painter.scale(zoom, zoom);
    painter.translate(-all.center());
    painter.setPen(QPen(QColor(0x9aa3ad), 5));
    for (const engine::Wire& wire : read.graph.wires) {
        const auto from = boxes.find(wire.from.node), to = boxes.find(wire.to.node);
        if (from == boxes.end() || to == boxes.end()) continue;
        const QPointF start(from->second.right(), from->second.center().y());
        const QPointF end(to->second.left(), to->second.center().y());
        QPainterPath curve(start);
        curve.cubicTo(start + QPointF(80, 0), end - QPointF(80, 0), end);
        painter.drawPath(curve);
    }
    painter.setPen(Qt::NoPen);
    for (const auto& [id, box] : boxes) {
        painter.setBrush(family_color(read.graph.nodes.at(id).type));
        painter.drawRoundedRect(box, 14, 14);
    }
    return picture;
}

}  // namespace

QStringList recent_files() { return QSettings().value("editor/recent").toStringList(); }

void note_recent(const QString& file) {
    if (file.isEmpty()) return;
    QStringList files = recent_files();
    files.removeAll(file);
    files.prepend(file);
    while (files.size() > kMostRecent) files.removeLast();
    QSettings().setValue("editor/recent", files);
}

WelcomePage::WelcomePage(QWidget* parent) : QScrollArea(parent) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Welcome"));
    refresh();
}

void WelcomePage::refresh() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(kSides, 30, kSides, 30);
    column->setSpacing(14);
    column->addWidget(heading(tr("Millrace"), 2.2));
    column->addWidget(wrapped(
        tr("Pipelines for perception and on-device models: draw them, run them, look into every "
           "wire.")));
    for (const Recovered& recovered : Journal::left_over())
        column->addWidget(make_recovery(recovered));
    auto* starts = new QHBoxLayout;
    auto* fresh = new QPushButton(tr("New graph"));
    auto* browse = new QPushButton(tr("Open a graph…"));
    connect(fresh, &QPushButton::clicked, this, &WelcomePage::new_wanted);
    connect(browse, &QPushButton::clicked, this, &WelcomePage::browse_wanted);
    starts->addWidget(fresh);
    starts->addWidget(browse);
    starts->addStretch(1);
    column->addLayout(starts);
    if (QWidget* recent = make_recent()) {
        column->addWidget(heading(tr("Recent"), 1.25));
        column->addWidget(recent);
    }
    column->addWidget(heading(tr("Ready-made graphs"), 1.25));
    grid_ = new QGridLayout;
    grid_->setSpacing(kGap);
    cards_.clear();
    for (const Template& one : templates_in(graphs_folder())) cards_.push_back(make_card(one));
    if (cards_.empty())
        column->addWidget(wrapped(tr("The folder of ready-made graphs was not found.")));
    column->addLayout(grid_);
    auto* drop = wrapped(
        tr("Or drop a graph here, or a picture that was exported from a canvas. F1 opens the "
           "help."));
    drop->setForegroundRole(QPalette::PlaceholderText);
    column->addWidget(drop);
    column->addStretch(1);
    columns_ = 0;
    arrange();
    setWidget(page);
}

/// As many cards beside each other as there is room for.
void WelcomePage::arrange() {
    const int room = viewport()->width() - 2 * kSides + kGap;
    const int columns = std::max(1, room / (kCardWidth + 2 + kGap));
    if (columns == columns_) return;
    grid_->setColumnStretch(columns_, 0);
    columns_ = columns;
    int place = 0;
    for (QWidget* card : cards_) {
        grid_->addWidget(card, place / columns, place % columns);
        ++place;
    }
    grid_->setColumnStretch(columns, 1);
}

void WelcomePage::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

QWidget* WelcomePage::make_card(const Template& one) {
    auto* card = new QFrame;
    card->setFrameShape(QFrame::StyledPanel);
    card->setFixedWidth(kCardWidth + 2);
    card->setAutoFillBackground(true);
    card->setBackgroundRole(QPalette::Button);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(0, 0, 0, 10);
    column->setSpacing(6);
    auto* picture = new QLabel;
    picture->setFixedSize(kCardWidth, kPictureHeight);
    picture->setAlignment(Qt::AlignCenter);
    QPixmap pixels = card_picture(one.picture, devicePixelRatioF());
    if (pixels.isNull()) pixels = drawn_graph(one.file, devicePixelRatioF());
    picture->setPixmap(pixels);
    column->addWidget(picture);
    auto* texts = new QVBoxLayout;
    texts->setContentsMargins(12, 0, 12, 0);
    texts->addWidget(heading(one.title, 1.1));
    auto* about = wrapped(one.about);
    about->setMinimumHeight(about->fontMetrics().lineSpacing() * 3);
    about->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    texts->addWidget(about);
    auto* line = new QHBoxLayout;
    auto* run = new QPushButton(tr("Run"));
    run->setDefault(true);
    run->setAccessibleName(tr("Run %1").arg(one.title));
    auto* open = new QPushButton(tr("Open"));
    open->setAccessibleName(tr("Open %1").arg(one.title));
    connect(run, &QPushButton::clicked, this,
            [this, file = one.file] { Q_EMIT template_wanted(file, true); });
    connect(open, &QPushButton::clicked, this,
            [this, file = one.file] { Q_EMIT template_wanted(file, false); });
    line->addWidget(run);
    line->addWidget(open);
    line->addStretch(1);
    if (one.seconds > 0) {
        auto* time = new QLabel(tr("about %n second(s)", nullptr, one.seconds));
        time->setEnabled(false);
        line->addWidget(time);
    }
    texts->addLayout(line);
    column->addLayout(texts);
    return card;
}

QWidget* WelcomePage::make_recovery(const Recovered& recovered) {
    auto* frame = new QFrame;
    frame->setFrameShape(QFrame::StyledPanel);
    auto* line = new QHBoxLayout(frame);
    line->addWidget(wrapped(tr("“%1” has changes that were not saved when its editor ended (%2).")
                                .arg(recovered.title,
                                     QLocale().toString(recovered.changed, QLocale::ShortFormat))),
                    1);
    auto* restore = new QPushButton(tr("Restore"));
    auto* discard = new QPushButton(tr("Discard"));
    connect(restore, &QPushButton::clicked, this,
            [this, recovered] { Q_EMIT recovery_wanted(recovered); });
    connect(discard, &QPushButton::clicked, this, [this, recovered] {
        Journal::discard(recovered);
        QMetaObject::invokeMethod(this, &WelcomePage::refresh, Qt::QueuedConnection);
    });
    line->addWidget(restore);
    line->addWidget(discard);
    return frame;
}

QWidget* WelcomePage::make_recent() {
    const QStringList files = recent_files();
    if (files.isEmpty()) return nullptr;
    auto* list = new QWidget;
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    for (const QString& file : files) {
        auto* button = new QPushButton(
            tr("%1    %2").arg(QFileInfo(file).completeBaseName(), QFileInfo(file).path()));
        button->setFlat(true);
        button->setStyleSheet("text-align: left; padding: 4px 8px;");
        button->setEnabled(QFileInfo(file).isFile());
        button->setToolTip(button->isEnabled() ? file : tr("%1 is not there any more.").arg(file));
        connect(button, &QPushButton::clicked, this,
                [this, file] { Q_EMIT open_wanted(file, false); });
        column->addWidget(button);
    }
    return list;
}

}  // namespace millrace::editor
