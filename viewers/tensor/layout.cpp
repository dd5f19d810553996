#include "viewers/tensor/layout.hpp"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>
#include <algorithm>
#include <utility>

#include "viewers/common/numbers.hpp"

namespace millrace::viewers {
namespace {

using Role = TensorLayout::Role;

constexpr std::int64_t kMostTiles = 1024;  ///< beyond, a grid is no longer an overview
constexpr std::int64_t kMostChannels = 4, kLeastSide = 16;

QString tr(const char* text) { return QCoreApplication::translate("TensorLayout", text); }

QString within(int axis, std::int64_t extent) {
    return extent == 0 ? tr("Axis %1 is empty").arg(axis)
                       : tr("Axis %1 has the indices 0 to %2").arg(axis).arg(extent - 1);
}

}  // namespace

int TensorLayout::axis_of(Role role) const {
    const auto found = std::ranges::find(roles, role);
    return found == roles.end() ? -1 : static_cast<int>(found - roles.begin());
}

void TensorLayout::assign(int axis, Role role) {
    Role& mine = roles[static_cast<std::size_t>(axis)];
    if (mine == role) return;
    if (const int other = role == Role::Fixed ? -1 : axis_of(role); other >= 0)
        roles[static_cast<std::size_t>(other)] = mine;
    mine = role;
}

void TensorLayout::transpose() {
    for (Role& role : roles) {
        if (role == Role::Rows)
            role = Role::Columns;
        else if (role == Role::Columns)
            role = Role::Rows;
    }
    std::swap(flip_rows, flip_columns);
}

TensorLayout default_layout(const Index& shape) {
    const std::size_t rank = shape.size();
    TensorLayout layout{.roles = std::vector(rank, Role::Fixed), .fixed = Index(rank, 0)};
    if (rank > 0) layout.roles[rank - 1] = Role::Columns;
    if (rank > 1) layout.roles[rank - 2] = Role::Rows;
    if (rank < 3) return layout;
    if (rank == 3 && shape[2] >= 1 && shape[2] <= kMostChannels && shape[0] >= kLeastSide &&
        shape[1] >= kLeastSide) {
        layout.roles = {Role::Rows, Role::Columns, Role::Grid};
        return layout;
    }
    const std::int64_t tiles = shape[rank - 3];
    if (tiles > 1 && tiles <= kMostTiles) layout.roles[rank - 3] = Role::Grid;
    return layout;
}

std::optional<Jump> parse_jump(const QString& text, const Index& shape, const TensorLayout& layout,
                               QString& error) {
    static const QRegularExpression brackets(QStringLiteral(R"(^\s*[\[(]?(.*?)[\])]?\s*$)"));
    const QString inner = brackets.match(text).captured(1).trimmed();
    QStringList parts = inner.isEmpty() ? QStringList() : inner.split(QLatin1Char(','));
    if (parts.size() > 1 && parts.back().trimmed().isEmpty()) parts.removeLast();  // "(3,)"
    const int rank = layout.rank();
    if (parts.size() > rank) {
        error = tr("%1 numbers for %2 axes").arg(parts.size()).arg(rank);
        return {};
    }
    Jump jump{.layout = layout, .element = {}};
    std::vector<int> open;
    for (int axis = 0; axis < rank; ++axis) {
        const auto at = static_cast<std::size_t>(axis);
        const QString part = axis < parts.size() ? parts[axis].trimmed() : QStringLiteral(":");
        if (part == QLatin1String(":")) {
            open.push_back(axis);
            continue;
        }
        bool good = false;
        qint64 number = part.toLongLong(&good);
        if (!good) {
            error = tr("“%1” is neither a number nor “:”").arg(part.left(40));
            return {};
        }
        if (number < 0 && number >= -shape[at]) number += shape[at];
        if (number < 0 || number >= shape[at]) {
            error = within(axis, shape[at]);
            return {};
        }
        jump.layout.fixed[at] = number;
    }
    if (open.empty()) {
        jump.element = jump.layout.fixed;
        return jump;
    }
    if (open.size() > 3) open.erase(open.begin(), open.end() - 3);
    const auto is_open = [&](int axis) { return std::ranges::find(open, axis) != open.end(); };
    bool same = true;
    for (int axis = 0; axis < rank; ++axis)
        same =
            same && is_open(axis) == (layout.roles[static_cast<std::size_t>(axis)] != Role::Fixed);
    if (same) return jump;  // the picture keeps its axes, transposed or not
    std::ranges::fill(jump.layout.roles, Role::Fixed);
    constexpr Role order[] = {Role::Columns, Role::Rows, Role::Grid};
    for (std::size_t i = 0; i < open.size(); ++i)
        jump.layout.roles[static_cast<std::size_t>(open[open.size() - 1 - i])] = order[i];
    return jump;
}

QString index_text(const Index& index) {
    QStringList texts;
    for (const std::int64_t number : index) texts << QString::number(number);
    return QStringLiteral("[%1]").arg(texts.join(QStringLiteral(", ")));
}

QString slice_text(const TensorLayout& layout) {
    QStringList texts;
    for (std::size_t axis = 0; axis < layout.roles.size(); ++axis)
        texts << (layout.roles[axis] == Role::Fixed ? QString::number(layout.fixed[axis])
                                                    : QStringLiteral(":"));
    return QStringLiteral("[%1]").arg(texts.join(QStringLiteral(", ")));
}

QString shape_in_words(const Index& shape) {
    return shape.empty() ? tr("scalar") : shape_text(shape);
}

}  // namespace millrace::viewers
