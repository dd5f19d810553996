// A tensor's block seen through a layout: tiles of rows and columns, as far as the block holds
// them. A value that shares the block; any thread.
#pragma once

#include <memory>
#include <optional>

#include "engine/visual/tensor.hpp"
#include "viewers/tensor/layout.hpp"

namespace millrace::viewers {

/// One number of the picture; rows and columns as they are shown, flipped where the layout says so.
struct Cell {
    std::int64_t tile = 0, row = 0, column = 0;
    bool operator==(const Cell&) const = default;
};

class TensorPlanes {
public:
    using Block = std::shared_ptr<const visual::TensorBlock>;

    TensorPlanes() = default;
    /// The block mustn't contradict itself, and the layout has as many axes.
    TensorPlanes(Block block, TensorLayout layout);

    const visual::TensorBlock* block() const { return block_.get(); }
    const Block& shared() const { return block_; }
    const TensorLayout& layout() const { return layout_; }

    /// Whether the fixed indices lie in the block.
    bool loaded() const { return loaded_; }
    /// Of the part that is there; none when the slice isn't loaded.
    std::int64_t tiles() const { return tiles_; }
    std::int64_t rows() const { return rows_; }
    std::int64_t columns() const { return columns_; }
    std::int64_t cells() const { return tiles_ * rows_ * columns_; }

    /// Where a cell's number lies among the block's values.
    std::int64_t place(const Cell& cell) const {
        return base_ + cell.tile * tile_step_ + cell.row * row_step_ + cell.column * column_step_;
    }
    std::int64_t column_step() const { return column_step_; }
    double value(const Cell& cell) const {
        return block_->at(static_cast<std::size_t>(place(cell)));
    }
    /// The cell's index in the full tensor.
    Index index(const Cell& cell) const;
    /// The cell of an index of the full tensor, if it is part of the picture.
    std::optional<Cell> cell(const Index& index) const;
    /// The index of a tile along the grid's axis.
    std::int64_t tile_index(std::int64_t tile) const;

private:
    Block block_;
    TensorLayout layout_;
    bool loaded_ = false;
    std::int64_t tiles_ = 0, rows_ = 0, columns_ = 0;
    std::int64_t base_ = 0, tile_step_ = 0, row_step_ = 0, column_step_ = 0;
};

/// A number as it is, with the digits that tell it from its neighbours: "0.1" of a float, all of an
/// integer, "true" of a bool.
QString exact_text(const visual::TensorBlock& block, std::int64_t place);
/// A measured number in at most so many digits: "1.234e-05".
QString short_text(double value, int digits = 6);

}  // namespace millrace::viewers
