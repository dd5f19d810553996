// How often which score occurs, with one handle: boxes below it are left out. Arrow keys move the
// handle by hundredths. Window thread only.
#pragma once

#include <QWidget>
#include <cstddef>
#include <utility>
#include <vector>

namespace millrace::viewers {

class ScoreHistogram : public QWidget {
    Q_OBJECT

public:
    explicit ScoreHistogram(QWidget* parent = nullptr);

    /// What is not finite is left out. The ends are 0 and 1 when all scores lie between.
    void set_scores(const std::vector<double>& scores);
    std::pair<double, double> ends() const { return {low_, high_}; }
    double threshold() const { return threshold_; }
    /// Tells threshold_changed().
    void set_threshold(double threshold);
    const std::vector<std::size_t>& counts() const { return counts_; }

    QSize sizeHint() const override { return {260, 46}; }

Q_SIGNALS:
    void threshold_changed(double threshold);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QRectF bars() const;
    double value_at(double x) const;

    std::vector<std::size_t> counts_;
    double low_ = 0, high_ = 1, threshold_ = 0;
};

}  // namespace millrace::viewers
