#include "editor/panels/wire_panel.hpp"

#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "editor/panels/ab_view.hpp"
#include "viewers/common/shortcuts.hpp"

namespace millrace::editor {
namespace {

constexpr QSize kLeastViewer(160, 120);

}  // namespace

WirePanel::WirePanel(Session* session, const viewers::Registry* registry, QWidget* parent)
    : QTabWidget(parent), session_(session), registry_(registry) {
    setTabsClosable(true);
    setMovable(true);
    setDocumentMode(true);
    setAccessibleName(tr("Wires that are looked at"));
    connect(session, &Session::packet, this, &WirePanel::take);
    connect(this, &QTabWidget::tabCloseRequested, this, [this](int index) {
        if (const Looked* looked = looked_at(widget(index))) {
            leave(engine::Endpoint(looked->output));
        } else {
            end_comparison();
        }
    });
    connect(this, &QTabWidget::currentChanged, this, [this] { note_front(); });
}

QString WirePanel::empty_text(const engine::Endpoint& output) const {
    const std::uint64_t passed = passed_ ? passed_(output.node) : 0;
    if (passed == 0) return tr("Nothing has passed yet. Run the graph to see it.");
    return tr("What passed in this run (%1) was not looked at. Run again to see it: results that "
              "are "
              "kept come at once.")
        .arg(passed == 1 ? tr("1 item") : tr("%1 items").arg(passed));
}

void WirePanel::look_at(const engine::Endpoint& output) {
    for (const auto& looked : looked_) {
        if (looked->output != output) continue;
        setCurrentWidget(looked->page);
        return;
    }
    const QString name = QString::fromStdString(to_text(output));
    auto looked = std::make_unique<Looked>();
    looked->output = output;
    looked->subscription = session_->subscribe(name, true, true);
    looked->page = new QWidget;
    auto* column = new QVBoxLayout(looked->page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    looked->caption = new QLabel(empty_text(output));
    looked->caption->setContentsMargins(8, 4, 8, 4);
    looked->caption->setTextFormat(Qt::PlainText);
    looked->caption->setWordWrap(true);
    column->addWidget(looked->caption);
    column->addStretch(1);
    looked->slot = looked_in(wanted_slot_) || wanted_slot_ == 0 ? free_slot() : wanted_slot_;
    wanted_slot_ = 0;
    QWidget* page = looked->page;
    const int slot = looked->slot;
    looked_.push_back(std::move(looked));
    addTab(page, slot > 0 ? tr("%1 · %2").arg(slot).arg(name) : name);
    setTabToolTip(indexOf(page),
                  slot > 0 ? tr("%1: viewer slot %2, key %2").arg(name).arg(slot) : name);
    setCurrentWidget(page);
    Q_EMIT outputs_changed();
}

void WirePanel::leave(const engine::Endpoint& output) {
    const auto found =
        std::ranges::find_if(looked_, [&](const auto& looked) { return looked->output == output; });
    if (found == looked_.end()) return;
    session_->unsubscribe((*found)->subscription);
    QWidget* page = (*found)->page;
    std::erase(recent_, (*found)->slot);
    looked_.erase(found);
    removeTab(indexOf(page));
    page->deleteLater();
    refresh_comparison();
    Q_EMIT outputs_changed();
}

void WirePanel::leave_all() {
    while (!looked_.empty()) leave(engine::Endpoint(looked_.back()->output));
    end_comparison();
}

void WirePanel::end_comparison() {
    if (!ab_) return;
    removeTab(indexOf(ab_));
    ab_->deleteLater();
    ab_ = nullptr;
}

void WirePanel::paintEvent(QPaintEvent* event) {
    QTabWidget::paintEvent(event);
    if (count() > 0) return;
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(rect().adjusted(16, 12, -16, -12), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("Click a wire to see what passes it."));
}

WirePanel::Looked* WirePanel::looked_at(const QWidget* page) const {
    for (const auto& looked : looked_)
        if (looked->page == page) return looked.get();
    return nullptr;
}

WirePanel::Looked* WirePanel::looked_in(int slot) const {
    for (const auto& looked : looked_)
        if (slot > 0 && looked->slot == slot) return looked.get();
    return nullptr;
}

int WirePanel::free_slot() const {
    for (int slot = 1; slot <= kSlots; ++slot)
        if (!looked_in(slot)) return slot;
    return 0;
}

std::optional<engine::Endpoint> WirePanel::in_slot(int slot) const {
    const Looked* looked = looked_in(slot);
    return looked ? std::optional(looked->output) : std::nullopt;
}

int WirePanel::send_to_slot(const engine::Endpoint& output) {
    const bool seen =
        std::ranges::any_of(looked_, [&](const auto& looked) { return looked->output == output; });
    if (!seen && free_slot() == 0) {
        const Looked* front = looked_at(currentWidget());
        // What has no slot would give none.
        if (!front || front->slot == 0) front = looked_in(recent_.empty() ? 1 : recent_.back());
        wanted_slot_ = front->slot;
        leave(engine::Endpoint(front->output));
    }
    look_at(output);
    const Looked* looked = looked_at(currentWidget());
    return looked ? looked->slot : 0;
}

bool WirePanel::choose_slot(int slot) {
    if (const Looked* looked = looked_in(slot)) {
        setCurrentWidget(looked->page);
        return true;
    }
    wanted_slot_ = slot >= 1 && slot <= kSlots ? slot : 0;
    return false;
}

void WirePanel::note_front() {
    const Looked* front = looked_at(currentWidget());
    if (!front || front->slot == 0) return;
    std::erase(recent_, front->slot);
    recent_.push_back(front->slot);
}

bool WirePanel::compare(bool wipe) {
    if (recent_.size() < 2) return false;
    const Looked *a = looked_in(recent_[recent_.size() - 2]), *b = looked_in(recent_.back());
    if (!a || !b || !a->image || !b->image) return false;
    const bool fresh = ab_ == nullptr;
    if (fresh) {
        ab_ = new AbView;
        addTab(ab_, tr("A/B"));
    }
    if (wipe)
        ab_->set_mode(ab_->mode() == AbView::Mode::Wipe && !fresh ? AbView::Mode::A
                                                                  : AbView::Mode::Wipe);
    else
        ab_->set_mode(ab_->mode() == AbView::Mode::B || fresh ? AbView::Mode::A : AbView::Mode::B);
    setCurrentWidget(ab_);
    refresh_comparison();
    return true;
}

void WirePanel::refresh_comparison() {
    if (!ab_) return;
    if (recent_.size() < 2) return end_comparison();
    const Looked *a = looked_in(recent_[recent_.size() - 2]), *b = looked_in(recent_.back());
    if (!a || !b) return;
    const auto name = [](const Looked& looked) {
        return QString::fromStdString(to_text(looked.output));
    };
    ab_->show_pair(a->image, name(*a), b->image, name(*b));
}

std::vector<engine::Endpoint> WirePanel::outputs() const {
    std::vector<engine::Endpoint> outputs;
    for (const auto& looked : looked_) outputs.push_back(looked->output);
    return outputs;
}

viewers::Viewer* WirePanel::viewer_of(const engine::Endpoint& output) const {
    for (const auto& looked : looked_)
        if (looked->output == output && !looked->viewers.empty()) return looked->viewers.front();
    return nullptr;
}

void WirePanel::show_recorded(const engine::Endpoint& output, const SeenPacket& packet) {
    for (const auto& looked : looked_)
        if (looked->output == output) show(*looked, packet);
}

void WirePanel::take(const SeenPacket& packet) {
    for (const auto& looked : looked_)
        if (looked->subscription == packet.subscription) show(*looked, packet);
}

void WirePanel::show(Looked& looked, const SeenPacket& packet) {
    const QLocale locale;
    if (packet.problem) {
        looked.caption->setText(QString::fromStdString(to_text(*packet.problem)));
        return;
    }
    looked.caption->setText(tr("item %1 · %2 · %3")
                                .arg(packet.item)
                                .arg(packet.type.section('/', 0, 0),
                                     locale.formattedDataSize(static_cast<qint64>(packet.bytes))));
    std::vector<std::size_t> kinds;
    for (const auto& one : packet.visuals) kinds.push_back(one->index());
    if (kinds != looked.kinds) {
        // Another kind of packet than before: new viewers.
        auto* column = static_cast<QVBoxLayout*>(looked.page->layout());
        while (column->count() > 1) {
            QLayoutItem* item = column->takeAt(1);
            if (item->widget()) item->widget()->deleteLater();
            delete item;
        }
        auto* split = new QSplitter(Qt::Vertical);
        looked.viewers.clear();
        for (const auto& one : packet.visuals) {
            const auto& makers = registry_->viewers_of(*one);
            viewers::Viewer* viewer = makers.empty() ? nullptr : makers.front().make(split);
            looked.viewers.push_back(viewer);
            if (!viewer) continue;
            viewers::set_viewer_title(*viewer, makers.front().title);
            // Viewers make do with little room; the canvas is not pushed aside for them.
            viewer->setMinimumSize(kLeastViewer);
            split->addWidget(viewer);
            connect(viewer, &viewers::Viewer::status_changed, this, &WirePanel::status);
        }
        column->addWidget(split, 1);
        looked.kinds = kinds;
    }
    looked.image = nullptr;
    for (std::size_t i = 0; i < packet.visuals.size(); ++i) {
        if (looked.viewers[i]) looked.viewers[i]->show_visual(packet.visuals[i]);
        if (!looked.image && std::holds_alternative<visual::Raster>(*packet.visuals[i]))
            looked.image = packet.visuals[i];
    }
    refresh_comparison();
}

}  // namespace millrace::editor
