#include "editor/comfort/shortcuts_page.hpp"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "editor/comfort/key_field.hpp"
#include "viewers/common/shortcuts.hpp"

namespace millrace::editor {
namespace {

QAction* action_of(const QTreeWidgetItem* row) {
    return row ? row->data(0, Qt::UserRole).value<QPointer<QAction>>().data() : nullptr;
}

QString plain_text(const QAction& action) {
    QString text = action.text();
    text.remove('&');
    if (text.endsWith(QChar(0x2026))) text.chop(1);
    return text;
}

}  // namespace

ShortcutsPage::ShortcutsPage(QWidget* window, ShortcutKeys* keys, QWidget* parent)
    : QWidget(parent),
      window_(window),
      keys_(keys),
      search_(new QLineEdit),
      list_(new QTreeWidget),
      bar_(new QWidget),
      question_(new QLabel),
      give_(new QPushButton),
      leave_(new QPushButton(tr("Leave as it is"))),
      change_(new QPushButton(tr("Change…"))),
      reset_(new QPushButton(tr("Reset"))),
      reset_all_(new QPushButton(tr("Reset all"))) {
    search_->setPlaceholderText(tr("Search for a command or a key"));
    search_->setAccessibleName(search_->placeholderText());
    search_->setClearButtonEnabled(true);
    list_->setColumnCount(2);
    list_->setHeaderLabels({tr("Command"), tr("Key")});
    list_->setRootIsDecorated(false);
    list_->setIndentation(14);
    list_->setAccessibleName(tr("Commands and their keys"));
    list_->header()->setStretchLastSection(false);
    list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list_->header()->setSectionResizeMode(1, QHeaderView::Fixed);
    list_->header()->resizeSection(1, 210);
    question_->setWordWrap(true);
    auto* asked = new QHBoxLayout(bar_);
    asked->setContentsMargins(0, 0, 0, 0);
    asked->addWidget(question_, 1);
    asked->addWidget(give_);
    asked->addWidget(leave_);
    bar_->hide();
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(change_);
    buttons->addWidget(reset_);
    buttons->addStretch(1);
    buttons->addWidget(reset_all_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(search_);
    column->addWidget(list_, 1);
    column->addWidget(bar_);
    column->addLayout(buttons);
    connect(search_, &QLineEdit::textChanged, this, &ShortcutsPage::narrow);
    connect(list_, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* row, int at) {
        if (at == 1 && action_of(row)) record(action_of(row));
    });
    connect(list_, &QTreeWidget::itemActivated, this,
            [this](QTreeWidgetItem* row) { record(action_of(row)); });
    connect(list_, &QTreeWidget::currentItemChanged, this, &ShortcutsPage::show_buttons);
    connect(change_, &QPushButton::clicked, this,
            [this] { record(action_of(list_->currentItem())); });
    connect(reset_, &QPushButton::clicked, this, [this] {
        if (QAction* action = action_of(list_->currentItem())) keys_->reset(action);
    });
    connect(reset_all_, &QPushButton::clicked, keys_, &ShortcutKeys::reset_all);
    connect(give_, &QPushButton::clicked, this, [this] {
        if (!wanted_by_) return;
        for (QAction* other : keys_->conflicts(wanted_by_, wanted_)) {
            QList<QKeySequence> left = other->shortcuts();
            left.removeAll(wanted_);
            keys_->set(other, left);
        }
        bar_->hide();
        keys_->set(wanted_by_, {wanted_});
    });
    connect(leave_, &QPushButton::clicked, bar_, &QWidget::hide);
    connect(keys, &ShortcutKeys::changed, this, &ShortcutsPage::refresh);
    fill();
}

void ShortcutsPage::fill() {
    keys_->adopt();
    QFont bold = list_->font();
    bold.setBold(true);
    QHash<QString, QTreeWidgetItem*> groups;
    for (const viewers::Command& command : viewers::commands_of(*window_)) {
        const bool fixed = command.of_viewer || !keys_->knows(command.action);
        if (fixed && command.action->shortcuts().isEmpty()) continue;
        QTreeWidgetItem*& group = groups[command.group];
        if (!group) {
            group = new QTreeWidgetItem(list_, {command.group});
            group->setFont(0, bold);
            group->setFlags(Qt::ItemIsEnabled);
        }
        auto* row = new QTreeWidgetItem(group, {command.text});
        row->setData(0, Qt::UserRole, QVariant::fromValue(QPointer<QAction>(command.action)));
        if (!fixed) continue;
        row->setToolTip(1, tr("The keys of viewers are fixed."));
        row->setForeground(1, palette().color(QPalette::Disabled, QPalette::Text));
    }
    list_->expandAll();
    refresh();
}

/// Keys as they are now; bold where they are not the default.
void ShortcutsPage::refresh() {
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
        QTreeWidgetItem* group = list_->topLevelItem(i);
        for (int k = 0; k < group->childCount(); ++k) {
            QTreeWidgetItem* row = group->child(k);
            const QAction* action = action_of(row);
            if (!action) continue;
            row->setText(1, viewers::keys_of(*action));
            QFont font = list_->font();
            font.setBold(keys_->is_changed(action));
            row->setFont(1, font);
        }
    }
    narrow();
    show_buttons();
}

void ShortcutsPage::show_buttons() {
    const QAction* action = action_of(list_->currentItem());
    change_->setEnabled(action && keys_->knows(action));
    reset_->setEnabled(action && keys_->is_changed(action));
}

void ShortcutsPage::narrow() { viewers::narrow_tree(*list_, search_->text()); }

QTreeWidgetItem* ShortcutsPage::row_of(const QAction* action) const {
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
        QTreeWidgetItem* group = list_->topLevelItem(i);
        for (int k = 0; k < group->childCount(); ++k)
            if (action_of(group->child(k)) == action) return group->child(k);
    }
    return nullptr;
}

KeyField* ShortcutsPage::record(QAction* action) {
    QTreeWidgetItem* row = action ? row_of(action) : nullptr;
    if (!row || !keys_->knows(action)) return nullptr;
    bar_->hide();
    end_recording();
    list_->setCurrentItem(row);
    field_ = new KeyField;
    list_->setItemWidget(row, 1, field_);
    connect(field_, &KeyField::recorded, this,
            [this, action = QPointer<QAction>(action)](const QKeySequence& key) {
                end_recording();
                if (action) take(action, key);
            });
    connect(field_, &KeyField::given_up, this, &ShortcutsPage::end_recording);
    field_->setFocus();
    return field_;
}

/// Later, for the field itself is what calls this.
void ShortcutsPage::end_recording() {
    if (!field_) return;
    KeyField* field = field_;
    field_ = nullptr;
    disconnect(field, nullptr, this, nullptr);
    // Who has gone on to another field stays there.
    const bool had_keys = field->hasFocus();
    QTimer::singleShot(0, this, [this, field, had_keys] {
        for (QTreeWidgetItem* row : list_->findItems("*", Qt::MatchWildcard | Qt::MatchRecursive))
            if (list_->itemWidget(row, 1) == field) list_->removeItemWidget(row, 1);
        if (had_keys) list_->setFocus();
    });
}

void ShortcutsPage::take(QAction* action, const QKeySequence& key) {
    if (key.isEmpty()) return keys_->set(action, {});
    const QList<QAction*> others = keys_->conflicts(action, key);
    if (others.isEmpty()) return keys_->set(action, {key});
    ask(action, key, others);
}

void ShortcutsPage::ask(QAction* action, const QKeySequence& key, const QList<QAction*>& others) {
    wanted_by_ = action;
    wanted_ = key;
    QStringList names;
    bool fixed = false;
    for (const QAction* other : others) {
        names << tr("“%1”").arg(plain_text(*other));
        fixed |= !keys_->knows(other);
    }
    const QString shown = key.toString(QKeySequence::NativeText);
    question_->setText(
        fixed ? tr("%1 is the key of %2, which can't be changed.").arg(shown, names.join(", "))
              : tr("%1 is the key of %2 already.").arg(shown, names.join(", ")));
    give_->setText(tr("Give it to “%1”").arg(plain_text(*action)));
    give_->setVisible(!fixed);
    bar_->show();
    (fixed ? leave_ : give_)->setFocus();
}

QString ShortcutsPage::question() const { return bar_->isHidden() ? QString() : question_->text(); }

}  // namespace millrace::editor
