#include "viewers/image/layer_section.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "viewers/image/image_view.hpp"

namespace millrace::viewers {
namespace {

// Rows that aren't rasters; a raster's name is never empty here, so these can't clash.
enum Row { kRaster, kDots, kOutlines };
constexpr int kRowKind = Qt::UserRole;

QDoubleSpinBox* value_box(const QString& name) {
    auto* box = new QDoubleSpinBox;
    constexpr double kFar = 1e30;
    box->setRange(-kFar, kFar);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    box->setKeyboardTracking(false);
    box->setAccessibleName(name);
    box->setToolTip(name);
    box->setMinimumWidth(60);
    return box;
}

}  // namespace

LayerSection::LayerSection(ImageView* view, QWidget* parent)
    : QWidget(parent), view_(view), tree_(new QTreeWidget), empty_(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 4);
    layout->setSpacing(4);
    tree_->setColumnCount(2);
    tree_->setHeaderHidden(true);
    tree_->setRootIsDecorated(false);
    tree_->setAlternatingRowColors(true);
    tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    tree_->header()->setStretchLastSection(false);
    tree_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    tree_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    tree_->setAccessibleName(tr("Layers over the image"));
    tree_->setToolTip(tr("Check marks show or hide a layer"));
    empty_->setText(tr("Nothing lies over the image. The menu Layers offers what fits."));
    empty_->setWordWrap(true);
    layout->addWidget(empty_);
    layout->addWidget(tree_);
    layout->addWidget(make_look());
    connect(tree_, &QTreeWidget::itemChanged, this,
            [this](QTreeWidgetItem* row) { change_visibility(row); });
    connect(tree_, &QTreeWidget::currentItemChanged, this, [this] { refresh_look(); });
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &LayerSection::refresh);
    connect(view_, &ImageView::layers_changed, this, [this] { timer_.start(0); });
    refresh();
}

QWidget* LayerSection::make_look() {
    look_ = new QWidget;
    auto* grid = new QGridLayout(look_);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setColumnStretch(1, 1);
    opacity_ = new QSlider(Qt::Horizontal);
    opacity_->setRange(0, 100);
    opacity_->setAccessibleName(tr("Opacity"));
    opacity_->setToolTip(tr("Opacity of the chosen layer; O and Shift+O change all"));
    percent_ = new QLabel;
    percent_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("100%")));
    percent_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    grid->addWidget(new QLabel(tr("Opacity")), 0, 0);
    grid->addWidget(opacity_, 0, 1);
    grid->addWidget(percent_, 0, 2);

    raster_look_ = new QWidget;
    auto* raster = new QGridLayout(raster_look_);
    raster->setContentsMargins(0, 0, 0, 0);
    raster->setColumnStretch(1, 1);
    kind_ = new QComboBox;
    kind_->addItems({tr("Mask: labels"), tr("Heat map: values")});
    kind_->setAccessibleName(tr("Kind of layer"));
    kind_->setToolTip(tr("Labels get a colour each and 0 is invisible; values get a colour map"));
    remove_ = new QToolButton;
    remove_->setText(tr("Remove"));
    remove_->setToolTip(tr("Take this layer off the image"));
    raster->addWidget(new QLabel(tr("Kind")), 0, 0);
    raster->addWidget(kind_, 0, 1);
    raster->addWidget(remove_, 0, 2);

    heat_look_ = new QWidget;
    auto* heat = new QGridLayout(heat_look_);
    heat->setContentsMargins(0, 0, 0, 0);
    heat->setColumnStretch(1, 1);
    heat->setColumnStretch(2, 1);
    map_ = new QComboBox;
    for (int i = 0; i < kColorMaps; ++i) map_->addItem(color_map_title(static_cast<ColorMap>(i)));
    map_->setAccessibleName(tr("Colour map of the layer"));
    smooth_ = new QCheckBox(tr("Smooth"));
    smooth_->setToolTip(tr("Between the middles of its pixels, bilinear; otherwise squares"));
    fade_ = new QCheckBox(tr("Fade low"));
    fade_->setToolTip(tr("Low values let the image through, high ones cover it"));
    low_ = value_box(tr("Value at the map's low end"));
    high_ = value_box(tr("Value at the map's high end"));
    range_ = new QToolButton;
    range_->setText(tr("Reset"));
    range_->setToolTip(tr("The range of the layer's values"));
    heat->addWidget(new QLabel(tr("Map")), 0, 0);
    heat->addWidget(map_, 0, 1, 1, 3);
    heat->addWidget(new QLabel(tr("Range")), 1, 0);
    heat->addWidget(low_, 1, 1);
    heat->addWidget(high_, 1, 2);
    heat->addWidget(range_, 1, 3);
    heat->addWidget(smooth_, 2, 0, 1, 2);
    heat->addWidget(fade_, 2, 2, 1, 2);
    grid->addWidget(raster_look_, 1, 0, 1, 3);
    grid->addWidget(heat_look_, 2, 0, 1, 3);

    connect(opacity_, &QSlider::valueChanged, this,
            [this](int percent) { change_opacity(percent / 100.0); });
    connect(kind_, &QComboBox::activated, this, [this](int index) {
        change([&](RasterLayer& layer) { layer.kind = static_cast<LayerKind>(index); });
    });
    connect(remove_, &QToolButton::clicked, this, [this] {
        if (const RasterLayer* layer = chosen()) view_->remove_layer(QString(layer->name));
    });
    connect(map_, &QComboBox::activated, this, [this](int index) {
        change([&](RasterLayer& layer) { layer.map = static_cast<ColorMap>(index); });
    });
    connect(smooth_, &QCheckBox::toggled, this,
            [this](bool on) { change([&](RasterLayer& layer) { layer.smooth = on; }); });
    connect(fade_, &QCheckBox::toggled, this,
            [this](bool on) { change([&](RasterLayer& layer) { layer.fade = on; }); });
    for (QDoubleSpinBox* box : {low_, high_})
        connect(box, &QDoubleSpinBox::valueChanged, this, [this] {
            if (!(low_->value() < high_->value())) return refresh_look();
            change([&](RasterLayer& layer) {
                layer.own_range = true;
                layer.low = low_->value();
                layer.high = high_->value();
            });
        });
    connect(range_, &QToolButton::clicked, this,
            [this] { change([](RasterLayer& layer) { layer.own_range = false; }); });
    return look_;
}

const RasterLayer* LayerSection::chosen() const {
    const auto& all = view_->layers();
    const QTreeWidgetItem* row = tree_->currentItem();
    if (!row || row->data(0, kRowKind).toInt() != kRaster) return nullptr;
    const auto found = std::ranges::find(all, row->text(0), &RasterLayer::name);
    return found == all.end() ? nullptr : &*found;
}

void LayerSection::change(const std::function<void(RasterLayer&)>& work) {
    const RasterLayer* layer = chosen();
    if (!layer) return;
    RasterLayer next = *layer;
    work(next);
    view_->change_layer(next);
}

void LayerSection::change_visibility(QTreeWidgetItem* row) {
    const bool on = row->checkState(0) == Qt::Checked;
    OverlayStyle style = view_->overlay_style();
    switch (row->data(0, kRowKind).toInt()) {
        case kDots:
            style.dots = on;
            break;
        case kOutlines:
            style.outlines = on;
            break;
        default:
            for (RasterLayer layer : view_->layers()) {
                if (layer.name != row->text(0)) continue;
                layer.visible = on;
                return view_->change_layer(layer);
            }
    }
    view_->set_overlay_style(style);
}

void LayerSection::change_opacity(double opacity) {
    percent_->setText(tr("%1%").arg(std::lround(opacity * 100)));
    const QTreeWidgetItem* row = tree_->currentItem();
    if (!row) return;
    OverlayStyle style = view_->overlay_style();
    switch (row->data(0, kRowKind).toInt()) {
        case kDots:
            style.opacity = opacity;
            break;
        case kOutlines:
            style.outline_opacity = opacity;
            break;
        default:
            return change([&](RasterLayer& layer) { layer.opacity = opacity; });
    }
    view_->set_overlay_style(style);
}

void LayerSection::refresh() {
    struct Entry {
        Row kind;
        QString name, details;
        bool visible;
    };
    std::vector<Entry> entries;
    const QLocale locale;
    const OverlayStyle& style = view_->overlay_style();
    for (const RasterLayer& layer : view_->layers())
        entries.push_back(
            {kRaster, layer.name,
             QStringLiteral("%1 × %2").arg(layer.raster->width).arg(layer.raster->height),
             layer.visible});
    if (const ImageOverlay* overlay = view_->overlay()) {
        if (!overlay->dots.empty())
            entries.push_back({kDots, tr("Points"),
                               locale.toString(static_cast<qulonglong>(overlay->dots.size())),
                               style.dots});
        if (!overlay->outlines.empty())
            entries.push_back({kOutlines, tr("Boxes"),
                               locale.toString(static_cast<qulonglong>(overlay->outlines.size())),
                               style.outlines});
    }
    {
        const QSignalBlocker quiet(tree_);
        while (tree_->topLevelItemCount() > static_cast<int>(entries.size()))
            delete tree_->takeTopLevelItem(tree_->topLevelItemCount() - 1);
        for (int i = 0; i < static_cast<int>(entries.size()); ++i) {
            const Entry& entry = entries[static_cast<std::size_t>(i)];
            QTreeWidgetItem* row = tree_->topLevelItem(i);
            if (!row) row = new QTreeWidgetItem(tree_);
            row->setText(0, entry.name);
            row->setToolTip(0, entry.name);
            row->setText(1, entry.details);
            row->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
            row->setData(0, kRowKind, entry.kind);
            row->setCheckState(0, entry.visible ? Qt::Checked : Qt::Unchecked);
        }
        if (!tree_->currentItem() && tree_->topLevelItemCount() > 0)
            tree_->setCurrentItem(tree_->topLevelItem(0));
    }
    tree_->setVisible(!entries.empty());
    empty_->setVisible(entries.empty());
    constexpr int kMostRows = 6;
    const int row = std::max(tree_->sizeHintForRow(0), fontMetrics().height() + 4);
    tree_->setFixedHeight(row * std::clamp(static_cast<int>(entries.size()), 1, kMostRows) + 4);
    refresh_look();
}

void LayerSection::refresh_look() {
    const QTreeWidgetItem* row = tree_->currentItem();
    const RasterLayer* layer = chosen();
    look_->setVisible(row != nullptr);
    raster_look_->setVisible(layer != nullptr);
    heat_look_->setVisible(layer && layer->kind == LayerKind::Heat);
    if (!row) return;
    const OverlayStyle& style = view_->overlay_style();
    const double opacity = layer                                     ? layer->opacity
                           : row->data(0, kRowKind).toInt() == kDots ? style.opacity
                                                                     : style.outline_opacity;
    const QSignalBlocker quiet(opacity_);
    opacity_->setValue(static_cast<int>(std::lround(opacity * 100)));
    percent_->setText(tr("%1%").arg(std::lround(opacity * 100)));
    if (!layer) return;
    const QSignalBlocker first(low_), second(high_), third(smooth_), fourth(fade_);
    kind_->setCurrentIndex(static_cast<int>(layer->kind));
    map_->setCurrentIndex(static_cast<int>(layer->map));
    smooth_->setChecked(layer->smooth);
    fade_->setChecked(layer->fade);
    const double span = layer->high - layer->low;
    const int digits =
        span > 0 ? std::clamp(3 - static_cast<int>(std::floor(std::log10(span))), 0, 12) : 3;
    for (QDoubleSpinBox* box : {low_, high_}) box->setDecimals(digits);
    low_->setValue(layer->low);
    high_->setValue(layer->high);
}

}  // namespace millrace::viewers
