// The viewer of point clouds, boxes, paths and cameras: several layers under one camera, drawn by
// the software renderer or by OpenGL. Trees of clouds are made beside the window thread; a picture
// is drawn a budget of points at a time, so that no event waits long, and filled in until it is
// complete, after which nothing runs. Window thread only.
#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <QPointF>
#include <QPolygonF>
#include <QSet>
#include <QTimer>

#include "engine/visual/scene/renderer.hpp"
#include "viewers/cloud/background.hpp"
#include "viewers/cloud/canvas_chooser.hpp"
#include "viewers/cloud/labels.hpp"
#include "viewers/cloud/legend.hpp"
#include "viewers/cloud/measure_tool.hpp"
#include "viewers/cloud/point_card.hpp"
#include "viewers/cloud/scene_layers.hpp"
#include "viewers/viewer.hpp"

class QActionGroup;

namespace millrace::viewers {

/// A point of a layer that is to be seen, and what stands beside it.
struct PointMark {
    QString layer;
    std::uint32_t index = 0;
    QString text;
    visual::Vector3 place = {};  ///< in the layer's frame; reveal_points() sets it
};

class CloudView : public Viewer {
    Q_OBJECT

public:
    /// What is shown over the points; each has a key.
    struct Overlays {
        bool boxes = true;  ///< and paths and cameras
        bool labels = true;
        bool legend = true;
        bool operator==(const Overlays&) const = default;
    };
    /// How a region's points join those selected before.
    enum class Join { Replace, Add, Remove };

    explicit CloudView(QWidget* parent = nullptr);
    ~CloudView() override;

    /// Shows a Cloud, Boxes3d, Polyline or Camera as the layer of its kind.
    bool show_visual(Shared item) override;
    void mark(const std::optional<Selection>& selection) override;
    /// Flies to a point or box, marks it and shows its card.
    void reveal(const Selection& selection) override;
    /// As a click on the point or box would: its card is shown, others are not told.
    void select(const Selection& selection);
    std::optional<std::size_t> picked_box() const;
    /// Flies to where all of them are seen, marks them, and shows the card of the first; false when
    /// there are none of them.
    bool reveal_points(const QList<PointMark>& marks);
    /// What reveal_points() has marked.
    const QList<PointMark>& point_marks() const { return marks_; }

    /// Replaces or adds a layer; a cloud appears when its tree is made. The first cloud is fitted
    /// into the window, after that the view stays. False (see status()) when it can't be shown.
    bool set_layer(const QString& name, Shared item);
    void remove_layer(const QString& name);
    void set_layer_visible(const QString& name, bool visible);
    /// The coloring of one cloud; the style's when empty.
    void set_layer_coloring(const QString& name, const std::optional<visual::Coloring>& coloring);
    /// One colour a point of a cloud, as visual::Rgba, for ColorBy::Painted, until the layer shows
    /// another item; none when null.
    void set_layer_paint(const QString& name,
                         std::shared_ptr<const std::vector<std::uint32_t>> colors);
    /// Shown in the frustum of a camera's layer; none when null.
    void set_camera_image(const QString& name, std::shared_ptr<const visual::Raster> image);
    /// Where a frame that visuals name lies in the world.
    void set_pose(const QString& frame, const visual::Matrix4& world_from_frame);
    const SceneLayers& layers() const { return layers_; }
    const visual::Scene& scene() const { return scene_; }

    const visual::View& view() const { return view_; }
    void set_view(const visual::View& view);
    void fit();
    const visual::Style& style() const { return style_; }
    void set_style(const visual::Style& style);
    /// One colour behind everything, whatever the theme; follow_theme() ends it.
    void set_background(const visual::Color& color);
    void follow_theme();
    bool follows_theme() const { return follows_theme_; }
    const Overlays& overlays() const { return overlays_; }
    void set_overlays(const Overlays& overlays);
    /// The coloring of the first cloud that is visible, which legend and histogram are about, and
    /// the ends of its map.
    const visual::Coloring& shown_coloring() const;
    std::pair<double, double> shown_range() const;
    /// Colours by the next thing the visible clouds have: height, range, then each field.
    void next_coloring();

    Tool tool() const { return tool_; }
    void set_tool(Tool tool);
    /// One a tool, in the order of Tool; only one is checked.
    QList<QAction*> tool_actions() const;
    const Measurement& measurement() const { return measurement_; }
    void clear_measurement();

    /// Selects the points that fall inside of a polygon, logical pixels; hidden ones, too, unless
    /// `select_visible`.
    void select_region(const QPolygonF& polygon, Join join);
    void select_none();
    bool selects_visible() const { return select_visible_; }
    void set_selects_visible(bool visible) { select_visible_ = visible; }
    std::uint64_t selected_count() const;
    /// Count, middle, size and the spread of each field; empty without a selection.
    Card selection_card() const;
    visual::Bounds selection_bounds() const;
    /// Sets the style's crop box round the selected points.
    void crop_to_selection();
    /// Writes the selected points, format by the ending (.ply, .pcd, .xyz, .bin): one file, or one
    /// for each layer. Beside the window thread; status() tells when it is done.
    void export_selection(const QString& file);

    /// The point that is seen at a place of the widget, whether or not all points are drawn yet.
    std::optional<visual::Picked> pick_at(QPointF place);
    const Card& card() const { return card_; }

    /// Whether the picture holds all that was given.
    bool settled() const override;
    Background& background() { return background_; }
    /// Which renderer draws, and why.
    CanvasChooser& chooser() { return chooser_; }
    /// The choices of a renderer, one checked.
    QList<QAction*> renderer_actions() const;
    /// Sets status().
    void tell(const QString& text) { set_status(text); }

    QSize sizeHint() const override { return {960, 640}; }

Q_SIGNALS:
    void layers_changed();
    void style_changed();
    void view_changed();
    void tool_changed();
    void card_changed();
    void measured(const QString& text);
    void selection_changed();
    /// The picture is complete.
    void settled_down();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    // cloud_view.cpp
    void scene_is_changed();
    void view_is_changed();
    void forget_points();
    void note_picked();
    void keep_picked();
    const SceneLayers::Layer* layer_with(const QString& name, std::uint32_t index,
                                         const visual::Vector3& place) const;
    void place_layer(const QString& name, Shared item,
                     std::shared_ptr<const visual::PointTree> tree);
    const visual::CloudLayer* first_cloud() const;
    // cloud_paint.cpp
    QSize device_size() const;
    void draw_frame();
    const visual::Projector& projector() const { return *chooser_.canvas().projector(); }
    void paint_over(QPainter& painter);
    void paint_marks(QPainter& painter);
    void paint_ring(QPainter& painter, const visual::Vector3& world, const QColor& color) const;
    void paint_box(QPainter& painter, const SceneLayers::Layer& layer, std::size_t box) const;
    void paint_ray(QPainter& painter, const SceneLayers::Layer& layer, QPointF pixel) const;
    void paint_corner(QPainter& painter) const;
    // cloud_boxes.cpp
    using BoxPlace = std::pair<QString, std::size_t>;  ///< layer, box
    /// The box whose label or visible edge lies under the pointer; `seen`: the point there.
    std::optional<BoxPlace> box_at(QPointF place, const std::optional<visual::Picked>& seen) const;
    std::optional<BoxPlace> box_of(const Selection& selection) const;
    Selection selection_of(const BoxPlace& box) const;
    void pick_box(const BoxPlace& box);
    void hover_box(const BoxPlace& box);
    // cloud_reveal.cpp
    double near_distance() const;
    void paint_point_marks(QPainter& painter) const;
    // cloud_input.cpp
    void hover(QPointF place);
    void click(QPointF place);
    void pick_point(QPointF place);
    void drag(QPointF by, Qt::MouseButtons buttons, Qt::KeyboardModifiers modifiers);
    const PlacedLabel* label_at(QPointF place) const;
    void finish_region(Qt::KeyboardModifiers modifiers);
    void fly();
    bool fly_key(int key) const;
    // cloud_actions.cpp
    void add_actions();
    void add_view_actions();
    void add_style_actions();
    void add_tool_actions();
    void add_renderer_actions();
    void change_view(const std::function<void(visual::View&)>& change);
    void change_style(const std::function<void(visual::Style&)>& change);
    void change_overlays(const std::function<void(Overlays&)>& change);

    SceneLayers layers_;
    visual::Scene scene_;
    visual::View view_;
    visual::Style style_;
    Overlays overlays_;
    bool current_ = false;          ///< the picture is of the scene, view and style as they stand
    bool fitted_ = false;           ///< once there was something to fit
    bool fitted_to_cloud_ = false;  ///< once there was a cloud
    bool untouched_ = true;         ///< the view is as fit() left it, so that a new size fits anew
    bool follows_theme_ = true;
    bool announced_ = true;  ///< settled_down() was told
    Legend legend_;
    bool legend_current_ = false;
    std::vector<PlacedLabel> placed_labels_;

    Tool tool_ = Tool::Look;
    QActionGroup* tool_actions_ = nullptr;
    QActionGroup* renderer_actions_ = nullptr;
    Measurement measurement_;
    bool select_visible_ = false;
    QPolygonF region_;  ///< logical pixels, while it is drawn: all corners, or two opposite ones
    std::optional<visual::Picked> hovered_, picked_;
    std::optional<BoxPlace> hovered_box_, picked_box_;
    QString picked_layer_;                 ///< of the point that is picked
    visual::Vector3 picked_place_ = {};    ///< in the layer's frame, to know the point again
    visual::Boxes3d::Box picked_as_ = {};  ///< the box as it was when picked
    std::optional<Selection> mark_;
    QList<PointMark> marks_;
    Card card_;

    QPointF pressed_, last_;
    bool dragged_ = false;
    QSet<int> flying_;
    QElapsedTimer fly_clock_;
    QTimer fly_timer_, fill_timer_;
    CanvasChooser chooser_;
    Background background_;  ///< last, so that no job finds a half-destroyed view
};

}  // namespace millrace::viewers
