#include "viewers/model/layer_table.hpp"

#include <QColor>
#include <QPixmap>
#include <algorithm>
#include <numeric>

#include "engine/visual/scene/color_map.hpp"
#include "viewers/common/numbers.hpp"
#include "viewers/model/fold.hpp"
#include "viewers/model/graph_canvas.hpp"

namespace millrace::viewers {

void LayerTable::set(std::shared_ptr<const visual::ModelGraph> model) {
    beginResetModel();
    model_ = std::move(model);
    total_ = total_parameters(*model_);
    order_.resize(model_->layers.size());
    row_.resize(order_.size());
    put_in_order();
    endResetModel();
}

int LayerTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int LayerTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant LayerTable::data(const QModelIndex& index, int role) const {
    const int number = layer_of(index.row());
    const auto& layer = model_->layers[static_cast<std::size_t>(number)];
    if (role == Qt::TextAlignmentRole) {
        const bool right = index.column() == Number || index.column() >= Parameters;
        return QVariant::fromValue(
            Qt::Alignment(Qt::AlignVCenter | (right ? Qt::AlignRight : Qt::AlignLeft)));
    }
    if (role == Qt::ToolTipRole && index.column() == Name)
        return QString::fromStdString(layer.name.substr(0, 1000)).toHtmlEscaped();
    if (role == Qt::DecorationRole && index.column() == Type && !layer.type.empty()) {
        const visual::Rgb c = visual::label_color(layer.type);
        QPixmap swatch(10, 10);
        swatch.fill(QColor(c[0], c[1], c[2]));
        return swatch;
    }
    if (role != Qt::DisplayRole) return {};
    constexpr std::size_t kLongest = 1000;
    switch (index.column()) {
        case Number:
            return number;
        case Name:
            return QString::fromStdString(layer.name.substr(0, kLongest));
        case Type:
            return QString::fromStdString(layer.type.substr(0, kLongest));
        case Shape:
            return shape_text(layer.output_shape);
        case Parameters:
            return layer.parameters ? count_text(layer.parameters) : QString();
        default:
            if (total_ == 0 || layer.parameters == 0) return {};
            return tr("%1 %").arg(
                100 * static_cast<double>(layer.parameters) / static_cast<double>(total_), 0, 'f',
                2);
    }
}

QVariant LayerTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || role != Qt::DisplayRole) return {};
    switch (section) {
        case Number:
            return tr("#");
        case Name:
            return tr("Layer");
        case Type:
            return tr("Type");
        case Shape:
            return tr("Output");
        case Parameters:
            return tr("Parameters");
        default:
            return tr("Share");
    }
}

void LayerTable::sort(int column, Qt::SortOrder order) {
    if (!model_) return;
    Q_EMIT layoutAboutToBeChanged();
    column_ = column < 0 ? static_cast<int>(Number) : column;
    direction_ = order;
    const std::vector<int> before = order_;
    put_in_order();
    const QModelIndexList from = persistentIndexList();
    QModelIndexList to;
    for (const QModelIndex& one : from)
        to << index(row_of(before[static_cast<std::size_t>(one.row())]), one.column());
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged();
}

void LayerTable::put_in_order() {
    std::iota(order_.begin(), order_.end(), 0);
    const auto by = [&](auto key) {
        std::ranges::stable_sort(order_, [&](int a, int b) {
            const auto &left = model_->layers[static_cast<std::size_t>(a)],
                       &right = model_->layers[static_cast<std::size_t>(b)];
            return direction_ == Qt::AscendingOrder ? key(left) < key(right)
                                                    : key(right) < key(left);
        });
    };
    using Layer = visual::ModelGraph::Layer;
    switch (column_) {
        case Name:
            by([](const Layer& layer) -> const std::string& { return layer.name; });
            break;
        case Type:
            by([](const Layer& layer) -> const std::string& { return layer.type; });
            break;
        case Shape:
            by([](const Layer& layer) -> const auto& { return layer.output_shape; });
            break;
        case Parameters:
        case Share:
            by([](const Layer& layer) { return layer.parameters; });
            break;
        default:
            if (direction_ == Qt::DescendingOrder) std::ranges::reverse(order_);
    }
    for (std::size_t i = 0; i < order_.size(); ++i)
        row_[static_cast<std::size_t>(order_[i])] = static_cast<int>(i);
}

}  // namespace millrace::viewers
