// How an arrangement of panes is written down and read again, and how panes are dragged.
#include <QDrag>
#include <QDragEnterEvent>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMimeData>
#include <QRubberBand>
#include <algorithm>

#include "viewers/view/pane_area.hpp"

namespace millrace::view {
namespace {

constexpr int kMostDepth = 12;
constexpr int kMostParts = 64;
constexpr double kMostPixels = 100'000;

const QString kPane = QStringLiteral("pane");
const QString kAcross = QStringLiteral("across");
const QString kSizes = QStringLiteral("sizes");
const QString kParts = QStringLiteral("parts");

}  // namespace

QJsonObject PaneArea::described(const QWidget* part) const {
    if (const auto* pane = qobject_cast<const Pane*>(part)) return {{kPane, pane->title()}};
    QJsonArray sizes, parts;
    const auto* splitter = qobject_cast<const QSplitter*>(part);
    if (!splitter) return {};
    for (const int size : splitter->sizes()) sizes.append(size);
    for (int i = 0; i < splitter->count(); ++i) parts.append(described(splitter->widget(i)));
    return {{kAcross, splitter->orientation() == Qt::Horizontal}, {kSizes, sizes}, {kParts, parts}};
}

QByteArray PaneArea::arrangement() const {
    return QJsonDocument(described(root_)).toJson(QJsonDocument::Compact);
}

QWidget* PaneArea::build(const QJsonObject& node, int depth, std::vector<Pane*>& left) {
    if (const QJsonValue title = node[kPane]; title.isString()) {
        const auto found = std::ranges::find_if(
            left, [&](const Pane* pane) { return pane->title() == title.toString(); });
        if (found == left.end()) return nullptr;
        Pane* pane = *found;
        left.erase(found);
        return pane;
    }
    const QJsonArray parts = node[kParts].toArray(), sizes = node[kSizes].toArray();
    if (depth > kMostDepth || parts.size() > kMostParts) return nullptr;
    QSplitter* splitter = make_splitter(node[kAcross].toBool() ? Qt::Horizontal : Qt::Vertical);
    QList<int> shares;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        QWidget* part = build(parts[i].toObject(), depth + 1, left);
        if (!part) continue;
        splitter->addWidget(part);
        // A hidden pane has no size, and one that was squeezed away would not be found again.
        const double size = sizes.at(i).toDouble();
        shares << (size >= 1 ? static_cast<int>(std::min(size, kMostPixels)) : 100);
    }
    if (splitter->count() == 0) {
        delete splitter;
        return nullptr;
    }
    splitter->setSizes(shares);
    return splitter;
}

bool PaneArea::restore(const QByteArray& arrangement) {
    const QJsonObject described = QJsonDocument::fromJson(arrangement).object();
    std::vector<Pane*> left = panes_;
    QWidget* built = build(described, 0, left);
    if (!built) return false;
    auto* root = qobject_cast<QSplitter*>(built);
    if (!root) {
        root = make_splitter(Qt::Horizontal);
        root->addWidget(built);
    }
    const QList<int> sizes = root->sizes();
    set_root(root);
    tidy();
    refresh_all();
    if (root->count() == sizes.size()) root->setSizes(sizes);
    by_hand_ = true;
    return true;
}

void PaneArea::drag(Pane* pane) {
    if (panes_.size() < 2) return;
    auto* data = new QMimeData;
    data->setData(QString::fromLatin1(Pane::kDragged), pane->title().toUtf8());
    auto* drag = new QDrag(pane);
    drag->setMimeData(data);
    constexpr int kPicture = 180;  // pixels of what hangs on the pointer
    drag->setPixmap(pane->grab().scaledToWidth(kPicture, Qt::SmoothTransformation));
    dragged_ = pane;
    drag->exec(Qt::MoveAction);
    dragged_ = nullptr;
    zone_->hide();
}

std::pair<Pane*, PaneArea::Side> PaneArea::drop_place(QPoint place) const {
    for (Pane* pane : shown()) {
        const QRect area(pane->mapTo(this, QPoint()), pane->size());
        if (!area.contains(place)) continue;
        const double x = static_cast<double>(place.x() - area.x()) / area.width(),
                     y = static_cast<double>(place.y() - area.y()) / area.height();
        const std::pair<double, Side> sides[] = {
            {x, Side::Left}, {1 - x, Side::Right}, {y, Side::Top}, {1 - y, Side::Bottom}};
        const auto nearest = *std::ranges::min_element(sides);
        constexpr double kEdge = 0.25;
        return {pane, nearest.first < kEdge ? nearest.second : Side::Swap};
    }
    return {nullptr, Side::Swap};
}

void PaneArea::dragEnterEvent(QDragEnterEvent* event) {
    if (dragged_ && event->mimeData()->hasFormat(QString::fromLatin1(Pane::kDragged)))
        event->acceptProposedAction();
    else
        event->ignore();  // files are for the window
}

void PaneArea::dragMoveEvent(QDragMoveEvent* event) {
    const auto [target, side] = drop_place(event->position().toPoint());
    if (!dragged_ || !target || target == dragged_) {
        zone_->hide();
        event->ignore();
        return;
    }
    QRect area(target->mapTo(this, QPoint()), target->size());
    if (side == Side::Left) area.setWidth(area.width() / 2);
    if (side == Side::Right) area.setLeft(area.center().x());
    if (side == Side::Top) area.setHeight(area.height() / 2);
    if (side == Side::Bottom) area.setTop(area.center().y());
    zone_->setGeometry(area);
    zone_->raise();
    zone_->show();
    event->acceptProposedAction();
}

void PaneArea::dragLeaveEvent(QDragLeaveEvent*) { zone_->hide(); }

void PaneArea::dropEvent(QDropEvent* event) {
    zone_->hide();
    if (drop(dragged_, event->position().toPoint()))
        event->acceptProposedAction();
    else
        event->ignore();
}

bool PaneArea::drop(Pane* pane, QPoint place) {
    const auto [target, side] = drop_place(place);
    if (!pane || !target || target == pane) return false;
    move_pane(pane, target, side);
    return true;
}

}  // namespace millrace::view
