// The viewer of tables: sorted by numbers where a column holds numbers, filtered, copied, written
// as CSV. Window thread only.
#pragma once

#include "engine/visual/visual.hpp"
#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;
class QTableView;

namespace millrace::viewers {

class PlotView;
class TableModel;
class TableOrder;

class TableView : public Viewer {
    Q_OBJECT

public:
    explicit TableView(QWidget* parent = nullptr);

    /// Order and filter stay when the columns do.
    bool show_visual(Shared item) override;
    /// Shows rows with a cell that holds the text, in any case; all when empty.
    void filter(const QString& text);
    void sort(int column, Qt::SortOrder order);
    /// Rows as they are shown.
    int rows() const;
    QString cell(int row, int column) const;
    QString note() const;
    /// What is selected, or all that is shown, for a spreadsheet: cells parted by tabs.
    QString copied() const;
    /// All that is shown, RFC 4180.
    QByteArray csv() const;

    /// Columns of numbers as lines, of the rows that are shown in their order: those with a
    /// selected cell, or all. The first of them is x when it rises and others are left; else the
    /// row is.
    visual::Series plotted() const;
    /// A window of its own with these lines; null, and told, when no column holds numbers.
    PlotView* plot();

    QSize sizeHint() const override { return {640, 360}; }

private:
    void copy() const;
    void export_csv();

    TableModel* model_;
    TableOrder* order_;
    QTableView* view_;
    QLineEdit* filter_;
    QLabel* note_;
};

}  // namespace millrace::viewers
