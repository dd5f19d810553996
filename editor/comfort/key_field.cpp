#include "editor/comfort/key_field.hpp"

#include <QKeyEvent>

namespace millrace::editor {

KeyField::KeyField(QWidget* parent) : QLineEdit(parent) {
    setReadOnly(true);
    setPlaceholderText(tr("press the key"));
    setToolTip(tr("Press the new key. Backspace takes the key away, Esc leaves it as it is."));
    setAccessibleName(tr("Press the new key"));
}

bool KeyField::event(QEvent* event) {
    // Before the window's own shortcuts, and before Tab moves the focus.
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept();
        return true;
    }
    if (event->type() == QEvent::KeyPress) {
        keyPressEvent(static_cast<QKeyEvent*>(event));
        return true;
    }
    return QLineEdit::event(event);
}

void KeyField::keyPressEvent(QKeyEvent* event) {
    event->accept();
    int key = event->key();
    if (over_ || key == 0 || key == Qt::Key_unknown || key == Qt::Key_Control ||
        key == Qt::Key_Shift || key == Qt::Key_Alt || key == Qt::Key_Meta || key == Qt::Key_AltGr ||
        key == Qt::Key_CapsLock || key == Qt::Key_NumLock)
        return;
    Qt::KeyboardModifiers held =
        event->modifiers() & ~(Qt::KeypadModifier | Qt::GroupSwitchModifier);
    if (!held && key == Qt::Key_Escape) {
        over_ = true;
        Q_EMIT given_up();
        return;
    }
    if (key == Qt::Key_Backtab) key = Qt::Key_Tab;
    // "!" is a key of its own where it takes Shift; letters keep theirs.
    const QString text = event->text();
    if (held.testFlag(Qt::ShiftModifier) && !text.isEmpty() && text.front().isPrint() &&
        !text.front().isLetterOrNumber() && !text.front().isSpace())
        held.setFlag(Qt::ShiftModifier, false);
    over_ = true;
    Q_EMIT recorded(!held && key == Qt::Key_Backspace
                        ? QKeySequence()
                        : QKeySequence(QKeyCombination(held, static_cast<Qt::Key>(key))));
}

void KeyField::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    if (over_) return;
    over_ = true;
    Q_EMIT given_up();
}

}  // namespace millrace::editor
