#include "viewers/view/window.hpp"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QSplitter>
#include <QStatusBar>
#include <QToolBar>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "engine/problem.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/timeline.hpp"
#include "viewers/view/compare_panel.hpp"
#include "viewers/view/plots.hpp"

namespace millrace::view {
namespace {

bool belongs_in_space(const visual::Visual& visual) {
    return std::holds_alternative<visual::Cloud>(visual) ||
           std::holds_alternative<visual::Boxes3d>(visual) ||
           std::holds_alternative<visual::Polyline>(visual) ||
           std::holds_alternative<visual::Camera>(visual);
}

}  // namespace

Window::Window(QWidget* parent) : QMainWindow(parent) {
    viewers::add_viewers(registry_);
    setObjectName("millrace-view");
    setWindowTitle(tr("Millrace View"));
    setAcceptDrops(true);

    tree_ = new QTreeWidget(this);
    tree_->setHeaderHidden(true);
    tree_->setAccessibleName(tr("What is open"));
    tree_->setMinimumWidth(120);
    tree_->setMaximumWidth(420);
    tree_dock_ = new QDockWidget(tr("Open"), this);
    tree_dock_->setObjectName("tree");
    tree_dock_->setWidget(tree_);
    addDockWidget(Qt::LeftDockWidgetArea, tree_dock_);
    connect(tree_, &QTreeWidget::itemChanged, this,
            [this](QTreeWidgetItem* row) { change_visibility(row); });

    timeline_ = new viewers::Timeline(this);
    time_bar_ = new QToolBar(tr("Timeline"), this);
    time_bar_->setObjectName("timeline");
    time_bar_->setMovable(false);
    time_bar_->addWidget(timeline_);
    addToolBar(Qt::BottomToolBarArea, time_bar_);
    time_bar_->hide();
    connect(timeline_, &viewers::Timeline::item_changed, this,
            [this](quint64 item) { show_item(item); });

    empty_ = new QLabel(
        tr("Drop clouds, images, run folders or KITTI folders here,\nor open them with %1.")
            .arg(QKeySequence(QKeySequence::Open).toString(QKeySequence::NativeText)),
        this);
    empty_->setAlignment(Qt::AlignCenter);
    setCentralWidget(empty_);
    connect(&background_, &viewers::Background::failed, this,
            [this](const QString& what) { tell_problem(what); });
    make_menus();
    statusBar();
    resize(1440, 900);
    const QSettings settings;
    restoreGeometry(settings.value("view/geometry").toByteArray());
    set_theme(settings.value("view/theme", "dark").toString() == "light" ? viewers::Theme::Light
                                                                         : viewers::Theme::Dark);
}

Window::~Window() {
    // Its jobs use the sources, which go before the widgets do.
    delete compare_;
}

void Window::make_menus() {
    const auto add = [this](QMenu* menu, const QString& text, const QKeySequence& keys, auto work) {
        QAction* action = menu->addAction(text, this, work);
        action->setShortcut(keys);
        return action;
    };
    QMenu* file = menuBar()->addMenu(tr("&File"));
    add(file, tr("&Open files…"), QKeySequence::Open,
        [this] { open(QFileDialog::getOpenFileNames(this, tr("Open clouds and images"))); });
    add(file, tr("Open &folder…"), QKeySequence("Ctrl+Shift+O"), [this] {
        const QString folder = QFileDialog::getExistingDirectory(
            this, tr("Open a run, a KITTI folder, or a folder of files"));
        if (!folder.isEmpty()) open({folder});
    });
    add(file, tr("&Picture of the window…"), QKeySequence("Ctrl+P"), [this] {
        const QString name = QFileDialog::getSaveFileName(this, tr("Save a picture of the window"),
                                                          "millrace-view.png", tr("PNG (*.png)"));
        if (!name.isEmpty() && !grab().save(name))
            tell_problem(tr("%1 can't be written.").arg(name));
    });
    file->addSeparator();
    add(file, tr("&Quit"), QKeySequence::Quit, [this] { close(); });
    QMenu* view = menuBar()->addMenu(tr("&View"));
    auto* themes = new QActionGroup(this);
    for (const auto& [theme, text, keys] :
         {std::tuple{viewers::Theme::Dark, tr("&Dark"), "Ctrl+Shift+D"},
          std::tuple{viewers::Theme::Light, tr("&Light"), "Ctrl+Shift+L"}}) {
        QAction* action =
            add(view, text, QKeySequence(keys), [this, theme = theme] { set_theme(theme); });
        action->setCheckable(true);
        themes->addAction(action);
    }
    view->addSeparator();
    QAction* tree = tree_dock_->toggleViewAction();
    tree->setShortcut(QKeySequence("F9"));
    view->addAction(tree);
    make_calibration(view);
    QAction* lists = add(view, tr("&Boxes as lists"), QKeySequence("Ctrl+Shift+B"), [] {});
    lists->setCheckable(true);
    connect(lists, &QAction::toggled, this, [this](bool on) { list_boxes(on); });
    add_compare_actions(view);
    add(view, tr("&Arrange panes"), QKeySequence("Ctrl+Shift+A"), [this] { arrange(); });
    add(view, tr("&Full screen"), QKeySequence::FullScreen,
        [this] { isFullScreen() ? showNormal() : showFullScreen(); });
}

void Window::set_theme(viewers::Theme theme) {
    viewers::apply_theme(*qApp, theme);
    QSettings().setValue("view/theme", theme == viewers::Theme::Light ? "light" : "dark");
}

void Window::open(const QStringList& paths) {
    QStringList problems;
    auto sources = open_sources(paths, problems);
    for (const QString& problem : problems) tell_problem(problem);
    for (auto& source : sources) {
        sources_.push_back(std::shared_ptr<const Source>(std::move(source)));
        const Source& opened = *sources_.back();
        const QSignalBlocker quiet(tree_);
        QTreeWidgetItem* parent = nullptr;
        if (opened.streams().size() > 1 ||
            (opened.streams().size() == 1 && opened.streams()[0].name != opened.title())) {
            parent = new QTreeWidgetItem(tree_, {opened.title()});
            parent->setExpanded(true);
        }
        if (opened.streams().empty())
            new QTreeWidgetItem(tree_,
                                {tr("%1 (sketches alone: compare with F7)").arg(opened.title())});
        for (std::size_t i = 0; i < opened.streams().size(); ++i) {
            add_stream(sources_.size() - 1, i);
            auto* row = parent ? new QTreeWidgetItem(parent) : new QTreeWidgetItem(tree_);
            row->setText(0, open_.back()->name);
            row->setFlags(row->flags() | Qt::ItemIsUserCheckable);
            row->setCheckState(0, Qt::Checked);
            row->setToolTip(
                0, tr("%1, %n item(s)", nullptr, static_cast<int>(opened.streams()[i].items.size()))
                       .arg(opened.title()));
            open_.back()->row = row;
        }
    }
    if (items_.size() > 1) {
        timeline_->set_items(items_);
        time_bar_->show();
    }
    if (!items_.empty() && std::ranges::find(items_, item_) == items_.end()) item_ = items_.front();
    refresh();
    tell_compared_wires();
}

void Window::add_stream(std::size_t source, std::size_t stream) {
    const Stream& added = sources_[source]->streams()[stream];
    auto open = std::make_unique<Open>();
    open->source = source;
    open->stream = stream;
    open->name = unique_name(sources_[source]->title(), added.name);
    std::vector<quint64> all;
    if (!added.whole_run) {
        std::ranges::set_union(items_, added.items, std::back_inserter(all));
        items_ = std::move(all);
    }
    open_.push_back(std::move(open));
}

void Window::show_item(quint64 item) {
    item_ = item;
    if (plots_) plots_->set_item(item);
    if (timeline_->item() != item) {
        const QSignalBlocker quiet(timeline_);
        timeline_->set_item(item);
    }
    refresh();
    compare_->set_item(item);
}

/// Each stream shows its last item up to the timeline's.
void Window::refresh() {
    for (std::size_t i = 0; i < open_.size(); ++i) {
        Open& open = *open_[i];
        if (!open.visible) continue;
        const Stream& stream = sources_[open.source]->streams()[open.stream];
        const auto& items = stream.items;
        // An offset before the first item shows nothing else.
        if (open.offset < 0 && item_ < static_cast<quint64>(-open.offset)) continue;
        const auto after =
            stream.whole_run
                ? items.end()
                : std::ranges::upper_bound(items, item_ + static_cast<quint64>(open.offset));
        if (after == items.begin()) continue;
        const quint64 wanted = *(after - 1);
        if (open.wanted == wanted) continue;
        open.wanted = wanted;
        load(i, wanted);
    }
}

void Window::load(std::size_t index, quint64 item) {
    const auto source = sources_[open_[index]->source];
    const std::size_t stream = open_[index]->stream;
    background_.run(
        QString::number(index),
        [this, index, item, source, stream](const std::stop_token&) -> viewers::Background::Finish {
            try {
                auto visuals = source->load(stream, item);
                return [this, index, item, visuals = std::move(visuals)] {
                    take(index, item, visuals);
                };
            } catch (const engine::Error& error) {
                const QString text = QString::fromStdString(to_text(error.problem()));
                return [this, text] { tell_problem(text); };
            }
        });
}

void Window::take(std::size_t index, quint64 item, std::vector<Shared> visuals) {
    Open& open = *open_[index];
    if (open.wanted != item || !open.visible) return;
    open.given = std::move(visuals);
    open.shown = with_corrections(open.given);
    const std::vector<QString> before = std::exchange(open.layers, {});
    for (std::size_t place = 0; place < open.shown.size(); ++place) {
        const visual::Visual& one = *open.shown[place];
        if (belongs_in_space(one)) show_in_space(open, place, open.shown[place]);
        const bool listed =
            open.frames.contains(place) && std::holds_alternative<visual::Boxes2d>(one);
        if (listed || belongs_in_pane(one))
            show_in_pane(open, place, open.shown[place]);
    }
    for (const QString& layer : before) {
        if (std::ranges::find(open.layers, layer) == open.layers.end())
            space_->view()->remove_layer(layer);
    }
    show_plots(index);
    if (background_.idle()) list_lone_boxes();
    projections_.clear();
    link_images();
    paint_clouds();
    refresh_calibration();
    const auto& source = *sources_[open.source];
    const auto& stream = source.streams()[open.stream];
    const auto at = std::ranges::lower_bound(stream.items, item) - stream.items.begin();
    if (at < stream.labels.size())
        setWindowTitle(tr("%1 – Millrace View").arg(stream.labels[static_cast<qsizetype>(at)]));
}

void Window::show_in_space(Open& open, std::size_t place, const Shared& visual) {
    if (!space_) {
        space_ = new viewers::CloudWorkspace(this);
        panes_.insert(panes_.begin(), framed(tr("3D"), space_));
        connect(space_, &viewers::Viewer::status_changed, statusBar(),
                [this](const QString& text) { statusBar()->showMessage(text); });
        connect(space_->view(), &viewers::Viewer::status_changed, statusBar(),
                [this](const QString& text) { statusBar()->showMessage(text); });
        follow(space_->view());
        connect(space_->view(), &viewers::CloudView::layers_changed, this, &Window::apply_paints);
        connect(space_->view(), &viewers::CloudView::style_changed, this, &Window::follow_painting);
        arrange();
    }
    const QString layer = layer_of(open, place);
    space_->view()->set_layer(layer, visual);
    open.layers.push_back(layer);
}

void Window::tell_problem(const QString& text) {
    problems_ << text;
    statusBar()->showMessage(text.section('\n', 0, 0));
    statusBar()->setToolTip(text);
    if (open_.empty()) empty_->setText(text);
}

void Window::change_visibility(QTreeWidgetItem* row) {
    for (std::size_t i = 0; i < open_.size(); ++i) {
        Open* open = open_[i].get();
        if (open->row != row) continue;
        open->visible = row->checkState(0) == Qt::Checked;
        for (const QString& layer : open->layers)
            space_->view()->set_layer_visible(layer, open->visible);
        for (const auto& [place, pane] : open->panes) {
            pane->parentWidget()->setVisible(open->visible);
        }
        show_plots(i);
    }
    projections_.clear();
    lay_over_images();
    paint_clouds();
    refresh_calibration();
    refresh();
}

void Window::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void Window::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) paths << url.toLocalFile();
    }
    open(paths);
}

void Window::closeEvent(QCloseEvent* event) {
    QSettings().setValue("view/geometry", saveGeometry());
    event->accept();
}

}  // namespace millrace::view
