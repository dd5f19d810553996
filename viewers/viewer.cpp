#include "viewers/viewer.hpp"

namespace millrace::viewers {

void Viewer::set_status(const QString& text) {
    if (text == status_) return;
    status_ = text;
    Q_EMIT status_changed(status_);
}

QAction* Viewer::add_action(const QString& text, const QKeySequence& shortcut,
                            const std::function<void()>& work) {
    auto* action = new QAction(text, this);
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    action->setToolTip(shortcut.isEmpty()
                           ? text
                           : tr("%1 (%2)").arg(text, shortcut.toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, work);
    addAction(action);
    return action;
}

}  // namespace millrace::viewers
