#include "viewers/image/histogram_section.hpp"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <algorithm>
#include <cmath>
#include <limits>

#include "viewers/cloud/range_histogram.hpp"
#include "viewers/image/image_view.hpp"

namespace millrace::viewers {
namespace {

constexpr int kBins = 256;

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

QString percent_text(std::uint64_t part, std::uint64_t whole) {
    return QLocale().toString(100.0 * static_cast<double>(part) / static_cast<double>(whole), 'g',
                              2) +
           QLatin1Char('%');
}

}  // namespace

std::vector<QColor> channel_colors(const std::vector<int>& channels, int all, const QColor& ink) {
    if (channels.size() == 1 || all < 3) return std::vector<QColor>(channels.size(), ink);
    std::vector<QColor> colors;
    for (const int channel : channels)
        colors.emplace_back(channel == 0   ? QColor(0xe5484d)
                            : channel == 1 ? QColor(0x2fa35a)
                            : channel == 2 ? QColor(0x3d8bff)
                                           : QColor(0x8a919a));
    return colors;
}

HistogramSection::HistogramSection(ImageView* view, QWidget* parent)
    : QWidget(parent),
      view_(view),
      histogram_(new RangeHistogram),
      logarithmic_(new QCheckBox(tr("Logarithmic"))),
      low_(value_box(tr("Value shown darkest"))),
      high_(value_box(tr("Value shown brightest"))),
      note_(new QLabel) {
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 4);
    layout->setColumnStretch(1, 1);
    layout->setColumnStretch(3, 1);
    histogram_->setMinimumHeight(120);
    histogram_->setAccessibleName(tr("Histogram"));
    histogram_->setToolTip(
        tr("Drag the values that are shown darkest and brightest, or what lies "
           "between them"));
    note_->setWordWrap(true);
    auto* reset = new QPushButton(tr("From the values"));
    reset->setToolTip(tr("The range of the image (V)"));
    logarithmic_->setToolTip(tr("Heights as logarithms of counts; otherwise as their roots"));
    layout->addWidget(histogram_, 0, 0, 1, 4);
    layout->addWidget(new QLabel(tr("Low")), 1, 0);
    layout->addWidget(low_, 1, 1);
    layout->addWidget(new QLabel(tr("High")), 1, 2);
    layout->addWidget(high_, 1, 3);
    layout->addWidget(logarithmic_, 2, 0, 1, 2);
    layout->addWidget(reset, 2, 2, 1, 2);
    layout->addWidget(note_, 3, 0, 1, 4);
    connect(logarithmic_, &QCheckBox::toggled, histogram_, &RangeHistogram::set_logarithmic);
    connect(reset, &QPushButton::clicked, view_, [this] { view_->set_range_from_values(); });
    connect(histogram_, &RangeHistogram::ends_changed, this, &HistogramSection::change_ends);
    for (QDoubleSpinBox* box : {low_, high_})
        connect(box, &QDoubleSpinBox::valueChanged, this,
                [this] { change_ends(low_->value(), high_->value()); });
    connect(view_, &ImageView::item_changed, this, &HistogramSection::count);
    connect(view_, &ImageView::tone_changed, this, &HistogramSection::refresh);
    connect(&background_, &Background::failed, this, [this](const QString& what) {
        busy_ = false;
        note_->setText(what);
    });
    refresh();
}

HistogramSection::~HistogramSection() { stop_.request_stop(); }

void HistogramSection::showEvent(QShowEvent* event) {
    count();
    QWidget::showEvent(event);
}

void HistogramSection::change_ends(double low, double high) {
    if (!(low < high)) return refresh();
    Tone tone = view_->tone();
    tone.low = low;
    tone.high = high;
    view_->set_tone(tone);
}

void HistogramSection::count() {
    const auto image = view_->image();
    if (!isVisible() || !image || image == counted_) return;
    counted_ = image;
    stop_.request_stop();
    stop_ = {};
    busy_ = true;
    background_.run("histogram", [this, image, stop = stop_.get_token()](const std::stop_token&) {
        const QRect whole(0, 0, image->width, image->height);
        Statistics found =
            statistics_of({.image = image}, whole, quick_step(whole.size(), image->channels), stop);
        return [this, stop, found = std::move(found)] {
            if (stop.stop_requested()) return;
            busy_ = false;
            statistics_ = found;
            refresh();
        };
    });
}

void HistogramSection::refresh() {
    const auto image = view_->image();
    const Tone& tone = view_->tone();
    {
        const QSignalBlocker first(low_), second(high_);
        const bool floats = image && image->depth == visual::Raster::Depth::F32;
        const double span = tone.high - tone.low;
        const int digits =
            !floats || !(span > 0)
                ? 0
                : std::clamp(3 - static_cast<int>(std::floor(std::log10(span))), 0, 12);
        for (QDoubleSpinBox* box : {low_, high_}) {
            box->setDecimals(digits);
            box->setSingleStep(floats ? span / 50 : 1);
        }
        low_->setValue(tone.low);
        high_->setValue(tone.high);
    }
    histogram_->set_ends({tone.low, tone.high});
    if (!image || !statistics_ ||
        static_cast<int>(statistics_->channels.size()) != image->channels) {
        histogram_->set_curves({}, 0, 0);
        note_->setText(image ? tr("counting …") : QString());
        note_->setVisible(image != nullptr);
        return;
    }
    const Channels shown = channels_of({.image = image}, tone);
    std::vector<int> channels;
    for (int i = 0; i < std::min(shown.count, 3); ++i) channels.push_back(shown.first + i);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    std::uint64_t finite = 0, nan = 0, infinite = 0;
    for (const int channel : channels) {
        const auto& one = statistics_->channels[static_cast<std::size_t>(channel)];
        finite += one.count;
        nan += one.nan;
        infinite += one.infinite;
        if (one.count == 0) continue;
        low = std::min(low, one.low);
        high = std::max(high, one.high);
    }
    std::vector<RangeHistogram::Curve> curves;
    if (low < high) {
        const auto counts = common_counts(*statistics_, channels, kBins, low, high);
        const auto colors =
            channel_colors(channels, image->channels, palette().color(QPalette::WindowText));
        for (std::size_t i = 0; i < counts.size(); ++i) curves.push_back({colors[i], counts[i]});
    }
    histogram_->set_curves(std::move(curves), low < high ? low : 0, low < high ? high : 0);
    QStringList notes;
    const std::uint64_t all = finite + nan + infinite;
    if (nan > 0)
        notes << tr("NaN: %1 values, %2")
                     .arg(QLocale().toString(static_cast<qulonglong>(nan)), percent_text(nan, all));
    if (infinite > 0)
        notes << tr("Infinite: %1 values, %2")
                     .arg(QLocale().toString(static_cast<qulonglong>(infinite)),
                          percent_text(infinite, all));
    if (statistics_->step > 1)
        notes << tr("Counted over one of %1 pixels").arg(statistics_->step * statistics_->step);
    note_->setText(notes.join(QLatin1Char('\n')));
    note_->setVisible(!notes.isEmpty());
}

}  // namespace millrace::viewers
