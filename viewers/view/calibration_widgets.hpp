// The parts of the calibration panel: sliders and boxes that go ten times finer while Ctrl is held,
// and the plot of scores under a slider. Window thread only.
#pragma once

#include <QDoubleSpinBox>
#include <QSlider>
#include <QWidget>
#include <optional>
#include <vector>

namespace millrace::view {

/// Whole steps from -kSteps to kSteps. Keys and wheel go by ten of them, with Ctrl by one; a drag
/// with Ctrl goes a tenth of the way.
class FineSlider : public QSlider {
    Q_OBJECT

public:
    static constexpr int kSteps = 1000;

    explicit FineSlider(QWidget* parent = nullptr);
    /// Pixels from the widget's left edge to the middle of the handle at the least value; as many
    /// lie on the right.
    int inset() const;

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    QPointF dragged_from_;
    double dragged_ = 0;  ///< the value before it is rounded
};

/// Steps with Ctrl are a tenth, where Qt's are ten times as large.
class FineBox : public QDoubleSpinBox {
    Q_OBJECT

public:
    explicit FineBox(QWidget* parent = nullptr);
    void stepBy(int steps) override;

protected:
    bool event(QEvent* event) override;
};

/// Scores along one axis, over the range of the slider above it; the present value is a line, the
/// greatest score a dot.
class ScorePlot : public QWidget {
    Q_OBJECT

public:
    explicit ScorePlot(const FineSlider* slider, QWidget* parent = nullptr);

    /// Evenly over the slider's range; empty when unknown. `low` and `high` are the ends of the
    /// upright axis, the same for all plots, so that a flat axis looks flat.
    void set_scores(std::vector<double> scores, double low, double high);
    const std::vector<double>& scores() const { return scores_; }
    /// -1 to 1; the share of the limit at which the score is greatest, none without scores.
    std::optional<double> peak() const;
    /// The scores belong to an earlier pose: drawn faintly.
    void set_stale(bool stale);

    QSize sizeHint() const override { return {160, 26}; }
    QSize minimumSizeHint() const override { return {80, 22}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const FineSlider* slider_;
    std::vector<double> scores_;
    double low_ = 0, high_ = 1;
    bool stale_ = false;
};

}  // namespace millrace::view
