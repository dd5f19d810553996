#include "viewers/view/comparison.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/observe/compare.hpp"
#include "engine/observe/record.hpp"
#include "engine/problem.hpp"

namespace millrace::view {
namespace {

using visual::Place;
using visual::Verdict;

QString tr(const char* text) { return QCoreApplication::translate("Comparison", text); }

int rank(Verdict verdict) {
    return verdict == Verdict::Equal    ? 0
           : verdict == Verdict::Within ? 1
           : verdict == Verdict::Beyond ? 2
                                        : 3;
}

QString told(const engine::Problem& problem) {
    QString text = QString::fromStdString(problem.what);
    if (!problem.expected.empty() && !problem.found.empty())
        text += tr(": %1 against %2")
                    .arg(QString::fromStdString(problem.expected),
                         QString::fromStdString(problem.found));
    return text;
}

const engine::Sketch* sketch_of(const Wire& wire, quint64 item) {
    const engine::Recorded* recorded = wire.source->recorded(wire.output.toStdString());
    if (!recorded) return nullptr;
    const auto found = recorded->sketches.find(item);
    return found == recorded->sketches.end() ? nullptr : &found->second;
}

void refuse(ItemSummary& summary, const QString& why) {
    summary.verdict = Verdict::Incomparable;
    summary.why = why;
}

/// What two sketches tell.
void estimate(ItemSummary& summary, const engine::Sketch& a, const engine::Sketch& b,
              const engine::Tolerance& tolerance) {
    const engine::Comparison found = engine::compare(a, b, tolerance);
    const bool same = a.hash == b.hash;
    summary.how = same ? How::Hashes : How::Estimate;
    summary.verdict = same ? Verdict::Equal : found.equal ? Verdict::Within : Verdict::Beyond;
    summary.figures.compared = found.count;
    summary.figures.beyond = found.differing;
    summary.figures.max_abs = found.max_abs;
    summary.figures.max_rel = found.max_rel;
    summary.figures.sqnr_db = found.sqnr_db;
    summary.figures.cosine = same ? 1 : engine::distance(a, b).cosine;
    const double energy = a.rms * a.rms * static_cast<double>(a.count);
    summary.figures.rmse =
        same || a.count == 0 || !std::isfinite(found.sqnr_db)
            ? 0
            : std::sqrt(energy / std::pow(10, found.sqnr_db / 10) / static_cast<double>(a.count));
    if (!found.why.empty()) {
        summary.why = QString::fromStdString(found.why);
        if (!engine::distance(a, b).comparable) summary.verdict = Verdict::Incomparable;
    }
}

void summarise(ItemResult& result) {
    ItemSummary& summary = result.summary;
    const visual::Difference* worst = nullptr;
    for (std::size_t i = 0; i < result.places.size(); ++i) {
        const visual::Difference& place = result.places[i];
        if (worst && (rank(place.verdict) < rank(worst->verdict) ||
                      (place.verdict == worst->verdict && place.all.max_abs <= worst->all.max_abs)))
            continue;
        worst = &place;
        result.worst_place = i;
    }
    if (!worst) return refuse(summary, tr("Neither item holds anything that can be compared."));
    summary.verdict = worst->verdict;
    summary.figures = worst->all;
    summary.missing = worst->missing;
    summary.extra = worst->extra;
    if (!worst->worst.empty()) {
        summary.where = words_of(worst->worst.front());
        summary.a = value_of(worst->worst.front(), true);
        summary.b = value_of(worst->worst.front(), false);
    }
    QStringList reasons;
    if (worst->verdict == Verdict::Incomparable) reasons << told(worst->why);
    for (const auto* list : {&worst->unlike, &worst->remarks})
        for (const std::string& text : *list) reasons << QString::fromStdString(text);
    if (result.a.size() != result.b.size()) {
        if (summary.verdict != Verdict::Incomparable) summary.verdict = Verdict::Beyond;
        reasons << tr("%1 visuals against %2").arg(result.a.size()).arg(result.b.size());
    }
    summary.why = reasons.join(QStringLiteral("; "));
}

}  // namespace

bool Wire::has(quint64 item) const { return std::ranges::binary_search(items, item); }

QString how_text(How how) {
    return how == How::Exact    ? tr("exact")
           : how == How::Hashes ? tr("equal hashes")
                                : tr("estimated from sketches");
}

bool ItemSummary::worse_than(const ItemSummary& other) const {
    if (verdict != other.verdict) return rank(verdict) > rank(other.verdict);
    const bool lacks = missing + extra > 0, other_lacks = other.missing + other.extra > 0;
    if (figures.max_abs != other.figures.max_abs) return figures.max_abs > other.figures.max_abs;
    return lacks && !other_lacks;
}

ItemResult compare_items(const Wire& a, quint64 item_a, const Wire& b, quint64 item_b,
                         const engine::Tolerance& tolerance, const visual::CompareOptions& options,
                         Shortcut shortcut) {
    ItemResult result;
    ItemSummary& summary = result.summary;
    summary.item_a = item_a;
    summary.item_b = item_b;
    if (!a.has(item_a) || !b.has(item_b)) {
        const quint64 lacking = a.has(item_a) ? item_b : item_a;
        const QString side = a.has(item_a) ? QStringLiteral("B") : QStringLiteral("A");
        // An offset before the first item wraps.
        const bool number = lacking <= static_cast<quint64>(std::numeric_limits<qint64>::max());
        refuse(summary, number ? tr("%1 has no item %2").arg(side).arg(lacking)
                               : tr("%1 has no such item").arg(side));
        return result;
    }
    const engine::Sketch *first = sketch_of(a, item_a), *second = sketch_of(b, item_b);
    const bool loadable = a.stream != Wire::kSketches && b.stream != Wire::kSketches;
    const bool same = first && second && first->hash == second->hash;
    if (!loadable || (same && shortcut == Shortcut::Hashes)) {
        if (first && second)
            estimate(summary, *first, *second, tolerance);
        else
            refuse(summary, tr("One of the runs kept a sketch of it alone, the other none."));
        return result;
    }
    try {
        result.a = a.source->load(a.stream, item_a);
        if (options.stop.stop_requested()) return result;
        result.b = b.source->load(b.stream, item_b);
    } catch (const engine::Error& error) {
        refuse(summary, told(error.problem()));
        return result;
    }
    for (std::size_t i = 0; i < std::min(result.a.size(), result.b.size()); ++i)
        result.places.push_back(visual::compare(*result.a[i], *result.b[i], tolerance, options));
    summarise(result);
    return result;
}

std::vector<std::pair<quint64, quint64>> paired_items(const Wire& a, const Wire& b, qint64 offset) {
    std::vector<std::pair<quint64, quint64>> pairs;
    for (const quint64 item : a.items)
        pairs.emplace_back(item, item + static_cast<quint64>(offset));
    for (const quint64 item : b.items) {
        const quint64 other = item - static_cast<quint64>(offset);
        // Items before a's first have no number on that side.
        if (offset > 0 && item < static_cast<quint64>(offset)) continue;
        if (!a.has(other)) pairs.emplace_back(other, item);
    }
    std::ranges::sort(pairs);
    return pairs;
}

QString words_of(const visual::Element& element) {
    const Place& place = element.place;
    const bool only_a = place.b < 0, only_b = place.a < 0;
    const qint64 index = only_b ? place.b : place.a;
    const QString part = QString::fromStdString(place.part);
    QString text;
    switch (place.kind) {
        case Place::Kind::Whole:
            return tr("the whole");
        case Place::Kind::Pixel:
            return tr("pixel %1, %2, channel %3")
                .arg(place.column)
                .arg(place.row)
                .arg(place.channel);
        case Place::Kind::Point:
            text = tr("point %1").arg(index);
            break;
        case Place::Kind::Box:
            text = tr("box %1").arg(index);
            break;
        case Place::Kind::Element:
            text = place.column < 0 ? tr("element %1").arg(index)
                                    : tr("row %1, column %2").arg(place.row).arg(place.column);
            break;
        case Place::Kind::Cell:
            text = tr("row %1").arg(place.row + 1);
            break;
        case Place::Kind::Line:
            return tr("line %1, column %2").arg(place.row + 1).arg(place.column + 1);
        case Place::Kind::Token:
            text = tr("token %1").arg(index);
            break;
        case Place::Kind::Layer:
            text = tr("layer %1").arg(index);
            break;
    }
    if (!only_a && !only_b && place.a != place.b) text += tr(" (B: %1)").arg(place.b);
    if (only_a) return tr("%1, only in A").arg(text);
    if (only_b) return tr("%1, only in B").arg(text);
    return part.isEmpty() ? text : tr("%1, %2").arg(text, part);
}

QString value_of(const visual::Element& element, bool of_a) {
    const std::string& text = of_a ? element.text_a : element.text_b;
    const bool number = element.text_a.empty() && element.text_b.empty();
    if (!number) return text.empty() ? tr("(empty)") : QString::fromStdString(text);
    return figure_text(of_a ? element.a : element.b);
}

std::optional<viewers::Selection> selection_of(const visual::Element& element, bool of_a,
                                               const visual::Visual& shown) {
    using Kind = viewers::Selection::Kind;
    const Place& place = element.place;
    const qint64 index = of_a ? place.a : place.b;
    if (index < 0) return {};
    viewers::Selection selection{.kind = Kind::Row, .frame = {}, .index = index, .x = 0, .y = 0};
    std::visit(
        [&](const auto& visual) {
            if constexpr (requires { visual.frame; })
                selection.frame = QString::fromStdString(visual.frame);
        },
        shown);
    switch (place.kind) {
        case Place::Kind::Whole:
            return {};
        case Place::Kind::Pixel:
            selection.kind = Kind::Pixel;
            selection.x = static_cast<double>(place.column) + 0.5;
            selection.y = static_cast<double>(place.row) + 0.5;
            break;
        case Place::Kind::Point:
            selection.kind = Kind::Point;
            break;
        case Place::Kind::Box:
            selection.kind = Kind::Box;
            break;
        case Place::Kind::Element:
            selection.kind = Kind::Element;
            selection.x = static_cast<double>(place.column) + 0.5;
            selection.y = static_cast<double>(place.row) + 0.5;
            break;
        default:
            selection.x = static_cast<double>(std::max<std::int64_t>(place.column, 0));
            break;
    }
    return selection;
}

QString figure_text(double value) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    return QString::number(value, 'g', 6);
}

QString verdict_text(visual::Verdict verdict) {
    switch (verdict) {
        case Verdict::Equal:
            return tr("equal");
        case Verdict::Within:
            return tr("within tolerance");
        case Verdict::Beyond:
            return tr("beyond tolerance");
        case Verdict::Incomparable:
            return tr("can't be compared");
    }
    return {};
}

}  // namespace millrace::view
