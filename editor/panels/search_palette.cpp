#include "editor/panels/search_palette.hpp"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QScreen>
#include <QVBoxLayout>

#include "editor/panels/list_keys.hpp"

namespace millrace::editor {
namespace {

QIcon family_icon(const std::string& id) {
    QPixmap square(12, 12);
    square.fill(Qt::transparent);
    QPainter painter(&square);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(family_color(id));
    painter.drawRoundedRect(0, 0, 12, 12, 3, 3);
    return QIcon(square);
}

}  // namespace

std::string fitting_port(const engine::NodeType& type, const PortRef& from,
                         const std::string& from_type) {
    std::string open;
    const auto look = [&](const auto& ports) -> std::string {
        for (const auto& port : ports) {
            const bool good = from.output ? fits(port.type, from_type) : fits(from_type, port.type);
            if (!good) continue;
            if (port.type == from_type) return port.name;
            if (open.empty()) open = port.name;
        }
        return {};
    };
    const std::string exact = from.output ? look(type.spec.inputs) : look(type.spec.outputs);
    return exact.empty() ? open : exact;
}

SearchPalette::SearchPalette(QWidget* parent) : QFrame(parent, Qt::Popup) {
    setFrameShape(QFrame::StyledPanel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    field_ = new QLineEdit;
    field_->setPlaceholderText(tr("Search node types"));
    field_->setClearButtonEnabled(true);
    field_->setAccessibleName(tr("Search node types"));
    list_ = new QListWidget;
    list_->setUniformItemSizes(true);
    list_->setFocusPolicy(Qt::NoFocus);
    about_ = new QLabel;
    about_->setWordWrap(true);
    about_->setTextFormat(Qt::PlainText);
    about_->setMinimumHeight(fontMetrics().lineSpacing() * 3);
    about_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    column->addWidget(field_);
    column->addWidget(list_, 1);
    column->addWidget(about_);
    resize(380, 420);
    field_->installEventFilter(this);
    connect(field_, &QLineEdit::textChanged, this, [this] { fill(); });
    connect(field_, &QLineEdit::returnPressed, this, [this] { choose(); });
    connect(list_, &QListWidget::itemClicked, this, [this] { choose(); });
    connect(list_, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        about_->setText(item ? item->data(Qt::UserRole + 1).toString() : QString());
    });
}

void SearchPalette::open(std::shared_ptr<const Catalogue> catalogue, QPoint screen, QPointF place,
                         std::optional<PortRef> from, const PortFace* face) {
    catalogue_ = std::move(catalogue);
    place_ = place;
    from_ = std::move(from);
    from_type_ = face ? face->type : std::string();
    field_->clear();
    fill();
    if (QScreen* there = this->screen()) {
        const QRect room = there->availableGeometry();
        screen.setX(
            std::clamp(screen.x(), room.left(), std::max(room.left(), room.right() - width())));
        screen.setY(
            std::clamp(screen.y(), room.top(), std::max(room.top(), room.bottom() - height())));
    }
    move(screen);
    show();
    field_->setFocus();
}

void SearchPalette::fill() {
    list_->clear();
    for (const engine::NodeType* type : catalogue_->search(field_->text())) {
        const std::string port = from_ ? fitting_port(*type, *from_, from_type_) : std::string();
        if (from_ && port.empty()) continue;
        auto* item = new QListWidgetItem(family_icon(type->spec.id),
                                         tr("%1    %2")
                                             .arg(QString::fromStdString(type->spec.title),
                                                  QString::fromStdString(type->spec.group)));
        item->setData(Qt::UserRole, QString::fromStdString(type->spec.id));
        item->setData(Qt::UserRole + 1, QString::fromStdString(type->spec.doc));
        item->setData(Qt::UserRole + 2, QString::fromStdString(port));
        list_->addItem(item);
    }
    list_->setCurrentRow(0);
    if (list_->count() == 0)
        about_->setText(catalogue_->empty() ? tr("The worker has not told its node types yet.")
                                            : tr("No node type matches."));
}

void SearchPalette::choose() {
    const QListWidgetItem* item = list_->currentItem();
    if (!item) return;
    const QString type = item->data(Qt::UserRole).toString();
    const QString port = item->data(Qt::UserRole + 2).toString();
    hide();
    Q_EMIT chosen(type, place_, port);
}

/// Up and down walk the list while the field has the focus.
bool SearchPalette::eventFilter(QObject* watched, QEvent* event) {
    return (watched == field_ && walk_list(*list_, *event)) || QFrame::eventFilter(watched, event);
}

}  // namespace millrace::editor
