#include "editor/panels/wire_panel.hpp"

#include <QLabel>
#include <QLocale>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

namespace millrace::editor {

WirePanel::WirePanel(Session* session, const viewers::Registry* registry, QWidget* parent)
    : QTabWidget(parent), session_(session), registry_(registry) {
    setTabsClosable(true);
    setMovable(true);
    setDocumentMode(true);
    setAccessibleName(tr("Wires that are looked at"));
    connect(session, &Session::packet, this, &WirePanel::take);
    connect(this, &QTabWidget::tabCloseRequested, this, [this](int index) {
        for (const auto& looked : looked_) {
            if (looked->page != widget(index)) continue;
            leave(engine::Endpoint(looked->output));
            return;
        }
    });
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
    looked->caption = new QLabel(tr("Nothing has passed yet. Run the graph to see it."));
    looked->caption->setContentsMargins(8, 4, 8, 4);
    looked->caption->setTextFormat(Qt::PlainText);
    looked->caption->setWordWrap(true);
    column->addWidget(looked->caption);
    column->addStretch(1);
    addTab(looked->page, name);
    setTabToolTip(count() - 1, name);
    setCurrentWidget(looked->page);
    looked_.push_back(std::move(looked));
    Q_EMIT outputs_changed();
}

void WirePanel::leave(const engine::Endpoint& output) {
    const auto found =
        std::ranges::find_if(looked_, [&](const auto& looked) { return looked->output == output; });
    if (found == looked_.end()) return;
    session_->unsubscribe((*found)->subscription);
    (*found)->page->deleteLater();
    removeTab(indexOf((*found)->page));
    looked_.erase(found);
    Q_EMIT outputs_changed();
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
            split->addWidget(viewer);
            connect(viewer, &viewers::Viewer::status_changed, this, &WirePanel::status);
        }
        column->addWidget(split, 1);
        looked.kinds = kinds;
    }
    for (std::size_t i = 0; i < packet.visuals.size(); ++i)
        if (looked.viewers[i]) looked.viewers[i]->show_visual(packet.visuals[i]);
}

}  // namespace millrace::editor
