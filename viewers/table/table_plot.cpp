// A table's columns of numbers as a plot.
#include <QHeaderView>
#include <QLocale>
#include <QTableView>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "viewers/plot/plot_view.hpp"
#include "viewers/table/table_view.hpp"

namespace millrace::viewers {
namespace {

struct Numbers {
    std::string name;
    std::vector<double> values;  ///< NaN where a cell holds none
    std::size_t found = 0;
};

/// Half of a column's cells or more must be numbers: a few gaps are none, a few ids in a column of
/// texts are no line.
bool is_numeric(const Numbers& column) {
    return column.found > 0 && 2 * column.found >= column.values.size();
}

bool rises(const std::vector<double>& values) {
    return std::ranges::none_of(values, [](double value) { return std::isnan(value); }) &&
           std::ranges::is_sorted(values);
}

}  // namespace

visual::Series TableView::plotted() const {
    const QAbstractItemModel* shown = view_->model();
    std::set<int> chosen;
    for (const QModelIndex& index : view_->selectionModel()->selectedIndexes())
        chosen.insert(index.column());
    if (chosen.size() < 2 && view_->selectionModel()->selectedIndexes().size() < 2) chosen.clear();
    std::vector<Numbers> columns;
    for (int column = 0; column < shown->columnCount(); ++column) {
        if (!chosen.empty() && !chosen.contains(column)) continue;
        Numbers numbers{.name = shown->headerData(column, Qt::Horizontal).toString().toStdString(),
                        .values = {},
                        .found = 0};
        for (int row = 0; row < shown->rowCount(); ++row) {
            bool good = false;
            const double value =
                QLocale::c().toDouble(shown->index(row, column).data().toString().trimmed(), &good);
            numbers.values.push_back(good ? value : std::numeric_limits<double>::quiet_NaN());
            numbers.found += good;
        }
        if (is_numeric(numbers)) columns.push_back(std::move(numbers));
    }
    visual::Series series{
        .title = {}, .x_label = tr("row").toStdString(), .y_label = {}, .lines = {}};
    std::vector<double> x;
    if (columns.size() > 1 && rises(columns.front().values)) {
        series.x_label = columns.front().name;
        x = std::move(columns.front().values);
        columns.erase(columns.begin());
    }
    for (int row = 0; x.size() < static_cast<std::size_t>(shown->rowCount()); ++row)
        x.push_back(row + 1);
    for (Numbers& column : columns)
        series.lines.push_back({.name = column.name, .x = x, .y = std::move(column.values)});
    return series;
}

PlotView* TableView::plot() {
    visual::Series series = plotted();
    if (series.lines.empty()) {
        set_status(tr("No column holds numbers."));
        return nullptr;
    }
    auto* plot = new PlotView(this);
    plot->setWindowFlags(Qt::Window);
    plot->setAttribute(Qt::WA_DeleteOnClose);
    plot->setWindowTitle(tr("Columns of the table"));
    plot->show_visual(std::make_shared<const visual::Visual>(std::move(series)));
    plot->show();
    return plot;
}

}  // namespace millrace::viewers
