// A line for each axis of a tensor: what it is in the picture, and where it stands when it is
// fixed. Owned by the tensor's panel; window thread only.
#pragma once

#include <QWidget>
#include <vector>

#include "viewers/tensor/layout.hpp"

class QComboBox;
class QGridLayout;
class QLabel;
class QSlider;
class QSpinBox;

namespace millrace::viewers {

class AxisPicker : public QWidget {
    Q_OBJECT

public:
    explicit AxisPicker(QWidget* parent = nullptr);

    /// Not told by layout_changed(). `chosen` is the axis that the keys step; -1: none.
    void show_layout(const Index& shape, const TensorLayout& layout, int chosen);

    QComboBox* role(int axis) const { return lines_[static_cast<std::size_t>(axis)].role; }
    QSpinBox* index(int axis) const { return lines_[static_cast<std::size_t>(axis)].index; }
    QSlider* slider(int axis) const { return lines_[static_cast<std::size_t>(axis)].slider; }

Q_SIGNALS:
    /// By the user.
    void layout_changed(const millrace::viewers::TensorLayout& layout);
    void axis_chosen(int axis);

private:
    struct Line {
        QLabel* name;
        QComboBox* role;
        QSpinBox* index;
        QSlider* slider;
    };
    void make_lines(int count);
    void change_index(int axis, int index);

    TensorLayout layout_;
    std::vector<Line> lines_;
    QGridLayout* grid_;
    QLabel* none_;
};

}  // namespace millrace::viewers
