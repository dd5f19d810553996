#include "viewers/cloud/cloud_workspace.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "viewers/cloud/tool_icons.hpp"

namespace millrace::viewers {
namespace {

/// Narrower than this the picture has the place to itself.
constexpr int kRoomForPanel = 620;

}  // namespace

CloudWorkspace::CloudWorkspace(QWidget* parent)
    : Viewer(parent), view_(new CloudView), panel_(new CloudPanel(view_)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(view_, 1);
    row->addWidget(panel_);
    panel_->setFixedWidth(std::max(panel_->sizeHint().width(), panel_->minimumWidth()));
    layout->addWidget(make_bar());
    layout->addLayout(row, 1);
    setFocusProxy(view_);
    // Its keys work from the panel, too.
    addActions(view_->actions());
    connect(view_, &Viewer::status_changed, this,
            [this](const QString& text) { set_status(text); });
    connect(view_, &Viewer::hovered, this, &Viewer::hovered);
    connect(view_, &Viewer::selected, this, &Viewer::selected);
}

QWidget* CloudWorkspace::make_bar() {
    auto* bar = new QToolBar;
    bar->setIconSize({20, 20});
    bar->setMovable(false);
    draw_icons();
    for (QAction* action : view_->tool_actions()) bar->addAction(action);
    bar->addSeparator();
    auto* menu = new QMenu(this);
    for (QAction* action : view_->actions()) {
        if (!view_->tool_actions().contains(action) && !view_->renderer_actions().contains(action))
            menu->addAction(action);
    }
    menu->addSeparator();
    QMenu* renderers = menu->addMenu(tr("Renderer"));
    renderers->addActions(view_->renderer_actions());
    renderers->setToolTipsVisible(true);
    menu->setToolTipsVisible(true);
    auto* more = new QToolButton;
    more->setText(tr("View"));
    more->setToolTip(tr("All commands of the view and their keys"));
    more->setMenu(menu);
    more->setPopupMode(QToolButton::InstantPopup);
    bar->addWidget(more);
    auto* space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    show_panel_ = add_action(tr("Panel"), Qt::Key_N, [] {});
    show_panel_->setCheckable(true);
    show_panel_->setChecked(true);
    connect(show_panel_, &QAction::toggled, panel_, &QWidget::setVisible);
    bar->addAction(show_panel_);
    return bar;
}

void CloudWorkspace::draw_icons() {
    for (QAction* action : view_->tool_actions())
        action->setIcon(tool_icon(static_cast<Tool>(action->data().toInt()), palette()));
}

void CloudWorkspace::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) draw_icons();
    Viewer::changeEvent(event);
}

void CloudWorkspace::resizeEvent(QResizeEvent* event) {
    panel_->setVisible(show_panel_->isChecked() && width() >= kRoomForPanel);
    Viewer::resizeEvent(event);
}

}  // namespace millrace::viewers
