#include "viewers/cloud/look_section.hpp"

#include <QCheckBox>
#include <QColorDialog>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "viewers/cloud/cloud_view.hpp"

namespace millrace::viewers {
namespace {

constexpr int kStrengthSteps = 100;  ///< of the slider, for a strength of 2
constexpr double kLargest = 1e9;     ///< stands for an endless side of the crop box

enum Background { kTheme, kBlack, kWhite, kChosen };

visual::Color color_of(const QColor& color) {
    return {static_cast<std::uint8_t>(color.red()), static_cast<std::uint8_t>(color.green()),
            static_cast<std::uint8_t>(color.blue()), 255};
}

}  // namespace

LookSection::LookSection(CloudView* view, QWidget* parent)
    : QWidget(parent),
      view_(view),
      size_(new QDoubleSpinBox),
      unit_(new QComboBox),
      background_(new QComboBox),
      round_(new QCheckBox(tr("Round"))),
      eye_dome_(new QCheckBox(tr("Eye-dome lighting"))),
      grid_(new QCheckBox(tr("Grid"))),
      axes_(new QCheckBox(tr("Axes"))),
      boxes_(new QCheckBox(tr("Boxes"))),
      labels_(new QCheckBox(tr("Labels"))),
      legend_(new QCheckBox(tr("Legend"))),
      strength_(new QSlider(Qt::Horizontal)) {
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    unit_->addItems({tr("pixels"), tr("metres")});
    background_->addItems({tr("Theme"), tr("Black"), tr("White"), tr("Other…")});
    strength_->setRange(0, kStrengthSteps);
    size_->setKeyboardTracking(false);
    size_->setToolTip(tr("Size of the points (+ and −)"));
    unit_->setToolTip(tr("Point size in pixels or metres (U)"));
    round_->setToolTip(tr("Square or round points (O)"));
    eye_dome_->setToolTip(tr("Darkens points behind others near them (Shift+E)"));
    strength_->setToolTip(tr("How strongly eye-dome lighting darkens"));
    grid_->setToolTip(tr("Grid (G)"));
    axes_->setToolTip(tr("Axes of the frames (X)"));
    boxes_->setToolTip(tr("Boxes, paths and cameras (B)"));
    labels_->setToolTip(tr("Labels (L)"));
    legend_->setToolTip(tr("Legend (K)"));
    layout->addWidget(new QLabel(tr("Point size")), 0, 0);
    layout->addWidget(size_, 0, 1);
    layout->addWidget(unit_, 0, 2);
    layout->addWidget(eye_dome_, 1, 0, 1, 2);
    layout->addWidget(round_, 1, 2);
    layout->addWidget(strength_, 2, 0, 1, 3);
    layout->addWidget(grid_, 3, 0);
    layout->addWidget(axes_, 3, 1);
    layout->addWidget(boxes_, 3, 2);
    layout->addWidget(labels_, 4, 0);
    layout->addWidget(legend_, 4, 1);
    layout->addWidget(new QLabel(tr("Background")), 5, 0);
    layout->addWidget(background_, 5, 1, 1, 2);

    connect(view_, &CloudView::style_changed, this, &LookSection::refresh);
    connect(size_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        change([value](visual::Style& style) { style.point_size.value = value; });
    });
    connect(unit_, &QComboBox::activated, this, [this](int index) {
        change([index](visual::Style& style) {
            const auto unit = index == 1 ? visual::SizeUnit::Metres : visual::SizeUnit::Pixels;
            if (unit == style.point_size.unit) return;
            style.point_size.unit = unit;
            style.point_size.value = index == 1 ? 0.05 : 2;
        });
    });
    connect(round_, &QCheckBox::clicked, this, [this](bool on) {
        change([on](visual::Style& style) {
            style.point_size.shape = on ? visual::PointShape::Disc : visual::PointShape::Square;
        });
    });
    connect(eye_dome_, &QCheckBox::clicked, this,
            [this](bool on) { change([on](visual::Style& style) { style.eye_dome.on = on; }); });
    connect(strength_, &QSlider::valueChanged, this, [this](int step) {
        change([step](visual::Style& style) {
            style.eye_dome.strength = 2.0 * step / kStrengthSteps;
        });
    });
    connect(grid_, &QCheckBox::clicked, this,
            [this](bool on) { change([on](visual::Style& style) { style.grid = on; }); });
    connect(axes_, &QCheckBox::clicked, this,
            [this](bool on) { change([on](visual::Style& style) { style.axes = on; }); });
    const auto overlay = [this](QCheckBox* box, bool CloudView::Overlays::*part) {
        connect(box, &QCheckBox::clicked, this, [this, part](bool on) {
            CloudView::Overlays overlays = view_->overlays();
            overlays.*part = on;
            view_->set_overlays(overlays);
        });
    };
    overlay(boxes_, &CloudView::Overlays::boxes);
    overlay(labels_, &CloudView::Overlays::labels);
    overlay(legend_, &CloudView::Overlays::legend);
    connect(background_, &QComboBox::activated, this, &LookSection::choose_background);
    refresh();
}

void LookSection::change(const std::function<void(visual::Style&)>& change) {
    visual::Style style = view_->style();
    change(style);
    view_->set_style(style);
}

void LookSection::choose_background(int choice) {
    if (choice == kTheme) {
        view_->follow_theme();
        return;
    }
    QColor color = choice == kWhite ? Qt::white : Qt::black;
    if (choice == kChosen) {
        const auto& c = view_->style().background_top;
        color = QColorDialog::getColor(QColor(c[0], c[1], c[2]), this);
        if (!color.isValid()) return;
    }
    view_->set_background(color_of(color));
}

void LookSection::refresh() {
    const visual::Style& style = view_->style();
    const bool pixels = style.point_size.unit == visual::SizeUnit::Pixels;
    {
        const QSignalBlocker no_size(size_), no_strength(strength_);
        size_->setDecimals(pixels ? 0 : 3);
        size_->setRange(pixels ? 1 : 0.001, pixels ? visual::PointSize::kMostPixels : 100);
        size_->setSingleStep(pixels ? 1 : 0.01);
        size_->setValue(style.point_size.value);
        strength_->setValue(
            static_cast<int>(std::lround(style.eye_dome.strength * kStrengthSteps / 2)));
    }
    unit_->setCurrentIndex(pixels ? 0 : 1);
    round_->setChecked(style.point_size.shape == visual::PointShape::Disc);
    eye_dome_->setChecked(style.eye_dome.on);
    strength_->setEnabled(style.eye_dome.on);
    grid_->setChecked(style.grid);
    axes_->setChecked(style.axes);
    boxes_->setChecked(view_->overlays().boxes);
    labels_->setChecked(view_->overlays().labels);
    legend_->setChecked(view_->overlays().legend);
    const bool black = style.background_top == visual::Color{0, 0, 0, 255},
               white = style.background_top == visual::Color{255, 255, 255, 255};
    background_->setCurrentIndex(view_->follows_theme() ? kTheme
                                 : black                ? kBlack
                                 : white                ? kWhite
                                                        : kChosen);
}

CropSection::CropSection(CloudView* view, QWidget* parent)
    : QWidget(parent), view_(view), on_(new QCheckBox(tr("Show only what lies in a box"))) {
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    on_->setToolTip(tr("Crop to the selection, or show all again (Shift+C)"));
    layout->addWidget(on_, 0, 0, 1, 4);
    const QString names[] = {tr("Middle"), tr("Size")};
    for (int i = 0; i < 7; ++i) {
        auto* box = new QDoubleSpinBox;
        numbers_[static_cast<std::size_t>(i)] = box;
        box->setDecimals(i < 6 ? 2 : 1);
        box->setRange(i < 3 ? -kLargest : i < 6 ? 0 : -180, i < 6 ? kLargest : 180);
        box->setKeyboardTracking(false);
        box->setMinimumWidth(56);
        box->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        box->setToolTip(i < 3 ? tr("Middle of the box along %1, m").arg(QStringLiteral("xyz").at(i))
                        : i < 6
                            ? tr("Size of the box along %1, m").arg(QStringLiteral("xyz").at(i - 3))
                            : tr("Turn of the box about z, degrees"));
        const int row = i / 3 + 1;
        if (i == 0 || i == 3) layout->addWidget(new QLabel(names[i / 3]), row, 0);
        layout->addWidget(box, row, i % 3 + 1);
        connect(box, &QDoubleSpinBox::valueChanged, this, &CropSection::apply);
    }
    layout->addWidget(new QLabel(tr("Turn, °")), 3, 0);
    auto* around = new QPushButton(tr("Round the selection"));
    around->setToolTip(tr("Crop to the selected points (Shift+C)"));
    layout->addWidget(around, 3, 2, 1, 2);
    for (int column = 1; column < 4; ++column) layout->setColumnStretch(column, 1);
    connect(around, &QPushButton::clicked, view_, &CloudView::crop_to_selection);
    connect(on_, &QCheckBox::clicked, this, [this](bool on) {
        visual::Style style = view_->style();
        style.crop.reset();
        if (on) {
            const visual::Bounds bounds = view_->scene().core_bounds();
            style.crop = visual::CropBox{bounds.center(), bounds.size(), 0};
        }
        view_->set_style(style);
    });
    connect(view_, &CloudView::style_changed, this, &CropSection::refresh);
    refresh();
}

void CropSection::apply() {
    visual::Style style = view_->style();
    if (!style.crop) return;
    const auto number = [this](int i) { return numbers_[static_cast<std::size_t>(i)]->value(); };
    style.crop = visual::CropBox{{number(0), number(1), number(2)},
                                 {number(3), number(4), number(5)},
                                 number(6) * std::numbers::pi / 180};
    for (double& side : style.crop->size) {
        if (side >= kLargest) side = visual::Bounds::kNone;
    }
    view_->set_style(style);
}

void CropSection::refresh() {
    const auto& crop = view_->style().crop;
    on_->setChecked(crop.has_value());
    for (int i = 0; i < 7; ++i) {
        QDoubleSpinBox* box = numbers_[static_cast<std::size_t>(i)];
        box->setEnabled(crop.has_value());
        if (!crop) continue;
        const auto axis = static_cast<std::size_t>(i % 3);
        const double value = i < 3   ? crop->center[axis]
                             : i < 6 ? std::min(crop->size[axis], kLargest)
                                     : crop->yaw * 180 / std::numbers::pi;
        const QSignalBlocker quiet(box);
        // A box that shows the number already keeps the digits that it doesn't show.
        if (std::abs(box->value() - value) > 0.5 * std::pow(10.0, -box->decimals()))
            box->setValue(value);
    }
}

}  // namespace millrace::viewers
