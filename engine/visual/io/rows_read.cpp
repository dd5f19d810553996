#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/rows.hpp"
#include "engine/visual/io/text.hpp"

namespace millrace::visual::io {
namespace {

// Beyond this a float's step is a millimetre.
constexpr double kFarFromOrigin = 1e4;

using Members = std::vector<const Column*>;

/// Three columns that are one field, whatever their order.
struct Triple {
    std::array<std::string_view, 3> members;
    std::string_view field;
};
constexpr std::array kTriples = {
    Triple{{"red", "green", "blue"}, "rgb"},
    Triple{{"diffuse_red", "diffuse_green", "diffuse_blue"}, "rgb"},
    Triple{{"nx", "ny", "nz"}, "normal"},
    Triple{{"normal_x", "normal_y", "normal_z"}, "normal"},
};

/// The value of the first row. A span without rows may have no address to count from.
const std::byte* first_value(const Rows& rows, std::size_t offset) {
    return rows.rows == 0 ? nullptr : rows.data.data() + offset;
}

template <class In, class Out>
std::vector<Out> gather(const Rows& rows, const Members& members) {
    std::size_t channels = 0;
    for (const Column* column : members) channels += column->count;
    std::vector<Out> values(rows.rows * channels);
    std::size_t first = 0;
    for (const Column* column : members) {
        for (std::size_t channel = 0; channel < column->count; ++channel, ++first) {
            const std::byte* const base = first_value(rows, column->offset + channel * sizeof(In));
            for (std::size_t row = 0; row < rows.rows; ++row) {
                values[row * channels + first] =
                    static_cast<Out>(load<In>(base + row * column->stride, rows.big_endian));
            }
        }
    }
    return values;
}

PointField::Values narrow(std::vector<double> values) {
    constexpr double kMost = std::numeric_limits<std::int32_t>::max();
    if (std::ranges::any_of(values, [](double value) { return value > kMost; })) return values;
    return std::vector<std::int32_t>(values.begin(), values.end());
}

PointField::Values values_of(const Rows& rows, const Members& members) {
    switch (members.front()->type) {
        case Number::U8:
            return gather<std::uint8_t, std::uint8_t>(rows, members);
        case Number::U16:
            return gather<std::uint16_t, std::uint16_t>(rows, members);
        case Number::I8:
            return gather<std::int8_t, std::int32_t>(rows, members);
        case Number::I16:
            return gather<std::int16_t, std::int32_t>(rows, members);
        case Number::I32:
            return gather<std::int32_t, std::int32_t>(rows, members);
        case Number::U32:
            return narrow(gather<std::uint32_t, double>(rows, members));
        case Number::I64:
            return gather<std::int64_t, double>(rows, members);
        case Number::U64:
            return gather<std::uint64_t, double>(rows, members);
        case Number::F32:
            return gather<float, float>(rows, members);
        case Number::F64:
            break;
    }
    return gather<double, double>(rows, members);
}

class Assembly {
public:
    Assembly(const Rows& rows, std::string_view name) : rows_(rows), name_(name) {}

    Cloud run() {
        check();
        // All three are known to lie within the data before memory is taken for as many points.
        const std::array axes = {&require("x"), &require("y"), &require("z")};
        cloud_.points.resize(rows_.rows);
        cloud_.full_count = rows_.rows;
        read_axis(0, *axes[0], &Point::x);
        read_axis(1, *axes[1], &Point::y);
        read_axis(2, *axes[2], &Point::z);
        for (std::size_t i = 0; i < rows_.columns.size(); ++i) {
            const Column& column = rows_.columns[i];
            if (column.name == "_" || used_.contains(&column)) continue;
            if (is_packed_color(column)) {
                unpack_color(column);
            } else if (const auto triple = triple_of(column)) {
                add(std::string(triple->first), triple->second);
            } else {
                add_plain(i);
            }
        }
        return std::move(cloud_);
    }

private:
    void check() {
        for (const Column& column : rows_.columns) {
            const std::uint64_t last =
                rows_.rows == 0 ? 0 : saturating_product(rows_.rows - 1, column.stride);
            const std::uint64_t needed = rows_.rows == 0 ? 0 : column.offset + column.width();
            if (last > rows_.data.size() || needed > rows_.data.size() - last) {
                fail(kTruncated, "The file ends too early", fmt::format("{} points", rows_.rows),
                     fmt::format("{} bytes of data", rows_.data.size()), std::string(name_));
            }
            if (column.name != "_" && !by_name_.emplace(column.name, &column).second) {
                fail(kBadHeaderValue, fmt::format("Two columns are called {}", shown(column.name)),
                     "each name once", "a second column of that name", std::string(name_),
                     "Rename one of them in the header.");
            }
        }
    }

    const Column* find(std::string_view name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }

    const Column& require(std::string_view axis) const {
        const Column* const column = find(axis);
        if (column && column->count == 1) return *column;
        fail(kNoPositions, "The file has no positions", "columns x, y and z with one value each",
             column ? fmt::format("{} values in {}", column->count, axis)
                    : fmt::format("no {}", axis),
             std::string(name_), "Export the cloud with x, y and z.");
    }

    void read_axis(std::size_t axis, const Column& column, float Point::*member) {
        used_.insert(&column);
        const std::byte* const base = first_value(rows_, column.offset);
        with_type(column.type, [&](auto zero) {
            using In = decltype(zero);
            // Positions that are float in the file stay what they are, bit for bit.
            double origin = std::is_same_v<In, float> ? 0 : rows_.origin[axis];
            bool placed = std::is_same_v<In, float>;
            for (std::size_t row = 0; row < rows_.rows; ++row) {
                const In value = load<In>(base + row * column.stride, rows_.big_endian);
                if constexpr (std::is_same_v<In, float>) {
                    cloud_.points[row].*member = value;
                } else {
                    const auto wide = static_cast<double>(value);
                    if (!placed && std::isfinite(wide)) {
                        if (std::abs(wide - origin) > kFarFromOrigin) origin = std::round(wide);
                        placed = true;
                    }
                    cloud_.points[row].*member = static_cast<float>(wide - origin);
                }
            }
            cloud_.origin[axis] = origin;
        });
    }

    void unpack_color(const Column& column) {
        const bool with_alpha = column.name == "rgba";
        std::vector<std::uint8_t> colors(rows_.rows * 3);
        std::vector<std::uint8_t> alphas(with_alpha ? rows_.rows : 0);
        for (std::size_t row = 0; row < rows_.rows; ++row) {
            const auto packed = load<std::uint32_t>(
                rows_.data.data() + column.offset + row * column.stride, rows_.big_endian);
            colors[row * 3] = static_cast<std::uint8_t>(packed >> 16);
            colors[row * 3 + 1] = static_cast<std::uint8_t>(packed >> 8);
            colors[row * 3 + 2] = static_cast<std::uint8_t>(packed);
            if (with_alpha) alphas[row] = static_cast<std::uint8_t>(packed >> 24);
        }
        cloud_.fields.push_back({unique_name("rgb", names_), 3, std::move(colors)});
        if (with_alpha)
            cloud_.fields.push_back({unique_name("alpha", names_), 1, std::move(alphas)});
    }

    std::optional<std::pair<std::string_view, Members>> triple_of(const Column& column) const {
        for (const Triple& triple : kTriples) {
            if (std::ranges::find(triple.members, column.name) == triple.members.end()) continue;
            Members members;
            for (std::string_view member : triple.members) {
                const Column* const found = find(member);
                if (found && found->count == 1 && found->type == column.type)
                    members.push_back(found);
            }
            const bool right_type = triple.field == "rgb"
                                        ? column.type == Number::U8
                                        : column.type == Number::F32 || column.type == Number::F64;
            if (members.size() == 3 && right_type) return {{triple.field, std::move(members)}};
        }
        return std::nullopt;
    }

    /// The column alone, or with those that follow it as a_1, a_2 ….
    void add_plain(std::size_t index) {
        const Column& first = rows_.columns[index];
        Members members = {&first};
        std::string field = first.name;
        if (rows_.group_numbered && first.count == 1 && first.name.size() > 2 &&
            first.name.ends_with("_0")) {
            const std::string base = first.name.substr(0, first.name.size() - 2);
            for (std::size_t i = index + 1; i < rows_.columns.size(); ++i) {
                const Column& next = rows_.columns[i];
                if (next.count != 1 || next.type != first.type) break;
                if (next.name != fmt::format("{}_{}", base, members.size())) break;
                members.push_back(&next);
            }
            if (members.size() > 1) field = base;
        }
        add(std::move(field), members);
    }

    void add(std::string field, const Members& members) {
        used_.insert(members.begin(), members.end());
        int channels = 0;
        for (const Column* column : members) channels += static_cast<int>(column->count);
        cloud_.fields.push_back(
            {unique_name(std::move(field), names_), channels, values_of(rows_, members)});
    }

    const Rows& rows_;
    std::string_view name_;
    Cloud cloud_;
    std::map<std::string_view, const Column*> by_name_;
    std::set<const Column*> used_;
    std::vector<std::string> names_;
};

}  // namespace

std::size_t lay_out_rows(std::vector<Column>& columns) {
    std::size_t stride = 0;
    for (Column& column : columns) {
        column.offset = stride;
        stride += column.width();
    }
    for (Column& column : columns) column.stride = stride;
    return stride;
}

Cloud cloud_from_rows(const Rows& rows, std::string_view name) {
    return Assembly(rows, name).run();
}

bool is_packed_color(const Column& column) {
    return (column.name == "rgb" || column.name == "rgba") && column.count == 1 &&
           (column.type == Number::F32 || column.type == Number::U32 || column.type == Number::I32);
}

bool put_number(std::string_view word, const Column& column, std::byte* out) {
    // PCL writes packed colours as integers, even below TYPE F.
    const bool digits =
        !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
    const Number type = is_packed_color(column) && digits ? Number::U32 : column.type;
    return with_type(type, [&](auto zero) {
        const auto value = number_from<decltype(zero)>(word);
        if (value) std::memcpy(out, &*value, sizeof *value);
        return value.has_value();
    });
}

void put_row(std::string_view line, const std::vector<Column>& columns, std::byte* row,
             const std::string& where) {
    for (const Column& column : columns) {
        for (std::uint32_t channel = 0; channel < column.count; ++channel) {
            const std::string_view word = take_word(line);
            if (!put_number(word, column, row + column.offset + channel * size_of(column.type))) {
                fail_number(word, column, where);
            }
        }
    }
    const std::string_view more = take_word(line);
    if (more.empty()) return;
    fail(kBadRow, "The line holds more values than the header tells", "the end of the line",
         shown(more), where, "Correct the header's list of fields, or that line.");
}

void fail_number(std::string_view word, const Column& column, std::string where) {
    static constexpr std::array<const char*, 10> kNames = {"an integer from -128 to 127",
                                                           "an integer from 0 to 255",
                                                           "an integer from -32768 to 32767",
                                                           "an integer from 0 to 65535",
                                                           "a 32-bit integer",
                                                           "a 32-bit integer without sign",
                                                           "a 64-bit integer",
                                                           "a 64-bit integer without sign",
                                                           "a number",
                                                           "a number"};
    fail(kBadRow, fmt::format("A value of {} can't be read", shown(column.name)),
         kNames[static_cast<std::size_t>(column.type)], shown(word), std::move(where),
         "Correct that line.");
}

}  // namespace millrace::visual::io
