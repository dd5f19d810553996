#include "nodes/types/point_cloud.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::engine {
namespace {

using types::PointCloud;
using types::PointField;

constexpr std::string_view kField = "field.";
constexpr std::int64_t kMostChannels = 1 << 16;

visual::PointField::Values values_of(const ArrayView& array) {
    switch (array.type) {
        case DType::U8:
            return copy_of<std::uint8_t>(array);
        case DType::U16:
            return copy_of<std::uint16_t>(array);
        case DType::I32:
            return copy_of<std::int32_t>(array);
        case DType::F32:
            return copy_of<float>(array);
        case DType::F64:
            return copy_of<double>(array);
        default:
            break;
    }
    throw Error({.code = "E-FILE-011",
                 .what = "A point field has a type that clouds can't hold",
                 .expected = "U8, U16, I32, F32 or F64",
                 .found = std::string(to_text(array.type)),
                 .where = array.name});
}

/// The field's values of just these points.
PointField picked(const PointField& field, const std::vector<std::size_t>& indices) {
    const auto channels = static_cast<std::size_t>(field.channels);
    PointField some{.name = field.name, .channels = field.channels, .values = {}};
    std::visit(
        [&](const auto& list) {
            std::remove_cvref_t<decltype(list)> values;
            values.reserve(indices.size() * channels);
            for (const std::size_t index : indices) {
                const auto* first = list.data() + index * channels;
                values.insert(values.end(), first, first + channels);
            }
            some.values = std::move(values);
        },
        field.values);
    return some;
}

}  // namespace

Record PayloadTraits<PointCloud>::record(const PointCloud& cloud) {
    static_assert(sizeof(types::Point) == 3 * sizeof(float));
    const auto count = static_cast<std::int64_t>(cloud.points.size());
    Record record;
    record.arrays.push_back(
        view_of("points", reinterpret_cast<const float*>(cloud.points.data()), {count, 3}));
    Array names;
    for (const PointField& field : cloud.fields) {
        names.push_back(field.name);
        std::visit(
            [&](const auto& list) {
                record.arrays.push_back(
                    view_of(std::string(kField) + std::to_string(names.size() - 1), list.data(),
                            {static_cast<std::int64_t>(field.count()), field.channels}));
            },
            field.values);
    }
    // The origin is no array: the numbers of a map grid would drown those of the points in every
    // sketch.
    record.attributes = {{"frame", cloud.frame},
                         {"timestamp", cloud.timestamp},
                         {"origin", Array(cloud.origin.begin(), cloud.origin.end())},
                         {"fields", std::move(names)}};
    return record;
}

PointCloud PayloadTraits<PointCloud>::restore(const Record& record) {
    PointCloud cloud;
    const ArrayView& points = record.require("points", DType::F32, 2);
    if (points.shape[1] != 3) {
        throw Error({.code = "E-FILE-011",
                     .what = "Points need three coordinates",
                     .expected = "[N, 3]",
                     .found = fmt::format("[N, {}]", points.shape[1])});
    }
    cloud.points = copy_of<types::Point>(points);
    const Array& origin = record.attributes.at("origin").as_array();
    if (origin.size() != 3) {
        throw Error({.code = "E-FILE-011",
                     .what = "The origin needs three coordinates",
                     .expected = "3",
                     .found = std::to_string(origin.size())});
    }
    std::ranges::transform(origin, cloud.origin.begin(), &Value::as_double);
    cloud.frame = record.attributes.at("frame").as_string();
    cloud.timestamp = record.attributes.at("timestamp").as_double();
    std::size_t number = 0;
    for (const Value& name : record.attributes.at("fields").as_array()) {
        const ArrayView* array = record.find(std::string(kField) + std::to_string(number++));
        if (!array || array->shape.size() != 2 || array->shape[0] != points.shape[0] ||
            array->shape[1] < 1 || array->shape[1] > kMostChannels) {
            throw Error(
                {.code = "E-FILE-011",
                 .what = fmt::format("The field \"{}\" does not fit the cloud", name.as_string()),
                 .expected = fmt::format("[{}, channels]", points.shape[0]),
                 .found = array ? "another shape" : "nothing"});
        }
        record.require(array->name, array->type, 2);  // that the bytes fit the shape
        cloud.fields.push_back(
            {name.as_string(), static_cast<int>(array->shape[1]), values_of(*array)});
    }
    cloud.full_count = cloud.points.size();
    return cloud;
}

std::vector<visual::Visual> PayloadTraits<PointCloud>::visual(const PointCloud& cloud,
                                                              const visual::Budget& budget) {
    std::size_t per_point = sizeof(types::Point);
    for (const PointField& field : cloud.fields) {
        std::visit(
            [&](const auto& list) {
                per_point += sizeof(list[0]) * static_cast<std::size_t>(field.channels);
            },
            field.values);
    }
    const std::size_t most = std::max<std::size_t>(1, budget.bytes / per_point);
    visual::Cloud shown;
    if (cloud.points.size() <= most) {
        shown = cloud;
    } else {
        // Evenly through the scan order, which for a rotating sensor is evenly round it. Picked
        // from the cloud as it is, since a copy of all of it could take many times the budget.
        std::vector<std::size_t> indices(most);
        for (std::size_t i = 0; i < most; ++i) indices[i] = i * cloud.points.size() / most;
        shown.frame = cloud.frame;
        shown.origin = cloud.origin;
        shown.timestamp = cloud.timestamp;
        shown.points.reserve(most);
        for (const std::size_t index : indices) shown.points.push_back(cloud.points[index]);
        for (const PointField& field : cloud.fields) shown.fields.push_back(picked(field, indices));
    }
    shown.full_count = cloud.points.size();
    return {std::move(shown)};
}

}  // namespace millrace::engine
