// The viewer of boxes as a list: how many of which label, how sure, where and how large. What is
// pointed at here is marked in images and in space, and the other way round. Window thread only.
#pragma once

#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;
class QTableView;

namespace millrace::viewers {

class BoxesTable;
class LabelChips;
class ScoreHistogram;

class BoxesView : public Viewer {
    Q_OBJECT

public:
    explicit BoxesView(QWidget* parent = nullptr);

    /// Order, threshold, labels and filter stay with the next item.
    bool show_visual(Shared item) override;
    void mark(const std::optional<Selection>& selection) override;
    void reveal(const Selection& selection) override;

    const BoxesTable& table() const { return *table_; }
    QTableView* table_view() const { return list_; }
    ScoreHistogram* histogram() const { return histogram_; }
    LabelChips* chips() const { return chips_; }
    void filter(const QString& text);
    void sort(int section, Qt::SortOrder order);
    /// How many boxes are shown, of how many.
    QString note() const;

    QSize sizeHint() const override { return {480, 420}; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void make_actions();
    void count_again();
    Selection selection_of(int row) const;
    void point_at(int row);

    Shared item_;
    BoxesTable* table_;
    QTableView* list_;
    ScoreHistogram* histogram_;
    LabelChips* chips_;
    QLineEdit* filter_;
    QLabel* note_;
    int pointed_ = -1;      ///< row under the pointer
    bool marking_ = false;  ///< while another viewer's box is marked
};

}  // namespace millrace::viewers
