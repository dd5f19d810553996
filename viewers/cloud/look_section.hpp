// The parts of the cloud viewer's panel about points, picture and crop box. They follow the view
// and change its style. Window thread only.
#pragma once

#include <QWidget>
#include <array>
#include <functional>

#include "engine/visual/scene/style.hpp"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QSlider;

namespace millrace::viewers {

class CloudView;

/// Size and shape of points, eye-dome lighting, what is shown beside them, background.
class LookSection : public QWidget {
    Q_OBJECT

public:
    /// The view must live as long.
    explicit LookSection(CloudView* view, QWidget* parent = nullptr);

    QDoubleSpinBox* size() const { return size_; }
    QComboBox* unit() const { return unit_; }
    QCheckBox* eye_dome() const { return eye_dome_; }

private:
    void refresh();
    void change(const std::function<void(visual::Style&)>& change);
    void choose_background(int choice);

    CloudView* view_;
    QDoubleSpinBox* size_;
    QComboBox *unit_, *background_;
    QCheckBox *round_, *eye_dome_, *grid_, *axes_, *boxes_, *labels_, *legend_;
    QSlider* strength_;
};

/// Numbers of the crop box; nothing is cropped while the box is off.
class CropSection : public QWidget {
    Q_OBJECT

public:
    /// The view must live as long.
    explicit CropSection(CloudView* view, QWidget* parent = nullptr);

    QCheckBox* on() const { return on_; }
    /// Center x y z, size x y z in metres, yaw in degrees.
    const std::array<QDoubleSpinBox*, 7>& numbers() const { return numbers_; }

private:
    void refresh();
    void apply();

    CloudView* view_;
    QCheckBox* on_;
    std::array<QDoubleSpinBox*, 7> numbers_;
};

}  // namespace millrace::viewers
