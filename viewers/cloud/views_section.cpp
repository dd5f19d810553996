#include "viewers/cloud/views_section.hpp"

#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>
#include <utility>

#include "engine/problem.hpp"
#include "viewers/cloud/cloud_view.hpp"

namespace millrace::viewers {
namespace {

/// Letters and lines keep their share of the picture, as seen at this many lines.
constexpr double kUsualHeight = 1080;

QSpinBox* number_box(int low, int high, int value, const QString& tip) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setValue(value);
    box->setToolTip(tip);
    box->setMinimumWidth(56);
    return box;
}

template <class Work>
QPushButton* button(const QString& text, const QString& tip, const Work& work) {
    auto* made = new QPushButton(text);
    made->setToolTip(tip);
    QObject::connect(made, &QPushButton::clicked, made, work);
    return made;
}

}  // namespace

ViewsSection::ViewsSection(CloudView* view, QWidget* parent)
    : QWidget(parent), view_(view), list_(new QListWidget) {
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    list_->setToolTip(tr("Double-click shows a view, F2 renames it, Delete removes it"));
    list_->setEditTriggers(QAbstractItemView::EditKeyPressed);
    list_->setMaximumHeight(110);
    layout->addWidget(list_, 0, 0);
    layout->addWidget(make_list_buttons(), 1, 0);
    layout->addWidget(make_recording(), 2, 0);
    connect(list_, &QListWidget::itemActivated, this,
            [this](QListWidgetItem* item) { show_view(list_->row(item)); });
    connect(list_, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
        views_[static_cast<std::size_t>(list_->row(item))].name = item->text().toStdString();
        Q_EMIT views_changed();
    });
    auto* remove = new QAction(tr("Remove this view"), list_);
    remove->setShortcut(Qt::Key_Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, [this] { remove_view(list_->currentRow()); });
    list_->addAction(remove);
    connect(&recorder_, &Recorder::progress, this, [this](int done, int total) {
        progress_->setText(tr("%1 of %2").arg(done).arg(total));
    });
    const auto end = [this](const QString& text) {
        progress_->clear();
        cancel_->setEnabled(false);
        view_->tell(text);
    };
    connect(&recorder_, &Recorder::finished, this, end);
    connect(&recorder_, &Recorder::failed, this, end);
}

QWidget* ViewsSection::make_list_buttons() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(
        button(tr("Keep"), tr("Keep the view as it stands"), [this] { keep_view(); }));
    layout->addWidget(button(tr("Remove"), tr("Remove the chosen view (Delete)"),
                             [this] { remove_view(list_->currentRow()); }));
    layout->addWidget(
        button(tr("Load…"), tr("Views from a file"), [this] { load_or_save(false); }));
    layout->addWidget(button(tr("Save…"), tr("Views to a file"), [this] { load_or_save(true); }));
    return row;
}

QWidget* ViewsSection::make_recording() {
    auto* box = new QWidget;
    auto* layout = new QGridLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    const int most = visual::SplatRenderer::kMostPixels;
    width_ = number_box(1, most, 1920, tr("Width of pictures, pixels"));
    height_ = number_box(1, most, 1080, tr("Height of pictures, pixels"));
    frames_ = number_box(2, 9999, 120, tr("Frames of a turn, or from one view to the next"));
    progress_ = new QLabel;
    cancel_ = button(tr("Stop"), tr("Stop recording"), [this] { recorder_.cancel(); });
    cancel_->setEnabled(false);
    layout->addWidget(new QLabel(tr("Picture")), 0, 0);
    layout->addWidget(width_, 0, 1);
    layout->addWidget(height_, 0, 2);
    layout->addWidget(new QLabel(tr("Frames")), 1, 0);
    layout->addWidget(frames_, 1, 1);
    layout->addWidget(button(tr("Screenshot…"), tr("One picture of this size"),
                             [this] { ask_and(&ViewsSection::take_screenshot, false); }),
                      1, 2);
    layout->addWidget(button(tr("Turn…"), tr("Once about the target, as numbered pictures"),
                             [this] { ask_and(&ViewsSection::record_spin, true); }),
                      2, 1);
    layout->addWidget(button(tr("Flight…"), tr("Through the kept views, as numbered pictures"),
                             [this] { ask_and(&ViewsSection::record_flight, true); }),
                      2, 2);
    layout->addWidget(progress_, 3, 0, 1, 2);
    layout->addWidget(cancel_, 3, 2);
    return box;
}

void ViewsSection::fill_list() {
    const QSignalBlocker quiet(list_);
    const int row = list_->currentRow();
    list_->clear();
    for (const SavedView& saved : views_) {
        auto* item = new QListWidgetItem(QString::fromStdString(saved.name), list_);
        item->setFlags(item->flags() | Qt::ItemIsEditable);
    }
    list_->setCurrentRow(std::min(row, list_->count() - 1));
}

void ViewsSection::set_views(std::vector<SavedView> views) {
    views_ = std::move(views);
    fill_list();
    Q_EMIT views_changed();
}

void ViewsSection::keep_view() {
    std::string name;
    for (std::size_t number = views_.size() + 1; name.empty(); ++number) {
        name = tr("View %1").arg(number).toStdString();
        if (std::ranges::find(views_, name, &SavedView::name) != views_.end()) name.clear();
    }
    views_.push_back({std::move(name), view_->view(), view_->style()});
    fill_list();
    list_->setCurrentRow(list_->count() - 1);
    Q_EMIT views_changed();
}

void ViewsSection::show_view(int index) {
    if (index < 0 || index >= static_cast<int>(views_.size())) return;
    const SavedView& saved = views_[static_cast<std::size_t>(index)];
    view_->set_style(saved.style);
    view_->set_view(saved.view);
}

void ViewsSection::remove_view(int index) {
    if (index < 0 || index >= static_cast<int>(views_.size())) return;
    views_.erase(views_.begin() + index);
    fill_list();
    Q_EMIT views_changed();
}

void ViewsSection::set_picture_size(QSize size) {
    width_->setValue(size.width());
    height_->setValue(size.height());
}

void ViewsSection::set_frames(int frames) { frames_->setValue(frames); }

bool ViewsSection::record(std::vector<visual::View> views, const QString& target) {
    Recording recording;
    recording.scene = view_->scene();
    recording.style = view_->style();
    recording.views = std::move(views);
    recording.size = {width_->value(), height_->value()};
    recording.scale = std::max(1.0, height_->value() / kUsualHeight);
    recording.parts = {.labels = view_->overlays().labels, .legend = view_->overlays().legend};
    recording.target = target;
    const bool started = recorder_.start(std::move(recording));
    cancel_->setEnabled(started || recorder_.busy());
    return started;
}

bool ViewsSection::take_screenshot(const QString& file) { return record({view_->view()}, file); }

bool ViewsSection::record_spin(const QString& folder) {
    return record(spin_views(view_->view(), frames_->value()), folder);
}

bool ViewsSection::record_flight(const QString& folder) {
    std::vector<visual::View> stops;
    for (const SavedView& saved : views_) stops.push_back(saved.view);
    if (stops.size() < 2) {
        view_->tell(tr("Keep at least two views first: the flight goes through them."));
        return false;
    }
    return record(flight_views(stops, frames_->value()), folder);
}

void ViewsSection::ask_and(bool (ViewsSection::*work)(const QString&), bool folder) {
    const QString target =
        folder ? QFileDialog::getExistingDirectory(this, tr("Folder for the pictures"))
               : QFileDialog::getSaveFileName(this, tr("Save the picture"),
                                              QStringLiteral("cloud.png"),
                                              tr("Pictures (*.png *.jpg)"));
    if (!target.isEmpty()) (this->*work)(target);
}

void ViewsSection::load_or_save(bool save) {
    const QString kind = tr("Views (*.json)");
    const QString file = save ? QFileDialog::getSaveFileName(this, tr("Save the views"),
                                                             QStringLiteral("views.json"), kind)
                              : QFileDialog::getOpenFileName(this, tr("Load views"), {}, kind);
    if (file.isEmpty()) return;
    try {
        if (save)
            save_views(views_, file.toStdString());
        else
            set_views(load_views(file.toStdString()));
    } catch (const engine::Error& error) {
        view_->tell(QString::fromStdString(error.problem().what));
    }
}

}  // namespace millrace::viewers
