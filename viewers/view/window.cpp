#include "viewers/view/window.hpp"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QTreeWidget>

#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/timeline.hpp"
#include "viewers/common/viewer_stack.hpp"

namespace millrace::view {

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
    empty_->setWordWrap(true);
    area_ = new PaneArea(this);
    connect(area_, &PaneArea::close_wanted, this, &Window::close_pane);
    center_ = new QStackedWidget(this);
    center_->addWidget(empty_);
    center_->addWidget(area_);
    setCentralWidget(center_);
    connect(&background_, &viewers::Background::failed, this,
            [this](const QString& what) { tell_problem(what); });
    state_ = new QLabel(this);
    state_->setTextFormat(Qt::PlainText);
    state_->hide();
    statusBar()->addPermanentWidget(state_);
    reload_ = new QPushButton(tr("Files have changed: reload (%1)")
                                  .arg(QKeySequence(Qt::Key_F5).toString(QKeySequence::NativeText)),
                              this);
    reload_->setFlat(true);
    reload_->hide();
    connect(reload_, &QPushButton::clicked, this, &Window::reload);
    statusBar()->addPermanentWidget(reload_);
    make_menus();
    resize(1440, 900);
    restore_layout();
}

Window::~Window() = default;

void Window::make_menus() {
    const auto add = [this](QMenu* menu, const QString& text, const QKeySequence& keys, auto work) {
        QAction* action = menu->addAction(text, this, work);
        action->setShortcut(keys);
        return action;
    };
    QMenu* file = menuBar()->addMenu(tr("&File"));
    add(file, tr("&Open files…"), QKeySequence::Open, [this] {
        open(QFileDialog::getOpenFileNames(this, tr("Open clouds and images"),
                                           QSettings().value("view/folder").toString()));
    });
    add(file, tr("Open &folder…"), QKeySequence("Ctrl+Shift+O"), [this] {
        const QString folder = QFileDialog::getExistingDirectory(
            this, tr("Open a run, a KITTI folder, or a folder of files"),
            QSettings().value("view/folder").toString());
        if (!folder.isEmpty()) open({folder});
    });
    add_recent_menu(file->addMenu(tr("Open &recent")));
    add(file, tr("&Reload"), QKeySequence(Qt::Key_F5), [this] { reload(); });
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
          std::tuple{viewers::Theme::Light, tr("&Light"), "Ctrl+Shift+L"},
          std::tuple{viewers::Theme::HighContrast, tr("&High contrast"), "Ctrl+Shift+H"}}) {
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
    add_pane_actions(view->addMenu(tr("&Panes")));
    add(view, tr("&Reset layout"), {}, [this] { reset_layout(); });
    add(view, tr("&Full screen"), QKeySequence::FullScreen,
        [this] { isFullScreen() ? showNormal() : showFullScreen(); });
    add_help_menu();
}

void Window::set_theme(viewers::Theme theme) {
    viewers::apply_theme(*qApp, theme);
    QSettings().setValue("view/theme", viewers::name_of(theme));
}

void Window::open(const QStringList& paths) {
    QStringList problems;
    auto sources = open_sources(paths, problems);
    for (const QString& problem : problems) tell_problem(problem);
    for (auto& source : sources) {
        sources_.push_back(std::move(source));
        followed_.emplace_back();
        const std::size_t index = sources_.size() - 1;
        for (std::size_t i = 0; i < sources_[index]->streams().size(); ++i) add_stream(index, i);
        follow_source(index);
    }
    if (!sources.empty()) note_recent(paths);
    gather_items();
    show_states();
    refresh();
    tell_compared_wires();
}

void Window::add_stream(std::size_t source, std::size_t stream) {
    const Stream& added = sources_[source]->streams()[stream];
    auto open = std::make_unique<Open>();
    open->source = source;
    open->stream = stream;
    open->name = unique_name(sources_[source]->title(), added.name);
    open->stream_name = added.name;
    const QSignalBlocker quiet(tree_);
    QTreeWidgetItem* parent = row_for(source);
    open->row = parent ? new QTreeWidgetItem(parent) : new QTreeWidgetItem(tree_);
    open->row->setText(0, open->name);
    open->row->setFlags(open->row->flags() | Qt::ItemIsUserCheckable);
    open->row->setCheckState(0, Qt::Checked);
    open_.push_back(std::move(open));
}

/// Null when the source, as it is now, has no such stream any more.
const Stream* Window::stream_of(const Open& open) const {
    const auto& streams = sources_[open.source]->streams();
    return open.stream < streams.size() ? &streams[open.stream] : nullptr;
}

void Window::tell_problem(const QString& text) {
    problems_ << text;
    statusBar()->showMessage(text.section('\n', 0, 0));
    statusBar()->setToolTip(text);
    if (open_.empty()) {
        empty_->setText(text);
        center_->setCurrentWidget(empty_);
    }
}

void Window::change_visibility(QTreeWidgetItem* row) {
    for (std::size_t i = 0; i < open_.size(); ++i) {
        Open* open = open_[i].get();
        if (open->row != row) continue;
        open->visible = row->checkState(0) != Qt::Unchecked;
        for (const QString& layer : open->layers)
            space_->view()->set_layer_visible(layer, open->visible);
        // Checking shows what was closed alone, too.
        for (const auto& [place, stack] : open->stacks)
            area_->set_open(area_->pane_of(stack), open->visible);
        show_plots(i);
    }
    apply_visibility();
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
    save_layout();
    event->accept();
}

}  // namespace millrace::view
