// What lies over the top of the canvas: bars across it that say what has happened and offer what
// to do, and under them at the right the bar for finding. Window thread only.
#pragma once

#include <QFrame>
#include <functional>
#include <vector>

class QLabel;
class QHBoxLayout;

namespace millrace::editor {

/// A bar with a text and buttons; gone with the last of them or its cross.
class NoticeBar : public QFrame {
    Q_OBJECT

public:
    struct Button {
        QString text;
        std::function<void()> work;
        bool stays = false;  ///< the bar is still there afterwards
    };

    explicit NoticeBar(QWidget* parent);
    /// `warning` colours the bar. A bar that shows something else shows this instead.
    void tell(const QString& text, const std::vector<Button>& buttons, bool warning = true);
    QString text() const;
    /// Presses a button by its text; false when there is none.
    bool press(const QString& button);
    void dismiss();

Q_SIGNALS:
    void size_wanted();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* text_;
    QHBoxLayout* line_;
    std::vector<QWidget*> buttons_;
    bool warning_ = true;
};

/// Keeps bars at the top of a widget as it changes its size.
class CanvasBars : public QObject {
    Q_OBJECT

public:
    explicit CanvasBars(QWidget* canvas);
    /// A bar across the whole width.
    NoticeBar* add_notice(const char* name);
    /// A widget at the right, under the bars.
    void add_corner(QWidget* corner);
    void arrange();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* canvas_;
    std::vector<NoticeBar*> bars_;
    QWidget* corner_ = nullptr;
};

}  // namespace millrace::editor
