#include "viewers/view/memory.hpp"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>
#include <algorithm>

#include "viewers/view/pane_area.hpp"

namespace millrace::view {
namespace {

constexpr qsizetype kMostArrangements = 20;
constexpr qsizetype kMostRecent = 10;
constexpr qsizetype kMostLength = 1 << 16;  ///< characters of what was opened together

const QString kPanes = QStringLiteral("view/panes");
const QString kRecent = QStringLiteral("view/recent");
const QString kNames = QStringLiteral("names");
const QString kArrangement = QStringLiteral("arrangement");

QStringList names_of(const PaneArea& area) {
    QStringList names;
    for (const Pane* pane : area.panes()) names << pane->title();
    names.sort();
    return names;
}

QStringList names_of(const QJsonValue& entry) {
    QStringList names;
    for (const QJsonValue& name : entry.toObject()[kNames].toArray()) names << name.toString();
    names.sort();
    return names;
}

QJsonArray arrangements() {
    return QJsonDocument::fromJson(QSettings().value(kPanes).toByteArray()).array();
}

void set_arrangements(const QJsonArray& list) {
    QSettings().setValue(kPanes, QJsonDocument(list).toJson(QJsonDocument::Compact));
}

QJsonArray without(const QStringList& names) {
    QJsonArray others;
    for (const QJsonValue& entry : arrangements()) {
        if (names_of(entry) != names) others.append(entry);
    }
    return others;
}

}  // namespace

QByteArray remembered_panes(const PaneArea& area) {
    const QStringList names = names_of(area);
    QJsonObject best;
    qsizetype least = -1;
    for (const QJsonValue& entry : arrangements()) {
        const QStringList known = names_of(entry);
        const bool all = std::ranges::includes(known, names);
        if (!all || (least >= 0 && known.size() >= least)) continue;
        least = known.size();
        best = entry.toObject()[kArrangement].toObject();
    }
    return best.isEmpty() ? QByteArray() : QJsonDocument(best).toJson(QJsonDocument::Compact);
}

void remember_panes(const PaneArea& area) {
    const QStringList names = names_of(area);
    QJsonArray list = without(names);
    list.prepend(QJsonObject{{kNames, QJsonArray::fromStringList(names)},
                             {kArrangement, QJsonDocument::fromJson(area.arrangement()).object()}});
    while (list.size() > kMostArrangements) list.removeLast();
    set_arrangements(list);
}

void forget_panes(const PaneArea& area) { set_arrangements(without(names_of(area))); }

QStringList recent_files() {
    QStringList list;
    for (const QString& entry : QSettings().value(kRecent).toStringList()) {
        if (entry.isEmpty() || entry.size() > kMostLength || list.contains(entry)) continue;
        if (list.size() < kMostRecent) list << entry;
    }
    return list;
}

void set_recent_files(const QStringList& list) {
    QSettings().setValue(kRecent, list.mid(0, kMostRecent));
}

}  // namespace millrace::view
