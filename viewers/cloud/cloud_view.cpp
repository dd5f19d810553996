#include "viewers/cloud/cloud_view.hpp"

#include <QEvent>
#include <utility>

namespace millrace::viewers {
namespace {

using visual::Color;

constexpr Color kLightConstant = {70, 82, 104, 255};

QString name_of_kind(const visual::Visual& item) {
    if (std::holds_alternative<visual::Cloud>(item)) return CloudView::tr("Cloud");
    if (std::holds_alternative<visual::Boxes3d>(item)) return CloudView::tr("Boxes");
    if (const auto* path = std::get_if<visual::Polyline>(&item)) {
        return path->name.empty() ? CloudView::tr("Path") : QString::fromStdString(path->name);
    }
    const auto* camera = std::get_if<visual::Camera>(&item);
    return camera && !camera->name.empty() ? QString::fromStdString(camera->name)
                                           : CloudView::tr("Camera");
}

/// The colours of a theme that belong to the picture.
void set_theme(visual::Style& style, bool dark) {
    const visual::Style usual;
    style.background_top = dark ? usual.background_top : Color{250, 251, 253, 255};
    style.background_bottom = dark ? usual.background_bottom : Color{221, 226, 234, 255};
    style.grid_color = dark ? usual.grid_color : Color{70, 85, 110, 110};
    style.selection = dark ? usual.selection : Color{226, 0, 122, 255};
    const Color plain = usual.coloring.constant;
    if (style.coloring.constant == plain || style.coloring.constant == kLightConstant)
        style.coloring.constant = dark ? plain : kLightConstant;
}

}  // namespace

CloudView::CloudView(QWidget* parent)
    : Viewer(parent), chooser_(*this, [this](QPainter& painter) { paint_over(painter); }) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(96, 96);
    setAttribute(Qt::WA_OpaquePaintEvent);
    view_.set(visual::Preset::Oblique);
    follow_theme();
    fill_timer_.setSingleShot(true);
    fill_timer_.setInterval(0);
    connect(&fill_timer_, &QTimer::timeout, this, [this] { update(); });
    fly_timer_.setInterval(15);
    connect(&fly_timer_, &QTimer::timeout, this, &CloudView::fly);
    connect(&background_, &Background::failed, this, &CloudView::tell);
    connect(&chooser_, &CanvasChooser::changed, this, [this] {
        current_ = announced_ = false;
        update();
    });
    connect(&chooser_, &CanvasChooser::told, this, &CloudView::tell);
    add_actions();
}

CloudView::~CloudView() = default;

bool CloudView::show_visual(Shared item) {
    if (!item || !SceneLayers::fault_of(item).isEmpty()) return set_layer({}, std::move(item));
    const QString name = name_of_kind(*item);
    return set_layer(name, std::move(item));
}

void CloudView::mark(const std::optional<Selection>& selection) {
    mark_ = selection;
    update();
}

bool CloudView::set_layer(const QString& name, Shared item) {
    if (const QString fault = SceneLayers::fault_of(item); !fault.isEmpty()) {
        set_status(fault);
        return false;
    }
    announced_ = false;
    if (!std::holds_alternative<visual::Cloud>(*item)) {
        background_.drop(name);
        place_layer(name, std::move(item), nullptr);
        return true;
    }
    background_.run(name, [this, name, item](const std::stop_token& stop) -> Background::Finish {
        auto tree = std::make_shared<const visual::PointTree>(std::get<visual::Cloud>(*item), stop);
        if (stop.stop_requested()) return {};
        return [this, name, item, tree] { place_layer(name, item, tree); };
    });
    return true;
}

void CloudView::place_layer(const QString& name, Shared item,
                            std::shared_ptr<const visual::PointTree> tree) {
    const bool cloud = std::holds_alternative<visual::Cloud>(*item);
    layers_.set(name, std::move(item), std::move(tree));
    scene_is_changed();
    keep_picked();
    // A camera or a box that came before the first cloud does not decide what is seen.
    const bool first_cloud = cloud && !fitted_to_cloud_;
    fitted_to_cloud_ |= cloud;
    if ((!fitted_ || (first_cloud && untouched_)) && !scene_.bounds().empty()) fit();
}

void CloudView::remove_layer(const QString& name) {
    background_.drop(name);
    if (!layers_.remove(name)) return;
    scene_is_changed();
    keep_picked();
}

void CloudView::set_layer_visible(const QString& name, bool visible) {
    SceneLayers::Layer* layer = layers_.find(name);
    if (!layer || layer->visible == visible) return;
    layer->visible = visible;
    scene_is_changed();
    keep_picked();
}

void CloudView::set_layer_coloring(const QString& name,
                                   const std::optional<visual::Coloring>& coloring) {
    SceneLayers::Layer* layer = layers_.find(name);
    if (!layer || layer->coloring == coloring) return;
    layer->coloring = coloring;
    scene_is_changed();
}

void CloudView::set_layer_paint(const QString& name,
                                std::shared_ptr<const std::vector<std::uint32_t>> colors) {
    SceneLayers::Layer* layer = layers_.find(name);
    if (!layer || !layer->cloud() || layer->painted == colors) return;
    layer->painted = std::move(colors);
    scene_is_changed();
}

void CloudView::set_camera_image(const QString& name, std::shared_ptr<const visual::Raster> image) {
    SceneLayers::Layer* layer = layers_.find(name);
    if (!layer || !layer->camera()) return;
    layer->image = std::move(image);
    scene_is_changed();
}

void CloudView::set_pose(const QString& frame, const visual::Matrix4& world_from_frame) {
    layers_.set_pose(frame.toStdString(), world_from_frame);
    scene_is_changed();
    keep_picked();
}

/// What was pointed at may not be there any more.
void CloudView::forget_points() {
    hovered_.reset();
    hovered_box_.reset();
    picked_.reset();
    picked_box_.reset();
    marks_.clear();
    if (card_.empty()) return;
    card_ = {};
    Q_EMIT card_changed();
}

void CloudView::scene_is_changed() {
    scene_ = layers_.scene(overlays_.boxes);
    chooser_.scene_changed(scene_);
    current_ = legend_current_ = announced_ = false;
    Q_EMIT layers_changed();
    update();
}

void CloudView::view_is_changed() {
    current_ = announced_ = false;
    hovered_.reset();
    Q_EMIT view_changed();
    update();
}

void CloudView::set_view(const visual::View& view) {
    if (view == view_) return;
    view_ = view;
    untouched_ = false;
    view_is_changed();
}

void CloudView::fit() {
    visual::Bounds bounds = scene_.core_bounds();
    if (bounds.empty() || !visual::finite(bounds.low)) bounds = scene_.bounds();
    visual::View view = view_;
    view.fit(bounds, width(), height());
    fitted_ = !bounds.empty();
    view_ = view;
    untouched_ = true;
    view_is_changed();
}

void CloudView::set_style(const visual::Style& style) {
    if (style == style_) return;
    style_ = style;
    current_ = legend_current_ = announced_ = false;
    Q_EMIT style_changed();
    update();
}

void CloudView::set_overlays(const Overlays& overlays) {
    if (overlays == overlays_) return;
    const bool other_scene = overlays.boxes != overlays_.boxes;
    overlays_ = overlays;
    if (other_scene) scene_is_changed();
    Q_EMIT style_changed();
    update();
}

void CloudView::follow_theme() {
    follows_theme_ = true;
    visual::Style style = style_;
    set_theme(style, palette().window().color().lightness() < 128);
    set_style(style);
}

void CloudView::set_background(const visual::Color& color) {
    visual::Style style = style_;
    // Grid and plain points contrast with it, as with a theme's.
    set_theme(style, QColor(color[0], color[1], color[2]).lightness() < 128);
    style.background_top = style.background_bottom = color;
    follows_theme_ = false;
    set_style(style);
    Q_EMIT style_changed();
}

void CloudView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && follows_theme_) follow_theme();
    Viewer::changeEvent(event);
}

const visual::CloudLayer* CloudView::first_cloud() const {
    const auto found = std::ranges::find_if(scene_.clouds, &visual::CloudLayer::shown);
    return found == scene_.clouds.end() ? nullptr : &*found;
}

const visual::Coloring& CloudView::shown_coloring() const {
    const visual::CloudLayer* layer = first_cloud();
    return layer ? visual::coloring_of(*layer, style_) : style_.coloring;
}

std::pair<double, double> CloudView::shown_range() const {
    return visual::color_range(scene_, style_, shown_coloring());
}

void CloudView::next_coloring() {
    const auto all = colorings_of(scene_);
    const auto now = std::ranges::find_if(
        all, [this](const visual::Coloring& each) { return same_source(each, style_.coloring); });
    const auto next = now == all.end() || now + 1 == all.end() ? all.begin() : now + 1;
    visual::Style style = style_;
    style.coloring = with_source(style_.coloring, *next);
    set_style(style);
    set_status(tr("Colours: %1").arg(coloring_title(style.coloring)));
}

void CloudView::set_tool(Tool tool) {
    if (tool == tool_) return;
    tool_ = tool;
    region_.clear();
    if (measures(tool)) measurement_ = {.tool = tool};
    setCursor(tool == Tool::Look ? Qt::ArrowCursor : Qt::CrossCursor);
    Q_EMIT tool_changed();
    update();
}

void CloudView::clear_measurement() {
    measurement_ = {.tool = measurement_.tool};
    Q_EMIT measured({});
    update();
}

bool CloudView::settled() const {
    return current_ && chooser_.canvas().complete() && background_.idle() &&
           fly_timer_.isActive() == false;
}

}  // namespace millrace::viewers
