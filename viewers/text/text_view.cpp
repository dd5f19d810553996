#include "viewers/text/text_view.hpp"

#include <QFontDatabase>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace millrace::viewers {

TextView::TextView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    edit_ = new QPlainTextEdit(this);
    edit_->setReadOnly(true);
    edit_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    edit_->setAccessibleName(tr("Text"));
    edit_->setFrameShape(QFrame::NoFrame);
    column->addWidget(edit_, 1);
    note_ = new QLabel(this);
    note_->setContentsMargins(6, 2, 6, 2);
    note_->hide();
    column->addWidget(note_);
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Find"));
    search_->setAccessibleName(tr("Find"));
    search_->setClearButtonEnabled(true);
    search_->hide();
    column->addWidget(search_);
    setFocusProxy(edit_);
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) { find(text); });
    connect(search_, &QLineEdit::returnPressed, this, [this] { find(search_->text()); });
    add_action(tr("Find"), QKeySequence::Find, [this] {
        search_->show();
        search_->setFocus();
        search_->selectAll();
    });
    add_action(tr("Find next"), QKeySequence(Qt::Key_F3), [this] { find(search_->text()); });
    add_action(tr("Find before"), QKeySequence("Shift+F3"),
               [this] { find(search_->text(), true); });
    add_action(tr("Wrap lines"), QKeySequence("Alt+Z"), [this] { set_wraps(!wraps()); });
    add_action(tr("Close the search"), QKeySequence(Qt::Key_Escape), [this] {
        search_->hide();
        edit_->setFocus();
    });
}

bool TextView::show_visual(Shared item) {
    const auto* text = item ? std::get_if<visual::Text>(item.get()) : nullptr;
    if (!text) return false;
    const QString shown =
        QString::fromUtf8(text->text.data(), static_cast<qsizetype>(text->text.size()));
    if (shown != edit_->toPlainText()) edit_->setPlainText(shown);
    note_->setVisible(text->full_bytes > text->text.size());
    if (text->full_bytes > text->text.size())
        note_->setText(tr("The first %1 of %2")
                           .arg(locale().formattedDataSize(static_cast<qint64>(text->text.size())),
                                locale().formattedDataSize(static_cast<qint64>(text->full_bytes))));
    else
        note_->clear();
    set_status(tr("%n line(s)", nullptr, edit_->blockCount()));
    return true;
}

bool TextView::find(const QString& text, bool backward) {
    if (text.isEmpty()) return false;
    const QTextDocument::FindFlags flags =
        backward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    if (edit_->find(text, flags)) return true;
    const QTextCursor before = edit_->textCursor();
    edit_->moveCursor(backward ? QTextCursor::End : QTextCursor::Start);
    if (edit_->find(text, flags)) return true;
    edit_->setTextCursor(before);
    set_status(tr("\"%1\" stands nowhere").arg(text));
    return false;
}

bool TextView::wraps() const { return edit_->lineWrapMode() == QPlainTextEdit::WidgetWidth; }

void TextView::set_wraps(bool wraps) {
    edit_->setLineWrapMode(wraps ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
}

QString TextView::text() const { return edit_->toPlainText(); }

QString TextView::note() const { return note_->text(); }

}  // namespace millrace::viewers
