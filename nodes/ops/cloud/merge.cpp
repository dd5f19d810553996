#include "nodes/ops/cloud/merge.hpp"

#include "engine/problem.hpp"

#include <algorithm>

namespace millrace::ops {
namespace {

template <class T>
void append(std::vector<T>& all, const types::PointField& field) {
    std::visit(
        [&](const auto& values) {
            all.reserve(all.size() + values.size());
            for (const auto value : values) all.push_back(static_cast<T>(value));
        },
        field.values);
}

template <class T>
types::PointField joined(const types::PointField& first, const types::PointField& second) {
    std::vector<T> all;
    append(all, first);
    append(all, second);
    return {first.name, first.channels, std::move(all)};
}

/// Whether float32 can't hold every value of the field.
bool needs_double(const types::PointField& field) {
    return std::holds_alternative<std::vector<double>>(field.values) ||
           std::holds_alternative<std::vector<std::int32_t>>(field.values);
}

types::PointField join(const types::PointField& first, const types::PointField& second) {
    if (first.values.index() == second.values.index()) {
        return std::visit(
            [&]<class T>(const std::vector<T>&) -> types::PointField {
                return joined<T>(first, second);
            },
            first.values);
    }
    if (needs_double(first) || needs_double(second)) return joined<double>(first, second);
    return joined<float>(first, second);
}

void require_one_frame(const types::PointCloud& first, const types::PointCloud& second) {
    if (first.frame.empty() || second.frame.empty() || first.frame == second.frame) return;
    throw engine::Error({.code = "E-POINTS-001",
                         .what = "The clouds are in different frames",
                         .expected = "both in \"" + first.frame + "\"",
                         .found = "the second in \"" + second.frame + "\"",
                         .mend = "Move one with points.transform or points.register_icp first."});
}

}  // namespace

types::PointCloud merged(const types::PointCloud& first, const types::PointCloud& second,
                         const std::string& source_field) {
    require_one_frame(first, second);
    types::PointCloud result;
    result.frame = first.frame.empty() ? second.frame : first.frame;
    result.timestamp = first.timestamp != 0 ? first.timestamp : second.timestamp;
    result.origin = first.points.empty() ? second.origin : first.origin;
    result.points = first.points;
    result.points.reserve(first.points.size() + second.points.size());
    const auto shifted = [&](float value, int axis) {
        return static_cast<float>(value + (second.origin[axis] - result.origin[axis]));
    };
    for (const types::Point& point : second.points) {
        result.points.push_back({shifted(point.x, 0), shifted(point.y, 1), shifted(point.z, 2)});
    }
    if (first.points.empty() || second.points.empty()) {
        result.fields = first.points.empty() ? second.fields : first.fields;
    } else {
        for (const types::PointField& field : first.fields) {
            const types::PointField* other = second.field(field.name);
            if (other && other->channels == field.channels)
                result.fields.push_back(join(field, *other));
        }
    }
    if (!source_field.empty()) {
        std::erase_if(result.fields,
                      [&](const types::PointField& field) { return field.name == source_field; });
        std::vector<std::uint8_t> source(result.points.size(), 1);
        std::fill_n(source.begin(), first.points.size(), 0);
        result.fields.push_back({source_field, 1, std::move(source)});
    }
    result.full_count = result.points.size();
    return result;
}

}  // namespace millrace::ops
