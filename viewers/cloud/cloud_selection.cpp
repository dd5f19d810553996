// Selecting points of the cloud viewer by regions of the picture, and what becomes of them.
#include <QFileInfo>
#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "viewers/cloud/cloud_view.hpp"

namespace millrace::viewers {
namespace {

using visual::operator+;
using visual::operator*;

QString count_text(std::uint64_t count) {
    return QLocale().toString(static_cast<qulonglong>(count));
}

std::vector<std::uint32_t> selected_indices(const SceneLayers::Layer& layer) {
    std::vector<std::uint32_t> indices;
    if (!layer.selected) return indices;
    for (std::size_t i = 0; i < layer.selected->size(); ++i) {
        if ((*layer.selected)[i]) indices.push_back(static_cast<std::uint32_t>(i));
    }
    return indices;
}

QString spread_text(double low, double mean, double high) {
    return CloudView::tr("%1 … %2, mean %3")
        .arg(value_text(low), value_text(high), value_text(mean));
}

/// Least, mean and greatest of the finite values.
template <class Value>
QString spread_of(const std::vector<std::uint32_t>& indices, const Value& value) {
    double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0;
    std::size_t count = 0;
    for (const std::uint32_t index : indices) {
        const double number = value(index);
        if (!std::isfinite(number)) continue;
        low = std::min(low, number), high = std::max(high, number), sum += number;
        ++count;
    }
    return count == 0 ? CloudView::tr("no number")
                      : spread_text(low, sum / static_cast<double>(count), high);
}

}  // namespace

void CloudView::select_region(const QPolygonF& polygon, Join join) {
    if (!current_) draw_frame();
    std::vector<visual::Vector2> corners;
    for (const QPointF& corner : polygon)
        corners.push_back({corner.x() * devicePixelRatioF(), corner.y() * devicePixelRatioF()});
    const QSize size = device_size();
    const visual::PixelMask mask(corners, size.width(), size.height());
    std::vector<std::vector<std::uint32_t>> seen;
    if (select_visible_) seen = chooser_.canvas().visible_on(mask);
    for (std::size_t i = 0; i < scene_.clouds.size(); ++i) {
        const visual::CloudLayer& cloud = scene_.clouds[i];
        SceneLayers::Layer* layer = layers_.find(QString::fromStdString(cloud.name));
        if (!layer || !cloud.shown()) continue;
        const auto indices = select_visible_
                                 ? seen[i]
                                 : visual::points_on(cloud, projector(), mask,
                                                     style_.crop ? &*style_.crop : nullptr);
        const bool fresh = join == Join::Replace || !layer->selected;
        auto selected =
            fresh ? std::make_shared<std::vector<std::uint8_t>>(cloud.cloud->points.size())
                  : std::make_shared<std::vector<std::uint8_t>>(*layer->selected);
        for (const std::uint32_t index : indices) (*selected)[index] = join != Join::Remove;
        layer->selected = std::move(selected);
    }
    scene_is_changed();
    // The card is about the selection now.
    forget_points();
    Q_EMIT selection_changed();
    set_status(tr("%1 points selected")
                   .arg(QLocale().toString(static_cast<qulonglong>(selected_count()))));
}

/// To know it again when layers change.
void CloudView::note_picked() {
    if (picked_box_) {
        picked_as_ = layers_.find(picked_box_->first)->boxes()->boxes[picked_box_->second];
    } else if (const auto* layer = picked_ ? layers_.cloud_layer(picked_->layer) : nullptr) {
        picked_layer_ = layer->name;
        picked_place_ = local_position(*layer->cloud(), picked_->index);
    }
}

/// The visible layer of that name whose point of this number lies at the place; null without one.
const SceneLayers::Layer* CloudView::layer_with(const QString& name, std::uint32_t index,
                                                const visual::Vector3& place) const {
    const SceneLayers::Layer* layer = layers_.find(name);
    if (!layer || !layer->visible || !layer->cloud() || index >= layer->cloud()->points.size())
        return nullptr;
    return local_position(*layer->cloud(), index) == place ? layer : nullptr;
}

/// After a change of layers: what is picked or marked stays where it is there again, and its card
/// is about the scene as it is now, where cameras may have moved. A point is known by its number
/// and place, a box by its track or place.
void CloudView::keep_picked() {
    hovered_.reset();
    hovered_box_.reset();
    const auto gone = [this](const PointMark& mark) {
        return !layer_with(mark.layer, mark.index, mark.place);
    };
    const bool marked = !marks_.isEmpty();
    if (std::ranges::any_of(marks_, gone)) marks_.clear();
    if (!picked_ && !picked_box_ && !marked) return;
    Card card;
    if (picked_box_) {
        const SceneLayers::Layer* layer = layers_.find(picked_box_->first);
        const auto same = [this](const visual::Boxes3d::Box& box) {
            return picked_as_.track >= 0
                       ? box.track == picked_as_.track
                       : box.center == picked_as_.center && box.label == picked_as_.label;
        };
        if (layer && layer->visible && layer->boxes()) {
            const auto& boxes = layer->boxes()->boxes;
            const auto found = std::ranges::find_if(boxes, same);
            picked_box_->second = static_cast<std::size_t>(found - boxes.begin());
            if (found != boxes.end()) card = box_card(layers_, *layer, picked_box_->second);
        }
    } else if (picked_) {
        if (const auto* layer = layer_with(picked_layer_, picked_->index, picked_place_)) {
            for (std::size_t i = 0; i < scene_.clouds.size(); ++i) {
                if (scene_.clouds[i].name == layer->name.toStdString()) picked_->layer = i;
            }
            picked_->world = world_position(layers_, *layer, picked_->index);
            card = point_card(layers_, *layer, picked_->index);
        }
    } else if (!marks_.isEmpty()) {
        card = point_card(layers_, *layers_.find(marks_.front().layer), marks_.front().index);
    }
    if (card.empty()) return forget_points();
    if (card == card_) return;
    card_ = card;
    Q_EMIT card_changed();
}

void CloudView::select_none() {
    for (const auto& layer : layers_.all()) layers_.find(layer.name)->selected = nullptr;
    scene_is_changed();
    Q_EMIT selection_changed();
}

std::uint64_t CloudView::selected_count() const {
    std::uint64_t count = 0;
    for (const SceneLayers::Layer& layer : layers_.all()) {
        if (layer.selected)
            count += static_cast<std::uint64_t>(std::ranges::count_if(
                *layer.selected, [](std::uint8_t mark) { return mark != 0; }));
    }
    return count;
}

Card CloudView::selection_card() const {
    constexpr std::size_t kMostFields = 12;
    Card card;
    const std::uint64_t all = selected_count();
    if (all == 0) return card;
    card.title =
        all == 1 ? tr("One point selected") : tr("%1 points selected").arg(count_text(all));
    for (const SceneLayers::Layer& layer : layers_.all()) {
        const auto indices = selected_indices(layer);
        if (indices.empty()) continue;
        const visual::Cloud& cloud = *layer.cloud();
        card.rows.append(
            {layer.name,
             tr("%1 of %2").arg(count_text(indices.size()), count_text(cloud.points.size()))});
        visual::Bounds bounds;
        visual::Vector3 sum = {};
        for (const std::uint32_t index : indices) {
            const visual::Vector3 world = world_position(layers_, layer, index);
            bounds.add(world);
            sum = sum + world;
        }
        card.rows.append(
            {tr("middle"), position_text(sum * (1 / static_cast<double>(indices.size())))});
        card.rows.append({tr("size"), position_text(bounds.size())});
        for (std::size_t i = 0; i < std::min(cloud.fields.size(), kMostFields); ++i) {
            const visual::PointField& field = cloud.fields[i];
            if (field.channels != 1) continue;
            card.rows.append(
                {QString::fromStdString(field.name),
                 spread_of(indices, [&](std::uint32_t index) { return field.at(index); })});
        }
    }
    return card;
}

visual::Bounds CloudView::selection_bounds() const {
    visual::Bounds bounds;
    for (const SceneLayers::Layer& layer : layers_.all()) {
        for (const std::uint32_t index : selected_indices(layer)) {
            const visual::Vector3 world = world_position(layers_, layer, index);
            if (visual::finite(world)) bounds.add(world);
        }
    }
    return bounds;
}

void CloudView::crop_to_selection() {
    const visual::Bounds bounds = selection_bounds();
    if (bounds.empty()) {
        set_status(tr("Select points first: the crop box goes round them."));
        return;
    }
    change_style([&](visual::Style& style) {
        // The faces belong to the box; a little more takes up rounding.
        const visual::Vector3 size = bounds.size() + visual::Vector3{0.002, 0.002, 0.002};
        style.crop = visual::CropBox{bounds.center(), size, 0};
    });
}

void CloudView::export_selection(const QString& file) {
    const auto format = visual::format_of(file.toStdString());
    if (!format || *format == visual::CloudFormat::Las) {
        set_status(
            tr("Clouds are written as .ply, .pcd, .xyz or .bin: give the file such an ending."));
        return;
    }
    QList<SceneLayers::Layer> chosen;
    for (const SceneLayers::Layer& layer : layers_.all()) {
        if (layer.selected && !selected_indices(layer).empty()) chosen.append(layer);
    }
    if (chosen.isEmpty()) {
        set_status(tr("Select points first: a selection is what is written."));
        return;
    }
    background_.run(
        {},
        [this, chosen, file, format = *format](const std::stop_token& stop) -> Background::Finish {
            QStringList written;
            for (const SceneLayers::Layer& layer : chosen) {
                if (stop.stop_requested()) return {};
                visual::Cloud cloud = *layer.cloud();
                visual::keep_points(cloud, selected_indices(layer));
                const QFileInfo info(file);
                const QString path =
                    chosen.size() == 1
                        ? file
                        : QStringLiteral("%1/%2-%3.%4")
                              .arg(info.path(), info.completeBaseName(),
                                   QString(layer.name).replace(QLatin1Char('/'), QLatin1Char('_')),
                                   info.suffix());
                visual::write_file_atomically(path.toStdString(),
                                              visual::write_cloud(cloud, format));
                written << path;
            }
            return [this, written] {
                set_status(tr("Written: %1").arg(written.join(QStringLiteral(", "))));
            };
        });
}

}  // namespace millrace::viewers
