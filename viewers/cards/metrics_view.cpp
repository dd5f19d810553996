#include "viewers/cards/metrics_view.hpp"

#include <QClipboard>
#include <QGuiApplication>
#include <QVBoxLayout>

#include "viewers/cards/metric_grid.hpp"

namespace millrace::viewers {

MetricsView::MetricsView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    grid_ = new MetricGrid(this);
    column->addWidget(grid_);
    setFocusProxy(grid_);
    connect(grid_, &MetricGrid::pointed, this, [this](int card) {
        set_status(grid_->described(card));
        if (card < 0) return Q_EMIT hovered({});
        Q_EMIT hovered(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = card});
    });
    add_action(tr("Copy the card"), QKeySequence::Copy,
               [this] { QGuiApplication::clipboard()->setText(copied(false)); });
    add_action(tr("Copy all cards"), QKeySequence("Ctrl+Shift+C"),
               [this] { QGuiApplication::clipboard()->setText(copied(true)); });
    add_action(tr("Forget the items before"), QKeySequence("Ctrl+Backspace"), [this] { forget(); });
}

bool MetricsView::show_visual(Shared item) {
    const auto* table = item ? std::get_if<visual::Table>(item.get()) : nullptr;
    if (!table) return false;
    const auto metrics = metrics_of(*table);
    if (!metrics) {
        set_status(tr("The table holds no list of named numbers."));
        return false;
    }
    if (item != item_) history_.add(*metrics);
    item_ = std::move(item);
    grid_->set_metrics(*metrics, history_);
    return true;
}

QString MetricsView::copied(bool all) const {
    QString text;
    for (std::size_t i = 0; i < grid_->metrics().size(); ++i) {
        if (!all && static_cast<int>(i) != grid_->current()) continue;
        const Metric& metric = grid_->metrics()[i];
        text += QString::fromStdString(metric.name + '\t' + metric.text);
        if (!metric.unit.empty()) text += '\t' + QString::fromStdString(metric.unit);
        text += '\n';
    }
    return text;
}

void MetricsView::forget() {
    history_.clear();
    history_.add(grid_->metrics());
    grid_->set_metrics(grid_->metrics(), history_);
}

}  // namespace millrace::viewers
