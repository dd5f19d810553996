// One viewer in the window with its title: a bar to drag it by, to maximise and to close it. A
// frame in the theme's accent shows which pane the keys go to. Owned by the pane area; window
// thread only.
#pragma once

#include <QFrame>
#include <QPoint>

class QLabel;
class QHBoxLayout;
class QToolButton;

namespace millrace::view {

class Pane : public QFrame {
    Q_OBJECT

public:
    Pane(const QString& title, QWidget* content, QWidget* parent = nullptr);

    const QString& title() const { return title_; }
    void set_title(const QString& title);
    QWidget* content() const { return content_; }
    /// Puts a widget between the title and the buttons, such as the choice among viewers.
    void add_to_title(QWidget* widget);
    /// Gives the keys to what the pane shows.
    void take_focus();

    /// Whether it is to be shown at all; a pane may still be hidden behind a maximised one.
    bool open() const { return open_; }
    void set_open(bool open) { open_ = open; }
    void set_maximised(bool maximised);
    bool focused() const { return focused_; }
    void set_focused(bool focused);

    /// The kind of data that a dragged pane carries.
    static constexpr const char* kDragged = "application/x-millrace-pane";

Q_SIGNALS:
    void close_wanted();
    void maximise_wanted();
    /// Started by dragging the title.
    void drag_wanted();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw_icons();

    QString title_;
    QWidget* content_;
    QWidget* bar_;
    QHBoxLayout* row_;
    QLabel* label_;
    QToolButton* maximise_;
    QToolButton* close_;
    QPoint pressed_;
    bool open_ = true, maximised_ = false, focused_ = false, pressing_ = false;
};

}  // namespace millrace::view
