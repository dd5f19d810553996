#include "viewers/cloud/saved_views.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "engine/visual/io/files.hpp"

namespace millrace::viewers {
namespace {

using engine::Array;
using engine::Value;

template <std::size_t Count>
Value list_of(const std::array<double, Count>& numbers) {
    Array list;
    for (const double number : numbers)
        list.push_back(std::isfinite(number) ? Value(number) : Value());
    return list;
}

Value list_of(const visual::Color& color) {
    Array list;
    for (const std::uint8_t part : color) list.push_back(static_cast<int>(part));
    return list;
}

double number_in(const Value& from, std::string_view key, double usual, double low, double high) {
    const Value* found = from.find(key);
    if (!found || !found->is_number()) return usual;
    const double number = found->as_double();
    return number >= low && number <= high ? number : usual;
}

bool flag_in(const Value& from, std::string_view key, bool usual) {
    const Value* found = from.find(key);
    return found && found->is_bool() ? found->as_bool() : usual;
}

std::string text_in(const Value& from, std::string_view key) {
    const Value* found = from.find(key);
    return found && found->is_string() ? found->as_string() : std::string();
}

/// A number of an enum with `count` values.
template <class Enum>
Enum choice_in(const Value& from, std::string_view key, Enum usual, int count) {
    const Value* found = from.find(key);
    if (!found || !found->is_int() || found->as_int() < 0 || found->as_int() >= count) return usual;
    return static_cast<Enum>(found->as_int());
}

/// null stands for `missing`.
visual::Vector3 vector_in(const Value& from, std::string_view key, double missing) {
    visual::Vector3 vector = {missing, missing, missing};
    const Value* found = from.find(key);
    if (!found || !found->is_array() || found->as_array().size() != 3) return vector;
    for (std::size_t i = 0; i < 3; ++i) {
        if (found->as_array()[i].is_number()) vector[i] = found->as_array()[i].as_double();
    }
    return vector;
}

visual::Color color_in(const Value& from, std::string_view key, const visual::Color& usual) {
    const Value* found = from.find(key);
    if (!found || !found->is_array() || found->as_array().size() != 4) return usual;
    visual::Color color = usual;
    for (std::size_t i = 0; i < 4; ++i) {
        const Value& part = found->as_array()[i];
        if (part.is_int() && part.as_int() >= 0 && part.as_int() <= 255)
            color[i] = static_cast<std::uint8_t>(part.as_int());
    }
    return color;
}

Value value_of(const visual::View& view) {
    Value object;
    object["target"] = list_of(view.target);
    object["distance"] = view.distance;
    object["yaw"] = view.yaw;
    object["pitch"] = view.pitch;
    object["field_of_view"] = view.field_of_view;
    object["parallel"] = view.lens == visual::Lens::Orthographic;
    object["near"] = view.near_plane;
    object["far"] = view.far_plane;
    return object;
}

visual::View view_from(const Value& value) {
    constexpr double kTurn = 10;
    visual::View view;
    view.target = vector_in(value, "target", 0);
    view.distance = number_in(value, "distance", view.distance, 1e-3, 1e9);
    view.yaw = number_in(value, "yaw", view.yaw, -kTurn, kTurn);
    view.pitch = number_in(value, "pitch", view.pitch, -kTurn, kTurn);
    view.field_of_view = number_in(value, "field_of_view", view.field_of_view, 0.01, 3);
    view.lens =
        flag_in(value, "parallel", false) ? visual::Lens::Orthographic : visual::Lens::Perspective;
    view.near_plane = number_in(value, "near", 0, 0, 1e12);
    view.far_plane = number_in(value, "far", 0, 0, 1e12);
    return view;
}

Value value_of(const visual::Coloring& coloring) {
    Value object;
    object["by"] = static_cast<int>(coloring.by);
    object["field"] = coloring.field;
    object["channel"] = coloring.channel;
    object["map"] = static_cast<int>(coloring.map);
    object["reversed"] = coloring.reversed;
    object["low"] = coloring.low;
    object["high"] = coloring.high;
    object["constant"] = list_of(coloring.constant);
    return object;
}

visual::Coloring coloring_from(const Value& value) {
    constexpr double kMost = std::numeric_limits<double>::max();
    visual::Coloring coloring;
    coloring.by = choice_in(value, "by", coloring.by, static_cast<int>(visual::ColorBy::Rgb) + 1);
    coloring.field = text_in(value, "field");
    coloring.channel = static_cast<int>(number_in(value, "channel", 0, 0, 1 << 20));
    coloring.map = choice_in(value, "map", coloring.map, static_cast<int>(visual::Map::Jet) + 1);
    coloring.reversed = flag_in(value, "reversed", false);
    coloring.low = number_in(value, "low", 0, -kMost, kMost);
    coloring.high = number_in(value, "high", 0, -kMost, kMost);
    coloring.constant = color_in(value, "constant", coloring.constant);
    return coloring;
}

Value value_of(const visual::Style& style) {
    Value object;
    object["coloring"] = value_of(style.coloring);
    object["point_size"] = style.point_size.value;
    object["point_metres"] = style.point_size.unit == visual::SizeUnit::Metres;
    object["point_round"] = style.point_size.shape == visual::PointShape::Disc;
    object["eye_dome"] = style.eye_dome.on;
    object["eye_dome_strength"] = style.eye_dome.strength;
    object["eye_dome_radius"] = style.eye_dome.radius;
    object["background_top"] = list_of(style.background_top);
    object["background_bottom"] = list_of(style.background_bottom);
    object["selection"] = list_of(style.selection);
    object["grid"] = style.grid;
    object["grid_color"] = list_of(style.grid_color);
    object["axes"] = style.axes;
    object["line_width"] = style.line_width;
    object["hidden_lines"] = style.hidden_lines;

    if (style.crop) {
        Value& crop = object["crop"];
        crop["center"] = list_of(style.crop->center);
        crop["size"] = list_of(style.crop->size);
        crop["yaw"] = style.crop->yaw;
    }
    return object;
}

visual::Style style_from(const Value& value) {
    visual::Style style;
    if (const Value* coloring = value.find("coloring")) style.coloring = coloring_from(*coloring);
    auto& size = style.point_size;
    size.value = number_in(value, "point_size", size.value, 1e-4, 1000);
    if (flag_in(value, "point_metres", false)) size.unit = visual::SizeUnit::Metres;
    if (flag_in(value, "point_round", false)) size.shape = visual::PointShape::Disc;
    auto& dome = style.eye_dome;
    dome.on = flag_in(value, "eye_dome", dome.on);
    dome.strength = number_in(value, "eye_dome_strength", dome.strength, 0, 100);
    dome.radius = static_cast<int>(number_in(value, "eye_dome_radius", dome.radius, 1, 16));
    style.background_top = color_in(value, "background_top", style.background_top);
    style.background_bottom = color_in(value, "background_bottom", style.background_bottom);
    style.selection = color_in(value, "selection", style.selection);
    style.grid = flag_in(value, "grid", style.grid);
    style.grid_color = color_in(value, "grid_color", style.grid_color);
    style.axes = flag_in(value, "axes", style.axes);
    style.line_width = number_in(value, "line_width", style.line_width, 0.1, 50);
    style.hidden_lines = number_in(value, "hidden_lines", style.hidden_lines, 0, 1);
    if (const Value* crop = value.find("crop"); crop && crop->is_object()) {
        visual::CropBox box{vector_in(*crop, "center", 0),
                            vector_in(*crop, "size", std::numeric_limits<double>::infinity()),
                            number_in(*crop, "yaw", 0, -10, 10)};
        for (double& side : box.size) side = std::max(side, 0.0);
        style.crop = box;
    }
    return style;
}

}  // namespace

Value to_value(const std::vector<SavedView>& views) {
    Array list;
    for (const SavedView& saved : views) {
        Value& each = list.emplace_back();
        each["name"] = saved.name;
        each["view"] = value_of(saved.view);
        each["style"] = value_of(saved.style);
    }
    return list;
}

std::vector<SavedView> saved_views_from(const Value& value) {
    std::vector<SavedView> views;
    if (!value.is_array()) return views;
    const Value nothing;
    for (const Value& each : value.as_array()) {
        if (!each.is_object()) continue;
        const Value *view = each.find("view"), *style = each.find("style");
        views.push_back({text_in(each, "name"), view_from(view ? *view : nothing),
                         style_from(style ? *style : nothing)});
    }
    return views;
}

void save_views(const std::vector<SavedView>& views, const std::filesystem::path& file) {
    visual::write_file_atomically(
        file, engine::to_json(to_value(views), engine::JsonLayout::Pretty) + "\n");
}

std::vector<SavedView> load_views(const std::filesystem::path& file) {
    constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
    const auto bytes = visual::read_file_bytes(file, kMostBytes);
    return saved_views_from(engine::parse_json(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.filename().string()));
}

}  // namespace millrace::viewers
