// Boxes against boxes: matched one to one, then compared number by number.
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

#include "engine/visual/difference_tally.hpp"
#include "engine/visual/scene/geometry.hpp"

namespace millrace::visual {
namespace {

constexpr double kLeastIou = 0.1;            ///< of a pair with one label
constexpr double kLeastIouOtherLabel = 0.5;  ///< of a pair whose label has changed
constexpr std::size_t kMostPairs = std::size_t{1} << 22;

double area_of(const std::vector<Vector2>& polygon) {
    double sum = 0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Vector2 &p = polygon[i], &q = polygon[(i + 1) % polygon.size()];
        sum += p[0] * q[1] - p[1] * q[0];
    }
    return sum / 2;
}

/// Corners on the ground, counter-clockwise.
std::vector<Vector2> ground_of(const Boxes3d::Box& box, const std::array<double, 3>& from) {
    const double c = std::cos(box.yaw), s = std::sin(box.yaw);
    std::vector<Vector2> corners;
    for (const auto& [x, y] : {std::pair{0.5, 0.5}, {-0.5, 0.5}, {-0.5, -0.5}, {0.5, -0.5}}) {
        const double u = x * std::abs(box.size[0]), v = y * std::abs(box.size[1]);
        corners.push_back(
            {box.center[0] - from[0] + c * u - s * v, box.center[1] - from[1] + s * u + c * v});
    }
    return corners;
}

/// What of a convex polygon lies left of the line from p to q.
std::vector<Vector2> cut(const std::vector<Vector2>& polygon, const Vector2& p, const Vector2& q) {
    const auto side = [&](const Vector2& at) {
        return (q[0] - p[0]) * (at[1] - p[1]) - (q[1] - p[1]) * (at[0] - p[0]);
    };
    std::vector<Vector2> kept;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Vector2 &one = polygon[i], &next = polygon[(i + 1) % polygon.size()];
        const double here = side(one), there = side(next);
        if (here >= 0) kept.push_back(one);
        if ((here > 0 && there < 0) || (here < 0 && there > 0)) {
            const double share = here / (here - there);
            kept.push_back(
                {one[0] + share * (next[0] - one[0]), one[1] + share * (next[1] - one[1])});
        }
    }
    return kept;
}

double overlap(double low_a, double high_a, double low_b, double high_b) {
    return std::max(0.0, std::min(high_a, high_b) - std::max(low_a, low_b));
}

double ratio(double both, double one, double other) {
    const double whole = one + other - both;
    return whole > 0 && std::isfinite(whole) ? both / whole : 0;
}

double iou(const Boxes3d::Box& a, const Boxes3d::Box& b) {
    auto polygon = ground_of(a, a.center);
    const auto other = ground_of(b, a.center);
    for (std::size_t i = 0; i < other.size() && !polygon.empty(); ++i)
        polygon = cut(polygon, other[i], other[(i + 1) % other.size()]);
    const auto volume = [](const Boxes3d::Box& box) {
        return std::abs(box.size[0] * box.size[1] * box.size[2]);
    };
    const double height_a = std::abs(a.size[2]) / 2, height_b = std::abs(b.size[2]) / 2;
    const double both = area_of(polygon) * overlap(a.center[2] - height_a, a.center[2] + height_a,
                                                   b.center[2] - height_b, b.center[2] + height_b);
    return ratio(both, volume(a), volume(b));
}

double iou(const Boxes2d::Box& a, const Boxes2d::Box& b) {
    const auto& p = a.xyxy;
    const auto& q = b.xyxy;
    const double both = overlap(p[0], p[2], q[0], q[2]) * overlap(p[1], p[3], q[1], q[3]);
    return ratio(both, (p[2] - p[0]) * (p[3] - p[1]), (q[2] - q[0]) * (q[3] - q[1]));
}

/// How far the centres are apart, as a share of how far they may be.
double farness(const Boxes3d::Box& a, const Boxes3d::Box& b) {
    constexpr double kMetres = 1;  // a person's box moved by a step overlaps itself no more
    return length(Vector3(a.center) - Vector3(b.center)) / kMetres;
}
double farness(const Boxes2d::Box& a, const Boxes2d::Box& b) {
    constexpr double kPixels = 4;
    return std::hypot(a.xyxy[0] + a.xyxy[2] - b.xyxy[0] - b.xyxy[2],
                      a.xyxy[1] + a.xyxy[3] - b.xyxy[1] - b.xyxy[3]) /
           2 / kPixels;
}

struct Match {
    std::size_t a = 0, b = 0;
    double iou = 0, farness = 0;
};

/// Greedily by IoU, then by nearness; boxes of one label first, then what overlaps well.
template <class Box>
std::vector<Match> match(const std::vector<Box>& a, const std::vector<Box>& b, Tally& tally) {
    std::vector<Match> matches;
    std::vector<std::uint8_t> taken_a(a.size(), 0), taken_b(b.size(), 0);
    if (a.size() > 0 && b.size() > kMostPairs / a.size()) {
        tally.remark("too many boxes to be matched: compared in their order");
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
            matches.push_back({i, i, iou(a[i], b[i]), farness(a[i], b[i])});
        return matches;
    }
    std::vector<Match> same, changed;
    for (std::size_t i = 0; i < a.size() && !tally.stopped(); ++i) {
        for (std::size_t j = 0; j < b.size(); ++j) {
            const double far = farness(a[i], b[j]);
            const bool known = std::isfinite(far);
            // What is not finite goes with its own place in the list.
            if (!known && i != j) continue;
            const Match pair{i, j, known ? iou(a[i], b[j]) : 0, known ? far : 0};
            if (a[i].label == b[j].label && (pair.iou >= kLeastIou || pair.farness <= 1))
                same.push_back(pair);
            else if (a[i].label != b[j].label && pair.iou >= kLeastIouOtherLabel)
                changed.push_back(pair);
        }
    }
    for (auto* list : {&same, &changed}) {
        std::ranges::stable_sort(*list, [](const Match& one, const Match& other) {
            if (one.iou != other.iou) return one.iou > other.iou;
            if (one.farness != other.farness) return one.farness < other.farness;
            return (one.a == one.b) > (other.a == other.b);
        });
        for (const Match& pair : *list) {
            if (taken_a[pair.a] || taken_b[pair.b]) continue;
            taken_a[pair.a] = taken_b[pair.b] = 1;
            matches.push_back(pair);
        }
    }
    std::ranges::sort(matches, {}, &Match::a);
    return matches;
}

using Numbers = std::vector<std::pair<const char*, std::vector<double>>>;

Numbers numbers_of(const Boxes3d::Box& box) {
    return {{"center", {box.center.begin(), box.center.end()}},
            {"size", {box.size.begin(), box.size.end()}},
            {"yaw", {box.yaw}},
            {"score", {box.score}},
            {"track", {static_cast<double>(box.track)}}};
}
Numbers numbers_of(const Boxes2d::Box& box) {
    return {{"corners", {box.xyxy.begin(), box.xyxy.end()}}, {"score", {box.score}}};
}

/// A yaw a whole turn further is the same.
double unwrapped(double yaw, double near) {
    if (!std::isfinite(yaw) || !std::isfinite(near)) return yaw;
    const double apart = std::remainder(yaw - near, 2 * std::numbers::pi);
    return std::abs(yaw - near) <= std::numbers::pi ? yaw : near + apart;
}

template <class Box>
std::string words(const Box& box) {
    return fmt::format("{} {:.2f}", box.label.empty() ? "box" : box.label.substr(0, 40), box.score);
}

template <class Box>
void compare_boxes(const std::vector<Box>& a, const std::vector<Box>& b, Tally& tally) {
    const auto matches = match(a, b, tally);
    tally.result.matched = matches.size();
    Table picture{.columns = {"state", "box of a", "box of b", "label a", "label b", "IoU",
                              "largest difference"},
                  .rows = {}};
    std::map<std::size_t, double> largest;
    if (!matches.empty()) {
        const Numbers names = numbers_of(a[matches.front().a]);
        for (std::size_t part = 0; part < names.size(); ++part) {
            tally.begin(names[part].first);
            for (const Match& pair : matches) {
                const auto first = numbers_of(a[pair.a])[part].second;
                auto second = numbers_of(b[pair.b])[part].second;
                if (std::string_view(names[part].first) == "yaw") {
                    if (first[0] != second[0]) tally.identical = false;
                    second[0] = unwrapped(second[0], first[0]);
                }
                for (std::size_t i = 0; i < first.size(); ++i) {
                    largest[pair.a] = std::max(largest[pair.a], std::abs(first[i] - second[i]));
                    tally.pair(first[i], second[i], [&] {
                        return Place{.kind = Place::Kind::Box,
                                     .a = static_cast<std::int64_t>(pair.a),
                                     .b = static_cast<std::int64_t>(pair.b),
                                     .channel = static_cast<int>(i),
                                     .part = names[part].first};
                    });
                }
            }
        }
        tally.begin("label");
    }
    std::vector<std::uint8_t> taken_a(a.size(), 0), taken_b(b.size(), 0);
    for (const Match& pair : matches) {
        taken_a[pair.a] = taken_b[pair.b] = 1;
        const Box &one = a[pair.a], &other = b[pair.b];
        tally.texts(one.label, other.label, [&] {
            return Place{.kind = Place::Kind::Box,
                         .a = static_cast<std::int64_t>(pair.a),
                         .b = static_cast<std::int64_t>(pair.b),
                         .part = "label"};
        });
        if (pair.a != pair.b) tally.identical = false;
        picture.rows.push_back({"matched", std::to_string(pair.a), std::to_string(pair.b),
                                one.label, other.label, fmt::format("{:.4f}", pair.iou),
                                number_in_words(largest[pair.a])});
    }
    const auto alone = [&](const std::vector<Box>& boxes, const auto& taken, bool of_a) {
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            if (taken[i]) continue;
            const auto index = static_cast<std::int64_t>(i);
            tally.alone({.kind = Place::Kind::Box, .a = of_a ? index : -1, .b = of_a ? -1 : index},
                        words(boxes[i]));
            const std::string number = std::to_string(i);
            picture.rows.push_back({of_a ? "missing in b" : "extra in b", of_a ? number : "",
                                    of_a ? "" : number, of_a ? boxes[i].label : "",
                                    of_a ? "" : boxes[i].label, "", ""});
        }
    };
    alone(a, taken_a, true);
    alone(b, taken_b, false);
    picture.full_rows = picture.rows.size();
    if (tally.options.picture)
        tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

template <class Boxes>
void compare_sets(const Boxes& a, const Boxes& b, Tally& tally) {
    tally.unlike_texts("frame", a.frame, b.frame);
    if (a.full_count > a.boxes.size() || b.full_count > b.boxes.size())
        tally.remark("some of the boxes were compared, not all of them");
    compare_boxes(a.boxes, b.boxes, tally);
}

}  // namespace

void compare_kind(const Boxes3d& a, const Boxes3d& b, Tally& tally) { compare_sets(a, b, tally); }

void compare_kind(const Boxes2d& a, const Boxes2d& b, Tally& tally) { compare_sets(a, b, tally); }

}  // namespace millrace::visual
