// The lists of the panel of comparisons: worst elements, parts, items and wires.
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "viewers/view/compare_panel.hpp"
#include "viewers/view/compare_plot.hpp"
#include "viewers/view/compare_scan.hpp"

namespace millrace::view {
namespace {

QTreeWidget* list_of(const QStringList& columns, const QString& name) {
    auto* list = new QTreeWidget;
    list->setHeaderLabels(columns);
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setAlternatingRowColors(true);
    list->setAllColumnsShowFocus(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setAccessibleName(name);
    list->header()->setStretchLastSection(true);
    return list;
}

}  // namespace

void ComparePanel::make_tabs(QVBoxLayout* column) {
    tabs_ = new QTabWidget;
    tabs_->setDocumentMode(true);
    elements_ = list_of({tr("Where"), tr("A"), tr("B"), tr("|a − b|")}, tr("Worst elements"));
    elements_->setToolTip(tr("N and Shift+N step through, Enter shows the element"));
    connect(elements_, &QTreeWidget::itemDoubleClicked, this, [this] { show_worst(); });
    tabs_->addTab(elements_, tr("Worst"));
    parts_ = list_of({tr("Part"), tr("beyond"), tr("max |a − b|"), tr("RMSE"), tr("SQNR dB")},
                     tr("Parts"));
    tabs_->addTab(parts_, tr("Parts"));
    const auto page = [](std::initializer_list<QWidget*> parts) {
        auto* widget = new QWidget;
        auto* rows = new QVBoxLayout(widget);
        rows->setContentsMargins(0, 6, 0, 0);
        rows->setSpacing(4);
        for (QWidget* part : parts) rows->addWidget(part, qobject_cast<QTreeWidget*>(part) ? 1 : 0);
        return widget;
    };
    check_items_ = new QPushButton(tr("Check all items"));
    check_items_->setToolTip(tr("Compares every item of A and B"));
    connect(check_items_, &QPushButton::clicked, this,
            [this] { checking() ? cancel() : check_items(); });
    plot_ = new ComparePlot;
    connect(plot_, &ComparePlot::clicked, this,
            [this](std::size_t place) { Q_EMIT item_wanted(items_.items[place].item_a); });
    items_note_ = new QLabel;
    items_note_->setWordWrap(true);
    item_list_ = list_of({tr("Item"), tr("Verdict"), tr("max |a − b|"), tr("SQNR dB")},
                         tr("Items that differ"));
    connect(item_list_, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* row) {
        Q_EMIT item_wanted(row->data(0, Qt::UserRole).toULongLong());
    });
    tabs_->addTab(page({check_items_, plot_, items_note_, item_list_}), tr("Items"));
    check_wires_ = new QPushButton(tr("Check all wires of both runs"));
    check_wires_->setToolTip(tr("Compares all items of all wires that both runs have"));
    connect(check_wires_, &QPushButton::clicked, this,
            [this] { checking() ? cancel() : check_wires(); });
    order_ = new QComboBox;
    order_->addItems({tr("In the graph's order"), tr("Largest error first")});
    order_->setAccessibleName(tr("Order of the wires"));
    connect(order_, &QComboBox::currentIndexChanged, this, [this] { show_wires(); });
    wires_note_ = new QLabel;
    wires_note_->setWordWrap(true);
    wire_list_ = list_of(
        {tr("Wire"), tr("Verdict"), tr("Items"), tr("max |a − b|"), tr("SQNR dB"), tr("How")},
        tr("Wires of both runs"));
    wire_list_->setToolTip(tr("A double click compares the wire"));
    connect(wire_list_, &QTreeWidget::itemDoubleClicked, this, [this](QTreeWidgetItem* row) {
        const WireReport& report =
            wire_reports_[static_cast<std::size_t>(row->data(0, Qt::UserRole).toULongLong())];
        const ItemSummary* worst = report.worst();
        const quint64 item = worst ? worst->item_a : item_;
        choose(report.a, report.b);
        Q_EMIT item_wanted(item);
    });
    tabs_->addTab(page({check_wires_, order_, wires_note_, wire_list_}), tr("Wires"));
    progress_ = new QProgressBar;
    progress_->setTextVisible(true);
    progress_->hide();
    column->addWidget(tabs_, 1);
    column->addWidget(progress_);
}

}  // namespace millrace::view
