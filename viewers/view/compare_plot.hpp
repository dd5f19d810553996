// The largest error of each item that was compared, as bars whose colour is the verdict; a click
// goes to the item. Window thread only.
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "viewers/view/comparison.hpp"

namespace millrace::view {

QColor verdict_color(visual::Verdict verdict, bool dark);

class ComparePlot : public QWidget {
    Q_OBJECT

public:
    explicit ComparePlot(QWidget* parent = nullptr);
    void set_items(const std::vector<ItemSummary>* items);
    void set_current(std::optional<quint64> item);
    /// The place in the items under an x of the widget.
    std::optional<std::size_t> place_at(double x) const;
    QSize sizeHint() const override { return {280, 96}; }
    QSize minimumSizeHint() const override { return {120, 64}; }

Q_SIGNALS:
    void clicked(std::size_t place);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF field() const;
    const std::vector<ItemSummary>* items_ = nullptr;
    std::optional<quint64> current_;
};

}  // namespace millrace::view
