#include "viewers/cloud/color_section.hpp"

#include <QCheckBox>
#include <QColorDialog>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <algorithm>
#include <cmath>
#include <limits>

#include "viewers/cloud/cloud_view.hpp"
#include "viewers/cloud/range_histogram.hpp"

namespace millrace::viewers {
namespace {

constexpr int kBins = 96;
constexpr std::size_t kEnough = 200'000;

QIcon map_icon(visual::Map map) {
    QPixmap pixmap(64, 14);
    QPainter painter(&pixmap);
    paint_map(painter, pixmap.rect(), map, false, Qt::Horizontal);
    return QIcon(pixmap);
}

QDoubleSpinBox* end_box(const QString& tip) {
    auto* box = new QDoubleSpinBox;
    box->setRange(-1e15, 1e15);
    box->setDecimals(3);
    box->setKeyboardTracking(false);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setToolTip(tip);
    // The hint of a range like this is as wide as its widest number.
    box->setMinimumWidth(70);
    box->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    return box;
}

/// Least and greatest of about kEnough values.
std::pair<double, double> extent(const visual::Scene& scene, const visual::Style& style,
                                 const visual::Coloring& coloring) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const visual::CloudLayer& layer : scene.clouds) {
        if (!layer.shown() || visual::coloring_of(layer, style) != coloring) continue;
        const visual::LayerColors colors(layer, coloring, {});
        if (!colors.known()) continue;
        const std::size_t count = layer.cloud->points.size(), step = count / kEnough + 1;
        for (std::size_t i = 0; i < count; i += step) {
            const double value = colors.value(static_cast<std::uint32_t>(i));
            if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
        }
    }
    return {low, high};
}

}  // namespace

ColorSection::ColorSection(CloudView* view, QWidget* parent)
    : QWidget(parent),
      view_(view),
      source_(new QComboBox),
      map_(new QComboBox),
      reversed_(new QCheckBox(tr("Reversed"))),
      histogram_(new RangeHistogram),
      low_(end_box(tr("Value of the map's low end"))),
      high_(end_box(tr("Value of the map's high end"))),
      automatic_(new QPushButton(tr("Auto"))),
      constant_(new QPushButton(tr("Colour…"))) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    source_->setToolTip(tr("What the colours stand for (C)"));
    map_->setToolTip(tr("Colour map (M)"));
    map_->setIconSize({64, 14});
    reversed_->setToolTip(tr("Reverse the colour map (Shift+M)"));
    automatic_->setToolTip(tr("Choose the ends by the values"));
    for (int i = 0; i <= static_cast<int>(visual::Map::Jet); ++i) {
        const auto each = static_cast<visual::Map>(i);
        const auto name = visual::map_name(each);
        map_->addItem(map_icon(each),
                      QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
    }
    grid->addWidget(new QLabel(tr("Colour by")), 0, 0);
    grid->addWidget(source_, 0, 1, 1, 2);
    grid->addWidget(new QLabel(tr("Map")), 1, 0);
    grid->addWidget(map_, 1, 1);
    grid->addWidget(reversed_, 1, 2);
    grid->addWidget(histogram_, 2, 0, 1, 3);
    grid->addWidget(low_, 3, 0);
    grid->addWidget(automatic_, 3, 1);
    grid->addWidget(high_, 3, 2);
    grid->addWidget(constant_, 4, 0, 1, 3);
    for (int column = 0; column < 3; ++column) grid->setColumnStretch(column, 1);

    refresh_timer_.setSingleShot(true);
    connect(&refresh_timer_, &QTimer::timeout, this, &ColorSection::refresh);
    const auto later = [this] { refresh_timer_.start(0); };
    connect(view_, &CloudView::style_changed, this, later);
    connect(view_, &CloudView::layers_changed, this, [this, later] {
        counted_.reset();
        later();
    });
    connect(source_, &QComboBox::activated, this, [this](int index) {
        const visual::Coloring& chosen = sources_[static_cast<std::size_t>(index)];
        change(with_source(view_->shown_coloring(), chosen));
    });
    connect(map_, &QComboBox::activated, this, [this](int index) {
        visual::Coloring coloring = view_->shown_coloring();
        coloring.map = static_cast<visual::Map>(index);
        change(coloring);
    });
    connect(reversed_, &QCheckBox::clicked, this, [this](bool on) {
        visual::Coloring coloring = view_->shown_coloring();
        coloring.reversed = on;
        change(coloring);
    });
    const auto set_ends = [this](double low, double high) {
        visual::Coloring coloring = view_->shown_coloring();
        coloring.low = low, coloring.high = high;
        if (low < high) change(coloring);
    };
    connect(histogram_, &RangeHistogram::ends_changed, this, set_ends);
    connect(low_, &QDoubleSpinBox::valueChanged, this,
            [this, set_ends](double low) { set_ends(low, histogram_->ends().second); });
    connect(high_, &QDoubleSpinBox::valueChanged, this,
            [this, set_ends](double high) { set_ends(histogram_->ends().first, high); });
    connect(automatic_, &QPushButton::clicked, this, [this] {
        visual::Coloring coloring = view_->shown_coloring();
        coloring.low = coloring.high = 0;
        change(coloring);
    });
    connect(constant_, &QPushButton::clicked, this, [this] {
        visual::Coloring coloring = view_->shown_coloring();
        const auto& c = coloring.constant;
        const QColor chosen = QColorDialog::getColor(QColor(c[0], c[1], c[2]), this);
        if (!chosen.isValid()) return;
        coloring.constant = {static_cast<std::uint8_t>(chosen.red()),
                             static_cast<std::uint8_t>(chosen.green()),
                             static_cast<std::uint8_t>(chosen.blue()), 255};
        change(coloring);
    });
    later();
}

void ColorSection::showEvent(QShowEvent* event) {
    refresh_timer_.start(0);
    QWidget::showEvent(event);
}

void ColorSection::change(const visual::Coloring& coloring) {
    visual::Style style = view_->style();
    style.coloring = coloring;
    view_->set_style(style);
}

void ColorSection::refresh_sources() {
    const auto next = colorings_of(view_->scene());
    const bool same = std::ranges::equal(next, sources_, same_source);
    if (!same) {
        sources_ = next;
        source_->clear();
        for (const visual::Coloring& each : sources_) source_->addItem(coloring_title(each));
    }
    const auto now = std::ranges::find_if(sources_, [this](const visual::Coloring& each) {
        return same_source(each, view_->shown_coloring());
    });
    source_->setCurrentIndex(now == sources_.end() ? -1 : static_cast<int>(now - sources_.begin()));
}

void ColorSection::count_values(const visual::Coloring& coloring) {
    if (counted_ && same_source(*counted_, coloring)) return;
    counted_ = coloring;
    const visual::Scene& scene = view_->scene();
    auto [low, high] = extent(scene, view_->style(), coloring);
    if (!(low <= high)) {
        histogram_->set_counts({}, 0, 0);
        return;
    }
    // Single values far out must not press all others into one bin.
    visual::Coloring automatic = coloring;
    automatic.low = automatic.high = 0;
    visual::Style style = view_->style();
    style.coloring = automatic;
    const auto [first, last] = visual::color_range(scene, style, automatic);
    low = std::max(low, first - (last - first)), high = std::min(high, last + (last - first));
    if (!(low < high)) low -= 0.5, high += 0.5;
    std::vector<std::uint64_t> counts(kBins);
    for (const visual::CloudLayer& layer : scene.clouds) {
        if (!layer.shown() || visual::coloring_of(layer, view_->style()) != coloring) continue;
        const auto some = visual::value_counts(layer, coloring, low, high, kBins, kEnough);
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += some[i];
    }
    histogram_->set_counts(std::move(counts), low, high);
}

void ColorSection::refresh() {
    if (!isVisible()) return;
    refresh_sources();
    const visual::Coloring& coloring = view_->shown_coloring();
    const bool mapped =
        coloring.by != visual::ColorBy::Constant && coloring.by != visual::ColorBy::Rgb &&
        coloring.by != visual::ColorBy::Painted && coloring.by != visual::ColorBy::Label;
    constant_->setVisible(coloring.by == visual::ColorBy::Constant);
    for (QWidget* widget : {static_cast<QWidget*>(histogram_), static_cast<QWidget*>(low_),
                            static_cast<QWidget*>(high_), static_cast<QWidget*>(automatic_)})
        widget->setVisible(mapped);
    map_->setEnabled(mapped);
    reversed_->setEnabled(mapped);
    map_->setCurrentIndex(static_cast<int>(coloring.map));
    reversed_->setChecked(coloring.reversed);
    if (!mapped) return;
    count_values(coloring);
    const auto ends = view_->shown_range();
    histogram_->set_map(coloring.map, coloring.reversed);
    histogram_->set_ends(ends);
    const QSignalBlocker no_low(low_), no_high(high_);
    low_->setValue(ends.first);
    high_->setValue(ends.second);
    automatic_->setEnabled(coloring.low < coloring.high);
}

}  // namespace millrace::viewers
