#include "viewers/tensor/heat_map.hpp"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr double kSmallestZoom = 1.0 / (1 << 20), kLargestZoom = 256;
constexpr double kLeastSide = 40;  ///< pixels of a picture of few rows or columns
constexpr double kLeastTile = 6;   ///< and of one tile among others
constexpr double kMargin = 10;
constexpr std::int64_t kMostGridColumns = 4096;

}  // namespace

HeatMap::HeatMap(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(80, 80);
    setAccessibleName(tr("Heat map of the slice"));
}

void HeatMap::set_planes(const TensorPlanes& planes) {
    const bool same = planes.tiles() == planes_.tiles() && planes.rows() == planes_.rows() &&
                      planes.columns() == planes_.columns();
    planes_ = planes;
    ++version_;
    reduced_ = nullptr;
    asked_.reset();
    background_.drop(QStringLiteral("reduce"));
    if (!same) {
        marked_.reset();
        fit();
    }
    redraw();
}

void HeatMap::set_tone(const HeatTone& tone) {
    if (tone == tone_) return;
    tone_ = tone;
    redraw();
}

void HeatMap::set_marked(const std::optional<Cell>& cell, bool in_sight) {
    marked_ = cell;
    if (cell && in_sight) {
        constexpr double kSeen = 24;  // pixels at which a cell is told from its neighbours
        const QRectF room = QRectF(rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin);
        if (cell_width() < kSeen && cell_height() < kSeen && cell_width() < 4)
            zoom_to(kSeen, area_of(*cell).center());
        if (const QRectF area = area_of(*cell); !room.contains(area)) {
            origin_ += room.center() - area.center();
            fitted_ = false;
            redraw();
        }
    }
    update();
}

/// Of cells along a side of this many.
double HeatMap::cell_side(std::int64_t cells) const {
    const double least = planes_.tiles() > 1 ? kLeastTile : kLeastSide;
    return std::max(zoom_, least / static_cast<double>(std::max<std::int64_t>(1, cells)));
}

double HeatMap::cell_width() const { return cell_side(planes_.columns()); }

double HeatMap::cell_height() const { return cell_side(planes_.rows()); }

std::int64_t HeatMap::grid_rows() const {
    return (planes_.tiles() + grid_columns_ - 1) / grid_columns_;
}

QPointF HeatMap::corner_of(std::int64_t tile) const {
    const auto column = static_cast<double>(tile % grid_columns_),
               row = static_cast<double>(tile / grid_columns_);
    return origin_ +
           QPointF(column * (static_cast<double>(planes_.columns()) * cell_width() + gap()),
                   row * (static_cast<double>(planes_.rows()) * cell_height() + gap()));
}

QRectF HeatMap::area_of(const Cell& cell) const {
    const QSizeF size(cell_width(), cell_height());
    return {corner_of(cell.tile) + QPointF(static_cast<double>(cell.column) * size.width(),
                                           static_cast<double>(cell.row) * size.height()),
            size};
}

HeatMap::Slot HeatMap::slot_of(double offset, double cell, std::int64_t cells,
                               std::int64_t tiles) const {
    const double pitch = static_cast<double>(cells) * cell + gap();
    const double tile = std::floor(offset / pitch);
    if (!(tile >= 0) || tile >= static_cast<double>(tiles)) return {};
    const double inside = std::floor((offset - tile * pitch) / cell);
    if (inside < 0 || inside >= static_cast<double>(cells)) return {};
    return {static_cast<std::int64_t>(tile), static_cast<std::int64_t>(inside)};
}

std::optional<Cell> HeatMap::cell_at(QPointF place) const {
    if (planes_.cells() == 0) return {};
    const QPointF offset = place - origin_;
    const Slot x = slot_of(offset.x(), cell_width(), planes_.columns(), grid_columns_);
    const Slot y = slot_of(offset.y(), cell_height(), planes_.rows(), grid_rows());
    const std::int64_t tile = y.tile * grid_columns_ + x.tile;
    if (x.tile < 0 || y.tile < 0 || tile >= planes_.tiles()) return {};
    return Cell{tile, y.cell, x.cell};
}

/// As many tiles side by side as make them largest.
void HeatMap::choose_grid() {
    const auto rows = static_cast<double>(planes_.rows()),
               columns = static_cast<double>(planes_.columns());
    const double wide = width() - 2 * kMargin, high = height() - 2 * kMargin;
    grid_columns_ = 1;
    double best = 0;
    for (std::int64_t across = 1; across <= std::min(planes_.tiles(), kMostGridColumns); ++across) {
        const std::int64_t down = (planes_.tiles() + across - 1) / across;
        const auto n = static_cast<double>(across), m = static_cast<double>(down);
        const double zoom = std::min((wide - (n - 1) * gap()) / (n * columns),
                                     (high - (m - 1) * gap()) / (m * rows));
        if (zoom <= best) continue;
        best = zoom;
        grid_columns_ = across;
    }
    // The gaps alone may be more than there is room for.
    if (best == 0)
        grid_columns_ = std::max<std::int64_t>(
            1, static_cast<std::int64_t>(std::sqrt(static_cast<double>(planes_.tiles()))));
    zoom_ = std::clamp(best, kSmallestZoom, kLargestZoom / 2);
}

void HeatMap::fit() {
    if (planes_.cells() == 0) return;
    choose_grid();
    const QSizeF size(static_cast<double>(grid_columns_) *
                              (static_cast<double>(planes_.columns()) * cell_width() + gap()) -
                          gap(),
                      static_cast<double>(grid_rows()) *
                              (static_cast<double>(planes_.rows()) * cell_height() + gap()) -
                          gap());
    origin_ = QPointF(std::max(kMargin, (width() - size.width()) / 2),
                      std::max(kMargin, (height() - size.height()) / 2));
    fitted_ = true;
    redraw();
}

void HeatMap::zoom_to(double zoom, QPointF fixed) {
    if (planes_.cells() == 0) return;
    // The gaps between tiles don't grow, so the cell under the pointer is what stays.
    const QPointF before = fixed - origin_;
    const QSizeF pitch(static_cast<double>(planes_.columns()) * cell_width() + gap(),
                       static_cast<double>(planes_.rows()) * cell_height() + gap());
    const double across = std::clamp(std::floor(before.x() / pitch.width()), 0.0,
                                     static_cast<double>(grid_columns_ - 1)),
                 down = std::clamp(std::floor(before.y() / pitch.height()), 0.0,
                                   static_cast<double>(grid_rows() - 1));
    const QPointF cells((before.x() - across * pitch.width()) / cell_width(),
                        (before.y() - down * pitch.height()) / cell_height());
    zoom_ = std::clamp(zoom, kSmallestZoom, kLargestZoom);
    origin_ =
        fixed - QPointF(across * (static_cast<double>(planes_.columns()) * cell_width() + gap()) +
                            cells.x() * cell_width(),
                        down * (static_cast<double>(planes_.rows()) * cell_height() + gap()) +
                            cells.y() * cell_height());
    fitted_ = false;
    redraw();
}

void HeatMap::redraw() {
    picture_ = {};
    update();
}

void HeatMap::want_reduced(std::int64_t row_step, std::int64_t column_step) {
    if (reduced_ && reduced_->row_step == row_step && reduced_->column_step == column_step) return;
    constexpr std::int64_t kAtOnce = 1 << 19;  // cells that take a few milliseconds
    if (planes_.cells() <= kAtOnce) {
        reduced_ = std::make_shared<const ReducedPlanes>(
            reduced(planes_, row_step, column_step, std::stop_token()));
        return;
    }
    if (asked_ == std::pair(row_step, column_step)) return;
    asked_ = {row_step, column_step};
    background_.run(QStringLiteral("reduce"),
                    [this, planes = planes_, row_step, column_step,
                     version = version_](const std::stop_token& stop) -> Background::Finish {
                        auto made = std::make_shared<const ReducedPlanes>(
                            reduced(planes, row_step, column_step, stop));
                        return [this, made = std::move(made), version] {
                            if (version != version_) return;
                            reduced_ = made;
                            asked_.reset();
                            redraw();
                        };
                    });
}

void HeatMap::wheelEvent(QWheelEvent* event) {
    zoom_to(zoom_ * std::pow(1.2, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void HeatMap::mousePressEvent(QMouseEvent* event) {
    pressed_ = grabbed_ = event->position();
    dragged_ = false;
}

void HeatMap::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & (Qt::LeftButton | Qt::MiddleButton)) {
        constexpr double kStill = 4;  // pixels a hand moves while it clicks
        dragged_ = dragged_ || QLineF(pressed_, event->position()).length() > kStill;
        if (dragged_) {
            origin_ += event->position() - grabbed_;
            grabbed_ = event->position();
            fitted_ = false;
            redraw();
        }
    }
    Q_EMIT hovered(cell_at(event->position()));
}

void HeatMap::mouseReleaseEvent(QMouseEvent* event) {
    if (dragged_ || event->button() != Qt::LeftButton) return;
    if (const auto cell = cell_at(event->position())) Q_EMIT picked(*cell);
}

void HeatMap::keyPressEvent(QKeyEvent* event) {
    std::int64_t across = 0, down = 0;
    switch (event->key()) {
        case Qt::Key_Left:
            across = -1;
            break;
        case Qt::Key_Right:
            across = 1;
            break;
        case Qt::Key_Up:
            down = -1;
            break;
        case Qt::Key_Down:
            down = 1;
            break;
        default:
            QWidget::keyPressEvent(event);
            return;
    }
    if (planes_.cells() == 0 || event->modifiers() & Qt::ControlModifier) {
        QWidget::keyPressEvent(event);
        return;
    }
    Cell cell = marked_.value_or(Cell());
    if (marked_) {
        cell.column = std::clamp<std::int64_t>(cell.column + across, 0, planes_.columns() - 1);
        cell.row = std::clamp<std::int64_t>(cell.row + down, 0, planes_.rows() - 1);
    }
    set_marked(cell, true);
    Q_EMIT picked(cell);
}

void HeatMap::leaveEvent(QEvent*) { Q_EMIT hovered(std::nullopt); }

void HeatMap::resizeEvent(QResizeEvent*) {
    if (fitted_) fit();
    redraw();
}

void HeatMap::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) redraw();
    QWidget::changeEvent(event);
}

}  // namespace millrace::viewers
