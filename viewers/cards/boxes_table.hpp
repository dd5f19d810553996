// Boxes of an image or of space as rows: filtered by score, label and text, in any order. Owned by
// its view; window thread only.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "viewers/viewer.hpp"

namespace millrace::viewers {

/// A box of either kind, as numbers that can be sorted.
struct BoxRow {
    std::string label;
    double score = 0;
    double x = 0, y = 0, z = 0;                ///< centre, pixels or metres
    double length = 0, width = 0, height = 0;  ///< in an image width and height alone
    double range = 0;                          ///< from the frame's origin, metres
    double yaw = 0;                            ///< degrees
    std::int64_t track = -1;
};

class BoxesTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Label, Score, X, Y, Z, Length, Width, Height, Range, Yaw, Track };

    using QAbstractTableModel::QAbstractTableModel;

    /// False for another kind of visual.
    bool set(const visual::Visual& item);
    bool in_space() const { return in_space_; }
    const std::vector<BoxRow>& boxes() const { return boxes_; }

    /// Nothing: all, and also boxes whose score is no number.
    void set_least_score(std::optional<double> least);
    std::optional<double> least_score() const { return least_; }
    void set_hidden(std::set<std::string> labels);
    const std::set<std::string>& hidden() const { return hidden_; }
    /// Boxes whose label, number or track holds the text.
    void set_text(const QString& text);

    std::size_t box_of(int row) const { return shown_[static_cast<std::size_t>(row)]; }
    /// -1 when the box isn't shown.
    int row_of(qint64 box) const;
    /// Boxes by label, of all or of those with score enough, most first.
    std::vector<std::pair<std::string, std::size_t>> counts() const;
    Column column_at(int section) const { return columns_[static_cast<std::size_t>(section)]; }
    int section_of(Column column) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int section, Qt::SortOrder order) override;
    /// Rows of the cells for a spreadsheet, parted by tabs.
    QString text() const;

private:
    bool is_likely(const BoxRow& box) const { return !least_ || box.score >= *least_; }
    bool holds_text(const BoxRow& box, std::size_t number) const;
    void choose();
    void fill();
    QString cell(const BoxRow& box, std::size_t number, Column column) const;

    std::vector<BoxRow> boxes_;
    std::vector<Column> columns_ = {Number, Label, Score};
    std::vector<std::size_t> shown_;
    std::vector<int> row_;
    bool in_space_ = false;
    std::optional<double> least_;
    std::set<std::string> hidden_;
    QString text_;
    Column column_ = Number;
    Qt::SortOrder direction_ = Qt::AscendingOrder;
};

}  // namespace millrace::viewers
