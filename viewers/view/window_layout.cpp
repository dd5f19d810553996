// What the window remembers, and the menus of panes, recent files and help.
#include <QAction>
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QToolBar>
#include <QTreeWidget>
#include <algorithm>
#include <cmath>

#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/shortcuts.hpp"
#include "viewers/common/timeline.hpp"
#include "viewers/common/viewer_stack.hpp"
#include "viewers/view/memory.hpp"
#include "viewers/view/plots.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

constexpr int kStateVersion = 1;  ///< of docks and bars; another one's state is not read
constexpr int kPaneKeys = 9;

QString shown_path(const QString& path) {
    const QString home = QDir::homePath();
    return path.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + path.mid(home.size())
                                                    : path;
}

bool is_there(const QString& entry) {
    return std::ranges::any_of(entry.split(QLatin1Char('\n')),
                               [](const QString& path) { return QFileInfo::exists(path); });
}

}  // namespace

void Window::restore_layout() {
    const QSettings settings;
    restoreGeometry(settings.value("view/geometry").toByteArray());
    restoreState(settings.value("view/state").toByteArray(), kStateVersion);
    // Shown when there is a sequence, whatever was open the last time.
    time_bar_->setVisible(items_.size() > 1);
    time_bar_->toggleViewAction()->setVisible(false);
    if (const double rate = settings.value("view/rate").toDouble(); std::isfinite(rate) && rate > 0)
        timeline_->set_rate(rate);
    timeline_->set_loops(settings.value("view/loops", true).toBool());
    set_theme(viewers::theme_named(settings.value("view/theme").toString()));
}

void Window::save_layout() {
    QSettings settings;
    settings.setValue("view/geometry", saveGeometry());
    settings.setValue("view/state", saveState(kStateVersion));
    settings.setValue("view/rate", timeline_->rate());
    settings.setValue("view/loops", timeline_->loops());
    if (space_) {
        const auto& overlays = space_->view()->overlays();
        settings.setValue("view/boxes", overlays.boxes);
        settings.setValue("view/labels", overlays.labels);
        settings.setValue("view/legend", overlays.legend);
        settings.setValue("view/grid", space_->view()->style().grid);
        settings.setValue("view/axes", space_->view()->style().axes);
        settings.setValue("view/panel", space_->panel_action()->isChecked());
    }
    save_panes();
}

void Window::save_panes() {
    if (area_->by_hand() && !area_->maximised()) remember_panes(*area_);
}

/// The 3D view comes with the first cloud, and finds its overlays as they were.
void Window::space_made() {
    const QSettings settings;
    space_->view()->set_overlays({.boxes = settings.value("view/boxes", true).toBool(),
                                  .labels = settings.value("view/labels", true).toBool(),
                                  .legend = settings.value("view/legend", true).toBool()});
    visual::Style style = space_->view()->style();
    style.grid = settings.value("view/grid", style.grid).toBool();
    style.axes = settings.value("view/axes", style.axes).toBool();
    space_->view()->set_style(style);
    space_->panel_action()->setChecked(settings.value("view/panel", true).toBool());
}

void Window::reset_layout() {
    QSettings settings;
    for (const char* key : {"view/geometry", "view/state", "view/panes", "view/panel", "view/boxes",
                            "view/labels", "view/legend", "view/grid", "view/axes", "view/rate"})
        settings.remove(key);
    for (QDockWidget* dock : findChildren<QDockWidget*>()) {
        const bool tree = dock == tree_dock_;
        dock->setFloating(false);
        addDockWidget(tree ? Qt::LeftDockWidgetArea : Qt::RightDockWidgetArea, dock);
        dock->setVisible(tree);
    }
    resizeDocks({tree_dock_}, {tree_dock_->sizeHint().width()}, Qt::Horizontal);
    timeline_->set_rate(5);
    if (area_->maximised()) area_->toggle_maximised(area_->maximised());
    if (!area_->panes().empty()) area_->arrange(has_wide_images());
    if (space_) space_made();
}

/// Closing takes the tick from the rows of the streams that the pane shows, where it can be set
/// again; a difference is gone.
void Window::close_pane(Pane* pane) {
    if (!pane) return;
    if (difference_ && pane->content() == difference_) {
        difference_ = nullptr;
        area_->remove(pane);
        apply_visibility();
        return;
    }
    const bool in_space = space_ && pane->content() == space_;
    const bool of_plots = plots_ && pane->content() == plots_;
    const auto has_series = [](const Open& open) {
        return std::ranges::any_of(open.shown, [](const Shared& shown) {
            return std::holds_alternative<visual::Series>(*shown);
        });
    };
    for (const auto& open : open_) {
        const bool others = !open->layers.empty() || has_series(*open) ||
                            std::ranges::any_of(open->stacks, [&](const auto& entry) {
                                const Pane* other = area_->pane_of(entry.second);
                                return other != pane && other && other->open();
                            });
        const bool holds = in_space   ? !open->layers.empty()
                           : of_plots ? has_series(*open)
                                      : std::ranges::any_of(open->stacks, [&](const auto& entry) {
                                            return entry.second == pane->content();
                                        });
        if (!holds) continue;
        // What all share has no part to be closed alone.
        if (in_space || of_plots || !others) {
            open->row->setCheckState(0, Qt::Unchecked);
            continue;
        }
        const QSignalBlocker quiet(tree_);
        open->row->setCheckState(0, Qt::PartiallyChecked);
        area_->set_open(pane, false);
        apply_visibility();
    }
}

void Window::add_recent_menu(QMenu* menu) {
    menu->setToolTipsVisible(true);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] { fill_recent_menu(menu); });
}

QStringList Window::recent() { return recent_files(); }

void Window::fill_recent_menu(QMenu* menu) {
    menu->clear();
    const QStringList entries = recent_files();
    QList<QAction*> actions;
    for (const QString& entry : entries) {
        const QStringList paths = entry.split(QLatin1Char('\n'));
        QString text = shown_path(paths.front());
        if (paths.size() > 1)
            text = tr("%1 and %n more", nullptr, static_cast<int>(paths.size()) - 1).arg(text);
        text.replace(QLatin1Char('&'), QStringLiteral("&&"));
        QAction* action = menu->addAction(text, this, [this, paths] { open(paths); });
        action->setToolTip(entry);
        actions << action;
    }
    if (entries.isEmpty()) menu->addAction(tr("Nothing was opened yet"))->setEnabled(false);
    menu->addSeparator();
    QAction* missing = menu->addAction(tr("Remove what is &missing"), this, [entries] {
        QStringList left;
        std::ranges::copy_if(entries, std::back_inserter(left), is_there);
        set_recent_files(left);
    });
    missing->setEnabled(false);
    QAction* clear = menu->addAction(tr("&Clear the list"), this, [] { set_recent_files({}); });
    clear->setEnabled(!entries.isEmpty());
    // A folder on a network that is gone may take long to say so.
    QPointer<QMenu> still(menu);
    background_.run(QStringLiteral("recent"), [this, entries, still](const std::stop_token&) {
        QList<bool> there;
        for (const QString& entry : entries) there << is_there(entry);
        return [still, there] {
            if (!still || still->actions().size() < there.size()) return;
            for (qsizetype i = 0; i < there.size(); ++i)
                still->actions().at(i)->setEnabled(there[i]);
            const qsizetype remove = still->actions().size() - 2;
            still->actions().at(remove)->setEnabled(there.contains(false));
        };
    });
}

void Window::note_recent(const QStringList& paths) {
    QStringList whole;
    for (const QString& path : paths) {
        if (QFileInfo::exists(path)) whole << QFileInfo(path).absoluteFilePath();
    }
    if (whole.isEmpty()) return;
    const QString entry = whole.join(QLatin1Char('\n'));
    QStringList list = recent_files();
    list.removeAll(entry);
    list.prepend(entry);
    set_recent_files(list);
    QSettings().setValue("view/folder", QFileInfo(whole.front()).absolutePath());
}

void Window::add_pane_actions(QMenu* menu) {
    const auto add = [&](const QString& text, const QList<QKeySequence>& keys, auto work) {
        QAction* action = menu->addAction(text, this, work);
        action->setShortcuts(keys);
    };
    const auto current = [this] { return area_->current(); };
    add(tr("&Maximise or restore"), {QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")},
        [=, this] { area_->toggle_maximised(current()); });
    add(tr("&Close"), {QKeySequence("Ctrl+W")}, [=, this] { close_pane(current()); });
    add(tr("&Next pane"), {QKeySequence(Qt::Key_F6)}, [this] { go_on(1); });
    add(tr("&Previous pane"), {QKeySequence("Shift+F6")}, [this] { go_on(-1); });
    menu->addSeparator();
    for (const auto& [side, text, key] :
         {std::tuple{PaneArea::Side::Left, tr("Move to the &left"), "Alt+Shift+Left"},
          std::tuple{PaneArea::Side::Right, tr("Move to the &right"), "Alt+Shift+Right"},
          std::tuple{PaneArea::Side::Top, tr("Move &up"), "Alt+Shift+Up"},
          std::tuple{PaneArea::Side::Bottom, tr("Move &down"), "Alt+Shift+Down"}}) {
        add(text, {QKeySequence(key)},
            [=, this, side = side] { area_->move_pane(current(), side); });
    }
    add(tr("&Arrange by the rule"), {QKeySequence("Ctrl+Shift+G")}, [this] {
        forget_panes(*area_);
        if (!area_->panes().empty()) area_->arrange(has_wide_images());
    });
    menu->addSeparator();
    for (int i = 0; i < kPaneKeys; ++i) {
        add(tr("Go to pane %1").arg(i + 1), {QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + i))},
            [this, i] {
                // By their places, also while one of them hides the others.
                const auto panes = area_->order();
                if (static_cast<std::size_t>(i) < panes.size())
                    area_->focus(panes[static_cast<std::size_t>(i)]);
            });
    }
}

/// The tree is one stop on the way round the panes, unless one of them hides all others.
void Window::go_on(int by) {
    const auto shown = area_->order();
    if (shown.empty()) return tree_->setFocus(Qt::ShortcutFocusReason);
    const Pane* now = area_->pane_of(focusWidget());
    const Pane* end = by > 0 ? shown.back() : shown.front();
    if (now == end && now && tree_->isVisible() && !area_->maximised())
        tree_->setFocus(Qt::ShortcutFocusReason);
    else if (!now)
        area_->focus(by > 0 ? shown.front() : shown.back());
    else
        area_->focus_next(by);
}

void Window::add_help_menu() {
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    QAction* keys = help->addAction(tr("&Keyboard shortcuts…"), this, [this] {
        auto* dialog = new viewers::ShortcutsDialog(registry_, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    keys->setShortcuts({QKeySequence(Qt::Key_F1), QKeySequence("Ctrl+?")});
}

}  // namespace millrace::view
