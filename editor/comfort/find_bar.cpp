#include "editor/comfort/find_bar.hpp"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/frame_item.hpp"
#include "editor/canvas/items.hpp"

namespace millrace::editor {
namespace {

constexpr int kWidth = 380;
constexpr double kLeastZoom = 0.3;

QToolButton* button(const QString& text, const QString& tip) {
    auto* made = new QToolButton;
    made->setAutoRaise(true);
    made->setText(text);
    made->setToolTip(tip);
    made->setAccessibleName(tip);
    return made;
}

}  // namespace

FindBar::FindBar(CanvasView* view)
    : QFrame(view), view_(view), field_(new QLineEdit), count_(new QLabel), where_(new QLabel) {
    setObjectName("find-bar");
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Window);
    field_->setPlaceholderText(tr("Find nodes, parameters, values, notes"));
    field_->setAccessibleName(tr("Find in the graph"));
    field_->setClearButtonEnabled(true);
    field_->installEventFilter(this);
    count_->setMinimumWidth(count_->fontMetrics().horizontalAdvance("000 of 000"));
    count_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    where_->setTextFormat(Qt::PlainText);
    where_->setForegroundRole(QPalette::PlaceholderText);
    where_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* back = button(QStringLiteral("↑"), tr("The one before (Shift+F3)"));
    auto* next = button(QStringLiteral("↓"), tr("The next one (F3)"));
    auto* close = button(QStringLiteral("✕"), tr("Close (Esc)"));
    connect(back, &QToolButton::clicked, this, [this] { go(-1); });
    connect(next, &QToolButton::clicked, this, [this] { go(1); });
    connect(close, &QToolButton::clicked, this, &FindBar::close_bar);
    connect(field_, &QLineEdit::textChanged, this, &FindBar::search);
    auto* line = new QHBoxLayout;
    line->setSpacing(4);
    line->addWidget(field_, 1);
    line->addWidget(count_);
    for (QToolButton* one : {back, next, close}) line->addWidget(one);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 6, 6, 6);
    column->setSpacing(2);
    column->addLayout(line);
    column->addWidget(where_);
    field_->setMinimumWidth(kWidth - 170);
    // Numbers stay true while the graph is changed; what is shown stays where it is.
    connect(view->canvas()->document(), &Document::changed, this, [this](bool) {
        if (!isHidden()) search();
    });
    connect(view->canvas()->document(), &Document::started, this, &FindBar::close_bar);
    hide();
}

void FindBar::open() {
    show();
    raise();
    field_->setFocus();
    field_->selectAll();
    search();
}

void FindBar::close_bar() {
    if (isHidden()) return;
    hide();
    view_->setFocus();
}

void FindBar::search() {
    const std::optional<GraphHit> shown =
        at_ >= 0 ? std::optional(hits_[static_cast<std::size_t>(at_)]) : std::nullopt;
    hits_ = search_graph(view_->canvas()->document()->graph(), view_->canvas()->catalogue(),
                         field_->text());
    at_ = -1;
    for (std::size_t i = 0; shown && i < hits_.size(); ++i)
        if (hits_[i].path == shown->path && hits_[i].kind == shown->kind &&
            hits_[i].id == shown->id)
            at_ = static_cast<int>(i);
    show_count();
}

void FindBar::go(int step) {
    if (isHidden() || field_->text().isEmpty()) return open();
    const int count = static_cast<int>(hits_.size());
    if (count == 0) return;
    if (at_ < 0)
        at_ = step > 0 ? 0 : count - 1;
    else
        at_ = (at_ + step + count) % count;
    show_hit();
    show_count();
}

void FindBar::show_hit() {
    const GraphHit& hit = hits_[static_cast<std::size_t>(at_)];
    CanvasScene* scene = view_->canvas();
    if (scene->path() != hit.path) scene->set_path(hit.path);
    if (hit.kind == GraphHit::Kind::Node) {
        scene->select_nodes({hit.id});
        if (view_->zoom() < kLeastZoom) view_->set_zoom(1);  // from afar it would not be seen
        if (const NodeItem* item = scene->node(hit.id)) view_->centerOn(item);
        return;
    }
    const auto kind =
        hit.kind == GraphHit::Kind::Note ? FrameItem::Kind::Note : FrameItem::Kind::Backdrop;
    scene->clearSelection();
    for (QGraphicsItem* item : scene->items()) {
        auto* frame = qgraphicsitem_cast<FrameItem*>(item);
        if (!frame || frame->kind() != kind || frame->id() != hit.id) continue;
        frame->setSelected(true);
        view_->centerOn(frame);
    }
}

void FindBar::show_count() {
    if (field_->text().trimmed().isEmpty())
        count_->clear();
    else if (hits_.empty())
        count_->setText(tr("nothing"));
    else if (at_ < 0)
        count_->setText(tr("%n found", nullptr, static_cast<int>(hits_.size())));
    else
        count_->setText(tr("%1 of %2").arg(at_ + 1).arg(hits_.size()));
    QString where;
    if (at_ >= 0) {
        const GraphHit& hit = hits_[static_cast<std::size_t>(at_)];
        QStringList parts;
        for (const std::string& name : hit.path) parts << QString::fromStdString(name);
        parts << hit.name;
        where = parts.join(QStringLiteral(" › "));
        if (!hit.match.isEmpty()) where += QStringLiteral("  ·  ") + hit.match.simplified();
    }
    where_->setText(where_->fontMetrics().elidedText(where, Qt::ElideMiddle, kWidth - 30));
    where_->setToolTip(where);
    where_->setVisible(!where.isEmpty());
}

QString FindBar::told() const { return count_->text() + '\n' + where_->toolTip(); }

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == field_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            go(key->modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1);
            return true;
        }
        if (key->key() == Qt::Key_Escape) {
            close_bar();
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

}  // namespace millrace::editor
