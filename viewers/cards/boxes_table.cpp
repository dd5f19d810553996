#include "viewers/cards/boxes_table.hpp"

#include <QColor>
#include <QPixmap>
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "engine/visual/scene/color_map.hpp"

namespace millrace::viewers {
namespace {

double value_of(const BoxRow& box, BoxesTable::Column column) {
    switch (column) {
        case BoxesTable::Score:
            return box.score;
        case BoxesTable::X:
            return box.x;
        case BoxesTable::Y:
            return box.y;
        case BoxesTable::Z:
            return box.z;
        case BoxesTable::Length:
            return box.length;
        case BoxesTable::Width:
            return box.width;
        case BoxesTable::Height:
            return box.height;
        case BoxesTable::Range:
            return box.range;
        case BoxesTable::Yaw:
            return box.yaw;
        case BoxesTable::Track:
            return static_cast<double>(box.track);
        default:
            return 0;
    }
}

/// Within half a turn of 0.
double degrees(double yaw) {
    return std::remainder(yaw, 2 * std::numbers::pi) * 180 / std::numbers::pi;
}

BoxRow row_of_box(const visual::Boxes3d::Box& box) {
    return {.label = box.label,
            .score = box.score,
            .x = box.center[0],
            .y = box.center[1],
            .z = box.center[2],
            .length = box.size[0],
            .width = box.size[1],
            .height = box.size[2],
            .range = std::hypot(box.center[0], box.center[1], box.center[2]),
            .yaw = degrees(box.yaw),
            .track = box.track};
}

BoxRow row_of_box(const visual::Boxes2d::Box& box) {
    const auto& [left, top, right, bottom] = box.xyxy;
    return {.label = box.label,
            .score = box.score,
            .x = left / 2 + right / 2,
            .y = top / 2 + bottom / 2,
            .width = right - left,
            .height = bottom - top};
}

}  // namespace

bool BoxesTable::set(const visual::Visual& item) {
    const auto* space = std::get_if<visual::Boxes3d>(&item);
    const auto* image = std::get_if<visual::Boxes2d>(&item);
    if (!space && !image) return false;
    beginResetModel();
    boxes_.clear();
    in_space_ = space != nullptr;
    bool tracks = false;
    if (space) {
        for (const auto& box : space->boxes) boxes_.push_back(row_of_box(box));
        tracks = std::ranges::any_of(boxes_, [](const BoxRow& box) { return box.track >= 0; });
        columns_ = {Number, Label, Score, Range, X, Y, Z, Length, Width, Height, Yaw};
        if (tracks) columns_.insert(columns_.begin() + 2, Track);
    } else {
        for (const auto& box : image->boxes) boxes_.push_back(row_of_box(box));
        columns_ = {Number, Label, Score, X, Y, Width, Height};
    }
    if (std::ranges::find(columns_, column_) == columns_.end()) column_ = Number;
    choose();
    endResetModel();
    return true;
}

void BoxesTable::fill() {
    beginResetModel();
    choose();
    endResetModel();
}

void BoxesTable::set_least_score(std::optional<double> least) {
    if (least == least_) return;
    least_ = least;
    fill();
}

void BoxesTable::set_hidden(std::set<std::string> labels) {
    hidden_ = std::move(labels);
    fill();
}

void BoxesTable::set_text(const QString& text) {
    text_ = text;
    fill();
}

bool BoxesTable::holds_text(const BoxRow& box, std::size_t number) const {
    for (const Column column : {Label, Number, Track}) {
        if (cell(box, number, column).contains(text_, Qt::CaseInsensitive)) return true;
    }
    return false;
}

void BoxesTable::choose() {
    shown_.clear();
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        const BoxRow& box = boxes_[i];
        if (!is_likely(box) || hidden_.contains(box.label)) continue;
        if (!text_.isEmpty() && !holds_text(box, i)) continue;
        shown_.push_back(i);
    }
    const bool down = direction_ == Qt::DescendingOrder;
    if (column_ == Label) {
        std::ranges::stable_sort(shown_, [&](std::size_t a, std::size_t b) {
            return down ? boxes_[b].label < boxes_[a].label : boxes_[a].label < boxes_[b].label;
        });
    } else if (column_ == Number) {
        if (down) std::ranges::reverse(shown_);
    } else {
        // What is no number stands last in either order.
        std::ranges::stable_sort(shown_, [&](std::size_t a, std::size_t b) {
            const double x = value_of(boxes_[a], column_), y = value_of(boxes_[b], column_);
            if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
            return down ? y < x : x < y;
        });
    }
    row_.assign(boxes_.size(), -1);
    for (std::size_t row = 0; row < shown_.size(); ++row) row_[shown_[row]] = static_cast<int>(row);
}

int BoxesTable::row_of(qint64 box) const {
    return box >= 0 && box < static_cast<qint64>(row_.size()) ? row_[static_cast<std::size_t>(box)]
                                                              : -1;
}

std::vector<std::pair<std::string, std::size_t>> BoxesTable::counts() const {
    std::map<std::string, std::size_t> by_label;
    for (const BoxRow& box : boxes_) {
        auto& count = by_label[box.label];
        if (is_likely(box)) ++count;
    }
    std::vector<std::pair<std::string, std::size_t>> all(by_label.begin(), by_label.end());
    std::ranges::stable_sort(all, std::greater<>(), &std::pair<std::string, std::size_t>::second);
    return all;
}

int BoxesTable::section_of(Column column) const {
    const auto found = std::ranges::find(columns_, column);
    return found == columns_.end() ? -1 : static_cast<int>(found - columns_.begin());
}

int BoxesTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

int BoxesTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QString BoxesTable::cell(const BoxRow& box, std::size_t number, Column column) const {
    switch (column) {
        case Number:
            return QString::number(number);
        case Label:
            return box.label.empty() ? tr("(none)")
                                     : QString::fromStdString(box.label.substr(0, 200));
        case Score:
            return QString::number(box.score, 'f', 3);
        case Track:
            return box.track < 0 ? QString() : QString::number(box.track);
        case Yaw:
            return QStringLiteral("%1°").arg(box.yaw, 0, 'f', 1);
        default: {
            const double value = value_of(box, column);
            if (std::abs(value) >= 1e7) return QString::number(value, 'g', 6);
            return QString::number(value, 'f', in_space_ ? 2 : 1);
        }
    }
}

QVariant BoxesTable::data(const QModelIndex& index, int role) const {
    const std::size_t number = box_of(index.row());
    const BoxRow& box = boxes_[number];
    const Column column = column_at(index.column());
    switch (role) {
        case Qt::DisplayRole:
            return cell(box, number, column);
        case Qt::UserRole:
            return box.score;  // for the bar
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::Alignment(
                Qt::AlignVCenter | (column == Label ? Qt::AlignLeft : Qt::AlignRight)));
        case Qt::DecorationRole: {
            if (column != Label) return {};
            const visual::Rgb c = visual::label_color(box.label);
            QPixmap swatch(11, 11);
            swatch.fill(QColor(c[0], c[1], c[2]));
            return swatch;
        }
        default:
            return {};
    }
}

QVariant BoxesTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || role != Qt::DisplayRole) return {};
    const QString unit = in_space_ ? tr("m") : tr("px");
    const auto with_unit = [&](const QString& name) { return tr("%1, %2").arg(name, unit); };
    switch (column_at(section)) {
        case Number:
            return tr("#");
        case Label:
            return tr("Label");
        case Score:
            return tr("Score");
        case X:
            return with_unit(tr("x"));
        case Y:
            return with_unit(tr("y"));
        case Z:
            return with_unit(tr("z"));
        case Length:
            return with_unit(tr("Length"));
        case Width:
            return with_unit(tr("Width"));
        case Height:
            return with_unit(tr("Height"));
        case Range:
            return with_unit(tr("Range"));
        case Yaw:
            return tr("Yaw");
        default:
            return tr("Track");
    }
}

void BoxesTable::sort(int section, Qt::SortOrder order) {
    column_ = section < 0 ? Number : column_at(section);
    direction_ = order;
    Q_EMIT layoutAboutToBeChanged();
    const std::vector<std::size_t> before = shown_;
    choose();
    const QModelIndexList from = persistentIndexList();
    QModelIndexList to;
    for (const QModelIndex& one : from)
        to << index(row_[before[static_cast<std::size_t>(one.row())]], one.column());
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged();
}

QString BoxesTable::text() const {
    QString text;
    for (int column = 0; column < columnCount(); ++column)
        text +=
            (column ? "\t" : "") + headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    text += '\n';
    for (std::size_t number : shown_) {
        for (std::size_t i = 0; i < columns_.size(); ++i)
            text += (i ? "\t" : "") + cell(boxes_[number], number, columns_[i]);
        text += '\n';
    }
    return text;
}

}  // namespace millrace::viewers
