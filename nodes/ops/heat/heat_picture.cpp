#include "nodes/ops/heat/heat_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "nodes/ops/draw/pen.hpp"

namespace millrace::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kWidth = 1280, kRow = 24, kTop = 92, kBottom = 18;
constexpr double kMargin = 16, kLetter = 9, kTitle = 13, kColumn = 66;
constexpr Rgb kGround = {14, 16, 21}, kStripe = {22, 25, 32}, kInk = {228, 231, 237},
              kQuiet = {150, 156, 168}, kGrid = {52, 57, 68}, kInherited = {120, 150, 190};

/// Numbers of the layers that are shown.
std::vector<std::size_t> shown(const std::vector<LayerHeat>& layers) {
    std::vector<std::size_t> rows = hottest(layers);
    if (rows.size() < kMostHeatRows) {
        for (std::size_t i = 0; i < layers.size() && rows.size() < kMostHeatRows; ++i) {
            const bool is_last = i + 1 == layers.size();
            if ((layers[i].is_rounded() || is_last) && std::ranges::find(rows, i) == rows.end())
                rows.push_back(i);
        }
    } else {
        rows.resize(kMostHeatRows);
    }
    std::ranges::sort(rows);
    return rows;
}

/// What all names begin with, to its last dot.
std::size_t common_start(const std::vector<LayerHeat>& layers,
                         const std::vector<std::size_t>& rows) {
    if (rows.size() < 2) return 0;
    const std::string& first = layers[rows.front()].name;
    std::size_t length = first.size();
    // The last row is often the head, whose name has nothing in common with the others.
    for (std::size_t i = 1; i + 1 < rows.size(); ++i) {
        const std::string& name = layers[rows[i]].name;
        std::size_t same = 0;
        while (same < std::min(length, name.size()) && first[same] == name[same]) ++same;
        length = same;
    }
    const std::size_t dot = length == 0 ? std::string::npos : first.rfind('.', length - 1);
    return dot == std::string::npos ? 0 : dot + 1;
}

std::string text_of(double sqnr) {
    if (std::isnan(sqnr)) return "NaN";
    if (sqnr == kInfinity) return "exact";
    return sqnr == -kInfinity ? "-inf" : fmt::format("{:.1f}", sqnr);
}

std::string share_of(const LayerHeat& layer) {
    const double weights = layer.weights.share(), activations = layer.activations.share();
    const auto percent = [](double share) {
        return std::isnan(share) ? std::string("-") : fmt::format("{:.0f}", 100 * share);
    };
    return percent(weights) + " / " + percent(activations);
}

/// A part of a row in which bars begin at the left end.
struct Panel {
    double left = 0, right = 0;
    double begin = 0, end = 1;  ///< numbers at the left and at the right end

    double at(double number) const {
        const double place = std::clamp((number - begin) / (end - begin), 0.0, 1.0);
        return left + place * (right - left);
    }
};

class HeatDrawing {
public:
    HeatDrawing(const std::vector<LayerHeat>& layers, std::vector<std::size_t> rows,
                types::Image& image)
        : layers_(layers), rows_(std::move(rows)), hot_(hottest(layers)), pen_(image) {
        const std::size_t start = common_start(layers_, rows_);
        double widest = Pen::text_width("layer", kLetter), most_effect = 0;
        double least = 0, most = 10;
        for (const std::size_t row : rows_) {
            const LayerHeat& layer = layers_[row];
            const bool is_common =
                layer.name.compare(0, start, layers_[rows_.front()].name, 0, start) == 0;
            names_.push_back(is_common ? layer.name.substr(start) : layer.name);
            widest = std::max(widest, Pen::text_width(names_.back(), kLetter));
            most_effect = std::max(most_effect, layer.positions > 0 ? layer.effect_nats() : 0);
            for (const LayerSums* sums : {&layer.own, &layer.inherited, &layer.total}) {
                const double sqnr = sums->sqnr_db();
                if (!std::isfinite(sqnr)) continue;
                least = std::min(least, sqnr);
                most = std::max(most, sqnr);
            }
        }
        has_effects_ = most_effect > 0;
        const double left = kMargin + 22 + std::min(widest, kWidth * 0.3) + 14;
        const double right = kWidth - kMargin - kColumn * (has_effects_ ? 5 : 4);
        const double part = has_effects_ ? (right - left) * 0.45 : 0;
        const double power = has_effects_ ? std::ceil(std::log10(most_effect)) : 0;
        effect_ = {left, left + part - 48, power - 4, power};
        sqnr_ = {left + part, right - 10, std::min(std::ceil(most / 10) * 10, 90.0),
                 std::max(std::floor(least / 10) * 10, -30.0)};
    }

    void draw(const std::string& title) {
        pen_.text(title, pixel_at(kMargin, 26), kTitle, kInk);
        for (std::size_t i = 0; i < rows_.size(); i += 2)
            box(0, kTop + kRow * static_cast<double>(i), kWidth, kRow, kStripe);
        if (has_effects_) {
            pen_.text("effect on the output, nats", pixel_at(effect_.left, 56), kLetter, kInk);
            for (double tick = effect_.begin; tick <= effect_.end; ++tick)
                mark(effect_.at(tick), tick > -4 && tick < 4
                                           ? fmt::format("{:g}", std::pow(10, tick))
                                           : fmt::format("1e{:.0f}", tick));
        }
        pen_.text("SQNR, dB. Thick: own, thin: inherited, tick: total", pixel_at(sqnr_.left, 56),
                  kLetter, kInk);
        for (double tick = sqnr_.end; tick <= sqnr_.begin; tick += 10)
            mark(sqnr_.at(tick), fmt::format("{:.0f}", tick));
        std::vector<std::string> heads = {"own", "inherited", "total", "ends, %"};
        if (has_effects_) heads.insert(heads.begin(), "effect");
        columns(heads, kTop - 9, kQuiet);
        for (std::size_t i = 0; i < rows_.size(); ++i) row(i);
    }

private:
    void mark(double across, const std::string& text) {
        const double bottom = kTop + kRow * static_cast<double>(rows_.size());
        pen_.line(pixel_at(across, kTop - 4), pixel_at(across, bottom), kGrid, 1, 0.9);
        pen_.text(text, pixel_at(across - Pen::text_width(text, kLetter) / 2, kTop - 9), kLetter,
                  kQuiet);
    }

    void box(double left, double top, double width, double height, Rgb color) {
        const std::array<Pixel, 4> corners = {pixel_at(left, top), pixel_at(left + width, top),
                                              pixel_at(left + width, top + height),
                                              pixel_at(left, top + height)};
        pen_.fill(corners, color);
    }

    void bar(const Panel& panel, double number, double top, double height, Rgb color) {
        box(panel.left, top, std::max(1.0, panel.at(number) - panel.left), height, color);
    }

    void columns(const std::vector<std::string>& texts, double baseline, Rgb color) {
        double end = kWidth - kMargin - kColumn * static_cast<double>(texts.size() - 1);
        for (const std::string& text : texts) {
            pen_.text(text, pixel_at(end - Pen::text_width(text, kLetter), baseline), kLetter,
                      color);
            end += kColumn;
        }
    }

    /// From the coldest to the hottest colour, over the scale that ranks go by.
    Rgb heat_of(const LayerHeat& layer) const {
        if (has_effects_) {
            return ColorScale(ColorMap::Turbo, effect_.begin,
                              effect_.end)(std::log10(std::max(layer.effect_nats(), 1e-300)));
        }
        return ColorScale(ColorMap::Turbo, sqnr_.end, sqnr_.begin, Spacing::Linear,
                          Direction::Falling)(layer.own.sqnr_db());
    }

    void row(std::size_t number) {
        const LayerHeat& layer = layers_[rows_[number]];
        const auto rank = std::ranges::find(hot_, rows_[number]) - hot_.begin();
        const bool is_hot = rank < std::min<std::ptrdiff_t>(3, std::ssize(hot_));
        const double top = kTop + kRow * static_cast<double>(number);
        const double baseline = top + (kRow + kLetter) / 2;
        const double own = layer.own.sqnr_db(), inherited = layer.inherited.sqnr_db(),
                     total = layer.total.sqnr_db();
        const Rgb heat = heat_of(layer), ink = is_hot ? kInk : kQuiet;
        if (is_hot)
            pen_.text(std::to_string(rank + 1), pixel_at(kMargin, baseline), kLetter + 2, heat);
        pen_.text(names_[number], pixel_at(kMargin + 22, baseline), kLetter, ink);
        if (has_effects_ && layer.effect > 0)
            bar(effect_, std::log10(layer.effect_nats()), top + 5, kRow - 10, heat);
        if (own != kInfinity) bar(sqnr_, own, top + 4, 10, heat);
        if (inherited != kInfinity) bar(sqnr_, inherited, top + 16, 4, kInherited);
        if (total != kInfinity) {
            const double across = sqnr_.at(total);
            pen_.line(pixel_at(across, top + 3), pixel_at(across, top + kRow - 3), kInk, 2);
        }
        std::vector<std::string> texts = {text_of(own), text_of(inherited), text_of(total),
                                          share_of(layer)};
        if (has_effects_) texts.insert(texts.begin(), fmt::format("{:.2g}", layer.effect_nats()));
        columns(texts, baseline, ink);
    }

    const std::vector<LayerHeat>& layers_;
    std::vector<std::size_t> rows_, hot_;
    std::vector<std::string> names_;
    Pen pen_;
    Panel effect_, sqnr_;
    bool has_effects_ = false;
};

}  // namespace

types::Image draw_heat(const std::vector<LayerHeat>& layers, const std::string& title) {
    std::vector<std::size_t> rows = shown(layers);
    types::Image image(kWidth, kTop + kRow * static_cast<int>(rows.size()) + kBottom, 3);
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = kGround[i % 3];
    if (!rows.empty()) HeatDrawing(layers, std::move(rows), image).draw(title);
    return image;
}

}  // namespace millrace::ops
