#include "viewers/cloud/cloud_panel.hpp"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "viewers/cloud/cloud_view.hpp"
#include "viewers/cloud/color_section.hpp"
#include "viewers/cloud/look_section.hpp"
#include "viewers/cloud/views_section.hpp"
#include "viewers/common/fold.hpp"

namespace millrace::viewers {
namespace {

QString details_of(const SceneLayers::Layer& layer) {
    const auto number = [](std::uint64_t count) {
        return QLocale().toString(static_cast<qulonglong>(count));
    };
    if (const auto* cloud = layer.cloud()) {
        return cloud->full_count > cloud->points.size()
                   ? CloudPanel::tr("%1 of %2 points")
                         .arg(number(cloud->points.size()), number(cloud->full_count))
                   : CloudPanel::tr("%1 points").arg(number(cloud->points.size()));
    }
    if (const auto* boxes = layer.boxes())
        return boxes->boxes.size() == 1
                   ? CloudPanel::tr("1 box")
                   : CloudPanel::tr("%1 boxes").arg(number(boxes->boxes.size()));
    if (const auto* camera = layer.camera())
        return QStringLiteral("%1 × %2").arg(camera->width).arg(camera->height);
    const auto* path = std::get_if<visual::Polyline>(layer.item.get());
    return path ? CloudPanel::tr("%1 corners").arg(number(path->points.size())) : QString();
}

QTreeWidget* table(int height) {
    auto* tree = new QTreeWidget;
    tree->setColumnCount(2);
    tree->setRootIsDecorated(false);
    tree->setHeaderHidden(true);
    tree->setAlternatingRowColors(true);
    tree->setMinimumHeight(height);
    tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    tree->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    return tree;
}

}  // namespace

CloudPanel::CloudPanel(CloudView* view, QWidget* parent)
    : QScrollArea(parent),
      view_(view),
      colors_(new ColorSection(view)),
      looks_(new LookSection(view)),
      crop_(new CropSection(view)),
      views_(new ViewsSection(view)),
      layers_(table(0)),
      card_(table(150)),
      card_title_(new QLabel) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->setSpacing(4);
    add_fold(layout, tr("Layers"), make_layers());
    add_fold(layout, tr("Colours"), colors_);
    add_fold(layout, tr("Points and picture"), looks_);
    add_fold(layout, tr("Picked"), make_card());
    add_fold(layout, tr("Crop box"), crop_, false);
    add_fold(layout, tr("Views and pictures"), views_, false);
    layout->addStretch(1);
    setWidget(content);
    setMinimumWidth(content->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width());
    layers_timer_.setSingleShot(true);
    connect(&layers_timer_, &QTimer::timeout, this, &CloudPanel::refresh_layers);
    connect(view_, &CloudView::layers_changed, this, [this] { layers_timer_.start(0); });
    connect(view_, &CloudView::card_changed, this, &CloudPanel::show_card);
    connect(view_, &CloudView::selection_changed, this, &CloudPanel::show_card);
    refresh_layers();
    show_card();
}

QWidget* CloudPanel::make_layers() {
    layers_->setToolTip(tr("Check marks show or hide a layer"));
    connect(layers_, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
        if (column == 0)
            view_->set_layer_visible(item->text(0), item->checkState(0) == Qt::Checked);
    });
    return layers_;
}

QWidget* CloudPanel::make_card() {
    auto* box = new QWidget;
    auto* layout = new QGridLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    card_title_->setWordWrap(true);
    auto* copy = new QPushButton(tr("Copy"));
    copy->setToolTip(tr("Copy these rows"));
    auto* write = new QPushButton(tr("Export selection…"));
    write->setToolTip(tr("Write the selected points to a file"));
    layout->addWidget(card_title_, 0, 0, 1, 2);
    layout->addWidget(card_, 1, 0, 1, 2);
    layout->addWidget(copy, 2, 0);
    layout->addWidget(write, 2, 1);
    connect(copy, &QPushButton::clicked, this, [this] {
        const Card& card = view_->card();
        QGuiApplication::clipboard()->setText(
            (card.empty() ? view_->selection_card() : card).text());
    });
    connect(write, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getSaveFileName(this, tr("Write the selected points"),
                                                          QStringLiteral("selection.ply"),
                                                          tr("Clouds (*.ply *.pcd *.xyz *.bin)"));
        if (!file.isEmpty()) view_->export_selection(file);
    });
    const auto enable = [this, copy, write] {
        const bool some = view_->selected_count() > 0;
        write->setEnabled(some);
        copy->setEnabled(some || !view_->card().empty());
    };
    enable();
    connect(view_, &CloudView::card_changed, copy, enable);
    connect(view_, &CloudView::selection_changed, copy, enable);
    return box;
}

void CloudPanel::refresh_layers() {
    const QSignalBlocker quiet(layers_);
    const auto& all = view_->layers().all();
    while (layers_->topLevelItemCount() > static_cast<int>(all.size()))
        delete layers_->takeTopLevelItem(layers_->topLevelItemCount() - 1);
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
        const SceneLayers::Layer& layer = all[static_cast<std::size_t>(i)];
        QTreeWidgetItem* item = layers_->topLevelItem(i);
        if (!item) item = new QTreeWidgetItem(layers_);
        item->setText(0, layer.name);
        item->setText(1, details_of(layer));
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setToolTip(1, tr("Frame: %1").arg(QString::fromStdString(layer.frame())));
        item->setCheckState(0, layer.visible ? Qt::Checked : Qt::Unchecked);
    }
    constexpr int kMostRows = 8;
    const int row = std::max(layers_->sizeHintForRow(0), fontMetrics().height() + 2);
    layers_->setFixedHeight(row * std::clamp(static_cast<int>(all.size()), 2, kMostRows) + 6);
}

/// What was picked last; without it the selection.
void CloudPanel::show_card() {
    const Card card = view_->card().empty() ? view_->selection_card() : view_->card();
    card_title_->setText(card.empty() ? tr("Click a point or a label.") : card.title);
    card_->clear();
    for (const Card::Row& row : card.rows) {
        auto* item = new QTreeWidgetItem(card_, {row.name, row.value});
        item->setToolTip(1, row.value);
    }
}

}  // namespace millrace::viewers
