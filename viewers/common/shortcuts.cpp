#include "viewers/common/shortcuts.hpp"

#include <QAction>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QRegularExpression>
#include <QSet>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>

namespace millrace::viewers {
namespace {

constexpr const char* kTitle = "millrace_viewer_title";

QString plain(QString text) {
    static const QRegularExpression mnemonic(
        QStringLiteral("\\(&.\\)|&(?=.)"));  // "Open(&O)" is how Chinese menus write them
    text.remove(mnemonic);
    if (text.endsWith(QChar(0x2026))) text.chop(1);
    return text.trimmed();
}

QList<QAction*> with_keys(const QWidget& widget) {
    QList<QAction*> found;
    for (QAction* action : widget.findChildren<QAction*>()) {
        if (!keys_of(*action).isEmpty()) found << action;
    }
    for (QAction* action : widget.actions()) {
        if (!keys_of(*action).isEmpty() && !found.contains(action)) found << action;
    }
    return found;
}

/// The title of the viewer that `action` belongs to; empty when to none.
QString viewer_title(const QAction& action) {
    QString title;
    for (const QObject* at = action.parent(); at; at = at->parent()) {
        const QVariant found = at->property(kTitle);
        if (found.isValid()) title = found.toString();
    }
    return title;
}

bool is_of_viewer(const QAction& action) {
    for (const QObject* at = action.parent(); at; at = at->parent())
        if (qobject_cast<const Viewer*>(at)) return true;
    return false;
}

using Titles = QHash<const QAction*, QString>;

void add_titles(const QList<QAction*>& actions, const QString& title, Titles& titles) {
    for (const QAction* action : actions) {
        if (action->menu())
            add_titles(action->menu()->actions(), plain(action->text()), titles);
        else if (!title.isEmpty())
            titles.insert(action, title);
    }
}

/// Menus by the actions that stand in them.
Titles menu_titles(const QWidget& window) {
    Titles titles;
    for (const QMenuBar* bar : window.findChildren<QMenuBar*>())
        add_titles(bar->actions(), {}, titles);
    return titles;
}

bool holds(const QWidget& outer, const QWidget& inner) {
    return &outer == &inner || outer.isAncestorOf(&inner);
}

/// The widgets where the action's keys work; an action without one works in the whole window.
struct Reach {
    bool everywhere = false;
    QList<const QWidget*> widgets;
};

Reach reach_of(const QAction& action) {
    Reach reach;
    for (const QObject* object : action.associatedObjects()) {
        if (const auto* widget = qobject_cast<const QWidget*>(object)) reach.widgets << widget;
    }
    reach.everywhere = action.shortcutContext() == Qt::WindowShortcut ||
                       action.shortcutContext() == Qt::ApplicationShortcut;
    return reach;
}

bool meet(const Reach& a, const Reach& b) {
    if (a.everywhere || b.everywhere) return true;
    for (const QWidget* one : a.widgets) {
        for (const QWidget* other : b.widgets) {
            if (holds(*one, *other) || holds(*other, *one)) return true;
        }
    }
    return false;
}

}  // namespace

QString keys_of(const QAction& action) {
    QStringList keys;
    for (const QKeySequence& key : action.shortcuts()) {
        if (!key.isEmpty()) keys << key.toString(QKeySequence::NativeText);
    }
    return keys.join(QStringLiteral(", "));
}

bool keys_meet(const QAction& a, const QAction& b) { return meet(reach_of(a), reach_of(b)); }

QList<Command> commands_of(const QWidget& window) {
    QList<Command> list;
    QSet<const QAction*> seen;
    const auto add = [&](QAction* action, const QString& group) {
        const QString text = plain(action->text());
        if (action->menu() || action->isSeparator() || text.isEmpty() || seen.contains(action))
            return;
        seen.insert(action);
        list << Command{action, group, text, is_of_viewer(*action)};
    };
    const auto walk = [&](const auto& self, const QList<QAction*>& actions,
                          const QString& group) -> void {
        for (QAction* action : actions) {
            if (action->menu())
                self(self, action->menu()->actions(), plain(action->text()));
            else if (!group.isEmpty())
                add(action, group);
        }
    };
    for (const QMenuBar* bar : window.findChildren<QMenuBar*>()) walk(walk, bar->actions(), {});
    for (QAction* action : window.findChildren<QAction*>()) {
        const QString title = viewer_title(*action);
        // What has no name is made for the moment, as the entries of a list of recent files are.
        if (!is_of_viewer(*action) && action->objectName().isEmpty()) continue;
        const char* other = is_of_viewer(*action) ? QT_TRANSLATE_NOOP("Shortcuts", "Viewer")
                                                  : QT_TRANSLATE_NOOP("Shortcuts", "Window");
        add(action, title.isEmpty() ? QCoreApplication::translate("Shortcuts", other) : title);
    }
    return list;
}

void set_viewer_title(Viewer& viewer, const QString& title) { viewer.setProperty(kTitle, title); }

QList<Shortcut> shortcuts_of(const Registry::Entry& entry) {
    QList<Shortcut> list;
    const std::unique_ptr<Viewer> viewer(entry.make(nullptr));
    for (const QAction* action : with_keys(*viewer)) {
        const Shortcut shortcut{entry.title, plain(action->text()), keys_of(*action)};
        if (!shortcut.text.isEmpty() && !list.contains(shortcut)) list << shortcut;
    }
    return list;
}

QList<Shortcut> shortcuts_of(const QWidget& window) {
    QList<Shortcut> list;
    const auto titles = menu_titles(window);
    const auto add = [&](const QAction& action, const QString& group) {
        const Shortcut shortcut{group, plain(action.text()), keys_of(action)};
        if (!shortcut.text.isEmpty() && !list.contains(shortcut)) list << shortcut;
    };
    const QList<QAction*> actions = with_keys(window);
    for (const QAction* action : actions) {
        if (titles.contains(action)) add(*action, titles[action]);
    }
    for (const QAction* action : actions) {
        if (titles.contains(action) || !viewer_title(*action).isEmpty()) continue;
        add(*action, QCoreApplication::translate("Shortcuts", "Window"));
    }
    for (const QAction* action : actions) {
        if (const QString title = viewer_title(*action);
            !title.isEmpty() && !titles.contains(action))
            add(*action, title);
    }
    QHash<QString, qsizetype> places;
    for (qsizetype i = 0; i < list.size(); ++i)
        places.insert(list[i].group, places.value(list[i].group, i));
    std::ranges::stable_sort(list, {}, [&](const Shortcut& one) { return places[one.group]; });
    return list;
}

QStringList shortcut_conflicts(const QWidget& window) {
    QStringList told;
    const QList<QAction*> actions = with_keys(window);
    for (qsizetype i = 0; i < actions.size(); ++i) {
        const Reach reach = reach_of(*actions[i]);
        for (qsizetype k = i + 1; k < actions.size(); ++k) {
            for (const QKeySequence& key : actions[i]->shortcuts()) {
                if (key.isEmpty() || !actions[k]->shortcuts().contains(key)) continue;
                if (!meet(reach, reach_of(*actions[k]))) continue;
                told << QCoreApplication::translate("Shortcuts", "%1: \"%2\" and \"%3\"")
                            .arg(key.toString(QKeySequence::NativeText), plain(actions[i]->text()),
                                 plain(actions[k]->text()));
            }
        }
    }
    return told;
}

ShortcutsDialog::ShortcutsDialog(const Registry& registry, QWidget* window)
    : QDialog(window),
      waiting_(registry.all()),
      search_(new QLineEdit(this)),
      list_(new QTreeWidget(this)) {
    setWindowTitle(tr("Keyboard shortcuts"));
    setObjectName(QStringLiteral("shortcuts"));
    search_->setPlaceholderText(tr("Search for a command or a key"));
    search_->setAccessibleName(tr("Search for a command or a key"));
    search_->setClearButtonEnabled(true);
    list_->setHeaderHidden(true);
    list_->setColumnCount(2);
    list_->setRootIsDecorated(false);
    list_->setIndentation(12);
    list_->setAccessibleName(tr("Commands and their keys"));
    list_->setSelectionMode(QAbstractItemView::SingleSelection);
    add(shortcuts_of(*window));
    list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    list_->header()->setStretchLastSection(false);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->addWidget(search_);
    column->addWidget(list_, 1);
    column->addWidget(buttons);
    connect(search_, &QLineEdit::textChanged, this, &ShortcutsDialog::narrow);
    resize(520, 620);
    search_->setFocus();
    add_next();
}

void ShortcutsDialog::add(const QList<Shortcut>& shortcuts) {
    QFont bold = list_->font();
    bold.setBold(true);
    QTreeWidgetItem* group = nullptr;
    for (const Shortcut& shortcut : shortcuts) {
        if (!group || group->text(0) != shortcut.group) {
            group = new QTreeWidgetItem(list_, {shortcut.group});
            group->setFont(0, bold);
            group->setFlags(Qt::ItemIsEnabled);
            group->setFirstColumnSpanned(true);
        }
        auto* row = new QTreeWidgetItem(group, {shortcut.text, shortcut.keys});
        row->setToolTip(0, shortcut.text);
    }
    list_->expandAll();
}

void ShortcutsDialog::add_next() {
    std::erase_if(waiting_, [this](const Registry::Entry& entry) {
        return !list_->findItems(entry.title, Qt::MatchExactly).isEmpty();
    });
    if (waiting_.empty()) return;
    QTimer::singleShot(0, this, [this] {
        const Registry::Entry entry = waiting_.front();
        waiting_.erase(waiting_.begin());
        add(shortcuts_of(entry));
        narrow(search_->text());
        add_next();
    });
}

void ShortcutsDialog::narrow(const QString& words) { narrow_tree(*list_, words); }

void narrow_tree(QTreeWidget& tree, const QString& words) {
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (int i = 0; i < tree.topLevelItemCount(); ++i) {
        QTreeWidgetItem* group = tree.topLevelItem(i);
        bool any = false;
        for (int k = 0; k < group->childCount(); ++k) {
            QTreeWidgetItem* row = group->child(k);
            const QString all =
                group->text(0) + QLatin1Char(' ') + row->text(0) + QLatin1Char(' ') + row->text(1);
            const bool shown = std::ranges::all_of(wanted, [&](const QString& word) {
                return all.contains(word, Qt::CaseInsensitive);
            });
            row->setHidden(!shown);
            any |= shown;
        }
        group->setHidden(!any);
    }
}

}  // namespace millrace::viewers
