// A sketch as people read it: shape and numbers as text, and its histogram as bars. Window thread
// only.
#pragma once

#include <QWidget>
#include <vector>

#include "engine/value.hpp"

namespace millrace::editor {

/// "[3, 224, 224] · 150 528 numbers".
QString sketch_shape(const engine::Value& sketch);
/// "0 … 1, mean 0.48, RMS 0.5", and how many are NaN or infinite when any are; empty when the
/// packet has no numbers.
QString sketch_numbers(const engine::Value& sketch);

/// The histogram alone; nothing is painted for a packet without numbers.
class SketchBars : public QWidget {
public:
    explicit SketchBars(QWidget* parent = nullptr);
    void show_sketch(const engine::Value& sketch);
    bool has_bars() const { return !bars_.empty(); }
    QSize sizeHint() const override { return {220, 56}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<double> bars_;  ///< shares of the highest
    QString low_, high_;
};

}  // namespace millrace::editor
