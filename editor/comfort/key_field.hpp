// A field that takes the next key that is pressed, whatever it does elsewhere. Window thread only.
#pragma once

#include <QKeySequence>
#include <QLineEdit>

namespace millrace::editor {

class KeyField : public QLineEdit {
    Q_OBJECT

public:
    explicit KeyField(QWidget* parent = nullptr);

Q_SIGNALS:
    /// The key; an empty one when the command is to have none (Backspace).
    void recorded(const QKeySequence& key);
    /// Esc, or the focus went elsewhere.
    void given_up();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    bool over_ = false;
};

}  // namespace millrace::editor
