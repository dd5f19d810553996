#include "viewers/plot/table.hpp"

#include <QEvent>
#include <QHeaderView>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <map>

namespace millrace::viewers {
namespace {

constexpr int kLineRole = Qt::UserRole;
constexpr QSize kSwatch(26, 12);

/// Groups tell runs apart where one of them has several lines.
bool needs_groups(const PlotScene& scene) {
    if (scene.runs().size() < 2) return false;
    std::map<QString, int> lines;
    for (const PlotLine& line : scene.lines()) {
        if (++lines[line.run] > 1) return true;
    }
    return false;
}

int figure_width(const QFontMetrics& metrics) {
    return metrics.horizontalAdvance("−0.00000e−00") + 12;
}

}  // namespace

PlotTable::PlotTable(QWidget* parent) : QTreeWidget(parent) {
    setAccessibleName(tr("Lines of the plot"));
    setColumnCount(Count + 1);
    setHeaderLabels({tr("Line"), tr("Value"), tr("Smoothed"), tr("Δ"), tr("Min"), tr("Max"),
                     tr("Mean"), tr("Last"), tr("Samples")});
    headerItem()->setToolTip(Value, tr("At the cursor"));
    headerItem()->setToolTip(Smoothed, tr("At the cursor, of the moving average"));
    headerItem()->setToolTip(
        Difference, tr("From the first cursor (click) to the second (Shift+click) or the pointer"));
    for (int column = Least; column <= Count; ++column) {
        headerItem()->setToolTip(column, tr("Of the finite values that are seen"));
    }
    for (int column = Value; column <= Count; ++column)
        headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    setIconSize(kSwatch);
    setFrameShape(QFrame::NoFrame);
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setAlternatingRowColors(true);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(Name, QHeaderView::Stretch);
    header()->setMinimumSectionSize(40);
    setTextElideMode(Qt::ElideMiddle);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setIndentation(14);
    for (int column = Value; column <= Count; ++column) {
        header()->setSectionResizeMode(column, QHeaderView::Interactive);
        setColumnWidth(column, figure_width(fontMetrics()));
    }
    choose_columns();
    connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* row, int column) {
        if (column != Name || line_of(row) >= rows_.size()) return;
        Q_EMIT visibility_wanted(line_of(row), row->checkState(Name) == Qt::Checked);
    });
    connect(this, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* row) {
        if (line_of(row) < rows_.size()) Q_EMIT solo_wanted(line_of(row));
    });
}

std::size_t PlotTable::line_of(const QTreeWidgetItem* row) const {
    const QVariant line = row->data(Name, kLineRole);
    return line.isValid() ? line.toULongLong() : rows_.size();
}

void PlotTable::set_lines(const PlotScene& scene) {
    const QSignalBlocker quiet(this);
    const auto same = [](const PlotLine& a, const PlotLine& b) {
        return a.run == b.run && a.name == b.name;
    };
    const bool rebuilt = !std::ranges::equal(lines_, scene.lines(), same);
    lines_ = scene.lines();
    if (rebuilt) {
        clear();
        rows_.clear();
        std::map<QString, QTreeWidgetItem*> groups;
        const bool grouped = needs_groups(scene);
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            QTreeWidgetItem* parent = invisibleRootItem();
            if (grouped) {
                QTreeWidgetItem*& group = groups[lines_[i].run];
                if (!group) {
                    group = new QTreeWidgetItem(this, {lines_[i].run});
                    group->setFirstColumnSpanned(true);
                    group->setFlags(Qt::ItemIsEnabled);
                    QFont bold = font();
                    bold.setBold(true);
                    group->setFont(Name, bold);
                    group->setExpanded(true);
                }
                parent = group;
            }
            auto* row = new QTreeWidgetItem(parent);
            const QString label =
                grouped && !lines_[i].name.isEmpty() ? lines_[i].name : scene.label_of(lines_[i]);
            row->setText(Name, label);
            row->setData(Name, kLineRole, QVariant::fromValue<qulonglong>(i));
            row->setFlags(row->flags() | Qt::ItemIsUserCheckable);
            for (int column = Value; column <= Count; ++column)
                row->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
            rows_.push_back(row);
        }
    }
    for (std::size_t i = 0; i < rows_.size(); ++i)
        rows_[i]->setCheckState(Name, lines_[i].visible ? Qt::Checked : Qt::Unchecked);
    smooths_ = scene.smoothing() > 0;
    choose_columns();
    draw_icons();
}

void PlotTable::draw_icons() {
    const PlotLook look = PlotLook::from(palette(), font());
    const double ratio = devicePixelRatioF();
    const QSignalBlocker quiet(this);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        QPixmap picture((QSizeF(kSwatch) * ratio).toSize());
        picture.setDevicePixelRatio(ratio);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        painter.setRenderHint(QPainter::Antialiasing);
        paint_swatch(painter, lines_[i], QRectF(QPointF(), QSizeF(kSwatch)), look);
        painter.end();
        rows_[i]->setIcon(Name, QIcon(picture));
    }
}

void PlotTable::set_readout(const PlotScene& scene, std::optional<double> readout,
                            std::optional<double> first, std::optional<double> end) {
    const QSignalBlocker quiet(this);
    const PlotScale& x = scene.x();
    const auto sample_at = [&x](const Curve& curve, std::optional<double> value) {
        return value ? curve.nearest(x, x.to_axis(*value)) : std::nullopt;
    };
    differs_ = first && end;
    choose_columns();
    for (std::size_t i = 0; i < rows_.size() && i < scene.lines().size(); ++i) {
        const Curve& curve = *scene.lines()[i].curve;
        QString value, smooth, difference;
        if (const auto at = sample_at(curve, readout); at && scene.lines()[i].visible) {
            value = plot_number(curve.y(*at));
            // A line without a sample there tells its nearest, and says so.
            if (curve.x(*at) != *readout)
                value = tr("%1 @ %2").arg(value, plot_number(curve.x(*at)));
            smooth = plot_number(curve.smooth_y(*at));
        }
        const auto from = sample_at(curve, first), to = sample_at(curve, end);
        if (from && to && scene.lines()[i].visible) {
            const double by = curve.smooth_y(*to) - curve.smooth_y(*from);
            difference = (by > 0 ? "+" : "") + plot_number(by);
        }
        rows_[i]->setText(Value, value);
        rows_[i]->setText(Smoothed, smooth);
        rows_[i]->setText(Difference, difference);
    }
}

void PlotTable::set_statistics(const PlotScene& scene) {
    const QSignalBlocker quiet(this);
    for (std::size_t i = 0; i < rows_.size() && i < scene.lines().size(); ++i) {
        const Curve& curve = *scene.lines()[i].curve;
        const auto [first, last] = curve.within(scene.x());
        const ValueSummary found = curve.statistics(first, last);
        const bool any = found.count > 0;
        rows_[i]->setText(Least, any ? plot_number(found.min) : QString());
        rows_[i]->setText(Most, any ? plot_number(found.max) : QString());
        rows_[i]->setText(
            Mean, any ? plot_number(found.sum / static_cast<double>(found.count)) : QString());
        const auto final_value = any ? curve.last_value(first, last) : std::nullopt;
        rows_[i]->setText(Last, final_value ? plot_number(*final_value) : QString());
        rows_[i]->setText(Count, QString::number(found.count));
        rows_[i]->setToolTip(
            Name, tr("%1\nmin %2, max %3, mean %4 of %5 samples\n"
                     "Space hides it; Enter or a double click shows it alone")
                      .arg(scene.label_of(scene.lines()[i]), rows_[i]->text(Least),
                           rows_[i]->text(Most), rows_[i]->text(Mean), rows_[i]->text(Count)));
    }
}

QString PlotTable::text_of(std::size_t line, Column column) const {
    return line < rows_.size() ? rows_[line]->text(column) : QString();
}

int PlotTable::height_of(int most) const {
    const bool grouped = topLevelItemCount() > 0 && topLevelItem(0)->childCount() > 0;
    const int rows = static_cast<int>(rows_.size()) + (grouped ? topLevelItemCount() : 0);
    const int row = topLevelItemCount() > 0
                        ? std::max(sizeHintForRow(0), fontMetrics().height() + 2)
                        : fontMetrics().height() + 4;
    return header()->sizeHint().height() + std::clamp(rows, 1, most) * row + 2;
}

/// The names keep room to be read: what is less asked for makes way, and is told by the tooltip.
void PlotTable::choose_columns() {
    const int names = fontMetrics().averageCharWidth() * 20 + kSwatch.width() + 40;
    // A hidden column has no width of its own to ask for.
    const auto width = [this](Column column) {
        return isColumnHidden(column) ? figure_width(fontMetrics()) : columnWidth(column);
    };
    int room = viewport()->width() - names - width(Value);
    for (const auto& [column, wanted] :
         {std::pair{Difference, differs_}, std::pair{Smoothed, smooths_}}) {
        if (wanted) room -= width(column);
        setColumnHidden(column, !wanted);
    }
    for (const Column column : {Last, Least, Most, Mean, Count}) {
        room -= width(column);
        setColumnHidden(column, room < 0);
    }
}

void PlotTable::resizeEvent(QResizeEvent* event) {
    QTreeWidget::resizeEvent(event);
    choose_columns();
}

void PlotTable::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) draw_icons();
    QTreeWidget::changeEvent(event);
}

}  // namespace millrace::viewers
