#include "viewers/image/image_view.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace millrace::viewers {
namespace {

constexpr double kLargestZoom = 256, kSmallestZoom = 1.0 / 256;
constexpr double kRevealZoom = 8;
constexpr int kBlinkMilliseconds = 600;

ImageView::SharedRaster part_of(const Viewer::Shared& item) {
    const auto* raster = item ? std::get_if<visual::Raster>(item.get()) : nullptr;
    return raster ? ImageView::SharedRaster(item, raster) : nullptr;
}

}  // namespace

ImageView::ImageView(QWidget* parent) : Viewer(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(64, 64);
    setAccessibleName(tr("Image"));
    blink_.setInterval(kBlinkMilliseconds);
    connect(&blink_, &QTimer::timeout, this, [this] { show_reference(!reference_shown_); });
    for (ImageTiles* tiles : {&image_tiles_, &reference_tiles_, &difference_tiles_})
        connect(tiles, &ImageTiles::changed, this, [this] { update(); });
    connect(&background_, &Background::failed, this, [this](const QString& what) {
        counts_ = saves_ = false;
        set_status(what);
    });
    add_actions();
    add_compare_actions();
}

ImageView::~ImageView() { counting_.request_stop(); }

ImageView::SharedRaster ImageView::image() const { return part_of(item_); }

bool ImageView::show_visual(Shared item) {
    const auto* next = item ? std::get_if<visual::Raster>(item.get()) : nullptr;
    if (!next) return false;
    if (!is_whole(*next)) {
        set_status(next->width > 0 && next->height > 0 && next->channels > 0
                       ? tr("The image's size and its count of bytes don't match.")
                       : tr("The image is empty: %1 × %2 pixels of %3 channels.")
                             .arg(next->width)
                             .arg(next->height)
                             .arg(next->channels));
        return false;
    }
    const auto* last = raster();
    const bool same_kind = last && last->depth == next->depth && last->channels == next->channels;
    const bool same_size = last && last->width == next->width && last->height == next->height;
    item_ = std::move(item);
    image_tiles_.set_source({.image = image()});
    if (!same_kind) {
        tone_ = {};
        if (next->channels < 3) tone_.channel = 0;
        if (next->channels == 1 && !next->unit.empty()) tone_.map = ColorMap::Turbo;
        set_range_from_values();
    }
    if (!same_size) set_region({});
    if (!same_size || fitted_) fit();
    refresh_compare();
    update();
    Q_EMIT item_changed();
    return true;
}

void ImageView::set_item_name(const QString& name) {
    if (name == item_name_) return;
    item_name_ = name;
    if (reference_) update();
}

void ImageView::mark(const std::optional<Selection>& selection) {
    if (mark_ == selection) return;
    mark_ = selection;
    update();
}

void ImageView::reveal(const Selection& selection) {
    const auto* shown = raster();
    const auto* outline = overlay_ ? outline_of(*overlay_, selection) : nullptr;
    if (const QRectF area = shown && outline
                                ? bounds_of(*outline) & QRectF(0, 0, shown->width, shown->height)
                                : QRectF();
        !area.isEmpty()) {
        center_ = area.center();
        zoom_ = std::clamp(std::min(width() / area.width(), height() / area.height()) / 3,
                           std::min(zoom_, kRevealZoom), kRevealZoom);
        fitted_ = false;
        Q_EMIT zoom_changed();
    } else if (shown && selection.kind == Selection::Kind::Pixel && std::isfinite(selection.x) &&
               std::isfinite(selection.y)) {
        zoom_ = std::clamp(std::max(zoom_, kRevealZoom), kSmallestZoom, kLargestZoom);
        center_ = {std::clamp(std::floor(selection.x), 0.0, shown->width - 1.0) + 0.5,
                   std::clamp(std::floor(selection.y), 0.0, shown->height - 1.0) + 0.5};
        fitted_ = false;
        Q_EMIT zoom_changed();
    }
    mark(selection);
    update();
}

void ImageView::set_tone(const Tone& tone) {
    if (tone == tone_) return;
    tone_ = tone;
    update();
    Q_EMIT tone_changed();
}

void ImageView::choose_channel(int channel) {
    const auto* shown = raster();
    if (!shown) return;
    const int first = shown->channels >= 3 ? -1 : 0;
    tone_.channel = channel >= shown->channels || channel < first ? first : channel;
    set_range_from_values();
}

void ImageView::set_range_from_values() {
    const auto* shown = raster();
    if (!shown) return;
    if (shown->depth == visual::Raster::Depth::U8) {
        tone_.low = 0;
        tone_.high = 255;
    } else {
        // One range for all colours, or the hue would change; alpha is no colour.
        Channels channels = channels_of({.image = image()}, tone_);
        channels.count = std::min(channels.count, 3);
        std::tie(tone_.low, tone_.high) = range_of({.image = image()}, channels);
    }
    update();
    Q_EMIT tone_changed();
}

void ImageView::step_tone(double stops, double gamma_factor) {
    if (shows_difference() && stops != 0) {
        amplification_ = std::clamp(amplification_ + stops * 4, 0.0, 16.0);
        update();
        Q_EMIT compare_changed();
        return;
    }
    Tone next = tone_;
    next.exposure = std::clamp(next.exposure + stops, -16.0, 16.0);
    next.gamma = std::clamp(next.gamma * gamma_factor, 0.1, 10.0);
    set_tone(next);
}

void ImageView::set_overlay(std::shared_ptr<const ImageOverlay> overlay) {
    if (!overlay && !overlay_) return;
    overlay_ = std::move(overlay);
    update();
    Q_EMIT layers_changed();
}

void ImageView::set_overlay_style(const OverlayStyle& style) {
    if (style == overlay_style_) return;
    overlay_style_ = style;
    update();
    Q_EMIT layers_changed();
}

void ImageView::step_opacity(double step) {
    OverlayStyle style = overlay_style_;
    style.opacity = std::clamp(style.opacity + step, 0.1, 1.0);
    style.outline_opacity = std::clamp(style.outline_opacity + step, 0.1, 1.0);
    for (RasterLayer& layer : layers_) layer.opacity = std::clamp(layer.opacity + step, 0.1, 1.0);
    overlay_style_ = style;
    update();
    Q_EMIT layers_changed();
}

bool ImageView::set_layer(const QString& name, SharedRaster raster, LayerKind kind) {
    if (!raster || !is_whole(*raster) || raster->channels != 1) return false;
    const auto found = std::ranges::find(layers_, name, &RasterLayer::name);
    RasterLayer& layer = found == layers_.end() ? layers_.emplace_back() : *found;
    layer.name = name;
    layer.raster = std::move(raster);
    layer.kind = kind;
    find_layer_range(layer);
    update();
    Q_EMIT layers_changed();
    return true;
}

void ImageView::find_layer_range(RasterLayer& layer) const {
    if (!layer.own_range) std::tie(layer.low, layer.high) = range_of(*layer.raster, 0);
}

void ImageView::remove_layer(const QString& name) {
    painted_.erase(name);
    if (std::erase_if(layers_, [&](const RasterLayer& layer) { return layer.name == name; }) == 0)
        return;
    update();
    Q_EMIT layers_changed();
}

void ImageView::change_layer(const RasterLayer& layer) {
    const auto found = std::ranges::find(layers_, layer.name, &RasterLayer::name);
    if (found == layers_.end() || *found == layer) return;
    const SharedRaster raster = found->raster;
    *found = layer;
    found->raster = raster;
    find_layer_range(*found);
    update();
    Q_EMIT layers_changed();
}

void ImageView::offer_layers(std::vector<Offer> offers) {
    std::erase_if(offers, [](const Offer& offer) {
        return !offer.raster || !is_whole(*offer.raster) || offer.raster->channels != 1;
    });
    if (offers.empty() && offers_.empty()) return;
    offers_ = std::move(offers);
    for (RasterLayer& layer : layers_) {
        const auto found = std::ranges::find(offers_, layer.name, &Offer::name);
        if (found == offers_.end() || found->raster == layer.raster) continue;
        layer.raster = found->raster;
        find_layer_range(layer);
    }
    update();
    Q_EMIT layers_changed();
}

void ImageView::set_region(const std::optional<QRect>& region) {
    const auto* shown = raster();
    std::optional<QRect> cut;
    if (region && shown) cut = *region & QRect(0, 0, shown->width, shown->height);
    if (cut && cut->isEmpty()) cut.reset();
    if (cut == region_) return;
    region_ = cut;
    update();
    Q_EMIT region_changed();
}

void ImageView::zoom_to(double zoom, QPointF fixed) {
    const QPointF before = image_from_widget(fixed);
    zoom_ = std::clamp(zoom, kSmallestZoom, kLargestZoom);
    center_ += before - image_from_widget(fixed);
    fitted_ = false;
    update();
    Q_EMIT zoom_changed();
}

void ImageView::fit() {
    const auto* shown = raster();
    if (!shown) return;
    zoom_ = std::clamp(std::min(static_cast<double>(width()) / shown->width,
                                static_cast<double>(height()) / shown->height),
                       kSmallestZoom, kLargestZoom);
    center_ = {shown->width / 2.0, shown->height / 2.0};
    fitted_ = true;
    update();
    Q_EMIT zoom_changed();
}

QPointF ImageView::image_from_widget(QPointF position) const {
    return center_ + (position - QRectF(rect()).center()) / zoom_;
}

QPointF ImageView::widget_from_image(QPointF position) const {
    return QRectF(rect()).center() + (position - center_) * zoom_;
}

QRect ImageView::visible_pixels(const QSize& size) const {
    const QRectF seen(image_from_widget(QPointF(0, 0)),
                      image_from_widget(QPointF(width(), height())));
    return seen.toAlignedRect() & QRect(QPoint(0, 0), size);
}

bool ImageView::settled() const {
    return image_tiles_.settled() && reference_tiles_.settled() && difference_tiles_.settled() &&
           !counts_ && !saves_;
}

std::uint64_t ImageView::pixels_read_here() const {
    return image_tiles_.pixels_read_here() + reference_tiles_.pixels_read_here() +
           difference_tiles_.pixels_read_here();
}

void ImageView::resizeEvent(QResizeEvent*) {
    if (fitted_) fit();
}

}  // namespace millrace::viewers
