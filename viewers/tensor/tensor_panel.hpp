// What stands beside a tensor's heat map: its axes, its colours, the histogram and the statistics
// of slice and whole. Shows and asks; the tensor view decides. Window thread only.
#pragma once

#include <QScrollArea>
#include <array>
#include <optional>
#include <utility>

#include "viewers/tensor/analysis.hpp"
#include "viewers/tensor/heat_map.hpp"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace millrace::viewers {

class AxisPicker;
class ValueHistogram;

class TensorPanel : public QScrollArea {
    Q_OBJECT

public:
    explicit TensorPanel(QWidget* parent = nullptr);

    AxisPicker* axes() const { return axes_; }
    QComboBox* map() const { return map_; }
    QComboBox* range() const { return range_; }
    ValueHistogram* histogram() const { return histogram_; }
    QCheckBox* logarithmic() const { return logarithmic_; }

    void show_tone(TensorMap map, TensorRange range, const HeatTone& tone);
    /// Of the slice and, under this title, of the rest; what is still counted is absent.
    void show_facts(const visual::TensorBlock* block, const TensorFacts* slice,
                    const visual::TensorStatistics* whole, const QString& whole_title);
    /// "mean" …, of the slice (0) or the whole (1), as it is shown.
    QString statistic(const QString& name, int column) const;

Q_SIGNALS:
    void map_chosen(millrace::viewers::TensorMap map);
    void range_chosen(millrace::viewers::TensorRange range);
    void ends_typed(double low, double high);

private:
    static constexpr int kLines = 10;
    void make_statistics(QGridLayout* grid);
    void show_statistics(int column, const visual::TensorBlock* block,
                         const visual::TensorStatistics* statistics);
    void take_ends();

    AxisPicker* axes_;
    QComboBox *map_, *range_;
    QLineEdit *low_, *high_;
    ValueHistogram* histogram_;
    QCheckBox* logarithmic_;
    std::array<QLabel*, 2> titles_;
    std::array<QLabel*, kLines> names_;
    std::array<std::array<QLabel*, kLines>, 2> values_;
};

}  // namespace millrace::viewers
