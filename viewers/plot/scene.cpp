#include "viewers/plot/scene.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "viewers/plot/look.hpp"

namespace millrace::viewers {
namespace {

constexpr double kRoom = 0.05;  ///< of the range, above and below the lines

QString translated(const char* text, int count = -1) {
    return QCoreApplication::translate("Plot", text, nullptr, count);
}

const visual::Series* series_in(const Viewer::Shared& item) {
    return item ? std::get_if<visual::Series>(item.get()) : nullptr;
}

}  // namespace

QString PlotScene::problem_with(const visual::Series& series) {
    for (const visual::Series::Line& line : series.lines) {
        if (line.x.size() == line.y.size()) continue;
        return translated("The line %1 has %2 values of x and %3 of y.")
            .arg(QString::fromStdString(line.name))
            .arg(line.x.size())
            .arg(line.y.size());
    }
    return {};
}

PlotScene::Curves PlotScene::curves_of(const Viewer::Shared& item, const std::stop_token& stop) {
    Curves made;
    const visual::Series* series = series_in(item);
    if (!series || !problem_with(*series).isEmpty()) return made;
    for (const visual::Series::Line& line : series->lines) {
        if (stop.stop_requested()) return {};
        made.push_back(std::make_shared<Curve>(item, line));
    }
    return made;
}

void PlotScene::reserve(const QString& run) {
    if (std::ranges::find(runs_, run, &Run::name) == runs_.end()) runs_.push_back({run, {}});
}

bool PlotScene::set_run(const QString& name, Viewer::Shared item, Curves curves) {
    const visual::Series* series = series_in(item);
    if (!series || !problem_with(*series).isEmpty()) return false;
    if (curves.size() != series->lines.size()) curves = curves_of(item);
    std::set<QString> hidden;
    for (const PlotLine& line : lines_) {
        if (line.run == name && !line.visible) hidden.insert(line.name);
    }
    auto run = std::ranges::find(runs_, name, &Run::name);
    if (run == runs_.end()) run = runs_.insert(runs_.end(), Run{name, {}});
    run->item = item;
    std::erase_if(lines_, [&name](const PlotLine& line) { return line.run == name; });
    // Behind the lines of the runs before it, whichever of them came first.
    std::ptrdiff_t place = 0;
    for (auto before = runs_.begin(); before->name != name; ++before)
        place += std::ranges::count(lines_, before->name, &PlotLine::run);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const QString called = QString::fromStdString(series->lines[i].name);
        lines_.insert(lines_.begin() + place++, PlotLine{.run = name,
                                                         .name = called,
                                                         .curve = std::move(curves[i]),
                                                         .visible = !hidden.contains(called)});
    }
    take_labels();
    give_styles();
    prepare();
    return true;
}

void PlotScene::remove_run(const QString& name) {
    std::erase_if(runs_, [&name](const Run& run) { return run.name == name; });
    std::erase_if(lines_, [&name](const PlotLine& line) { return line.run == name; });
    take_labels();
    give_styles();
    prepare();
}

QStringList PlotScene::runs() const {
    QStringList names;
    for (const Run& run : runs_) names << run.name;
    return names;
}

void PlotScene::take_labels() {
    const auto there =
        std::ranges::find_if(runs_, [](const Run& run) { return run.item != nullptr; });
    const visual::Series* first = there == runs_.end() ? nullptr : series_in(there->item);
    title_ = first ? QString::fromStdString(first->title) : QString();
    x_label_ = first ? QString::fromStdString(first->x_label) : QString();
    y_label_ = first ? QString::fromStdString(first->y_label) : QString();
}

/// A colour a line, since noise hides dashes; a dash a run, so that runs are told apart at a
/// glance. Beyond the palette the dashes go on. One line a run needs no dashes.
void PlotScene::give_styles() {
    std::map<QString, int> order;
    for (const PlotLine& line : lines_) order.try_emplace(line.run, static_cast<int>(order.size()));
    const bool by_run = order.size() == lines_.size();
    int number = 0;
    for (PlotLine& line : lines_) {
        line.color = number % kPlotColors;
        line.dash = number / kPlotColors + (by_run ? 0 : order[line.run]);
        ++number;
    }
}

void PlotScene::prepare() {
    ++revision_;
    for (const PlotLine& line : lines_) {
        if (line.visible) line.curve->prepare(smoothing_, y_.logarithmic);
    }
    if (follows_x_) fit_x();
    if (follows_y_) fit_y();
}

void PlotScene::set_visible(std::size_t line, bool visible) {
    if (line >= lines_.size() || lines_[line].visible == visible) return;
    lines_[line].visible = visible;
    prepare();
}

void PlotScene::solo(std::size_t line) {
    if (line >= lines_.size()) return;
    const auto shown = std::ranges::count(lines_, true, &PlotLine::visible);
    const bool alone = shown == 1 && lines_[line].visible;
    for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i].visible = alone || i == line;
    prepare();
}

QString PlotScene::label_of(const PlotLine& line) const {
    if (runs_.size() < 2) return line.name.isEmpty() ? title_ : line.name;
    return line.name.isEmpty() ? line.run : QStringLiteral("%1 · %2").arg(line.run, line.name);
}

void PlotScene::set_x(const PlotScale& range) {
    const PlotScale next = usable({range.low, range.high, x_.logarithmic});
    if (next == x_) return;
    follows_x_ = false;
    x_ = next;
    ++revision_;
    if (follows_y_) fit_y();
}

void PlotScene::set_y(const PlotScale& range) {
    const PlotScale next = usable({range.low, range.high, y_.logarithmic});
    if (next == y_) return;
    follows_y_ = false;
    y_ = next;
    ++revision_;
}

void PlotScene::set_log_x(bool on) {
    if (x_.logarithmic == on) return;
    x_.logarithmic = on;
    follows_x_ = true;
    prepare();
}

void PlotScene::set_log_y(bool on) {
    if (y_.logarithmic == on) return;
    y_.logarithmic = on;
    follows_y_ = true;
    prepare();
}

void PlotScene::set_smoothing(double weight) {
    const double next = std::isfinite(weight) ? std::clamp(weight, 0.0, 0.999) : 0;
    if (next == smoothing_) return;
    smoothing_ = next;
    prepare();
}

void PlotScene::set_follows_y(bool on) {
    if (follows_y_ == on) return;
    follows_y_ = on;
    prepare();
}

void PlotScene::fit() {
    follows_x_ = follows_y_ = true;
    prepare();
}

void PlotScene::fit_x() {
    std::optional<std::pair<double, double>> range;
    for (const PlotLine& line : lines_) {
        const auto one = line.visible ? line.curve->x_range(x_.logarithmic) : std::nullopt;
        if (!one) continue;
        if (!range) range = one;
        range = {std::min(range->first, one->first), std::max(range->second, one->second)};
    }
    const auto [low, high] = range.value_or(std::pair(0.0, 1.0));
    x_ = usable({low, high, x_.logarithmic});
    if (low < high) x_ = with_room(x_, 0.01);
}

void PlotScene::fit_y() {
    std::optional<std::pair<double, double>> range;
    for (const PlotLine& line : lines_) {
        if (!line.visible) continue;
        const auto [first, last] = line.curve->within(x_);
        const auto one = line.curve->y_range(first, last);
        if (!one) continue;
        if (!range) range = one;
        range = {std::min(range->first, one->first), std::max(range->second, one->second)};
    }
    const auto [low, high] = range.value_or(std::pair(0.0, 1.0));
    y_ = usable({low, high, y_.logarithmic});
    if (low < high) y_ = with_room(y_, kRoom);
}

std::optional<PlotScene::Place> PlotScene::nearest(double axis) const {
    std::optional<Place> best;
    double distance = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        if (!lines_[i].visible) continue;
        const auto sample = lines_[i].curve->nearest(x_, axis);
        if (!sample) continue;
        const double away = std::abs(x_.to_axis(lines_[i].curve->x(*sample)) - axis);
        if (best && !(away < distance)) continue;
        best = Place{i, *sample};
        distance = away;
    }
    return best;
}

std::optional<double> PlotScene::stepped(double axis, int by) const {
    std::optional<double> best;
    const double value = x_.to_value(axis);
    for (const PlotLine& line : lines_) {
        if (!line.visible) continue;
        const auto found = line.curve->next_x(value, by);
        if (!found || std::isnan(x_.to_axis(*found))) continue;
        if (!best || (by > 0 ? *found < *best : *found > *best)) best = found;
    }
    return best;
}

QStringList PlotScene::notes() const {
    std::size_t not_positive = 0, without_x = 0;
    bool sorted = false;
    for (const PlotLine& line : lines_) {
        if (!line.visible) continue;
        not_positive += line.curve->not_positive(x_.logarithmic, y_.logarithmic);
        without_x += line.curve->without_x();
        sorted = sorted || !line.curve->was_in_order();
    }
    QStringList notes;
    if (not_positive > 0)
        notes << translated("%1 samples ≤ 0 left out (logarithmic axis)").arg(not_positive);
    if (without_x > 0) notes << translated("%1 samples without x left out").arg(without_x);
    if (sorted) notes << translated("put in order of x");
    return notes;
}

}  // namespace millrace::viewers
