#include "editor/comfort/command_palette.hpp"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPointer>
#include <QSettings>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QVBoxLayout>

#include "editor/comfort/fuzzy.hpp"
#include "editor/panels/list_keys.hpp"

namespace millrace::editor {
namespace {

constexpr int kMostRecent = 8, kMargin = 10, kGap = 16;
constexpr int kActionRole = Qt::UserRole, kGroupRole = Qt::UserRole + 1,
              kKeysRole = Qt::UserRole + 2, kReasonRole = Qt::UserRole + 3;
const QString kRecent = QStringLiteral("editor/recent_commands");

/// Command and group at the left, keys, or the reason why not, at the right.
class CommandDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {200, option.fontMetrics.height() + 12};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const bool usable = index.data(kReasonRole).isNull();
        const QPalette& palette = option.palette;
        if (selected) painter->fillRect(option.rect, palette.color(QPalette::Highlight));
        QRect place = option.rect.adjusted(kMargin, 0, -kMargin, 0);
        const QColor strong = palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
        const QColor faint = selected ? strong : palette.color(QPalette::PlaceholderText);
        const QString right =
            usable ? index.data(kKeysRole).toString() : index.data(kReasonRole).toString();
        painter->save();
        painter->setFont(option.font);
        painter->setPen(faint);
        painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter, right);
        if (!right.isEmpty())
            place.setRight(place.right() - option.fontMetrics.horizontalAdvance(right) - kGap);
        painter->setPen(usable ? strong : faint);
        const QString text =
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, place.width());
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter, text);
        place.setLeft(place.left() + option.fontMetrics.horizontalAdvance(text) + kGap);
        painter->setPen(faint);
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(index.data(kGroupRole).toString(),
                                                        Qt::ElideRight, place.width()));
        painter->restore();
    }
};

QString name_of(const viewers::Command& command) {
    return command.action->objectName().isEmpty() ? command.group + QLatin1Char('/') + command.text
                                                  : command.action->objectName();
}

}  // namespace

CommandPalette::CommandPalette(QWidget* window, std::function<QString(const QAction&)> reason)
    : QFrame(window, Qt::Popup), window_(window), reason_(std::move(reason)) {
    setObjectName("command-palette");
    setFrameShape(QFrame::StyledPanel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    field_ = new QLineEdit;
    field_->setPlaceholderText(tr("Search for a command"));
    field_->setAccessibleName(tr("Search for a command"));
    field_->setClearButtonEnabled(true);
    list_ = new QListWidget;
    list_->setItemDelegate(new CommandDelegate(list_));
    list_->setUniformItemSizes(true);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setAccessibleName(tr("Commands"));
    column->addWidget(field_);
    column->addWidget(list_, 1);
    field_->installEventFilter(this);
    connect(field_, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(field_, &QLineEdit::returnPressed, this, &CommandPalette::choose);
    connect(list_, &QListWidget::itemClicked, this, &CommandPalette::choose);
}

void CommandPalette::open() {
    field_->clear();
    fill();
    const int width = std::min(640, window_->width() - 40);
    resize(width, std::min(460, window_->height() - 120));
    move(window_->mapToGlobal(QPoint((window_->width() - width) / 2, 70)));
    show();
    field_->setFocus();
}

void CommandPalette::fill() {
    // Anew at each key: a viewer and its commands may be gone while the palette is open.
    commands_ = viewers::commands_of(*window_);
    list_->clear();
    const QString typed = field_->text().trimmed();
    const QStringList recent = QSettings().value(kRecent).toStringList();
    struct Rated {
        const viewers::Command* command;
        int score;
    };
    std::vector<Rated> rated;
    for (const viewers::Command& command : commands_) {
        int score = std::max(2 * fuzzy_score(typed, command.text),
                             fuzzy_score(typed, command.group + ' ' + command.text));
        if (score == 0) continue;
        // Among equals, and before anything is typed, what was used last comes first.
        if (const auto place = recent.indexOf(name_of(command)); place >= 0)
            score += 2 * (kMostRecent - static_cast<int>(place)) + (typed.isEmpty() ? 1000 : 0);
        rated.push_back({&command, score});
    }
    std::ranges::stable_sort(rated, std::greater(), &Rated::score);
    for (const auto& [command, score] : rated) {
        auto* item = new QListWidgetItem(command->text, list_);
        item->setData(kActionRole, QVariant::fromValue(QPointer<QAction>(command->action)));
        item->setData(kGroupRole, command->group);
        item->setData(kKeysRole, viewers::keys_of(*command->action));
        if (!command->action->isEnabled()) {
            const QString why = reason_(*command->action);
            item->setData(kReasonRole, why.isEmpty() ? tr("not now") : why);
        }
        item->setToolTip(command->action->statusTip());
    }
    if (list_->count() == 0) {
        auto* none = new QListWidgetItem(tr("No command matches."), list_);
        none->setFlags(Qt::NoItemFlags);
        none->setData(kReasonRole, QString());
    }
    list_->setCurrentRow(0);
}

QStringList CommandPalette::listed() const {
    QStringList texts;
    for (int row = 0; row < list_->count(); ++row) {
        const QListWidgetItem* item = list_->item(row);
        texts << item->data(kGroupRole).toString() + QStringLiteral(": ") + item->text();
    }
    return texts;
}

void CommandPalette::choose() {
    const QListWidgetItem* item = list_->currentItem();
    if (!item) return;
    const auto action = item->data(kActionRole).value<QPointer<QAction>>();
    if (!action || !action->isEnabled()) return;
    for (const viewers::Command& command : commands_) {
        if (command.action != action) continue;
        QStringList recent = QSettings().value(kRecent).toStringList();
        recent.removeAll(name_of(command));
        recent.prepend(name_of(command));
        QSettings().setValue(kRecent, recent.mid(0, kMostRecent));
    }
    hide();
    // After the popup is gone: a command may open a dialog.
    QTimer::singleShot(0, action, [action] { action->trigger(); });
}

/// Up and down walk the list while the field has the focus.
bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    return (watched == field_ && walk_list(*list_, *event)) || QFrame::eventFilter(watched, event);
}

}  // namespace millrace::editor
