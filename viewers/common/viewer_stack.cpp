#include "viewers/common/viewer_stack.hpp"

#include <QAction>
#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "viewers/common/shortcuts.hpp"

namespace millrace::viewers {

ViewerStack::ViewerStack(const Registry& registry, QWidget* parent)
    : QWidget(parent), registry_(registry), choice_(new QWidget(this)) {
    column_ = new QVBoxLayout(this);
    column_->setContentsMargins(0, 0, 0, 0);
    column_->setSpacing(0);
    row_ = new QHBoxLayout(choice_);
    row_->setContentsMargins(0, 0, 0, 0);
    row_->setSpacing(2);
    choice_->hide();
    buttons_ = new QButtonGroup(this);
    connect(buttons_, &QButtonGroup::buttonClicked, this,
            [this](QAbstractButton* button) { choose(button->text()); });
    auto* next = new QAction(tr("Next viewer of this item"), this);
    next->setShortcut(QKeySequence("Ctrl+Shift+V"));
    next->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(next, &QAction::triggered, this, [this] {
        if (offered_.size() < 2) return;
        choose(offered_[(offered_.indexOf(shown_) + 1) % offered_.size()]);
        viewer_->setFocus();
    });
    addAction(next);
    choice_->addAction(next);
}

bool ViewerStack::show_visual(const Viewer::Shared& item) {
    const auto& entries = registry_.viewers_of(*item);
    std::vector<const Registry::Entry*> order;
    for (const auto& entry : entries) order.push_back(&entry);
    std::ranges::stable_partition(order,
                                  [this](const auto* entry) { return entry->title == chosen_; });
    for (const auto* entry : order) {
        Viewer* viewer = made(*entry);
        if (!viewer->show_visual(item)) continue;
        item_ = item;
        shown_ = entry->title;
        put(viewer);
        offer();
        return true;
    }
    return false;
}

Viewer* ViewerStack::made(const Registry::Entry& entry) {
    const auto found = std::ranges::find(made_, entry.title, &Made::title);
    if (found != made_.end()) return found->viewer;
    Viewer* viewer = entry.make(this);
    set_viewer_title(*viewer, entry.title);
    viewer->hide();
    column_->addWidget(viewer, 1);
    made_.push_back({entry.title, viewer});
    Q_EMIT viewer_made(viewer);
    return viewer;
}

void ViewerStack::put(Viewer* viewer) {
    if (viewer == viewer_) return;
    if (viewer_) viewer_->hide();
    viewer_ = viewer;
    viewer_->show();
    setFocusProxy(viewer_);
    Q_EMIT viewer_changed(viewer_);
}

void ViewerStack::offer() {
    QStringList titles;
    for (const auto& entry : registry_.viewers_of(*item_)) titles << entry.title;
    if (titles != offered_) {
        offered_ = titles;
        for (QAbstractButton* button : buttons_->buttons()) delete button;
        for (const QString& title : titles) {
            if (titles.size() < 2) break;
            auto* button = new QToolButton(choice_);
            button->setText(title);
            button->setCheckable(true);
            button->setAutoRaise(true);
            button->setFocusPolicy(Qt::TabFocus);
            button->setToolTip(tr("Show it as %1 (Ctrl+Shift+V: the next)").arg(title));
            buttons_->addButton(button);
            row_->addWidget(button);
        }
    }
    for (QAbstractButton* button : buttons_->buttons())
        button->setChecked(button->text() == shown_);
    // Before it has a place in a title it would lie over the viewer.
    choice_->setVisible(titles.size() > 1 && choice_->parentWidget() != this);
}

void ViewerStack::choose(const QString& title) {
    chosen_ = title;
    if (item_) show_visual(item_);
}

}  // namespace millrace::viewers
