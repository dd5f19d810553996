#include "viewers/tensor/planes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>

namespace millrace::viewers {
namespace {

using Role = TensorLayout::Role;

QString odd_text(double value) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    return value > 0 ? QStringLiteral("+∞") : QStringLiteral("−∞");
}

}  // namespace

TensorPlanes::TensorPlanes(Block block, TensorLayout layout)
    : block_(std::move(block)), layout_(std::move(layout)) {
    const auto& shape = block_->shape;
    std::int64_t step = 1;
    tiles_ = rows_ = columns_ = 1;
    loaded_ = true;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        const std::int64_t extent = shape[axis];
        switch (layout_.roles[axis]) {
            case Role::Grid:
                tiles_ = extent;
                tile_step_ = step;
                break;
            case Role::Rows:
                rows_ = extent;
                row_step_ = layout_.flip_rows ? -step : step;
                if (layout_.flip_rows) base_ += (extent - 1) * step;
                break;
            case Role::Columns:
                columns_ = extent;
                column_step_ = layout_.flip_columns ? -step : step;
                if (layout_.flip_columns) base_ += (extent - 1) * step;
                break;
            case Role::Fixed: {
                const std::int64_t inside = layout_.fixed[axis] - block_->start[axis];
                loaded_ = loaded_ && inside >= 0 && inside < extent;
                base_ += inside * step;
                break;
            }
        }
        step *= std::max<std::int64_t>(1, extent);
    }
    if (!loaded_ || cells() == 0) tiles_ = rows_ = columns_ = 0;
}

Index TensorPlanes::index(const Cell& cell) const {
    Index index = layout_.fixed;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
        const std::int64_t start = block_->start[axis];
        if (layout_.roles[axis] == Role::Grid) index[axis] = start + cell.tile;
        if (layout_.roles[axis] == Role::Rows)
            index[axis] = start + (layout_.flip_rows ? rows_ - 1 - cell.row : cell.row);
        if (layout_.roles[axis] == Role::Columns)
            index[axis] = start + (layout_.flip_columns ? columns_ - 1 - cell.column : cell.column);
    }
    return index;
}

std::optional<Cell> TensorPlanes::cell(const Index& index) const {
    if (!block_ || !loaded_ || index.size() != layout_.roles.size()) return {};
    Cell cell;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
        const std::int64_t inside = index[axis] - block_->start[axis];
        if (inside < 0 || inside >= block_->shape[axis]) return {};
        switch (layout_.roles[axis]) {
            case Role::Fixed:
                if (index[axis] != layout_.fixed[axis]) return {};
                break;
            case Role::Grid:
                cell.tile = inside;
                break;
            case Role::Rows:
                cell.row = layout_.flip_rows ? rows_ - 1 - inside : inside;
                break;
            case Role::Columns:
                cell.column = layout_.flip_columns ? columns_ - 1 - inside : inside;
                break;
        }
    }
    return cell;
}

std::int64_t TensorPlanes::tile_index(std::int64_t tile) const {
    const int axis = layout_.axis_of(Role::Grid);
    return axis < 0 ? tile : block_->start[static_cast<std::size_t>(axis)] + tile;
}

QString exact_text(const visual::TensorBlock& block, std::int64_t place) {
    return std::visit(
        [&]<class T>(const std::vector<T>& numbers) {
            const T number = numbers[static_cast<std::size_t>(place)];
            if constexpr (std::is_floating_point_v<T>) {
                if (!std::isfinite(number)) return odd_text(static_cast<double>(number));
                char text[32];
                const auto end = std::to_chars(text, text + sizeof text, number).ptr;
                return QString::fromLatin1(text, end - text);
            } else {
                if (block.dtype == "BOOL")
                    return number == 0 ? QStringLiteral("false") : QStringLiteral("true");
                return QString::number(number);
            }
        },
        block.values);
}

QString short_text(double value, int digits) {
    return std::isfinite(value) ? QString::number(value, 'g', digits) : odd_text(value);
}

}  // namespace millrace::viewers
