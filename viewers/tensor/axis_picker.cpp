#include "viewers/tensor/axis_picker.hpp"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <algorithm>
#include <limits>

namespace millrace::viewers {
namespace {

using Role = TensorLayout::Role;

/// Widgets count with int; larger indices are reached by typing them into “Go to”.
int widget_number(std::int64_t number) {
    return static_cast<int>(std::min<std::int64_t>(number, std::numeric_limits<int>::max()));
}

}  // namespace

AxisPicker::AxisPicker(QWidget* parent) : QWidget(parent) {
    grid_ = new QGridLayout(this);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(6);
    grid_->setVerticalSpacing(4);
    grid_->setColumnStretch(1, 1);
    none_ = new QLabel(tr("One number, no axes"), this);
    grid_->addWidget(none_, 0, 0, 1, 3);
}

void AxisPicker::make_lines(int count) {
    for (int axis = static_cast<int>(lines_.size()); axis < count; ++axis) {
        Line line{new QLabel(this), new QComboBox(this), new QSpinBox(this),
                  new QSlider(Qt::Horizontal, this)};
        line.role->addItem(tr("Index"), static_cast<int>(Role::Fixed));
        line.role->addItem(tr("Grid of tiles"), static_cast<int>(Role::Grid));
        line.role->addItem(tr("Rows"), static_cast<int>(Role::Rows));
        line.role->addItem(tr("Columns"), static_cast<int>(Role::Columns));
        line.role->setAccessibleName(tr("Axis %1 in the picture").arg(axis));
        line.index->setAccessibleName(tr("Index along axis %1").arg(axis));
        line.slider->setAccessibleName(tr("Index along axis %1").arg(axis));
        line.index->setToolTip(tr("[ and ] step the marked axis, { and } mark another one"));
        line.slider->setToolTip(line.index->toolTip());
        line.index->setKeyboardTracking(false);
        grid_->addWidget(line.name, 2 * axis + 1, 0);
        grid_->addWidget(line.role, 2 * axis + 1, 1);
        grid_->addWidget(line.index, 2 * axis + 1, 2);
        grid_->addWidget(line.slider, 2 * axis + 2, 0, 1, 3);
        connect(line.role, &QComboBox::activated, this, [this, axis, role = line.role] {
            TensorLayout layout = layout_;
            layout.assign(axis, static_cast<Role>(role->currentData().toInt()));
            Q_EMIT layout_changed(layout);
        });
        connect(line.index, &QSpinBox::valueChanged, this,
                [this, axis](int index) { change_index(axis, index); });
        connect(line.slider, &QSlider::valueChanged, this,
                [this, axis](int index) { change_index(axis, index); });
        lines_.push_back(line);
    }
}

void AxisPicker::change_index(int axis, int index) {
    TensorLayout layout = layout_;
    layout.fixed[static_cast<std::size_t>(axis)] = index;
    Q_EMIT axis_chosen(axis);
    Q_EMIT layout_changed(layout);
}

void AxisPicker::show_layout(const Index& shape, const TensorLayout& layout, int chosen) {
    layout_ = layout;
    make_lines(layout.rank());
    none_->setVisible(layout.rank() == 0);
    for (int axis = 0; axis < static_cast<int>(lines_.size()); ++axis) {
        const Line& line = lines_[static_cast<std::size_t>(axis)];
        const bool used = axis < layout.rank();
        const auto at = static_cast<std::size_t>(axis);
        const bool fixed = used && layout.roles[at] == Role::Fixed;
        line.name->setVisible(used);
        line.role->setVisible(used);
        line.index->setVisible(fixed);
        line.slider->setVisible(fixed && shape[at] > 1);
        if (!used) continue;
        const QSignalBlocker role(line.role), index(line.index), slider(line.slider);
        const QString name = tr("Axis %1 · %2").arg(axis).arg(shape[at]);
        line.name->setText(axis == chosen ? QStringLiteral("<b>%1</b>").arg(name) : name);
        line.name->setToolTip(axis == chosen ? tr("The keys [ and ] step this axis") : QString());
        line.role->setCurrentIndex(line.role->findData(static_cast<int>(layout.roles[at])));
        const int most = widget_number(std::max<std::int64_t>(0, shape[at] - 1));
        line.index->setRange(0, most);
        line.slider->setRange(0, most);
        line.slider->setPageStep(std::max(1, most / 10));
        line.index->setValue(widget_number(layout.fixed[at]));
        line.slider->setValue(widget_number(layout.fixed[at]));
    }
}

}  // namespace millrace::viewers
