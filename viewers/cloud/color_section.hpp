// The part of the cloud viewer's panel that says how points are coloured: by what, with which map,
// between which ends. Follows the view and changes its style. Window thread only.
#pragma once

#include <QTimer>
#include <QWidget>

#include "engine/visual/scene/colors.hpp"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QPushButton;

namespace millrace::viewers {

class CloudView;
class RangeHistogram;

class ColorSection : public QWidget {
    Q_OBJECT

public:
    /// The view must live as long.
    explicit ColorSection(CloudView* view, QWidget* parent = nullptr);

    QComboBox* source() const { return source_; }
    QComboBox* map() const { return map_; }
    RangeHistogram* histogram() const { return histogram_; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();
    void refresh_sources();
    void count_values(const visual::Coloring& coloring);
    void change(const visual::Coloring& coloring);

    CloudView* view_;
    QComboBox *source_, *map_;
    QCheckBox* reversed_;
    RangeHistogram* histogram_;
    QDoubleSpinBox *low_, *high_;
    QPushButton *automatic_, *constant_;
    std::vector<visual::Coloring> sources_;
    std::optional<visual::Coloring> counted_;  ///< what the histogram holds
    QTimer refresh_timer_;
};

}  // namespace millrace::viewers
