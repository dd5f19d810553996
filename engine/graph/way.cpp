#include "engine/graph/way.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace millrace::engine {
namespace {

constexpr double kCell = 320, kMostCells = 4096;
/// Between a corridor and what it passes; between wires side by side.
constexpr double kGap = 14, kLane = 6;
constexpr int kLanes = 4;
/// Corridors further up or down than this are no help to the eye.
constexpr double kFar = 1200;
constexpr std::size_t kMostTried = 24;
constexpr double kStep = 10;  ///< between the places of a curve that are looked at

std::uint64_t key_of(std::int64_t x, std::int64_t y) {
    return static_cast<std::uint64_t>(x) << 32 ^ static_cast<std::uint32_t>(y);
}

struct Cells {
    std::int64_t left, top, right, bottom;

    explicit Cells(const Box& box)
        : left(cell(box.left)),
          top(cell(box.top)),
          right(cell(box.right)),
          bottom(cell(box.bottom)) {}
    double count() const {
        return static_cast<double>(right - left + 1) * static_cast<double>(bottom - top + 1);
    }
    template <class Each>
    void each(const Each& one) const {
        for (std::int64_t x = left; x <= right; ++x) {
            for (std::int64_t y = top; y <= bottom; ++y) one(key_of(x, y));
        }
    }

private:
    /// Files may place nodes anywhere.
    static std::int64_t cell(double at) {
        return static_cast<std::int64_t>(std::floor(std::clamp(at, -1e9, 1e9) / kCell));
    }
};

bool meet(const Box& a, const Box& b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

Place at(const Place& from, const Cubic& curve, double t) {
    const double s = 1 - t;
    const double weights[] = {s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t};
    Place place{};
    for (std::size_t i = 0; i < 2; ++i) {
        place[i] = weights[0] * from[i] + weights[1] * curve.first[i] +
                   weights[2] * curve.second[i] + weights[3] * curve.end[i];
    }
    return place;
}

Box around(const Place& from, const std::vector<Cubic>& curve) {
    Box box{from[0], from[1], from[0], from[1]};
    for (const Cubic& part : curve) {
        for (const Place& place : {part.first, part.second, part.end}) {
            box.left = std::min(box.left, place[0]);
            box.right = std::max(box.right, place[0]);
            box.top = std::min(box.top, place[1]);
            box.bottom = std::max(box.bottom, place[1]);
        }
    }
    // A level line has no height, and meets boxes all the same.
    return {box.left - 1, box.top - 1, box.right + 1, box.bottom + 1};
}

/// Whether a part of a curve runs through a box; its edge, a pixel wide, may be touched.
bool hits(const Place& from, const Cubic& part, const Box& box) {
    const Box inner{box.left + 1, box.top + 1, box.right - 1, box.bottom - 1};
    const bool is_level =
        part.first[1] == from[1] && part.second[1] == from[1] && part.end[1] == from[1];
    if (is_level) {
        return from[1] > inner.top && from[1] < inner.bottom &&
               std::min(from[0], part.end[0]) < inner.right &&
               std::max(from[0], part.end[0]) > inner.left;
    }
    const double length = std::hypot(part.end[0] - from[0], part.end[1] - from[1]);
    const int samples = static_cast<int>(std::clamp(length / kStep, 16.0, 64.0));
    for (int i = 1; i <= samples; ++i) {
        const Place place = at(from, part, static_cast<double>(i) / samples);
        if (place[0] > inner.left && place[0] < inner.right && place[1] > inner.top &&
            place[1] < inner.bottom)
            return true;
    }
    return false;
}

/// The boxes that a curve runs through.
std::vector<const Box*> hit_by(const Place& from, const std::vector<Cubic>& curve,
                               const Boxes& boxes) {
    std::vector<const Box*> hit = boxes.within(around(from, curve));
    std::erase_if(hit, [&](const Box* box) {
        Place start = from;
        for (const Cubic& part : curve) {
            if (hits(start, part, *box)) return false;
            start = part.end;
        }
        return true;
    });
    return hit;
}

Cubic line(const Place& from, const Place& to) {
    const auto between = [&](double part) -> Place {
        return {from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part};
    };
    return {between(1.0 / 3), between(2.0 / 3), to};
}

/// Level at both ends; `out` and `in` are how far it goes on before it turns.
Cubic turn(const Place& from, const Place& to, double out, double in) {
    return {{from[0] + out, from[1]}, {to[0] + in, to[1]}, to};
}

/// Along a corridor at `y` from `left` to `right`, or back from the right to the left.
std::vector<Cubic> along(const Place& from, const Place& to, double left, double right, double y,
                         double reach) {
    if (to[0] > from[0]) {
        const Place enter{left, y}, leave{right, y};
        const double out = std::max(10.0, (left - from[0]) / 2),
                     in = std::max(10.0, (to[0] - right) / 2);
        return {turn(from, enter, out, -out), line(enter, leave), turn(leave, to, in, -in)};
    }
    const Place enter{from[0], y}, leave{to[0], y};
    return {turn(from, enter, reach, reach), line(enter, leave), turn(leave, to, -reach, -reach)};
}

}  // namespace

Boxes::Boxes(std::vector<Box> boxes) : boxes_(std::move(boxes)) {
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        const Cells cells(boxes_[i]);
        const auto number = static_cast<std::uint32_t>(i);
        if (cells.count() > kMostCells)
            large_.push_back(number);
        else
            cells.each([&](std::uint64_t key) { cells_[key].push_back(number); });
    }
}

std::vector<const Box*> Boxes::within(const Box& area) const {
    std::vector<std::uint32_t> numbers = large_;
    const Cells cells(area);
    if (cells.count() > kMostCells) {
        numbers.resize(boxes_.size());
        for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::uint32_t>(i);
    } else {
        cells.each([&](std::uint64_t key) {
            const auto found = cells_.find(key);
            if (found != cells_.end())
                numbers.insert(numbers.end(), found->second.begin(), found->second.end());
        });
        std::ranges::sort(numbers);
        const auto rest = std::ranges::unique(numbers);
        numbers.erase(rest.begin(), rest.end());
    }
    std::vector<const Box*> found;
    for (const std::uint32_t number : numbers) {
        if (meet(boxes_[number], area)) found.push_back(&boxes_[number]);
    }
    return found;
}

bool is_free(const Place& from, const std::vector<Cubic>& curve, const Boxes& boxes) {
    return hit_by(from, curve, boxes).empty();
}

std::vector<Cubic> way_of(const Place& from, const Place& to, const Boxes& boxes, int lane) {
    std::vector<Cubic> plain = wire_curve(from, to, {});
    const std::vector<const Box*> blocking = hit_by(from, plain, boxes);
    if (blocking.empty()) return plain;
    const double shift = kLane * (std::max(lane, 0) % kLanes);
    double left = std::min(from[0], to[0]), right = std::max(from[0], to[0]);
    if (to[0] > from[0]) {
        double first = right, last = left;
        for (const Box* box : blocking) {
            first = std::min(first, box->left);
            last = std::max(last, box->right);
        }
        // Room to turn in, as far as the gaps between the nodes give it.
        left = std::clamp(first - kGap, left, right);
        right = std::clamp(last + kGap, left, right);
    }
    const double upper = std::min(from[1], to[1]), lower = std::max(from[1], to[1]);
    std::vector<double> heights;
    for (const Box* box : boxes.within({left - 1, upper - kFar, right + 1, lower + kFar})) {
        for (const double y : {box->top - kGap - shift, box->bottom + kGap + shift}) {
            if (y > upper - kFar && y < lower + kFar) heights.push_back(y);
        }
    }
    const auto detour = [&](double y) { return std::abs(y - from[1]) + std::abs(y - to[1]); };
    std::ranges::sort(heights, {}, [&](double y) { return std::pair(detour(y), y); });
    const auto rest = std::ranges::unique(heights);
    heights.erase(rest.begin(), rest.end());
    heights.resize(std::min(heights.size(), kMostTried));
    for (const double y : heights) {
        std::vector<Cubic> way = along(from, to, left, right, y, 44 + shift);
        if (is_free(from, way, boxes)) return way;
    }
    return plain;
}

}  // namespace millrace::engine
