// Which axes of a tensor lie along the picture's rows, columns and grid of tiles, and where the
// others stand. A value; any thread.
#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

namespace millrace::viewers {

using Index = std::vector<std::int64_t>;  ///< one number an axis

struct TensorLayout {
    enum class Role { Fixed, Grid, Rows, Columns };
    std::vector<Role> roles;  ///< of each axis; none but Fixed occurs twice
    Index fixed;              ///< of each axis; counts where its role is Fixed
    bool flip_rows = false, flip_columns = false;
    bool operator==(const TensorLayout&) const = default;

    int rank() const { return static_cast<int>(roles.size()); }
    /// The axis of a role; -1 when none has it.
    int axis_of(Role role) const;
    /// Gives the role to an axis; the axis that had it takes what this one had.
    void assign(int axis, Role role);
    void transpose();
};

/// How a tensor of this shape is first looked at: the last two axes as rows and columns, the one
/// before as a grid when it has 2 to 1024 indices, the others at their first index. Three axes with
/// one to four channels last are a grid of channels.
TensorLayout default_layout(const Index& shape);

/// Where a typed place leads: "3, 14, :, :" a slice, "3,14,0,7" an element. Negative numbers count
/// from the end, axes left out at the end are ":".
struct Jump {
    TensorLayout layout;
    std::optional<Index> element;  ///< when every axis has a number
};

/// Reads it against the shape and the layout as it is; `error` tells what is wrong when nothing
/// comes back.
std::optional<Jump> parse_jump(const QString& text, const Index& shape, const TensorLayout& layout,
                               QString& error);

/// "[3, 14, :, :]".
QString index_text(const Index& index);
QString slice_text(const TensorLayout& layout);
/// "4 × 2 × 3"; "scalar" without axes.
QString shape_in_words(const Index& shape);

}  // namespace millrace::viewers
