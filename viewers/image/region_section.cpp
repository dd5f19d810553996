#include "viewers/image/region_section.hpp"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollBar>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "viewers/cloud/range_histogram.hpp"
#include "viewers/image/histogram_section.hpp"
#include "viewers/image/image_view.hpp"

namespace millrace::viewers {
namespace {

constexpr int kDelayMilliseconds = 60;

}  // namespace

RegionSection::RegionSection(ImageView* view, QWidget* parent)
    : QWidget(parent),
      view_(view),
      title_(new QLabel),
      table_(new QTableWidget),
      histogram_(new RangeHistogram),
      copy_(new QPushButton(tr("Copy"))) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 4);
    layout->setSpacing(4);
    title_->setWordWrap(true);
    table_->setAccessibleName(tr("Values of the region"));
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->horizontalHeader()->setMinimumSectionSize(30);
    histogram_->setMinimumHeight(90);
    histogram_->setAccessibleName(tr("Histogram of the region"));
    histogram_->setToolTip(tr("How often which value occurs in the region"));
    histogram_->set_handles(false);
    copy_->setToolTip(tr("Copy the numbers of all channels, with tabs between them"));
    layout->addWidget(title_);
    layout->addWidget(table_);
    layout->addWidget(histogram_);
    layout->addWidget(copy_, 0, Qt::AlignLeft);
    connect(copy_, &QPushButton::clicked, this, &RegionSection::copy);
    timer_.setSingleShot(true);
    timer_.setInterval(kDelayMilliseconds);
    connect(&timer_, &QTimer::timeout, this, &RegionSection::count);
    const auto begin = [this] {
        stop_.request_stop();
        busy_ = false;
        if (!view_->region()) {
            timer_.stop();
            statistics_.reset();
            refresh();
        } else if (!timer_.isActive()) {
            timer_.start();
        }
    };
    connect(view_, &ImageView::region_changed, this, begin);
    connect(view_, &ImageView::item_changed, this, begin);
    connect(&background_, &Background::failed, this, [this](const QString& what) {
        busy_ = false;
        title_->setText(what);
    });
    refresh();
}

RegionSection::~RegionSection() { stop_.request_stop(); }

void RegionSection::count() {
    const auto image = view_->image();
    const auto region = view_->region();
    if (!image || !region) return;
    stop_.request_stop();
    stop_ = {};
    busy_ = true;
    title_->setText(tr("counting …"));
    background_.run("region", [this, image, region = *region,
                               stop = stop_.get_token()](const std::stop_token&) {
        Statistics found = statistics_of({.image = image}, region, 1, stop);
        return [this, stop, image, found = std::move(found)] {
            if (stop.stop_requested()) return;
            busy_ = false;
            depth_ = image->depth;
            statistics_ = found;
            refresh();
        };
    });
}

void RegionSection::refresh() {
    const bool some = statistics_ && !statistics_->channels.empty();
    table_->setVisible(some);
    histogram_->setVisible(some);
    copy_->setVisible(some);
    if (!some) {
        title_->setText(tr("Drag over the image with Shift, or press R first."));
        return;
    }
    const QRect& region = statistics_->region;
    const QLocale locale;
    title_->setText(tr("%1 × %2 pixels from (%3, %4)")
                        .arg(region.width())
                        .arg(region.height())
                        .arg(region.x())
                        .arg(region.y()));
    const auto& channels = statistics_->channels;
    const auto count = static_cast<int>(channels.size());
    bool odd = false;
    for (const ChannelStatistics& one : channels) odd = odd || one.nan + one.infinite > 0;
    // A column a channel, as the numbers of one are read together.
    QStringList rows{tr("count"), tr("min"), tr("max"), tr("mean"), tr("std"), tr("median")};
    if (odd) rows << tr("NaN") << tr("infinite");
    QStringList heads;
    for (int column = 0; column < count; ++column) heads << channel_name(column, count);
    table_->setColumnCount(count);
    table_->setRowCount(static_cast<int>(rows.size()));
    table_->setHorizontalHeaderLabels(heads);
    table_->setVerticalHeaderLabels(rows);
    constexpr int kStretched = 4;  // channels that have room side by side
    table_->horizontalHeader()->setSectionResizeMode(
        count <= kStretched ? QHeaderView::Stretch : QHeaderView::ResizeToContents);
    for (int column = 0; column < count; ++column) {
        const ChannelStatistics& one = channels[static_cast<std::size_t>(column)];
        const auto whole = [&](std::uint64_t number) {
            return locale.toString(static_cast<qulonglong>(number));
        };
        QStringList cells{whole(one.count)};
        for (const double value : {one.min, one.max, one.mean, one.deviation, one.median})
            cells << (one.count == 0 ? QStringLiteral("–") : value_text(value, depth_));
        if (odd) cells << whole(one.nan) << whole(one.infinite);
        for (int row = 0; row < static_cast<int>(cells.size()); ++row) {
            auto* cell = new QTableWidgetItem(cells[row]);
            cell->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            table_->setItem(row, column, cell);
        }
    }
    const int bar = count > kStretched ? table_->horizontalScrollBar()->sizeHint().height() : 0;
    table_->setFixedHeight(
        table_->horizontalHeader()->sizeHint().height() +
        table_->verticalHeader()->defaultSectionSize() * static_cast<int>(rows.size()) + 4 + bar);
    const int first = view_->tone().channel;
    std::vector<int> shown;
    if (first >= 0 && first < count)
        shown = {first};
    else
        for (int i = 0; i < std::min(count, 3); ++i) shown.push_back(i);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const int channel : shown) {
        const auto& one = channels[static_cast<std::size_t>(channel)];
        if (one.count == 0) continue;
        low = std::min(low, one.low);
        high = std::max(high, one.high);
    }
    std::vector<RangeHistogram::Curve> curves;
    if (low < high) {
        constexpr int kBins = 128;
        const auto counts = common_counts(*statistics_, shown, kBins, low, high);
        const auto colors = channel_colors(shown, count, palette().color(QPalette::WindowText));
        for (std::size_t i = 0; i < counts.size(); ++i) curves.push_back({colors[i], counts[i]});
    }
    histogram_->set_curves(std::move(curves), low < high ? low : 0, low < high ? high : 0);
}

void RegionSection::copy() const {
    if (statistics_) QGuiApplication::clipboard()->setText(table_text(*statistics_, depth_));
}

}  // namespace millrace::viewers
