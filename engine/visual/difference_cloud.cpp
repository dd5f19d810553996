// Clouds against clouds: point by point, or matched by place.
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "engine/visual/difference_match.hpp"
#include "engine/visual/difference_tally.hpp"

namespace millrace::visual {
namespace {

using Partners = std::vector<std::int64_t>;  ///< for each point of a, that of b or -1

const PointField* contradiction(const Cloud& cloud) {
    for (const PointField& field : cloud.fields) {
        const std::size_t size =
            std::visit([](const auto& list) { return list.size(); }, field.values);
        if (field.channels < 1 ||
            size != static_cast<std::size_t>(field.channels) * cloud.points.size())
            return &field;
    }
    return nullptr;
}

std::vector<Vector3> positions_of(const Cloud& cloud) {
    std::vector<Vector3> list;
    list.reserve(cloud.points.size());
    for (const Point& point : cloud.points) {
        list.push_back({cloud.origin[0] + static_cast<double>(point.x),
                        cloud.origin[1] + static_cast<double>(point.y),
                        cloud.origin[2] + static_cast<double>(point.z)});
    }
    return list;
}

std::string position_text(const Vector3& at) {
    return fmt::format("{:.3f}, {:.3f}, {:.3f}", at[0], at[1], at[2]);
}

double separation(const Vector3& a, const Vector3& b) {
    const Vector3 apart = a - b;
    return std::sqrt(dot(apart, apart));
}

Partners by_place(std::size_t count) {
    Partners partners(count);
    for (std::size_t i = 0; i < count; ++i) partners[i] = static_cast<std::int64_t>(i);
    return partners;
}

/// Which point is which: by place in the list where counts agree and at least half of the points
/// lie where their partners do, otherwise by nearest neighbour if that finds more.
Partners partners_of(const std::vector<Vector3>& a, const std::vector<Vector3>& b, Tally& tally) {
    const double radius = std::max(tally.options.radius, 0.0);
    std::size_t near = 0;
    if (a.size() == b.size()) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            const Vector3 apart = a[i] - b[i];
            near += dot(apart, apart) <= radius * radius || !finite(a[i]) ? 1 : 0;
        }
        if (2 * near >= a.size()) return by_place(a.size());
    }
    Partners partners = match_points(a, b, radius, tally.options.stop);
    const auto matched = static_cast<std::size_t>(
        std::ranges::count_if(partners, [](std::int64_t j) { return j >= 0; }));
    if (a.size() == b.size() && matched <= near) return by_place(a.size());
    tally.identical = false;
    tally.remark(
        a.size() == b.size()
            ? fmt::format("points stand in another order: matched by place within {:g} m", radius)
            : fmt::format("{} points against {}: matched by place within {:g} m", a.size(),
                          b.size(), radius));
    return partners;
}

/// Points without a partner, each with its distance to the nearest point of the other cloud.
void tell_alone(const std::vector<Vector3>& own, const std::vector<Vector3>& others,
                const std::vector<std::int64_t>& alone, bool of_a, Tally& tally) {
    // So many that distances would take long are told without.
    constexpr std::size_t kMost = 20'000;
    const double none = std::numeric_limits<double>::infinity();
    std::vector<std::int64_t> all;
    if (!alone.empty() && alone.size() <= kMost) all = by_place(others.size());
    const PointSearch search(others, std::move(all));
    for (const std::int64_t i : alone) {
        if (tally.stopped()) return;
        const Vector3& at = own[static_cast<std::size_t>(i)];
        const Neighbour nearest = search.nearest(at, none);
        tally.alone({.kind = Place::Kind::Point,
                     .a = of_a ? i : -1,
                     .b = of_a ? -1 : i,
                     .part = "position"},
                    position_text(at), nearest.index < 0 ? none : std::sqrt(nearest.squared));
    }
}

void compare_field(const PointField& a, const PointField& b, const Partners& partners,
                   Tally& tally) {
    tally.begin(a.name);
    if (a.values.index() != b.values.index()) {
        tally.identical = false;
        tally.remark(fmt::format("field {}: types differ, compared as numbers", a.name));
    }
    std::array<double, Tally::kRun> first, second;
    std::array<std::int64_t, Tally::kRun> points, others;
    const auto channels = static_cast<std::size_t>(a.channels);
    std::visit(
        [&](const auto& values_a, const auto& values_b) {
            for (std::size_t channel = 0; channel < channels; ++channel) {
                for (std::size_t i = 0; i < partners.size() && !tally.stopped();) {
                    std::size_t run = 0;
                    for (; i < partners.size() && run < Tally::kRun; ++i) {
                        if (partners[i] < 0) continue;
                        const auto j = static_cast<std::size_t>(partners[i]);
                        first[run] = static_cast<double>(values_a[i * channels + channel]);
                        second[run] = static_cast<double>(values_b[j * channels + channel]);
                        points[run] = static_cast<std::int64_t>(i);
                        others[run++] = partners[i];
                    }
                    tally.run({first.data(), run}, {second.data(), run}, [&](std::size_t k) {
                        return Place{.kind = Place::Kind::Point,
                                     .a = points[k],
                                     .b = others[k],
                                     .channel = static_cast<int>(channel),
                                     .part = a.name};
                    });
                }
            }
        },
        a.values, b.values);
}

void compare_fields(const Cloud& a, const Cloud& b, const Partners& partners, Tally& tally) {
    for (const PointField& field : a.fields) {
        const PointField* other = b.field(field.name);
        if (!other)
            tally.unlike(fmt::format("field \"{}\" is missing in the second", field.name));
        else if (other->channels != field.channels)
            tally.unlike(fmt::format("field \"{}\": {} channels against {}", field.name,
                                     field.channels, other->channels));
        else
            compare_field(field, *other, partners, tally);
    }
    for (const PointField& field : b.fields) {
        if (!a.field(field.name))
            tally.unlike(fmt::format("field \"{}\" is missing in the first", field.name));
    }
}

/// The points of a, then what only b has, with how far each lies from its partner.
Cloud picture_of(const Cloud& a, const std::vector<Vector3>& at_a, const std::vector<Vector3>& at_b,
                 const Partners& partners, const std::vector<std::int64_t>& extra) {
    Cloud picture;
    picture.frame = a.frame;
    picture.origin = a.origin;
    picture.points = a.points;
    std::vector<float> apart;
    std::vector<std::uint8_t> state;
    apart.reserve(a.points.size() + extra.size());
    for (std::size_t i = 0; i < partners.size(); ++i) {
        const bool alone = partners[i] < 0;
        apart.push_back(alone ? std::numeric_limits<float>::quiet_NaN()
                              : static_cast<float>(separation(
                                    at_a[i], at_b[static_cast<std::size_t>(partners[i])])));
        state.push_back(alone ? 1 : 0);
    }
    for (const std::int64_t j : extra) {
        const Vector3 at = at_b[static_cast<std::size_t>(j)] - a.origin;
        picture.points.push_back(
            {static_cast<float>(at[0]), static_cast<float>(at[1]), static_cast<float>(at[2])});
        apart.push_back(std::numeric_limits<float>::quiet_NaN());
        state.push_back(2);
    }
    picture.fields.push_back({"difference", 1, std::move(apart)});
    if (std::ranges::any_of(state, [](std::uint8_t s) { return s != 0; }))
        picture.fields.push_back({"only in", 1, std::move(state)});
    picture.full_count = picture.points.size();
    return picture;
}

}  // namespace

void compare_kind(const Cloud& a, const Cloud& b, Tally& tally) {
    for (const Cloud* cloud : {&a, &b}) {
        if (const PointField* field = contradiction(*cloud)) {
            return tally.refuse({.code = "E-VISUAL-013",
                                 .what = "A cloud contradicts itself",
                                 .expected = fmt::format("{} values a channel in field \"{}\"",
                                                         cloud->points.size(), field->name),
                                 .found = fmt::format("{}", field->count()),
                                 .mend = "Record or load it again."});
        }
    }
    tally.unlike_texts("frame", a.frame, b.frame);
    if (a.full_count > a.points.size() || b.full_count > b.points.size())
        tally.remark("samples of the clouds were compared, not all of their points");
    const auto at_a = positions_of(a), at_b = positions_of(b);
    const Partners partners = partners_of(at_a, at_b, tally);
    tally.begin("position");
    std::vector<std::int64_t> missing, extra;
    std::vector<std::uint8_t> taken(at_b.size(), 0);
    for (std::size_t i = 0; i < partners.size(); ++i) {
        if (partners[i] < 0) {
            missing.push_back(static_cast<std::int64_t>(i));
            continue;
        }
        const auto j = static_cast<std::size_t>(partners[i]);
        taken[j] = 1;
        ++tally.result.matched;
        const Vector3 &one = at_a[i], &other = at_b[j];
        const bool both_lost = !finite(one) && !finite(other);
        if (both_lost) {
            // Lost points agree number by number: NaN with NaN, an infinity with itself.
            for (std::size_t axis = 0; axis < 3; ++axis)
                tally.pair(one[axis], other[axis], [&] {
                    return Place{.kind = Place::Kind::Point,
                                 .a = static_cast<std::int64_t>(i),
                                 .b = partners[i],
                                 .channel = static_cast<int>(axis),
                                 .part = "position"};
                });
            continue;
        }
        tally.vectors(std::sqrt(dot(one, one)), std::sqrt(dot(other, other)),
                      separation(one, other), dot(one, other), [&] {
                          return Place{.kind = Place::Kind::Point,
                                       .a = static_cast<std::int64_t>(i),
                                       .b = partners[i],
                                       .part = "position"};
                      });
    }
    for (std::size_t j = 0; j < taken.size(); ++j)
        if (!taken[j]) extra.push_back(static_cast<std::int64_t>(j));
    tell_alone(at_a, at_b, missing, true, tally);
    tell_alone(at_b, at_a, extra, false, tally);
    compare_fields(a, b, partners, tally);
    const auto words = [&](const std::vector<Vector3>& at, std::int64_t i) {
        return position_text(at[static_cast<std::size_t>(i)]);
    };
    for (Element& element : tally.result.worst) {
        if (element.place.part != "position" || element.place.a < 0 || element.place.b < 0)
            continue;
        element.text_a = words(at_a, element.place.a);
        element.text_b = words(at_b, element.place.b);
    }
    // Zeros of either sign are equal numbers in other bits.
    if (a.points.size() == b.points.size() && !a.points.empty() &&
        std::memcmp(a.points.data(), b.points.data(), a.points.size() * sizeof(Point)) != 0)
        tally.identical = false;
    if (a.timestamp != b.timestamp) {
        tally.identical = false;
        tally.remark(fmt::format("times: {:.6f} s against {:.6f} s", a.timestamp, b.timestamp));
    }
    if (tally.options.picture)
        tally.result.picture =
            std::make_shared<const Visual>(picture_of(a, at_a, at_b, partners, extra));
}

}  // namespace millrace::visual
