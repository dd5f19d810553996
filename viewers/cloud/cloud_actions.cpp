// What the cloud viewer's keys, menus and buttons do.
#include <QActionGroup>
#include <algorithm>
#include <cmath>

#include "viewers/cloud/cloud_view.hpp"

namespace millrace::viewers {

void CloudView::change_view(const std::function<void(visual::View&)>& change) {
    visual::View view = view_;
    change(view);
    set_view(view);
}

void CloudView::change_style(const std::function<void(visual::Style&)>& change) {
    visual::Style style = style_;
    change(style);
    set_style(style);
}

void CloudView::change_overlays(const std::function<void(Overlays&)>& change) {
    Overlays overlays = overlays_;
    change(overlays);
    set_overlays(overlays);
}

QList<QAction*> CloudView::tool_actions() const { return tool_actions_->actions(); }

void CloudView::add_actions() {
    add_view_actions();
    add_style_actions();
    add_tool_actions();
    add_renderer_actions();
}

void CloudView::add_view_actions() {
    using visual::Preset;
    const std::pair<Preset, QString> presets[] = {
        {Preset::Top, tr("From above")},     {Preset::Front, tr("From the front")},
        {Preset::Left, tr("From the left")}, {Preset::Right, tr("From the right")},
        {Preset::Back, tr("From behind")},   {Preset::Bottom, tr("From below")},
        {Preset::Oblique, tr("Oblique")}};
    int key = Qt::Key_1;
    for (const auto& [preset, text] : presets) {
        add_action(text, QKeySequence(key++), [this, preset = preset] {
            change_view([&](visual::View& view) { view.set(preset); });
        });
    }
    add_action(tr("Perspective or parallel sight"), Qt::Key_P, [this] {
        change_view([](visual::View& view) {
            view.lens = view.lens == visual::Lens::Perspective ? visual::Lens::Orthographic
                                                               : visual::Lens::Perspective;
        });
    });
    add_action(tr("Fit the window"), Qt::Key_F, [this] { fit(); });
    add_action(tr("Reset the view"), Qt::Key_R, [this] {
        view_ = {};
        view_.set(visual::Preset::Oblique);
        fit();
    });
}

void CloudView::add_style_actions() {
    add_action(tr("Grid"), Qt::Key_G,
               [this] { change_style([](visual::Style& style) { style.grid = !style.grid; }); });
    add_action(tr("Axes of the frames"), Qt::Key_X,
               [this] { change_style([](visual::Style& style) { style.axes = !style.axes; }); });
    add_action(tr("Boxes, paths and cameras"), Qt::Key_B,
               [this] { change_overlays([](Overlays& shown) { shown.boxes = !shown.boxes; }); });
    add_action(tr("Labels"), Qt::Key_L,
               [this] { change_overlays([](Overlays& shown) { shown.labels = !shown.labels; }); });
    add_action(tr("Legend"), Qt::Key_K,
               [this] { change_overlays([](Overlays& shown) { shown.legend = !shown.legend; }); });
    add_action(tr("Eye-dome lighting"), QKeySequence(Qt::SHIFT | Qt::Key_E), [this] {
        change_style([](visual::Style& style) { style.eye_dome.on = !style.eye_dome.on; });
    });
    const auto resize = [this](double by) {
        change_style([by](visual::Style& style) {
            auto& size = style.point_size;
            if (size.unit == visual::SizeUnit::Pixels)
                size.value = std::clamp(std::round(size.value + by), 1.0,
                                        static_cast<double>(visual::PointSize::kMostPixels));
            else
                size.value = std::clamp(size.value * std::pow(1.25, by), 0.001, 100.0);
        });
    };
    QAction* larger = add_action(tr("Larger points"), Qt::Key_Plus, [resize] { resize(1); });
    larger->setShortcuts({Qt::Key_Plus, Qt::Key_Equal});
    add_action(tr("Smaller points"), Qt::Key_Minus, [resize] { resize(-1); });
    add_action(tr("Point size in pixels or metres"), Qt::Key_U, [this] {
        change_style([](visual::Style& style) {
            const bool pixels = style.point_size.unit == visual::SizeUnit::Pixels;
            style.point_size.unit = pixels ? visual::SizeUnit::Metres : visual::SizeUnit::Pixels;
            style.point_size.value = pixels ? 0.05 : 2;
        });
    });
    add_action(tr("Square or round points"), Qt::Key_O, [this] {
        change_style([](visual::Style& style) {
            auto& shape = style.point_size.shape;
            shape = shape == visual::PointShape::Square ? visual::PointShape::Disc
                                                        : visual::PointShape::Square;
        });
    });
    add_action(tr("Next colouring"), Qt::Key_C, [this] { next_coloring(); });
    add_action(tr("Next colour map"), Qt::Key_M, [this] {
        change_style([](visual::Style& style) {
            style.coloring.map =
                static_cast<visual::Map>((static_cast<int>(style.coloring.map) + 1) % 5);
        });
    });
    add_action(tr("Reverse the colour map"), QKeySequence(Qt::SHIFT | Qt::Key_M), [this] {
        change_style(
            [](visual::Style& style) { style.coloring.reversed = !style.coloring.reversed; });
    });
}

void CloudView::add_tool_actions() {
    tool_actions_ = new QActionGroup(this);
    const std::tuple<Tool, QString, QKeySequence> tools[] = {
        {Tool::Look, tr("Look around and pick"), Qt::SHIFT | Qt::Key_V},
        {Tool::Distance, tr("Measure a distance"), Qt::SHIFT | Qt::Key_D},
        {Tool::Height, tr("Measure a height"), Qt::SHIFT | Qt::Key_H},
        {Tool::Angle, tr("Measure an angle"), Qt::SHIFT | Qt::Key_A},
        {Tool::Area, tr("Measure an area: double-click ends it"), Qt::SHIFT | Qt::Key_P},
        {Tool::Rectangle, tr("Select a rectangle: Shift adds, Ctrl takes away"),
         Qt::SHIFT | Qt::Key_R},
        {Tool::Lasso, tr("Select with a lasso: Shift adds, Ctrl takes away"),
         Qt::SHIFT | Qt::Key_L}};
    for (const auto& [tool, text, shortcut] : tools) {
        QAction* action = add_action(text, shortcut, [this, tool = tool] { set_tool(tool); });
        action->setCheckable(true);
        action->setData(static_cast<int>(tool));
        tool_actions_->addAction(action);
    }
    const auto check = [this] {
        for (QAction* action : tool_actions_->actions())
            action->setChecked(action->data().toInt() == static_cast<int>(tool_));
    };
    check();
    connect(this, &CloudView::tool_changed, this, check);
    add_action(tr("Select nothing"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A),
               [this] { select_none(); });
    QAction* through =
        add_action(tr("Select only what is seen"), QKeySequence(Qt::SHIFT | Qt::Key_T), [] {});
    through->setCheckable(true);
    connect(through, &QAction::toggled, this, [this](bool on) { select_visible_ = on; });
    add_action(tr("Crop to the selection, or show all again"), QKeySequence(Qt::SHIFT | Qt::Key_C),
               [this] {
                   if (style_.crop)
                       change_style([](visual::Style& style) { style.crop.reset(); });
                   else
                       crop_to_selection();
               });
}

QList<QAction*> CloudView::renderer_actions() const { return renderer_actions_->actions(); }

void CloudView::add_renderer_actions() {
    renderer_actions_ = new QActionGroup(this);
    const std::tuple<RendererChoice, QString, QKeySequence> choices[] = {
        {RendererChoice::Automatic, tr("Automatic renderer"), Qt::CTRL | Qt::ALT | Qt::Key_A},
        {RendererChoice::OpenGl, tr("OpenGL renderer"), Qt::CTRL | Qt::ALT | Qt::Key_G},
        {RendererChoice::Software, tr("Software renderer"), Qt::CTRL | Qt::ALT | Qt::Key_S}};
    for (const auto& [choice, text, shortcut] : choices) {
        QAction* action = add_action(text, shortcut, [this, choice = choice] {
            chooser_.choose(choice);
            if (chooser_.opengl() || choice != RendererChoice::OpenGl) tell(chooser_.reason());
        });
        action->setCheckable(true);
        action->setChecked(chooser_.choice() == choice);
        renderer_actions_->addAction(action);
    }
    const auto explain = [this] {
        for (QAction* action : renderer_actions_->actions()) {
            action->setToolTip(tr("%1 (%2)\n%3")
                                   .arg(action->text(),
                                        action->shortcut().toString(QKeySequence::NativeText),
                                        chooser_.reason()));
        }
    };
    explain();
    connect(&chooser_, &CanvasChooser::explained, this, explain);
}

}  // namespace millrace::viewers
