#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/rows.hpp"

namespace millrace::visual::io {
namespace {

template <class T>
constexpr Number number_of() {
    if constexpr (std::is_same_v<T, std::uint8_t>)
        return Number::U8;
    else if constexpr (std::is_same_v<T, std::uint16_t>)
        return Number::U16;
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return Number::I32;
    else if constexpr (std::is_same_v<T, float>)
        return Number::F32;
    else
        return Number::F64;
}

Number number_of(const PointField& field) {
    return std::visit(
        [](const auto& values) { return number_of<std::decay_t<decltype(values[0])>>(); },
        field.values);
}

/// A name that a header can hold: one word.
std::string one_word(std::string_view name) {
    std::string word;
    for (char c : name) word += c > 0x20 && c < 0x7f ? c : '_';
    return word.empty() || word == "_" ? "field" : word;
}

bool is_colors(const PointField& field) {
    return field.name == "rgb" && field.channels == 3 &&
           std::holds_alternative<std::vector<std::uint8_t>>(field.values);
}

bool is_alphas(const PointField& field) {
    return field.name == "alpha" && field.channels == 1 &&
           std::holds_alternative<std::vector<std::uint8_t>>(field.values);
}

bool is_normals(const PointField& field) {
    const Number type = number_of(field);
    return field.name == "normal" && field.channels == 3 &&
           (type == Number::F32 || type == Number::F64);
}

/// Where a field's channels go: the columns from `first` on.
struct Place {
    const PointField* field = nullptr;
    const PointField* alphas = nullptr;  ///< packed with the colours in `field`
    std::size_t first = 0;
    bool packed = false;
};

class Flattening {
public:
    Flattening(const Cloud& cloud, Naming naming) : cloud_(cloud), naming_(naming) {}

    OwnedRows run() {
        const bool far = cloud_.origin != std::array<double, 3>{};
        for (const char* axis : {"x", "y", "z"}) add_column(axis, far ? Number::F64 : Number::F32);
        check_fields(cloud_);
        for (const PointField& field : cloud_.fields) place(field);
        rows_.rows = cloud_.points.size();
        rows_.stride = lay_out_rows(rows_.columns);
        rows_.bytes.resize(rows_.rows * rows_.stride);
        far ? fill_positions<double>() : fill_positions<float>();
        for (const Place& place : places_) fill(place);
        return std::move(rows_);
    }

private:
    void add_column(std::string name, Number type, std::uint32_t count = 1) {
        rows_.columns.push_back({unique_name(std::move(name), names_), type, count});
    }

    void place(const PointField& field) {
        Place place{&field, nullptr, rows_.columns.size()};
        const Number type = number_of(field);
        const auto is_packed_here = [this](const PointField& other) {
            return naming_ == Naming::Pcd && is_colors(other);
        };
        if (naming_ == Naming::Pcd && is_alphas(field) &&
            std::ranges::any_of(cloud_.fields, is_packed_here))
            return;
        if (is_packed_here(field)) {
            const auto alphas = std::ranges::find_if(cloud_.fields, is_alphas);
            place.packed = true;
            if (alphas != cloud_.fields.end()) place.alphas = &*alphas;
            add_column(place.alphas ? "rgba" : "rgb", Number::U32);
        } else if (is_colors(field)) {
            for (const char* name : {"red", "green", "blue"}) add_column(name, type);
        } else if (is_normals(field)) {
            for (char axis : {'x', 'y', 'z'}) {
                add_column(naming_ == Naming::Pcd ? fmt::format("normal_{}", axis)
                                                  : fmt::format("n{}", axis),
                           type);
            }
        } else if (naming_ == Naming::Pcd || field.channels == 1) {
            add_column(one_word(field.name), type, static_cast<std::uint32_t>(field.channels));
        } else {
            for (int channel = 0; channel < field.channels; ++channel) {
                add_column(fmt::format("{}_{}", one_word(field.name), channel), type);
            }
        }
        places_.push_back(place);
    }

    template <class T>
    void store(std::size_t row, std::size_t offset, T value) {
        std::memcpy(rows_.bytes.data() + row * rows_.stride + offset, &value, sizeof value);
    }

    template <class T>
    void fill_positions() {
        const auto& origin = cloud_.origin;
        for (std::size_t row = 0; row < rows_.rows; ++row) {
            const Point& point = cloud_.points[row];
            if constexpr (std::is_same_v<T, float>) {
                store(row, 0, point);
            } else {
                store(row, 0,
                      std::array{with_origin(point.x, origin[0]), with_origin(point.y, origin[1]),
                                 with_origin(point.z, origin[2])});
            }
        }
    }

    void fill(const Place& place) {
        const std::size_t offset = rows_.columns[place.first].offset;
        if (place.packed) {
            const auto& colors = std::get<std::vector<std::uint8_t>>(place.field->values);
            for (std::size_t row = 0; row < rows_.rows; ++row) {
                const std::uint32_t alpha =
                    place.alphas ? std::get<std::vector<std::uint8_t>>(place.alphas->values)[row]
                                 : 0;
                store(row, offset,
                      alpha << 24 | std::uint32_t{colors[row * 3]} << 16 |
                          std::uint32_t{colors[row * 3 + 1]} << 8 | colors[row * 3 + 2]);
            }
            return;
        }
        // A field's columns lie side by side, so that its channels are one run of bytes in either
        // naming.
        std::visit(
            [&](const auto& values) {
                const auto channels = static_cast<std::size_t>(place.field->channels);
                const std::size_t width = channels * sizeof values[0];
                for (std::size_t row = 0; row < rows_.rows; ++row) {
                    std::memcpy(rows_.bytes.data() + row * rows_.stride + offset,
                                &values[row * channels], width);
                }
            },
            place.field->values);
    }

    const Cloud& cloud_;
    Naming naming_;
    OwnedRows rows_;
    std::vector<Place> places_;
    std::vector<std::string> names_;
};

}  // namespace

void check_fields(const Cloud& cloud) {
    for (const PointField& field : cloud.fields) {
        const std::size_t values =
            std::visit([](const auto& list) { return list.size(); }, field.values);
        const auto channels = static_cast<std::uint64_t>(std::max(field.channels, 0));
        if (channels > 0 && values == saturating_product(channels, cloud.points.size())) continue;
        fail(kBadCloud, fmt::format("The field {} does not fit the cloud", shown(field.name)),
             fmt::format("{} values for each of {} points", field.channels, cloud.points.size()),
             fmt::format("{} values", values), shown(field.name),
             "Correct the node that made this field.");
    }
}

OwnedRows rows_from_cloud(const Cloud& cloud, Naming naming) {
    return Flattening(cloud, naming).run();
}

void append_number(std::string& text, Number type, const std::byte* at) {
    std::array<char, 40> buffer;
    const char* const end = with_type(type, [&](auto zero) {
        return std::to_chars(buffer.data(), buffer.data() + buffer.size(), load<decltype(zero)>(at))
            .ptr;
    });
    text.append(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
}

void append_rows(std::string& text, const OwnedRows& rows) {
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const std::byte* const base = rows.bytes.data() + row * rows.stride;
        for (const Column& column : rows.columns) {
            for (std::size_t channel = 0; channel < column.count; ++channel) {
                if (column.offset + channel > 0) text += ' ';
                append_number(text, column.type,
                              base + column.offset + channel * size_of(column.type));
            }
        }
        text += '\n';
    }
}

std::string unique_name(std::string name, std::vector<std::string>& used) {
    std::string candidate = name;
    for (int i = 2; std::ranges::find(used, candidate) != used.end(); ++i)
        candidate = fmt::format("{}_{}", name, i);
    used.push_back(candidate);
    return candidate;
}

}  // namespace millrace::visual::io
