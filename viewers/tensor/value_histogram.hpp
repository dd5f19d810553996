// How often which number occurs in a slice, in the colours of the map, the ends of the map marked.
// The bar under the pointer is told. Window thread only.
#pragma once

#include <QWidget>

#include "viewers/tensor/analysis.hpp"
#include "viewers/tensor/heat_map.hpp"

namespace millrace::viewers {

class ValueHistogram : public QWidget {
    Q_OBJECT

public:
    explicit ValueHistogram(QWidget* parent = nullptr);

    void set_counts(const ValueCounts& counts);
    const ValueCounts& counts() const { return counts_; }
    void set_tone(const HeatTone& tone);
    void set_logarithmic(bool on);
    bool logarithmic() const { return logarithmic_; }
    /// "0.1 to 0.2: 17", of the bar at this pixel; empty beside them.
    QString told_at(double x) const;

    QSize sizeHint() const override { return {240, 120}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QRectF bars() const;
    double height_of(std::uint64_t count, std::uint64_t most) const;

    ValueCounts counts_;
    HeatTone tone_;
    bool logarithmic_ = false;
    double over_ = -1;  ///< the pointer's pixel
};

}  // namespace millrace::viewers
