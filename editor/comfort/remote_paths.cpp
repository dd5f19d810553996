#include "editor/comfort/remote_paths.hpp"

#include <QDateTime>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPointer>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace millrace::editor {
namespace {

constexpr int kFolderRole = Qt::UserRole;

QString text_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_string() ? QString::fromStdString(found->as_string()) : QString();
}

std::int64_t number_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    if (!found || !found->is_number()) return 0;
    return found->is_int() ? found->as_int() : static_cast<std::int64_t>(found->as_double());
}

}  // namespace

RemoteFolderDialog::RemoteFolderDialog(Session* session, const QString& host, bool folders_only,
                                       QWidget* parent)
    : QDialog(parent),
      session_(session),
      folders_only_(folders_only),
      place_(new QLineEdit),
      list_(new QTreeWidget),
      fault_(new QLabel) {
    setObjectName("remote-folder");
    setWindowTitle(folders_only ? tr("Choose a folder on %1").arg(host)
                                : tr("Choose a file on %1").arg(host));
    place_->setAccessibleName(tr("Folder"));
    auto* up = new QToolButton;
    up->setIcon(style()->standardIcon(QStyle::SP_FileDialogToParent));
    up->setToolTip(tr("The folder above"));
    up->setAccessibleName(tr("The folder above"));
    auto* line = new QHBoxLayout;
    line->addWidget(place_, 1);
    line->addWidget(up);
    list_->setHeaderLabels({tr("Name"), tr("Size"), tr("Changed")});
    list_->setRootIsDecorated(false);
    list_->setUniformRowHeights(true);
    list_->header()->setStretchLastSection(false);
    list_->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list_->setAccessibleName(tr("Files and folders"));
    fault_->setWordWrap(true);
    fault_->setTextFormat(Qt::PlainText);
    fault_->hide();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Open | QDialogButtonBox::Cancel);
    if (folders_only) buttons->button(QDialogButtonBox::Open)->setText(tr("Choose"));
    auto* column = new QVBoxLayout(this);
    column->addLayout(line);
    column->addWidget(list_, 1);
    column->addWidget(fault_);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &RemoteFolderDialog::accept_current);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(place_, &QLineEdit::returnPressed, this, [this] { go(place_->text()); });
    connect(up, &QToolButton::clicked, this, [this] {
        if (!parent_.isEmpty()) go(parent_);
    });
    connect(list_, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        if (item->data(0, kFolderRole).toBool())
            go(folder_ + '/' + item->text(0));
        else
            accept_current();
    });
    resize(640, 460);
}

/// Enter in the field lists the folder, and does not choose it too.
void RemoteFolderDialog::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && place_->hasFocus()) return event->accept();
    QDialog::keyPressEvent(event);
}

void RemoteFolderDialog::go(const QString& folder) {
    ++waiting_;
    list_->setEnabled(false);
    session_->call(
        "files/list", {{"folder", folder.toStdString()}},
        [self = QPointer<RemoteFolderDialog>(this)](const Session::Answer& answer) {
            if (!self) return;
            --self->waiting_;
            self->list_->setEnabled(true);
            self->fault_->setVisible(answer.problem.has_value());
            if (!answer.problem) return self->show_entries(answer.result);
            const engine::Problem& problem = *answer.problem;
            self->fault_->setText(QString::fromStdString(
                problem.found.empty() ? problem.what : problem.what + ": " + problem.found));
        });
}

void RemoteFolderDialog::show_entries(const engine::Value& answer) {
    folder_ = text_of(answer, "folder");
    parent_ = text_of(answer, "parent");
    place_->setText(folder_);
    list_->clear();
    const engine::Value* entries = answer.find("entries");
    if (!entries || !entries->is_array()) return;
    const QIcon folder = style()->standardIcon(QStyle::SP_DirIcon);
    const QIcon file = style()->standardIcon(QStyle::SP_FileIcon);
    for (const bool folders : {true, false}) {
        if (!folders && folders_only_) break;
        for (const engine::Value& entry : entries->as_array()) {
            const engine::Value* is_folder = entry.find("folder");
            if (!is_folder || !is_folder->is_bool() || is_folder->as_bool() != folders) continue;
            auto* item = new QTreeWidgetItem(list_, {text_of(entry, "name")});
            item->setIcon(0, folders ? folder : file);
            item->setData(0, kFolderRole, folders);
            if (!folders) item->setText(1, QLocale().formattedDataSize(number_of(entry, "bytes")));
            item->setText(
                2, QLocale().toString(QDateTime::fromSecsSinceEpoch(number_of(entry, "changed")),
                                      QLocale::ShortFormat));
            item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        }
    }
}

void RemoteFolderDialog::accept_current() {
    const QTreeWidgetItem* item = list_->currentItem();
    const bool on_folder = item && item->data(0, kFolderRole).toBool();
    if (!folders_only_ && (!item || on_folder)) {
        if (on_folder) go(folder_ + '/' + item->text(0));
        return;
    }
    chosen_ = item ? folder_ + '/' + item->text(0) : folder_;
    if (!chosen_.isEmpty()) accept();
}

QString RemoteFolderDialog::fault() const {
    return fault_->isHidden() ? QString() : fault_->text();
}

QString RemotePaths::choose(QWidget* near, const QString& title, const QString& start,
                            bool folder) const {
    if (host_.isEmpty())
        return folder ? QFileDialog::getExistingDirectory(near, title, start)
                      : QFileDialog::getOpenFileName(near, title, start);
    RemoteFolderDialog dialog(session_, host_, folder, near->window());
    // A file's folder; what is no path there is told in the dialog.
    dialog.go(start.isEmpty()                  ? QStringLiteral(".")
              : folder || !start.contains('/') ? start
                                               : start.section('/', 0, -2));
    return dialog.exec() == QDialog::Accepted ? dialog.chosen() : QString();
}

QString choose_path(QWidget* near, const QString& title, const QString& start, bool folder) {
    // A form may stand in a dock that floats, so the way up goes by parents rather than windows.
    for (QWidget* at = near; at; at = at->parentWidget())
        if (const auto* paths = at->findChild<RemotePaths*>(QString(), Qt::FindDirectChildrenOnly))
            return paths->choose(near, title, start, folder);
    return folder ? QFileDialog::getExistingDirectory(near, title, start)
                  : QFileDialog::getOpenFileName(near, title, start);
}

}  // namespace millrace::editor
