#include "viewers/view/pane_area.hpp"

#include <QApplication>
#include <QDrag>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QRubberBand>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace millrace::view {
namespace {

Qt::Orientation across(PaneArea::Side side) {
    return side == PaneArea::Side::Left || side == PaneArea::Side::Right ? Qt::Horizontal
                                                                         : Qt::Vertical;
}

bool after(PaneArea::Side side) {
    return side == PaneArea::Side::Right || side == PaneArea::Side::Bottom;
}

}  // namespace

PaneArea::PaneArea(QWidget* parent) : QWidget(parent), zone_(nullptr) {
    setAcceptDrops(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    root_ = make_splitter(Qt::Horizontal);
    column->addWidget(root_);
    zone_ = new QRubberBand(QRubberBand::Rectangle, this);
    connect(qApp, &QApplication::focusChanged, this,
            [this](QWidget*, QWidget* now) { focus_changed(now); });
}

QSplitter* PaneArea::make_splitter(Qt::Orientation across) {
    auto* splitter = new QSplitter(across, this);
    splitter->setChildrenCollapsible(false);
    connect(splitter, &QSplitter::splitterMoved, this, &PaneArea::note_move);
    return splitter;
}

void PaneArea::note_move() {
    by_hand_ = true;
    Q_EMIT moved_by_hand();
}

void PaneArea::add(Pane* pane, bool main) {
    panes_.insert(main ? panes_.begin() : panes_.end(), pane);
    has_main_ |= main;
    connect(pane, &Pane::close_wanted, this, [this, pane] { Q_EMIT close_wanted(pane); });
    connect(pane, &Pane::maximise_wanted, this, [this, pane] { toggle_maximised(pane); });
    connect(pane, &Pane::drag_wanted, this, [this, pane] { drag(pane); });
    root_->addWidget(pane);
    if (maximised_) toggle_maximised(maximised_);
    refresh_all();
}

void PaneArea::remove(Pane* pane) {
    if (std::erase(panes_, pane) == 0) return;
    if (maximised_ == pane) maximised_ = nullptr;
    pane->hide();
    pane->setParent(nullptr);
    pane->deleteLater();
    tidy();
    refresh_all();
}

std::vector<Pane*> PaneArea::shown() const {
    std::vector<Pane*> found;
    for (Pane* pane : panes_) {
        if (pane->isVisibleTo(this)) found.push_back(pane);
    }
    std::ranges::stable_sort(found, {}, [this](const Pane* pane) {
        const QPoint place = pane->mapTo(this, QPoint());
        return std::pair(place.x(), place.y());
    });
    return found;
}

std::vector<Pane*> PaneArea::order() const {
    if (!maximised_) return shown();
    std::vector<Pane*> found;
    std::ranges::copy_if(panes_, std::back_inserter(found), &Pane::open);
    return found;
}

Pane* PaneArea::pane_of(const QWidget* widget) const {
    for (; widget; widget = widget->parentWidget()) {
        const auto found = std::ranges::find(panes_, widget);
        if (found != panes_.end()) return *found;
    }
    return nullptr;
}

/// Panes keep living while splitters come and go.
void PaneArea::set_root(QSplitter* root) {
    Pane* const had_keys = pane_of(QApplication::focusWidget());
    QSplitter* before = std::exchange(root_, root);
    delete layout()->replaceWidget(before, root_);
    for (Pane* pane : panes_) {
        if (!root_->isAncestorOf(pane)) root_->addWidget(pane);
    }
    before->hide();
    before->deleteLater();
    root_->show();
    refresh_all();
    if (had_keys) had_keys->take_focus();
}

void PaneArea::arrange(bool below) {
    const std::size_t first = has_main_ ? 1 : 0;
    const std::size_t count = panes_.size() - first;
    below = below && has_main_;
    QSplitter* whole = make_splitter(below ? Qt::Vertical : Qt::Horizontal);
    if (has_main_) whole->addWidget(panes_.front());
    // Panes of a column, or of a row under the main pane.
    const std::size_t most = count <= 6 ? 3 : count <= 12 ? 4 : 5;
    const std::size_t stacks = has_main_ ? (count + most - 1) / most
                                         : static_cast<std::size_t>(std::ceil(std::sqrt(count)));
    const std::size_t each = stacks == 0 ? 0 : (count + stacks - 1) / stacks;
    for (std::size_t i = 0; i < stacks; ++i) {
        QSplitter* stack = make_splitter(below ? Qt::Horizontal : Qt::Vertical);
        whole->addWidget(stack);
        for (std::size_t k = i * each; k < std::min(count, (i + 1) * each); ++k)
            stack->addWidget(panes_[first + k]);
        stack->setSizes(QList<int>(stack->count(), 100));
    }
    QList<int> sizes(whole->count(), 100);
    // The main pane keeps nearly half, however many there are.
    if (has_main_ && count > 0)
        sizes[0] = stacks == 1 ? 180 : std::max(130, 85 * static_cast<int>(stacks));
    set_root(whole);
    whole->setSizes(sizes);
    by_hand_ = false;
}

void PaneArea::move_pane(Pane* pane, Pane* target, Side side) {
    if (!pane || !target || pane == target) return;
    auto* from = qobject_cast<QSplitter*>(pane->parentWidget());
    auto* to = qobject_cast<QSplitter*>(target->parentWidget());
    if (!from || !to) return;
    Pane* const had_keys = pane_of(QApplication::focusWidget());
    if (side == Side::Swap) {
        auto* hole = new QWidget;
        from->replaceWidget(from->indexOf(pane), hole);
        to->replaceWidget(to->indexOf(target), pane);
        from->replaceWidget(from->indexOf(hole), target);
        delete hole;
    } else {
        pane->setParent(this);
        int place = to->indexOf(target);
        QList<int> sizes = to->sizes();
        if (to->orientation() != across(side) && to->count() > 1) {
            QSplitter* both = make_splitter(across(side));
            to->replaceWidget(place, both);
            both->addWidget(target);
            to->setSizes(sizes);
            to = both;
            place = 0;
            sizes = {100};
        }
        to->setOrientation(across(side));
        to->insertWidget(place + (after(side) ? 1 : 0), pane);
        const int half = std::max(1, sizes[place] / 2);
        sizes[place] = std::max(1, sizes[place] - half);
        sizes.insert(place, half);
        to->setSizes(sizes);
    }
    tidy();
    refresh_all();
    if (had_keys) had_keys->take_focus();
    note_move();
}

void PaneArea::move_pane(Pane* pane, Side side) {
    if (!pane || side == Side::Swap || panes_.size() < 2) return;
    if (Pane* other = neighbour(pane, side)) return move_pane(pane, other, Side::Swap);
    if (pane->parentWidget() == root_ && root_->orientation() == across(side)) return;
    if (root_->orientation() != across(side)) {
        QSplitter* whole = make_splitter(across(side));
        QSplitter* inner = root_;
        root_ = whole;
        delete layout()->replaceWidget(inner, whole);
        whole->addWidget(inner);
        whole->show();
    }
    QList<int> sizes = root_->sizes();
    root_->insertWidget(after(side) ? root_->count() : 0, pane);
    sizes.insert(after(side) ? sizes.size() : 0,
                 std::max(1, (across(side) == Qt::Horizontal ? width() : height()) / 3));
    root_->setSizes(sizes);
    tidy();
    refresh_all();
    pane->take_focus();
    note_move();
}

/// Splitters that hold nothing, or one thing, fall away.
void PaneArea::tidy() {
    for (bool again = true; again;) {
        again = false;
        for (QSplitter* splitter : root_->findChildren<QSplitter*>()) {
            auto* outer = qobject_cast<QSplitter*>(splitter->parentWidget());
            if (!outer || splitter->count() > 1) continue;
            const QList<int> sizes = outer->sizes();
            if (splitter->count() == 1)
                outer->replaceWidget(outer->indexOf(splitter), splitter->widget(0));
            splitter->setParent(nullptr);
            splitter->deleteLater();
            if (outer->count() == sizes.size()) outer->setSizes(sizes);
            again = true;
            break;
        }
    }
}

/// Shows what is open, or the maximised pane alone; splitters without anything to show give their
/// place away.
bool PaneArea::refresh(QSplitter* splitter) {
    bool any = false;
    for (int i = 0; i < splitter->count(); ++i) {
        bool seen = false;
        if (auto* inner = qobject_cast<QSplitter*>(splitter->widget(i))) {
            seen = refresh(inner);
        } else if (auto* pane = qobject_cast<Pane*>(splitter->widget(i))) {
            seen = pane->open() && (!maximised_ || maximised_ == pane);
            pane->set_maximised(maximised_ == pane);
        }
        splitter->widget(i)->setVisible(seen);
        any |= seen;
    }
    return any;
}

void PaneArea::set_open(Pane* pane, bool open) {
    if (!pane || pane->open() == open) return;
    const bool had_keys = pane == pane_of(QApplication::focusWidget());
    pane->set_open(open);
    if (maximised_ && (pane == maximised_ || open)) maximised_ = nullptr;
    refresh_all();
    if (had_keys && !open) focus_next(1);
}

void PaneArea::toggle_maximised(Pane* pane) {
    if (!pane) return;
    maximised_ = maximised_ == pane ? nullptr : pane;
    refresh_all();
    pane->take_focus();
}

Pane* PaneArea::current() const {
    if (current_ && current_->isVisibleTo(this)) return current_;
    const auto seen = shown();
    return seen.empty() ? nullptr : seen.front();
}

void PaneArea::focus(Pane* pane) {
    if (!pane || !pane->open()) return;
    if (maximised_ && maximised_ != pane) {
        maximised_ = pane;
        refresh_all();
    }
    pane->take_focus();
}

void PaneArea::focus_next(int by) {
    const auto seen = order();
    if (seen.empty()) return;
    const auto count = static_cast<std::ptrdiff_t>(seen.size());
    const auto now = std::ranges::find(seen, pane_of(QApplication::focusWidget()));
    const std::ptrdiff_t from = now != seen.end() ? now - seen.begin() : by > 0 ? -1 : 0;
    focus(seen[static_cast<std::size_t>((from + by + count) % count)]);
}

void PaneArea::focus_changed(const QWidget* now) {
    Pane* const pane = pane_of(now);
    if (pane) current_ = pane;
    for (Pane* each : panes_) each->set_focused(each == pane);
}

Pane* PaneArea::neighbour(const Pane* pane, Side side) const {
    const QPointF from = QRectF(QRect(pane->mapTo(this, QPoint()), pane->size())).center();
    Pane* best = nullptr;
    double least = 0;
    for (Pane* other : shown()) {
        if (other == pane) continue;
        const QRectF area(QRect(other->mapTo(this, QPoint()), other->size()));
        const QPointF way = area.center() - from;
        const double along = side == Side::Left    ? -way.x()
                             : side == Side::Right ? way.x()
                             : side == Side::Top   ? -way.y()
                                                   : way.y();
        const double beside =
            across(side) == Qt::Horizontal ? std::abs(way.y()) : std::abs(way.x());
        if (along <= 1 || along < beside / 2) continue;
        const double far = along + 2 * beside;
        if (best && far >= least) continue;
        best = other;
        least = far;
    }
    return best;
}

}  // namespace millrace::view
