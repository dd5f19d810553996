// A text to be read, with the numbers of its lines. Window thread only.
#pragma once

#include <QPlainTextEdit>

namespace millrace::viewers {

class TextEdit : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit TextEdit(QWidget* parent = nullptr);

    /// The number of the first line, counted from 1.
    void set_first_line(std::size_t line);
    bool numbers_lines() const { return numbers_lines_; }
    void set_numbers_lines(bool numbers);
    void step_font(int steps);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void paint_numbers();
    void make_room();

    QWidget* margin_ = nullptr;
    std::size_t first_line_ = 1;
    bool numbers_lines_ = true;
};

}  // namespace millrace::viewers
