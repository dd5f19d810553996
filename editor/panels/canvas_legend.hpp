// The legend of an overlay, in a corner of the canvas: its title and the scale from cold to hot.
// Window thread only.
#pragma once

#include <QWidget>

namespace millrace::editor {

class CanvasLegend : public QWidget {
    Q_OBJECT

public:
    /// Lies over `canvas` in its lower left corner and follows its size.
    explicit CanvasLegend(QWidget* canvas);
    /// Hidden when `title` is empty.
    void show_scale(const QString& title, const QString& low, const QString& high);
    const QString& title() const { return title_; }
    const QString& high() const { return high_; }
    QSize sizeHint() const override { return {230, 58}; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void place();

    QString title_, low_, high_;
};

}  // namespace millrace::editor
