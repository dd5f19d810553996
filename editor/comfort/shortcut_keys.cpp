#include "editor/comfort/shortcut_keys.hpp"

#include <QAction>
#include <QSettings>
#include <QWidget>

#include "viewers/common/shortcuts.hpp"

namespace millrace::editor {
namespace {

QString setting_of(const QAction* action) {
    return QStringLiteral("editor/shortcuts/") + action->objectName();
}

/// The tool tip says the first key, as those of all actions do that have one.
void show_key(QAction& action, const QList<QKeySequence>& before) {
    QString tip = action.toolTip();
    if (!before.isEmpty()) {
        const QString end =
            QStringLiteral(" (%1)").arg(before.front().toString(QKeySequence::NativeText));
        if (tip.endsWith(end)) tip.chop(end.size());
    }
    if (!action.shortcut().isEmpty())
        tip += QStringLiteral(" (%1)").arg(action.shortcut().toString(QKeySequence::NativeText));
    action.setToolTip(tip);
}

}  // namespace

ShortcutKeys::ShortcutKeys(QWidget* window) : QObject(window), window_(window) { adopt(); }

void ShortcutKeys::adopt() {
    for (const viewers::Command& command : viewers::commands_of(*window_)) {
        QAction* action = command.action;
        // Viewers come and go, with keys of their own; a line edit's inner actions begin with "_q".
        if (action->objectName().isEmpty() || action->objectName().startsWith(u"_q") ||
            command.of_viewer || standard_.contains(action->objectName()))
            continue;
        standard_.insert(action->objectName(), action->shortcuts());
        const QVariant kept = QSettings().value(setting_of(action));
        if (!kept.isValid()) continue;
        QList<QKeySequence> keys;
        for (const QString& text : kept.toStringList()) {
            const QKeySequence key(text, QKeySequence::PortableText);
            if (!key.isEmpty()) keys << key;
        }
        put(action, keys);
    }
}

bool ShortcutKeys::knows(const QAction* action) const {
    return standard_.contains(action->objectName());
}

bool ShortcutKeys::is_changed(const QAction* action) const {
    return knows(action) && action->shortcuts() != standard(action);
}

QList<QKeySequence> ShortcutKeys::standard(const QAction* action) const {
    return standard_.value(action->objectName());
}

void ShortcutKeys::put(QAction* action, const QList<QKeySequence>& keys) {
    const QList<QKeySequence> before = action->shortcuts();
    if (before == keys) return;
    action->setShortcuts(keys);
    show_key(*action, before);
}

void ShortcutKeys::set(QAction* action, const QList<QKeySequence>& keys) {
    if (!knows(action)) return;
    put(action, keys);
    if (keys == standard(action)) {
        QSettings().remove(setting_of(action));
    } else {
        // An empty list says that the command has no key, which differs from no setting at all.
        QStringList texts;
        for (const QKeySequence& key : keys) texts << key.toString(QKeySequence::PortableText);
        if (texts.isEmpty()) texts << QString();
        QSettings().setValue(setting_of(action), texts);
    }
    Q_EMIT changed();
}

void ShortcutKeys::reset(QAction* action) { set(action, standard(action)); }

void ShortcutKeys::reset_all() {
    QSettings().remove("editor/shortcuts");
    for (const viewers::Command& command : viewers::commands_of(*window_))
        if (!command.of_viewer && knows(command.action))
            put(command.action, standard(command.action));
    Q_EMIT changed();
}

QList<QAction*> ShortcutKeys::conflicts(const QAction* action, const QKeySequence& key) const {
    QList<QAction*> found;
    for (const viewers::Command& other : viewers::commands_of(*window_)) {
        if (other.action == action || !other.action->shortcuts().contains(key)) continue;
        if (viewers::keys_meet(*action, *other.action)) found << other.action;
    }
    return found;
}

}  // namespace millrace::editor
