// How the heat map is painted: the colours pixel by pixel, kept until something changes, and over
// them what is cheap.
#include <QPainter>
#include <bit>
#include <cmath>

#include "viewers/tensor/heat_map.hpp"

namespace millrace::viewers {
namespace {

constexpr double kValueWidth = 42, kValueHeight = 18;  ///< pixels of a cell that holds its number
constexpr double kEasilySeen = 5;                      ///< pixels of a cell nobody overlooks
constexpr std::size_t kMostAlarms = 3000;              ///< beyond, they are seen as an area

/// Cells along a side of the patch that becomes one pixel.
std::int64_t step_for(double cell_pixels) {
    if (cell_pixels >= 1) return 1;
    return static_cast<std::int64_t>(
        std::bit_ceil(static_cast<std::uint64_t>(std::ceil(1 / cell_pixels))));
}

}  // namespace

QRgb HeatMap::color_of(std::int64_t tile, double value) const {
    const auto at = static_cast<std::size_t>(tile);
    return tensor_color(tensor_map(tone_.map),
                        at < tone_.tiles.size() ? tone_.tiles[at] : tone_.range, value);
}

template <class Value>
void HeatMap::compose_with(const Value& value) {
    const double density = devicePixelRatioF();
    const int wide = picture_.width(), high = picture_.height();
    std::vector<Slot> across(static_cast<std::size_t>(wide));
    for (int x = 0; x < wide; ++x)
        across[static_cast<std::size_t>(x)] = slot_of(
            (x + 0.5) / density - origin_.x(), cell_width(), planes_.columns(), grid_columns_);
    const bool hard_to_see = std::min(cell_width(), cell_height()) < kEasilySeen;
    const auto differs = [](const Slot& a, const Slot& b) {
        return a.tile != b.tile || a.cell != b.cell;
    };
    const auto& map = tensor_map(tone_.map);
    Slot above;
    for (int y = 0; y < high; ++y) {
        const Slot down =
            slot_of((y + 0.5) / density - origin_.y(), cell_height(), planes_.rows(), grid_rows());
        const bool first_line = differs(down, above);
        above = down;
        if (down.tile < 0) continue;
        auto* line = reinterpret_cast<QRgb*>(picture_.scanLine(y));
        for (int x = 0; x < wide; ++x) {
            const Slot& slot = across[static_cast<std::size_t>(x)];
            const std::int64_t tile = down.tile * grid_columns_ + slot.tile;
            if (slot.tile < 0 || tile >= planes_.tiles()) continue;
            const double number = value(tile, down.cell, slot.cell);
            const auto& range =
                tone_.tiles.empty() ? tone_.range : tone_.tiles[static_cast<std::size_t>(tile)];
            line[x] = tensor_color(map, range, number);
            if (hard_to_see && first_line && !std::isfinite(number) &&
                alarms_.size() <= kMostAlarms &&
                (x == 0 || differs(slot, across[static_cast<std::size_t>(x) - 1])))
                alarms_.push_back({QPointF(x + 0.5, y + 0.5) / density, line[x]});
        }
    }
    if (alarms_.size() > kMostAlarms) alarms_.clear();
}

void HeatMap::compose() {
    const double density = devicePixelRatioF();
    picture_ = QImage(size() * density, QImage::Format_RGB32);
    picture_.setDevicePixelRatio(density);
    picture_.fill(palette().color(QPalette::Base));
    alarms_.clear();
    if (planes_.cells() == 0) return;
    if (tone_.tiles.size() != static_cast<std::size_t>(planes_.tiles())) tone_.tiles.clear();
    const std::int64_t row_step = step_for(cell_height() * density),
                       column_step = step_for(cell_width() * density);
    if (row_step > 1 || column_step > 1) {
        want_reduced(row_step, column_step);
        if (reduced_) {
            compose_with([&](std::int64_t tile, std::int64_t row, std::int64_t column) {
                return reduced_->at(tile, row / reduced_->row_step, column / reduced_->column_step);
            });
            return;
        }
    }
    std::visit(
        [&](const auto& numbers) {
            compose_with([&](std::int64_t tile, std::int64_t row, std::int64_t column) {
                return static_cast<double>(
                    numbers[static_cast<std::size_t>(planes_.place({tile, row, column}))]);
            });
        },
        planes_.block()->values);
}

template <class Work>
void HeatMap::for_visible(const Work& work) const {
    const double wide = cell_width(), high = cell_height();
    for (std::int64_t tile = 0; tile < planes_.tiles(); ++tile) {
        const QPointF corner = corner_of(tile);
        const auto first = [](double edge, double cell) {
            return static_cast<std::int64_t>(std::max(0.0, std::floor(-edge / cell)));
        };
        const auto end = [](double edge, double cell, int room, std::int64_t cells) {
            return std::min(cells, static_cast<std::int64_t>(std::ceil((room - edge) / cell)));
        };
        const std::int64_t bottom = end(corner.y(), high, height(), planes_.rows()),
                           right = end(corner.x(), wide, width(), planes_.columns());
        for (std::int64_t row = first(corner.y(), high); row < bottom; ++row)
            for (std::int64_t column = first(corner.x(), wide); column < right; ++column)
                work(Cell{tile, row, column});
    }
}

void HeatMap::paint_values(QPainter& painter) const {
    QFont small = font();
    small.setPixelSize(std::clamp(static_cast<int>(cell_width() / 5), 9, 14));
    painter.setFont(small);
    const QFontMetricsF metrics(small);
    for_visible([&](const Cell& cell) {
        const std::int64_t place = planes_.place(cell);
        const double value = planes_.block()->at(static_cast<std::size_t>(place));
        const QRectF area = area_of(cell);
        QString text = exact_text(*planes_.block(), place);
        if (metrics.horizontalAdvance(text) > area.width() - 4 &&
            planes_.block()->values.index() >= 4)
            text = short_text(value, 3);
        if (metrics.horizontalAdvance(text) > area.width() - 2)
            text = metrics.elidedText(text, Qt::ElideRight, area.width() - 2);
        painter.setPen(qGray(color_of(cell.tile, value)) < 128 ? Qt::white : Qt::black);
        painter.drawText(area, Qt::AlignCenter, text);
    });
}

/// Told from colours alone nobody who sees few of them could find these.
void HeatMap::paint_crosses(QPainter& painter) const {
    painter.setPen(QPen(Qt::black, 1));
    for_visible([&](const Cell& cell) {
        if (std::isfinite(planes_.value(cell))) return;
        const QRectF area = area_of(cell).adjusted(1, 1, -1, -1);
        painter.drawLine(area.topLeft(), area.bottomRight());
        painter.drawLine(area.topRight(), area.bottomLeft());
    });
}

void HeatMap::paint_labels(QPainter& painter) const {
    constexpr double kRoom = 34;  // pixels of a tile on which a label hides little
    const QSizeF tile_size(static_cast<double>(planes_.columns()) * cell_width(),
                           static_cast<double>(planes_.rows()) * cell_height());
    if (tile_size.width() < kRoom || tile_size.height() < kRoom) return;
    QFont small = font();
    small.setPixelSize(10);
    painter.setFont(small);
    const QFontMetricsF metrics(small);
    for (std::int64_t tile = 0; tile < planes_.tiles(); ++tile) {
        const QRectF whole(corner_of(tile), tile_size);
        if (!whole.intersects(QRectF(rect()))) continue;
        const QString text = QString::number(planes_.tile_index(tile));
        const QRectF ground(whole.topLeft(),
                            QSizeF(metrics.horizontalAdvance(text) + 6, metrics.height()));
        painter.fillRect(ground, QColor(0, 0, 0, 170));
        painter.setPen(Qt::white);
        painter.drawText(ground, Qt::AlignCenter, text);
    }
}

void HeatMap::paintEvent(QPaintEvent*) {
    const QSize wanted = size() * devicePixelRatioF();
    if (picture_.size() != wanted) compose();
    QPainter painter(this);
    painter.drawImage(QPointF(0, 0), picture_);
    if (planes_.cells() == 0) return;
    const bool floats = planes_.block()->values.index() >= 4;
    const bool valued = cell_width() >= kValueWidth && cell_height() >= kValueHeight;
    if (valued)
        paint_values(painter);
    else if (floats && std::min(cell_width(), cell_height()) >= kEasilySeen)
        paint_crosses(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto& [place, color] : alarms_) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(QColor(0, 0, 0, 200), 3));
        painter.drawEllipse(place, 4.5, 4.5);
        painter.setPen(QPen(QColor(color), 1.5));
        painter.drawEllipse(place, 4.5, 4.5);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (planes_.tiles() > 1) paint_labels(painter);
    if (!marked_) return;
    QRectF frame = area_of(*marked_);
    constexpr double kLeast = 12;
    const double wider = std::max(0.0, kLeast - frame.width()) / 2 + 1,
                 higher = std::max(0.0, kLeast - frame.height()) / 2 + 1;
    frame.adjust(-wider, -higher, wider, higher);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::black, 4));
    painter.drawRect(frame);
    painter.setPen(QPen(QColor(255, 255, 255), 2));
    painter.drawRect(frame);
}

}  // namespace millrace::viewers
