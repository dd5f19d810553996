#include "viewers/text/text_view.hpp"

#include <QFontDatabase>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QTextBlock>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "viewers/text/text_edit.hpp"

namespace millrace::viewers {

TextView::TextView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    edit_ = new TextEdit(this);
    edit_->setReadOnly(true);
    // Read-only texts have no cursor, but keys shall move in them.
    edit_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    edit_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    edit_->setAccessibleName(tr("Text"));
    edit_->setFrameShape(QFrame::NoFrame);
    column->addWidget(edit_, 1);
    note_ = new QLabel(this);
    note_->setContentsMargins(6, 2, 6, 2);
    note_->setWordWrap(true);
    note_->hide();
    column->addWidget(note_);
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Find"));
    search_->setAccessibleName(tr("Find"));
    search_->setClearButtonEnabled(true);
    search_->hide();
    column->addWidget(search_);
    setFocusProxy(edit_);
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) {
        // A search that grows as it is written stays where it is.
        QTextCursor cursor = edit_->textCursor();
        cursor.setPosition(cursor.selectionStart());
        edit_->setTextCursor(cursor);
        find(text);
    });
    connect(search_, &QLineEdit::returnPressed, this, [this] { find(search_->text()); });
    make_actions();
}

void TextView::make_actions() {
    add_action(tr("Find"), QKeySequence::Find, [this] {
        search_->show();
        search_->setFocus();
        search_->selectAll();
    });
    add_action(tr("Find next"), QKeySequence(Qt::Key_F3), [this] { find(search_->text()); });
    add_action(tr("Find before"), QKeySequence("Shift+F3"),
               [this] { find(search_->text(), true); });
    add_action(tr("Wrap lines"), QKeySequence("Alt+Z"), [this] { set_wraps(!wraps()); });
    add_action(tr("Line numbers"), QKeySequence("Alt+N"),
               [this] { edit_->set_numbers_lines(!edit_->numbers_lines()); });
    add_action(tr("Larger letters"), QKeySequence::ZoomIn, [this] { edit_->step_font(1); });
    add_action(tr("Smaller letters"), QKeySequence::ZoomOut, [this] { edit_->step_font(-1); });
    add_action(tr("Next part"), QKeySequence("Ctrl+PgDown"), [this] { show_part(part_ + 1); });
    add_action(tr("Part before"), QKeySequence("Ctrl+PgUp"), [this] {
        if (part_ > 0) show_part(part_ - 1);
    });
    add_action(tr("Close the search"), QKeySequence(Qt::Key_Escape), [this] {
        search_->hide();
        edit_->setFocus();
    });
}

bool TextView::show_visual(Shared item) {
    const auto* text = item ? std::get_if<visual::Text>(item.get()) : nullptr;
    if (!text) return false;
    const bool same = shown_ && shown_->text == text->text;
    item_ = std::move(item);
    shown_ = text;
    if (!same) {
        parts_ = parts_of(text->text);
        show_part(std::min(part_, parts_.count() - 1));
    }
    tell();
    return true;
}

void TextView::show_part(std::size_t number) {
    if (!shown_ || number >= parts_.count()) return;
    part_ = number;
    read_ = read_part(parts_.part(shown_->text, number));
    edit_->set_first_line(parts_.lines[number] + 1);
    edit_->setPlainText(read_.text);
    tell();
}

void TextView::tell() {
    const auto size = [this](std::uint64_t bytes) {
        return locale().formattedDataSize(static_cast<qint64>(bytes));
    };
    QStringList told;
    if (shown_->full_bytes > shown_->text.size())
        told << tr("The first %1 of %2.").arg(size(shown_->text.size()), size(shown_->full_bytes));
    if (parts_.count() > 1)
        told << tr("Part %1 of %2 (Ctrl+PgDown, Ctrl+PgUp).").arg(part_ + 1).arg(parts_.count());
    if (read_.escaped > 0)
        told << tr("Bytes here that are no UTF-8 text, written as \\xNN: %1.").arg(read_.escaped);
    if (read_.broken > 0)
        told << tr("Lines here so long that they are broken, and counted, as several: %1.")
                    .arg(read_.broken);
    note_->setText(told.join(' '));
    note_->setVisible(!told.isEmpty());
    set_status(
        parts_.all_lines == 1
            ? tr("1 line")
            : tr("%1 lines").arg(locale().toString(static_cast<qulonglong>(parts_.all_lines))));
}

bool TextView::find_here(const QString& text, bool backward) {
    return edit_->find(text, backward ? QTextDocument::FindBackward : QTextDocument::FindFlags());
}

void TextView::reveal(const Selection& selection) {
    if (!shown_ || selection.kind != Selection::Kind::Row || selection.index < 0) return;
    // The part that holds the line.
    const auto& firsts = parts_.lines;
    const auto after =
        std::ranges::upper_bound(firsts, static_cast<std::uint64_t>(selection.index));
    if (after == firsts.begin()) return;
    const auto number = static_cast<std::size_t>(after - firsts.begin()) - 1;
    if (number != part_ && number < parts_.count()) show_part(number);
    const auto line_number = static_cast<std::uint64_t>(selection.index) - firsts[part_];
    if (line_number >= static_cast<std::uint64_t>(edit_->blockCount())) return;
    const QTextBlock line = edit_->document()->findBlockByNumber(static_cast<int>(line_number));
    const double last = std::max(0, line.length() - 1);
    const int column =
        std::isfinite(selection.x) ? static_cast<int>(std::clamp(selection.x, 0.0, last)) : 0;
    QTextCursor cursor(line);
    cursor.setPosition(line.position() + column);
    cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
    edit_->setTextCursor(cursor);
    edit_->centerCursor();
}

int TextView::current_line() const {
    return parts_.count() == 0
               ? 0
               : static_cast<int>(parts_.lines[part_]) + edit_->textCursor().blockNumber();
}

bool TextView::find(const QString& text, bool backward) {
    if (text.isEmpty() || !shown_) return false;
    if (find_here(text, backward)) return true;
    if (parts_.count() == 1) {
        const QTextCursor before = edit_->textCursor();
        edit_->moveCursor(backward ? QTextCursor::End : QTextCursor::Start);
        if (find_here(text, backward)) return true;
        edit_->setTextCursor(before);
        set_status(tr("\"%1\" stands nowhere").arg(text));
        return false;
    }
    set_status(tr("Looking for \"%1\" …").arg(text));
    background_.run(QStringLiteral("find"),
                    [this, item = item_, shown = shown_, parts = parts_, text, backward,
                     from = part_](const std::stop_token& stop) -> Background::Finish {
                        const auto number = part_with(shown->text, parts, text, from, backward,
                                                      [&stop] { return stop.stop_requested(); });
                        return [this, item, text, backward, number] {
                            if (item != item_) return;
                            if (!number) return set_status(tr("\"%1\" stands nowhere").arg(text));
                            show_part(*number);
                            edit_->moveCursor(backward ? QTextCursor::End : QTextCursor::Start);
                            find_here(text, backward);
                        };
                    });
    return false;
}

bool TextView::wraps() const { return edit_->lineWrapMode() == QPlainTextEdit::WidgetWidth; }

void TextView::set_wraps(bool wraps) {
    edit_->setLineWrapMode(wraps ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
}

QString TextView::text() const { return edit_->toPlainText(); }

QString TextView::note() const { return note_->text(); }

}  // namespace millrace::viewers
