#include "viewers/view/compare_report.hpp"

#include <algorithm>
#include <cmath>

#include "engine/value.hpp"

namespace millrace::view {
namespace {

QString quoted(QString text) {
    if (!text.contains('"') && !text.contains(',') && !text.contains('\n') && !text.contains('\r'))
        return text;
    return '"' + text.replace("\"", "\"\"") + '"';
}

QString number(double value) {
    if (std::isnan(value)) return QStringLiteral("nan");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("inf") : QStringLiteral("-inf");
    return QString::number(value, 'g', 17);
}

engine::Value count(std::uint64_t number) { return static_cast<std::int64_t>(number); }

engine::Value value_of_item(const ItemSummary& item) {
    const visual::ErrorFigures& figures = item.figures;
    return engine::Object{{"item_a", count(item.item_a)},
                          {"item_b", count(item.item_b)},
                          {"verdict", std::string(to_text(item.verdict))},
                          {"how", how_text(item.how).toStdString()},
                          {"compared", count(figures.compared)},
                          {"beyond", count(figures.beyond)},
                          {"missing", count(item.missing)},
                          {"extra", count(item.extra)},
                          {"max_abs", figures.max_abs},
                          {"max_rel", figures.max_rel},
                          {"mean_abs", figures.mean_abs},
                          {"rmse", figures.rmse},
                          {"sqnr_db", figures.sqnr_db},
                          {"cosine", figures.cosine},
                          {"where", item.where.toStdString()},
                          {"a", item.a.toStdString()},
                          {"b", item.b.toStdString()},
                          {"why", item.why.toStdString()}};
}

}  // namespace

const ItemSummary* WireReport::worst() const {
    const ItemSummary* found = nullptr;
    for (const ItemSummary& item : items)
        if (!found || item.worse_than(*found)) found = &item;
    return found;
}

std::uint64_t WireReport::count(visual::Verdict verdict) const {
    return static_cast<std::uint64_t>(std::ranges::count(items, verdict, &ItemSummary::verdict));
}

QByteArray report_csv(const std::vector<WireReport>& wires) {
    QString text =
        "a,b,item_a,item_b,verdict,how,compared,beyond,missing,extra,max_abs,max_rel,mean_abs,rmse,"
        "sqnr_db,cosine,where,value_a,value_b,why\r\n";
    for (const WireReport& wire : wires) {
        for (const ItemSummary& item : wire.items) {
            const visual::ErrorFigures& f = item.figures;
            const QStringList cells = {wire.a,
                                       wire.b,
                                       QString::number(item.item_a),
                                       QString::number(item.item_b),
                                       QString::fromUtf8(to_text(item.verdict).data()),
                                       how_text(item.how),
                                       QString::number(f.compared),
                                       QString::number(f.beyond),
                                       QString::number(item.missing),
                                       QString::number(item.extra),
                                       number(f.max_abs),
                                       number(f.max_rel),
                                       number(f.mean_abs),
                                       number(f.rmse),
                                       number(f.sqnr_db),
                                       number(f.cosine),
                                       item.where,
                                       item.a,
                                       item.b,
                                       item.why};
            for (qsizetype i = 0; i < cells.size(); ++i)
                text += (i > 0 ? "," : "") + quoted(cells[i]);
            text += "\r\n";
        }
    }
    return text.toUtf8();
}

QByteArray report_json(const std::vector<WireReport>& wires, const engine::Tolerance& tolerance) {
    engine::Array list;
    for (const WireReport& wire : wires) {
        engine::Array items;
        for (const ItemSummary& item : wire.items) items.push_back(value_of_item(item));
        list.push_back(engine::Object{
            {"a", wire.a.toStdString()}, {"b", wire.b.toStdString()}, {"items", std::move(items)}});
    }
    const engine::Object report{{"rule", "|a - b| <= atol + rtol * |a|"},
                                {"atol", tolerance.absolute},
                                {"rtol", tolerance.relative},
                                {"equal_nan", tolerance.equal_nan},
                                {"wires", std::move(list)}};
    return QByteArray::fromStdString(engine::to_json(report, engine::JsonLayout::Pretty) + "\n");
}

}  // namespace millrace::view
