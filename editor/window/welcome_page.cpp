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

namespace millrace::editor {
namespace {

constexpr int kCardWidth = 340, kPictureHeight = 150, kMostRecent = 10, kColumns = 3;

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
    column->setContentsMargins(40, 30, 40, 30);
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
    auto* grid = new QGridLayout;
    grid->setSpacing(18);
    int place = 0;
    for (const Template& one : templates_in(graphs_folder())) {
        grid->addWidget(make_card(one), place / kColumns, place % kColumns);
        ++place;
    }
    grid->setColumnStretch(kColumns, 1);
    if (place == 0)
        column->addWidget(wrapped(tr("The folder of ready-made graphs was not found.")));
    column->addLayout(grid);
    column->addStretch(1);
    setWidget(page);
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
    const QPixmap pixels = card_picture(one.picture, devicePixelRatioF());
    if (pixels.isNull())
        picture->setText(tr("no picture"));
    else
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
