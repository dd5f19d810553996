// Correcting cameras in the window: what the panel tells is applied to the cameras that are shown,
// and everything that depends on them follows; what the panel scores; saving.
#include <QAction>
#include <QCheckBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QMenu>
#include <QScrollArea>
#include <QStatusBar>
#include <algorithm>

#include "engine/problem.hpp"
#include "engine/visual/calibrate/camera_file.hpp"
#include "engine/visual/io/files.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/view/calibration_panel.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

constexpr std::size_t kMostItems = 30;  ///< that are scored together

/// One stream's part of the items that are scored.
struct Part {
    std::shared_ptr<const Source> source;
    std::size_t stream = 0;
    Shared now;  ///< of the present item
};

/// The visual that `fits`, of the stream's last item up to `item`.
template <class Fits>
Shared part_at(const Part& part, quint64 item, const Fits& fits) {
    const auto& streams = part.source->streams();
    if (part.stream >= streams.size()) return {};
    const auto& items = streams[part.stream].items;
    const auto after = std::ranges::upper_bound(items, item);
    if (after == items.begin()) return {};
    for (const Shared& visual : part.source->load(part.stream, *(after - 1))) {
        if (fits(*visual)) return visual;
    }
    return {};
}

bool is_camera(const visual::Visual& visual, const std::string& name) {
    const auto* camera = std::get_if<visual::Camera>(&visual);
    return camera && camera->name == name;
}
bool is_cloud(const visual::Visual& visual, const std::string& frame) {
    const auto* cloud = std::get_if<visual::Cloud>(&visual);
    return cloud && cloud->frame == frame;
}

std::shared_ptr<const visual::AlignmentItem> item_of(const Shared& cloud, const Shared& image,
                                                     const Shared& camera) {
    if (!cloud || !image || !camera) return {};
    return std::make_shared<const visual::AlignmentItem>(std::get<visual::Cloud>(*cloud),
                                                         std::get<visual::Raster>(*image),
                                                         std::get<visual::Camera>(*camera));
}

}  // namespace

void Window::make_calibration(QMenu* menu) {
    calibration_ = new CalibrationPanel;
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(calibration_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(calibration_->minimumSizeHint().width() + 16);
    calibration_dock_ = new QDockWidget(tr("Calibration"), this);
    calibration_dock_->setObjectName("calibration");
    calibration_dock_->setWidget(scroll);
    addDockWidget(Qt::RightDockWidgetArea, calibration_dock_);
    calibration_dock_->hide();
    connect(calibration_, &CalibrationPanel::correction_changed, this,
            [this](const QString& camera, const visual::Correction& correction) {
                correct(camera.toStdString(), correction);
            });
    connect(calibration_, &CalibrationPanel::items_wanted, this, &Window::offer_items);
    connect(calibration_, &CalibrationPanel::save_wanted, this, &Window::ask_where_to_save);
    QAction* show = calibration_dock_->toggleViewAction();
    show->setText(tr("C&alibration"));
    show->setShortcut(QKeySequence("Ctrl+K"));
    menu->addAction(show);
    connect(calibration_dock_, &QDockWidget::visibilityChanged, this,
            [this](bool visible) { visible ? refresh_calibration() : void(); });
    paint_action_ = menu->addAction(tr("&Colour points by camera"));
    paint_action_->setCheckable(true);
    paint_action_->setShortcut(QKeySequence("Ctrl+Shift+K"));
    calibration_->colors()->setToolTip(
        tr("Each point gets the colour of the pixel it falls on (%1)")
            .arg(paint_action_->shortcut().toString(QKeySequence::NativeText)));
    connect(paint_action_, &QAction::toggled, this, &Window::set_painting);
    connect(calibration_->colors(), &QCheckBox::toggled, this, &Window::set_painting);
    QAction* reveal_action = menu->addAction(tr("Bring the selection into &sight"), this, [this] {
        if (selected_) reveal(nullptr, *selected_);
    });
    reveal_action->setShortcut(QKeySequence("Ctrl+J"));
}

void Window::show_calibration(bool shown) { calibration_dock_->setVisible(shown); }

std::vector<Shared> Window::with_corrections(const std::vector<Shared>& given) const {
    std::vector<Shared> shown = given;
    for (Shared& visual : shown) {
        const auto* camera = std::get_if<visual::Camera>(visual.get());
        const auto found = camera ? corrections_.find(camera->name) : corrections_.end();
        if (found != corrections_.end() && !found->second.none())
            visual =
                std::make_shared<const visual::Visual>(visual::corrected(*camera, found->second));
    }
    return shown;
}

void Window::correct(const std::string& name, const visual::Correction& correction) {
    corrections_[name] = correction;
    for (const auto& open : open_) {
        bool holds = false;
        for (const Shared& visual : open->given) holds = holds || is_camera(*visual, name);
        if (!holds) continue;
        open->shown = with_corrections(open->given);
        for (std::size_t place = 0; space_ && place < open->shown.size(); ++place) {
            if (is_camera(*open->shown[place], name))
                space_->view()->set_layer(layer_of(*open, place), open->shown[place]);
        }
    }
    projections_.erase(name);
    lay_over_images();
    show_marks();
    paint_clouds();
}

const Window::Open* Window::open_camera(const std::string& name) const {
    for (const auto& open : open_) {
        for (const Shared& visual : open->given) {
            if (open->visible && is_camera(*visual, name)) return open.get();
        }
    }
    return nullptr;
}

void Window::refresh_calibration() {
    QStringList names;
    for (const auto& open : open_) {
        for (const Shared& visual : open->given) {
            const auto* camera = std::get_if<visual::Camera>(visual.get());
            const QString name = camera ? QString::fromStdString(camera->name) : QString();
            if (open->visible && !name.isEmpty() && !names.contains(name)) names << name;
        }
    }
    calibration_->set_cameras(names);
    calibration_->set_most_items(static_cast<int>(std::min(items_.size(), kMostItems)));
    offer_items();
}

/// Gives the panel what it scores; nothing while it is hidden, and only when it is another than
/// before.
void Window::offer_items() {
    if (calibration_dock_->isHidden()) return;
    const std::string name = calibration_->camera().toStdString();
    const Open* open = open_camera(name);
    std::array<Part, 3> parts;  // camera, image, cloud
    std::string parent;
    for (const Shared& visual : open ? open->given : std::vector<Shared>()) {
        if (!is_camera(*visual, name)) continue;
        parts[0] = {sources_[open->source], open->stream, visual};
        parent = std::get<visual::Camera>(*visual).parent_frame;
    }
    for (const auto& other : open_) {
        for (const Shared& visual : other->given) {
            if (!other->visible) continue;
            const Part part{sources_[other->source], other->stream, visual};
            if (is_image_of(*visual, name) && !parts[1].now) parts[1] = part;
            if (is_cloud(*visual, parent) && !parts[2].now) parts[2] = part;
        }
    }
    std::vector<quint64> items;
    const auto count =
        std::min(static_cast<std::size_t>(calibration_->wanted_items()), items_.size());
    const auto here = std::ranges::find(items_, item_) - items_.begin();
    for (std::size_t i = 1; i < count; ++i)
        items.push_back(items_[(static_cast<std::size_t>(here) + i) % items_.size()]);
    const std::vector<Shared> offered = {parts[0].now, parts[1].now, parts[2].now};
    if (offered == offered_ && items == offered_items_) return;
    offered_ = offered;
    offered_items_ = items;
    if (!parts[0].now || !parts[1].now || !parts[2].now) {
        calibration_->set_loader({}, !parts[0].now ? tr("No camera is open.")
                                     : !parts[1].now
                                         ? tr("No image of this camera is shown.")
                                         : tr("No cloud of this camera's frame is shown."));
        return;
    }
    calibration_->set_loader([parts, items, name, parent](const std::stop_token& stop) {
        visual::AlignmentItems all;
        if (auto item = item_of(parts[2].now, parts[1].now, parts[0].now)) all.push_back(item);
        for (const quint64 item : items) {
            if (stop.stop_requested()) break;
            try {
                const auto found = item_of(
                    part_at(parts[2], item, [&](const auto& v) { return is_cloud(v, parent); }),
                    part_at(parts[1], item, [&](const auto& v) { return is_image_of(v, name); }),
                    part_at(parts[0], item, [&](const auto& v) { return is_camera(v, name); }));
                if (found) all.push_back(found);
            } catch (const engine::Error&) {
                // Told when the item itself is shown; the panel says how many items it uses.
            }
        }
        return all;
    });
}

void Window::ask_where_to_save() {
    const Open* open = open_camera(calibration_->camera().toStdString());
    if (!open || !open->wanted) return;
    const auto file = sources_[open->source]->calibration_file(open->stream, *open->wanted);
    const QString kitti = tr("KITTI calibration (*.txt)"), json = tr("JSON (*.json)");
    const QString name = QFileDialog::getSaveFileName(
        this, tr("Save the corrected calibration"),
        file.empty()
            ? calibration_->camera() + ".json"
            : QString::fromStdString(
                  (file.parent_path() / (file.stem().string() + "-corrected.txt")).string()),
        file.empty() ? json : kitti + ";;" + json);
    if (!name.isEmpty()) save_calibration(name);
}

bool Window::save_calibration(const QString& file) {
    const std::string name = calibration_->camera().toStdString();
    const Open* open = open_camera(name);
    if (!open || !open->wanted) {
        tell_problem(tr("There is no camera to be saved."));
        return false;
    }
    const visual::Correction correction = calibration_->correction();
    try {
        const auto from = sources_[open->source]->calibration_file(open->stream, *open->wanted);
        std::string text;
        if (!from.empty() && !file.endsWith(QLatin1String(".json"), Qt::CaseInsensitive)) {
            constexpr std::uint64_t kMostText = std::uint64_t{64} << 20;
            const auto bytes = visual::read_file_bytes(from, kMostText);
            text = visual::with_corrected_pose(
                {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, from.string(),
                correction);
        } else {
            for (const Shared& visual : open->given) {
                if (is_camera(*visual, name))
                    text = visual::camera_json(std::get<visual::Camera>(*visual), correction);
            }
        }
        visual::write_file_atomically(file.toStdString(), text);
    } catch (const engine::Error& error) {
        tell_problem(QString::fromStdString(to_text(error.problem())));
        return false;
    }
    statusBar()->showMessage(tr("Written: %1").arg(file));
    return true;
}

}  // namespace millrace::view
