// The viewer of tables: sorted by numbers where a column holds numbers, filtered, copied, written
// as CSV. A long table is sorted, filtered and written on a thread of its own. Window thread only.
#pragma once

#include "engine/visual/visual.hpp"
#include "viewers/cloud/background.hpp"
#include "viewers/table/table_rows.hpp"
#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;
class QTableView;

namespace millrace::viewers {

class PlotView;
class TableModel;

class TableView : public Viewer {
    Q_OBJECT

public:
    explicit TableView(QWidget* parent = nullptr);

    /// Order and filter stay when the columns do.
    bool show_visual(Shared item) override;
    void mark(const std::optional<Selection>& selection) override;
    /// Scrolls to the row, selects it (with `x` as column its cell), and ends a filter that hides
    /// it.
    void reveal(const Selection& selection) override;
    /// Shows rows with a cell that holds the text, in any case; all when empty.
    void filter(const QString& text);
    void sort(int column, Qt::SortOrder order);
    /// Rows as they are shown.
    int rows() const;
    QString cell(int row, int column) const;
    QString note() const;
    QTableView* table_view() const { return view_; }
    /// The row as it is shown that has the focus; -1 without.
    int current_row() const;
    /// What is selected, or all that is shown, for a spreadsheet: cells parted by tabs.
    QString copied() const;
    /// All that is shown, RFC 4180.
    QByteArray csv() const;
    /// Whether nothing is being sorted, filtered or written.
    bool settled() const override { return background_.idle(); }

    /// Columns of numbers as lines, of the rows that are shown in their order: those with a
    /// selected cell, or all. The first of them is x when it rises and others are left; else the
    /// row is.
    visual::Series plotted() const;
    /// A window of its own with these lines; null, and told, when no column holds numbers.
    PlotView* plot();

    QSize sizeHint() const override { return {640, 360}; }

private:
    void order_again();
    void take_rows(std::shared_ptr<const visual::Table> table, std::vector<std::uint32_t> rows);
    void tell();
    void copy();
    void export_csv();
    int row_of(const std::optional<Selection>& selection) const;

    std::shared_ptr<const visual::Table> table_;
    TableQuery query_;
    TableModel* model_;
    QTableView* view_;
    QLineEdit* filter_;
    QLabel* note_;
    bool busy_ = false;
    Background background_;  ///< last: its jobs end before what they fill
};

}  // namespace millrace::viewers
