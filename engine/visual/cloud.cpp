#include "engine/visual/cloud.hpp"

#include <algorithm>
#include <utility>

namespace millrace::visual {

std::size_t PointField::count() const {
    const std::size_t size = std::visit([](const auto& list) { return list.size(); }, values);
    return channels > 0 ? size / static_cast<std::size_t>(channels) : 0;
}

double PointField::at(std::size_t point, int channel) const {
    const std::size_t index =
        point * static_cast<std::size_t>(channels) + static_cast<std::size_t>(channel);
    return std::visit([index](const auto& list) { return static_cast<double>(list[index]); },
                      values);
}

const PointField* Cloud::field(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &PointField::name);
    return found == fields.end() ? nullptr : &*found;
}

void keep_points(Cloud& cloud, const std::vector<std::uint32_t>& indices) {
    std::vector<Point> points;
    points.reserve(indices.size());
    for (std::uint32_t index : indices) points.push_back(cloud.points[index]);
    cloud.points = std::move(points);
    for (PointField& field : cloud.fields) {
        const auto channels = static_cast<std::size_t>(field.channels);
        std::visit(
            [&](auto& list) {
                std::remove_reference_t<decltype(list)> kept;
                kept.reserve(indices.size() * channels);
                for (std::uint32_t index : indices) {
                    const auto first = list.begin() + static_cast<std::ptrdiff_t>(index * channels);
                    kept.insert(kept.end(), first, first + static_cast<std::ptrdiff_t>(channels));
                }
                list = std::move(kept);
            },
            field.values);
    }
    cloud.full_count = cloud.points.size();
}

}  // namespace millrace::visual
